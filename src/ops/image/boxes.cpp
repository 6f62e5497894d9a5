// Boxes in images: parts cut out and resized, and the choice of those that do not overlap.
#include "kernels/census.hpp"
#include "kernels/image.hpp"
#include "ops/core/context.hpp"
#include "ops/core/defined.hpp"
#include "ops/core/packed.hpp"
#include "ops/families.hpp"
#include "ops/image/image.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/image.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace whygrad {
namespace internal {
namespace {

struct SuppressionAttrs {
  std::int64_t max_output_size = 1;
  double iou_threshold = 0.5;
  double score_threshold = -INFINITY;
  double soft_nms_sigma = 0;
  bool overlaps = false;
};

kernels::SuppressionParams params_of(const SuppressionAttrs& a) {
  return {a.max_output_size, a.iou_threshold, a.score_threshold, a.soft_nms_sigma, a.overlaps};
}

void check_boxes(const InferContext& c) {
  const auto& a = c.attrs<SuppressionAttrs>();
  const InputSpec boxes = c.input(0), scores = c.input(1);
  if (!is_floating(boxes.dtype())) c.dtype_error(fmt::format("boxes of {}", name_of(boxes.dtype())), "write cast(boxes, float32)");
  c.same_dtype(0, 1);
  const std::int64_t n = scores.rank() == 1 ? scores.shape()[0] : -1;
  if (boxes.rank() != 2 || boxes.shape()[0] != n || boxes.shape()[1] != (a.overlaps ? n : 4)) {
    c.shape_error(fmt::format("boxes {} and scores {}", boxes.shape().to_string(), scores.shape().to_string()),
                  a.overlaps ? "overlaps are [n, n] and scores [n]" : "boxes are [n, 4], two corners each, and scores [n]");
  }
  if (a.max_output_size < 0) c.value_error(fmt::format("max_output_size is {}", a.max_output_size), "it is 0 or more");
  if (!a.overlaps && !(a.iou_threshold >= 0 && a.iou_threshold <= 1)) {
    c.value_error(fmt::format("iou_threshold is {}", a.iou_threshold), "intersection over union lies in [0, 1]");
  }
  if (!(a.soft_nms_sigma >= 0)) c.value_error(fmt::format("soft_nms_sigma is {}", a.soft_nms_sigma), "it is 0 or more");
}

constexpr NotDifferentiable kChoice{
    "it chooses boxes: a box is among them or not, with nothing between, and their numbers do not move when boxes or scores move a little",
    "gather boxes and scores by the numbers that it gives, gather(boxes, selected), which has a gradient"};

constexpr OpDef kSuppression = define_op({
    .name = "non_max_suppression",
    .doc = "The numbers of the boxes with the highest scores that do not overlap: boxes [n, 4], scores [n] give int32 [m] and the scores [m].",
    .type = "NonMaxSuppressionV5",
    .inputs = {{"boxes", kChoice}, {"scores", kChoice}},
    .outputs = {"selected", "selected_scores"},
    .attrs = {attr<&SuppressionAttrs::max_output_size>("max_output_size", "so many at most", Attr::kRequired),
              attr<&SuppressionAttrs::iou_threshold>("iou_threshold", "the largest overlap, as intersection over union"),
              attr<&SuppressionAttrs::score_threshold>("score_threshold", "boxes with a lower score are left out"),
              attr<&SuppressionAttrs::soft_nms_sigma>("soft_nms_sigma", "above 0: overlaps lower the score instead"),
              attr<&SuppressionAttrs::overlaps>("overlaps", "whether boxes [n, n] are the overlaps themselves")},
    .infer =
        [](InferContext& c) {
          check_boxes(c);
          const std::int64_t count =
              kernels::suppress_overlaps(view_of(c.elements(0)), view_of(c.elements(1)), params_of(c.attrs<SuppressionAttrs>()), nullptr, nullptr);
          c.output(DType::kI32, {count});
          c.output(c.input(1).dtype(), {count});
        },
    .kernel =
        [](KernelContext& g) {
          const kernels::View selected = g.out(0), scores = g.out(1);
          kernels::suppress_overlaps(g.in(0), g.in(1), params_of(g.attrs<SuppressionAttrs>()), &selected, &scores);
        },
    .shape_reads = input(0) | input(1),
});

constexpr const OpDef* kOps[] = {&kSuppression};

}  // namespace

OpFamily box_ops() { return kOps; }

}  // namespace internal

