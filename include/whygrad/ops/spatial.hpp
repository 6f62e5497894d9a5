// Convolution and pooling of volumes [n, d, h, w, c], blocks of space as batches, dilation and erosion of images, normalisation among neighbouring
// channels. Made of other ops: gradients, to any order, are those of the ops.
#pragma once

#include <whygrad/ops/conv.hpp>
#include <whygrad/ops/op.hpp>

#include <array>
#include <vector>

namespace whygrad::nn {

using Triple = std::array<std::int64_t, 3>;  // along depth, height and width

struct Conv3dOptions {
  Triple strides = {1, 1, 1};
  bool same = false;  // padded with zeros, as Padding::kSame
  Triple dilations = {1, 1, 1};
};
// x [n, d, h, w, c], filters [kd, kh, kw, c / groups, o] -> [n, p, q, r, o]. Throws as conv2d does.
WG_API Tensor conv3d(const Tensor& x, const Tensor& filters, const Conv3dOptions& options = {}, Where where = Where::here());
// The gradient of conv3d with respect to its image: x [n, p, q, r, o], filters [kd, kh, kw, c, o] -> output_shape [n, d, h, w, c].
WG_API Tensor conv3d_transpose(const Tensor& x, const Tensor& filters, const Shape& output_shape, const Conv3dOptions& options = {},
                               Where where = Where::here());
// The same of rows: x [n, q, o], filters [kw, c, o] -> output_shape [n, w, c].
WG_API Tensor conv1d_transpose(const Tensor& x, const Tensor& filters, const Shape& output_shape, const Conv1dOptions& options = {},
                               Where where = Where::here());

struct Pool3dOptions {
  Triple strides = {1, 1, 1};
  bool same = false;
};
// The largest element, or the mean, of each window: x [n, d, h, w, c] -> [n, p, q, r, c]. Throw as max_pool2d does.
WG_API Tensor max_pool3d(const Tensor& x, const Triple& window, const Pool3dOptions& options = {}, Where where = Where::here());
WG_API Tensor avg_pool3d(const Tensor& x, const Triple& window, const Pool3dOptions& options = {}, Where where = Where::here());
// max_pool2d, and the places of the maxima (int64) in each image as a row of elements, or in all of them.
WG_API std::array<Tensor, 2> max_pool_with_argmax(const Tensor& x, const std::array<std::int64_t, 2>& window, const Pool2dOptions& options = {},
                                                  bool among_all_images = false, Where where = Where::here());

// Parts of each axis behind the first that are `block` apart, as further batches: [n, s.., rest] -> [n prod(block), (s + padding) / block.., rest].
WG_API Tensor space_to_batch(const Tensor& x, const std::vector<std::int64_t>& block, const std::vector<std::array<std::int64_t, 2>>& paddings,
                             Where where = Where::here());
// The inverse, with `crops` cut off.
WG_API Tensor batch_to_space(const Tensor& x, const std::vector<std::int64_t>& block, const std::vector<std::array<std::int64_t, 2>>& crops,
                             Where where = Where::here());

struct Dilation2dOptions {
  std::array<std::int64_t, 2> strides = {1, 1};
  std::array<std::int64_t, 2> rates = {1, 1};
  bool same = false;
};
// The largest sum of an element and the filter's, over each window: x [n, h, w, c], filters [kh, kw, c] -> [n, p, q, c]. The gradient goes to the
// first of equal ones.
WG_API Tensor dilation2d(const Tensor& x, const Tensor& filters, const Dilation2dOptions& options = {}, Where where = Where::here());
// The smallest difference, with the filter mirrored.
WG_API Tensor erosion2d(const Tensor& x, const Tensor& filters, const Dilation2dOptions& options = {}, Where where = Where::here());

// Patches of volumes as channels: [n, d, h, w, c] -> [n, p, q, r, size.. c].
WG_API Tensor extract_volume_patches(const Tensor& x, const Triple& size, const Pool3dOptions& options = {}, Where where = Where::here());

// x / (bias + alpha * (the sum of squares of the channels at most depth_radius apart))^beta.
struct NeighbourOptions {
  std::int64_t depth_radius = 5;
  double bias = 1, alpha = 1, beta = 0.5;
};
WG_API Tensor local_response_normalization(const Tensor& x, const NeighbourOptions& options = {}, Where where = Where::here());

}  // namespace whygrad::nn
