// Resized images.
#include "kernels/image.hpp"
#include "ops/core/batch.hpp"
#include "ops/core/context.hpp"
#include "ops/core/defined.hpp"
#include "ops/families.hpp"
#include "ops/image/image.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/image.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace whygrad {
namespace internal {
namespace {

using kernels::Resampling;

// The kernels of scale_and_translate.
enum class Spread : std::uint8_t { kTriangle, kKeysCubic, kMitchellCubic, kLanczos3, kLanczos5, kGaussian };
constexpr const char* name_of(Spread spread) {
  constexpr std::array kNames{"triangle", "keyscubic", "mitchellcubic", "lanczos3", "lanczos5", "gaussian"};
  const auto i = static_cast<std::size_t>(spread);
  return i < kNames.size() ? kNames[i] : "";
}
constexpr Resampling method_of(Spread spread) { return static_cast<Resampling>(static_cast<int>(Resampling::kTriangle) + static_cast<int>(spread)); }

struct ResizeAttrs {
  std::array<std::int64_t, 2> size;
};
struct SpreadAttrs {
  std::array<std::int64_t, 2> size;
  Spread kernel = Spread::kLanczos3;
  bool antialias = true;
};

constexpr const char* kSizeDoc = "height and width of the result";
constexpr const char* kImageDoc = "height and width of the image";

void infer_resized(InferContext& c, const std::array<std::int64_t, 2>& size) {
  const InputSpec x = c.input(0);
  if (!is_floating(x.dtype())) c.dtype_error(fmt::format("an image of {}", name_of(x.dtype())), "write cast(image, float32)");
  if (x.rank() != 4) c.shape_error("the image is " + x.shape().to_string(), "images are [batch, height, width, channels]");
  if (size[0] < 1 || size[1] < 1) {
    c.value_error(fmt::format("height and width of {} x {}", size[0], size[1]), "give a size of at least 1 x 1");
  }
  if (x.shape()[1] < 1 || x.shape()[2] < 1) c.shape_error("the image is " + x.shape().to_string(), "an image has at least one pixel");
  c.output(x.dtype(), {x.shape()[0], size[0], size[1], x.shape()[3]});
}

std::array<std::int64_t, 2> extents_of(const Shape& image) { return {image[1], image[2]}; }

// Each method is a linear map of images, and its gradient is the transposed map, whose gradient is the method again.
template <Resampling M>
Tensor resized(const Tensor& x, const std::array<std::int64_t, 2>& size, const Where& where = {});
template <Resampling M>
Tensor spread_back(const Tensor& dy, const std::array<std::int64_t, 2>& size);

template <Resampling M>
consteval OpDef resize_op(const char* name, const char* doc) {
  return define_op({
      .name = name,
      .doc = doc,
      .inputs = {{"images", Differentiable{}}},
      .attrs = {attr<&ResizeAttrs::size>("size", kSizeDoc, Attr::kRequired)},
      .infer = [](InferContext& c) { infer_resized(c, c.attrs<ResizeAttrs>().size); },
      .kernel = [](KernelContext& g) { kernels::resample(g.in(0), {.method = M}, g.out()); },
      .vjp = [](VjpContext& g) { g.give(0, spread_back<M>(g.dy(), extents_of(g.input_shape(0)))); },
      .batch = batch_images<1>,
  });
}
template <Resampling M>
consteval OpDef resize_grad_op(const char* name, const char* doc) {
  return define_op({
      .name = name,
      .doc = doc,
      .inputs = {{"dy", Differentiable{}}},
      .attrs = {attr<&ResizeAttrs::size>("size", kImageDoc, Attr::kRequired)},
      .infer = [](InferContext& c) { infer_resized(c, c.attrs<ResizeAttrs>().size); },
      .kernel = [](KernelContext& g) { kernels::resample_backward(g.in(0), {.method = M}, g.out()); },
      .vjp = [](VjpContext& g) { g.give(0, resized<M>(g.dy(), extents_of(g.input_shape(0)))); },
      .batch = batch_images<1>,
  });
}

template <Resampling M>
constexpr OpDef kResize = {};
template <>
constexpr OpDef kResize<Resampling::kBilinear> = resize_op<Resampling::kBilinear>(
    "resize_bilinear",
    "images [n, h, w, c] -> [n, p, q, c]: each element between its two neighbours along both axes. dimages = dy in the same shares.");
template <>
constexpr OpDef kResize<Resampling::kBicubic> = resize_op<Resampling::kBicubic>(
    "resize_bicubic",
    "images [n, h, w, c] -> [n, p, q, c]: each element by Keys' cubic of four neighbours along both axes. dimages = dy in the same shares.");
template <>
constexpr OpDef kResize<Resampling::kArea> = resize_op<Resampling::kArea>(
    "resize_area", "images [n, h, w, c] -> [n, p, q, c]: the mean of what each element covers. dimages = dy in the same shares.");
template <Resampling M>
constexpr OpDef kResizeGrad = {};
template <>
constexpr OpDef kResizeGrad<Resampling::kBilinear> =
    resize_grad_op<Resampling::kBilinear>("resize_bilinear_grad", "The gradient of resize_bilinear: dy [n, p, q, c] -> [n, h, w, c].");
template <>
constexpr OpDef kResizeGrad<Resampling::kBicubic> =
    resize_grad_op<Resampling::kBicubic>("resize_bicubic_grad", "The gradient of resize_bicubic: dy [n, p, q, c] -> [n, h, w, c].");
template <>
constexpr OpDef kResizeGrad<Resampling::kArea> = resize_grad_op<Resampling::kArea>("resize_area_grad",
                                                                                   "The gradient of resize_area: dy [n, p, q, c] -> [n, h, w, c].");

template <Resampling M>
Tensor resized(const Tensor& x, const std::array<std::int64_t, 2>& size, const Where& where) {
  return apply(kResize<M>, {&x}, where, ResizeAttrs{size});
}
template <Resampling M>
Tensor spread_back(const Tensor& dy, const std::array<std::int64_t, 2>& size) {
  return apply(kResizeGrad<M>, {&dy}, {}, ResizeAttrs{size});
}

constexpr AttrDef kSpreadSize = attr<&SpreadAttrs::size>("size", "height and width", Attr::kRequired);
constexpr AttrDef kSpreadKernel = attr<&SpreadAttrs::kernel>("kernel", "triangle, keyscubic, mitchellcubic, lanczos3, lanczos5 or gaussian");
constexpr AttrDef kSpreadAntialias = attr<&SpreadAttrs::antialias>("antialias", "whether the kernel grows where the image shrinks");

kernels::ResampleParams params_of(const SpreadAttrs& a) { return {.method = method_of(a.kernel), .antialias = a.antialias}; }
SpreadAttrs with_size(SpreadAttrs a, const Shape& image) {
  a.size = extents_of(image);
  return a;
}

Tensor spread_out(const Tensor& x, const SpreadAttrs& attrs);
Tensor spread_in(const Tensor& dy, const SpreadAttrs& attrs);

constexpr OpDef kSpread = define_op({
    .name = "scale_and_translate",
    .doc = "images [n, h, w, c] -> [n, p, q, c]: each element is the mean around its place in the image, weighted by a kernel. dimages = dy in the "
           "same shares.",
    .inputs = {{"images", Differentiable{}}},
    .attrs = {kSpreadSize, kSpreadKernel, kSpreadAntialias},
    .infer = [](InferContext& c) { infer_resized(c, c.attrs<SpreadAttrs>().size); },
    .kernel = [](KernelContext& g) { kernels::resample(g.in(0), params_of(g.attrs<SpreadAttrs>()), g.out()); },
    .vjp = [](VjpContext& g) { g.give(0, spread_in(g.dy(), with_size(g.attrs<SpreadAttrs>(), g.input_shape(0)))); },
    .batch = batch_images<1>,
});

constexpr OpDef kSpreadGrad = define_op({
    .name = "scale_and_translate_grad",
    .doc = "The gradient of scale_and_translate: dy [n, p, q, c] -> [n, h, w, c].",
    .inputs = {{"dy", Differentiable{}}},
    .attrs = {kSpreadSize, kSpreadKernel, kSpreadAntialias},
    .infer = [](InferContext& c) { infer_resized(c, c.attrs<SpreadAttrs>().size); },
    .kernel = [](KernelContext& g) { kernels::resample_backward(g.in(0), params_of(g.attrs<SpreadAttrs>()), g.out()); },
    .vjp = [](VjpContext& g) { g.give(0, spread_out(g.dy(), with_size(g.attrs<SpreadAttrs>(), g.input_shape(0)))); },
    .batch = batch_images<1>,
});

Tensor spread_out(const Tensor& x, const SpreadAttrs& attrs) { return apply(kSpread, {&x}, {}, attrs); }
Tensor spread_in(const Tensor& dy, const SpreadAttrs& attrs) { return apply(kSpreadGrad, {&dy}, {}, attrs); }

Spread spread_of(image::ResizeMethod method) {
  using Method = image::ResizeMethod;
  switch (method) {
    case Method::kBilinear: return Spread::kTriangle;
    case Method::kBicubic: return Spread::kKeysCubic;
    case Method::kLanczos3: return Spread::kLanczos3;
    case Method::kLanczos5: return Spread::kLanczos5;
    case Method::kGaussian: return Spread::kGaussian;
    default: return Spread::kMitchellCubic;
  }
}

constexpr const OpDef* kOps[] = {&kResize<Resampling::kBilinear>,
                                 &kResize<Resampling::kBicubic>,
                                 &kResize<Resampling::kArea>,
                                 &kResizeGrad<Resampling::kBilinear>,
                                 &kResizeGrad<Resampling::kBicubic>,
                                 &kResizeGrad<Resampling::kArea>,
                                 &kSpread,
                                 &kSpreadGrad};

}  // namespace

OpFamily resize_ops() { return kOps; }

Tensor resize_grad(image::ResizeMethod method, bool antialias, const Tensor& dy, const std::array<std::int64_t, 2>& size) {
  using Method = image::ResizeMethod;
  if (method == Method::kArea) return spread_back<Resampling::kArea>(dy, size);
  if (!antialias && method == Method::kBilinear) return spread_back<Resampling::kBilinear>(dy, size);
  if (!antialias && method == Method::kBicubic) return spread_back<Resampling::kBicubic>(dy, size);
  return spread_in(dy, {size, spread_of(method), antialias});
}

}  // namespace internal

