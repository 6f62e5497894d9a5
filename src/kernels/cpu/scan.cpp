// Positions of extremes and running sums: loops that walk an axis in order.
#include "kernels/cpu/halves.hpp"
#include "kernels/cpu/table.hpp"
#include "kernels/reduce.hpp"

#include "device/parallel.hpp"

#include <whygrad/base/error.hpp>

#include <algorithm>
#include <complex>
#include <limits>
#include <string>
#include <type_traits>

namespace whygrad::kernels::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 15;
constexpr std::int64_t kLinesAtOnce = 64;  // neighbouring lines walked together, so that each cache line is used up

// x as [outer.., n, inner..] with `axis` as n. A line is the n elements at one position of all other axes; lines are numbered in row-major order.
struct Lines {
  const View& x;
  int axis;
  std::int64_t length() const { return x.shape[axis]; }
  std::int64_t stride() const { return x.strides[axis]; }
  std::int64_t count() const {
    std::int64_t count = 1;
    for (int i = 0; i < x.rank; ++i) count *= i == axis ? 1 : x.shape[i];
    return count;
  }
  // Elements of a contiguous array of x's shape between one element of a line and the next.
  std::int64_t inner() const {
    std::int64_t inner = 1;
    for (int i = axis + 1; i < x.rank; ++i) inner *= x.shape[i];
    return inner;
  }
  // Where line `line` begins in x.
  std::int64_t start(std::int64_t line) const {
    std::int64_t offset = 0;
    for (int i = x.rank - 1; i >= 0; --i) {
      if (i == axis) continue;
      offset += line % x.shape[i] * x.strides[i];
      line /= x.shape[i];
    }
    return offset;
  }
};

// Halves compare and add as floats; every other element is itself.
template <class T>
auto value_of(T x) {
  if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) return static_cast<float>(x);
  if constexpr (!std::is_same_v<T, Half> && !std::is_same_v<T, BFloat16>) return x;
}

// Calls walk(line, lines) for groups of at most kLinesAtOnce lines that are neighbours in the output.
template <class Walk>
void for_line_groups(const Lines& lines, const Walk& walk) {
  const std::int64_t grain = std::max<std::int64_t>(kGrain / std::max<std::int64_t>(lines.length(), 1), 1);
  const std::int64_t inner = lines.inner();
  device::parallel_for(lines.count(), grain, [&](std::int64_t begin, std::int64_t end) {
    while (begin < end) {
      const std::int64_t n = std::min({kLinesAtOnce, end - begin, inner - begin % inner});
      walk(begin, n);
      begin += n;
    }
  });
}

template <class T, class Index, bool kLargest>
void arg_lines(const Lines& lines, const View& out) {
  const T* x = lines.x.as<const T>();
  for_line_groups(lines, [&](std::int64_t first, std::int64_t n) {
    std::int64_t at[kLinesAtOnce];
    for (std::int64_t l = 0; l < n; ++l) at[l] = lines.start(first + l);
    for (std::int64_t l = 0; l < n; ++l) {
      // As TensorFlow: what is larger than all finite numbers' lowest. So a NaN never wins, and neither does -Inf where nothing else is larger.
      using Value = decltype(value_of(x[0]));
      Value best = kLargest ? std::numeric_limits<Value>::lowest() : std::numeric_limits<Value>::max();
      Index where = 0;
      for (std::int64_t i = 0; i < lines.length(); ++i) {
        const Value value = value_of(x[at[l] + i * lines.stride()]);
        if (kLargest ? value > best : value < best) {
          best = value;
          where = static_cast<Index>(i);
        }
      }
      out.as<Index>()[first + l] = where;
    }
  });
}
template <class T>
void arg_reduce_as(bool largest, const Lines& lines, const View& out) {
  const DType position = signed_of(out.dtype);  // a position is never negative
  if (position == DType::kI16) return largest ? arg_lines<T, std::int16_t, true>(lines, out) : arg_lines<T, std::int16_t, false>(lines, out);
  if (position == DType::kI32) return largest ? arg_lines<T, std::int32_t, true>(lines, out) : arg_lines<T, std::int32_t, false>(lines, out);
  return largest ? arg_lines<T, std::int64_t, true>(lines, out) : arg_lines<T, std::int64_t, false>(lines, out);
}

template <class T>
T advance(Cumulative op, T total, T value) {
  if constexpr (std::is_integral_v<T>) {
    const std::uint64_t a = static_cast<std::uint64_t>(total), b = static_cast<std::uint64_t>(value);
    return static_cast<T>(op == Cumulative::kSum ? a + b : a * b);
  } else {
    return op == Cumulative::kSum ? total + value : total * value;
  }
}

