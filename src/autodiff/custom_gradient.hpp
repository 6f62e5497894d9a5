// How a custom gradient stands in the log.
#pragma once

#include <whygrad/ops/op.hpp>

#include <cstdint>

namespace whygrad::internal {

// Attributes: CustomAttrs.
extern const OpDef kCustomGradientEvent;

struct CustomAttrs {
  Where returns_at;              // the rule; without a function where that is not known
  std::uint64_t unanswered = 0;  // bit i: when asked, the rule returned no gradient for input i; written then, for as many inputs as there are bits
};

}  // namespace whygrad::internal