namespace image {
namespace {

using kernels::Resampling;
using Size = std::array<std::int64_t, 2>;

// x [.., axis, ..] with the element whose middle lies nearest to that of each new one.
Tensor nearest(const Tensor& x, int axis, std::int64_t count, const Where& where) {
  const std::int64_t extent = x.shape()[axis];
  const float scale = static_cast<float>(extent) / static_cast<float>(count);
  std::vector<std::int32_t> places(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto place = static_cast<std::int64_t>(std::floor((static_cast<float>(i) + 0.5F) * scale));
    places[i] = static_cast<std::int32_t>(std::min(place, extent - 1));
  }
  return gather(x, constant(places, where), axis, 0, where);
}

Tensor resize_batch(const Tensor& x, const Size& size, const ResizeOptions& options, const Where& where) {
  if (size[0] < 1 || size[1] < 1) throw ValueError("resize", fmt::format("a size of {} x {}", size[0], size[1]), "give at least 1 x 1");
  if (options.method == ResizeMethod::kNearest) return nearest(nearest(x, 1, size[0], where), 2, size[1], where);
  const Tensor image = is_floating(x.dtype()) ? x : cast(x, float32, where);
  if (options.method == ResizeMethod::kArea) return internal::resized<Resampling::kArea>(image, size, where);
  if (!options.antialias && options.method == ResizeMethod::kBilinear) return internal::resized<Resampling::kBilinear>(image, size, where);
  if (!options.antialias && options.method == ResizeMethod::kBicubic) return internal::resized<Resampling::kBicubic>(image, size, where);
  return apply(internal::kSpread, {&image}, where, internal::SpreadAttrs{size, internal::spread_of(options.method), options.antialias});
}

// The largest size with the proportions of the image that is not beyond `size`.
Size within(const Size& size, const Size& image) {
  const double height = static_cast<double>(image[0]), width = static_cast<double>(image[1]);
  const double scale = std::min(static_cast<double>(size[0]) / height, static_cast<double>(size[1]) / width);
  return {static_cast<std::int64_t>(std::nearbyint(scale * height)), static_cast<std::int64_t>(std::nearbyint(scale * width))};
}

// f of a batch of images, for a single one too.
template <class F>
Tensor of_batch(const Tensor& x, const F& f, const Where& where) {
  return x.rank() == 4 ? f(x) : squeeze(f(expand_dims(x, 0, where)), {0}, where);
}

}  // namespace

Tensor resize(const Tensor& x, const Size& size, const ResizeOptions& options, Where where) {
  internal::require_image("resize", x);
  const Size image = {x.shape()[x.rank() - 3], x.shape()[x.rank() - 2]};
  const Size target = options.preserve_aspect_ratio ? within(size, image) : size;
  const bool blurs = options.method == ResizeMethod::kGaussian || options.method == ResizeMethod::kMitchellCubic;
  if (target == image && !blurs) return x;
  return of_batch(
      x, [&](const Tensor& batch) { return resize_batch(batch, target, options, where); }, where);
}

Tensor resize_with_crop_or_pad(const Tensor& x, const Size& size, Where where) {
  internal::require_image("resize_with_crop_or_pad", x);
  if (size[0] < 1 || size[1] < 1) {
    throw ValueError("resize_with_crop_or_pad", fmt::format("a size of {} x {}", size[0], size[1]), "target_height and target_width are at least 1");
  }
  const std::int64_t height = x.shape()[x.rank() - 3], width = x.shape()[x.rank() - 2];
  const std::int64_t down = size[0] - height, right = size[1] - width;
  const auto half = [](std::int64_t n) { return std::max<std::int64_t>(n, 0) / 2; };
  const Tensor cropped = crop_to_bounding_box(x, {half(-down), half(-right), std::min(size[0], height), std::min(size[1], width)}, where);
  return pad_to_bounding_box(cropped, {half(down), half(right), size[0], size[1]}, where);
}

Tensor resize_with_pad(const Tensor& x, const Size& size, const ResizeOptions& options, Where where) {
  internal::require_image("resize_with_pad", x);
  if (size[0] < 1 || size[1] < 1) {
    throw ValueError("resize_with_pad", fmt::format("a size of {} x {}", size[0], size[1]), "target_height and target_width are at least 1");
  }
  const auto height = static_cast<double>(x.shape()[x.rank() - 3]), width = static_cast<double>(x.shape()[x.rank() - 2]);
  const double ratio = std::max(width / static_cast<double>(size[1]), height / static_cast<double>(size[0]));
  const auto floor = [](double v) { return std::max<std::int64_t>(static_cast<std::int64_t>(std::floor(v)), 0); };
  const Size inner = {floor(height / ratio), floor(width / ratio)};
  const std::int64_t top = floor((static_cast<double>(size[0]) - height / ratio) / 2),
                     left = floor((static_cast<double>(size[1]) - width / ratio) / 2);
  const Tensor resized = resize(x, inner, {options.method, options.antialias, false}, where);
  return pad_to_bounding_box(resized, {top, left, size[0], size[1]}, where);
}

}  // namespace image
}  // namespace whygrad
