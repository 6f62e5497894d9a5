// Views, parts, joins and padding.
#include "ops/samples/places.hpp"
#include "ops/shape/shape.hpp"

#include <whygrad/ops/shape.hpp>

namespace whygrad::samples {
namespace {

// The first input under another shape.
auto as(const Shape& shape) {
  return [shape](const Arrays& x) { return Arrays{{shape, x[0].values}}; };
}

void add_same_value(SampleList& list) {
  const auto same = [](const Arrays& x) { return Arrays{x[0]}; };
  list.add({.op = "identity", .inputs = {uniform({2, 3})}, .run = [](const Inputs& x) { return outputs(identity(x[0])); }, .expected = same});
  list.add({.op = "read_value", .inputs = {uniform({2, 3})}, .run = [](const Inputs& x) { return outputs(read_value(x[0])); }, .expected = same});
  list.add({.op = "copy", .inputs = {uniform({2, 3})}, .run = [](const Inputs& x) { return outputs(copy(x[0])); }, .expected = same});
  list.add({.op = "copy", .inputs = {uniform({0, 3})}, .run = [](const Inputs& x) { return outputs(copy(x[0])); }, .expected = same});
  list.add(
      {.op = "stop_gradient", .inputs = {uniform({2, 3})}, .run = [](const Inputs& x) { return outputs(stop_gradient(x[0])); }, .expected = same});
  list.refuse({.op = "identity", .fragment = "empty handle", .call = [] { identity({}); }});
  list.refuse({.op = "read_value", .fragment = "empty handle", .call = [] { read_value({}); }});
  list.refuse({.op = "copy", .fragment = "empty handle", .call = [] { copy({}); }});
  list.refuse({.op = "stop_gradient", .fragment = "empty handle", .call = [] { stop_gradient({}); }});
}

void add_reshape(SampleList& list) {
  list.add({.op = "reshape",
            .inputs = {uniform({2, 3, 4})},
            .run =
                [](const Inputs& x) {
                  return outputs(reshape(x[0], {4, -1, 2}));
                },
            .expected = as({4, 3, 2})});
  list.add({.op = "reshape", .inputs = {uniform({1, 1})}, .run = [](const Inputs& x) { return outputs(reshape(x[0], {})); }, .expected = as({})});
  list.add({.op = "reshape",
            .inputs = {uniform({0, 3})},
            .run =
                [](const Inputs& x) {
                  return outputs(reshape(x[0], {3, 0, 2}));
                },
            .expected = as({3, 0, 2})});
  list.refuse({.op = "reshape", .fragment = "[5] has 5 elements, not the 6 of x", .call = [] { reshape(uniform({2, 3}), {5}); }});
  list.refuse({.op = "reshape", .fragment = "extents 0 and 2 are both -1", .call = [] { reshape(uniform({2, 3}), {-1, 2, -1}); }});
  list.refuse({.op = "reshape", .fragment = "do not divide into rows of 4", .call = [] { reshape(uniform({2, 3}), {4, -1}); }});
  list.refuse({.op = "reshape", .fragment = "do not divide into rows of 0", .call = [] { reshape(uniform({0, 3}), {0, -1}); }});

  list.add({.op = "expand_dims",
            .inputs = {uniform({2, 3})},
            .run = [](const Inputs& x) { return outputs(expand_dims(x[0], 1)); },
            .expected = as({2, 1, 3})});
  list.add({.op = "expand_dims",
            .inputs = {uniform({2, 3})},
            .run = [](const Inputs& x) { return outputs(expand_dims(x[0], -1)); },
            .expected = as({2, 3, 1})});
  list.add({.op = "expand_dims", .inputs = {uniform({})}, .run = [](const Inputs& x) { return outputs(expand_dims(x[0], 0)); }, .expected = as({1})});
  list.refuse({.op = "expand_dims", .fragment = "axis 3 is out of range for rank 3", .call = [] { expand_dims(uniform({2, 3}), 3); }});

  list.add(
      {.op = "squeeze", .inputs = {uniform({1, 3, 1, 2})}, .run = [](const Inputs& x) { return outputs(squeeze(x[0])); }, .expected = as({3, 2})});
  list.add({.op = "squeeze",
            .inputs = {uniform({1, 3, 1, 2})},
            .run = [](const Inputs& x) { return outputs(squeeze(x[0], {-2})); },
            .expected = as({1, 3, 2})});
  list.refuse({.op = "squeeze", .fragment = "axis 1 has extent 3", .call = [] { squeeze(uniform({1, 3}), {1}); }});
}

void add_axes(SampleList& list) {
  list.add({.op = "transpose",
            .inputs = {uniform({2, 3})},
            .run = [](const Inputs& x) { return outputs(transpose(x[0])); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({3, 2}, [&](const Place& p) { return at(x[0], {p[1], p[0]}); })};
                }});
  list.add({.op = "transpose",
            .inputs = {uniform({2, 3, 4})},
            .run =
                [](const Inputs& x) {
                  return outputs(transpose(x[0], {2, 0, -2}));
                },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({4, 2, 3}, [&](const Place& p) { return at(x[0], {p[1], p[2], p[0]}); })};
                }});
  list.refuse({.op = "transpose", .fragment = "perm [0] names 1 axes, x has 2", .call = [] { transpose(uniform({2, 3}), {0}); }});
  list.refuse({.op = "transpose", .fragment = "names axis 1 twice", .call = [] { transpose(uniform({2, 3}), {1, 1}); }});
  list.refuse({.op = "transpose", .fragment = "axis 2 is out of range", .call = [] { transpose(uniform({2, 3}), {2, 0}); }});

  list.add({.op = "broadcast_to",
            .inputs = {uniform({3, 1})},
            .run =
                [](const Inputs& x) {
                  return outputs(broadcast_to(x[0], {2, 3, 4}));
                },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({2, 3, 4}, [&](const Place& p) { return at(x[0], {p[1], 0}); })};
                }});
  list.add({.op = "broadcast_to",
            .inputs = {uniform({1})},
            .run = [](const Inputs& x) { return outputs(broadcast_to(x[0], {0})); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{0}, {}}};
                }});
  list.refuse({.op = "broadcast_to", .fragment = "[3] does not broadcast to [3, 2]", .call = [] { broadcast_to(uniform({3}), {3, 2}); }});
  list.refuse({.op = "broadcast_to", .fragment = "[1, 3] does not broadcast to [3]", .call = [] { broadcast_to(uniform({1, 3}), {3}); }});

  list.add({.op = "reverse",
            .inputs = {uniform({2, 3, 4})},
            .run =
                [](const Inputs& x) {
                  return outputs(reverse(x[0], {0, -1}));
                },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({2, 3, 4}, [&](const Place& p) { return at(x[0], {1 - p[0], p[1], 3 - p[2]}); })};
                }});
  list.refuse({.op = "reverse", .fragment = "axis -2 is named twice", .call = [] { reverse(uniform({2, 3}), {0, -2}); }});
}

