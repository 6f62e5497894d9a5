// Colours of images.
#include "ops/image/image.hpp"
#include "ops/samples/places.hpp"

#include <whygrad/ops/image.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <vector>

namespace whygrad::samples {
namespace {

// By way of hue, saturation and value, as textbooks have it (Smith 1978).
Array turned(const Array& image, double delta) {
  Array result = image;
  for (std::size_t i = 0; i < image.values.size(); i += 3) {
    const double r = image.values[i], g = image.values[i + 1], b = image.values[i + 2];
    const double value = std::max({r, g, b}), range = value - std::min({r, g, b});
    if (range == 0) continue;
    double hue = value == r ? (g - b) / range : value == g ? (b - r) / range + 2 : (r - g) / range + 4;
    hue = std::fmod(hue + 6 * delta + 12, 6);
    const double fraction = hue - std::floor(hue), p = value - range, q = value - range * fraction, t = value - range * (1 - fraction);
    const double colours[6][3] = {{value, t, p}, {q, value, p}, {p, value, t}, {p, q, value}, {t, p, value}, {value, p, q}};
    std::copy_n(colours[static_cast<int>(hue)], 3, result.values.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return result;
}

// ---- Resized images ----

double keys_cubic(double x) { return x >= 2 ? 0 : x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1; }
double triangle(double x) { return std::max(1 - x, 0.0); }
double lanczos3(double x) {
  const double pi = std::acos(-1.0);
  return x == 0 ? 1 : x > 3 ? 0 : 3 * std::sin(pi * x) * std::sin(pi * x / 3) / (pi * pi * x * x);
}

// Each element of an axis as the mean of all elements of the other image, weighted by distance.
std::vector<double> shares(std::int64_t in, std::int64_t out, std::int64_t i, double (*kernel)(double), bool antialias) {
  const double scale = static_cast<double>(in) / static_cast<double>(out), wide = antialias ? std::max(scale, 1.0) : 1;
  std::vector<double> weights;
  double sum = 0;
  for (std::int64_t k = 0; k < in; ++k) {
    const double distance = std::abs(static_cast<double>(k) + 0.5 - (static_cast<double>(i) + 0.5) * scale) / wide;
    weights.push_back(kernel(distance));
    sum += weights.back();
  }
  for (double& w : weights) w /= sum;
  return weights;
}
// The part of each element of the other image that an element covers.
std::vector<double> covered(std::int64_t in, std::int64_t out, std::int64_t i) {
  const double scale = static_cast<double>(in) / static_cast<double>(out), begin = static_cast<double>(i) * scale, end = begin + scale;
  std::vector<double> weights;
  for (std::int64_t k = 0; k < in; ++k) {
    weights.push_back(std::max(std::min(end, static_cast<double>(k + 1)) - std::max(begin, static_cast<double>(k)), 0.0) / scale);
  }
  return weights;
}

using Shares = std::function<std::vector<double>(std::int64_t, std::int64_t, std::int64_t)>;

// Calls body(element of the larger sum, element of the image, share of it) for images of h x w and p x q.
template <class Body>
void for_shares(const Shape& image, std::int64_t p, std::int64_t q, const Shares& of, const Body& body) {
  const std::int64_t n = image[0], h = image[1], w = image[2], c = image[3];
  for (std::int64_t i = 0; i < p; ++i) {
    const std::vector<double> down = of(h, p, i);
    for (std::int64_t j = 0; j < q; ++j) {
      const std::vector<double> right = of(w, q, j);
      for (std::int64_t b = 0; b < n; ++b) {
        for (std::int64_t k = 0; k < h * w * c; ++k) {
          const double share = down[static_cast<std::size_t>(k / (w * c))] * right[static_cast<std::size_t>(k / c % w)];
          body(static_cast<std::size_t>(((b * p + i) * q + j) * c + k % c), static_cast<std::size_t>(b * h * w * c + k), share);
        }
      }
    }
  }
}

Array zeros_of(const Shape& shape) { return {shape, std::vector<double>(static_cast<std::size_t>(shape.size()))}; }

Array resized(const Array& x, std::int64_t p, std::int64_t q, const Shares& of) {
  Array y = zeros_of({x.shape[0], p, q, x.shape[3]});
  for_shares(x.shape, p, q, of, [&](std::size_t to, std::size_t from, double share) { y.values[to] += share * x.values[from]; });
  return y;
}
Array spread(const Array& dy, std::int64_t h, std::int64_t w, const Shares& of) {
  Array dx = zeros_of({dy.shape[0], h, w, dy.shape[3]});
  for_shares(dx.shape, dy.shape[1], dy.shape[2], of,
             [&](std::size_t to, std::size_t from, double share) { dx.values[from] += share * dy.values[to]; });
  return dx;
}

void add_resize(SampleList& list) {
  struct Case {
    const char *op, *op_of_gradient;
    image::ResizeMethod method;
    bool antialias;
    Shape from;
    std::array<std::int64_t, 2> to;
    Shares shares;
  };
  const auto by = [](double (*kernel)(double), bool antialias) {
    return [=](std::int64_t in, std::int64_t out, std::int64_t i) { return shares(in, out, i, kernel, antialias); };
  };
  using M = image::ResizeMethod;
  const std::vector<Case> cases = {
      {"resize_bilinear", "resize_bilinear_grad", M::kBilinear, false, {2, 3, 4, 2}, {5, 3}, by(triangle, false)},
      {"resize_bilinear", "resize_bilinear_grad", M::kBilinear, false, {1, 4, 1, 1}, {2, 3}, by(triangle, false)},
      {"resize_bicubic", "resize_bicubic_grad", M::kBicubic, false, {1, 4, 2, 2}, {8, 4}, by(keys_cubic, false)},  // places in quarters, which the
                                                                                                                   // table of weights has
      {"resize_area", "resize_area_grad", M::kArea, false, {1, 5, 3, 2}, {2, 4}, covered},
      {"scale_and_translate", "scale_and_translate_grad", M::kBilinear, true, {1, 6, 3, 1}, {2, 4}, by(triangle, true)},
      {"scale_and_translate", "scale_and_translate_grad", M::kBicubic, true, {1, 5, 4, 1}, {2, 6}, by(keys_cubic, true)},
      {"scale_and_translate", "scale_and_translate_grad", M::kLanczos3, false, {1, 4, 3, 2}, {3, 5}, by(lanczos3, false)},
  };
  for (const Case& c : cases) {
    list.add({.op = c.op,
              .inputs = {uniform(c.from)},
              .run =
                  [c](const Inputs& x) {
                    return outputs(image::resize(x[0], c.to, {c.method, c.antialias}));
                  },
              .expected = [c](const Arrays& x) { return Arrays{resized(x[0], c.to[0], c.to[1], c.shares)}; },
              .tolerance = 2e-6});  // weights are computed in single precision, as TensorFlow's
    const std::array<std::int64_t, 2> size = {c.from[1], c.from[2]};
    list.add({.op = c.op_of_gradient,
              .inputs = {uniform({c.from[0], c.to[0], c.to[1], c.from[3]})},
              .run = [c, size](const Inputs& x) { return outputs(internal::resize_grad(c.method, c.antialias, x[0], size)); },
              .expected = [c, size](const Arrays& x) { return Arrays{spread(x[0], size[0], size[1], c.shares)}; },
              .tolerance = 2e-6});
  }
  struct Size {
    std::array<std::int64_t, 2> size;
  };
  struct SizeAndKernel {
    std::array<std::int64_t, 2> size;
    std::uint8_t kernel = 0;
    bool antialias = true;
  };
  for (const char* op : {"resize_bilinear", "resize_bicubic", "resize_area", "resize_bilinear_grad", "resize_bicubic_grad", "resize_area_grad"}) {
    list.refuse({.op = op, .fragment = "height and width of 0 x 2", .call = [op] {
                   const Tensor x = uniform({1, 2, 3, 1});
                   apply(*find_op(op), {&x}, {}, Size{{0, 2}});
                 }});
  }
  for (const char* op : {"scale_and_translate", "scale_and_translate_grad"}) {
    list.refuse({.op = op, .fragment = "images are [batch, height, width, channels]", .call = [op] {
                   const Tensor x = uniform({2, 3, 1});
                   apply(*find_op(op), {&x}, {}, SizeAndKernel{{2, 2}});
                 }});
  }
}

void add_boxes(SampleList& list) {
  // The second box overlaps the first by more than a half, the third does not; the fourth has too low a score.
  list.add({.op = "non_max_suppression",
            .inputs = {numbers({4, 4}, {0, 0, 1, 1, 0, 0.1, 1, 1.1, 0, 2, 1, 3, 0, 9, 1, 10}), numbers({4}, {0.9, 0.8, 0.7, 0.1})},
            .run =
                [](const Inputs& x) {
                  const auto [selected, scores] = image::non_max_suppression(x[0], x[1], 3, {.score_threshold = 0.2});
                  return std::vector<Tensor>{selected, scores};
                },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{2}, {0, 2}}, {{2}, {0.9, 0.7}}};
                },
            .dtypes = {int32, float64},
            .reads = {0, 1}});
  const auto chosen = [](const Tensor& boxes, const Tensor& scores, std::int64_t most, double overlap = 0.5) {
    return [=] { image::non_max_suppression(boxes, scores, most, {.iou_threshold = overlap}); };
  };
  const char* op = "non_max_suppression";
  list.refuse({.op = op, .fragment = "boxes [2, 3] and scores [2]", .call = chosen(uniform({2, 3}), uniform({2}), 1)});
  list.refuse({.op = op, .fragment = "max_output_size is -1", .call = chosen(uniform({2, 4}), uniform({2}), -1)});
  list.refuse({.op = op, .fragment = "iou_threshold is 2", .call = chosen(uniform({2, 4}), uniform({2}), 1, 2)});
  list.refuse({.op = op, .fragment = "boxes of i64", .call = chosen(integers({2, 4}, 0, 1), uniform({2}), 1)});
}

void add_colours(SampleList& list) {
  list.add({.op = "hsv_to_rgb",
            .inputs = {numbers({3, 3}, {0, 1, 1, 1.0 / 3, 0.5, 0.8, 0.75, 0.25, 0.4})},
            .run = [](const Inputs& x) { return outputs(image::hsv_to_rgb(x[0])); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{3, 3}, {1, 0, 0, 0.4, 0.8, 0.4, 0.35, 0.3, 0.4}}};
                }});
  list.add({.op = "adjust_saturation",
            .inputs = {numbers({2, 3}, {0.8, 0.4, 0.6, 0.1, 0.5, 0.3})},
            .run = [](const Inputs& x) { return outputs(image::adjust_saturation(x[0], 0.5)); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{2, 3}, {0.8, 0.6, 0.7, 0.3, 0.5, 0.4}}};
                }});
  list.refuse({.op = "adjust_saturation", .fragment = "floating numbers", .call = [] { image::adjust_saturation(integers({2, 3}, 0, 1), 0.5); }});
  list.refuse({.op = "hsv_to_rgb", .fragment = "three channels", .call = [] { image::hsv_to_rgb(uniform({2, 4})); }});
}

const Samples kSamples([](SampleList& list) {
  for (const double delta : {0.05, -0.4, 1.0}) {
    list.add({.op = "adjust_hue",
              .inputs = {uniform({2, 5, 3}, 0, 1)},
              .run = [delta](const Inputs& x) { return outputs(image::adjust_hue(x[0], delta)); },
              .expected = [delta](const Arrays& x) { return Arrays{turned(x[0], delta)}; }});
  }
  list.refuse({.op = "adjust_hue", .fragment = "three channels", .call = [] { image::adjust_hue(uniform({2, 4}), 0.1); }});
  list.refuse({.op = "adjust_hue", .fragment = "delta is 2", .call = [] { image::adjust_hue(uniform({2, 3}), 2); }});
  add_resize(list);
  add_boxes(list);
  add_colours(list);
});

}  // namespace
}  // namespace whygrad::samples
