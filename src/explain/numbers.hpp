// The elements of tensors, as an explanation looks at them: in place, without a read that the log would remember.
#pragma once

#include "kernels/view.hpp"

#include <whygrad/flow/flow_graph.hpp>
#include <whygrad/tensor/tensor.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace whygrad::internal {

// The histogram is that of a sample where there are many elements.
FlowGraph::Numbers numbers_of(const Tensor& tensor);
// The same of elements that lie row by row without gaps, whoever holds them.
FlowGraph::Numbers numbers_of(const kernels::View& elements);
// Where the first element lies that is NaN, or if none is, Inf. Empty where all are finite, or for a scalar; see numbers_of.
std::vector<std::int64_t> first_not_finite(const Tensor& tensor);
std::vector<std::int64_t> first_not_finite(const kernels::View& elements);
// The element at this position of a larger or equal shape that the tensor broadcasts to; nothing where it does not. A complex one by its magnitude.
std::optional<double> element_at(const Tensor& tensor, std::span<const std::int64_t> at, const Shape& shape);
std::optional<double> element_at(const kernels::View& elements, std::span<const std::int64_t> at, std::span<const std::int64_t> shape);

}  // namespace whygrad::internal
