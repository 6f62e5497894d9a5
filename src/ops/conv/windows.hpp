// Where the windows of a convolution or a pooling lie on the image.
#pragma once

#include "ops/core/context.hpp"

#include <whygrad/ops/conv.hpp>

namespace whygrad::nn {

// For those who read attributes.
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

// Along one axis. `window` is the extent of a window, holes of a dilated filter included.
struct AxisWindows {
  std::int64_t count;
  std::int64_t before, after;
};

// The windows along height (axis 0) or width (axis 1) of an image with this extent. Throws in the op's name where none fits.
AxisWindows place_windows(const InferContext& c, int axis, std::int64_t extent, std::int64_t window, std::int64_t stride, const nn::Padding& padding);

// The same where the shape rule has checked that it works.
AxisWindows place_windows(int axis, std::int64_t extent, std::int64_t window, std::int64_t stride, const nn::Padding& padding);

// Throws unless input i is an image [n, h, w, c] of a floating dtype.
void check_image(const InferContext& c, int i);

// Throws ValueError unless both numbers are at least 1.
void check_positive(const InferContext& c, const char* what, const std::array<std::int64_t, 2>& numbers);

}  // namespace whygrad::internal
