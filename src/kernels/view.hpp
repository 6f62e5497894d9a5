// The tensor argument of a kernel: pointer, shape, strides, dtype and device. Kernels know no tensors, ops or gradients.
#pragma once

#include <whygrad/base/dtype.hpp>
#include <whygrad/device/device.hpp>

#include <cstdint>

namespace whygrad::kernels {

inline constexpr int kMaxRank = 8;

// Strides count elements and may be 0 (a broadcast axis) or negative. `shape` and `strides` are borrowed and hold `rank` entries.
struct View {
  void* data;
  const std::int64_t* shape;
  const std::int64_t* strides;
  int rank;
  DType dtype;
  Device device;

  constexpr View(void* d, const std::int64_t* extents, const std::int64_t* steps, int axes, DType type, Device where)
      : data(d), shape(extents), strides(steps), rank(axes), dtype(type), device(where) {}

  // Elements of this memory, from `at` on, under another layout.
  View under(void* at, const std::int64_t* extents, const std::int64_t* steps, int axes) const { return {at, extents, steps, axes, dtype, device}; }

  template <class T>
  T* as() const {
    return static_cast<T*>(data);
  }
  std::int64_t size() const {
    std::int64_t n = 1;
    for (int i = 0; i < rank; ++i) n *= shape[i];
    return n;
  }
  // Whether the elements are in row-major order without gaps.
  bool contiguous() const {
    std::int64_t expected = 1;
    for (int i = rank - 1; i >= 0; --i) {
      if (shape[i] != 1 && strides[i] != expected) return false;
      expected *= shape[i];
    }
    return true;
  }
};

}  // namespace whygrad::kernels
