// Random numbers by counter.
#include "kernels/random.hpp"
#include "kernels/cpu/table.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/random.cpp"
#include "kernels/cpu/simd.hpp"

#include "device/parallel.hpp"
#include "kernels/cpu/halves.hpp"

#include <whygrad/base/error.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

// All numbers are made with plain IEEE operations in a fixed order, in double, and this file is compiled without contraction into fused
// multiply-adds, so the vectors of every SIMD target, and the scalar code of the portable one, hold the same bits.

#ifndef WHYGRAD_KERNELS_RANDOM_BATCH
#define WHYGRAD_KERNELS_RANDOM_BATCH
namespace whygrad::kernels::cpu {
inline constexpr int kBatchBlocks = 64, kBatchWords = 4 * kBatchBlocks;
}
#endif

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace {

// The Philox blocks [first, first + kBatchBlocks) of a stream, word after word.
void philox_batch(RandomStream stream, std::uint64_t first, std::uint32_t* words) {
  std::uint32_t a[kBatchBlocks], b[kBatchBlocks], c[kBatchBlocks], d[kBatchBlocks];
  for (int i = 0; i < kBatchBlocks; ++i) {
    const std::uint64_t block = first + static_cast<std::uint64_t>(i);
    a[i] = static_cast<std::uint32_t>(block);
    b[i] = static_cast<std::uint32_t>(block >> 32);
    c[i] = static_cast<std::uint32_t>(stream.counter);
    d[i] = static_cast<std::uint32_t>(stream.counter >> 32);
  }
  std::uint32_t key_low = static_cast<std::uint32_t>(stream.key), key_high = static_cast<std::uint32_t>(stream.key >> 32);
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < kBatchBlocks; ++i) {
      const std::uint64_t p = std::uint64_t{0xD2511F53} * a[i], q = std::uint64_t{0xCD9E8D57} * c[i];
      a[i] = static_cast<std::uint32_t>(q >> 32) ^ b[i] ^ key_low;
      b[i] = static_cast<std::uint32_t>(q);
      c[i] = static_cast<std::uint32_t>(p >> 32) ^ d[i] ^ key_high;
      d[i] = static_cast<std::uint32_t>(p);
    }
    key_low += 0x9E3779B9;
    key_high += 0xBB67AE85;
  }
  for (int i = 0; i < kBatchBlocks; ++i) {
    words[4 * i] = a[i];
    words[4 * i + 1] = b[i];
    words[4 * i + 2] = c[i];
    words[4 * i + 3] = d[i];
  }
}

// log(x) for normal x > 0: x = 2^k m with m in [sqrt(1/2), sqrt(2)), then 2 atanh((m - 1) / (m + 1)) by its series.
double plain_log(double x) {
  constexpr std::uint64_t kSqrtHalf = 0x3fe6a09e667f3bcd, kOne = 0x3ff0000000000000;
  const std::uint64_t shifted = std::bit_cast<std::uint64_t>(x) + (kOne - kSqrtHalf);
  const double k = static_cast<double>(static_cast<std::int32_t>(shifted >> 52) - 1023);
  const double m = std::bit_cast<double>((shifted & 0x000fffffffffffff) + kSqrtHalf);
  const double s = (m - 1) / (m + 1), z = s * s;
  double series = 0;
  for (int i = 10; i >= 0; --i) series = series * z + 2.0 / (2 * i + 1);
  return k * 0.69314718055994530942 + s * series;
}

// cos and sin of 2 pi u for u in [0, 1): the nearest quarter turn, and Taylor series for the rest.
struct Turn {
  double cos, sin;
};
Turn plain_turn(double u) {
  const double quarters = 4 * u;
  const int k = static_cast<int>(std::floor(quarters + 0.5));
  const double x = (quarters - k) * 1.57079632679489661923, z = x * x;
  double c = 0, s = 0;
  for (int i = 9; i >= 1; --i) {
    c = (c + 1) * z * (-1.0 / ((2 * i) * (2 * i - 1)));
    s = (s + 1) * z * (-1.0 / ((2 * i) * (2 * i + 1)));
  }
  c = c + 1;
  s = (s + 1) * x;
  const double turned_cos = (k & 1) != 0 ? s : c, turned_sin = (k & 1) != 0 ? c : s;
  return {((k + 1) & 2) != 0 ? -turned_cos : turned_cos, (k & 2) != 0 ? -turned_sin : turned_sin};
}

// The top 53 bits of two words as a fraction of [0, 1), and 32 bits of one.
double fraction(std::uint32_t high, std::uint32_t low) { return static_cast<double>(((std::uint64_t{high} << 32) | low) >> 11) * 0x1p-53; }
double fraction(std::uint32_t word) { return static_cast<double>(word) * 0x1p-32; }

