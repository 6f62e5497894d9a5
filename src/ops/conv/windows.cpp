// Positions of the windows of convolution and pooling.
#include "ops/conv/windows.hpp"

#include "ops/elementwise/elementwise.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace whygrad::internal {
namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 31;  // bounds sums and products of a few numbers, so that they do not overflow

}  // namespace

AxisWindows place_windows(int axis, std::int64_t extent, std::int64_t window, std::int64_t stride, const nn::Padding& padding) {
  const auto [before, after] = axis == 0 ? padding.height : padding.width;
  switch (padding.kind) {
    case nn::Padding::Kind::kSame: {
      const std::int64_t count = (extent + stride - 1) / stride;
      const std::int64_t padded = std::max<std::int64_t>((count - 1) * stride + window - extent, 0);
      return {count, padded / 2, padded - padded / 2};
    }
    case nn::Padding::Kind::kValid: return {extent < window ? 0 : (extent - window) / stride + 1, 0, 0};
    default: return {extent + before + after < window ? 0 : (extent + before + after - window) / stride + 1, before, after};
  }
}

AxisWindows place_windows(const InferContext& c, int axis, std::int64_t extent, std::int64_t window, std::int64_t stride,
                          const nn::Padding& padding) {
  const char* name = axis == 0 ? "height" : "width";
  const auto [before, after] = axis == 0 ? padding.height : padding.width;
  if (padding.kind == nn::Padding::Kind::kExplicit && (std::min(before, after) < 0 || std::max(before, after) > kMost)) {
    c.value_error(fmt::format("the padding of the {} is {{{}, {}}}", name, before, after), "padding is 0 to 2^31; slice cuts elements away");
  }
  const AxisWindows windows = place_windows(axis, extent, window, stride, padding);
  if (windows.count <= 0) {
    c.shape_error(fmt::format("a window of {} does not fit into a {} of {}", window, name, extent + windows.before + windows.after),
                  "use a smaller window or dilation, a larger image, or padding = same");
  }
  return windows;
}

void check_image(const InferContext& c, int i) {
  const InputSpec t = c.input(i);
  if (!is_floating(t.dtype())) refuse_dtype(c, "floating numbers");
  if (t.rank() != 4) {
    c.shape_error(fmt::format("{} has rank {}", c.op().inputs[i].name, t.rank()),
                  "an image is [batch, height, width, channels]; expand_dims(image, 0) makes a batch of one");
  }
}

void check_positive(const InferContext& c, const char* what, const std::array<std::int64_t, 2>& numbers) {
  if (std::min(numbers[0], numbers[1]) < 1 || std::max(numbers[0], numbers[1]) > kMost) {
    c.value_error(fmt::format("{} are {{{}, {}}}", what, numbers[0], numbers[1]), "both must be 1 to 2^31");
  }
}

}  // namespace whygrad::internal
