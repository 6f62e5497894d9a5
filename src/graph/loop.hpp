// Loops in graphs, and their gradients.
//
// NOTE [the gradient of a loop]
// A loop maps its variables v and what its body reads besides them, c, to v = body(v, c), again and again. Its gradient walks the trips backward:
//   (dv, dc_i) = derivative(body)(v_i, c, dv),   dc = sum of dc_i,
// where v_i are the variables before trip i. The derivative is a traced function as any other, and what it needs of a trip is what a call of the body
// would keep (TracedFunction::saved). A loop whose gradient is wanted collects that for each trip in a history, which is one more output.
//
// The gradient G(v, c, u) of a loop is linear in u, and differentiable again. For a cotangent w of its result, <w, G> = <T w, u>, where T is the loop
// that carries tangents beside the variables. So the gradient of G with respect to u is a loop (T), and that with respect to v and c is the gradient
// of a loop (T again, seeded with u). No third kind is needed for any order. T repeats the trips of the first loop: it takes their number, the random
// numbers that were drawn and the variables that were read from the history, and has no side effects.
#pragma once

#include "graph/bodies.hpp"

#include <whygrad/ops/op.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace whygrad::internal {

class TracedFunction;
class Tracer;
struct LoopFunctions;
struct LoopHistory;

// The node's inputs: the first decision, or for a loop that repeats another one the history of that; the initial values of the variables; what the
// condition reads besides the variables; what the body reads besides the variables and what is taken from the history. Its outputs: the variables
// after the last trip, and the history.
class Loop final : public NodeBodies {
 public:
  // A loop that runs while the condition is true. `maximum_iterations` below 0: no limit.
  Loop(std::shared_ptr<TracedFunction> condition, std::shared_ptr<TracedFunction> body, std::size_t variables, std::int64_t maximum_iterations);
  // A loop that repeats the trips of `repeated`. The body's inputs are the variables, what is taken from the history, and the rest.
  Loop(std::shared_ptr<const Loop> repeated, std::shared_ptr<TracedFunction> body, std::size_t variables);

  TracedFunction& body() const { return *body_; }
  const std::shared_ptr<TracedFunction>& condition() const { return condition_; }
  std::size_t variables() const { return variables_; }
  // The body's inputs that are the same in all trips begin here.
  std::size_t first_invariant() const;
  // Whether input i of the body is a variable of the program that the loop itself writes: each trip reads it anew.
  bool is_reread(std::size_t i) const { return reread_[i] != 0; }
  // The specs of what another run would not reproduce, for each trip: what was taken from a history itself, the inputs that are read anew, and the
  // body's values of TracedFunction::once().
  std::vector<TensorSpec> taken_specs() const;

  bool is_pure() const override;
  bool has_effect() const override;
  bool same(const NodeBodies& other) const override;
  std::vector<std::shared_ptr<VariableImpl>> writes() const override;
  std::vector<NodePart> parts(const char* needed, bool planned) const override;
  void run(std::span<const Tensor* const> inputs, std::span<Tensor> outputs, const char* needed) const override;

 private:
  // What a history keeps of a trip.
  struct Kept {
    std::vector<char> inputs;       // by input of the body
    std::vector<std::size_t> once;  // where the values of TracedFunction::once() are among those of saved()
  };
  const Kept& kept() const;
  void find_reread();
  bool goes_on(std::span<const Tensor* const> inputs, const std::vector<Tensor>& variables) const;
  std::vector<Tensor> taken(const LoopHistory& history, std::size_t trip) const;
  std::vector<Tensor> inputs_of_trip(std::span<const Tensor* const> inputs, std::vector<Tensor> variables, const std::vector<Tensor>& taken) const;

  std::shared_ptr<TracedFunction> condition_, body_;
  std::shared_ptr<const Loop> repeated_;
  std::size_t variables_;
  std::size_t taken_ = 0;  // inputs of the body that come from the history of `repeated_`
  std::int64_t maximum_iterations_ = -1;
  std::vector<char> reread_, reread_by_condition_;  // by input of the body and of the condition
  mutable std::mutex mutex_;
  mutable std::unique_ptr<const Kept> kept_;
};

// The node's inputs: the history; the initial values of the variables (not read: gradients of the gradient flow to them); what the body reads, from
// first_invariant() on; the gradients that arrive, one for each of arriving(); what the derivative reads besides. Its outputs: the gradients with
// respect to the variables in arriving(), then those with respect to gradients_of().
class LoopGradient final : public NodeBodies {
 public:
  // `arriving` and `wanted` are by variable, and by input of the body.
  LoopGradient(std::shared_ptr<const Loop> loop, std::vector<bool> arriving, const std::vector<bool>& wanted);

  const Loop& loop() const { return *loop_; }
  const std::shared_ptr<const Loop>& shared_loop() const { return loop_; }
  TracedFunction& derivative() const { return *derivative_; }
  // The variables for which gradients arrive. Where none arrives at the loop's result, but one does from trip to trip, it is given as zeros.
  const std::vector<std::size_t>& arriving() const { return arriving_; }
  // The inputs of the body, from first_invariant() on, that have a gradient.
  const std::vector<std::size_t>& gradients_of() const { return gradients_of_; }
  // The result of the derivative that is the gradient with respect to this input of the body; -1 if there is none.
  std::ptrdiff_t result_of(std::size_t input) const { return result_of_[input]; }
  // The loop that carries tangents: `tangents` says for which of gradients_of() there is one. Its variables are those of the loop, followed by the
  // tangents of arriving(). Its body reads, from first_invariant() on: what the loop's body reads, what the derivative reads besides, and the
  // tangents.
  std::shared_ptr<const Loop> tangent_loop(const std::vector<bool>& tangents) const;

  bool is_pure() const override;
  bool has_effect() const override;
  bool same(const NodeBodies& other) const override;
  std::vector<std::shared_ptr<VariableImpl>> writes() const override;
  std::vector<NodePart> parts(const char* needed, bool planned) const override;
  void run(std::span<const Tensor* const> inputs, std::span<Tensor> outputs, const char* needed) const override;

 private:
  // The arguments of its body.
  std::vector<TensorSpec> tangent_specs(const std::vector<bool>& tangents) const;
  std::shared_ptr<const Loop> trace_tangent_loop(const std::vector<bool>& tangents) const;

  std::shared_ptr<const Loop> loop_;
  std::shared_ptr<TracedFunction> derivative_;  // of the body
  std::vector<std::size_t> arriving_, gradients_of_;
  std::vector<bool> wanted_;               // by input of the body
  std::vector<std::ptrdiff_t> result_of_;  // by input of the body
  mutable std::mutex mutex_;
  mutable std::map<std::vector<bool>, std::shared_ptr<const Loop>> tangent_loops_;
};

extern const OpDef kLoopEvent, kLoopGradientEvent;
struct SavedLoop final : SavedBodies {
  std::vector<Tensor> inputs;  // of the record
  Tensor history;
};

// Traces the condition and the body and records the loop. `predicate` is the condition of the initial values. Returns the variables after the last
// trip. Throws ShapeError, DTypeError and ValueError if the body returns other variables than it takes, or the condition something else than a bool
// scalar.
std::vector<Tensor> trace_loop(Tracer& tracer, const LoopFunctions& functions, const Tensor& predicate, const std::vector<Tensor>& variables,
                               std::int64_t maximum_iterations, const Where& where);

}  // namespace whygrad::internal
