// The elements of tensors, as an explanation looks at them: in place, without a read that the log would remember.
#pragma once

#include <whygrad/flow/flow_graph.hpp>
#include <whygrad/tensor/tensor.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace whygrad::internal {

// The histogram is that of a sample where there are many elements.
FlowGraph::Numbers numbers_of(const Tensor& tensor);
// Where the first element lies that is NaN, or if none is, Inf. Empty where all are finite, or for a scalar; see numbers_of.
std::vector<std::int64_t> first_not_finite(const Tensor& tensor);
// The element at this position of a larger or equal shape that the tensor broadcasts to; nothing where it does not. A complex one by its magnitude.
std::optional<double> element_at(const Tensor& tensor, std::span<const std::int64_t> at, const Shape& shape);

}  // namespace whygrad::internal
