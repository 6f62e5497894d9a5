// Colours of pixels.
#include "kernels/image.hpp"

#include "device/parallel.hpp"
#include "kernels/cpu/doubles.hpp"

#include <algorithm>
#include <cmath>

namespace whygrad::kernels::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 10;  // pixels per thread that are worth a parallel region

// Turns the hue of one pixel: brightest and darkest stay, the rest moves around the six edges of the colour cube between them.
void turn_hue(double* rgb, double delta) {
  const auto [darkest, brightest] = std::minmax({rgb[0], rgb[1], rgb[2]});
  const double range = brightest - darkest;
  if (range == 0) return;
  const int top = rgb[0] == brightest ? 0 : rgb[1] == brightest ? 1 : 2;
  const double hue = 2 * top + (rgb[(top + 1) % 3] - rgb[(top + 2) % 3]) / range + 6 * delta;
  for (int i = 0; i < 3; ++i) {
    const double apart = std::fmod(std::fmod(hue - 2 * i, 6) + 6, 6);  // from the pure colour, in sixths of the circle
    rgb[i] = darkest + range * std::clamp(2 - std::min(apart, 6 - apart), 0.0, 1.0);
  }
}

}  // namespace

void adjust_hue(const View& x, double delta, const View& out) {
  Doubles pixels = Doubles::of(x);
  double* rgb = pixels.data();
  device::parallel_for(x.size() / 3, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) turn_hue(rgb + 3 * i, delta);
  });
  pixels.store(out);
}

}  // namespace whygrad::kernels::cpu
