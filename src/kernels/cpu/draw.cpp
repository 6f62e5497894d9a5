// Random numbers in TensorFlow's order.
#include "kernels/draw.hpp"

#include "device/parallel.hpp"
#include "kernels/cpu/doubles.hpp"
#include "kernels/cpu/special.hpp"

#include <whygrad/base/error.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>
#include <string>
#include <type_traits>
#include <vector>

namespace whygrad::kernels::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 10;          // groups of numbers per thread that justify a parallel region
constexpr std::uint64_t kWordsOfAnElement = 256;  // numbers that may be rejected have so much of the stream for themselves

// A place in the stream, and the words from there on.
class Philox {
 public:
  Philox(std::array<std::uint32_t, 2> key, PhiloxBlock counter) : key_(key), counter_(counter) {}

  Philox skipped(std::uint64_t blocks) const {
    Philox later(*this);
    const std::uint64_t low = later.half(0), sum = low + blocks;
    later.set_half(0, sum);
    if (sum < low) later.set_half(2, later.half(2) + 1);
    return later;
  }
  PhiloxBlock block() {
    const PhiloxBlock words = cpu::philox4x32(counter_, key_);
    *this = skipped(1);
    return words;
  }
  // One word after another, block by block.
  std::uint32_t word() {
    if (left_ == 0) {
      words_ = block();
      left_ = 4;
    }
    return words_[static_cast<std::size_t>(4 - left_--)];
  }

 private:
  std::uint64_t half(std::size_t i) const { return std::uint64_t{counter_[i + 1]} << 32 | counter_[i]; }
  void set_half(std::size_t i, std::uint64_t value) {
    counter_[i] = static_cast<std::uint32_t>(value);
    counter_[i + 1] = static_cast<std::uint32_t>(value >> 32);
  }

  std::array<std::uint32_t, 2> key_;
  PhiloxBlock counter_;
  PhiloxBlock words_ = {};
  int left_ = 0;
};

