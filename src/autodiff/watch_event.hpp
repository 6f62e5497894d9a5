// That a tape was told to watch a value stands in the log, so that another tape can tell its user so.
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
