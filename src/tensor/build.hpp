// Creation of tensors inside the library: storage, views, and the views that kernels take.
#pragma once

#include <whygrad/base/error.hpp>
#include <whygrad/tensor/spec.hpp>

#include <new>

namespace whygrad::internal {

// Returns a new contiguous tensor with undefined elements and no id yet; the log assigns it. The device is that on which this thread makes tensors:
// while an op is executed, that of its inputs. Throws MemoryError of `op`; inside a kernel, which leaves `op` out, the caller of the kernel adds the
// name.
Tensor make_tensor(DType dtype, const Shape& shape, const char* op = nullptr);
// The same in the host's memory.
Tensor make_host_tensor(DType dtype, const Shape& shape, const char* op = nullptr);
// Returns `host`, or a copy of it on the device where this thread makes tensors. No id yet.
Tensor on_current_device(Tensor host, const char* op = nullptr);
// Returns `t`, or a contiguous copy of it in the host's memory. The copy has no id.
Tensor on_host(const Tensor& t);
// Returns the same elements under another layout; `offset` and `strides` (shape.rank() of them) count elements. No id yet.
Tensor make_view(const Tensor& base, const Shape& shape, const std::int64_t* strides, std::int64_t offset);
// Returns a contiguous tensor in the memory of another, `offset` bytes from its first element. No id yet.
Tensor make_part(const Tensor& block, std::size_t offset, DType dtype, const Shape& shape);
// Returns a tensor over foreign memory, which `release(context)` frees. Row-major. No id yet.
Tensor make_foreign(DType dtype, const Shape& shape, void* data, void (*release)(void*), void* context);

// Rethrows the current MemoryError or std::bad_alloc as a MemoryError of `op`, unless it names an op already.
[[noreturn]] void refuse_memory(const char* op);
// Calls f(). Throws a shortage of memory as a MemoryError of `op`.
template <class F>
decltype(auto) in_the_name_of(const char* op, F&& f) {
  try {
    return f();
  } catch (const MemoryError&) {
    refuse_memory(op);
  } catch (const std::bad_alloc&) {
    refuse_memory(op);
  }
}

// Returns a tensor without elements. No id yet.
Tensor make_abstract(const TensorSpec& spec);

[[noreturn]] void refuse_abstract(const Tensor& t);
[[noreturn]] void refuse_device(const Tensor& t);
// The first element, in the host's memory. Throws ValueError if the tensor is abstract or on another device.
inline char* elements_of(const Tensor& t) {
  if (t.is_abstract()) [[unlikely]]
    refuse_abstract(t);
  if (t.device().kind != DeviceKind::kCpu) [[unlikely]]
    refuse_device(t);
  return t.impl()->data;
}

// Row-major strides of `shape`, in elements.
void row_major(const Shape& shape, std::int64_t* strides);

// Copies all elements of `t` to `out`, in the host's memory, in row-major order. Throws ValueError if the tensor is abstract.
void copy_elements(const Tensor& t, void* out);
// Fills the contiguous tensor `t` from the host's memory.
void fill_elements(const Tensor& t, const void* elements);
// The only element of `t`.
template <class T>
T only_element(const Tensor& t) {
  T element;
  copy_elements(t, &element);
  return element;
}

// Whether nobody else can see the elements, so that they may be overwritten.
inline bool sole_owner(const Tensor& t) {
  return t.impl()->references.load(std::memory_order_acquire) == 1 && t.impl()->storage->references.load(std::memory_order_acquire) == 1;
}

}  // namespace whygrad::internal