std::uint32_t low_word(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
std::uint32_t high_word(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }

Philox begin_of(const View* state, RandomStream stream) {
  if (state == nullptr) return {{low_word(stream.key), high_word(stream.key)}, {0, 0, low_word(stream.counter), high_word(stream.counter)}};
  const Staged whole(*state, DType::kI64);
  const auto* given = whole.view().as<const std::uint64_t>();
  const std::uint64_t first = given[0], second = given[1];
  const PhiloxBlock counter = {low_word(first), high_word(first), low_word(second), high_word(second)};
  if (state->shape[0] == 3) return {{low_word(given[2]), high_word(given[2])}, counter};
  const PhiloxBlock mixed = cpu::philox4x32(counter, {0x3ec8f720, 0x02461e29});
  return {{mixed[0], mixed[1]}, {0, 0, mixed[2], mixed[3]}};
}

// ---- Numbers of words ----

float uniform_float(std::uint32_t x) { return std::bit_cast<float>(std::uint32_t{127} << 23 | (x & 0x7fffff)) - 1.0F; }
double uniform_double(std::uint32_t x0, std::uint32_t x1) {
  return std::bit_cast<double>(std::uint64_t{1023} << 52 | std::uint64_t{x0 & 0xfffff} << 32 | x1) - 1.0;
}

// Box and Muller.
constexpr double kLeast = 1e-7;
std::array<float, 2> normal_floats(std::uint32_t x0, std::uint32_t x1) {
  const float u = std::max(uniform_float(x0), static_cast<float>(kLeast));
  const auto angle = static_cast<float>(2 * std::numbers::pi * static_cast<double>(uniform_float(x1)));
  const float radius = std::sqrt(-2.0F * std::log(u));
  return {std::sin(angle) * radius, std::cos(angle) * radius};
}
std::array<double, 2> normal_doubles(const PhiloxBlock& x) {
  const double u = std::max(uniform_double(x[0], x[1]), kLeast);
  const double angle = 2 * std::numbers::pi * uniform_double(x[2], x[3]);
  const double radius = std::sqrt(-2.0 * std::log(u));
  return {std::sin(angle) * radius, std::cos(angle) * radius};
}

// Four numbers, or two of 64 bits, of a group's part of the stream.
using Group = std::array<double, 4>;

Group uniform_group(DType dtype, Philox from) {
  const PhiloxBlock x = from.block();
  Group group{};
  for (std::size_t i = 0; i < 4; ++i) {
    switch (dtype) {
      case DType::kF64: group[i] = i < 2 ? uniform_double(x[2 * i], x[2 * i + 1]) : 0; break;
      case DType::kF16: group[i] = static_cast<double>(x[i] & 0x3ff) / 1024; break;
      case DType::kBF16: group[i] = static_cast<double>(x[i] & 0x7f) / 128; break;
      default: group[i] = static_cast<double>(uniform_float(x[i]));
    }
  }
  return group;
}

Group normal_group(DType dtype, Philox from) {
  const PhiloxBlock x = from.block();
  if (dtype == DType::kF64) {
    const auto [a, b] = normal_doubles(x);
    return {a, b, 0, 0};
  }
  const auto [a, b] = normal_floats(x[0], x[1]);
  const auto [c, d] = normal_floats(x[2], x[3]);
  return {static_cast<double>(a), static_cast<double>(b), static_cast<double>(c), static_cast<double>(d)};
}

Group truncated_group(DType dtype, Philox from) {
  Group group{};
  const std::size_t size = dtype == DType::kF64 ? 2 : 4;
  for (std::size_t filled = 0; filled < size;) {
    std::array<double, 2> pair{};
    if (dtype == DType::kF64) {
      pair = normal_doubles({from.word(), from.word(), from.word(), from.word()});
    } else {
      const std::uint32_t first = from.word(), second = from.word();
      const auto [a, b] = normal_floats(first, second);
      pair = {static_cast<double>(a), static_cast<double>(b)};
    }
    for (const double z : pair) {
      if (std::abs(z) < 2 && filled < size) group[filled++] = z;
    }
  }
  return group;
}

// Calls body(group, begin, count) over the elements in groups of `size`.
template <class Body>
void for_groups(std::int64_t elements, std::int64_t size, const Body& body) {
  device::parallel_for((elements + size - 1) / size, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t g = begin; g < end; ++g) body(static_cast<std::uint64_t>(g), g * size, std::min(size, elements - g * size));
  });
}

void draw_floating(const Philox& begin, Draw what, const View& out) {
  Doubles numbers(out);
  const std::int64_t size = out.dtype == DType::kF64 ? 2 : 4;
  for_groups(out.size(), size, [&](std::uint64_t g, std::int64_t first, std::int64_t count) {
    const Group group = what == Draw::kUniform ? uniform_group(out.dtype, begin.skipped(g))
                        : what == Draw::kNormal
                            ? normal_group(out.dtype, begin.skipped(g))
                            : truncated_group(out.dtype, begin.skipped(g * kWordsOfAnElement * static_cast<std::uint64_t>(size) / 4));
    std::copy_n(group.begin(), count, numbers.data() + first);
  });
  numbers.store(out);
}

template <class T>
void draw_integers(const Philox& begin, std::int64_t low, std::uint64_t range, const View& out) {
  using Bits = std::make_unsigned_t<T>;
  constexpr std::size_t kSize = sizeof(T) == 8 ? 2 : 4;
  for_groups(out.size(), kSize, [&](std::uint64_t g, std::int64_t first, std::int64_t count) {
    const PhiloxBlock x = begin.skipped(g).block();
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      Bits bits = static_cast<Bits>(kSize == 2 ? std::uint64_t{x[(2 * i + 1) % 4]} << 32 | x[2 * i % 4] : x[i]);
      if (range != 0) bits = static_cast<Bits>(static_cast<Bits>(low) + bits % static_cast<Bits>(range));
      out.as<T>()[first + static_cast<std::int64_t>(i)] = static_cast<T>(bits);
    }
  });
}

// ---- Numbers that may be drawn several times ----

