// Records of custom gradients in the log.
#pragma once

#include <whygrad/ops/op.hpp>

#include <cstdint>

namespace whygrad::internal {

// Attributes: CustomAttrs.
extern const OpDef kCustomGradientEvent;

struct CustomAttrs {
  Where returns_at;              // of the rule; its `function` is null if the place is unknown
  std::uint64_t unanswered = 0;  // bit i: the rule was called and returned no gradient for input i; written by the call, for the first 64 inputs
};

}  // namespace whygrad::internal
