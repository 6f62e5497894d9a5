// Discrete cosine transforms, composed of Fourier transforms. Each step has the caller's place.
#include "ops/signal/signal.hpp"

#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/shape.hpp>
#include <whygrad/ops/signal.hpp>

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace whygrad::signal {
namespace {

using internal::first_elements;

// e^(sign i pi k / (2 n)) for k below n.
Tensor half_turns(std::int64_t n, double sign, DType dtype, const Where& where) {
  const Tensor angles = multiply(range(0, n, 1, float64, where), sign * std::numbers::pi / 2 / static_cast<double>(n), where);
  return complex(cast(cos(angles, where), dtype, where), cast(sin(angles, where), dtype, where), where);
}

// [first, others, others, ..]
Tensor weights(std::int64_t n, double first, double others, DType dtype, const Where& where) {
  return pad(fill({1}, first, dtype, where), {{0, n - 1}}, {.constant_value = others}, where);
}

Tensor type_one(const Tensor& x, const Where& where) {
  const std::int64_t n = x.shape().back();
  Ints begin, size(x.shape());
  for (int i = 0; i < x.rank(); ++i) begin.push_back(0);
  begin[x.rank() - 1] = 1;
  size[x.rank() - 1] = n - 2;
  const Tensor mirrored = reverse(slice(x, begin, size, where), {-1}, where);
  return real(rfft(concat({x, mirrored}, -1, where), {}, where), where);
}

Tensor type_two(const Tensor& x, bool ortho, const Where& where) {
  const std::int64_t n = x.shape().back();
  const Tensor half = first_elements(rfft(x, {2 * n}, where), n, where);
  const Tensor y = multiply(2, real(multiply(half, half_turns(n, -1, x.dtype(), where), where), where), where);
  const double scale = 0.5 / std::sqrt(static_cast<double>(n));
  return ortho ? multiply(y, weights(n, scale, scale * std::numbers::sqrt2, x.dtype(), where), where) : y;
}

Tensor type_three(const Tensor& x, bool ortho, const Where& where) {
  const std::int64_t n = x.shape().back();
  const double length = static_cast<double>(n), root = std::sqrt(length);
  const Tensor scaled = ortho ? multiply(x, weights(n, root, root * std::sqrt(0.5), x.dtype(), where), where) : multiply(x, length, where);
  const Tensor turned = multiply(complex(scaled, zeros_like(scaled, where), where), half_turns(n, 1, x.dtype(), where), where);
  return first_elements(irfft(multiply(2, turned, where), {2 * n}, where), n, where);
}

Tensor type_four(const Tensor& x, bool ortho, const Where& where) {
  const std::int64_t n = x.shape().back();
  const Tensor twice = type_two(first_elements(x, 2 * n, where), false, where);
  Ints extents(x.shape());
  extents.push_back(2);
  const Tensor odd = unstack(reshape(twice, extents, where), -1, where)[1];
  return ortho ? multiply(odd, std::sqrt(0.5 / static_cast<double>(n)), where) : odd;
}

Tensor transformed(const char* op, const Tensor& given, const DctOptions& options, int type, const Where& where) {
  internal::require_axes(op, given, 1);
  internal::require_real(op, given);
  if (options.type < 1 || options.type > 4) throw ValueError(op, fmt::format("the type is {}", options.type), "there are types 1, 2, 3 and 4");
  if (options.n < 0) throw ValueError(op, fmt::format("n is {}", options.n), "give a length of at least 1, or none");
  const Tensor x = options.n > 0 ? first_elements(given, options.n, where) : given;
  const std::int64_t n = x.shape().back();
  if (type == 1 && options.ortho) throw ValueError(op, "type 1 has no orthogonal form", "leave out the norm, or use type 2");
  if (n < (type == 1 ? 2 : 1)) {
    throw ShapeError(op, fmt::format("the last axis has {} elements", n), type == 1 ? "type 1 takes at least 2" : "it has at least 1");
  }
  switch (type) {
    case 1: return type_one(x, where);
    case 2: return type_two(x, options.ortho, where);
    case 3: return type_three(x, options.ortho, where);
    default: return type_four(x, options.ortho, where);
  }
}

constexpr double kPlainWindow = std::numbers::sqrt2 / 2;

Tensor through_window(const char* op, const Tensor& frames, const Tensor& window, const Where& where) {
  return window.defined() ? internal::windowed(op, frames, window, where) : multiply(frames, kPlainWindow, where);
}

}  // namespace

Tensor dct(const Tensor& x, const DctOptions& options, Where where) { return transformed("dct", x, options, options.type, where); }

Tensor idct(const Tensor& x, const DctOptions& options, Where where) {
  return transformed("idct", x, options, options.type == 2 ? 3 : options.type == 3 ? 2 : options.type, where);
}

Tensor mdct(const Tensor& x, std::int64_t frame_length, const Tensor& window, const MdctOptions& options, Where where) {
  internal::require_axes("mdct", x, 1);
  internal::require_real("mdct", x);
  if (frame_length < 4 || frame_length % 4 != 0) {
    throw ValueError("mdct", fmt::format("frame_length is {}", frame_length), "it is a multiple of 4");
  }
  const Tensor frames = frame(x, frame_length, frame_length / 2, {.pad_end = options.pad_end}, where);
  const std::vector<Tensor> quarter = split(through_window("mdct", frames, window, where), 4, -1, where);
  const Tensor first = subtract(negative(reverse(quarter[2], {-1}, where), where), quarter[3], where);
  const Tensor second = subtract(quarter[0], reverse(quarter[1], {-1}, where), where);
  return dct(concat({first, second}, -1, where), {.type = 4, .ortho = options.ortho}, where);
}

Tensor inverse_mdct(const Tensor& x, const Tensor& window, bool ortho, Where where) {
  internal::require_axes("inverse_mdct", x, 2);
  internal::require_real("inverse_mdct", x);
  const std::int64_t half = x.shape().back();
  if (half < 2 || half % 2 != 0) {
    throw ShapeError("inverse_mdct", fmt::format("the last axis has {} elements", half), "it is half of a frame, whose length is a multiple of 4");
  }
  const Tensor y = dct(x, {.type = 4, .ortho = ortho}, where);
  const std::vector<Tensor> parts = split(ortho ? y : multiply(y, 0.5 / static_cast<double>(half), where), 2, -1, where);
  const Tensor turned = negative(reverse(parts[1], {-1}, where), where), turned_first = negative(reverse(parts[0], {-1}, where), where);
  const Tensor frames = concat({parts[1], turned, turned_first, negative(parts[0], where)}, -1, where);
  return overlap_and_add(through_window("inverse_mdct", frames, window, where), half, where);
}

Tensor mfccs_from_log_mel_spectrograms(const Tensor& x, Where where) {
  const Tensor y = dct(x, {}, where);
  return multiply(y, 1 / std::sqrt(2 * static_cast<double>(x.shape().back())), where);
}

}  // namespace whygrad::signal