// Box and Muller on `pairs` pairs of uniform numbers: 2 * pairs normal numbers. Radii come from the middle of their interval, never from 0.
void normals(const std::uint32_t* words, bool is_double, int pairs, double* out) {
  for (int i = 0; i < pairs; ++i) {
    const double u = is_double ? fraction(words[4 * i], words[4 * i + 1]) + 0x1p-54 : fraction(words[2 * i]) + 0x1p-33;
    const double v = is_double ? fraction(words[4 * i + 2], words[4 * i + 3]) : fraction(words[2 * i + 1]);
    const double radius = std::sqrt(-2 * plain_log(u));
    const Turn turn = plain_turn(v);
    out[2 * i] = radius * turn.cos;
    out[2 * i + 1] = radius * turn.sin;
  }
}

// A batch of random numbers: fills out[0, count) for the elements that begin at `first`, and says how many a batch has.
void uniform_batch(RandomStream stream, bool is_double, std::uint64_t batch, double* out) {
  std::uint32_t words[kBatchWords];
  philox_batch(stream, batch * kBatchBlocks, words);
  if (is_double) {
    for (int i = 0; i < kBatchWords / 2; ++i) out[i] = fraction(words[2 * i], words[2 * i + 1]);
  } else {
    for (int i = 0; i < kBatchWords; ++i) out[i] = static_cast<double>(words[i] >> 8) * 0x1p-24;
  }
}
void normal_batch(RandomStream stream, bool is_double, std::uint64_t batch, double* out) {
  std::uint32_t words[kBatchWords];
  philox_batch(stream, batch * kBatchBlocks, words);
  normals(words, is_double, is_double ? kBatchBlocks : 2 * kBatchBlocks, out);
}
// Each element has blocks of its own, one per attempt; the attempt stands in the top byte of the block number.
void truncated_batch(RandomStream stream, bool is_double, std::uint64_t batch, double* out) {
  const int per_block = is_double ? 2 : 4;
  bool missing = true;
  std::fill(out, out + kBatchBlocks, std::nan(""));
  for (std::uint64_t attempt = 0; missing; ++attempt) {
    std::uint32_t words[kBatchWords];
    double drawn[kBatchWords];
    philox_batch(stream, batch * kBatchBlocks + (attempt << 56), words);
    normals(words, is_double, kBatchBlocks * per_block / 2, drawn);
    missing = false;
    for (int i = 0; i < kBatchBlocks; ++i) {
      for (int j = 0; j < per_block; ++j) {
        if (std::isnan(out[i]) && std::abs(drawn[i * per_block + j]) <= 2) out[i] = drawn[i * per_block + j];
      }
      missing = missing || std::isnan(out[i]);
    }
  }
}
void integer_batch(RandomStream stream, std::uint64_t batch, std::uint64_t* out) {
  std::uint32_t words[kBatchWords];
  philox_batch(stream, batch * kBatchBlocks, words);
  for (int i = 0; i < kBatchWords / 2; ++i) out[i] = (std::uint64_t{words[2 * i]} << 32) | words[2 * i + 1];
}

}  // namespace
}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whygrad::kernels::cpu {
namespace {
HWY_EXPORT(uniform_batch);
HWY_EXPORT(normal_batch);
HWY_EXPORT(truncated_batch);
HWY_EXPORT(integer_batch);

constexpr std::int64_t kGrain = 1 << 12;  // elements per thread that justify a parallel region

// Runs body(batch, first element, count) over out in batches of `size` elements.
template <class Body>
void for_batches(const View& out, std::int64_t size, const Body& body) {
  const std::int64_t n = out.size();
  device::parallel_for((n + size - 1) / size, kGrain / size, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t batch = begin; batch < end; ++batch) body(static_cast<std::uint64_t>(batch), batch * size, std::min(size, n - batch * size));
  });
}

void store(const View& out, std::int64_t first, std::int64_t n, const double* values) {
  float singles[kBatchWords];
  if (out.dtype == DType::kF64) {
    std::copy(values, values + n, out.as<double>() + first);
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) singles[i] = static_cast<float>(values[i]);
  if (out.dtype == DType::kF32) {
    std::copy(singles, singles + n, out.as<float>() + first);
  } else {
    narrow(out.dtype, singles, out.as<std::byte>() + first * static_cast<std::int64_t>(size_of(out.dtype)), static_cast<std::size_t>(n));
  }
}

void require_floating(const View& out) {
  if (!is_floating(out.dtype)) throw InternalError("random", "no loop for dtype " + std::string(name_of(out.dtype)));
}

