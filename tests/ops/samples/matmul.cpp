// Matrix products.
#include "ops/samples/places.hpp"

#include <whygrad/ops/matmul.hpp>

#include <algorithm>

namespace whygrad::samples {
namespace {

// a @ b, leading axes broadcast; a flag says that an operand lies transposed.
Array product(const Array& a, const Array& b, const MatmulOptions& flags = {}) {
  const Array &longer = a.shape.rank() >= b.shape.rank() ? a : b, &shorter = a.shape.rank() >= b.shape.rank() ? b : a;
  Shape shape = longer.shape;
  for (int i = 2; i < shorter.shape.rank(); ++i) shape[shape.rank() - 1 - i] = std::max(shape.back(i), shorter.shape.back(i));
  shape[shape.rank() - 2] = a.shape.back(flags.transpose_a ? 0 : 1);
  shape[shape.rank() - 1] = b.shape.back(flags.transpose_b ? 1 : 0);
  const auto element = [](const Array& m, const Place& p, std::int64_t row, std::int64_t column, bool transposed) {
    Place q(p.end() - m.shape.rank(), p.end());
    for (int i = 0; i < m.shape.rank() - 2; ++i) {
      if (m.shape[i] == 1) q[static_cast<std::size_t>(i)] = 0;
    }
    q[q.size() - 2] = transposed ? column : row;
    q[q.size() - 1] = transposed ? row : column;
    return at(m, q);
  };
  return by_place(shape, [&](const Place& p) {
    double sum = 0;
    for (std::int64_t k = 0; k < a.shape.back(flags.transpose_a ? 1 : 0); ++k) {
      sum += element(a, p, p[p.size() - 2], k, flags.transpose_a) * element(b, p, k, p.back(), flags.transpose_b);
    }
    return sum;
  });
}

void add_matmul(SampleList& list, const Shape& a, const Shape& b, const MatmulOptions& options = {}) {
  list.add({.op = "matmul",
            .inputs = {uniform(a), uniform(b, -2, 2, 2)},
            .run = [options](const Inputs& x) { return outputs(matmul(x[0], x[1], options)); },
            .expected = [options](const Arrays& x) { return Arrays{product(x[0], x[1], options)}; }});
}

void add_matmul(SampleList& list) {
  add_matmul(list, {3, 4}, {4, 2});
  add_matmul(list, {4, 3}, {4, 2}, {.transpose_a = true});
  add_matmul(list, {3, 4}, {2, 4}, {.transpose_b = true});
  add_matmul(list, {4, 3}, {2, 4}, {.transpose_a = true, .transpose_b = true});
  add_matmul(list, {2, 3, 4}, {2, 4, 2});
  add_matmul(list, {2, 1, 3, 4}, {3, 4, 2});
  add_matmul(list, {3, 4}, {2, 4, 2});
  add_matmul(list, {2, 3, 4}, {4, 2});
  add_matmul(list, {2, 3, 4}, {2, 4}, {.transpose_b = true});
  add_matmul(list, {2, 4, 3}, {4, 2}, {.transpose_a = true});
  add_matmul(list, {2, 4, 3}, {2, 2, 4}, {.transpose_a = true, .transpose_b = true});
  add_matmul(list, {2, 3, 0}, {0, 2});
  add_matmul(list, {2, 0}, {0, 3});
  add_matmul(list, {0, 3, 4}, {4, 2});

  // (a + bi)(c + di), column by column of parts.
  list.add({.op = "matmul",
            .inputs = {complex_numbers({2, 3}), complex_numbers({3, 2}, 2)},
            .run = [](const Inputs& x) { return outputs(matmul(x[0], x[1])); },
            .expected =
                [](const Arrays& x) {
                  return Arrays{by_place({2, 2, 2}, [&](const Place& p) {
                    double sum = 0;
                    for (std::int64_t k = 0; k < 3; ++k) {
                      const double a = at(x[0], {p[0], k, 0}), b = at(x[0], {p[0], k, 1}), c = at(x[1], {k, p[1], 0}), d = at(x[1], {k, p[1], 1});
                      sum += p[2] == 0 ? a * c - b * d : a * d + b * c;
                    }
                    return sum;
                  })};
                }});
  list.add({.op = "matmul",
            .inputs = {integers({2, 3}, -5, 5), integers({3, 2}, -5, 5, 2)},
            .run = [](const Inputs& x) { return outputs(matmul(x[0], x[1])); },
            .expected = [](const Arrays& x) { return Arrays{product(x[0], x[1])}; }});

  list.refuse({.op = "matmul", .fragment = "the columns of a, 4, must equal the rows of b, 3 (a is f64[3, 4], b is f64[3, 4])", .call = [] {
                 matmul(uniform({3, 4}), uniform({3, 4}));
               }});
  list.refuse({.op = "matmul", .fragment = "the rows of a, 3, must equal the columns of b, 4", .call = [] {
                 matmul(uniform({3, 4}), uniform({3, 4}), {.transpose_a = true, .transpose_b = true});
               }});
  list.refuse({.op = "matmul", .fragment = "b has rank 1", .call = [] { matmul(uniform({3, 4}), uniform({4})); }});
  list.refuse({.op = "matmul", .fragment = "shapes [2] and [3] do not broadcast", .call = [] { matmul(uniform({2, 3, 4}), uniform({3, 4, 3})); }});
  list.refuse({.op = "matmul", .fragment = "f64 and i64 do not mix", .call = [] { matmul(uniform({2, 2}), integers({2, 2}, 0, 1)); }});
  list.refuse({.op = "matmul", .fragment = "bool has no meaning here", .call = [] { matmul(booleans({2, 2}), booleans({2, 2})); }});
}

Array plus_bias(Array y, const Array& bias) {
  for (std::size_t i = 0; i < y.values.size(); ++i) y.values[i] += bias.values[i % bias.values.size()];
  return y;
}

void add_dense(SampleList& list, const Shape& x, nn::Activation activation) {
  const bool relu = activation == nn::Activation::kRelu;
  list.add({.op = relu ? "dense_relu" : "dense",
            .inputs = {uniform(x), uniform({4, 3}, -2, 2, 2), uniform({3}, -2, 2, 3)},
            .run = [activation](const Inputs& in) { return outputs(nn::dense(in[0], in[1], in[2], activation)); },
            .expected =
                [relu](const Arrays& in) {
                  const Array rows{in[0].shape.rank() == 1 ? Shape{1, 4} : in[0].shape, in[0].values};
                  Array y = plus_bias(product(rows, in[1]), in[2]);
                  if (relu) y = map([](double v) { return std::max(v, 0.0); }, y);
                  if (in[0].shape.rank() == 1) y.shape = {3};
                  return Arrays{y};
                }});
}

const Samples kSamples([](SampleList& list) {
  add_matmul(list);
  for (const nn::Activation activation : {nn::Activation::kNone, nn::Activation::kRelu}) {
    for (const Shape& x : {Shape{5, 4}, Shape{4}, Shape{2, 3, 4}, Shape{0, 4}}) add_dense(list, x, activation);
    const char* name = activation == nn::Activation::kRelu ? "dense_relu" : "dense";
    list.refuse({.op = name, .fragment = "x must be [..., k] and w [k, n]", .call = [activation] {
                   nn::dense(uniform({2, 3}), uniform({4, 3}), uniform({3}), activation);
                 }});
    list.refuse({.op = name, .fragment = "bias must be [3]", .call = [activation] {
                   nn::dense(uniform({2, 4}), uniform({4, 3}), uniform({4}), activation);
                 }});
    list.refuse({.op = name, .fragment = "i64 has no meaning here", .call = [activation] {
                   nn::dense(integers({2, 4}, 0, 1), integers({4, 3}, 0, 1), integers({3}, 0, 1), activation);
                 }});
  }
  list.add({.op = "bias_add",
            .inputs = {uniform({2, 3, 4}), uniform({4}, -2, 2, 2)},
            .run = [](const Inputs& x) { return outputs(nn::bias_add(x[0], x[1])); },
            .expected = [](const Arrays& x) { return Arrays{plus_bias(x[0], x[1])}; }});
  list.refuse({.op = "bias_add", .fragment = "bias must be [4]", .call = [] { nn::bias_add(uniform({3, 4}), uniform({1})); }});
  list.refuse({.op = "bias_add", .fragment = "x is a scalar", .call = [] { nn::bias_add(uniform({}), uniform({1})); }});
});

}  // namespace
}  // namespace whygrad::samples
