// What functions of tensors return, from and to lists.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace whygrad::internal {

// Tensor, std::vector<Tensor>, a pair or tuple of tensors, or nothing. `is_list` tells whether a type is one of these.
template <class R>
struct Results {
  static constexpr bool is_list = false;
};
template <>
struct Results<void> {
  static constexpr bool is_list = true;
  static void from(const std::vector<Tensor>&) {}
};
template <>
struct Results<Tensor> {
  static constexpr bool is_list = true;
  static std::vector<Tensor> list(Tensor t) { return {std::move(t)}; }
  static Tensor from(std::vector<Tensor> list) { return std::move(list[0]); }
};
template <>
struct Results<std::vector<Tensor>> {
  static constexpr bool is_list = true;
  static std::vector<Tensor> list(std::vector<Tensor> t) { return t; }
  static std::vector<Tensor> from(std::vector<Tensor> list) { return list; }
};
template <class... T>
struct Results<std::tuple<T...>> {
  static constexpr bool is_list = (std::is_same_v<T, Tensor> && ...);
  static std::vector<Tensor> list(const std::tuple<T...>& t) {
    return std::apply([](const T&... each) { return std::vector<Tensor>{each...}; }, t);
  }
  static std::tuple<T...> from(const std::vector<Tensor>& list) { return make(list, std::index_sequence_for<T...>()); }
  template <std::size_t... I>
  static std::tuple<T...> make(const std::vector<Tensor>& list, std::index_sequence<I...>) {
    return {list[I]...};
  }
};
template <>
struct Results<std::pair<Tensor, Tensor>> {
  static constexpr bool is_list = true;
  static std::vector<Tensor> list(const std::pair<Tensor, Tensor>& t) { return {t.first, t.second}; }
  static std::pair<Tensor, Tensor> from(const std::vector<Tensor>& list) { return {list[0], list[1]}; }
};

// What `f(arguments)` returns.
template <class F, class... A>
std::vector<Tensor> list_of(const F& f, const A&... arguments) {
  using R = std::invoke_result_t<const F&, const A&...>;
  if constexpr (std::is_void_v<R>) {
    f(arguments...);
    return {};
  } else {
    return Results<R>::list(f(arguments...));
  }
}

}  // namespace whygrad::internal
