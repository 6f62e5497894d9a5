// Images: [height, width, channels] or batches of them, [.., height, width, channels]. What is not an op of its own is made of other ops, and
// gradients are those of the ops.
#pragma once

#include <whygrad/ops/op.hpp>
#include <whygrad/ops/operand.hpp>

#include <array>
#include <limits>
#include <optional>
#include <vector>

namespace whygrad::image {

// (x - mean) factor + mean, with the mean over height and width of each channel; any number of channels.
WG_API Tensor adjust_contrast(const Tensor& x, double factor, Where where = Where::here());
// x with its hue turned by `delta` in [-1, 1], where 1 is once around the circle of colours; floating [.., 3] with red, green and blue in [0, 1].
// There is no gradient rule, as in TensorFlow. Throws ValueError for another delta, ShapeError unless there are three channels.
WG_API Tensor adjust_hue(const Tensor& x, double delta, Where where = Where::here());
// x with its saturation times `factor`, at most 1; otherwise as adjust_hue.
WG_API Tensor adjust_saturation(const Tensor& x, double factor, Where where = Where::here());
// x + delta.
WG_API Tensor adjust_brightness(const Tensor& x, const Operand& delta);
// gain x^gamma. Throws ValueError for a number below 0 as gamma.
WG_API Tensor adjust_gamma(const Tensor& x, const Operand& gamma, const Operand& gain = 1);
// (x - mean) / max(standard deviation, 1 / sqrt(n)) of the n elements of each image; as f32 where x is not floating.
WG_API Tensor per_image_standardization(const Tensor& x, Where where = Where::here());

// Hue, saturation and value in [0, 1] of red, green and blue, floating [.., 3]; a grey has hue 0. Throw ShapeError, DTypeError.
WG_API Tensor rgb_to_hsv(const Tensor& x, Where where = Where::here());
// The inverse. There is no gradient rule, as in TensorFlow.
WG_API Tensor hsv_to_rgb(const Tensor& x, Where where = Where::here());
// Luma and chroma of analogue television, by matrices: floating [.., 3].
WG_API Tensor rgb_to_yiq(const Tensor& x, Where where = Where::here());
WG_API Tensor yiq_to_rgb(const Tensor& x, Where where = Where::here());
WG_API Tensor rgb_to_yuv(const Tensor& x, Where where = Where::here());
WG_API Tensor yuv_to_rgb(const Tensor& x, Where where = Where::here());

// Luma of red, green and blue: 0.2989 r + 0.587 g + 0.114 b; [.., 3] gives [.., 1].
WG_API Tensor rgb_to_grayscale(const Tensor& x, Where where = Where::here());
// Three equal channels of one: [.., 1] gives [.., 3]. Throws ShapeError.
WG_API Tensor grayscale_to_rgb(const Tensor& x, Where where = Where::here());
// As another dtype and scaled to it: white is 1 in floating dtypes and the largest number in those of integers. `saturate` keeps what is beyond in
// range.
WG_API Tensor convert_image_dtype(const Tensor& x, DType dtype, bool saturate = false, Where where = Where::here());

// The following take one image or one axis of batches and throw ShapeError for another rank and for images without pixels.
WG_API Tensor flip_left_right(const Tensor& x, Where where = Where::here());
WG_API Tensor flip_up_down(const Tensor& x, Where where = Where::here());
// Height and width swapped.
WG_API Tensor transpose(const Tensor& x, Where where = Where::here());
// Turned by 90 degrees `times` times, against the clock; below 0 with it.
WG_API Tensor rot90(const Tensor& x, std::int64_t times = 1, Where where = Where::here());

// Each call mirrors the whole tensor or does not, at even odds; a seed as for random::uniform.
WG_API Tensor random_flip_left_right(const Tensor& x, std::optional<std::uint64_t> seed = {}, Where where = Where::here());
WG_API Tensor random_flip_up_down(const Tensor& x, std::optional<std::uint64_t> seed = {}, Where where = Where::here());
// A part of `extents` from somewhere, of a tensor of any rank. Throws ShapeError where it does not fit.
WG_API Tensor random_crop(const Tensor& x, const Ints& extents, std::optional<std::uint64_t> seed = {}, Where where = Where::here());

// A part of an image, or a place for one in a larger image; in pixels from the upper left corner.
struct Box {
  std::int64_t top, left, height, width;
};
// Throws ValueError unless the box lies inside.
WG_API Tensor crop_to_bounding_box(const Tensor& x, const Box& box, Where where = Where::here());
// The middle, with `share` in (0, 1] of height and width. Throws ValueError for another share.
WG_API Tensor central_crop(const Tensor& x, double share, Where where = Where::here());
// x at (top, left) of an image of zeros with the height and width of `box`. Throws ValueError where it does not fit.
WG_API Tensor pad_to_bounding_box(const Tensor& x, const Box& box, Where where = Where::here());

enum class ResizeMethod : std::uint8_t { kBilinear, kNearest, kBicubic, kArea, kLanczos3, kLanczos5, kGaussian, kMitchellCubic };
struct ResizeOptions {
  ResizeMethod method = ResizeMethod::kBilinear;
  bool antialias = false;              // the kernel grows where the image shrinks; without effect for kNearest and kArea
  bool preserve_aspect_ratio = false;  // height and width of the result are at most the size
};
// x with another height and width; f32 where x is not floating and the method computes. x itself for a size that it has, unless the method blurs.
// Throws ValueError for a size below 1.
WG_API Tensor resize(const Tensor& x, const std::array<std::int64_t, 2>& size, const ResizeOptions& options = {}, Where where = Where::here());
// x with this height and width: the middle where it is larger, amid zeros where it is smaller.
WG_API Tensor resize_with_crop_or_pad(const Tensor& x, const std::array<std::int64_t, 2>& size, Where where = Where::here());
// x resized with its proportions, amid zeros.
WG_API Tensor resize_with_pad(const Tensor& x, const std::array<std::int64_t, 2>& size, const ResizeOptions& options = {},
                              Where where = Where::here());

struct CropOptions {
  bool nearest = false;            // instead of bilinear
  double extrapolation_value = 0;  // of what lies outside of the image
};
// Parts of images [batch, height, width, channels] resized to one size: boxes [n, 4] are (y1, x1, y2, x2) as shares of height and width, box_indices
// [n] say which image each is of. Gives [n, size.., channels]. The gradient of the boxes is that of bilinear interpolation. Throws ShapeError,
// IndexError.
WG_API Tensor crop_and_resize(const Tensor& x, const Tensor& boxes, const Tensor& box_indices, const std::array<std::int64_t, 2>& size,
                              const CropOptions& options = {}, Where where = Where::here());

struct SuppressionOptions {
  double iou_threshold = 0.5;
  double score_threshold = -std::numeric_limits<double>::infinity();
  double soft_nms_sigma = 0;  // above 0: overlaps lower scores, by a Gaussian
  bool overlaps = false;      // boxes [n, n] are the overlaps themselves
};
// The numbers (int32) and scores of at most `most` boxes [n, 4] with the highest scores that do not overlap. No gradient. Throws ShapeError,
// ValueError.
WG_API std::array<Tensor, 2> non_max_suppression(const Tensor& boxes, const Tensor& scores, std::int64_t most, const SuppressionOptions& options = {},
                                                 Where where = Where::here());

// Patches of images [batch, height, width, channels] as channels: [batch, rows, columns, size.. channels], with `rates` between the elements of a
// patch.
struct PatchOptions {
  std::array<std::int64_t, 2> strides = {1, 1};
  std::array<std::int64_t, 2> rates = {1, 1};
  bool same = false;  // padded with zeros, so that there is a patch for each stride
};
WG_API Tensor extract_patches(const Tensor& x, const std::array<std::int64_t, 2>& size, const PatchOptions& options = {},
                              Where where = Where::here());

// Structural similarity (Wang, Bovik, Sheikh, Simoncelli; 2004) of images with values up to `largest`, under a Gaussian window: [.., h, w, c] gives
// [..].
struct SsimOptions {
  std::int64_t filter_size = 11;
  double filter_sigma = 1.5, k1 = 0.01, k2 = 0.03;
  bool index_map = false;  // of each place of the window, [.., p, q]
};
WG_API Tensor ssim(const Tensor& a, const Tensor& b, const Tensor& largest, const SsimOptions& options = {}, Where where = Where::here());
// The product of powers of it over images that shrink by halves, one for each power.
WG_API Tensor ssim_multiscale(const Tensor& a, const Tensor& b, const Tensor& largest, const std::vector<double>& powers,
                              const SsimOptions& options = {}, Where where = Where::here());

// The sum of the absolute differences of neighbours: [.., h, w, c] gives [..].
WG_API Tensor total_variation(const Tensor& x, Where where = Where::here());
// The differences of neighbours downwards and to the right, 0 in the last row and column. Takes [batch, h, w, c] alone. Throws ShapeError.
WG_API std::array<Tensor, 2> image_gradients(const Tensor& x, Where where = Where::here());
// Sobel's derivatives downwards and to the right, of the image reflected at its edges: [batch, h, w, c] gives [batch, h, w, c, 2].
WG_API Tensor sobel_edges(const Tensor& x, Where where = Where::here());
// Peak signal to noise of each image in decibels: 20 log10(largest) - 10 log10(mean((a - b)^2)); [.., h, w, c] gives f32 [..]. Throws ShapeError.
WG_API Tensor psnr(const Tensor& a, const Tensor& b, const Tensor& largest, Where where = Where::here());

}  // namespace whygrad::image
