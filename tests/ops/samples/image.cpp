// Colours of images.
#include "ops/samples/places.hpp"

#include <whygrad/ops/image.hpp>

#include <algorithm>
#include <cmath>

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

const Samples kSamples([](SampleList& list) {
  for (const double delta : {0.05, -0.4, 1.0}) {
    list.add({.op = "adjust_hue",
              .inputs = {uniform({2, 5, 3}, 0, 1)},
              .run = [delta](const Inputs& x) { return outputs(image::adjust_hue(x[0], delta)); },
              .expected = [delta](const Arrays& x) { return Arrays{turned(x[0], delta)}; }});
  }
  list.refuse({.op = "adjust_hue", .fragment = "three channels", .call = [] { image::adjust_hue(uniform({2, 4}), 0.1); }});
  list.refuse({.op = "adjust_hue", .fragment = "delta is 2", .call = [] { image::adjust_hue(uniform({2, 3}), 2); }});
});

}  // namespace
}  // namespace whygrad::samples
