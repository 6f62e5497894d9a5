// Tensors and their storage.
#include "tensor/build.hpp"
#include "tensor/log.hpp"
#include "tensor/tracer.hpp"

#include "device/allocator.hpp"
#include "device/memory.hpp"
#include "device/memory_info.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/tensor/tensor.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace whygrad {
namespace internal {
namespace {

// The header and the elements of a small storage share one block. A large one has a separate header: its size is often a power of two, and the header
// would move it to the next size class.
constexpr std::size_t kHeader = 64;
constexpr std::size_t kSharedBlock = std::size_t{1} << 15;
static_assert(sizeof(Storage) <= kHeader);

[[noreturn]] void refuse_memory(const char* op, DType dtype, const Shape& shape, std::uint64_t bytes, std::uint64_t available) {
  throw MemoryError(op == nullptr ? device::kSomebody : op, fmt::format("a tensor {}{}", name_of(dtype), shape.to_string()), bytes, available);
}

// Releases the reference if the tensor that would own it cannot be made.
class StorageReference {
 public:
  explicit StorageReference(Storage* storage) : storage_(storage) {}
  ~StorageReference() {
    if (storage_ != nullptr) [[unlikely]]
      give_back();
  }
  StorageReference(const StorageReference&) = delete;
  StorageReference& operator=(const StorageReference&) = delete;
  Storage* release() { return std::exchange(storage_, nullptr); }