// Uniform and normal numbers of one element's part of the stream. Of a block's two numbers the second comes first.
class Source {
 public:
  explicit Source(const Philox& from) : from_(from) {}
  double uniform() {
    if (uniforms_left_ == 0) {
      const PhiloxBlock x = from_.block();
      uniforms_ = {uniform_double(x[0], x[1]), uniform_double(x[2], x[3])};
      uniforms_left_ = 2;
    }
    return uniforms_[static_cast<std::size_t>(--uniforms_left_)];
  }
  double normal() {
    if (normals_left_ == 0) {
      normals_ = normal_doubles(from_.block());
      normals_left_ = 2;
    }
    return normals_[static_cast<std::size_t>(--normals_left_)];
  }

 private:
  Philox from_;
  std::array<double, 2> uniforms_ = {}, normals_ = {};
  int uniforms_left_ = 0, normals_left_ = 0;
};

double gamma_number(double alpha, Source source) {
  if (!(alpha >= 0) || std::isinf(alpha)) return alpha < 0 ? NAN : alpha;
  if (alpha == 0) return 0;
  if (alpha == 1) return -std::log1p(-source.uniform());
  const bool small = alpha < 1;
  const double d = alpha + (small ? 2.0 / 3 : -1.0 / 3), c = 1.0 / 3 / std::sqrt(d);
  for (;;) {
    const double x = source.normal();
    double v = 1 + c * x;
    if (v <= 0) continue;
    v = v * v * v;
    const double u = source.uniform();
    if (u < 1 - 0.0331 * (x * x) * (x * x) || std::log(u) < 0.5 * x * x + d * (1 - v + std::log(v))) {
      return small ? d * v * std::pow(source.uniform(), 1 / alpha) : d * v;
    }
  }
}

double poisson_number(double mean, Source source) {
  if (!(mean >= 0) || std::isinf(mean)) return NAN;
  if (mean < 10) {
    const double limit = std::exp(-mean);
    double product = 1, count = 0;
    for (;;) {
      product *= source.uniform();
      if (product <= limit) return count;
      ++count;
    }
  }
  const double log_mean = std::log(mean), b = 0.931 + 2.53 * std::sqrt(mean), a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  for (;;) {
    const double u = source.uniform() - 0.5, v = source.uniform(), us = 0.5 - std::abs(u);
    const double count = std::floor((2 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2)) return count;
    if (count < 0 || (us < 0.013 && v > us)) continue;
    if (std::log(v * inverse_alpha / (a / (us * us) + b)) <= -mean + count * log_mean - log_gamma(count + 1)) return count;
  }
}

// The error of Stirling's formula for log(k!).
double stirling_tail(double k) {
  constexpr double kTails[] = {0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
                               0.0138761288230707, 0.0118967099458917, 0.0104112652619720, 0.00925546218271273, 0.00833056343336287};
  if (k <= 9) return kTails[static_cast<std::size_t>(k)];
  const double square = (k + 1) * (k + 1);
  return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1);
}

double binomial_by_steps(double trials, double p, Source& source) {
  double sum = 0;
  for (double count = 0;; ++count) {
    sum += std::ceil(std::log(source.uniform()) / std::log1p(-p));
    if (sum > trials) return count;
  }
}

double binomial_by_rejection(double trials, double p, Source& source) {
  const double deviation = std::sqrt(trials * p * (1 - p));
  const double b = 1.15 + 2.53 * deviation, a = -0.0873 + 0.0248 * b + 0.01 * p, c = trials * p + 0.5, v_r = 0.92 - 4.2 / b;
  const double r = p / (1 - p), alpha = (2.83 + 5.1 / b) * deviation, m = std::floor((trials + 1) * p);
  for (;;) {
    const double u = source.uniform() - 0.5;
    double v = source.uniform();
    const double us = 0.5 - std::abs(u), k = std::floor((2 * a / us + b) * u + c);
    if (us >= 0.07 && v <= v_r) return k;
    if (k < 0 || k > trials) continue;
    v = std::log(v * alpha / (a / (us * us) + b));
    const double bound = (m + 0.5) * std::log((m + 1) / (r * (trials - m + 1))) + (trials + 1) * std::log((trials - m + 1) / (trials - k + 1)) +
                         (k + 0.5) * std::log(r * (trials - k + 1) / (k + 1)) + stirling_tail(m) + stirling_tail(trials - m) - stirling_tail(k) -
                         stirling_tail(trials - k);
    if (v <= bound) return k;
  }
}

