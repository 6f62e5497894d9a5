// A narrow convolution's image, split so that each tap reads neighbouring numbers for neighbouring pixels. Private to dnn_conv_narrow.cpp, which is
// compiled once per SIMD target.
#pragma once

#include "kernels/cpu/dnn_conv_shape.hpp"

#include <algorithm>
#include <cstdint>

namespace whygrad::kernels::cpu {

// Padded row r, channel c, column x * stride + phase lies at ((r * phases + phase) * channels + c) * positions + x: with that, output pixel (p, q)
// meets tap t at offsets[t] + p * row_step + q, whatever strides, dilations and channels are. Behind the rows stands one of ones, which the bias'
// gradient reads as if it were a tap.
struct ConvPlanes {
  static constexpr std::int64_t kMaxTaps = 255;
  static constexpr std::int64_t kSlack = 16;  // what a tile may read past the last pixel

  explicit ConvPlanes(const ConvShape& s) : taps(s.kh * s.kw * s.c) {
    const ConvParams& p = s.params;
    positions = s.ow + (s.kw - 1) * p.dilations[1] / p.strides[1] + kSlack;
    row_size = p.strides[1] * s.c * positions;
    rows = (s.oh - 1) * p.strides[0] + (s.kh - 1) * p.dilations[0] + 1;
    row_step = p.strides[0] * row_size;
    for (std::int64_t t = 0; t < taps; ++t) {
      const std::int64_t i = t / (s.kw * s.c), column = t / s.c % s.kw * p.dilations[1], channel = t % s.c;
      offsets[t] = i * p.dilations[0] * row_size + (column % p.strides[1] * s.c + channel) * positions + column / p.strides[1];
    }
  }

  std::int64_t size() const { return rows * row_size + positions; }

  // Sets the padding and the ones, which fill() leaves alone.
  void prepare(float* planes) const {
    std::fill_n(planes, rows * row_size, 0.0f);
    std::fill_n(planes + rows * row_size, positions, 1.0f);
  }

  // Brings one image in.
  void fill(const ConvShape& s, const float* image, float* planes) const {
    const std::int64_t top = s.params.pad_before[0], left = s.params.pad_before[1], stride = s.params.strides[1];
    const std::int64_t columns = std::min(s.w, positions * stride - left);
    for (std::int64_t r = 0; r < std::min(s.h, rows - top); ++r) {
      const float* from = image + r * s.w * s.c;
      float* row = planes + (r + top) * row_size;
      if (stride == 1 && s.c == 1) {
        std::copy_n(from, columns, row + left);
        continue;
      }
      for (std::int64_t x = 0; x < columns; ++x) {
        float* to = row + (x + left) % stride * s.c * positions + (x + left) / stride;
        for (std::int64_t c = 0; c < s.c; ++c) to[c * positions] = *from++;
      }
    }
  }

  // What tap t (or, for t == taps, the bias) reads for the first pixel of output row p.
  const float* plane(const float* planes, std::int64_t t, std::int64_t p) const {
    return t < taps ? planes + offsets[t] + p * row_step : planes + rows * row_size;
  }

  std::int64_t taps, positions, row_size, rows, row_step;
  std::int64_t offsets[kMaxTaps];
};

}  // namespace whygrad::kernels::cpu
