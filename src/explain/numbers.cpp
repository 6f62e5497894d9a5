#include "explain/numbers.hpp"

#include "ops/core/packed.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace whygrad::internal {
namespace {

template <class T>
double number(T x) {
  return static_cast<double>(x);
}
double number(Half x) { return static_cast<double>(static_cast<float>(x)); }
double number(BFloat16 x) { return static_cast<double>(static_cast<float>(x)); }
// NaN where a part is.
template <class T>
double number(std::complex<T> x) {
  return std::isnan(x.real()) || std::isnan(x.imag()) ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(std::abs(x));
}

// Calls f with a pointer to the elements in their own type.
template <class F>
auto with_elements(DType dtype, const void* data, F&& f) {
  switch (dtype) {
    case DType::kBool: return f(static_cast<const bool*>(data));
    case DType::kU8: return f(static_cast<const std::uint8_t*>(data));
    case DType::kI8: return f(static_cast<const std::int8_t*>(data));
    case DType::kI16: return f(static_cast<const std::int16_t*>(data));
    case DType::kI32: return f(static_cast<const std::int32_t*>(data));
    case DType::kI64: return f(static_cast<const std::int64_t*>(data));
    case DType::kF16: return f(static_cast<const Half*>(data));
    case DType::kBF16: return f(static_cast<const BFloat16*>(data));
    case DType::kF32: return f(static_cast<const float*>(data));
    case DType::kF64: return f(static_cast<const double*>(data));
    case DType::kC64: return f(static_cast<const std::complex<float>*>(data));
    case DType::kC128: break;
  }
  return f(static_cast<const std::complex<double>*>(data));
}

// Which of the bins x lies in. Halves, since the whole range may be wider than a double.
std::size_t bin_of(double x, const FlowGraph::Numbers& n) {
  const double width = n.max / 2 - n.min / 2;
  if (width == 0) return 0;
  const auto bins = static_cast<double>(n.bins.size());
  return static_cast<std::size_t>(std::min((x / 2 - n.min / 2) / width * bins, bins - 1));
}

// Counted apart and without branches, so that the compiler can use vectors.
struct Lane {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity(), squares = 0;
  std::uint64_t zeros = 0, ones = 0, nans = 0, infs = 0;

  void add(double x) {
    const double magnitude = std::abs(x);
    const bool finite = magnitude <= std::numeric_limits<double>::max();
    zeros += x == 0 ? 1 : 0;
    ones += magnitude == 1 ? 1 : 0;
    nans += x != x ? 1 : 0;
    infs += magnitude > std::numeric_limits<double>::max() ? 1 : 0;
    low = finite && x < low ? x : low;
    high = finite && x > high ? x : high;
    squares += finite ? x * x : 0;
  }
};

template <class T>
FlowGraph::Numbers count(const T* elements, std::int64_t size) {
  constexpr std::int64_t kLanes = 4;
  Lane lanes[kLanes];
  std::int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    for (std::int64_t k = 0; k < kLanes; ++k) lanes[k].add(number(elements[i + k]));
  }
  for (; i < size; ++i) lanes[0].add(number(elements[i]));
  FlowGraph::Numbers n;
  n.count = static_cast<std::uint64_t>(size);
  Lane all;
  for (const Lane& lane : lanes) {
    n.zeros += lane.zeros;
    n.ones += lane.ones;
    n.nans += lane.nans;
    n.infs += lane.infs;
    all.low = std::min(all.low, lane.low);
    all.high = std::max(all.high, lane.high);
    all.squares += lane.squares;
  }
  if (all.low <= all.high) {
    n.min = all.low;
    n.max = all.high;
    n.norm = std::sqrt(all.squares);
  }
  // Of a large tensor a sample shows the shape as well.
  constexpr std::int64_t kSample = 4096;
  for (std::int64_t at = 0, step = std::max<std::int64_t>(1, size / kSample); at < size; at += step) {
    const double x = number(elements[at]);
    if (std::isfinite(x)) ++n.bins[bin_of(x, n)];
  }
  return n;
}

template <class T>
bool all_zero_or_some_spoilt(const T* elements, std::int64_t size) {
  bool zero = size != 0, finite = true;
  for (std::int64_t i = 0; i < size; ++i) {
    const double x = number(elements[i]);
    zero &= x == 0;
    finite &= std::abs(x) <= std::numeric_limits<double>::max();
  }
  return zero || !finite;
}

template <class T>
std::int64_t first_bad(const T* elements, std::int64_t size) {
  std::int64_t infinite = -1;
  for (std::int64_t i = 0; i < size; ++i) {
    const double x = number(elements[i]);
    if (std::isnan(x)) return i;
    if (infinite < 0 && std::isinf(x)) infinite = i;
  }
  return infinite;
}

}  // namespace

FlowGraph::Numbers numbers_of(const Tensor& tensor) {
  const Packed packed(tensor);
  return with_elements(tensor.dtype(), packed.view().data, [&tensor](const auto* elements) { return count(elements, tensor.size()); });
}

bool is_zero_or_spoilt(const Tensor& tensor) {
  const Packed packed(tensor);
  return with_elements(tensor.dtype(), packed.view().data,
                       [&tensor](const auto* elements) { return all_zero_or_some_spoilt(elements, tensor.size()); });
}

std::vector<std::int64_t> first_not_finite(const Tensor& tensor) {
  const Packed packed(tensor);
  std::int64_t flat =
      with_elements(tensor.dtype(), packed.view().data, [&tensor](const auto* elements) { return first_bad(elements, tensor.size()); });
  if (flat < 0) return {};
  std::vector<std::int64_t> at(static_cast<std::size_t>(tensor.rank()));
  for (int axis = tensor.rank(); axis-- > 0; flat /= tensor.shape()[axis]) at[static_cast<std::size_t>(axis)] = flat % tensor.shape()[axis];
  return at;
}

std::optional<double> element_at(const Tensor& tensor, std::span<const std::int64_t> at, const Shape& shape) {
  const int lead = shape.rank() - tensor.rank();
  if (lead < 0) return std::nullopt;
  std::int64_t offset = 0;
  for (int axis = 0; axis < tensor.rank(); ++axis) {
    const std::int64_t extent = tensor.shape()[axis];
    if (extent != 1 && extent != shape[lead + axis]) return std::nullopt;
    if (extent != 1) offset += at[static_cast<std::size_t>(lead + axis)] * tensor.impl()->strides[axis];
  }
  return with_elements(tensor.dtype(), tensor.impl()->data, [offset](const auto* elements) { return number(elements[offset]); });
}

}  // namespace whygrad::internal
