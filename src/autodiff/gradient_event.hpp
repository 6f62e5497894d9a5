// The log entry of a backward pass that no tape records.
//
// NOTE [a backward pass is one record]
// Nothing refers to the ops of such a pass individually, except to say where the gradients came from. So the ops leave no records, and gradient()
// leaves one, whose inputs are the targets and sources and whose outputs are the gradients. That halves what a training loop records, and a report on
// a second derivative names the line of the inner gradient() instead of ops that the user never wrote. The ops of a custom gradient's rule are the
// user's and are recorded as always.
#pragma once

#include "autodiff/tape_state.hpp"

#include <whygrad/ops/op_context.hpp>

namespace whygrad::internal {

// A backward pass computed gradients.
extern const OpDef kGradientEvent;

// Writes the record. Its outputs are those of `values` that are newer than `begin`.
void log_gradients(const std::vector<Watchable>& targets, const std::vector<Watchable>& sources, std::vector<DenseOrRows>& values, ValueId begin,
                   const Where& where);

}  // namespace whygrad::internal