// A number of the dtype right below `hi`: where rounding lo + u * (hi - lo) would reach hi.
template <class H>
double half_below(double hi) {
  const std::uint16_t bits = H(static_cast<float>(hi)).bits;
  const bool is_zero = (bits & 0x7fff) == 0, is_negative = (bits & 0x8000) != 0;
  return static_cast<double>(static_cast<float>(H::from_bits(static_cast<std::uint16_t>(is_zero ? 0x8001 : is_negative ? bits + 1 : bits - 1))));
}
double below(DType dtype, double hi) {
  switch (dtype) {
    case DType::kF64: return std::nextafter(hi, -INFINITY);
    case DType::kF32: return static_cast<double>(std::nextafter(static_cast<float>(hi), -INFINITY));
    case DType::kF16: return half_below<Half>(hi);
    default: return half_below<BFloat16>(hi);
  }
}

template <class T>
void store_integers(const View& out, std::int64_t first, std::int64_t n, const std::uint64_t* bits, std::int64_t lo, std::uint64_t range) {
  __extension__ using Product = unsigned __int128;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto step = static_cast<std::uint64_t>((static_cast<Product>(bits[i]) * range) >> 64);
    out.as<T>()[first + i] = static_cast<T>(static_cast<std::uint64_t>(lo) + step);
  }
}

}  // namespace

PhiloxBlock philox4x32(PhiloxBlock counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p = std::uint64_t{0xD2511F53} * counter[0], q = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(q >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(q),
               static_cast<std::uint32_t>(p >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(p)};
    key = {key[0] + 0x9E3779B9, key[1] + 0xBB67AE85};
  }
  return counter;
}

void random_uniform(RandomStream stream, double lo, double hi, const View& out) {
  require_floating(out);
  const bool is_double = out.dtype == DType::kF64;
  const double highest = std::max(lo, below(out.dtype, hi));
  for_batches(out, is_double ? kBatchWords / 2 : kBatchWords, [&](std::uint64_t batch, std::int64_t first, std::int64_t n) {
    double values[kBatchWords];
    HWY_DYNAMIC_DISPATCH(uniform_batch)(stream, is_double, batch, values);
    for (std::int64_t i = 0; i < n; ++i) values[i] = std::min(lo + values[i] * (hi - lo), highest);
    store(out, first, n, values);
  });
}

void random_normal(RandomStream stream, double mean, double stddev, const View& out) {
  require_floating(out);
  const bool is_double = out.dtype == DType::kF64;
  for_batches(out, is_double ? kBatchWords / 2 : kBatchWords, [&](std::uint64_t batch, std::int64_t first, std::int64_t n) {
    double values[kBatchWords];
    HWY_DYNAMIC_DISPATCH(normal_batch)(stream, is_double, batch, values);
    for (std::int64_t i = 0; i < n; ++i) values[i] = mean + values[i] * stddev;
    store(out, first, n, values);
  });
}

void random_truncated_normal(RandomStream stream, double mean, double stddev, const View& out) {
  require_floating(out);
  const bool is_double = out.dtype == DType::kF64;
  for_batches(out, kBatchBlocks, [&](std::uint64_t batch, std::int64_t first, std::int64_t n) {
    double values[kBatchWords];
    HWY_DYNAMIC_DISPATCH(truncated_batch)(stream, is_double, batch, values);
    for (std::int64_t i = 0; i < n; ++i) values[i] = mean + values[i] * stddev;
    store(out, first, n, values);
  });
}

void random_integers(RandomStream stream, std::int64_t lo, std::int64_t hi, const View& out) {
  const std::uint64_t range = static_cast<std::uint64_t>(hi) - static_cast<std::uint64_t>(lo);
  for_batches(out, kBatchWords / 2, [&](std::uint64_t batch, std::int64_t first, std::int64_t n) {
    std::uint64_t bits[kBatchWords / 2];
    HWY_DYNAMIC_DISPATCH(integer_batch)(stream, batch, bits);
    switch (out.dtype) {
      case DType::kU8:  // an unsigned type has the bits of the signed one of its width
      case DType::kI8: return store_integers<std::int8_t>(out, first, n, bits, lo, range);
      case DType::kU16:
      case DType::kI16: return store_integers<std::int16_t>(out, first, n, bits, lo, range);
      case DType::kU32:
      case DType::kI32: return store_integers<std::int32_t>(out, first, n, bits, lo, range);
      default: return store_integers<std::int64_t>(out, first, n, bits, lo, range);
    }
  });
}

}  // namespace whygrad::kernels::cpu
#endif
