// Resized images.
//
// An image is resized along its height and then its width, a row of the result at a time, so that what lies between stays in the cache. The gradient
// is the same with transposed spans. Elements are f32 or f64, as the image's; halves are computed as f32.
#include "kernels/image.hpp"

#include "device/parallel.hpp"
#include "device/workspace.hpp"
#include "kernels/cpu/dnn_scratch.hpp"
#include "kernels/cpu/resample_rows.hpp"
#include "kernels/cpu/table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace whygrad::kernels::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 12;

// The elements of an input axis that an element of the output axis is made of.
struct Span {
  std::int64_t begin = 0;
  std::vector<float> weights;
};

// ---- Kernels by distance. In single precision, as TensorFlow's, so that weights are the same ----

float lanczos(float x, float radius) {
  constexpr float kPi = std::numbers::pi_v<float>;
  if (x > radius) return 0;
  if (x <= 1e-3F) return 1;
  return radius * std::sin(kPi * x) * std::sin(kPi * x / radius) / (kPi * kPi * x * x);
}
float keys_cubic(float x) {
  if (x >= 2) return 0;
  if (x >= 1) return ((-0.5F * x + 2.5F) * x - 4.0F) * x + 2.0F;
  return ((1.5F * x - 2.5F) * x) * x + 1.0F;
}
float mitchell_cubic(float x) {
  if (x >= 2) return 0;
  if (x >= 1) return (((-7.0F / 18.0F) * x + 2.0F) * x - 10.0F / 3.0F) * x + 16.0F / 9.0F;
  return (((7.0F / 6.0F) * x - 2.0F) * x) * x + 8.0F / 9.0F;
}
float gaussian(float x) {
  constexpr float kSigma = 0.5F;
  return x >= 1.5F ? 0 : std::exp(-x * x / (2.0F * kSigma * kSigma));
}

float radius_of(Resampling method) {
  switch (method) {
    case Resampling::kTriangle: return 1;
    case Resampling::kLanczos3: return 3;
    case Resampling::kLanczos5: return 5;
    case Resampling::kGaussian: return 1.5F;
    default: return 2;
  }
}
float weight_at(Resampling method, float distance) {
  switch (method) {
    case Resampling::kTriangle: return distance < 1 ? 1 - distance : 0;
    case Resampling::kKeysCubic: return keys_cubic(distance);
    case Resampling::kMitchellCubic: return mitchell_cubic(distance);
    case Resampling::kLanczos3: return lanczos(distance, 3);
    case Resampling::kLanczos5: return lanczos(distance, 5);
    default: return gaussian(distance);
  }
}

void normalise(std::vector<float>& weights) {
  float sum = 0;
  for (const float w : weights) sum += w;
  if (std::abs(sum) < 1000 * std::numeric_limits<float>::min()) return;
  for (float& w : weights) w *= 1 / sum;
}

struct Axis {
  std::int64_t in, out;
  float scale, translation;  // from output to input: in / out, 0
};

Span span_by_kernel(const Axis& axis, Resampling method, bool antialias, std::int64_t i) {
  const float kernel_scale = antialias ? std::max(axis.scale, 1.0F) : 1.0F, reach = radius_of(method) * kernel_scale;
  const float place = (static_cast<float>(i) + 0.5F) * axis.scale + axis.translation;
  Span span;
  if (place < 0 || place > static_cast<float>(axis.in)) return span;
  const auto bound = [&](float x) { return std::clamp<std::int64_t>(static_cast<std::int64_t>(x), 0, axis.in - 1); };
  span.begin = bound(std::ceil(place - reach - 0.5F));
  const std::int64_t end = bound(std::floor(place + reach - 0.5F)) + 1;
  for (std::int64_t source = span.begin; source < end; ++source) {
    span.weights.push_back(weight_at(method, std::abs((static_cast<float>(source) + 0.5F - place) * (1 / kernel_scale))));
  }
  normalise(span.weights);
  return span;
}

Span bilinear_span(const Axis& axis, std::int64_t i) {
  const float place = (static_cast<float>(i) + 0.5F) * axis.scale - 0.5F, floor = std::floor(place);
  Span span;
  span.begin = std::max<std::int64_t>(static_cast<std::int64_t>(floor), 0);
  const auto upper = std::min<std::int64_t>(static_cast<std::int64_t>(std::ceil(place)), axis.in - 1);
  const float share = place - floor;
  if (upper <= span.begin) {
    span.begin = std::min(span.begin, axis.in - 1);
    span.weights = {1};
  } else {
    span.weights = {1 - share, share};
  }
  return span;
}

Span bicubic_span(const Axis& axis, std::int64_t i) {
  constexpr float kSteps = 1024;
  const float place = (static_cast<float>(i) + 0.5F) * axis.scale - 0.5F, floor = std::floor(place);
  const float step = std::nearbyint((place - floor) * kSteps) / kSteps;
  const auto first = static_cast<std::int64_t>(floor) - 1;
  const float weights[] = {keys_cubic(step + 1), keys_cubic(step), keys_cubic(1 - step), keys_cubic(2 - step)};
  Span span;
  span.begin = std::max<std::int64_t>(first, 0);
  for (std::int64_t k = span.begin; k < std::min(first + 4, axis.in); ++k) span.weights.push_back(weights[k - first]);
  normalise(span.weights);
  return span;
}

