// Convolution and pooling.
#include "ops/conv/pool.hpp"
#include "ops/samples/places.hpp"

#include <whygrad/ops/conv.hpp>

#include <algorithm>
#include <limits>

namespace whygrad::samples {
namespace {

using nn::Activation;
using nn::Conv2dOptions;
using nn::Padding;
using nn::Pool2dOptions;

// TensorFlow's arithmetic of one axis: how many windows there are, and how far the first reaches over the border.
struct Axis {
  std::int64_t count, before;
};
Axis axis_of(const Padding& padding, std::size_t axis, std::int64_t extent, std::int64_t window, std::int64_t stride) {
  const auto amounts = axis == 0 ? padding.height : padding.width;
  if (padding.kind == Padding::Kind::kSame) {
    const std::int64_t count = (extent + stride - 1) / stride;
    return {count, std::max<std::int64_t>((count - 1) * stride + window - extent, 0) / 2};
  }
  return {(extent + amounts[0] + amounts[1] - window) / stride + 1, amounts[0]};
}

// Calls visit(result place, image place, filter place) for every product that a convolution adds up.
template <class Visit>
Shape each_product(const Shape& x, const Shape& f, const Conv2dOptions& o, Visit&& visit) {
  const Axis rows = axis_of(o.padding, 0, x[1], (f[0] - 1) * o.dilations[0] + 1, o.strides[0]);
  const Axis columns = axis_of(o.padding, 1, x[2], (f[1] - 1) * o.dilations[1] + 1, o.strides[1]);
  const std::int64_t groups = x[3] / f[2], per_group = f[3] / groups;
  const Shape out = {x[0], rows.count, columns.count, f[3]};
  by_place({out[0], out[1], out[2], out[3], f[0], f[1], f[2]}, [&](const Place& p) {
    const std::int64_t h = p[1] * o.strides[0] + p[4] * o.dilations[0] - rows.before,
                       w = p[2] * o.strides[1] + p[5] * o.dilations[1] - columns.before;
    if (h >= 0 && h < x[1] && w >= 0 && w < x[2]) {
      visit(Place{p[0], p[1], p[2], p[3]}, Place{p[0], h, w, p[3] / per_group * f[2] + p[6]}, Place{p[4], p[5], p[6], p[3]});
    }
    return 0.0;
  });
  return out;
}

std::size_t index_of(const Shape& shape, const Place& p) {
  return static_cast<std::size_t>(((p[0] * shape[1] + p[1]) * shape[2] + p[2]) * shape[3] + p[3]);
}
Array zeros_of(const Shape& shape) { return {shape, std::vector<double>(static_cast<std::size_t>(shape.size()))}; }

Array convolved(const Array& x, const Array& f, const Conv2dOptions& o) {
  Array y = zeros_of(each_product(x.shape, f.shape, o, [](auto&&...) {}));
  each_product(x.shape, f.shape, o, [&](const Place& p, const Place& q, const Place& r) { y.values[index_of(y.shape, p)] += at(x, q) * at(f, r); });
  return y;
}
Array image_gradient(const Array& dy, const Array& f, const Shape& x, const Conv2dOptions& o) {
  Array dx = zeros_of(x);
  each_product(x, f.shape, o, [&](const Place& p, const Place& q, const Place& r) { dx.values[index_of(x, q)] += at(dy, p) * at(f, r); });
  return dx;
}
Array filter_gradient(const Array& x, const Array& dy, const Shape& f, const Conv2dOptions& o) {
  Array df = zeros_of(f);
  each_product(x.shape, f, o, [&](const Place& p, const Place& q, const Place& r) { df.values[index_of(f, r)] += at(dy, p) * at(x, q); });
  return df;
}

void add_conv(SampleList& list, const Shape& x, const Shape& f, const Conv2dOptions& o) {
  const Shape y = each_product(x, f, o, [](auto&&...) {});
  list.add({.op = "conv2d",
            .inputs = {uniform(x), uniform(f, -2, 2, 2)},
            .run = [o](const Inputs& in) { return outputs(nn::conv2d(in[0], in[1], o)); },
            .expected = [o](const Arrays& in) { return Arrays{convolved(in[0], in[1], o)}; }});
  list.add({.op = "conv2d_transpose",
            .inputs = {uniform(y), uniform(f, -2, 2, 2)},
            .run = [o, x](const Inputs& in) { return outputs(nn::conv2d_transpose(in[0], in[1], x, o)); },
            .expected = [o, x](const Arrays& in) { return Arrays{image_gradient(in[0], in[1], x, o)}; }});
  list.add({.op = "conv2d_backprop_filter",
            .inputs = {uniform(x), uniform(y, -2, 2, 2)},
            .run = [o, f](const Inputs& in) { return outputs(nn::conv2d_backprop_filter(in[0], f, in[1], o)); },
            .expected = [o, f](const Arrays& in) { return Arrays{filter_gradient(in[0], in[1], f, o)}; }});
}

void add_conv_bias(SampleList& list, Activation activation) {
  const bool relu = activation == Activation::kRelu;
  const char* name = relu ? "conv2d_bias_relu" : "conv2d_bias";
  const Conv2dOptions o{.padding = nn::same};
  list.add({.op = name,
            .inputs = {uniform({2, 3, 4, 2}), uniform({2, 3, 2, 3}, -2, 2, 2), uniform({3}, -2, 2, 3)},
            .run = [=](const Inputs& in) { return outputs(nn::conv2d_bias(in[0], in[1], in[2], o, activation)); },
            .expected =
                [=](const Arrays& in) {
                  Array y = convolved(in[0], in[1], o);
                  for (std::size_t i = 0; i < y.values.size(); ++i) {
                    y.values[i] += in[2].values[i % 3];
                    if (relu) y.values[i] = std::max(y.values[i], 0.0);
                  }
                  return Arrays{y};
                }});
  list.refuse({.op = name, .fragment = "bias must be [3]", .call = [=] {
                 nn::conv2d_bias(uniform({1, 3, 3, 1}), uniform({2, 2, 1, 3}), uniform({2}), {}, activation);
               }});
}

void add_conv(SampleList& list) {
  add_conv(list, {2, 4, 5, 2}, {3, 2, 2, 3}, {});
  add_conv(list, {1, 5, 6, 2}, {3, 3, 2, 2}, {.padding = nn::same});
  add_conv(list, {1, 5, 6, 1}, {2, 3, 1, 2}, {.strides = {2, 3}, .padding = nn::same});
  add_conv(list, {1, 4, 4, 2}, {2, 2, 2, 2}, {.strides = {2, 1}, .padding = {.height = {1, 0}, .width = {2, 1}}});
  add_conv(list, {1, 6, 5, 1}, {2, 2, 1, 2}, {.padding = nn::same, .dilations = {2, 3}});
  add_conv(list, {1, 3, 3, 4}, {2, 2, 2, 4}, {});
  add_conv(list, {1, 3, 3, 3}, {2, 2, 1, 6}, {.padding = nn::same});
  add_conv_bias(list, Activation::kNone);
  add_conv_bias(list, Activation::kRelu);

  const auto conv = [](const Shape& x, const Shape& f, const Conv2dOptions& o = {}) { return [=] { nn::conv2d(uniform(x), uniform(f), o); }; };
  list.refuse({.op = "conv2d", .fragment = "x has rank 3", .call = conv({4, 4, 1}, {2, 2, 1, 1})});
  list.refuse({.op = "conv2d", .fragment = "the image has 3 channels, filters are [.., .., 2, 4]", .call = conv({1, 4, 4, 3}, {2, 2, 2, 4})});
  list.refuse({.op = "conv2d", .fragment = "the image has 4 channels, filters are [.., .., 2, 3]", .call = conv({1, 4, 4, 4}, {2, 2, 2, 3})});
  list.refuse({.op = "conv2d", .fragment = "a window of 5 does not fit into a width of 4", .call = conv({1, 9, 4, 1}, {5, 5, 1, 1})});
  list.refuse(
      {.op = "conv2d", .fragment = "a window of 5 does not fit into a height of 4", .call = conv({1, 4, 9, 1}, {3, 3, 1, 1}, {.dilations = {2, 1}})});
  list.refuse({.op = "conv2d", .fragment = "strides are {0, 1}", .call = conv({1, 4, 4, 1}, {2, 2, 1, 1}, {.strides = {0, 1}})});
  list.refuse(
      {.op = "conv2d", .fragment = "the padding of the width is {-1, 0}", .call = conv({1, 4, 4, 1}, {2, 2, 1, 1}, {.padding = {.width = {-1, 0}}})});
  list.refuse({.op = "conv2d", .fragment = "i64 has no meaning here", .call = [] {
                 nn::conv2d(integers({1, 4, 4, 1}, 0, 1), integers({2, 2, 1, 1}, 0, 1));
               }});
  list.refuse({.op = "conv2d_transpose", .fragment = "x must be [1, 3, 3, 2]", .call = [] {
                 nn::conv2d_transpose(uniform({1, 4, 4, 2}), uniform({2, 2, 1, 2}), {1, 4, 4, 1});
               }});
  list.refuse({.op = "conv2d_backprop_filter", .fragment = "dy must be [1, 3, 3, 2]", .call = [] {
                 nn::conv2d_backprop_filter(uniform({1, 4, 4, 1}), {2, 2, 1, 2}, uniform({1, 4, 4, 2}));
               }});
}

// ---- Pooling ----

struct PoolCase {
  Shape x;
  std::array<std::int64_t, 2> window;
  Pool2dOptions options;
  std::array<std::int64_t, 2> strides() const { return options.strides[0] == 0 ? window : options.strides; }
  internal::PoolGradAttrs attrs() const { return {window, strides(), options.padding, x}; }
  Axis axis(std::size_t i) const { return axis_of(options.padding, i, x[1 + static_cast<int>(i)], window[i], strides()[i]); }
  Shape pooled() const { return {x[0], axis(0).count, axis(1).count, x[3]}; }
};

// The places of the image in the window of a result, with their numbers in the window.
std::vector<std::pair<Place, std::int64_t>> window_of(const PoolCase& c, const Place& p) {
  std::vector<std::pair<Place, std::int64_t>> places;
  for (std::int64_t i = 0; i < c.window[0]; ++i) {
    for (std::int64_t j = 0; j < c.window[1]; ++j) {
      const std::int64_t h = p[1] * c.strides()[0] + i - c.axis(0).before, w = p[2] * c.strides()[1] + j - c.axis(1).before;
      if (h >= 0 && h < c.x[1] && w >= 0 && w < c.x[2]) places.push_back({{p[0], h, w, p[3]}, i * c.window[1] + j});
    }
  }
  return places;
}

Arrays maxima(const PoolCase& c, const Array& x) {
  const auto best = [&](const Place& p, bool position) {
    double most = -std::numeric_limits<double>::infinity(), found = -1;
    for (const auto& [place, number] : window_of(c, p)) {
      if (at(x, place) > most) {
        most = at(x, place);
        found = static_cast<double>(number);
      }
    }
    return position ? found : most;
  };
  return {by_place(c.pooled(), [&](const Place& p) { return best(p, false); }), by_place(c.pooled(), [&](const Place& p) { return best(p, true); })};
}

// The image whose element is the sum of `share(place of the result, its number in that window, size of the window)` over the windows that hold it.
Array spread(const PoolCase& c, const std::function<double(const Place&, std::int64_t, std::size_t)>& share) {
  Array image = zeros_of(c.x);
  by_place(c.pooled(), [&](const Place& p) {
    const auto places = window_of(c, p);
    for (const auto& [place, number] : places) image.values[index_of(c.x, place)] += share(p, number, places.size());
    return 0.0;
  });
  return image;
}

void add_pool(SampleList& list, const PoolCase& c) {
  const Tensor image = distinct(c.x), other = uniform(c.x, -2, 2, 2), dy = uniform(c.pooled(), -2, 2, 3);
  list.add({.op = "max_pool2d",
            .inputs = {image},
            .run = [c](const Inputs& in) { return outputs(nn::max_pool2d(in[0], c.window, c.options)); },
            .expected = [c](const Arrays& in) { return Arrays{maxima(c, in[0])[0]}; }});
  list.add({.op = "max_pool2d",
            .inputs = {image},
            .run =
                [c](const Inputs& in) {
                  const auto both = internal::max_pool2d_with_positions(in[0], c.attrs().pool());
                  return std::vector<Tensor>(both.begin(), both.end());
                },
            .expected = [c](const Arrays& in) { return maxima(c, in[0]); },
            .dtypes = {float64, uint8},
            .order = 0});
  // The positions come from an image that stays as it is, made anew at each call.
  const auto positions_here = [c, pixels = image.to_vector<double>(), shape = image.shape()] {
    return internal::max_pool2d_with_positions(constant(pixels, shape), c.attrs().pool())[1];
  };
  list.add({.op = "max_pool2d_grad",
            .inputs = {dy},
            .run = [c, positions_here](const Inputs& in) { return outputs(internal::max_pool2d_grad(in[0], positions_here(), c.attrs())); },
            .expected =
                [c, positions = maxima(c, to_array(image))[1]](const Arrays& in) {
                  return Arrays{spread(c, [&](const Place& p, std::int64_t number, std::size_t) {
                    return static_cast<double>(number) == at(positions, p) ? at(in[0], p) : 0;
                  })};
                }});
  list.add({.op = "max_pool2d_pick",
            .inputs = {other},
            .run = [c, positions_here](const Inputs& in) { return outputs(internal::max_pool2d_pick(in[0], positions_here(), c.attrs())); },
            .expected =
                [c, positions = maxima(c, to_array(image))[1]](const Arrays& in) {
                  return Arrays{by_place(c.pooled(), [&](const Place& p) {
                    double picked = 0;
                    for (const auto& [place, number] : window_of(c, p))
                      picked += static_cast<double>(number) == at(positions, p) ? at(in[0], place) : 0;
                    return picked;
                  })};
                }});
  list.add({.op = "avg_pool2d",
            .inputs = {other},
            .run = [c](const Inputs& in) { return outputs(nn::avg_pool2d(in[0], c.window, c.options)); },
            .expected =
                [c](const Arrays& in) {
                  return Arrays{by_place(c.pooled(), [&](const Place& p) {
                    double sum = 0;
                    const auto places = window_of(c, p);
                    for (const auto& [place, number] : places) sum += at(in[0], place);
                    return sum / static_cast<double>(places.size());
                  })};
                }});
  list.add({.op = "avg_pool2d_grad",
            .inputs = {dy},
            .run = [c](const Inputs& in) { return outputs(internal::avg_pool2d_grad(in[0], c.attrs())); },
            .expected =
                [c](const Arrays& in) {
                  return Arrays{spread(c, [&](const Place& p, std::int64_t, std::size_t size) { return at(in[0], p) / static_cast<double>(size); })};
                }});
}

void add_pool(SampleList& list) {
  add_pool(list, {{2, 4, 6, 3}, {2, 2}, {}});
  add_pool(list, {{1, 5, 5, 2}, {3, 2}, {.strides = {2, 1}, .padding = nn::same}});
  add_pool(list, {{1, 5, 4, 1}, {3, 3}, {.strides = {1, 2}, .padding = {.height = {1, 2}, .width = {0, 1}}}});

  list.refuse({.op = "max_pool2d", .fragment = "a window of 3 does not fit into a height of 2", .call = [] {
                 nn::max_pool2d(uniform({1, 2, 4, 1}), {3, 3});
               }});
  list.refuse({.op = "max_pool2d", .fragment = "the extents of the window are {0, 2}", .call = [] {
                 nn::max_pool2d(uniform({1, 2, 4, 1}), {0, 2});
               }});
  list.refuse({.op = "max_pool2d", .fragment = "padding {2, 0} with a window of 2", .call = [] {
                 nn::max_pool2d(uniform({1, 4, 4, 1}), {2, 2}, {.padding = {.height = {2, 0}}});
               }});
  list.refuse({.op = "avg_pool2d", .fragment = "x has rank 2", .call = [] { nn::avg_pool2d(uniform({4, 4}), {2, 2}); }});
  list.refuse({.op = "avg_pool2d", .fragment = "strides are {1, -1}", .call = [] {
                 nn::avg_pool2d(uniform({1, 4, 4, 1}), {2, 2}, {.strides = {1, -1}});
               }});
  const PoolCase c{{1, 4, 4, 1}, {2, 2}, {}};
  const Tensor wrong = uniform({1, 3, 2, 1}), right = uniform({1, 2, 2, 1});
  list.refuse({.op = "avg_pool2d_grad", .fragment = "dy must be [1, 2, 2, 1]", .call = [=] { internal::avg_pool2d_grad(wrong, c.attrs()); }});
  list.refuse({.op = "max_pool2d_grad", .fragment = "dy must be [1, 2, 2, 1]", .call = [=] { internal::max_pool2d_grad(wrong, right, c.attrs()); }});
  list.refuse(
      {.op = "max_pool2d_grad", .fragment = "positions are f64, not u8", .call = [=] { internal::max_pool2d_grad(right, right, c.attrs()); }});
  list.refuse({.op = "max_pool2d_pick", .fragment = "x must be [1, 4, 4, 1]", .call = [=] { internal::max_pool2d_pick(wrong, right, c.attrs()); }});
}

const Samples kSamples([](SampleList& list) {
  add_conv(list);
  add_pool(list);
});

}  // namespace
}  // namespace whygrad::samples
