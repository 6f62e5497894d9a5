// Convolution and pooling with TensorFlow's arguments.
#include <whygrad/ops/conv.hpp>

#include "convert.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/nn_activation.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <cctype>

namespace whygrad::python {
namespace {

using nn::Padding;

// One number for height and width, two, or four of which the first and last stand for batch and channels.
std::array<std::int64_t, 2> pair(const char* op, nb::handle numbers) {
  const std::vector<std::int64_t> list = to_ints(numbers);
  if (list.size() == 1) return {list[0], list[0]};
  if (list.size() == 2) return {list[0], list[1]};
  if (list.size() == 4 && list[0] == 1 && list[3] == 1) return {list[1], list[2]};
  throw ValueError(op, fmt::format("{} numbers for height and width", list.size()), "give one number, two, or [1, height, width, 1]");
}

Padding padding_of(const char* op, nb::handle padding) {
  if (PyUnicode_Check(padding.ptr())) {
    auto name = nb::cast<std::string>(padding);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    if (name == "SAME") return nn::same;
    if (name == "VALID") return nn::valid;
    throw ValueError(op, fmt::format("padding \"{}\"", name), "it is \"SAME\", \"VALID\" or [[0, 0], [top, bottom], [left, right], [0, 0]]");
  }
  std::vector<std::vector<std::int64_t>> axes;
  for (nb::handle axis : nb::iter(padding)) axes.push_back(to_ints(axis));
  const bool right = axes.size() == 4 && std::all_of(axes.begin(), axes.end(), [](const auto& a) { return a.size() == 2; });
  if (!right)
    throw ValueError(op, "the padding is no list of four pairs", "it is \"SAME\", \"VALID\" or [[0, 0], [top, bottom], [left, right], [0, 0]]");
  return {.height = {axes[1][0], axes[1][1]}, .width = {axes[2][0], axes[2][1]}};
}

void check_format(const char* op, const std::string& data_format) {
  if (data_format == "NHWC") return;
  throw UnsupportedError(op, fmt::format("data_format {}", data_format),
                         "images are [batch, height, width, channels] here: use NHWC, or transpose them");
}

nn::Conv2dOptions conv_options(const char* op, nb::handle strides, nb::handle padding, nb::handle dilations, const std::string& data_format) {
  check_format(op, data_format);
  nn::Conv2dOptions options{.strides = pair(op, strides), .padding = padding_of(op, padding)};
  if (!dilations.is_none()) options.dilations = pair(op, dilations);
  return options;
}

nb::object conv2d(nb::handle input, nb::handle filters, nb::handle strides, nb::handle padding, const std::string& data_format, nb::handle dilations,
                  nb::handle) {
  const Where where = caller();
  const nn::Conv2dOptions options = conv_options("conv2d", strides, padding, dilations, data_format);
  const Tensor x = to_tensor(input, where), f = to_tensor_like(filters, x.dtype(), where);
  return wrap(unlocked(kWorthUnlocking, [&] { return nn::conv2d(x, f, options, where); }));
}

nb::object conv2d_transpose(nb::handle input, nb::handle filters, nb::handle output_shape, nb::handle strides, nb::handle padding,
                            const std::string& data_format, nb::handle dilations, nb::handle) {
  const Where where = caller();
  const nn::Conv2dOptions options = conv_options("conv2d_transpose", strides, padding, dilations, data_format);
  const Tensor x = to_tensor(input, where), f = to_tensor_like(filters, x.dtype(), where);
  const Shape shape = to_shape(output_shape);
  return wrap(unlocked(kWorthUnlocking, [&] { return nn::conv2d_transpose(x, f, shape, options, where); }));
}

template <Tensor (*F)(const Tensor&, const std::array<std::int64_t, 2>&, const nn::Pool2dOptions&, Where)>
nb::object pool(nb::handle input, nb::handle ksize, nb::handle strides, nb::handle padding, const std::string& data_format, nb::handle) {
  const Where where = caller();
  check_format("pool", data_format);
  const Tensor x = to_tensor(input, where);
  const std::array<std::int64_t, 2> window = pair("pool", ksize);
  const nn::Pool2dOptions options{.strides = strides.is_none() ? window : pair("pool", strides), .padding = padding_of("pool", padding)};
  return wrap(unlocked(x.size(), [&] { return F(x, window, options, where); }));
}

nb::object bias_add(nb::handle value, nb::handle bias, nb::handle data_format, nb::handle) {
  const Where where = caller();
  if (!data_format.is_none() && nb::cast<std::string>(data_format).starts_with("NC")) check_format("bias_add", nb::cast<std::string>(data_format));
  const Tensor x = to_tensor(value, where), b = to_tensor_like(bias, x.dtype(), where);
  return wrap(unlocked(x.size(), [&] { return nn::bias_add(x, b, where); }));
}

nb::object gelu(nb::handle features, bool approximate, nb::handle) {
  const Where where = caller();
  const Tensor x = to_tensor(features, where);
  return wrap(unlocked(x.size(), [&] { return nn::gelu(x, approximate, where); }));
}

template <Tensor (*F)(const Tensor&, std::int64_t, Where)>
nb::object blocks(nb::handle input, nb::handle block_size, const std::string& data_format, nb::handle) {
  const Where where = caller();
  check_format(F == nn::space_to_depth ? "space_to_depth" : "depth_to_space", data_format);
  return wrap(F(to_tensor(input, where), to_int(block_size), where));
}

}  // namespace

void bind_nn(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("conv2d", conv2d, arg("input"), arg("filters"), arg("strides"), arg("padding"), arg("data_format") = "NHWC", arg("dilations") = none,
        arg("name") = none, "Cross-correlation: input [n, h, w, c], filters [kh, kw, c / groups, o] -> [n, p, q, o].");
  m.def("conv2d_transpose", conv2d_transpose, arg("input"), arg("filters"), arg("output_shape"), arg("strides"), arg("padding") = "SAME",
        arg("data_format") = "NHWC", arg("dilations") = none, arg("name") = none, "The gradient of conv2d with respect to its image.");
  const auto bind_blocks = [&m, &none](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("input"), arg("block_size"), arg("data_format") = "NHWC", arg("name") = none, doc);
  };
  bind_blocks("space_to_depth", blocks<nn::space_to_depth>, "Blocks of pixels as channels: [n, h, w, c] -> [n, h / b, w / b, b b c].");
  bind_blocks("depth_to_space", blocks<nn::depth_to_space>, "Channels as blocks of pixels: [n, h, w, b b c] -> [n, h b, w b, c].");
  const auto bind_pool = [&m, &none](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("input"), arg("ksize"), arg("strides") = none, arg("padding") = "VALID", arg("data_format") = "NHWC",
          arg("name") = none, doc);
  };
  bind_pool("max_pool2d", pool<nn::max_pool2d>, "The largest element of each window: [n, h, w, c] -> [n, p, q, c].");
  bind_pool("avg_pool2d", pool<nn::avg_pool2d>, "The mean of each window: [n, h, w, c] -> [n, p, q, c].");
  m.def("bias_add", bias_add, arg("value"), arg("bias"), arg("data_format") = none, arg("name") = none, "value [..., c] + bias [c].");
  m.def("gelu", gelu, arg("features"), arg("approximate") = false, arg("name") = none, "x times the standard normal distribution function of x.");
}

}  // namespace whygrad::python
