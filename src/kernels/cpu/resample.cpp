// Resized images.
#include "kernels/image.hpp"

#include "device/parallel.hpp"
#include "kernels/cpu/doubles.hpp"

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

std::vector<Span> spans_of(const Axis& axis, const ResampleParams& params) {
  std::vector<Span> spans;
  spans.reserve(static_cast<std::size_t>(axis.out));
  for (std::int64_t i = 0; i < axis.out; ++i) {
    switch (params.method) {
      case Resampling::kBilinear: spans.push_back(bilinear_span(axis, i)); break;
      case Resampling::kBicubic: spans.push_back(bicubic_span(axis, i)); break;
      case Resampling::kArea: spans.push_back(area_span(axis, i)); break;
      default: spans.push_back(span_by_kernel(axis, params.method, params.antialias, i));
    }
  }
  return spans;
}

std::array<std::vector<Span>, 2> spans_of(const View& from, const View& to, const ResampleParams& params) {
  std::array<std::vector<Span>, 2> both;
  for (std::size_t k = 0; k < 2; ++k) {
    Axis axis{from.shape[1 + k], to.shape[1 + k], 0, 0};
    axis.scale = params.scale[k] == 0 ? static_cast<float>(axis.in) / static_cast<float>(axis.out) : static_cast<float>(1.0 / params.scale[k]);
    axis.translation = -axis.scale * static_cast<float>(params.translation[k]);
    both[k] = spans_of(axis, params);
  }
  return both;
}

// to[k, i, r] = sum over the span of i of weight * from[k, span.., r]: along the middle one of three axes.
void gather_axis(const double* from, std::int64_t lead, std::int64_t in, const std::vector<Span>& spans, std::int64_t run, double* to) {
  const auto out = static_cast<std::int64_t>(spans.size());
  device::parallel_for(lead * out, std::max<std::int64_t>(kGrain / std::max<std::int64_t>(run, 1), 1), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      const Span& span = spans[static_cast<std::size_t>(row % out)];
      double* sums = to + row * run;
      std::fill_n(sums, run, 0.0);
      const double* source = from + (row / out * in + span.begin) * run;
      for (const float weight : span.weights) {
        for (std::int64_t r = 0; r < run; ++r) sums[r] += static_cast<double>(weight) * source[r];
        source += run;
      }
    }
  });
}
// The transpose of that as a linear map; `to` holds zeros.
void scatter_axis(const double* from, std::int64_t lead, std::int64_t in, const std::vector<Span>& spans, std::int64_t run, double* to) {
  const auto out = static_cast<std::int64_t>(spans.size());
  device::parallel_for(lead, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin * out; row < end * out; ++row) {
      const Span& span = spans[static_cast<std::size_t>(row % out)];
      const double* source = from + row * run;
      double* target = to + (row / out * in + span.begin) * run;
      for (const float weight : span.weights) {
        for (std::int64_t r = 0; r < run; ++r) target[r] += static_cast<double>(weight) * source[r];
        target += run;
      }
    }
  });
}

}  // namespace

void resample(const View& x, const ResampleParams& params, const View& out) {
  if (out.size() == 0) return;
  const std::int64_t n = x.shape[0], h = x.shape[1], w = x.shape[2], c = x.shape[3], p = out.shape[1];
  const auto [rows, columns] = spans_of(x, out, params);
  Doubles image = Doubles::of(x), result(out);
  device::Workspace<double> between(static_cast<std::size_t>(n * p * w * c));
  gather_axis(image.data(), n, h, rows, w * c, between.data());
  gather_axis(between.data(), n * p, w, columns, c, result.data());
  result.store(out);
}

void resample_backward(const View& dy, const ResampleParams& params, const View& dx) {
  const std::int64_t n = dx.shape[0], h = dx.shape[1], w = dx.shape[2], c = dx.shape[3], p = dy.shape[1];
  const auto [rows, columns] = spans_of(dx, dy, params);
  Doubles gradient = Doubles::of(dy), result(dx);
  device::Workspace<double> between(static_cast<std::size_t>(n * p * w * c), 0.0);
  scatter_axis(gradient.data(), n * p, w, columns, c, between.data());
  scatter_axis(between.data(), n, h, rows, w * c, result.data());
  result.store(dx);
}

}  // namespace whygrad::kernels::cpu
