// Random numbers of a counter-based generator (Philox4x32-10): an element depends only on the seed, the call and its position, so the numbers are the
// same for any number of threads. They carry no gradient: to train a mean or a deviation, write mean + stddev * random::normal(shape).
#pragma once

#include <whygrad/ops/creation.hpp>

#include <array>
#include <cstdint>
#include <optional>

namespace whygrad::random {

// Restarts the process's sequence of random numbers: from here on, the n-th call draws the same numbers in every run, on one thread. Without it the
// sequence is seeded by the operating system.
WG_API void set_seed(std::uint64_t seed);

struct NormalOptions {
  double mean = 0;
  double stddev = 1;
  DType dtype = float32;
  std::optional<std::uint64_t> seed = {};  // given: the call has a sequence of its own and returns the same numbers each time
};
// Normally distributed numbers. Floating dtypes. Throws ValueError for a negative or non-finite stddev, DTypeError.
WG_API Tensor normal(const Shape& shape, const NormalOptions& options = {}, Where where = Where::here());
// The same, with numbers further than two standard deviations from the mean drawn again.
WG_API Tensor truncated_normal(const Shape& shape, const NormalOptions& options = {}, Where where = Where::here());

struct UniformOptions {
  Number minval = 0;
  Number maxval = 1;
  DType dtype = float32;
  std::optional<std::uint64_t> seed = {};
};
// Evenly distributed over [minval, maxval); integer dtypes too, whose bounds must be whole. Throws ValueError unless minval < maxval, both finite and
// in the range of the dtype; DTypeError for bool and complex.
WG_API Tensor uniform(const Shape& shape, const UniformOptions& options = {}, Where where = Where::here());

// The numbers 0 to n - 1 in random order: int64 [n].
WG_API Tensor permutation(std::int64_t n, std::optional<std::uint64_t> seed = {}, Where where = Where::here());
// x with its slices along the first axis in random order. Carries no gradient, as in TensorFlow; gather(x, permutation(n)) is the same with one.
WG_API Tensor shuffle(const Tensor& x, std::optional<std::uint64_t> seed = {}, Where where = Where::here());

struct CategoricalOptions {
  DType dtype = int64;
  std::optional<std::uint64_t> seed = {};
};
// Classes drawn with the probabilities softmax(logits): logits [b, c] give int64 or int32 [b, num_samples]. Carries no gradient. Throws ShapeError,
// DTypeError; ValueError for a negative number of samples.
WG_API Tensor categorical(const Tensor& logits, std::int64_t num_samples, const CategoricalOptions& options = {}, Where where = Where::here());

struct PoissonOptions {
  DType dtype = float32;
  std::optional<std::uint64_t> seed = {};
};
// Numbers drawn from the Poisson distributions of the means lam [k..], `shape` [i..] for each: [i.., k..]. Means above 500 are drawn from the normal
// distribution. Carries no gradient. NaN for a negative mean; throws DTypeError.
WG_API Tensor poisson(const Shape& shape, const Tensor& lam, const PoissonOptions& options = {}, Where where = Where::here());

// The same numbers for the same two seeds each time, independent of earlier calls; the options' seed is not used.
WG_API Tensor stateless_normal(const Shape& shape, const std::array<std::uint64_t, 2>& seed, const NormalOptions& options = {},
                               Where where = Where::here());
WG_API Tensor stateless_uniform(const Shape& shape, const std::array<std::uint64_t, 2>& seed, const UniformOptions& options = {},
                                Where where = Where::here());

}  // namespace whygrad::random
