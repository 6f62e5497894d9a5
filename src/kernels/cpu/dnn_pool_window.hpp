// Where the windows of one pooling lie. Private to dnn_pool.cpp, which is compiled once per SIMD target.
#pragma once

#include "kernels/pool.hpp"

#include <algorithm>
#include <cstdint>

namespace whygrad::kernels::cpu {

// The part of a window inside the image. Offsets count elements from the image's first one.
struct Window {
  std::int64_t first;           // offset of its first pixel
  std::int64_t first_position;  // that pixel's number in the whole window
  std::int64_t rows, columns;
};

struct PoolShape {
  // Either view may be a gradient of the same shape.
  PoolShape(const View& x, const View& y, const PoolParams& p)
      : n(x.shape[0]), h(x.shape[1]), w(x.shape[2]), c(x.shape[3]), oh(y.shape[1]), ow(y.shape[2]), params(p) {}

  std::int64_t image_size() const { return h * w * c; }
  std::int64_t pooled_size() const { return oh * ow * c; }

  // True where every pixel belongs to exactly one window.
  bool tiled() const {
    const auto along = [this](int axis, std::int64_t size, std::int64_t windows) {
      return params.strides[axis] == params.window[axis] && params.pad_before[axis] == 0 && windows * params.window[axis] == size;
    };
    return along(0, h, oh) && along(1, w, ow);
  }

  Window window(std::int64_t row, std::int64_t column) const {
    const std::int64_t top = row * params.strides[0] - params.pad_before[0], left = column * params.strides[1] - params.pad_before[1];
    const std::int64_t i = std::max<std::int64_t>(0, -top), j = std::max<std::int64_t>(0, -left);
    return {.first = ((top + i) * w + left + j) * c,
            .first_position = i * params.window[1] + j,
            .rows = std::min(params.window[0], h - top) - i,
            .columns = std::min(params.window[1], w - left) - j};
  }

  std::int64_t n, h, w, c, oh, ow;
  PoolParams params;
};

// A pooling's buffers, all contiguous: the large image, the small pooled one, and the positions (null for mean pooling and where nobody asked).
struct PoolBuffers {
  void* image;
  void* pooled;
  void* positions;
};

}  // namespace whygrad::kernels::cpu
