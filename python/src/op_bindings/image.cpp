// Functions of images.
#include <whygrad/ops/image.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/elementwise.hpp>

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace whygrad::python {
namespace {

template <Tensor (*F)(const Tensor&, double, Where)>
nb::object adjusted(nb::handle images, nb::handle amount, nb::handle) {
  const Where where = caller();
  const Tensor x = to_tensor(images, where);
  const double by = to_double(amount);
  return wrap(unlocked(x.size(), [&] { return F(x, by, where); }));
}

template <Tensor (*F)(const Tensor&, Where)>
nb::object of_image(nb::handle image) {
  const Where where = caller();
  return wrap(F(to_tensor(image, where), where));
}
template <Tensor (*F)(const Tensor&, Where)>
nb::object of_images(nb::handle images, nb::handle) {
  return of_image<F>(images);
}

nb::object brighter(nb::handle image, nb::handle delta) {
  const Where where = caller();
  const Tensor x = to_tensor(image, where);
  if (is_value(delta)) return wrap(image::adjust_brightness(x, {to_tensor(delta, where), where}));
  return wrap(image::adjust_brightness(x, {to_double(delta), where}));
}

nb::object powered(nb::handle image, nb::handle gamma, nb::handle gain) {
  const Where where = caller();
  const Tensor x = to_tensor(image, where);
  const auto with = [&](const auto& exponent) {
    if (is_value(gain)) return wrap(image::adjust_gamma(x, {exponent, where}, {to_tensor(gain, where), where}));
    return wrap(image::adjust_gamma(x, {exponent, where}, {to_double(gain), where}));
  };
  return is_value(gamma) ? with(to_tensor(gamma, where)) : with(to_double(gamma));
}

nb::object turned(nb::handle image, nb::handle k, nb::handle) {
  const Where where = caller();
  return wrap(image::rot90(to_tensor(image, where), to_int(k), where));
}

template <Tensor (*F)(const Tensor&, const image::Box&, Where)>
nb::object in_box(nb::handle image, nb::handle top, nb::handle left, nb::handle height, nb::handle width) {
  const Where where = caller();
  return wrap(F(to_tensor(image, where), {to_int(top), to_int(left), to_int(height), to_int(width)}, where));
}

nb::object middle(nb::handle image, nb::handle share) {
  const Where where = caller();
  return wrap(image::central_crop(to_tensor(image, where), to_double(share), where));
}

template <Tensor (*F)(const Tensor&, std::optional<std::uint64_t>, Where)>
nb::object at_random(nb::handle image, nb::handle seed) {
  const Where where = caller();
  return wrap(F(to_tensor(image, where), to_seed(seed), where));
}

nb::object part_at_random(nb::handle value, nb::handle size, nb::handle seed, nb::handle) {
  const Where where = caller();
  return wrap(image::random_crop(to_tensor(value, where), Ints(to_ints(size)), to_seed(seed), where));
}

nb::object differences(nb::handle image) {
  const Where where = caller();
  const auto both = image::image_gradients(to_tensor(image, where), where);
  return nb::make_tuple(wrap(both[0]), wrap(both[1]));
}

nb::object noise(nb::handle a, nb::handle b, nb::handle max_val, nb::handle) {
  const Where where = caller();
  const Tensor left = to_tensor(a, where), right = to_tensor(b, where), largest = to_tensor(max_val, where);
  return wrap(image::psnr(left, right, largest, where));
}

// Height and width.
std::array<std::int64_t, 2> to_size(nb::handle size) {
  const std::vector<std::int64_t> list = to_ints(size);
  if (list.size() != 2) throw ShapeError("resize", fmt::format("a size of {} numbers", list.size()), "size is [height, width]");
  return {list[0], list[1]};
}

image::ResizeMethod to_method(nb::handle method) {
  constexpr const char* kNames[] = {"bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic"};
  const nb::object name = nb::hasattr(method, "value") ? method.attr("value") : nb::borrow(method);
  for (int i = 0; i < 8; ++i) {
    if (name.equal(nb::str(kNames[i])) || (i < 4 && name.equal(nb::int_(i)))) return static_cast<image::ResizeMethod>(i);
  }
  throw ValueError("resize", fmt::format("method {}", nb::str(name).c_str()),
                   "it is bilinear, nearest, bicubic, area, lanczos3, lanczos5, gaussian or mitchellcubic");
}

nb::object resized(nb::handle images, nb::handle size, nb::handle method, bool preserve_aspect_ratio, bool antialias, nb::handle) {
  const Where where = caller();
  const Tensor x = to_tensor(images, where);
  const auto extents = to_size(size);
  const image::ResizeOptions options{to_method(method), antialias, preserve_aspect_ratio};
  return wrap(unlocked(x.size(), [&] { return image::resize(x, extents, options, where); }));
}

nb::object resized_or_cut(nb::handle image, nb::handle height, nb::handle width) {
  const Where where = caller();
  return wrap(image::resize_with_crop_or_pad(to_tensor(image, where), {to_int(height), to_int(width)}, where));
}

nb::object resized_amid_zeros(nb::handle image, nb::handle height, nb::handle width, nb::handle method, bool antialias) {
  const Where where = caller();
  return wrap(image::resize_with_pad(to_tensor(image, where), {to_int(height), to_int(width)}, {to_method(method), antialias}, where));
}

nb::object crops(nb::handle image, nb::handle boxes, nb::handle box_indices, nb::handle crop_size, nb::handle method, nb::handle extrapolation_value,
                 nb::handle) {
  const Where where = caller();
  const auto name = nb::cast<std::string>(method);
  if (name != "bilinear" && name != "nearest") throw ValueError("crop_and_resize", "method " + name, "it is bilinear or nearest");
  const Tensor given = to_tensor(image, where), x = given.dtype() == float32 ? given : cast(given, float32, where);
  const Tensor parts = to_tensor_like(boxes, float32, where), numbers = to_tensor(box_indices, where);
  const image::CropOptions options{name == "nearest", to_double(extrapolation_value)};
  const auto size = to_size(crop_size);
  return wrap(unlocked(x.size(), [&] { return image::crop_and_resize(x, parts, numbers, size, options, where); }));
}

nb::object patches(nb::handle images, nb::handle sizes, nb::handle strides, nb::handle rates, nb::handle padding, nb::handle) {
  const Where where = caller();
  const auto pair = [](nb::handle list, const char* what) -> std::array<std::int64_t, 2> {
    const std::vector<std::int64_t> all = to_ints(list);
    if (all.size() != 4 || all[0] != 1 || all[3] != 1) {
      throw ValueError("extract_patches", fmt::format("{} has {} numbers", what, all.size()), "it is [1, rows, columns, 1]");
    }
    return {all[1], all[2]};
  };
  const auto name = nb::cast<std::string>(padding);
  if (name != "SAME" && name != "VALID") throw ValueError("extract_patches", "padding " + name, "it is SAME or VALID");
  const image::PatchOptions options{pair(strides, "strides"), pair(rates, "rates"), name == "SAME"};
  return wrap(image::extract_patches(to_tensor(images, where), pair(sizes, "sizes"), options, where));
}

image::SsimOptions ssim_options(nb::handle filter_size, nb::handle filter_sigma, nb::handle k1, nb::handle k2) {
  return {.filter_size = to_int(filter_size), .filter_sigma = to_double(filter_sigma), .k1 = to_double(k1), .k2 = to_double(k2)};
}

nb::object similarity(nb::handle img1, nb::handle img2, nb::handle max_val, nb::handle filter_size, nb::handle filter_sigma, nb::handle k1,
                      nb::handle k2, bool return_index_map) {
  const Where where = caller();
  image::SsimOptions options = ssim_options(filter_size, filter_sigma, k1, k2);
  options.index_map = return_index_map;
  const Tensor a = to_tensor(img1, where), b = to_tensor(img2, where), largest = to_tensor(max_val, where);
  return wrap(unlocked(a.size(), [&] { return image::ssim(a, b, largest, options, where); }));
}

nb::object similarity_by_scale(nb::handle img1, nb::handle img2, nb::handle max_val, nb::handle power_factors, nb::handle filter_size,
                               nb::handle filter_sigma, nb::handle k1, nb::handle k2) {
  const Where where = caller();
  const image::SsimOptions options = ssim_options(filter_size, filter_sigma, k1, k2);
  std::vector<double> powers;
  for (nb::handle power : nb::iter(power_factors)) powers.push_back(to_double(power));
  const Tensor a = to_tensor(img1, where), b = to_tensor(img2, where), largest = to_tensor(max_val, where);
  return wrap(unlocked(a.size(), [&] { return image::ssim_multiscale(a, b, largest, powers, options, where); }));
}

nb::object converted(nb::handle image, nb::handle dtype, bool saturate, nb::handle) {
  const Where where = caller();
  return wrap(image::convert_image_dtype(to_tensor(image, where), to_dtype(dtype), saturate, where));
}

}  // namespace

void bind_image(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("adjust_contrast", adjusted<image::adjust_contrast>, arg("images"), arg("contrast_factor"), arg("name") = none,
        "(x - mean) * factor + mean, with the mean of each channel.");
  m.def("adjust_hue", adjusted<image::adjust_hue>, arg("image"), arg("delta"), arg("name") = none,
        "The hue turned; there is no gradient rule, as in TensorFlow.");
  m.def("adjust_brightness", brighter, arg("image"), arg("delta"), "image + delta.");
  m.def("adjust_gamma", powered, arg("image"), arg("gamma") = 1, arg("gain") = 1, "gain * image ^ gamma.");
  m.def("per_image_standardization", of_image<image::per_image_standardization>, arg("image"), "Mean 0 and variance 1, of each image.");
  m.def("rgb_to_grayscale", of_images<image::rgb_to_grayscale>, arg("images"), arg("name") = none, "One channel of three.");
  m.def("grayscale_to_rgb", of_images<image::grayscale_to_rgb>, arg("images"), arg("name") = none, "Three equal channels of one.");
  m.def("convert_image_dtype", converted, arg("image"), arg("dtype"), arg("saturate") = false, arg("name") = none,
        "Cast and scaled: white is 1 where the dtype is floating, else its largest number.");
  m.def("adjust_saturation", adjusted<image::adjust_saturation>, arg("image"), arg("saturation_factor"), arg("name") = none,
        "The saturation times a factor; there is no gradient rule, as in TensorFlow.");
  const auto bind_colours = [&m](const char* name, auto function, const char* doc) { m.def(name, function, arg("images"), doc); };
  m.def("rgb_to_hsv", of_images<image::rgb_to_hsv>, arg("images"), arg("name") = none, "Hue, saturation and value of red, green and blue.");
  m.def("hsv_to_rgb", of_images<image::hsv_to_rgb>, arg("images"), arg("name") = none, "The inverse; there is no gradient rule, as in TensorFlow.");
  bind_colours("rgb_to_yiq", of_image<image::rgb_to_yiq>, "Luma and chroma of red, green and blue.");
  bind_colours("yiq_to_rgb", of_image<image::yiq_to_rgb>, "The inverse of rgb_to_yiq.");
  bind_colours("rgb_to_yuv", of_image<image::rgb_to_yuv>, "Luma and chroma of red, green and blue.");
  bind_colours("yuv_to_rgb", of_image<image::yuv_to_rgb>, "The inverse of rgb_to_yuv.");
  m.def("resize_images", resized, arg("images"), arg("size"), arg("method") = "bilinear", arg("preserve_aspect_ratio") = false,
        arg("antialias") = false, arg("name") = none, "Images with another height and width.");
  m.def("resize_with_crop_or_pad", resized_or_cut, arg("image"), arg("target_height"), arg("target_width"),
        "The middle of an image, or an image amid zeros.");
  m.def("resize_with_pad", resized_amid_zeros, arg("image"), arg("target_height"), arg("target_width"), arg("method") = "bilinear",
        arg("antialias") = false, "An image resized with its proportions, amid zeros.");
  m.def("crop_and_resize", crops, arg("image"), arg("boxes"), arg("box_indices"), arg("crop_size"), arg("method") = "bilinear",
        arg("extrapolation_value") = 0.0, arg("name") = none, "Parts of images at one size; boxes are shares of height and width.");
  m.def("extract_patches", patches, arg("images"), arg("sizes"), arg("strides"), arg("rates"), arg("padding"), arg("name") = none,
        "Patches of images as channels.");
  m.def("ssim", similarity, arg("img1"), arg("img2"), arg("max_val"), arg("filter_size") = 11, arg("filter_sigma") = 1.5, arg("k1") = 0.01,
        arg("k2") = 0.03, arg("return_index_map") = false, "Structural similarity of images.");
  m.def("ssim_multiscale", similarity_by_scale, arg("img1"), arg("img2"), arg("max_val"),
        arg("power_factors") = nb::make_tuple(0.0448, 0.2856, 0.3001, 0.2363, 0.1333), arg("filter_size") = 11, arg("filter_sigma") = 1.5,
        arg("k1") = 0.01, arg("k2") = 0.03, "Structural similarity over images that shrink by halves.");
  m.def("flip_left_right", of_image<image::flip_left_right>, arg("image"), "Mirrored at the vertical axis.");
  m.def("flip_up_down", of_image<image::flip_up_down>, arg("image"), "Mirrored at the horizontal axis.");
  m.def("image_transpose", of_images<image::transpose>, arg("image"), arg("name") = none, "Height and width swapped.");
  m.def("rot90", turned, arg("image"), arg("k") = 1, arg("name") = none, "Turned by 90 degrees k times, against the clock.");
  m.def("crop_to_bounding_box", in_box<image::crop_to_bounding_box>, arg("image"), arg("offset_height"), arg("offset_width"), arg("target_height"),
        arg("target_width"), "A part of an image.");
  m.def("central_crop", middle, arg("image"), arg("central_fraction"), "The middle part, with this share of height and width.");
  m.def("pad_to_bounding_box", in_box<image::pad_to_bounding_box>, arg("image"), arg("offset_height"), arg("offset_width"), arg("target_height"),
        arg("target_width"), "An image amid zeros.");
  m.def("random_flip_left_right", at_random<image::random_flip_left_right>, arg("image"), arg("seed") = none, "Mirrored or not, at even odds.");
  m.def("random_flip_up_down", at_random<image::random_flip_up_down>, arg("image"), arg("seed") = none, "Mirrored or not, at even odds.");
  m.def("random_crop", part_at_random, arg("value"), arg("size"), arg("seed") = none, arg("name") = none, "A part of this size from somewhere.");
  m.def("total_variation", of_images<image::total_variation>, arg("images"), arg("name") = none,
        "The sum of the absolute differences of neighbours, of each image.");
  m.def("image_gradients", differences, arg("image"), "Differences of neighbours downwards and to the right, 0 at the end.");
  m.def("sobel_edges", of_image<image::sobel_edges>, arg("image"), "Derivatives downwards and to the right: [batch, height, width, channels, 2].");
  m.def("psnr", noise, arg("a"), arg("b"), arg("max_val"), arg("name") = none, "Peak signal to noise of each image, in decibels.");
}

}  // namespace whygrad::python
