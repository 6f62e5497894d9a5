// Convolution and pooling over images [n, h, w, c]: batch, height, width, channels. Floating dtypes, the same one for all operands of an op.
#pragma once

#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/op.hpp>

#include <array>

namespace whygrad::nn {

// How far windows extend over the border of the image. `valid`: not at all, so the result has ceil((extent - window + 1) / stride) elements along an
// axis. `same`: as far as the result needs to have ceil(extent / stride) elements; an odd element is padded at the end, as in TensorFlow. Otherwise
// by {before, after}: Padding{.height = {1, 1}, .width = {0, 2}}.
struct Padding {
  enum class Kind : std::uint8_t { kExplicit, kValid, kSame };
  std::array<std::int64_t, 2> height = {};
  std::array<std::int64_t, 2> width = {};
  Kind kind = Kind::kExplicit;
};
inline constexpr Padding valid = {.kind = Padding::Kind::kValid};
inline constexpr Padding same = {.kind = Padding::Kind::kSame};

struct Conv2dOptions {
  std::array<std::int64_t, 2> strides = {1, 1};  // along height and width
  Padding padding = valid;
  std::array<std::int64_t, 2> dilations = {1, 1};  // distance between the elements of a filter; 1 is a dense one
};

// Cross-correlation, as TensorFlow's conv2d: x [n, h, w, c], filters [kh, kw, c / groups, o] -> [n, p, q, o],
// y[n, p, q, o] = sum over i, j, c of x[n, p * strides[0] + i * dilations[0] - before, q * strides[1] + ..., c] * filters[i, j, c, o]. Where filters
// have fewer channels than x, groups of channels are convolved by themselves.
// dx = conv2d_transpose(dy, filters), dfilters = the sum over n, p, q of x times dy. Throws ShapeError, DTypeError; ValueError for a stride below 1.
WG_API Tensor conv2d(const Tensor& x, const Tensor& filters, const Conv2dOptions& options = {}, Where where = Where::here());

// activation(conv2d(x, filters) + bias) in one pass; bias [o]. dbias = dy, where the activation passes it, summed over n, p and q.
WG_API Tensor conv2d_bias(const Tensor& x, const Tensor& filters, const Tensor& bias, const Conv2dOptions& options = {},
                          Activation activation = Activation::kNone, Where where = Where::here());

// The gradient of conv2d with respect to its image, as an op of its own: x [n, p, q, o], filters [kh, kw, c / groups, o] -> output_shape
// [n, h, w, c], whose conv2d with these options must have the shape of x. dx = conv2d(dy, filters). Throws as conv2d does.
WG_API Tensor conv2d_transpose(const Tensor& x, const Tensor& filters, const Shape& output_shape, const Conv2dOptions& options = {},
                               Where where = Where::here());

// The gradient of conv2d with respect to its filters, as an op of its own: x [n, h, w, c], dy [n, p, q, o] -> filter_shape [kh, kw, c / groups, o].
// dx = conv2d_transpose(dy, gradient), ddy = conv2d(x, gradient). Throws as conv2d does.
WG_API Tensor conv2d_backprop_filter(const Tensor& x, const Shape& filter_shape, const Tensor& dy, const Conv2dOptions& options = {},
                                     Where where = Where::here());

// Blocks of block_size x block_size pixels as channels: x [n, h, w, c] -> [n, h / b, w / b, b b c]. Throws ShapeError unless b divides h and w.
WG_API Tensor space_to_depth(const Tensor& x, std::int64_t block_size, Where where = Where::here());
// The inverse: x [n, h, w, b b c] -> [n, h b, w b, c].
WG_API Tensor depth_to_space(const Tensor& x, std::int64_t block_size, Where where = Where::here());

struct Pool2dOptions {
  std::array<std::int64_t, 2> strides = {0, 0};  // 0: the extent of the window, so that windows do not overlap
  Padding padding = valid;                       // less than the window
};

// The largest element of each window: x [n, h, w, c] -> [n, p, q, c]. Padding is never the maximum; a NaN always is. dx = dy at the position of each
// maximum (the first of equal ones), added up where windows overlap. Throws ShapeError, DTypeError, ValueError.
WG_API Tensor max_pool2d(const Tensor& x, const std::array<std::int64_t, 2>& window, const Pool2dOptions& options = {}, Where where = Where::here());
// The mean of each window's elements inside the image. dx = dy / (number of these elements) for each. Throws as max_pool2d does.
WG_API Tensor avg_pool2d(const Tensor& x, const std::array<std::int64_t, 2>& window, const Pool2dOptions& options = {}, Where where = Where::here());

// ---- Made of the above: gradients are those of the ops ----

// Each channel with filters of its own: x [n, h, w, c], filters [kh, kw, c, m] -> [n, p, q, c m]. Throws as conv2d does.
WG_API Tensor depthwise_conv2d(const Tensor& x, const Tensor& filters, const Conv2dOptions& options = {}, Where where = Where::here());
// depthwise_conv2d, and a mixture of its channels at each place: pointwise [1, 1, c m, o] -> [n, p, q, o]. Throws as conv2d does.
WG_API Tensor separable_conv2d(const Tensor& x, const Tensor& depthwise, const Tensor& pointwise, const Conv2dOptions& options = {},
                               Where where = Where::here());

// Rows [n, w, c] as images of one line; of a padding the part for the width counts.
struct Conv1dOptions {
  std::int64_t stride = 1;
  Padding padding = valid;
  std::int64_t dilation = 1;
};
// x [n.., w, c], filters [kw, c / groups, o] -> [n.., q, o]. Throws as conv2d does.
WG_API Tensor conv1d(const Tensor& x, const Tensor& filters, const Conv1dOptions& options = {}, Where where = Where::here());

struct Pool1dOptions {
  std::int64_t stride = 0;  // 0: as far as the window is long
  Padding padding = valid;
};
// The largest element, or the mean, of each window of rows [n, w, c] -> [n, q, c]. Throw as max_pool2d does.
WG_API Tensor max_pool1d(const Tensor& x, std::int64_t window, const Pool1dOptions& options = {}, Where where = Where::here());
WG_API Tensor avg_pool1d(const Tensor& x, std::int64_t window, const Pool1dOptions& options = {}, Where where = Where::here());

}  // namespace whygrad::nn
