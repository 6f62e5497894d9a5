// Which sequence of random numbers a call draws from.
#pragma once

#include "kernels/random.hpp"

#include <limits>
#include <optional>

namespace whygrad::internal {

// Of a call that draws from the sequence of the process when it is executed; seeds and calls do not reach this counter.
inline constexpr kernels::RandomStream kNextStream = {0, std::numeric_limits<std::uint64_t>::max() - 1};

// The next one of the process, to be drawn later, or one that depends on the seed alone.
kernels::RandomStream stream_of(std::optional<std::uint64_t> seed);

// Puts the next sequence of the process in the place of kNextStream.
void draw(kernels::RandomStream& stream);

// For OpDef::draw.
template <class Attrs>
void draw_stream(void* attrs) {
  draw(static_cast<Attrs*>(attrs)->stream);
}

}  // namespace whygrad::internal
