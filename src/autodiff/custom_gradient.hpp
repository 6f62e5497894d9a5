// How a custom gradient stands in the log.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad::internal {

// Attributes: a Where, at which the rule returns; without a file where that is not known.
extern const OpDef kCustomGradientEvent;

}  // namespace whygrad::internal
