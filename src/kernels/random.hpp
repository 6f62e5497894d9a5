// Random numbers by counter: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; SC 2011).
//
// An element's value depends on (key, counter, its position) alone, so it is the same for any number of threads and any SIMD target. Two calls whose
// counters differ draw from disjoint parts of the sequence: give each op call its own counter. `out` is contiguous; f16 and bf16 round the f32 value.
#pragma once

#include "kernels/view.hpp"

#include <array>
#include <cstdint>

namespace whygrad::kernels {

using PhiloxBlock = std::array<std::uint32_t, 4>;

// The block cipher itself: ten rounds over the counter under a 64-bit key.
PhiloxBlock philox4x32(PhiloxBlock counter, std::array<std::uint32_t, 2> key);

// Names the sequence that a call draws from.
struct RandomStream {
  std::uint64_t key;
  std::uint64_t counter;
};

// Uniform over [lo, hi); out floating.
void random_uniform(RandomStream stream, double lo, double hi, const View& out);

// Normal by Box and Muller (1958); out floating.
void random_normal(RandomStream stream, double mean, double stddev, const View& out);

// Normal, redrawn until within two standard deviations of the mean; out floating.
void random_truncated_normal(RandomStream stream, double mean, double stddev, const View& out);

// Uniform over [lo, hi); out integer. The bias, that of scaling 64 random bits, is below (hi - lo) / 2^64.
void random_integers(RandomStream stream, std::int64_t lo, std::int64_t hi, const View& out);

// The numbers 0 to n - 1 in random order; out i64 [n].
void random_permutation(RandomStream stream, const View& out);

// Numbers of classes, drawn with the probabilities softmax(logits): logits [b, c], floating with any strides, c > 0; out real [b, samples].
void random_categorical(RandomStream stream, const View& logits, const View& out);

// Counts drawn from the Poisson distributions of these means: means [k..], floating with any strides; out real [i.., k..]. NaN for a mean below 0.
void random_poisson(RandomStream stream, const View& means, const View& out);

}  // namespace whygrad::kernels