namespace image {

std::array<Tensor, 2> non_max_suppression(const Tensor& boxes, const Tensor& scores, std::int64_t most, const SuppressionOptions& options,
                                          Where where) {
  std::array<Tensor, 2> outputs;
  const Tensor* inputs[] = {&boxes, &scores};
  const internal::SuppressionAttrs attrs{most, options.iou_threshold, options.score_threshold, options.soft_nms_sigma, options.overlaps};
  apply(internal::kSuppression, inputs, &attrs, sizeof(attrs), where, outputs);
  return outputs;
}

namespace {

constexpr const char* kCrop = "crop_and_resize";

void check_crops(const Tensor& image, const Tensor& boxes, const Tensor& box_indices, const std::array<std::int64_t, 2>& size) {
  for (const Tensor* t : {&image, &boxes, &box_indices}) internal::require_defined(kCrop, *t);
  if (image.rank() != 4 || image.size() == 0) {
    throw ShapeError(kCrop, fmt::format("the image is {}", image.signature()),
                     "images are [batch, height, width, channels], with at least one pixel");
  }
  if (boxes.rank() != 2 || boxes.shape()[1] != 4 || box_indices.shape() != Shape{boxes.shape()[0]}) {
    throw ShapeError(kCrop, fmt::format("boxes {} and box_indices {}", boxes.signature(), box_indices.signature()),
                     "boxes are [n, 4], (y1, x1, y2, x2) as shares of height and width, and box_indices [n] say which image each is of");
  }
  if (!boxes.is_abstract() && kernels::find_not_finite(internal::Packed(boxes).view()) >= 0) {
    throw ValueError(kCrop, "a box has a side that is NaN or infinite",
                     "boxes are finite numbers; tf.where(tf.math.is_finite(boxes), boxes, 0.0) makes them so");
  }
  if (size[0] < 1 || size[1] < 1) throw ValueError(kCrop, fmt::format("crop_size is {} x {}", size[0], size[1]), "give at least 1 x 1");
}

// Places along one axis of the image, [n, count], of boxes from `low` to `high` [n, 1].
Tensor places_of(const Tensor& low, const Tensor& high, std::int64_t extent, std::int64_t count, const Where& where) {
  const double last = static_cast<double>(extent - 1);
  if (count == 1) return multiply(add(low, high, where), 0.5 * last, where);
  const Tensor step = multiply(subtract(high, low, where), last / static_cast<double>(count - 1), where);
  return add(multiply(low, last, where), multiply(range(0, count, 1, low.dtype(), where), step, where), where);
}

// Where a place lies: the elements before and behind it, and its share of the way.
struct Between {
  Tensor before, behind, share, inside;
};
Between between(const Tensor& place, std::int64_t extent, const Where& where) {
  const Tensor floor = whygrad::floor(place, where);
  const auto index = [&](const Tensor& t) { return cast(clip_by_value(t, 0, extent - 1, where), int32, where); };
  const Tensor inside = logical_and(greater_equal(place, 0, where), less_equal(place, extent - 1, where), where);
  return {index(floor), index(ceil(place, where)), subtract(place, floor, where), inside};
}

}  // namespace

Tensor crop_and_resize(const Tensor& x, const Tensor& boxes, const Tensor& box_indices, const std::array<std::int64_t, 2>& size,
                       const CropOptions& options, Where where) {
  check_crops(x, boxes, box_indices, size);
  const Tensor image = is_floating(x.dtype()) ? x : cast(x, boxes.dtype(), where);
  const std::vector<Tensor> sides = split(boxes, 4, 1, where);
  const Tensor y = places_of(sides[0], sides[2], x.shape()[1], size[0], where), x_place = places_of(sides[1], sides[3], x.shape()[2], size[1], where);
  const Shape cells = {boxes.shape()[0], size[0], size[1]};
  const Tensor of_image = broadcast_to(reshape(cast(box_indices, int32, where), {cells[0], 1, 1}, where), cells, where);
  const auto pixels = [&](const Tensor& rows, const Tensor& columns) {
    const Tensor i = broadcast_to(expand_dims(rows, 2, where), cells, where), j = broadcast_to(expand_dims(columns, 1, where), cells, where);
    return gather_nd(image, stack({of_image, i, j}, 3, where), where);
  };
  const auto as_factor = [&](const Tensor& share, int axis) {
    return cast(expand_dims(expand_dims(share, axis, where), 3, where), image.dtype(), where);
  };
  const Between v = between(y, x.shape()[1], where), h = between(x_place, x.shape()[2], where);
  Tensor crops;
  if (options.nearest) {
    const auto nearest = [&](const Tensor& place, std::int64_t extent) {
      return cast(clip_by_value(whygrad::floor(add(place, 0.5, where), where), 0, extent - 1, where), int32, where);
    };
    crops = pixels(nearest(y, x.shape()[1]), nearest(x_place, x.shape()[2]));
  } else {
    const Tensor right = as_factor(h.share, 1), down = as_factor(v.share, 2);
    const auto line = [&](const Tensor& rows) {
      const Tensor left = pixels(rows, h.before);
      return add(left, multiply(subtract(pixels(rows, h.behind), left, where), right, where), where);
    };
    const Tensor top = line(v.before);
    crops = add(top, multiply(subtract(line(v.behind), top, where), down, where), where);
  }
  const Tensor inside = logical_and(expand_dims(v.inside, 2, where), expand_dims(h.inside, 1, where), where);
  return whygrad::where(expand_dims(inside, 3, where), crops, options.extrapolation_value, where);
}

}  // namespace image
}  // namespace whygrad