Span area_span(const Axis& axis, std::int64_t i) {
  const float begin = static_cast<float>(i) * axis.scale, end = static_cast<float>(i + 1) * axis.scale;
  Span span;
  span.begin = std::min<std::int64_t>(static_cast<std::int64_t>(std::floor(begin)), axis.in - 1);
  for (auto k = static_cast<std::int64_t>(std::floor(begin)); static_cast<float>(k) < end; ++k) {
    const float share = std::min(static_cast<float>(k + 1), end) - std::max(static_cast<float>(k), begin);
    if (k < axis.in) {
      span.weights.push_back(share / axis.scale);
    } else {
      span.weights.back() += share / axis.scale;
    }
  }
  return span;
}

Spans spans_of(const Axis& axis, const ResampleParams& params) {
  const auto span_at = [&](std::int64_t i) {
    switch (params.method) {
      case Resampling::kBilinear: return bilinear_span(axis, i);
      case Resampling::kBicubic: return bicubic_span(axis, i);
      case Resampling::kArea: return area_span(axis, i);
      default: return span_by_kernel(axis, params.method, params.antialias, i);
    }
  };
  Spans spans;
  for (std::int64_t i = 0; i < axis.out; ++i) {
    const Span span = span_at(i);
    spans.push_back(span.begin, span.weights);
  }
  return spans;
}

std::array<Spans, 2> spans_of(const View& from, const View& to, const ResampleParams& params) {
  std::array<Spans, 2> both;
  for (std::size_t k = 0; k < 2; ++k) {
    Axis axis{from.shape[1 + k], to.shape[1 + k], 0, 0};
    axis.scale = params.scale[k] == 0 ? static_cast<float>(axis.in) / static_cast<float>(axis.out) : static_cast<float>(1.0 / params.scale[k]);
    axis.translation = -axis.scale * static_cast<float>(params.translation[k]);
    both[k] = spans_of(axis, params);
  }
  return both;
}

// The transposed linear map, onto an axis of `extent`. The spans of an axis begin and end in ascending order, so that those which hold an element
// are neighbours.
Spans transposed(const Spans& spans, std::int64_t extent) {
  std::vector<Span> each(static_cast<std::size_t>(extent));
  for (std::int64_t i = 0; i < spans.size(); ++i) {
    auto target = static_cast<std::size_t>(spans.begins[static_cast<std::size_t>(i)]);
    for (const float weight : spans.weights(i)) {
      Span& span = each[target++];
      if (span.weights.empty()) span.begin = i;
      span.weights.push_back(weight);
    }
  }
  Spans result;
  for (const Span& span : each) result.push_back(span.begin, span.weights);
  return result;
}

// x [n, h, w, c] -> out [n, p, q, c], contiguous and of T.
template <class T, class Index>
void along_both(const View& x, const Spans& rows, const Spans& columns, const View& out) {
  const std::int64_t n = x.shape[0], h = x.shape[1], w = x.shape[2], c = x.shape[3], p = out.shape[1], q = out.shape[2];
  constexpr std::int64_t kWideChannels = 64 / sizeof(T);  // fill a vector by themselves
  const ResampleRows loops = find_resample_rows(x.dtype);
  const bool wide = c >= kWideChannels || w * c > std::numeric_limits<Index>::max();
  const Taps<T, Index> taps(wide ? Spans() : columns, c);
  const std::int64_t cost = std::max<std::int64_t>((w + q) * c, 1);
  device::parallel_for(n * p, std::max<std::int64_t>(kGrain / cost, 1), [&](std::int64_t begin, std::int64_t end) {
    device::Workspace<T> row(static_cast<std::size_t>(w * c));
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t first = rows.begins[static_cast<std::size_t>(i % p)];
      T* result = out.as<T>() + i * q * c;
      loops.blend(x.as<const T>() + (i / p * h + first) * w * c, rows.weights(i % p), w * c, row.data());
      wide ? loops.pixels(row.data(), columns, c, result) : loops.taps(row.data(), &taps, result);
    }
  });
}

void along_both(const View& x, const Spans& rows, const Spans& columns, const View& out) {
  const DType dtype = out.dtype == DType::kF64 ? DType::kF64 : DType::kF32;
  const Staged image(x, dtype);
  StagedResult result(out, dtype);
  dtype == DType::kF64 ? along_both<double, std::int64_t>(image.view(), rows, columns, result.view())
                       : along_both<float, std::int32_t>(image.view(), rows, columns, result.view());
  result.finish();
}

}  // namespace

void resample(const View& x, const ResampleParams& params, const View& out) {
  if (out.size() == 0) return;  // its axes may be of any length, and each element of them would get weights
  const auto [rows, columns] = spans_of(x, out, params);
  along_both(x, rows, columns, out);
}

void resample_backward(const View& dy, const ResampleParams& params, const View& dx) {
  if (dx.size() == 0) return;
  const auto [rows, columns] = spans_of(dx, dy, params);
  along_both(dy, transposed(rows, dx.shape[1]), transposed(columns, dx.shape[2]), dx);
}

}  // namespace whygrad::kernels::cpu
