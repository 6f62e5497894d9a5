// Single elements of tensors, for error messages.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <cstdint>

namespace whygrad::internal {

// The element at a row-major position, as a scalar.
Tensor element_at(const Tensor& x, std::int64_t position);
// The same of an integer tensor, as a number.
std::int64_t integer_at(const Tensor& x, std::int64_t position);

}  // namespace whygrad::internal
