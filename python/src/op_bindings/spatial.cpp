// Volumes, blocks of space, dilation. Layouts other than channels last are turned in Python.
#include <whygrad/ops/spatial.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

namespace whygrad::python {
namespace {

template <std::size_t N>
std::array<std::int64_t, N> numbers(nb::handle list, const char* what) {
  const std::vector<std::int64_t> given = to_ints(list);
  if (given.size() != N) throw ValueError(what, fmt::format("{} numbers", given.size()), fmt::format("give {}", N));
  std::array<std::int64_t, N> found{};
  std::copy(given.begin(), given.end(), found.begin());
  return found;
}

std::vector<std::array<std::int64_t, 2>> pairs(nb::handle list) {
  std::vector<std::array<std::int64_t, 2>> found;
  for (nb::handle pair : nb::iter(list)) found.push_back(numbers<2>(pair, "pairs"));
  return found;
}

nb::object conv3d(nb::handle x, nb::handle filters, nb::handle strides, bool same, nb::handle dilations) {
  const Where where = caller();
  const Tensor image = to_tensor(x, where), f = to_tensor_like(filters, image.dtype(), where);
  const nn::Conv3dOptions options{numbers<3>(strides, "strides"), same, numbers<3>(dilations, "dilations")};
  return wrap(unlocked(kWorthUnlocking, [&] { return nn::conv3d(image, f, options, where); }));
}

nb::object conv3d_transpose(nb::handle x, nb::handle filters, nb::handle output_shape, nb::handle strides, bool same, nb::handle dilations) {
  const Where where = caller();
  const Tensor image = to_tensor(x, where), f = to_tensor_like(filters, image.dtype(), where);
  const nn::Conv3dOptions options{numbers<3>(strides, "strides"), same, numbers<3>(dilations, "dilations")};
  const Shape shape = to_shape(output_shape);
  return wrap(unlocked(kWorthUnlocking, [&] { return nn::conv3d_transpose(image, f, shape, options, where); }));
}

nb::object conv1d_transpose(nb::handle x, nb::handle filters, nb::handle output_shape, std::int64_t stride, bool same, std::int64_t dilation) {
  const Where where = caller();
  const Tensor rows = to_tensor(x, where), f = to_tensor_like(filters, rows.dtype(), where);
  return wrap(nn::conv1d_transpose(rows, f, to_shape(output_shape), {stride, same ? nn::same : nn::valid, dilation}, where));
}

template <Tensor (*F)(const Tensor&, const nn::Triple&, const nn::Pool3dOptions&, Where)>
nb::object windows3d(nb::handle x, nb::handle window, nb::handle strides, bool same) {
  const Where where = caller();
  const Tensor image = to_tensor(x, where);
  const nn::Triple size = numbers<3>(window, "ksize"), steps = numbers<3>(strides, "strides");
  return wrap(unlocked(image.size(), [&] { return F(image, size, {steps, same}, where); }));
}

nb::object max_with_places(nb::handle x, nb::handle window, nb::handle strides, bool same, bool among_all_images) {
  const Where where = caller();
  const nn::Pool2dOptions options{numbers<2>(strides, "strides"), same ? nn::same : nn::valid};
  const auto both = nn::max_pool_with_argmax(to_tensor(x, where), numbers<2>(window, "ksize"), options, among_all_images, where);
  return nb::make_tuple(wrap(both[0]), wrap(both[1]));
}

template <Tensor (*F)(const Tensor&, const std::vector<std::int64_t>&, const std::vector<std::array<std::int64_t, 2>>&, Where)>
nb::object blocks(nb::handle x, nb::handle block_shape, nb::handle edges) {
  const Where where = caller();
  return wrap(F(to_tensor(x, where), to_ints(block_shape), pairs(edges), where));
}

template <Tensor (*F)(const Tensor&, const Tensor&, const nn::Dilation2dOptions&, Where)>
nb::object dilated(nb::handle x, nb::handle filters, nb::handle strides, nb::handle rates, bool same) {
  const Where where = caller();
  const Tensor image = to_tensor(x, where), f = to_tensor_like(filters, image.dtype(), where);
  return wrap(F(image, f, {numbers<2>(strides, "strides"), numbers<2>(rates, "dilations"), same}, where));
}

nb::object among_neighbours(nb::handle input, std::int64_t depth_radius, double bias, double alpha, double beta, nb::handle) {
  const Where where = caller();
  return wrap(nn::local_response_normalization(to_tensor(input, where), {depth_radius, bias, alpha, beta}, where));
}

}  // namespace

void bind_spatial(nb::module_& outer) {
  using nb::arg;
  nb::module_ m = outer.def_submodule("spatial");
  m.def("conv3d", conv3d, arg("x"), arg("filters"), arg("strides"), arg("same"), arg("dilations"));
  m.def("conv3d_transpose", conv3d_transpose, arg("x"), arg("filters"), arg("output_shape"), arg("strides"), arg("same"), arg("dilations"));
  m.def("conv1d_transpose", conv1d_transpose, arg("x"), arg("filters"), arg("output_shape"), arg("stride"), arg("same"), arg("dilation"));
  m.def("max_pool3d", windows3d<nn::max_pool3d>, arg("x"), arg("window"), arg("strides"), arg("same"));
  m.def("avg_pool3d", windows3d<nn::avg_pool3d>, arg("x"), arg("window"), arg("strides"), arg("same"));
  m.def("extract_volume_patches", windows3d<nn::extract_volume_patches>, arg("x"), arg("window"), arg("strides"), arg("same"));
  m.def("max_pool_with_argmax", max_with_places, arg("x"), arg("window"), arg("strides"), arg("same"), arg("among_all_images"));
  m.def("space_to_batch", blocks<nn::space_to_batch>, arg("x"), arg("block_shape"), arg("paddings"));
  m.def("batch_to_space", blocks<nn::batch_to_space>, arg("x"), arg("block_shape"), arg("crops"));
  m.def("dilation2d", dilated<nn::dilation2d>, arg("x"), arg("filters"), arg("strides"), arg("rates"), arg("same"));
  m.def("erosion2d", dilated<nn::erosion2d>, arg("x"), arg("filters"), arg("strides"), arg("rates"), arg("same"));
  outer.def("local_response_normalization", among_neighbours, arg("input"), arg("depth_radius") = 5, arg("bias") = 1.0, arg("alpha") = 1.0,
            arg("beta") = 0.5, arg("name") = nb::none(), "x / (bias + alpha * sum of squares of near channels) ^ beta.");
}

}  // namespace whygrad::python
