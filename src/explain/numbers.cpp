// Counts of zeros, NaN, Inf and magnitudes in a tensor.
#include "explain/numbers.hpp"

#include "kernels/census.hpp"
#include "ops/core/packed.hpp"

#include <cmath>

namespace whygrad::internal {
FlowGraph::Numbers numbers_of(const kernels::View& elements) {
  const kernels::Census census = kernels::census(elements);
  FlowGraph::Numbers n{
      .count = static_cast<std::uint64_t>(elements.size()), .zeros = census.zeros, .ones = census.ones, .nans = census.nans, .infs = census.infs};
  if (census.low > census.high) return n;
  n.min = census.low;
  n.max = census.high;
  n.norm = std::sqrt(census.squares);
  kernels::sample_bins(elements, n.min, n.max, n.bins);
  return n;
}

FlowGraph::Numbers numbers_of(const Tensor& tensor) {
  if (tensor.is_abstract()) return {};  // no element was inspected
  return numbers_of(Packed(tensor).view());
}

std::vector<std::int64_t> first_not_finite(const kernels::View& elements) {
  std::int64_t flat = kernels::find_not_finite(elements);
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
  return kernels::number_at(elements, offset);
}

std::optional<double> element_at(const Tensor& tensor, std::span<const std::int64_t> at, const Shape& shape) {
  return element_at(view_of(tensor), at, {shape.begin(), shape.end()});
}

}  // namespace whygrad::internal
