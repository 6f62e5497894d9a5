// Data sets: where batches come from.
//
//   auto train = data::fashion_mnist().shuffle(data::kAll, {.seed = 7}).batch(128).prefetch(2);
//   for (int epoch = 0; epoch < 10; ++epoch) {
//     for (auto [images, labels] : train) ...
//   }
#pragma once

#include <whygrad/data/pipeline.hpp>

#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace whygrad::data {

// The N tensors of one element: structured bindings take it apart.
template <std::size_t N>
using Example = std::array<Tensor, N>;

// One pass over a data set, for one range-for.
template <std::size_t N>
class Epoch {
 public:
  struct End {};

  // Holds the element that it stands at until it moves on.
  class Iterator {
   public:
    Iterator(Pass pass, const Where& where) : pass_(std::move(pass)), where_(where) { ++*this; }
    const Example<N>& operator*() const { return example_; }
    Iterator& operator++() {
      example_ = {};  // its memory can serve the next one
      more_ = pass_.next(example_, where_);
      return *this;
    }
    friend bool operator==(const Iterator& at, End) { return !at.more_; }

   private:
    Pass pass_;
    Where where_;
    Example<N> example_;
    bool more_ = false;
  };

  explicit Epoch(Pass pass) : pass_(std::move(pass)) {}
  // Call once. In explanations the tensors come from the line of the loop.
  Iterator begin(Where where = Where::here()) { return Iterator(std::move(pass_), where); }
  End end() const { return {}; }

 private:
  Pass pass_;
};

template <class>
inline constexpr std::size_t tensors_in = 0;
template <>
inline constexpr std::size_t tensors_in<Tensor> = 1;
template <class... T>
requires(std::same_as<T, Tensor>&&...) inline constexpr std::size_t tensors_in<std::tuple<T...>> = sizeof...(T);
template <>
inline constexpr std::size_t tensors_in<std::pair<Tensor, Tensor>> = 2;
template <std::size_t N>
inline constexpr std::size_t tensors_in<std::array<Tensor, N>> = N;

// Elements of N tensors each. A value: each function returns a new data set over the same data, and nothing is read or computed before a loop asks.
//
// Each loop over one Dataset object is one epoch, counted from 0. The order of the elements depends on the seeds and the epoch's number only, so
// training that was interrupted goes on with iterate({.epoch = e, .skip = batches already seen}).
//
// What a loop gets are values of its own thread that came from the data: no gradient flows through a data set, nor through map's function.
template <std::size_t N>
class Dataset {
 public:
  explicit Dataset(Pipeline pipeline) : pipeline_(std::move(pipeline)) {}

  // Keeps `buffer` elements waiting, and each time gives one of them by chance: TensorFlow's shuffle. kAll gives every order with the same
  // probability. Throws ValueError unless buffer >= 1, and for kAll of an endless data set.
  Dataset shuffle(std::int64_t buffer = kAll, ShuffleOptions options = {}) const { return Dataset(pipeline_.shuffle(buffer, options)); }
  // Stacks `size` elements along a new first axis: N tensors [size, ...]. Throws ValueError unless size >= 1.
  Dataset batch(std::int64_t size, BatchOptions options = {}) const { return Dataset(pipeline_.batch(size, options)); }
  // function(tensors...) -> a Tensor, or a std::array, std::pair or std::tuple of them. Under prefetch it is called on another thread.
  template <class F>
  auto map(F function) const {
    using Result = std::remove_cvref_t<decltype(std::apply(function, std::declval<const Example<N>&>()))>;
    static_assert(tensors_in<Result> > 0, "map's function must return a Tensor, or a std::array, std::pair or std::tuple of Tensors");
    return Dataset<tensors_in<Result>>(
        pipeline_.map([function = std::move(function)](std::span<const Tensor> in) { return call(function, in, std::make_index_sequence<N>{}); }));
  }
  // `count` epochs one after the other, without end where none is given. Throws ValueError unless count >= 0.
  Dataset repeat(std::int64_t count = kAll) const { return Dataset(pipeline_.repeat(count)); }
  // The first `count` elements. Throws ValueError unless count >= 0.
  Dataset take(std::int64_t count) const { return Dataset(pipeline_.take(count)); }
  // All but the first `count` elements. Throws ValueError unless count >= 0.
  Dataset skip(std::int64_t count) const { return Dataset(pipeline_.skip(count)); }
  // Makes up to `count` elements ahead on a thread of its own, on which kernels use that one thread only. Throws ValueError unless count >= 1. What
  // is thrown there reaches the loop in its place; leaving the loop stops the thread.
  Dataset prefetch(std::int64_t count) const { return Dataset(pipeline_.prefetch(count)); }

  // Elements in one epoch, or kEndless.
  std::int64_t size() const { return pipeline_.size(); }

  // One particular epoch, or the rest of it. Throws ValueError for negative numbers.
  Epoch<N> iterate(EpochOptions options) const { return Epoch<N>(pipeline_.pass(options)); }
  // The next epoch of this object; not from two threads at once.
  typename Epoch<N>::Iterator begin(Where where = Where::here()) { return iterate({.epoch = epoch_++}).begin(where); }
  typename Epoch<N>::End end() const { return {}; }

 private:
  template <class F, std::size_t... I>
  static std::vector<Tensor> call(const F& function, std::span<const Tensor> in, std::index_sequence<I...>) {
    auto result = function(in[I]...);
    if constexpr (std::same_as<decltype(result), Tensor>) {
      return {std::move(result)};
    } else {
      return std::apply([](auto&... tensors) { return std::vector<Tensor>{std::move(tensors)...}; }, result);
    }
  }

  Pipeline pipeline_;
  std::int64_t epoch_ = 0;
};

// One element of these tensors.
template <std::size_t N>
Dataset<N> from_tensors(const Tensor (&tensors)[N], Where where = Where::here()) {
  return Dataset<N>(Pipeline::from_tensors(tensors, where));
}
inline Dataset<1> from_tensors(const Tensor& tensor, Where where = Where::here()) { return Dataset<1>(Pipeline::from_tensors({&tensor, 1}, where)); }

// One element per step along the first axis: from_tensor_slices({images, labels}) has images.shape()[0] elements of two tensors each. Throws
// ShapeError for a scalar or where the first axes differ.
template <std::size_t N>
Dataset<N> from_tensor_slices(const Tensor (&tensors)[N], Where where = Where::here()) {
  return Dataset<N>(Pipeline::from_tensor_slices(tensors, where));
}
inline Dataset<1> from_tensor_slices(const Tensor& tensor, Where where = Where::here()) {
  return Dataset<1>(Pipeline::from_tensor_slices({&tensor, 1}, where));
}

}  // namespace whygrad::data
