// Making tensors inside the library: storage, views, and the plain view that kernels take.
#pragma once

#include <whygrad/tensor/tensor.hpp>

namespace whygrad::internal {

// A new contiguous tensor with undefined elements and no id yet; the log gives it one. Throws std::bad_alloc.
Tensor make_tensor(DType dtype, const Shape& shape);
// The same elements under another layout; `offset` and `strides` (shape.rank() of them) count elements. No id yet.
Tensor make_view(const Tensor& base, const Shape& shape, const std::int64_t* strides, std::int64_t offset);
// A tensor over memory of somebody else, which `release(context)` gives back. Row-major. No id yet.
Tensor make_foreign(DType dtype, const Shape& shape, void* data, void (*release)(void*), void* context);

// Row-major strides of `shape`, in elements.
void row_major(const Shape& shape, std::int64_t* strides);

// Copies all elements of `t` to `out` in row-major order.
void copy_elements(const Tensor& t, void* out);

// True where nobody else can see the elements, so that they may be written.
inline bool sole_owner(const Tensor& t) {
  return t.impl()->references.load(std::memory_order_acquire) == 1 && t.impl()->storage->references.load(std::memory_order_acquire) == 1;
}

}  // namespace whygrad::internal
