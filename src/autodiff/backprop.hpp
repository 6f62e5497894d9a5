// The backward pass of one gradient request.
#pragma once

#include "autodiff/observer.hpp"
#include "autodiff/tape_state.hpp"

#include <whygrad/ops/op_context.hpp>

#include <vector>

namespace whygrad::internal {

// What a request asks for. A seed is defined and has the target's shape and dtype if the target can carry a gradient.
struct Question {
  struct Target {
    ValueId id;
    Tensor seed;
  };
  std::vector<Target> targets;
  // The ids of each source: one for a tensor; for a variable one for each value that was read.
  std::vector<std::vector<ValueId>> sources;
  bool release = false;                  // release each record as soon as it has been processed
  bool zeros = false;                    // a source without a gradient gets zeros
  bool quiet = false;                    // no tape records the pass, so its ops need no records
  GradientObserver* observer = nullptr;  // notified of rules that throw
};

// Throws UnsupportedError: a derivative would lack the part that comes through this input, for which the op has no rule.
[[noreturn]] void refuse_missing_rule(const Record& record, int input);

// Builds the question that gradient() asks. Throws for empty handles and for output gradients that do not fit.
Question make_question(const TapeState& tape, const std::vector<Watchable>& targets, const std::vector<Watchable>& sources,
                       const GradientOptions& options, const Where& where);

// The input of a backward pass: windows of a log and the values that are watched there. Must not outlive its tape.
struct Recorded {
  LogSlice slice;
  const std::vector<Window>& windows;
  const std::vector<Watch>& watches;
  const IdMap& watch_index;
};
inline Recorded recorded_by(const TapeState& tape) { return {tape.slice(), tape.windows(), tape.watches(), tape.watch_index()}; }

// Returns the gradient of every source, empty if no differentiable path leads to it. Takes time linear in the number of records between the first
// window and the last target. Does not recurse. An exception of a gradient rule propagates, after all records are released if the question asks for
// that.
std::vector<DenseOrRows> backprop(const Recorded& recorded, const Question& question);
inline std::vector<DenseOrRows> backprop(const TapeState& tape, const Question& question) { return backprop(recorded_by(tape), question); }
// Runs the same pass again for a visitor, recorded by no tape and no log. The question must not release records or have an observer. `answers` are
// the results of the first pass by source, or empty. Where a single op computed a source's gradient, its answer is taken from there instead of
// running the rule again, which is more than half of the work of a layer.
std::vector<Tensor> replay_backprop(const TapeState& tape, const Question& question, const BackwardVisitor& visitor,
                                    const std::vector<Tensor>& answers = {});
// Each gradient as one tensor.
std::vector<Tensor> dense(std::vector<DenseOrRows> gradients);

}  // namespace whygrad::internal
