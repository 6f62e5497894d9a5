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

struct Hsv {
  double hue, saturation, value;
};

Hsv hsv_of(const double* rgb) {
  const auto [darkest, brightest] = std::minmax({rgb[0], rgb[1], rgb[2]});
  const double range = brightest - darkest;
  if (range <= 0) return {0, 0, brightest};
  const int top = rgb[0] == brightest ? 0 : rgb[1] == brightest ? 1 : 2;
  const double hue = (2 * top + (rgb[(top + 1) % 3] - rgb[(top + 2) % 3]) / range) / 6;
  return {hue < 0 ? hue + 1 : hue, brightest > 0 ? range / brightest : 0, brightest};
}

// A pure colour has one third of the circle, and fades into its neighbours over a sixth each.
void store_rgb(const Hsv& colour, double* rgb) {
  const double sixths = colour.hue * 6;
  const double pure[] = {std::abs(sixths - 3) - 1, 2 - std::abs(sixths - 2), 2 - std::abs(sixths - 4)};
  for (int i = 0; i < 3; ++i) rgb[i] = ((1 - colour.saturation) + colour.saturation * std::clamp(pure[i], 0.0, 1.0)) * colour.value;
}

template <class Change>
void for_pixels(const View& x, const View& out, const Change& change) {
  Doubles pixels = Doubles::of(x);
  double* rgb = pixels.data();
  device::parallel_for(x.size() / 3, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) change(rgb + 3 * i);
  });
  pixels.store(out);
}

}  // namespace

void adjust_hue(const View& x, double delta, const View& out) {
  for_pixels(x, out, [delta](double* rgb) { turn_hue(rgb, delta); });
}

void hsv_to_rgb(const View& x, const View& out) {
  for_pixels(x, out, [](double* pixel) { store_rgb({pixel[0], pixel[1], pixel[2]}, pixel); });
}

void adjust_saturation(const View& x, double factor, const View& out) {
  for_pixels(x, out, [factor](double* rgb) {
    Hsv colour = hsv_of(rgb);
    colour.saturation = std::clamp(colour.saturation * factor, 0.0, 1.0);
    store_rgb(colour, rgb);
  });
}

}  // namespace whygrad::kernels::cpu