 private:
  [[gnu::noinline]] void give_back() noexcept {
    if (storage_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy(storage_);
  }
  Storage* storage_;
};

// Takes over a reference to the storage.
inline Tensor make_impl(DType dtype, const Shape& shape, Storage* storage, char* data) {
  StorageReference held(storage);
  auto* impl = new (device::allocate(sizeof(TensorImpl))) TensorImpl;
  held.release();
  impl->dtype = dtype;
  impl->storage = storage;
  impl->data = data;
  impl->size = shape.size();
  impl->shape = shape;
  return Tensor::adopt(impl);
}

}  // namespace

void destroy(Storage* storage) noexcept {
  if (storage->release != nullptr) {
    storage->release(storage->context);
    storage->~Storage();
    device::deallocate(storage, kHeader);
    return;
  }
  const std::size_t bytes = storage->bytes;
  void* data = storage->data;
  storage->~Storage();
  if (bytes < kSharedBlock) return device::deallocate(storage, kHeader + bytes);
  device::deallocate(data, bytes);
  device::deallocate(storage, kHeader);
}

void destroy(TensorImpl* impl) noexcept {
  Storage* storage = impl->storage;
  impl->~TensorImpl();
  device::deallocate(impl, sizeof(TensorImpl));
  if (storage->references.fetch_sub(1, std::memory_order_acq_rel) == 1) destroy(storage);
}

void row_major(const Shape& shape, std::int64_t* strides) {
  std::int64_t step = 1;
  for (int i = shape.rank() - 1; i >= 0; --i) {
    strides[i] = step;
    step *= shape[i];
  }
}

namespace {

std::size_t bytes_of(DType dtype, const Shape& shape, const char* op) {
  std::size_t bytes = size_of(dtype);
  bool too_many = false;
  for (const std::int64_t extent : shape) too_many |= __builtin_mul_overflow(bytes, static_cast<std::size_t>(extent), &bytes);
  if (too_many) refuse_memory(op, dtype, shape, 0, device::available_memory());
  return bytes;
}

// Frees memory of another device. Whoever destroys the storage frees the storage itself.
void release_block(void* storage) {
  const auto* s = static_cast<const Storage*>(storage);
  device::memory_of(s->device).deallocate(s->data, s->bytes);
}

// Not inline, because nearly all tensors are the host's.
[[gnu::noinline]] Tensor make_device_tensor(Device device, DType dtype, const Shape& shape, const char* op) {
  const std::size_t bytes = bytes_of(dtype, shape, op);
  auto* storage = new (device::allocate(kHeader)) Storage;
  storage->device = device;
  storage->bytes = bytes;
  try {
    storage->data = device::memory_of(device).allocate(bytes);
  } catch (const MemoryError& error) {
    device::deallocate(storage, kHeader);
    refuse_memory(op, dtype, shape, bytes, error.available());
  }
  storage->release = release_block;
  storage->context = storage;
  Tensor t = make_impl(dtype, shape, storage, static_cast<char*>(storage->data));
  row_major(shape, t.impl()->strides);
  return t;
}

}  // namespace

Tensor make_tensor(DType dtype, const Shape& shape, const char* op) {
  if (device::current().kind != DeviceKind::kCpu) [[unlikely]]
    return make_device_tensor(device::current(), dtype, shape, op);
  return make_host_tensor(dtype, shape, op);
}

Tensor on_current_device(Tensor host, const char* op) {
  if (device::current() == host.device()) return host;
  Tensor t = make_tensor(host.dtype(), host.shape(), op);
  fill_elements(t, on_host(host).impl()->data);
  return t;
}

Tensor on_host(const Tensor& t) {
  if (t.device().kind == DeviceKind::kCpu && t.is_contiguous()) return t;
  Tensor copy = make_host_tensor(t.dtype(), t.shape());
  copy_elements(t, copy.impl()->data);
  return copy;
}

Tensor make_host_tensor(DType dtype, const Shape& shape, const char* op) {
  const std::size_t bytes = bytes_of(dtype, shape, op);
  auto* storage = new (device::allocate(bytes < kSharedBlock ? kHeader + bytes : kHeader)) Storage;
  storage->bytes = bytes;
  if (bytes < kSharedBlock) {
    storage->data = reinterpret_cast<char*>(storage) + kHeader;
  } else {
    try {
      storage->data = device::allocate(bytes);
    } catch (const MemoryError& error) {
      device::deallocate(storage, kHeader);
      refuse_memory(op, dtype, shape, bytes, error.available());
    }
  }
  Tensor t = make_impl(dtype, shape, storage, static_cast<char*>(storage->data));
  row_major(shape, t.impl()->strides);
  return t;
}

Tensor make_part(const Tensor& block, std::size_t offset, DType dtype, const Shape& shape) {
  Storage* storage = block.impl()->storage;
  storage->references.fetch_add(1, std::memory_order_relaxed);
  Tensor t = make_impl(dtype, shape, storage, block.impl()->data + offset);
  row_major(shape, t.impl()->strides);
  return t;
}

Tensor make_view(const Tensor& base, const Shape& shape, const std::int64_t* strides, std::int64_t offset) {
  TensorImpl* from = base.impl();
  char* const data = from->data != nullptr ? from->data + offset * static_cast<std::int64_t>(size_of(from->dtype)) : nullptr;
  from->storage->references.fetch_add(1, std::memory_order_relaxed);
  Tensor t = make_impl(from->dtype, shape, from->storage, data);
  std::copy_n(strides, shape.rank(), t.impl()->strides);
  return t;
}

Tensor make_foreign(DType dtype, const Shape& shape, void* data, void (*release)(void*), void* context) {
  auto* storage = new (device::allocate(kHeader)) Storage;
  storage->bytes = static_cast<std::size_t>(shape.size()) * size_of(dtype);
  storage->data = data != nullptr ? data : storage;  // callers may give no address for 0 elements, but only an abstract tensor has none here
  storage->release = [](void*) {};                   // until the tensor is made, its owner keeps the memory
  Tensor t = make_impl(dtype, shape, storage, static_cast<char*>(storage->data));
  storage->release = release;
  storage->context = context;
  row_major(shape, t.impl()->strides);
  return t;
}

void refuse_memory(const char* op) {
  try {
    throw;
  } catch (const MemoryError& error) {
    if (error.op() != device::kSomebody) throw;
    throw MemoryError(op, error.subject(), error.wanted(), error.available());
  } catch (const std::bad_alloc&) {
    throw MemoryError(op, "what it works with", 0, device::available_memory());
  }
}

Tensor make_abstract(const TensorSpec& spec) {
  auto* storage = new (device::allocate(kHeader)) Storage;
  storage->device = spec.device;
  Tensor t = make_impl(spec.dtype, spec.shape, storage, nullptr);
  row_major(spec.shape, t.impl()->strides);
  return t;
}

void refuse_abstract(const Tensor& t) {
  if (const Tracer* tracer = Tracer::mine(); tracer != nullptr) {
    throw ValueError("Tensor",
                     fmt::format("the elements of {} are not known while the function `{}` is traced: it has a shape and a dtype, and is abstract",
                                 t.signature(), tracer->name()),
                     "decide by where() or cond(), compute with ops instead of numbers, and read the results that the function returns; or call the "
                     "function without tracing it");
  }
  if (!Log::mine().owns(t.id())) refuse_leaked("Tensor", t);
  throw ValueError("Tensor", fmt::format("{} is abstract: it has a shape and a dtype, but no elements", t.signature()),
                   "elements exist only where ops compute; work with shape() and dtype() here, or call the function with real tensors");
}

void refuse_device(const Tensor& t) {
  throw ValueError("Tensor",
                   fmt::format("the elements of {} are on {}:{}, where the host cannot read them in place", t.signature(),
                               device::name_of(t.device()), t.device().index),
                   "copy them with to_vector() or copy_to()");
}

void fill_elements(const Tensor& t, const void* elements) {
  const std::size_t bytes = static_cast<std::size_t>(t.size()) * size_of(t.dtype());
  if (bytes == 0) return;
  if (t.device().kind == DeviceKind::kCpu) {
    std::memcpy(t.impl()->data, elements, bytes);
  } else {
    device::memory_of(t.device()).from_host(elements, t.impl()->data, bytes);
  }
}

namespace {

// From another device: copies all memory between the first and the last element of the view at once, and lays the elements out here.
void copy_from_device(const Tensor& t, void* out) {
  const TensorImpl& impl = *t.impl();
  const device::Memory& memory = device::memory_of(t.device());
  const std::size_t element = size_of(impl.dtype);
  if (impl.size == 0) return;
  if (t.is_contiguous()) return memory.to_host(impl.data, out, static_cast<std::size_t>(impl.size) * element);
  std::int64_t low = 0, high = 0;
  for (int axis = 0; axis < impl.shape.rank(); ++axis) {
    const std::int64_t reach = impl.strides[axis] * (impl.shape[axis] - 1);
    (reach < 0 ? low : high) += reach;
  }
  const Tensor between = make_host_tensor(impl.dtype, {high - low + 1});
  const auto bytes = static_cast<std::int64_t>(element);
  memory.to_host(impl.data + low * bytes, between.impl()->data, static_cast<std::size_t>((high - low + 1) * bytes));
  copy_elements(make_view(between, impl.shape, impl.strides, -low), out);
}

}  // namespace

void copy_elements(const Tensor& t, void* out) {
  if (t.is_abstract()) refuse_abstract(t);
  if (t.device().kind != DeviceKind::kCpu) return copy_from_device(t, out);
  const TensorImpl& impl = *t.impl();
  const std::size_t element = size_of(impl.dtype);
  if (t.is_contiguous()) {
    if (impl.size > 0) std::memcpy(out, impl.data, static_cast<std::size_t>(impl.size) * element);
    return;
  }
  auto* to = static_cast<char*>(out);
  std::int64_t index[Shape::kMaxRank] = {}, offset = 0;
  for (std::int64_t n = 0; n < impl.size; ++n, to += element) {
    std::memcpy(to, impl.data + offset * static_cast<std::int64_t>(element), element);
    for (int axis = impl.shape.rank() - 1; axis >= 0; --axis) {
      offset += impl.strides[axis];
      if (++index[axis] < impl.shape[axis]) break;
      offset -= impl.strides[axis] * impl.shape[axis];
      index[axis] = 0;
    }
  }
}

}  // namespace internal

namespace {

void check_readable(const Tensor& t, DType wanted) {
  if (!t.defined()) throw ValueError("Tensor", "an empty handle has no elements", "a default-made Tensor holds no value until one is assigned to it");
  if (t.dtype() != wanted) {
    throw DTypeError("Tensor", fmt::format("{} is read as {}", t.signature(), name_of(wanted)),
                     fmt::format("read it as {}, or cast it first", name_of(t.dtype())));
  }
}

}  // namespace

bool Tensor::is_contiguous() const noexcept {
  std::int64_t expected = 1;
  for (int i = rank() - 1; i >= 0; --i) {
    if (impl_->shape[i] != 1 && impl_->strides[i] != expected) return false;
    expected *= impl_->shape[i];
  }
  return true;
}

void Tensor::read(DType wanted, void* out, std::int64_t count, const Where& where) const {
  check_readable(*this, wanted);
  if (count != size()) {
    throw ShapeError("Tensor", fmt::format("{} is read into {} element{}", signature(), count, count == 1 ? "" : "s"),
                     count == 1 ? "item() is for one element; use to_vector(), or reduce the tensor first" : "give room for exactly size() elements");
  }
  internal::copy_elements(*this, out);
  internal::Log::mine().host_read(*this, out, static_cast<std::size_t>(count) * size_of(dtype()), where);
}

const void* Tensor::read_in_place(DType wanted, const Where& where) const {
  check_readable(*this, wanted);
  if (!is_contiguous()) throw ShapeError("Tensor", signature() + " is a view with gaps or broadcast axes", "use to_vector(), which copies");
  const char* elements = internal::elements_of(*this);
  internal::Log::mine().host_read(*this, elements, static_cast<std::size_t>(size()) * size_of(dtype()), where);
  return elements;
}

std::string Tensor::signature() const { return defined() ? fmt::format("{}{}", name_of(dtype()), shape().to_string()) : std::string("empty"); }

}  // namespace whygrad
