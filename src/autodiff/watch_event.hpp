// The record that a tape watches a value, so that an explanation of another tape can mention it.
#pragma once

#include <whygrad/ops/op.hpp>

#include <cstdint>

namespace whygrad::internal {

// Input: the value.
extern const OpDef kWatchEvent;
struct WatchAttrs {
  std::uint64_t tape;  // its number
  Where made_at;
};

}  // namespace whygrad::internal