double binomial_number(double trials, double p, Source source) {
  if (!(p >= 0 && p <= 1) || !(trials >= 0) || std::isinf(trials)) return NAN;
  if (p == 0 || trials == 0) return 0;
  if (p == 1) return trials;
  const bool mirrored = p > 0.5;
  const double q = mirrored ? 1 - p : p;
  const double count = trials * q >= 10 ? binomial_by_rejection(trials, q, source) : binomial_by_steps(trials, q, source);
  return mirrored ? trials - count : count;
}

// A number for each element of out [i.., k..] from parameters [k..]: number(k, source). In the stream the elements of one parameter lie together.
template <class Number>
void draw_each(const Philox& begin, std::int64_t parameters, const Number& number, const View& out) {
  constexpr std::uint64_t kBlocks = 256;  // of an element
  Doubles drawn(out);
  const std::int64_t samples = parameters == 0 ? 0 : out.size() / parameters;
  device::parallel_for(out.size(), kGrain / 16, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      const std::int64_t k = i % parameters, place = k * samples + i / parameters;
      drawn[static_cast<std::size_t>(i)] = number(k, Source(begin.skipped(static_cast<std::uint64_t>(place) * kBlocks)));
    }
  });
  drawn.store(out);
}

// ---- The slope of gamma numbers ----

// With P = x^alpha e^-x / gamma(alpha + 1) * sum of x^n / ((alpha + 1) .. (alpha + n)).
double slope_by_series(double alpha, double x) {
  double term = 1, slope = 0, sum = 1, slopes = 0;
  for (int n = 1; n < 20'000; ++n) {
    const double factor = x / (alpha + n);
    slope = slope * factor - term * factor / (alpha + n);
    term *= factor;
    sum += term;
    slopes += slope;
    if (std::abs(slope) <= 1e-17 * std::abs(slopes) && term <= 1e-17 * sum) break;
  }
  return -(x / alpha) * (sum * (std::log(x) - digamma(alpha + 1)) + slopes);
}

// With 1 - P = x^alpha e^-x / gamma(alpha) times a continued fraction p / q, whose terms come by recurrence, and their derivatives with them.
double slope_by_fraction(double alpha, double x) {
  constexpr double kLarge = 4503599627370496.0;
  double y = 1 - alpha, z = x + y + 1;
  std::array<double, 2> p = {1, x + 1}, q = {x, z * x}, dp = {0, 0}, dq = {0, -x};
  double fraction = p[1] / q[1], slope = (dp[1] - fraction * dq[1]) / q[1];
  for (int c = 1; c < 20'000; ++c) {
    y += 1;
    z += 2;
    const double yc = y * c;
    const double next_p = p[1] * z - p[0] * yc, next_q = q[1] * z - q[0] * yc;
    const double next_dp = dp[1] * z - p[1] - dp[0] * yc + p[0] * c, next_dq = dq[1] * z - q[1] - dq[0] * yc + q[0] * c;
    const double before = slope;
    if (next_q != 0) {
      fraction = next_p / next_q;
      slope = (next_dp - fraction * next_dq) / next_q;
    }
    p = {p[1], next_p}, q = {q[1], next_q}, dp = {dp[1], next_dp}, dq = {dq[1], next_dq};
    if (std::abs(next_p) > kLarge) {
      for (auto* pair : {&p, &q, &dp, &dq}) {
        for (double& number : *pair) number /= kLarge;
      }
    }
    if (next_q != 0 && std::abs(slope - before) <= 1e-16 * std::abs(slope)) break;
  }
  return x * (fraction * (std::log(x) - digamma(alpha)) + slope);
}

