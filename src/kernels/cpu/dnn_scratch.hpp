// Temporary memory of the matrix and image kernels, from the caching allocator.
#pragma once

#include "kernels/layout.hpp"

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

// An input as a kernel wants it, contiguous and of one dtype: the view itself where it is that already, otherwise a converted copy.
class Staged {
 public:
  Staged(const View& x, DType dtype);
  const View& view() const { return view_; }

 private:
  std::optional<Scratch> copy_;
  Layout layout_;  // of the copy
  View view_;
};

// A result of another dtype than the kernel computes in: the kernel writes view(), finish() converts it. Without a difference both are free.
class StagedResult {
 public:
  StagedResult(const View& out, DType dtype);
  const View& view() const { return view_; }
  void finish();

 private:
  View out_;
  std::optional<Scratch> copy_;
  Layout layout_;  // of the copy
  View view_;
};

}  // namespace whygrad::kernels::cpu
