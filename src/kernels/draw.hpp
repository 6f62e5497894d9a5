// Random numbers as TensorFlow draws them for a seed, or for the state of one of its generators: the same ones, to the last bit where they are
// uniform, and to that of log, sin and cos where they are normal. Philox4x32-10 throughout.
#pragma once

#include "kernels/random.hpp"

namespace whygrad::kernels {

// Where the numbers of a call begin: `state` is i32 or i64 with any stride, [2], a seed, which is scrambled first, or [3], a generator's counter and
// key. Where it is null, at the beginning of a stream of the process.

enum class Draw : std::uint8_t {
  kUniform,          // [0, 1)
  kNormal,           // mean 0 and deviation 1
  kTruncatedNormal,  // the same, drawn again beyond 2
  kIntegers,         // low + (random bits modulo range); a range of 0 stands for all bits
};

// out contiguous; floating, or i32 and i64 for integers.
void draw_numbers(const View* state, RandomStream stream, Draw what, std::int64_t low, std::uint64_t range, const View& out);

// Of the gamma distributions with these shapes and scale 1 (Marsaglia, Tsang: A simple method for generating gamma variables; 2000): alpha [k..],
// floating with any strides; out [i.., k..].
void draw_gamma(const View* state, RandomStream stream, const View& alpha, const View& out);

// The derivative of such a number with respect to alpha where its quantile stays the same: -(dP/dalpha) / (dP/dx) of the distribution function
// P(alpha, x). All floating and of one shape, with any strides; out contiguous.
void gamma_slope(const View& alpha, const View& x, const View& out);

// Counts of the Poisson distributions with these means: [k..] -> [i.., k..]. Below a mean of 10 by products of uniform numbers (Knuth), above by
// rejection (Hoermann: The transformed rejection method for generating Poisson random variables; 1993).
void draw_poisson(const View* state, RandomStream stream, const View& means, const View& out);

// Successes in so many trials of these probabilities, [k..] both -> [i.., k..]: by geometric steps, or by rejection (Hoermann: The generation of
// binomial random variates; 1993) where more than 10 are expected. The numbers of the former are not TensorFlow's.
void draw_binomial(const View* state, RandomStream stream, const View& trials, const View& probabilities, const View& out);

// Numbers of classes with the probabilities softmax(logits): [b, c] floating with any strides, c > 0; out [b, samples].
void draw_classes(const View* state, RandomStream stream, const View& logits, const View& out);

}  // namespace whygrad::kernels