void add_slices(SampleList& list) {
  list.add({.op = "slice",
            .inputs = {uniform({3, 5})},
            .run =
                [](const Inputs& x) {
                  return outputs(slice(x[0], {1, 2}, {1, -1}));
                },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({1, 3}, [&](const Place& p) { return at(x[0], {p[0] + 1, p[1] + 2}); })};
                }});
  list.add({.op = "slice",
            .inputs = {uniform({3, 5})},
            .run =
                [](const Inputs& x) {
                  return outputs(slice(x[0], {3, 0}, {0, 5}));
                },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{0, 5}, {}}};
                }});
  list.refuse({.op = "slice", .fragment = "3 elements from 1 on axis 0 leave x, f64[3, 5]", .call = [] { slice(uniform({3, 5}), {1, 0}, {3, 1}); }});
  list.refuse({.op = "slice", .fragment = "begin has 1 numbers", .call = [] { slice(uniform({3, 5}), {1}, {1, 1}); }});
  list.refuse({.op = "slice", .fragment = "-1 elements from -1", .call = [] { slice(uniform({3, 5}), {-1, 0}, {-1, 1}); }});

  list.add({.op = "strided_slice",
            .inputs = {uniform({7, 4})},
            .run = [](const Inputs& x) { return outputs(strided_slice(x[0], {1}, {6}, {2})); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({3, 4}, [&](const Place& p) { return at(x[0], {1 + 2 * p[0], p[1]}); })};
                }});
  list.add({.op = "strided_slice",
            .inputs = {uniform({7, 4})},
            .run =
                [](const Inputs& x) {
                  return outputs(strided_slice(x[0], {-2, 10}, {-7, -10}, {-3, -1}));
                },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({2, 4}, [&](const Place& p) { return at(x[0], {5 - 3 * p[0], 3 - p[1]}); })};
                }});
  list.add({.op = "strided_slice",
            .inputs = {uniform({7})},
            .run = [](const Inputs& x) { return outputs(strided_slice(x[0], {4}, {kToEnd})); },
            .expected = [](const Arrays& x) { return Arrays{by_place({3}, [&](const Place& p) { return at(x[0], {4 + p[0]}); })}; }});
  list.add({.op = "strided_slice",
            .inputs = {uniform({7})},
            .run = [](const Inputs& x) { return outputs(strided_slice(x[0], {5}, {2})); },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{0}, {}}};
                }});
  list.refuse({.op = "strided_slice", .fragment = "the stride of axis 0 is 0", .call = [] { strided_slice(uniform({7}), {0}, {1}, {0}); }});
  list.refuse({.op = "strided_slice", .fragment = "have 2, 1 and 0 numbers", .call = [] { strided_slice(uniform({7, 4}), {0, 0}, {1}); }});

  const internal::Part part{.begin = {1, 3}, .strides = {2, -1}};
  list.add({.op = "slice_grad",
            .inputs = {uniform({2, 3})},
            .run =
                [part](const Inputs& x) {
                  return outputs(internal::slice_grad(x[0], part, {4, 5}));
                },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({4, 5}, [&](const Place& p) {
                    return p[0] % 2 == 1 && p[1] >= 1 && p[1] <= 3 ? at(x[0], {p[0] / 2, 3 - p[1]}) : 0;
                  })};
                }});
  list.refuse({.op = "slice_grad", .fragment = "dy is no part of [4, 3]", .call = [part] { internal::slice_grad(uniform({2, 3}), part, {4, 3}); }});
}

