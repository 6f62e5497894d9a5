// Selects the sequence of random numbers of a call.
#pragma once

#include "kernels/random.hpp"

#include <limits>
#include <optional>

namespace whygrad::internal {

// Marks a call that takes the next sequence of the process when it is executed. Seeds and calls never reach this counter.
inline constexpr kernels::RandomStream kNextStream = {0, std::numeric_limits<std::uint64_t>::max() - 1};

// The next sequence of the process, taken later, or one that depends on the seed alone.
kernels::RandomStream stream_of(std::optional<std::uint64_t> seed);

// Replaces kNextStream by the next sequence of the process.
void draw(kernels::RandomStream& stream);

// For OpDef::draw.
template <class Attrs>
void draw_stream(void* attrs) {
  draw(static_cast<Attrs*>(attrs)->stream);
}

}  // namespace whygrad::internal
