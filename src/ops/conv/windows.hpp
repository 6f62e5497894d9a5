// Positions of the windows of convolution and pooling in the image.
#pragma once

#include "ops/core/context.hpp"

#include <whygrad/ops/conv.hpp>

namespace whygrad::nn {

// The name of the padding in attributes.
constexpr const char* name_of(Padding::Kind kind) {
  return kind == Padding::Kind::kSame ? "same" : kind == Padding::Kind::kValid ? "valid" : "explicit";
}

}  // namespace whygrad::nn

namespace whygrad::internal {

template <class Attrs>
constexpr AttrDef kPaddingKind = attr<&Attrs::padding, &nn::Padding::kind>("padding", "same, valid or explicit", Attr::kResolved);
template <class Attrs>
constexpr AttrDef kPaddingHeight = attr<&Attrs::padding, &nn::Padding::height>("padding_height", "explicit padding above and below", Attr::kResolved);
template <class Attrs>
constexpr AttrDef kPaddingWidth = attr<&Attrs::padding, &nn::Padding::width>("padding_width", "explicit padding left and right", Attr::kResolved);

// Along one axis. `window` is the extent of a window, including the gaps of a dilated filter.
struct AxisWindows {
  std::int64_t count;
  std::int64_t before, after;
};

// The windows along the height (axis 0) or width (axis 1) of an image with this extent. Throws an error of the op if none fits.
AxisWindows place_windows(const InferContext& c, int axis, std::int64_t extent, std::int64_t window, std::int64_t stride, const nn::Padding& padding);

// The same after the shape rule has checked it.
AxisWindows place_windows(int axis, std::int64_t extent, std::int64_t window, std::int64_t stride, const nn::Padding& padding);

// Throws unless input i is an image [n, h, w, c] of a floating dtype.
void check_image(const InferContext& c, int i);

// Throws ValueError unless both numbers are at least 1.
void check_positive(const InferContext& c, const char* what, const std::array<std::int64_t, 2>& numbers);

}  // namespace whygrad::internal
