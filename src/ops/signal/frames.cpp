// Shifts, frames, windows and spectrograms, composed of other ops. Each step has the caller's place.
#include "ops/core/defined.hpp"
#include "ops/signal/signal.hpp"

#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>
#include <whygrad/ops/signal.hpp>

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

namespace whygrad {
namespace internal {

Tensor first_elements(const Tensor& x, std::int64_t count, const Where& where) {
  if (x.shape().back() == count) return x;
  Ints begin, size(x.shape());
  for (int i = 0; i < x.rank(); ++i) begin.push_back(0);
  size[x.rank() - 1] = std::min(count, x.shape().back());
  Tensor cut = slice(x, begin, size, where);
  if (x.shape().back() >= count) return cut;
  std::vector<std::array<std::int64_t, 2>> paddings(static_cast<std::size_t>(x.rank()), {0, 0});
  paddings.back()[1] = count - x.shape().back();
  return pad(cut, paddings, {}, where);
}

void require_axes(const char* op, const Tensor& x, int rank) {
  require_defined(op, x);
  if (x.rank() < rank) {
    throw ShapeError(op, fmt::format("the input has shape {}", x.shape().to_string()),
                     fmt::format("it has at least {} {}", rank, rank == 1 ? "axis" : "axes"));
  }
}

void require_real(const char* op, const Tensor& x) {
  if (x.dtype() != DType::kF32 && x.dtype() != DType::kF64) {
    throw DTypeError(op, fmt::format("the input is {}", x.signature()), "the op takes float32 or float64: cast(x, float32)");
  }
}

void require_positive(const char* op, const char* what, std::int64_t number) {
  if (number < 1) throw ValueError(op, fmt::format("{} is {}", what, number), "give a number of at least 1");
}

Tensor windowed(const char* op, const Tensor& frames, const Tensor& window, const Where& where) {
  if (!window.defined()) return frames;
  if (window.rank() != 1 || window.size() != frames.shape().back()) {
    throw ShapeError(op, fmt::format("the window has shape {}, and a frame {} elements", window.shape().to_string(), frames.shape().back()),
                     "the window has one number for each element of a frame");
  }
  return multiply(frames, window, where);
}

}  // namespace internal

using namespace internal;

namespace signal {
namespace {

Tensor shifted(const char* op, const Tensor& x, Ints axes, bool back, const Where& where) {
  require_defined(op, x);
  if (axes.empty()) {
    for (int i = 0; i < x.rank(); ++i) axes.push_back(i);
  }
  Ints shift;
  for (const std::int64_t axis : axes) {
    if (axis < -x.rank() || axis >= x.rank()) {
      throw IndexError(op, fmt::format("axis {} of {}", axis, x.signature()), fmt::format("an axis is in [{}, {})", -x.rank(), x.rank()));
    }
    const std::int64_t n = x.shape()[static_cast<int>(axis < 0 ? axis + x.rank() : axis)];
    shift.push_back(back ? -(n / 2) : n / 2);
  }
  return axes.empty() ? x : roll(x, shift, axes, where);
}

// The elements along an axis as groups of `length`, [.., n / length, length, ..]; what is left over at the end is left out.
Tensor grouped(const Tensor& x, int axis, std::int64_t length, const Where& where) {
  Ints begin, size(x.shape()), extents;
  const std::int64_t groups = x.shape()[axis] / length;
  for (int i = 0; i < x.rank(); ++i) {
    begin.push_back(0);
    if (i != axis) {
      extents.push_back(x.shape()[i]);
      continue;
    }
    size[i] = groups * length;
    extents.push_back(groups);
    extents.push_back(length);
  }
  return reshape(slice(x, begin, size, where), extents, where);
}

std::int64_t enclosing_power_of_two(std::int64_t n) {
  std::int64_t power = 1;
  while (power < n) power *= 2;
  return power;
}

}  // namespace

Tensor fftshift(const Tensor& x, const Ints& axes, Where where) { return shifted("fftshift", x, axes, false, where); }
Tensor ifftshift(const Tensor& x, const Ints& axes, Where where) { return shifted("ifftshift", x, axes, true, where); }

Tensor frame(const Tensor& x, std::int64_t length, std::int64_t step, const FrameOptions& options, Where where) {
  require_axes("frame", x, 1);
  if (length < 0) throw ValueError("frame", fmt::format("the length of a frame is {}", length), "give a number of 0 or more");
  require_positive("frame", "the step between frames", step);
  if (options.axis < -x.rank() || options.axis >= x.rank()) {
    throw IndexError("frame", fmt::format("axis {} of {}", options.axis, x.signature()), fmt::format("an axis is in [{}, {})", -x.rank(), x.rank()));
  }
  const int axis = static_cast<int>(options.axis < 0 ? options.axis + x.rank() : options.axis);
  const std::int64_t n = x.shape()[axis];
  std::int64_t frames = std::max<std::int64_t>(0, n < length ? 0 : 1 + (n - length) / step);
  Tensor whole = x;
  if (options.pad_end) {
    frames = (n + step - 1) / step;
    std::vector<std::array<std::int64_t, 2>> paddings(static_cast<std::size_t>(x.rank()), {0, 0});
    paddings[static_cast<std::size_t>(axis)][1] = std::max<std::int64_t>(0, length + step * (frames - 1) - n);
    whole = pad(x, paddings, {.constant_value = options.pad_value}, where);
  }
  // Groups of elements that every frame takes as a whole, so that long pieces are moved.
  const std::int64_t group = std::gcd(length, step), in_frame = length / group;
  const Tensor first = multiply(range(0, frames, 1, int64, where), step / group, where);
  const Tensor places = add(expand_dims(first, -1, where), range(0, in_frame, 1, int64, where), where);
  const Tensor gathered = gather(grouped(whole, axis, group, where), places, axis, 0, where);
  Ints extents;
  for (int i = 0; i < x.rank(); ++i) {
    extents.push_back(i == axis ? frames : x.shape()[i]);
    if (i == axis) extents.push_back(length);
  }
  return reshape(gathered, extents, where);
}

Tensor overlap_and_add(const Tensor& x, std::int64_t step, Where where) {
  require_axes("overlap_and_add", x, 2);
  require_positive("overlap_and_add", "frame_step", step);
  const std::int64_t length = x.shape().back(), frames = x.shape().back(1), parts = (length + step - 1) / step;
  const std::int64_t result = frames == 0 ? 0 : (frames - 1) * step + length;
  Shape outer(x.shape().extents().first(static_cast<std::size_t>(x.rank() - 2)));
  const auto shape_of = [&](std::initializer_list<std::int64_t> inner) {
    Ints extents(outer);
    for (const std::int64_t n : inner) extents.push_back(n);
    return extents;
  };
  if (frames == 0) return reshape(x, shape_of({0}), where);
  // Part p of frame f belongs at part f + p of the result. With `parts` more frames of zeros, the parts of one number of all frames in a row, one
  // frame short, are shifted by one part in each row; the sum over the rows is the result.
  std::vector<std::array<std::int64_t, 2>> paddings(static_cast<std::size_t>(x.rank()), {0, 0});
  paddings[paddings.size() - 2][1] = parts;
  paddings.back()[1] = parts * step - length;
  const Tensor cut = reshape(pad(x, paddings, {}, where), shape_of({frames + parts, parts, step}), where);
  Ints perm;
  for (int i = 0; i < outer.rank(); ++i) perm.push_back(i);
  for (const int i : {1, 0, 2}) perm.push_back(outer.rank() + i);
  const Tensor rows = reshape(transpose(cut, perm, where), shape_of({(frames + parts) * parts * step}), where);
  const Tensor shifted_rows =
      reshape(first_elements(rows, (frames + parts - 1) * parts * step, where), shape_of({parts, (frames + parts - 1) * step}), where);
  return first_elements(reduce_sum(shifted_rows, -2, false, where), result, where);
}

Tensor inverse_stft_window(const Tensor& window, std::int64_t frame_step, Where where) {
  require_axes("inverse_stft_window", window, 1);
  require_positive("inverse_stft_window", "frame_step", frame_step);
  // By equation 7 of Griffin and Lim: the window divided by the sum of the squares of all windows that cover an element.
  const std::int64_t length = window.size(), overlaps = (length + frame_step - 1) / frame_step;
  const Tensor squares = first_elements(square(window, where), overlaps * frame_step, where);
  const Tensor sums = reduce_sum(reshape(squares, {overlaps, frame_step}, where), 0, true, where);
  const Tensor covered = first_elements(reshape(tile(sums, {overlaps, 1}, where), {-1}, where), length, where);
  return divide_no_nan(window, covered, where);
}

Tensor stft(const Tensor& x, std::int64_t frame_length, std::int64_t frame_step, const Tensor& window, const StftOptions& options, Where where) {
  require_axes("stft", x, 1);
  require_real("stft", x);
  const Tensor frames = frame(x, frame_length, frame_step, {.pad_end = options.pad_end}, where);
  const std::int64_t fft_length = options.fft_length != 0 ? options.fft_length : enclosing_power_of_two(frame_length);
  return rfft(windowed("stft", frames, window, where), {fft_length}, where);
}

Tensor inverse_stft(const Tensor& spectra, std::int64_t frame_length, std::int64_t frame_step, const Tensor& window, std::int64_t fft_length,
                    Where where) {
  require_axes("inverse_stft", spectra, 2);
  require_positive("inverse_stft", "frame_length", frame_length);
  const Tensor frames = irfft(spectra, {fft_length != 0 ? fft_length : enclosing_power_of_two(frame_length)}, where);
  return overlap_and_add(windowed("inverse_stft", first_elements(frames, frame_length, where), window, where), frame_step, where);
}

}  // namespace signal
}  // namespace whygrad
