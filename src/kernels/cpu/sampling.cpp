// Random classes, counts and permutations, from uniform and normal random numbers.
#include "kernels/cpu/doubles.hpp"
#include "kernels/random.hpp"

#include "device/parallel.hpp"
#include "device/workspace.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace whygrad::kernels::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 10;  // draws per thread that justify a parallel region

// The count whose share of smaller ones the number u in [0, 1) falls behind; z is a normally distributed number.
double count_at(double mean, double u, double z) {
  constexpr double kLarge = 500;  // beyond, the normal distribution is as good as the search is slow
  if (!(mean >= 0)) return NAN;
  if (mean > kLarge) return std::max(0.0, std::floor(mean + std::sqrt(mean) * z + 0.5));
  double count = 0, share = std::exp(-mean), sum = share;
  while (u >= sum && share > 0) {
    share *= mean / ++count;
    sum += share;
  }
  return count;
}

}  // namespace

void random_permutation(RandomStream stream, const View& out) {
  // Sorted by random keys. Equal keys, of which there are hardly ever two, keep their order.
  device::Workspace<std::int64_t> keys(static_cast<std::size_t>(out.size()));
  cpu::random_integers(stream, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
                       out.under(keys.data(), out.shape, out.strides, out.rank));
  const std::int64_t* key = keys.data();
  auto* numbers = out.as<std::int64_t>();
  std::iota(numbers, numbers + out.size(), 0);
  std::sort(numbers, numbers + out.size(), [key](std::int64_t a, std::int64_t b) { return key[a] != key[b] ? key[a] < key[b] : a < b; });
}

void random_categorical(RandomStream stream, const View& logits, const View& out) {
  // A class is drawn where a number in [0, 1) falls among the running sums of the probabilities.
  const std::int64_t classes = logits.shape[1], samples = out.shape[1];
  const Staged wide(logits, DType::kF64);
  Doubles probabilities(logits), sums(logits), drawn(out);
  cpu::softmax(wide.view(), probabilities.view());
  cpu::cumulative(Cumulative::kSum, probabilities.view(), 1, false, false, sums.view());
  cpu::random_uniform(stream, 0, 1, drawn.view());
  double* number = drawn.data();
  const double* sum = sums.data();
  device::parallel_for(out.size(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const double *first = sum + i / samples * classes, *last = first + classes - 1;
      number[i] = static_cast<double>(std::upper_bound(first, last, number[i] * *last) - first);
    }
  });
  drawn.store(out);
}

void random_poisson(RandomStream stream, const View& means, const View& out) {
  const Staged wide(means, DType::kF64);
  Doubles counts(out), normal(out);
  cpu::random_uniform(stream, 0, 1, counts.view());
  cpu::random_normal(stream, 0, 1, normal.view());
  const auto* mean = wide.view().as<const double>();
  const double* z = normal.data();
  double* count = counts.data();
  const std::int64_t n = means.size();
  device::parallel_for(out.size(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) count[i] = count_at(mean[i % n], count[i], z[i]);
  });
  counts.store(out);
}

}  // namespace whygrad::kernels::cpu
