// One gradient request: the sweeps over a tape's windows.
#pragma once

#include "autodiff/observer.hpp"
#include "autodiff/tape_state.hpp"

#include <vector>

namespace whygrad::internal {

// What is asked, with seeds resolved: defined() and of the target's shape and dtype where the target can carry a gradient.
struct Question {
  struct Target {
    ValueId id;
    Tensor seed;
  };
  std::vector<Target> targets;
  // Per source the ids it stands for: one for a tensor, one per value that was read for a variable.
  std::vector<std::vector<ValueId>> sources;
  bool release = false;                  // let go of every record on the way
  bool quiet = false;                    // no tape records the pass, so its ops need no records
  GradientObserver* observer = nullptr;  // is told of rules that throw
};

// The question that gradient() asks. Throws as it does for empty handles and output gradients that do not fit.
Question make_question(const TapeState& tape, const std::vector<Watchable>& targets, const std::vector<Watchable>& sources,
                       const GradientOptions& options, const Where& where);

// The gradient of every source, empty where no differentiable path leads to it. Linear in the records between the first window and the last target;
// nothing recurses. Whatever a gradient rule throws comes through, with all records let go first if the question releases.
std::vector<Tensor> backprop(const TapeState& tape, const Question& question);
// The same pass once more for somebody who looks on: recorded by no tape and remembered by no log. The question must not release or have an
// observer. `answers`, by source, are what the first pass gave, or nothing; what a single op passed to a source is taken from there, for of a layer
// that is more than half of the work.
std::vector<Tensor> replay_backprop(const TapeState& tape, const Question& question, const BackwardVisitor& visitor,
                                    const std::vector<Tensor>& answers = {});

}  // namespace whygrad::internal
