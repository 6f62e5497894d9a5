// Statistics of the elements of tensors, computed in place without a host read in the log.
#pragma once

#include "kernels/view.hpp"

#include <whygrad/flow/flow_graph.hpp>
#include <whygrad/tensor/tensor.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace whygrad::internal {

// The histogram of a tensor with many elements is that of a sample.
FlowGraph::Numbers numbers_of(const Tensor& tensor);
// The same for contiguous elements, whoever owns them.
FlowGraph::Numbers numbers_of(const kernels::View& elements);
// The position of the first NaN or, if there is none, of the first Inf. Empty if all elements are finite, and for a scalar; see numbers_of.
std::vector<std::int64_t> first_not_finite(const Tensor& tensor);
std::vector<std::int64_t> first_not_finite(const kernels::View& elements);
// The element at this position of a larger or equal shape to which the tensor broadcasts; nothing if it does not. The magnitude of a complex element.
std::optional<double> element_at(const Tensor& tensor, std::span<const std::int64_t> at, const Shape& shape);
std::optional<double> element_at(const kernels::View& elements, std::span<const std::int64_t> at, std::span<const std::int64_t> shape);

}  // namespace whygrad::internal
