// Temporary memory of the matrix and image kernels, from the caching allocator.
#pragma once

#include "kernels/view.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

#include "device/allocator.hpp"

namespace whygrad::kernels::cpu {

// Uninitialised, 64-byte aligned, released at the end of the scope.
class Scratch {
 public:
  explicit Scratch(std::size_t bytes) : bytes_(bytes), data_(device::allocate(bytes)) {}
  ~Scratch() { device::deallocate(data_, bytes_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  void* data() const { return data_; }
  template <class T>
  T* as() const {
    return static_cast<T*>(data_);
  }

 private:
  std::size_t bytes_;
  void* data_;
};

// A view's shape with the strides of a contiguous tensor. Views made from it borrow from it.
struct ContiguousLayout {
  explicit ContiguousLayout(const View& like);
  View view(void* data, DType dtype) const { return {data, shape, strides, rank, dtype, {}}; }

  std::int64_t shape[kMaxRank];
  std::int64_t strides[kMaxRank];
  int rank;
};

// An input as a kernel wants it, contiguous and of one dtype: the view itself where it is that already, otherwise a converted copy.
class Staged {
 public:
  Staged(const View& x, DType dtype);
  const View& view() const { return view_; }

 private:
  ContiguousLayout layout_;
  std::optional<Scratch> copy_;
  View view_;
};

// A result of another dtype than the kernel computes in: the kernel writes view(), finish() converts it. Without a difference both are free.
class StagedResult {
 public:
  StagedResult(const View& out, DType dtype);
  const View& view() const { return view_; }
  void finish();

 private:
  ContiguousLayout layout_;
  View out_;
  std::optional<Scratch> copy_;
  View view_;
};

}  // namespace whygrad::kernels::cpu
