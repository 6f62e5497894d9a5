// Single elements of tensors.
#include "ops/core/element.hpp"

#include "kernels/movement.hpp"
#include "ops/core/context.hpp"

namespace whygrad::internal {

Tensor element_at(const Tensor& x, std::int64_t position) {
  std::int64_t offset = 0;
  for (int axis = x.rank() - 1; axis >= 0; --axis) {
    offset += position % x.shape()[axis] * x.impl()->strides[axis];
    position /= x.shape()[axis];
  }
  return make_view(x, {}, nullptr, offset);
}

std::int64_t integer_at(const Tensor& x, std::int64_t position) {
  const Tensor element = element_at(x, position), wide = make_tensor(DType::kI64, {});
  kernels::cast(view_of(element), view_of(wide));
  std::int64_t value = 0;
  copy_elements(wide, &value);
  return value;
}

}  // namespace whygrad::internal
