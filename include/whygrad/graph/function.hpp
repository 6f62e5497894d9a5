// Functions that are traced once and run as a graph.
#pragma once

#include <whygrad/autodiff/results.hpp>
#include <whygrad/autodiff/variable.hpp>
#include <whygrad/flow/function_graph.hpp>
#include <whygrad/tensor/spec.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace whygrad {

namespace internal {
class FunctionState;
}

struct FunctionOptions {
  std::string name = "function";
  // The most bytes that a call may need at once for its values, without its arguments, variables and constants; -1 for any number. What does not fit
  // is not kept but computed again when it is needed, to the same bits. A gradient that is taken through the call needs no more than that either,
  // with what the call keeps for it. What a kernel needs for itself does not count, nor does what a loop keeps of its trips.
  std::int64_t memory_budget = -1;
};

// A traced function of tensors (tf.function). It is called with abstract tensors, once for each combination of dtypes, shapes and devices of its
// arguments. Its ops then form a graph, which later calls run.
//
// Whatever the function does besides computing with tensors (printing, counting, making variables) happens while it is traced, and not at later
// calls. A tensor from outside of the function keeps the value that it had when the function was traced. A variable is read and assigned at each
// call. Random numbers are drawn at each call. Inside, the elements of a tensor are not known; reading them throws ValueError.
//
// Gradients may be taken inside of the function and through its calls, to any order. Inside of a Diagnosis that looks at values the function is
// called as it is, so that the Diagnosis sees its ops one by one. Several threads may call a Function at once. Copies are the same function.
class WG_API Function {
 public:
  using Body = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

  explicit Function(Body body, FunctionOptions options = {}, Where where = Where::here());

  // Returns the results of the function; a result that it left empty is an empty tensor. Throws ValueError for an empty argument, if the memory
  // budget is less than what its values take at least, and if the function reads elements while it is traced, calls itself, or uses a tensor that
  // another traced function stored outside. Exceptions of the function and of ops propagate.
  std::vector<Tensor> operator()(const std::vector<Tensor>& arguments, Where where = Where::here()) const;

  // How often the function was traced (experimental_get_tracing_count).
  std::size_t tracing_count() const;
  // The graph for arguments of these specs, as it was traced and as a call outside of tapes runs it. Traces the function if there is no trace for
  // them yet. `std::cout << step.graph({...})` prints one op per line; to_html() and to_dot() draw it.
  FunctionGraph graph(const std::vector<TensorSpec>& arguments) const;
  const std::string& name() const;

 private:
  std::shared_ptr<internal::FunctionState> state_;
};

namespace internal {

// An argument of a call, with the place of the call.
struct Argument {
  Argument(const Tensor& t, Where w = Where::here()) : tensor(t), where(w) {}
  Argument(const Variable& v, Where w = Where::here()) : tensor(v.value()), where(w) {}
  Tensor tensor;
  Where where;
};

template <std::size_t>
using ArgumentAt = Argument;

template <class R, class Indices>
class TracedCallable;
template <class R, std::size_t... I>
class TracedCallable<R, std::index_sequence<I...>> {
 public:
  explicit TracedCallable(Function function) : function_(std::move(function)) {}
  R operator()(const ArgumentAt<I>&... arguments) const requires(sizeof...(I) > 0) {
    const Argument* all[] = {&arguments...};
    return Results<R>::from(function_({arguments.tensor...}, all[0]->where));
  }
  R operator()(Where where = Where::here()) const requires(sizeof...(I) == 0) { return Results<R>::from(function_({}, where)); }
  const Function& untyped() const { return function_; }
  std::size_t tracing_count() const { return function_.tracing_count(); }
  FunctionGraph graph(const std::vector<TensorSpec>& arguments) const { return function_.graph(arguments); }

 private:
  Function function_;
};

template <class F>
struct Signature : Signature<decltype(&F::operator())> {};
template <class R, class... A>
struct Signature<R (*)(A...)> {
  static_assert((std::is_convertible_v<Tensor, A> && ...), "a traced function takes tensors");
  using Callable = TracedCallable<R, std::index_sequence_for<A...>>;
  template <class F, std::size_t... I>
  static std::vector<Tensor> call(const F& f, const std::vector<Tensor>& in, std::index_sequence<I...>) {
    static_assert(Results<R>::is_list, "a traced function returns tensors");
    return list_of(f, in[I]...);
  }
  template <class F>
  static Function make(F f, FunctionOptions options, const Where& where) {
    return Function([f = std::move(f)](const std::vector<Tensor>& in) { return call(f, in, std::index_sequence_for<A...>()); }, std::move(options),
                    where);
  }
};
template <class F, class R, class... A>
struct Signature<R (F::*)(A...) const> : Signature<R (*)(A...)> {};

}  // namespace internal

// Makes a traced function of `f`, which takes tensors and returns a tensor, a pair, tuple or vector of them, or nothing:
//
//   auto loss = function([&](const Tensor& x, const Tensor& y) { return reduce_mean(square(matmul(x, w) - y)); });
//   GradientTape tape;
//   Gradient g = tape.gradient(loss(x, y), w);
template <class F>
auto function(F f, FunctionOptions options = {}, Where where = Where::here()) {
  using Signature = internal::Signature<std::decay_t<F>>;
  return typename Signature::Callable(Signature::make(std::move(f), std::move(options), where));
}

}  // namespace whygrad
