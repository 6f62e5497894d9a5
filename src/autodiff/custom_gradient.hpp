// How a custom gradient stands in the log.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad::internal {

extern const OpDef kCustomGradientEvent;

}  // namespace whygrad::internal
