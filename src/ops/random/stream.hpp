// Which sequence of random numbers a call draws from.
#pragma once

#include "kernels/random.hpp"

#include <optional>

namespace whygrad::internal {

// The next one of the process, or one that depends on the seed alone.
kernels::RandomStream next_stream(std::optional<std::uint64_t> seed);

}  // namespace whygrad::internal