double slope_of_gamma(double alpha, double x) {
  if (!(alpha > 0) || !(x >= 0) || std::isinf(x)) return NAN;
  if (x == 0) return 0;
  return x <= 1 || x <= alpha + 1 ? slope_by_series(alpha, x) : slope_by_fraction(alpha, x);
}

}  // namespace

void draw_numbers(const View* state, RandomStream stream, Draw what, std::int64_t low, std::uint64_t range, const View& out) {
  const Philox begin = begin_of(state, stream);
  if (what != Draw::kIntegers) return draw_floating(begin, what, out);
  const DType dtype = signed_of(out.dtype);  // of the same bits
  if (dtype == DType::kI32) return draw_integers<std::int32_t>(begin, low, range, out);
  if (dtype == DType::kI64) return draw_integers<std::int64_t>(begin, low, range, out);
  throw InternalError("draw_numbers", "no loop for dtype " + std::string(name_of(out.dtype)));
}

void draw_gamma(const View* state, RandomStream stream, const View& alpha, const View& out) {
  const Staged shapes(alpha, DType::kF64);
  const auto* a = shapes.view().as<const double>();
  draw_each(
      begin_of(state, stream), alpha.size(), [a](std::int64_t k, const Source& source) { return gamma_number(a[k], source); }, out);
}

void gamma_slope(const View& alpha, const View& x, const View& out) {
  const Staged shapes(alpha, DType::kF64), numbers(x, DType::kF64);
  const auto *a = shapes.view().as<const double>(), *at = numbers.view().as<const double>();
  Doubles slopes(out);
  device::parallel_for(out.size(), kGrain / 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) slopes[static_cast<std::size_t>(i)] = slope_of_gamma(a[i], at[i]);
  });
  slopes.store(out);
}

void draw_poisson(const View* state, RandomStream stream, const View& means, const View& out) {
  const Staged numbers(means, DType::kF64);
  const auto* mean = numbers.view().as<const double>();
  draw_each(
      begin_of(state, stream), means.size(), [mean](std::int64_t k, const Source& source) { return poisson_number(mean[k], source); }, out);
}

void draw_binomial(const View* state, RandomStream stream, const View& trials, const View& probabilities, const View& out) {
  const Staged counts(trials, DType::kF64), shares(probabilities, DType::kF64);
  const auto *n = counts.view().as<const double>(), *p = shares.view().as<const double>();
  draw_each(
      begin_of(state, stream), trials.size(), [n, p](std::int64_t k, const Source& source) { return binomial_number(n[k], p[k], source); }, out);
}

void draw_classes(const View* state, RandomStream stream, const View& logits, const View& out) {
  const std::int64_t rows = logits.shape[0], classes = logits.shape[1], samples = out.shape[1];
  const Staged numbers(logits, DType::kF64);
  const auto* logit = numbers.view().as<const double>();
  Philox from = begin_of(state, stream);
  Doubles drawn(out);
  std::vector<double> sums(static_cast<std::size_t>(classes));
  for (std::int64_t b = 0; b < rows; ++b) {
    double most = -INFINITY, total = 0;
    for (std::int64_t c = 0; c < classes; ++c) {
      if (std::isfinite(logit[b * classes + c])) most = std::max(most, logit[b * classes + c]);
    }
    for (std::int64_t c = 0; c < classes; ++c) {
      const double x = logit[b * classes + c];
      if (std::isfinite(x)) total += std::exp(x - most);
      sums[static_cast<std::size_t>(c)] = total;
    }
    for (std::int64_t i = 0; i < samples; ++i) {
      const std::uint32_t first = from.word(), second = from.word();
      const auto found = std::upper_bound(sums.begin(), sums.end(), uniform_double(first, second) * total);
      drawn[static_cast<std::size_t>(b * samples + i)] = static_cast<double>(std::min<std::int64_t>(found - sums.begin(), classes - 1));
    }
  }
  drawn.store(out);
}

}  // namespace whygrad::kernels::cpu
