// Convolution and pooling of volumes, by those of images.
#include "ops/spatial/spatial.hpp"

#include "ops/conv/pool.hpp"
#include "ops/conv/windows.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/shape.hpp>
#include <whygrad/ops/spatial.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad {
namespace internal {

void require_volume(const char* op, const Tensor& x) {
  require_defined(op, x);
  if (x.rank() != 5) throw ShapeError(op, fmt::format("x is {}", x.signature()), "a volume is [batch, depth, height, width, channels]");
}

void require_positive(const char* op, const char* what, std::span<const std::int64_t> numbers) {
  for (const std::int64_t n : numbers) {
    if (n < 1 || n > std::int64_t{1} << 31) throw ValueError(op, fmt::format("{} has {} in it", what, n), "each is 1 to 2^31");
  }
}

AxisWindows windows_along(const char* op, std::int64_t extent, std::int64_t window, std::int64_t stride, bool same) {
  const AxisWindows windows = place_windows(0, extent, window, stride, same ? nn::same : nn::valid);
  if (windows.count <= 0) {
    throw ShapeError(op, fmt::format("a window of {} does not fit into an extent of {}", window, extent), "use a smaller window, or padding = SAME");
  }
  return windows;
}

}  // namespace internal

namespace nn {
namespace {

using internal::AxisWindows;

std::array<std::int64_t, 2> of_plane(const Triple& t) { return {t[1], t[2]}; }
Conv2dOptions of_plane(const Conv3dOptions& o) {
  return {.strides = of_plane(o.strides), .padding = o.same ? same : valid, .dilations = of_plane(o.dilations)};
}

// The slices of x along its depth that element k of a filter meets, [n, p, h, w, c].
Tensor slices_at(const Tensor& padded, std::int64_t first, std::int64_t count, std::int64_t stride, const Where& where) {
  const Shape& s = padded.shape();
  return strided_slice(padded, {0, first, 0, 0, 0}, {s[0], first + (count - 1) * stride + 1, s[2], s[3], s[4]}, {1, stride, 1, 1, 1}, where);
}

// Filters of a plane whose channels are those of all slices.
Tensor flat_filters(const Tensor& filters, const Where& where) {
  const Shape& f = filters.shape();
  return reshape(transpose(filters, {1, 2, 0, 3, 4}, where), {f[1], f[2], f[0] * f[3], f[4]}, where);
}

AxisWindows depth_windows(const char* op, std::int64_t depth, const Shape& filters, const Conv3dOptions& o) {
  internal::require_positive(op, "strides", o.strides);
  internal::require_positive(op, "dilations", o.dilations);
  return internal::windows_along(op, depth, (filters[0] - 1) * o.dilations[0] + 1, o.strides[0], o.same);
}

void check_filters(const char* op, const Tensor& filters) {
  internal::require_defined(op, filters);
  if (filters.rank() != 5 || filters.size() == 0) {
    throw ShapeError(op, fmt::format("the filters are {}", filters.signature()),
                     "filters are [depth, height, width, channels, results], none of them 0");
  }
}

}  // namespace

Tensor conv3d(const Tensor& x, const Tensor& filters, const Conv3dOptions& options, Where where) {
  internal::require_volume("conv3d", x);
  check_filters("conv3d", filters);
  const Shape &s = x.shape(), &f = filters.shape();
  if (s[4] == 0 || s[4] % f[3] != 0) {
    throw ShapeError("conv3d", fmt::format("x has {} channels and the filters {}", s[4], f[3]), "they are as many, or a divisor of them, for groups");
  }
  const AxisWindows depth = depth_windows("conv3d", s[1], f, options);
  const Tensor padded = options.same ? pad(x, {{0, 0}, {depth.before, depth.after}, {0, 0}, {0, 0}, {0, 0}}, {}, where) : x;
  std::vector<Tensor> parts;
  parts.reserve(static_cast<std::size_t>(f[0]));
  for (std::int64_t k = 0; k < f[0]; ++k) parts.push_back(slices_at(padded, k * options.dilations[0], depth.count, options.strides[0], where));
  Tensor planes = reshape(concat(parts, 4, where), {s[0] * depth.count, s[2], s[3], f[0] * s[4]}, where);
  if (s[4] != f[3]) {  // a group's channels of all slices lie together
    const std::int64_t n = s[0] * depth.count * s[2] * s[3], groups = s[4] / f[3];
    const Tensor sorted = transpose(reshape(planes, {n, f[0], groups, f[3]}, where), {0, 2, 1, 3}, where);
    planes = reshape(sorted, {s[0] * depth.count, s[2], s[3], f[0] * s[4]}, where);
  }
  const Tensor y = conv2d(planes, flat_filters(filters, where), of_plane(options), where);
  return reshape(y, {s[0], depth.count, y.shape()[1], y.shape()[2], f[4]}, where);
}

Tensor conv3d_transpose(const Tensor& x, const Tensor& filters, const Shape& output_shape, const Conv3dOptions& options, Where where) {
  constexpr const char* kName = "conv3d_transpose";
  internal::require_volume(kName, x);
  check_filters(kName, filters);
  const Shape &s = x.shape(), &f = filters.shape(), &out = output_shape;
  if (out.rank() != 5 || out[0] != s[0] || out[4] != f[3] || s[4] != f[4]) {
    throw ShapeError(kName, fmt::format("x is {}, the filters {} and output_shape {}", x.signature(), filters.signature(), out.to_string()),
                     "x is [n, p, q, r, o], filters are [kd, kh, kw, c, o] and output_shape is [n, d, h, w, c]");
  }
  const AxisWindows depth = depth_windows(kName, out[1], f, options);
  if (depth.count != s[1]) {
    throw ShapeError(kName, fmt::format("x has a depth of {}, and conv3d over {} has {}", s[1], out.to_string(), depth.count),
                     "give the strides, padding and output_shape of that convolution");
  }
  const std::int64_t stride = options.strides[0], padded = out[1] + depth.before + depth.after;
  const Tensor planes = conv2d_transpose(reshape(x, {s[0] * s[1], s[2], s[3], s[4]}, where), flat_filters(filters, where),
                                         {s[0] * s[1], out[2], out[3], f[0] * out[4]}, of_plane(options), where);
  const std::vector<Tensor> parts = split(reshape(planes, {s[0], s[1], out[2], out[3], f[0] * out[4]}, where), f[0], 4, where);
  Tensor sum;
  for (std::int64_t k = 0; k < f[0]; ++k) {
    // Slice p lies at p * stride + k * dilation of the padded depth, with zeros between.
    const Tensor apart =
        pad(expand_dims(parts[static_cast<std::size_t>(k)], 2, where), {{0, 0}, {0, 0}, {0, stride - 1}, {0, 0}, {0, 0}, {0, 0}}, {}, where);
    const Tensor spread = slice(reshape(apart, {s[0], s[1] * stride, out[2], out[3], out[4]}, where), {0, 0, 0, 0, 0},
                                {s[0], (s[1] - 1) * stride + 1, out[2], out[3], out[4]}, where);
    const std::int64_t before = k * options.dilations[0], after = std::max<std::int64_t>(padded - before - spread.shape()[1], 0);
    const Tensor placed = pad(spread, {{0, 0}, {before, after}, {0, 0}, {0, 0}, {0, 0}}, {}, where);
    sum = k == 0 ? placed : add(sum, placed, where);
  }
  return slice(sum, {0, depth.before, 0, 0, 0}, {out[0], out[1], out[2], out[3], out[4]}, where);
}

Tensor conv1d_transpose(const Tensor& x, const Tensor& filters, const Shape& output_shape, const Conv1dOptions& options, Where where) {
  constexpr const char* kName = "conv1d_transpose";
  internal::require_defined(kName, x);
  internal::require_defined(kName, filters);
  if (x.rank() != 3 || filters.rank() != 3 || output_shape.rank() != 3) {
    throw ShapeError(kName, fmt::format("x is {}, the filters {} and output_shape {}", x.signature(), filters.signature(), output_shape.to_string()),
                     "x is [n, q, o], filters are [kw, c, o] and output_shape is [n, w, c]");
  }
  Padding padding = options.padding;
  padding.height = {};
  const Conv2dOptions of_image{.strides = {1, options.stride}, .padding = padding, .dilations = {1, options.dilation}};
  return squeeze(conv2d_transpose(expand_dims(x, 1, where), expand_dims(filters, 0, where), {output_shape[0], 1, output_shape[1], output_shape[2]},
                                  of_image, where),
                 {1}, where);
}

namespace {

// A window is pooled in its plane, and then along its depth: the first of equal maxima stays the first.
template <Tensor (*Pool)(const Tensor&, const std::array<std::int64_t, 2>&, const Pool2dOptions&, Where)>
Tensor pooled(const char* op, const Tensor& x, const Triple& window, const Pool3dOptions& options, const Where& where) {
  internal::require_volume(op, x);
  internal::require_positive(op, "ksize", window);
  internal::require_positive(op, "strides", options.strides);
  const Shape& s = x.shape();
  const Padding padding = options.same ? same : valid;
  const Tensor planes = Pool(reshape(x, {s[0] * s[1], s[2], s[3], s[4]}, where), of_plane(window), {of_plane(options.strides), padding}, where);
  const std::int64_t q = planes.shape()[1], r = planes.shape()[2];
  const Tensor depths = Pool(reshape(planes, {s[0], s[1], q * r, s[4]}, where), {window[0], 1}, {{options.strides[0], 1}, padding}, where);
  return reshape(depths, {s[0], depths.shape()[1], q, r, s[4]}, where);
}

}  // namespace

Tensor max_pool3d(const Tensor& x, const Triple& window, const Pool3dOptions& options, Where where) {
  return pooled<max_pool2d>("max_pool3d", x, window, options, where);
}
Tensor avg_pool3d(const Tensor& x, const Triple& window, const Pool3dOptions& options, Where where) {
  return pooled<avg_pool2d>("avg_pool3d", x, window, options, where);
}

std::array<Tensor, 2> max_pool_with_argmax(const Tensor& x, const std::array<std::int64_t, 2>& window, const Pool2dOptions& options,
                                           bool among_all_images, Where where) {
  const std::array<std::int64_t, 2> strides = options.strides[0] == 0 ? window : options.strides;
  auto [values, positions] = internal::max_pool2d_with_positions(x, {window, strides, options.padding}, where);
  const std::int64_t h = x.shape()[1], w = x.shape()[2], c = x.shape()[3], n = x.shape()[0], p = values.shape()[1], q = values.shape()[2];
  const auto before = [&](int axis) {
    const auto at = static_cast<std::size_t>(axis);
    return internal::place_windows(axis, x.shape()[1 + axis], window[at], strides[at], options.padding).before;
  };
  const auto from = [&](std::int64_t count, std::int64_t stride, std::int64_t first, const Ints& shape) {
    return reshape(subtract(multiply(range(0, count, 1, int64, where), stride, where), first, where), shape, where);
  };
  const Tensor in_window = cast(positions, int64, where);
  const Tensor row = add(from(p, strides[0], before(0), {p, 1, 1}), floordiv(in_window, window[1], where), where);
  const Tensor column = add(from(q, strides[1], before(1), {q, 1}), floormod(in_window, window[1], where), where);
  Tensor place = add(multiply(add(multiply(row, w, where), column, where), c, where), range(0, c, 1, int64, where), where);
  if (among_all_images) place = add(place, from(n, h * w * c, 0, {n, 1, 1, 1}), where);
  return {values, place};
}

Tensor extract_volume_patches(const Tensor& x, const Triple& size, const Pool3dOptions& options, Where where) {
  constexpr const char* kName = "extract_volume_patches";
  internal::require_volume(kName, x);
  internal::require_positive(kName, "ksizes", size);
  internal::require_positive(kName, "strides", options.strides);
  std::vector<std::array<std::int64_t, 2>> paddings = {{0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}};
  Ints count;
  for (std::size_t k = 0; k < 3; ++k) {
    const AxisWindows windows = internal::windows_along(kName, x.shape()[1 + static_cast<int>(k)], size[k], options.strides[k], options.same);
    paddings[1 + k] = {windows.before, windows.after};
    count.push_back(windows.count);
  }
  const Tensor padded = options.same ? pad(x, paddings, {}, where) : x;
  const Triple& step = options.strides;
  std::vector<Tensor> parts;
  parts.reserve(static_cast<std::size_t>(size[0] * size[1] * size[2]));
  for (std::int64_t i = 0; i < size[0] * size[1] * size[2]; ++i) {
    const Triple first = {i / (size[1] * size[2]), i / size[2] % size[1], i % size[2]};
    const auto end = [&](int k) { return first[static_cast<std::size_t>(k)] + (count[k] - 1) * step[static_cast<std::size_t>(k)] + 1; };
    parts.push_back(strided_slice(padded, {0, first[0], first[1], first[2], 0}, {x.shape()[0], end(0), end(1), end(2), x.shape()[4]},
                                  {1, step[0], step[1], step[2], 1}, where));
  }
  return concat(parts, 4, where);
}

}  // namespace nn
}  // namespace whygrad
