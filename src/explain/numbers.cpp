// Counts of zeros, NaN, Inf and magnitudes in a tensor.
#include "explain/numbers.hpp"

#include "kernels/census.hpp"
#include "kernels/element.hpp"
#include "ops/core/packed.hpp"

#include <algorithm>
#include <cmath>
#include <complex>

namespace whygrad::internal {
namespace {

using kernels::number;

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

// How many of the finite elements lie in each bin; of a large tensor a sample shows the shape as well.
template <class T>
void fill_bins(const T* elements, std::int64_t size, FlowGraph::Numbers& n) {
  constexpr std::int64_t kSample = 1024;
  const auto bins = static_cast<double>(n.bins.size());
  // Halves, since the whole range may be wider than a double.
  const double low = n.min / 2, per_unit = bins / (n.max / 2 - low), scale = std::isfinite(per_unit) ? per_unit : 0;
  for (std::int64_t at = 0, step = (size + kSample - 1) / kSample; at < size; at += step) {
    const double x = number(elements[at]);
    if (std::isfinite(x)) ++n.bins[static_cast<std::size_t>(std::min((x / 2 - low) * scale, bins - 1))];
  }
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

FlowGraph::Numbers numbers_of(const kernels::View& elements) {
  const kernels::Census census = kernels::census(elements);
  FlowGraph::Numbers n{
      .count = static_cast<std::uint64_t>(elements.size()), .zeros = census.zeros, .ones = census.ones, .nans = census.nans, .infs = census.infs};
  if (census.low > census.high) return n;
  n.min = census.low;
  n.max = census.high;
  n.norm = std::sqrt(census.squares);
  with_elements(elements.dtype, elements.data, [&](const auto* data) { fill_bins(data, elements.size(), n); });
  return n;
}

FlowGraph::Numbers numbers_of(const Tensor& tensor) {
  if (tensor.is_abstract()) return {};  // no element was looked at
  return numbers_of(Packed(tensor).view());
}

std::vector<std::int64_t> first_not_finite(const kernels::View& elements) {
  std::int64_t flat = with_elements(elements.dtype, elements.data, [&elements](const auto* data) { return first_bad(data, elements.size()); });
  if (flat < 0) return {};
  std::vector<std::int64_t> at(static_cast<std::size_t>(elements.rank));
  for (int axis = elements.rank; axis-- > 0; flat /= elements.shape[axis]) at[static_cast<std::size_t>(axis)] = flat % elements.shape[axis];
  return at;
}

std::vector<std::int64_t> first_not_finite(const Tensor& tensor) { return first_not_finite(Packed(tensor).view()); }

std::optional<double> element_at(const kernels::View& elements, std::span<const std::int64_t> at, std::span<const std::int64_t> shape) {
  const int lead = static_cast<int>(shape.size()) - elements.rank;
  if (lead < 0) return std::nullopt;
  std::int64_t offset = 0;
  for (int axis = 0; axis < elements.rank; ++axis) {
    const std::int64_t extent = elements.shape[axis];
    if (extent != 1 && extent != shape[static_cast<std::size_t>(lead + axis)]) return std::nullopt;
    if (extent != 1) offset += at[static_cast<std::size_t>(lead + axis)] * elements.strides[axis];
  }
  return with_elements(elements.dtype, elements.data, [offset](const auto* data) { return number(data[offset]); });
}

std::optional<double> element_at(const Tensor& tensor, std::span<const std::int64_t> at, const Shape& shape) {
  return element_at(view_of(tensor), at, {shape.begin(), shape.end()});
}

}  // namespace whygrad::internal
