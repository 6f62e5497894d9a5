// How a backward pass that no tape records stands in the log.
//
// NOTE [a backward pass is one record]
// The ops of such a pass are of no interest by themselves: nothing can be asked of them but what the gradients were made from, and where. So they
// leave no records, and gradient() leaves one, whose inputs are its targets and sources and whose outputs are the gradients. That halves what a
// training loop writes, and a report on a second derivative names the line of the inner gradient() instead of ops that the user never wrote. What a
// custom gradient's rule does is the user's and is remembered as ever.
#pragma once

#include "autodiff/tape_state.hpp"

#include <whygrad/ops/op.hpp>

namespace whygrad::internal {

// Gradients were computed.
extern const OpDef kGradientEvent;

// Writes it: of the values, those that are new since `begin` become its outputs.
void log_gradients(const std::vector<Watchable>& targets, const std::vector<Watchable>& sources, const std::vector<Tensor>& values, ValueId begin,
                   const Where& where);

}  // namespace whygrad::internal