template <class T>
void cumulative_as(Cumulative op, const Lines& lines, bool exclusive, bool reverse, const View& out) {
  const T* x = lines.x.as<const T>();
  const std::int64_t length = lines.length(), inner = lines.inner();
  using Value = decltype(value_of(T{}));
  const Value neutral = static_cast<Value>(op == Cumulative::kSum ? 0 : 1);
  for_line_groups(lines, [&](std::int64_t first, std::int64_t n) {
    if (inner == 1) {  // a line by itself: its total stays in a register
      const T* from = x + lines.start(first) + (reverse ? (length - 1) * lines.stride() : 0);
      T* to = out.as<T>() + first * length + (reverse ? length - 1 : 0);
      const std::int64_t stride = reverse ? -lines.stride() : lines.stride(), forward = reverse ? -1 : 1;
      const auto walk = [&](auto is_sum, auto is_exclusive) {
        Value total = neutral;
        for (std::int64_t i = 0; i < length; ++i) {
          const Value before = total;
          total = advance(is_sum ? Cumulative::kSum : Cumulative::kProd, before, value_of(from[i * stride]));
          to[i * forward] = static_cast<T>(is_exclusive ? before : total);
        }
      };
      using Yes = std::true_type;
      using No = std::false_type;
      if (op == Cumulative::kSum) return exclusive ? walk(Yes(), Yes()) : walk(Yes(), No());
      return exclusive ? walk(No(), Yes()) : walk(No(), No());
    }
    Value totals[kLinesAtOnce];
    std::int64_t at[kLinesAtOnce];
    for (std::int64_t l = 0; l < n; ++l) {
      totals[l] = neutral;
      at[l] = lines.start(first + l);
    }
    T* to = out.as<T>() + first / inner * inner * length + first % inner;
    for (std::int64_t step = 0; step < length; ++step) {
      const std::int64_t i = reverse ? length - 1 - step : step;
      for (std::int64_t l = 0; l < n; ++l) {
        const Value before = totals[l];
        totals[l] = advance(op, before, value_of(x[at[l] + i * lines.stride()]));
        to[i * inner + l] = static_cast<T>(exclusive ? before : totals[l]);
      }
    }
  });
}

[[noreturn]] void refuse(const char* kernel, DType dtype) { throw InternalError(kernel, "no loop for dtype " + std::string(name_of(dtype))); }

}  // namespace

void arg_reduce(bool largest, const View& x, int axis, const View& out) {
  const Lines lines{x, axis};
  switch (x.dtype) {
    case DType::kBool:  // a byte, 0 or 1
    case DType::kU8: return arg_reduce_as<std::uint8_t>(largest, lines, out);
    case DType::kI8: return arg_reduce_as<std::int8_t>(largest, lines, out);
    case DType::kU16: return arg_reduce_as<std::uint16_t>(largest, lines, out);
    case DType::kI16: return arg_reduce_as<std::int16_t>(largest, lines, out);
    case DType::kU32: return arg_reduce_as<std::uint32_t>(largest, lines, out);
    case DType::kI32: return arg_reduce_as<std::int32_t>(largest, lines, out);
    case DType::kU64: return arg_reduce_as<std::uint64_t>(largest, lines, out);
    case DType::kI64: return arg_reduce_as<std::int64_t>(largest, lines, out);
    case DType::kF16: return arg_reduce_as<Half>(largest, lines, out);
    case DType::kBF16: return arg_reduce_as<BFloat16>(largest, lines, out);
    case DType::kF32: return arg_reduce_as<float>(largest, lines, out);
    case DType::kF64: return arg_reduce_as<double>(largest, lines, out);
    default: refuse("arg_reduce", x.dtype);
  }
}

void cumulative(Cumulative op, const View& x, int axis, bool exclusive, bool reverse, const View& out) {
  const Lines lines{x, axis};
  switch (x.dtype) {
    case DType::kU8:  // an unsigned type has the bits of the signed one of its width
    case DType::kI8: return cumulative_as<std::int8_t>(op, lines, exclusive, reverse, out);
    case DType::kU16:
    case DType::kI16: return cumulative_as<std::int16_t>(op, lines, exclusive, reverse, out);
    case DType::kU32:
    case DType::kI32: return cumulative_as<std::int32_t>(op, lines, exclusive, reverse, out);
    case DType::kU64:
    case DType::kI64: return cumulative_as<std::int64_t>(op, lines, exclusive, reverse, out);
    case DType::kF16: return cumulative_as<Half>(op, lines, exclusive, reverse, out);
    case DType::kBF16: return cumulative_as<BFloat16>(op, lines, exclusive, reverse, out);
    case DType::kF32: return cumulative_as<float>(op, lines, exclusive, reverse, out);
    case DType::kF64: return cumulative_as<double>(op, lines, exclusive, reverse, out);
    case DType::kC64: return cumulative_as<std::complex<float>>(op, lines, exclusive, reverse, out);
    case DType::kC128: return cumulative_as<std::complex<double>>(op, lines, exclusive, reverse, out);
    default: refuse("cumulative", x.dtype);
  }
}

}  // namespace whygrad::kernels::cpu
