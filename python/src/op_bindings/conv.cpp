// Convolution and pooling with TensorFlow's arguments.
#include <whygrad/ops/conv.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <cctype>

namespace whygrad::python {
namespace {

using nn::Padding;

// How an image lies: batch, height, width, channels (NHWC), as the ops take it, or with its channels in front (NCHW). The latter is turned before an
// op and back after it; both turns are views.
class Layout {
 public:
  Layout(const char* op, nb::handle data_format) : op_(op) {
    if (data_format.is_none()) return;
    const auto name = nb::cast<std::string>(data_format);
    first_ = name == "NCHW";
    if (!first_ && name != "NHWC") throw ValueError(op, fmt::format("data_format {}", name), "it is NHWC or NCHW");
  }
  Tensor turned(const Tensor& x, const Where& where) const { return first_ && x.rank() == 4 ? transpose(x, {0, 2, 3, 1}, where) : x; }
  Tensor back(const Tensor& y, const Where& where) const { return first_ ? transpose(y, {0, 3, 1, 2}, where) : y; }
  Shape turned(const Shape& s) const { return first_ && s.rank() == 4 ? Shape{s[0], s[2], s[3], s[1]} : s; }

  // One number for height and width, two, or four, in the order of the image's axes, of which those for batch and channels are 1.
  std::array<std::int64_t, 2> pair(nb::handle numbers) const {
    const std::vector<std::int64_t> list = to_ints(numbers);
    if (list.size() == 1) return {list[0], list[0]};
    if (list.size() == 2) return {list[0], list[1]};
    const std::size_t at = first_ ? 2 : 1;
    if (list.size() == 4 && list[0] == 1 && list[first_ ? 1 : 3] == 1) return {list[at], list[at + 1]};
    throw ValueError(op_, fmt::format("{} numbers for height and width", list.size()),
                     fmt::format("give one number, two, or {}", first_ ? "[1, 1, height, width]" : "[1, height, width, 1]"));
  }

  Padding padding(nb::handle given) const {
    const char* const pairs = first_ ? "it is \"SAME\", \"VALID\" or [[0, 0], [0, 0], [top, bottom], [left, right]]"
                                     : "it is \"SAME\", \"VALID\" or [[0, 0], [top, bottom], [left, right], [0, 0]]";
    if (PyUnicode_Check(given.ptr())) {
      auto name = nb::cast<std::string>(given);
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      if (name == "SAME") return nn::same;
      if (name == "VALID") return nn::valid;
      throw ValueError(op_, fmt::format("padding \"{}\"", name), pairs);
    }
    std::vector<std::vector<std::int64_t>> axes;
    for (nb::handle axis : nb::iter(given)) axes.push_back(to_ints(axis));
    const bool right = axes.size() == 4 && std::all_of(axes.begin(), axes.end(), [](const auto& a) { return a.size() == 2; });
    if (!right) throw ValueError(op_, "the padding is no list of four pairs", pairs);
    const std::size_t at = first_ ? 2 : 1;
    return {.height = {axes[at][0], axes[at][1]}, .width = {axes[at + 1][0], axes[at + 1][1]}};
  }

 private:
  const char* op_;
  bool first_ = false;
};

nn::Conv2dOptions conv_options(const Layout& layout, nb::handle strides, nb::handle padding, nb::handle dilations) {
  nn::Conv2dOptions options{.strides = layout.pair(strides), .padding = layout.padding(padding)};
  if (!dilations.is_none()) options.dilations = layout.pair(dilations);
  return options;
}

nb::object conv2d(nb::handle input, nb::handle filters, nb::handle strides, nb::handle padding, nb::handle data_format, nb::handle dilations,
                  nb::handle) {
  const Where where = caller();
  const Layout layout("conv2d", data_format);
  const nn::Conv2dOptions options = conv_options(layout, strides, padding, dilations);
  const Tensor x = to_tensor(input, where), f = to_tensor_like(filters, x.dtype(), where);
  return wrap(unlocked(kWorthUnlocking, [&] { return layout.back(nn::conv2d(layout.turned(x, where), f, options, where), where); }));
}

nb::object conv2d_transpose(nb::handle input, nb::handle filters, nb::handle output_shape, nb::handle strides, nb::handle padding,
                            nb::handle data_format, nb::handle dilations, nb::handle) {
  const Where where = caller();
  const Layout layout("conv2d_transpose", data_format);
  const nn::Conv2dOptions options = conv_options(layout, strides, padding, dilations);
  const Tensor x = to_tensor(input, where), f = to_tensor_like(filters, x.dtype(), where);
  const Shape shape = layout.turned(to_shape(output_shape));
  return wrap(unlocked(kWorthUnlocking, [&] { return layout.back(nn::conv2d_transpose(layout.turned(x, where), f, shape, options, where), where); }));
}

template <Tensor (*F)(const Tensor&, const std::array<std::int64_t, 2>&, const nn::Pool2dOptions&, Where)>
nb::object pool(nb::handle input, nb::handle ksize, nb::handle strides, nb::handle padding, nb::handle data_format, nb::handle) {
  const Where where = caller();
  const Layout layout(F == nn::max_pool2d ? "max_pool2d" : "avg_pool2d", data_format);
  const Tensor x = to_tensor(input, where);
  const std::array<std::int64_t, 2> window = layout.pair(ksize);
  nn::Pool2dOptions options{.strides = {1, 1}, .padding = layout.padding(padding)};
  if (!strides.is_none()) options.strides = layout.pair(strides);
  return wrap(unlocked(x.size(), [&] { return layout.back(F(layout.turned(x, where), window, options, where), where); }));
}

template <Tensor (*F)(const Tensor&, std::int64_t, Where)>
nb::object blocks(nb::handle input, nb::handle block_size, nb::handle data_format, nb::handle) {
  const Where where = caller();
  const Layout layout(F == nn::space_to_depth ? "space_to_depth" : "depth_to_space", data_format);
  return wrap(layout.back(F(layout.turned(to_tensor(input, where), where), to_int(block_size), where), where));
}

}  // namespace

void bind_conv(nb::module_& m) {
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
}

}  // namespace whygrad::python