// The part of `a` along axis 1, from `begin` on.
Array columns(const Array& a, std::int64_t begin, std::int64_t count) {
  return by_place({a.shape[0], count}, [&](const Place& p) { return at(a, {p[0], begin + p[1]}); });
}

void add_split(SampleList& list) {
  list.add({.op = "split",
            .inputs = {uniform({2, 6})},
            .run = [](const Inputs& x) { return split(x[0], 3, -1); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{columns(x[0], 0, 2), columns(x[0], 2, 2), columns(x[0], 4, 2)};
                }});
  list.add({.op = "split",
            .inputs = {uniform({2, 6})},
            .run =
                [](const Inputs& x) {
                  return split(x[0], {1, -1, 2}, 1);
                },
            .expected =
                [](const Arrays& x) {
                  return Arrays{columns(x[0], 0, 1), columns(x[0], 1, 3), columns(x[0], 4, 2)};
                }});
  list.refuse({.op = "split", .fragment = "has extent 6, which does not divide into 4 parts", .call = [] { split(uniform({6}), 4); }});
  list.refuse({.op = "split", .fragment = "sizes [2, 3] do not make up the 6 of axis 0", .call = [] { split(uniform({6}), {2, 3}); }});
  list.refuse({.op = "split", .fragment = "sizes [7, -1] do not make up", .call = [] { split(uniform({6}), {7, -1}); }});
  list.refuse({.op = "split", .fragment = "8190 parts", .call = [] { split(uniform({8190}), 8190); }});

  list.add({.op = "unstack",
            .inputs = {uniform({2, 3})},
            .run = [](const Inputs& x) { return unstack(x[0], -1); },
            .expected =
                [](const Arrays& x) {
                  Arrays parts;
                  for (std::int64_t k = 0; k < 3; ++k) parts.push_back({{2}, columns(x[0], k, 1).values});
                  return parts;
                }});
  list.refuse({.op = "unstack", .fragment = "a scalar has no axes", .call = [] { unstack(uniform({})); }});
}

