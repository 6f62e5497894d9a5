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

// How rows lie: batch, width, channels (NWC), as the functions take them, or with their channels in front (NCW).
class RowLayout {
 public:
  RowLayout(const char* op, nb::handle data_format) : op_(op) {
    if (data_format.is_none()) return;
    const auto name = nb::cast<std::string>(data_format);
    first_ = name == "NCW";
    if (!first_ && name != "NWC") throw ValueError(op, fmt::format("data_format {}", name), "it is NWC or NCW");
  }
  Tensor turned(const Tensor& x, const Where& where) const { return first_ && x.rank() == 3 ? transpose(x, {0, 2, 1}, where) : x; }

  // One number for the width, or three, in the order of the axes.
  std::int64_t number(nb::handle numbers) const {
    const std::vector<std::int64_t> list = to_ints(numbers);
    if (list.size() == 1) return list[0];
    if (list.size() == 3) return list[first_ ? 2 : 1];
    throw ValueError(op_, fmt::format("{} numbers for the width", list.size()), "give one, or one for each axis");
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

template <Tensor (*F)(const Tensor&, std::int64_t, const nn::Pool1dOptions&, Where)>
nb::object pool_rows(nb::handle input, nb::handle ksize, nb::handle strides, nb::handle padding, nb::handle data_format, nb::handle) {
  const Where where = caller();
  const char* const name = F == nn::max_pool1d ? "max_pool1d" : "avg_pool1d";
  const RowLayout layout(name, data_format);
  const Tensor x = to_tensor(input, where);
  const std::int64_t window = layout.number(ksize);
  const nn::Pool1dOptions options{.stride = strides.is_none() ? 1 : layout.number(strides), .padding = Layout(name, nb::none()).padding(padding)};
  return wrap(unlocked(x.size(), [&] { return layout.turned(F(layout.turned(x, where), window, options, where), where); }));
}

// Of rows or of images.
template <auto Rows, auto Images>
nb::object pool_any(nb::handle input, nb::handle ksize, nb::handle strides, nb::handle padding, nb::handle data_format, nb::handle name) {
  const nb::object x = wrap(to_tensor(input, caller()));
  return tensor_in(x)->rank() == 3 ? pool_rows<Rows>(x, ksize, strides, padding, data_format, name)
                                   : pool<Images>(x, ksize, strides, padding, data_format, name);
}

nb::object conv_rows(nb::handle input, nb::handle filters, nb::handle stride, nb::handle padding, nb::handle data_format, nb::handle dilations,
                     nb::handle) {
  const Where where = caller();
  const RowLayout layout("conv1d", data_format);
  nn::Conv1dOptions options{.stride = layout.number(stride), .padding = Layout("conv1d", nb::none()).padding(padding)};
  if (!dilations.is_none()) options.dilation = layout.number(dilations);
  const Tensor x = to_tensor(input, where), f = to_tensor_like(filters, x.dtype(), where);
  return wrap(unlocked(kWorthUnlocking, [&] { return layout.turned(nn::conv1d(layout.turned(x, where), f, options, where), where); }));
}

nb::object conv_channels(nb::handle input, nb::handle filter, nb::handle strides, nb::handle padding, nb::handle data_format, nb::handle dilations,
                         nb::handle) {
  const Where where = caller();
  const Layout layout("depthwise_conv2d", data_format);
  const nn::Conv2dOptions options = conv_options(layout, strides, padding, dilations);
  const Tensor x = to_tensor(input, where), f = to_tensor_like(filter, x.dtype(), where);
  return wrap(unlocked(kWorthUnlocking, [&] { return layout.back(nn::depthwise_conv2d(layout.turned(x, where), f, options, where), where); }));
}

nb::object conv_separately(nb::handle input, nb::handle depthwise, nb::handle pointwise, nb::handle strides, nb::handle padding,
                           nb::handle data_format, nb::handle dilations, nb::handle) {
  const Where where = caller();
  const Layout layout("separable_conv2d", data_format);
  const nn::Conv2dOptions options = conv_options(layout, strides, padding, dilations);
  const Tensor x = to_tensor(input, where);
  const Tensor own = to_tensor_like(depthwise, x.dtype(), where), mixture = to_tensor_like(pointwise, x.dtype(), where);
  return wrap(
      unlocked(kWorthUnlocking, [&] { return layout.back(nn::separable_conv2d(layout.turned(x, where), own, mixture, options, where), where); }));
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
  m.def("conv1d", conv_rows, arg("input"), arg("filters"), arg("stride"), arg("padding"), arg("data_format") = "NWC", arg("dilations") = none,
        arg("name") = none, "Rows [n, w, c] with filters [kw, c / groups, o] -> [n, q, o].");
  m.def("depthwise_conv2d", conv_channels, arg("input"), arg("filter"), arg("strides"), arg("padding"), arg("data_format") = none,
        arg("dilations") = none, arg("name") = none, "Each channel with filters of its own: [kh, kw, c, m] -> [n, p, q, c m].");
  m.def("separable_conv2d", conv_separately, arg("input"), arg("depthwise_filter"), arg("pointwise_filter"), arg("strides"), arg("padding"),
        arg("data_format") = none, arg("dilations") = none, arg("name") = none,
        "depthwise_conv2d, and then a mixture of its channels at each place.");
  const auto bind_rows = [&m, &none](const char* name, auto function, nb::handle format, const char* doc) {
    m.def(name, function, arg("input"), arg("ksize"), arg("strides").none(), arg("padding"), arg("data_format") = format, arg("name") = none, doc);
  };
  const nb::str rows("NWC");
  bind_rows("max_pool1d", pool_rows<nn::max_pool1d>, rows, "The largest element of each window of rows: [n, w, c] -> [n, q, c].");
  bind_rows("avg_pool1d", pool_rows<nn::avg_pool1d>, rows, "The mean of each window of rows: [n, w, c] -> [n, q, c].");
  bind_rows("max_pool", pool_any<nn::max_pool1d, nn::max_pool2d>, none, "Of windows of rows [n, w, c] or of images [n, h, w, c].");
  bind_rows("avg_pool", pool_any<nn::avg_pool1d, nn::avg_pool2d>, none, "Of windows of rows [n, w, c] or of images [n, h, w, c].");
}

}  // namespace whygrad::python
