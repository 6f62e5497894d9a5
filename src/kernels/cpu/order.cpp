// Sorting and distinct elements.
#include "kernels/order.hpp"
#include "kernels/cpu/table.hpp"

#include "device/parallel.hpp"
#include "device/workspace.hpp"

#include <whygrad/base/error.hpp>

#include <algorithm>
#include <numeric>
#include <string>
#include <type_traits>

namespace whygrad::kernels::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 12;  // elements per thread that are worth a parallel region

template <class T>
auto value_of(T x) {
  if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
    return static_cast<float>(x);
  } else {
    return x;
  }
}

// Whether the element at i stands before the one at j.
template <class T, bool kDescending>
struct Before {
  const T* x;
  bool operator()(std::int32_t i, std::int32_t j) const {
    const auto a = value_of(x[i]), b = value_of(x[j]);
    if (a == b) return i < j;
    if (a != a || b != b) return a != a && (b == b || i < j);
    return kDescending ? a > b : a < b;
  }
};

template <class T, bool kDescending>
void order_rows(const View& x, std::int64_t k, const View& positions) {
  const std::int64_t n = x.shape[x.rank - 1];
  if (n == 0 || k == 0) return;
  device::parallel_for(x.size() / n, std::max<std::int64_t>(kGrain / n, 1), [&](std::int64_t begin, std::int64_t end) {
    device::Workspace<std::int32_t> places(static_cast<std::size_t>(n));
    for (std::int64_t row = begin; row < end; ++row) {
      std::iota(places.begin(), places.end(), 0);
      const Before<T, kDescending> before{x.as<const T>() + row * n};
      if (k < n) std::nth_element(places.begin(), places.begin() + k, places.end(), before);
      std::sort(places.begin(), places.begin() + k, before);
      std::copy_n(places.begin(), k, positions.as<std::int32_t>() + row * k);
    }
  });
}

struct Order {
  bool descending;
  const View& x;
  std::int64_t k;
  const View& positions;
  template <class T>
  void run() const {
    descending ? order_rows<T, true>(x, k, positions) : order_rows<T, false>(x, k, positions);
  }
};

struct NumberDistinct {
  const View& x;
  const View& numbers;
  std::int64_t& count;
  template <class T>
  void run() const {
    const std::int64_t n = x.size();
    const T* elements = x.as<const T>();
    auto* number = numbers.as<std::int32_t>();
    device::Workspace<std::int32_t> sorted(static_cast<std::size_t>(n));
    cpu::order(false, x, n, numbers.under(sorted.data(), numbers.shape, numbers.strides, 1));
    // Of each run of equal elements the first to occur comes first; the others point at it.
    for (std::size_t i = 0, first = 0; i < sorted.size(); ++i) {
      if (value_of(elements[sorted[i]]) != value_of(elements[sorted[first]])) first = i;
      number[sorted[i]] = sorted[first];
    }
    for (std::int32_t i = 0; i < n; ++i) number[i] = number[i] == i ? static_cast<std::int32_t>(count++) : number[number[i]];
  }
};

template <class F>
void with_type(const char* kernel, DType dtype, const F& f) {
  switch (dtype) {
    case DType::kU8: return f.template run<std::uint8_t>();
    case DType::kI8: return f.template run<std::int8_t>();
    case DType::kI16: return f.template run<std::int16_t>();
    case DType::kI32: return f.template run<std::int32_t>();
    case DType::kI64: return f.template run<std::int64_t>();
    case DType::kF16: return f.template run<Half>();
    case DType::kBF16: return f.template run<BFloat16>();
    case DType::kF32: return f.template run<float>();
    case DType::kF64: return f.template run<double>();
    default: throw InternalError(kernel, "no loop for dtype " + std::string(name_of(dtype)));
  }
}

}  // namespace

void order(bool descending, const View& x, std::int64_t k, const View& positions) { with_type("order", x.dtype, Order{descending, x, k, positions}); }

std::int64_t number_distinct(const View& x, const View& numbers) {
  std::int64_t count = 0;
  with_type("number_distinct", x.dtype, NumberDistinct{x, numbers, count});
  return count;
}

}  // namespace whygrad::kernels::cpu
