// Random numbers of a counter-based generator (Philox4x32-10): an element depends only on the seed, the call and its position, so the numbers are the
// same for any number of threads. They carry no gradient, but for those of gamma distributions: to train a mean or a deviation, write
// mean + stddev * random::normal(shape).
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
  std::optional<std::array<std::uint64_t, 2>> stream = {};  // key and counter, for layers that keep a stream of their own
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

struct GammaOptions {
  std::optional<std::uint64_t> seed = {};
};
// Numbers of the gamma distributions with shapes alpha and rates beta, which broadcast to [k..]; an empty handle is a rate of 1. `shape` [i..] of
// them for each: [i.., k..]. dalpha by implicit reparameterisation (Figurnov, Mohamed, Mnih: Implicit reparameterization gradients; 2018): the slope
// of the number at its quantile. NaN for a negative alpha; throws DTypeError.
WG_API Tensor gamma(const Shape& shape, const Tensor& alpha, const Tensor& beta = {}, const GammaOptions& options = {}, Where where = Where::here());

// ---- For a seed: TensorFlow's numbers, the same ones each time ----
//
// `seed` is int32 or int64: [2], or the state of a generator, [3]: two words of a counter and a key. Throw ShapeError and DTypeError for others. The
// options' seed is not used.

WG_API Tensor stateless_normal(const Shape& shape, const Tensor& seed, const NormalOptions& options = {}, Where where = Where::here());
WG_API Tensor stateless_truncated_normal(const Shape& shape, const Tensor& seed, const NormalOptions& options = {}, Where where = Where::here());
// Floating, or int32 and int64 for whole bounds.
WG_API Tensor stateless_uniform(const Shape& shape, const Tensor& seed, const UniformOptions& options = {}, Where where = Where::here());
// All numbers of int32 or int64, evenly.
WG_API Tensor stateless_bits(const Shape& shape, const Tensor& seed, DType dtype = int32, Where where = Where::here());
WG_API Tensor stateless_categorical(const Tensor& logits, std::int64_t num_samples, const Tensor& seed, DType dtype = int64,
                                    Where where = Where::here());
// The last extents of `shape` are those to which alpha and beta broadcast; gradients as of gamma.
WG_API Tensor stateless_gamma(const Shape& shape, const Tensor& seed, const Tensor& alpha, const Tensor& beta = {}, Where where = Where::here());
// Likewise of the means, or of trials and probabilities.
WG_API Tensor stateless_poisson(const Shape& shape, const Tensor& seed, const Tensor& lam, DType dtype = int32, Where where = Where::here());
WG_API Tensor stateless_binomial(const Shape& shape, const Tensor& seed, const Tensor& counts, const Tensor& probs, DType dtype = int32,
                                 Where where = Where::here());

}  // namespace whygrad::random
