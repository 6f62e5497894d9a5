// Windows and the mel scale: numbers without inputs. They are computed in double precision and rounded at the end.
#include "ops/signal/signal.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>
#include <whygrad/ops/signal.hpp>
#include <whygrad/ops/special.hpp>

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <cmath>
#include <numbers>

namespace whygrad::signal {
namespace {

void check_window(const char* op, std::int64_t length, DType dtype) {
  if (length < 0) throw ValueError(op, fmt::format("the window has {} elements", length), "a length is 0 or more");
  if (!is_floating(dtype))
    throw DTypeError(op, fmt::format("the window is of {}", name_of(dtype)), "a window is of floating numbers, such as float32");
}

Tensor positions(std::int64_t length, const Where& where) { return range(0, length, 1, float64, where); }

// a - b cos(2 pi t / n)
Tensor raised_cosine(const char* op, std::int64_t length, const WindowOptions& options, double a, double b, const Where& where) {
  check_window(op, length, options.dtype);
  if (length == 1) return ones({1}, options.dtype, where);
  const double period = static_cast<double>(length - (options.periodic && length % 2 == 0 ? 0 : 1));
  const Tensor angles = multiply(positions(length, where), 2 * std::numbers::pi / period, where);
  return cast(subtract(a, multiply(b, cos(angles, where), where), where), options.dtype, where);
}

// f64
Tensor kaiser(std::int64_t length, double beta, const Where& where) {
  if (length <= 1) return ones({length}, float64, where);
  const double half = static_cast<double>(length - 1) / 2;
  const Tensor off_middle = divide(subtract(positions(length, where), half, where), half, where);
  const Tensor inside = sqrt(maximum(subtract(1, square(off_middle, where), where), 0, where), where);
  const Tensor bent = multiply(beta, inside, where);
  const Tensor scale = exp(subtract(bent, beta, where), where);
  return multiply(scale, divide(bessel_i0e(bent, where), bessel_i0e(fill({}, beta, float64, where), where), where), where);
}

double mel(double hertz) { return 1127 * std::log(1 + hertz / 700); }

}  // namespace

Tensor hann_window(std::int64_t length, const WindowOptions& options, Where where) {
  return raised_cosine("hann_window", length, options, 0.5, 0.5, where);
}
Tensor hamming_window(std::int64_t length, const WindowOptions& options, Where where) {
  return raised_cosine("hamming_window", length, options, 0.54, 0.46, where);
}

Tensor kaiser_window(std::int64_t length, double beta, DType dtype, Where where) {
  check_window("kaiser_window", length, dtype);
  return cast(kaiser(length, beta, where), dtype, where);
}

Tensor kaiser_bessel_derived_window(std::int64_t length, double beta, DType dtype, Where where) {
  check_window("kaiser_bessel_derived_window", length, dtype);
  const std::int64_t half = length / 2;
  const Tensor sums = cumsum(kaiser(half + 1, beta, where), 0, {}, where);
  const Tensor rising = sqrt(divide(slice(sums, {0}, {half}, where), slice(sums, {half}, {1}, where), where), where);
  return cast(concat({rising, reverse(rising, {0}, where)}, 0, where), dtype, where);
}

Tensor vorbis_window(std::int64_t length, DType dtype, Where where) {
  check_window("vorbis_window", length, dtype);
  const double step = length == 0 ? 0 : std::numbers::pi / static_cast<double>(length);
  const Tensor rising = square(sin(multiply(step, add(positions(length, where), 0.5, where), where), where), where);
  return cast(sin(multiply(std::numbers::pi / 2, rising, where), where), dtype, where);
}

Tensor linear_to_mel_weight_matrix(const MelOptions& o, Where where) {
  constexpr const char* kOp = "linear_to_mel_weight_matrix";
  internal::require_positive(kOp, "num_mel_bins", o.mel_bins);
  internal::require_positive(kOp, "num_spectrogram_bins", o.spectrogram_bins);
  if (!is_floating(o.dtype))
    throw DTypeError(kOp, fmt::format("the matrix is of {}", name_of(o.dtype)), "it is of floating numbers, such as float32");
  if (!(o.sample_rate > 0)) throw ValueError(kOp, fmt::format("sample_rate is {}", o.sample_rate), "give a number above 0");
  if (!(0 <= o.lower_edge_hertz && o.lower_edge_hertz < o.upper_edge_hertz && o.upper_edge_hertz <= o.sample_rate / 2)) {
    throw ValueError(kOp, fmt::format("the edges are {} and {} hertz at a sample rate of {}", o.lower_edge_hertz, o.upper_edge_hertz, o.sample_rate),
                     "the lower edge is 0 or more and below the upper one, which is at most half of the sample rate");
  }
  // Triangles between neighbours of neighbours of the band edges. The bin of frequency 0 is left out.
  const std::int64_t n = o.mel_bins;
  const Tensor hertz = multiply(positions(o.spectrogram_bins, where),
                                o.sample_rate / 2 / static_cast<double>(std::max<std::int64_t>(1, o.spectrogram_bins - 1)), where);
  const Tensor frequencies = expand_dims(slice(hertz, {1}, {o.spectrogram_bins - 1}, where), 1, where);
  const Tensor bins = multiply(1127, log(add(1, divide(frequencies, 700, where), where), where), where);
  const Tensor edges = linspace(mel(o.lower_edge_hertz), mel(o.upper_edge_hertz), n + 2, float64, where);
  const Tensor low = slice(edges, {0}, {n}, where), middle = slice(edges, {1}, {n}, where), high = slice(edges, {2}, {n}, where);
  const Tensor rising = divide(subtract(bins, low, where), subtract(middle, low, where), where);
  const Tensor falling = divide(subtract(high, bins, where), subtract(high, middle, where), where);
  const Tensor weights = maximum(0, minimum(rising, falling, where), where);
  return cast(pad(weights, {{1, 0}, {0, 0}}, {}, where), o.dtype, where);
}

}  // namespace whygrad::signal
