// Selects the sequence of random numbers of a call.
#pragma once

#include "kernels/random.hpp"

#include <whygrad/ops/op_context.hpp>

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

// Whether the program named a seed: then every call draws the same numbers.
inline bool is_seeded(const kernels::RandomStream& stream) { return stream.counter == std::numeric_limits<std::uint64_t>::max(); }

// For OpDef::batch of an op with inputs or more than one number for each element: each row draws for itself.
template <class Attrs>
void batch_draws(BatchContext& c) {
  Attrs attrs = c.attrs<Attrs>();
  if (!is_seeded(attrs.stream)) attrs.stream = kNextStream;
  c.give_each(&attrs, sizeof(attrs));
}

}  // namespace whygrad::internal
