// Forward-mode automatic differentiation: derivatives in a direction, computed as the program runs.
#pragma once

#include <whygrad/autodiff/tape.hpp>

#include <memory>
#include <vector>

namespace whygrad {

namespace internal {
class ForwardState;
}

// Computes Jacobian-vector products (tf.autodiff.ForwardAccumulator): beside each value that depends on the primals, its tangent, the derivative of
// the value in the direction of the primals' tangents. The cost is that of the program, whatever the size of the primals.
//
//   ForwardAccumulator forward(x, v);
//   Tensor y = f(x);
//   Gradient jv = forward.jvp(y);  // (dy/dx) v
//
// Records from construction, or from enter(), until exit() or destruction, on the thread that made it. A tangent is computed when its op runs, by ops
// which tapes and accumulators that were entered earlier record. So derivatives nest:
//
//   ForwardAccumulator forward(x, v);        |  GradientTape tape; tape.watch(x);
//   GradientTape tape; tape.watch(x);        |  ForwardAccumulator forward(x, v);
//   Gradient g = tape.gradient(f(x), x);     |  Gradient jv = forward.jvp(f(x));
//   forward.jvp(*g);  // Hessian v           |  tape.gradient(*jv, x);
//
// stop_gradient, comparisons and all other ops without a derivative end a tangent; stop_recording() pauses tapes and no accumulator. Writing a
// variable that is a primal leaves its tangent as it is, as in TensorFlow.
class WG_API ForwardAccumulator {
 public:
  // The tangent of a primal has its shape and dtype. Throws ValueError for a primal that comes twice or a number of tangents that differs from that
  // of the primals, ShapeError, DTypeError.
  ForwardAccumulator(const std::vector<Watchable>& primals, const std::vector<Tensor>& tangents, Where where = Where::here());
  ForwardAccumulator(const Watchable& primal, const Tensor& tangent, Where where = Where::here());
  ~ForwardAccumulator();
  ForwardAccumulator(const ForwardAccumulator&) = delete;
  ForwardAccumulator& operator=(const ForwardAccumulator&) = delete;

  // Stops recording: what is computed from now on has no tangent. Throws TapeError if it does not record.
  void exit(Where where = Where::here());
  // Continues. Throws TapeError if it records.
  void enter(Where where = Where::here());
  bool recording() const noexcept;

  // One more primal; a tangent that the value has already is added to. Throws as the constructor does.
  void watch(const Watchable& primal, const Tensor& tangent, Where where = Where::here());

  // The tangent of a value. May be asked at any time and repeatedly: nothing is computed. Empty, with the reason, if the value depends on no primal
  // by ops with a derivative, or was computed while the accumulator did not record.
  Gradient jvp(const Watchable& target, UnconnectedGradients unconnected_gradients = UnconnectedGradients::none, Where where = Where::here());

  const std::shared_ptr<internal::ForwardState>& state() const noexcept { return state_; }

 private:
  std::shared_ptr<internal::ForwardState> state_;
};

}  // namespace whygrad