void add_join(SampleList& list) {
  list.add({.op = "concat",
            .inputs = {uniform({2, 3}), uniform({2, 1}, -2, 2, 2), uniform({2, 0}), uniform({2, 2}, -2, 2, 3)},
            .run = [](const Inputs& x) { return outputs(concat(x, -1)); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({2, 6}, [&](const Place& p) {
                    return p[1] < 3 ? at(x[0], p) : p[1] < 4 ? at(x[1], {p[0], p[1] - 3}) : at(x[3], {p[0], p[1] - 4});
                  })};
                }});
  list.refuse({.op = "concat", .fragment = "tensor 0 is f64[2, 3] and tensor 1 is f64[3, 3]", .call = [] {
                 concat({uniform({2, 3}), uniform({3, 3})}, 1);
               }});
  list.refuse({.op = "concat", .fragment = "f64 and i64 do not mix", .call = [] { concat({uniform({2}), integers({2}, 0, 1)}, 0); }});
  list.refuse({.op = "concat", .fragment = "0 inputs given", .call = [] { concat({}, 0); }});

  for (const std::int64_t axis : {0, 1, -1}) {
    list.add({.op = "stack",
              .inputs = {uniform({2, 3}), uniform({2, 3}, -2, 2, 2)},
              .run = [axis](const Inputs& x) { return outputs(stack(x, axis)); },
              .expected =
                  [axis](const Arrays& x) {
                    const auto at_axis = static_cast<std::size_t>(axis < 0 ? 2 : axis);
                    const Shape shape = axis < 0 ? Shape{2, 3, 2} : Shape{2, 2, 3};
                    return Arrays{by_place(shape, [&](const Place& p) {
                      Place rest = p;
                      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at_axis));
                      return at(x[static_cast<std::size_t>(p[at_axis])], rest);
                    })};
                  }});
  }
  list.refuse({.op = "stack", .fragment = "tensor 0 is f64[2] and tensor 1 is f64[3]", .call = [] { stack({uniform({2}), uniform({3})}); }});
}

void add_pad(SampleList& list) {
  list.add({.op = "pad",
            .inputs = {uniform({2, 3})},
            .run =
                [](const Inputs& x) {
                  return outputs(pad(x[0], {{1, 0}, {0, 2}}, {.constant_value = 0.5}));
                },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({3, 5}, [&](const Place& p) { return p[0] == 0 || p[1] > 2 ? 0.5 : at(x[0], {p[0] - 1, p[1]}); })};
                }});
  // Position -1 shows element 1 where the mirror is at the border element, 0 where it is behind it.
  const auto mirrored = [](std::int64_t i, std::int64_t n, std::int64_t border) { return i < 0 ? -i - border : i >= n ? 2 * n - 2 - i + border : i; };
  for (const PadMode mode : {PadMode::kReflect, PadMode::kSymmetric}) {
    list.add({.op = "pad",
              .inputs = {uniform({4, 3})},
              .run =
                  [mode](const Inputs& x) {
                    return outputs(pad(x[0], {{1, 3}, {2, 1}}, {.mode = mode}));
                  },
              .expected =
                  [mode, mirrored](const Arrays& x) {
                    const std::int64_t border = mode == PadMode::kSymmetric ? 1 : 0;
                    return Arrays{by_place({8, 6}, [&](const Place& p) {
                      return at(x[0], {mirrored(p[0] - 1, 4, border), mirrored(p[1] - 2, 3, border)});
                    })};
                  }});
  }
  list.refuse({.op = "pad", .fragment = "1 pairs of paddings", .call = [] { pad(uniform({2, 3}), {{1, 1}}); }});
  list.refuse({.op = "pad", .fragment = "{-1, 0} on axis 0 is negative or beyond measure", .call = [] { pad(uniform({2}), {{-1, 0}}); }});
  list.refuse({.op = "pad", .fragment = "more than the 1 elements that reflect can mirror", .call = [] {
                 pad(uniform({2}), {{0, 2}}, {.mode = PadMode::kReflect});
               }});
  list.refuse({.op = "pad", .fragment = "i64 cannot hold the number 0.5", .call = [] {
                 pad(integers({2}, 0, 1), {{0, 2}}, {.constant_value = 0.5});
               }});

  list.add({.op = "tile",
            .inputs = {uniform({2, 3, 2})},
            .run =
                [](const Inputs& x) {
                  return outputs(tile(x[0], {3, 1, 5}));
                },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({6, 3, 10}, [&](const Place& p) { return at(x[0], {p[0] % 2, p[1], p[2] % 2}); })};
                }});
  list.add({.op = "tile",
            .inputs = {uniform({2, 3})},
            .run =
                [](const Inputs& x) {
                  return outputs(tile(x[0], {0, 2}));
                },
            .expected =
                [](const Arrays&) {
                  return Arrays{{{0, 6}, {}}};
                }});
  list.refuse({.op = "tile", .fragment = "multiples are [2]", .call = [] { tile(uniform({2, 3}), {2}); }});
  list.refuse({.op = "tile", .fragment = "multiples are [-1]", .call = [] { tile(uniform({2}), {-1}); }});
}

const Samples kSamples([](SampleList& list) {
  add_same_value(list);
  add_reshape(list);
  add_axes(list);
  add_slices(list);
  add_split(list);
  add_join(list);
  add_pad(list);
});

}  // namespace
}  // namespace whygrad::samples
