// Functions of images.
#include <whygrad/ops/image.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <optional>

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
