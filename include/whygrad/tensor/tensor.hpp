// Tensor: an immutable array of elements with a reference-counted handle.
#pragma once

#include <whygrad/base/dtype.hpp>
#include <whygrad/base/export.hpp>
#include <whygrad/base/where.hpp>
#include <whygrad/device/device.hpp>
#include <whygrad/tensor/shape.hpp>

#include <atomic>
#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace whygrad {

// Identifies a value for the whole run of the program: copies of a handle share it, and every op result has a new one. 0 is no value.
using ValueId = std::uint64_t;

namespace internal {

// The elements, shared by all views of them.
struct Storage {
  std::atomic<std::uint32_t> references{1};
  Device device;
  std::size_t bytes = 0;                     // of `data`
  void* data = nullptr;                      // 64-byte aligned if allocated by the library
  void (*release)(void* context) = nullptr;  // set for foreign memory
  void* context = nullptr;
};
WG_API void destroy(Storage* storage) noexcept;

struct TensorImpl {
  std::atomic<std::uint32_t> references{1};
  DType dtype{};
  // Marks values whose gradient may be wanted. 0: by nobody yet. kWatched: by any tape (a watched leaf). kNobodys: never (a bare number of an
  // expression, to which nobody has a handle). Otherwise the recording generation of the thread that computed it from watched values. See NOTE
  // [activity] in tensor/log.hpp.
  static constexpr std::uint64_t kWatched = 1, kNobodys = 2;
  std::atomic<std::uint64_t> activity{0};
  ValueId id = 0;
  Storage* storage = nullptr;
  char* data = nullptr;  // first element; null only in an abstract tensor, not for 0 elements
  std::int64_t size = 0;
  Shape shape;
  std::int64_t strides[Shape::kMaxRank];  // in elements; 0 along a broadcast axis
};
WG_API void destroy(TensorImpl* impl) noexcept;

}  // namespace internal

// A value. Its dtype, shape and elements never change, so a tape never finds an overwritten buffer. Copying a Tensor copies a handle. A
// default-constructed Tensor is empty (`defined()` is false), and every op refuses it. Tensors may be used from any thread; as with any type, one
// handle object must not be used by two threads while one of them writes it.
class WG_API Tensor {
 public:
  Tensor() noexcept = default;
  Tensor(const Tensor& other) noexcept : impl_(other.impl_) {
    if (impl_ != nullptr) impl_->references.fetch_add(1, std::memory_order_relaxed);
  }
  Tensor(Tensor&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
  Tensor& operator=(Tensor other) noexcept {
    std::swap(impl_, other.impl_);
    return *this;
  }
  ~Tensor() {
    if (impl_ != nullptr && impl_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) internal::destroy(impl_);
  }

  bool defined() const noexcept { return impl_ != nullptr; }
  const Shape& shape() const noexcept { return impl_->shape; }
  int rank() const noexcept { return impl_->shape.rank(); }
  std::int64_t size() const noexcept { return impl_->size; }
  DType dtype() const noexcept { return impl_->dtype; }
  Device device() const noexcept { return impl_->storage->device; }
  ValueId id() const noexcept { return impl_->id; }
  // Whether the elements are stored in row-major order without gaps.
  bool is_contiguous() const noexcept;
  // Whether it has a shape and a dtype but no elements; see ops/abstract.hpp.
  bool is_abstract() const noexcept { return impl_->data == nullptr; }

  // Reads the only element to the host. Throws ShapeError unless there is exactly one, DTypeError unless T is the tensor's type and, like all
  // functions that read, ValueError if the tensor is abstract. The log records reads, so that it can recognise a value that left the library and
  // comes back as a constant.
  template <Element T>
  T item(Where where = Where::here()) const {
    T value;
    read(dtype_of<T>, &value, 1, where);
    return value;
  }
  // Reads all elements to the host in row-major order. Throws DTypeError unless T is the tensor's type.
  template <Element T>
  std::vector<T> to_vector(Where where = Where::here()) const requires(!std::same_as<T, bool>) {
    std::vector<T> values(static_cast<std::size_t>(size()));
    read(dtype_of<T>, values.data(), size(), where);
    return values;
  }
  // Copies all elements into `out`, whose size must be size(). Throws ShapeError or DTypeError.
  template <Element T>
  void copy_to(std::span<T> out, Where where = Where::here()) const {
    read(dtype_of<T>, out.data(), static_cast<std::int64_t>(out.size()), where);
  }
  // The elements in place, for reading, valid while this tensor exists. Throws DTypeError, and ShapeError unless is_contiguous().
  template <Element T>
  std::span<const T> span(Where where = Where::here()) const {
    return {static_cast<const T*>(read_in_place(dtype_of<T>, where)), static_cast<std::size_t>(size())};
  }

  // NumPy's layout: nested brackets, at most 1,000 elements in full, else three at each end of an axis.
  std::string to_string() const;
  // "f32[128, 10]"
  std::string signature() const;

  // For the library's own layers.
  internal::TensorImpl* impl() const noexcept { return impl_; }
  // Takes over one reference.
  static Tensor adopt(internal::TensorImpl* impl) noexcept {
    Tensor t;
    t.impl_ = impl;
    return t;
  }
  internal::TensorImpl* release() noexcept { return std::exchange(impl_, nullptr); }

 private:
  void read(DType dtype, void* out, std::int64_t count, const Where& where) const;
  const void* read_in_place(DType dtype, const Where& where) const;

  internal::TensorImpl* impl_ = nullptr;
};

WG_API std::ostream& operator<<(std::ostream& out, const Tensor& tensor);

}  // namespace whygrad
