// Weighted means of neighbours along one axis of an image.
#pragma once

#include <whygrad/base/dtype.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace whygrad::kernels::cpu {

// Element i of an axis is the sum over k of weights(i)[k] * (element begins[i] + k of the other axis).
struct Spans {
  std::vector<std::int64_t> begins;
  std::vector<std::int64_t> ends = {0};  // of the weights: those of element i are from ends[i] to ends[i + 1]
  std::vector<float> all_weights;

  std::int64_t size() const { return static_cast<std::int64_t>(begins.size()); }
  std::span<const float> weights(std::int64_t i) const {
    const auto at = static_cast<std::size_t>(i);
    return std::span(all_weights).subspan(static_cast<std::size_t>(ends[at]), static_cast<std::size_t>(ends[at + 1] - ends[at]));
  }
  void push_back(std::int64_t begin, std::span<const float> weights) {
    begins.push_back(begin);
    all_weights.insert(all_weights.end(), weights.begin(), weights.end());
    ends.push_back(static_cast<std::int64_t>(all_weights.size()));
  }
};

// Spans of pixels as spans of their channels, for a vector of neighbouring results at a time: of result j, tap k reads element
// indices[k * size + j], or none where that is below 0. T's size is that of Index.
template <class T, class Index>
struct Taps {
  Taps(const Spans& spans, std::int64_t channels);
  std::int64_t size;
  std::int64_t most = 0;  // taps of a result
  std::vector<Index> indices;
  std::vector<T> weights;
};
using FloatTaps = Taps<float, std::int32_t>;
using DoubleTaps = Taps<double, std::int64_t>;

// Loops over contiguous elements of one dtype, f32 or f64. `out` is not the input.
struct ResampleRows {
  // out[0, n) = the sum over k of weights[k] * (x + k n)[0, n).
  void (*blend)(const void* x, std::span<const float> weights, std::int64_t n, void* out);
  // out[i n, (i + 1) n) = that of span i, for pixels of n channels.
  void (*pixels)(const void* x, const Spans& spans, std::int64_t n, void* out);
  // The same with Taps of the dtype.
  void (*taps)(const void* x, const void* taps, void* out);
};
ResampleRows find_resample_rows(DType dtype);

}  // namespace whygrad::kernels::cpu
