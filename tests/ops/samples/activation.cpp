// Activations and softmax.
#include "ops/activation/softmax.hpp"
#include "ops/samples/unary.hpp"

#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/elementwise.hpp>

#include <cmath>
#include <numbers>
#include <numeric>

namespace whygrad::samples {
namespace {

double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }

const UnaryRow kRows[] = {
    {"relu", nn::relu, [](double x) { return x > 0 ? x : 0; }, -2, 2, {0}},
    {"relu6", nn::relu6, [](double x) { return x < 0   ? 0
                                               : x > 6 ? 6
                                                       : x; }, -2, 8, {0, 6}},
    {"elu", nn::elu, [](double x) { return x > 0 ? x : std::expm1(x); }, -2, 2, {0}},
    {"selu", nn::selu, [](double x) { return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * std::expm1(x)); }, -2, 2, {0}},
    {"silu", nn::silu, [](double x) { return x * sigmoid_of(x); }, -4, 4, {}},
    {"softplus", nn::softplus, [](double x) { return std::log1p(std::exp(x)); }, -4, 4, {}},
    {"softsign", nn::softsign, [](double x) { return x / (1 + std::abs(x)); }, -2, 2, {0}},
};

using Values = std::vector<double>;

double log_sum_exp(const Values& v) {
  double total = 0;
  for (const double x : v) total += std::exp(x);
  return std::log(total);
}
Values log_softmax_of(const Values& v) {
  Values y = v;
  for (double& x : y) x -= log_sum_exp(v);
  return y;
}

Values softmax_of(const Values& v) {
  Values y = log_softmax_of(v);
  for (double& x : y) x = std::exp(x);
  return y;
}
constexpr float kAlpha = 0.25f;  // exact in binary

void add_leaky_relu(SampleList& list) {
  list.add({.op = "leaky_relu",
            .inputs = {uniform({3, 4}, -2, 2, 1, {0})},
            .run = [](const Inputs& x) { return outputs(nn::leaky_relu(x[0], kAlpha)); },
            .expected = [](const Arrays& x) { return Arrays{map([](double v) { return v > 0 ? v : 0.25 * v; }, x[0])}; }});
  list.refuse({.op = "leaky_relu", .fragment = "i64 has no meaning here", .call = [] { nn::leaky_relu(integers({2}, 0, 1)); }});

  list.add({.op = "leaky_relu_grad",
            .inputs = {uniform({3, 4}), uniform({3, 4}, -2, 2, 2, {0})},
            .run =
                [](const Inputs& x) {
                  Tensor dx;
                  const Tensor* inputs[] = {&x[0], &x[1]};
                  apply(*find_op("leaky_relu_grad"), inputs, &kAlpha, sizeof(kAlpha), Where::here(), {&dx, 1});
                  return outputs(dx);
                },
            .expected = [](const Arrays& x) { return Arrays{map([](double dy, double v) { return v > 0 ? dy : 0.25 * dy; }, x[0], x[1])}; }});
  list.refuse({.op = "leaky_relu_grad", .fragment = "i64 has no meaning here", .call = [] {
                 const Tensor x = integers({2}, 0, 1);
                 apply(*find_op("leaky_relu_grad"), {&x, &x}, Where::here(), kAlpha);
               }});
}

void add_softmax(SampleList& list) {
  for (const std::int64_t axis : {-1, 0, 1}) {
    const int at = axis < 0 ? 2 : static_cast<int>(axis);
    list.add({.op = "softmax",
              .inputs = {uniform({2, 3, 4})},
              .run = [axis](const Inputs& x) { return outputs(nn::softmax(x[0], axis)); },
              .expected = [at](const Arrays& x) { return Arrays{along(softmax_of, x[0], at)}; }});
    list.add({.op = "log_softmax",
              .inputs = {uniform({2, 3, 4})},
              .run = [axis](const Inputs& x) { return outputs(nn::log_softmax(x[0], axis)); },
              .expected = [at](const Arrays& x) { return Arrays{along(log_softmax_of, x[0], at)}; }});
  }
  list.refuse({.op = "softmax", .fragment = "a scalar has no axis", .call = [] { nn::softmax(uniform({})); }});
  list.refuse({.op = "softmax", .fragment = "i64 has no meaning here", .call = [] { nn::softmax(integers({2}, 0, 1)); }});
  list.refuse({.op = "softmax", .fragment = "axis", .call = [] { nn::softmax(uniform({2}), 1); }});
  list.refuse({.op = "log_softmax", .fragment = "a scalar has no axis", .call = [] { nn::log_softmax(uniform({})); }});
  list.refuse({.op = "log_softmax", .fragment = "axis", .call = [] { nn::log_softmax(uniform({2}), -2); }});
}

double sum_of_products(const std::vector<double>& a, const std::vector<double>& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

// Row by row of two arrays [2, 4]; `rule` gives dx of one row.
template <class Rule>
Arrays by_rows(const Arrays& x, const Rule& rule) {
  Array out = x[0];
  for (std::size_t row = 0; row < 2; ++row) {
    const std::vector<double> dy(x[0].values.begin() + 4 * static_cast<std::ptrdiff_t>(row),
                                 x[0].values.begin() + 4 * static_cast<std::ptrdiff_t>(row + 1));
    const std::vector<double> y(x[1].values.begin() + 4 * static_cast<std::ptrdiff_t>(row),
                                x[1].values.begin() + 4 * static_cast<std::ptrdiff_t>(row + 1));
    for (std::size_t i = 0; i < 4; ++i) out.values[row * 4 + i] = rule(dy, y, i);
  }
  return {out};
}

void add_gradients(SampleList& list) {
  list.add({.op = "softmax_grad",
            .inputs = {uniform({2, 4}, -2, 2, 1), uniform({2, 4}, 0.1, 0.4, 2)},
            .run = [](const Inputs& x) { return outputs(internal::softmax_grad(x[0], x[1])); },
            .expected =
                [](const Arrays& x) {
                  return by_rows(x, [](const auto& dy, const auto& y, std::size_t i) { return (dy[i] - sum_of_products(dy, y)) * y[i]; });
                }});
  list.refuse({.op = "softmax_grad", .fragment = "dy and y differ", .call = [] { internal::softmax_grad(uniform({2, 3}), uniform({3, 2})); }});

  list.add({.op = "log_softmax_grad",
            .inputs = {uniform({2, 4}, -2, 2, 1), uniform({2, 4}, -3, -0.5, 2)},
            .run = [](const Inputs& x) { return outputs(internal::log_softmax_grad(x[0], x[1])); },
            .expected =
                [](const Arrays& x) {
                  return by_rows(x, [](const auto& dy, const auto& y, std::size_t i) {
                    return dy[i] - std::exp(y[i]) * std::accumulate(dy.begin(), dy.end(), 0.0);
                  });
                }});
  list.refuse({.op = "log_softmax_grad", .fragment = "dy and y differ", .call = [] {
                 internal::log_softmax_grad(uniform({2, 3}), uniform({3, 2}));
               }});
}

const Samples kSamples([](SampleList& list) {
  for (const UnaryRow& row : kRows) add_unary(list, row);
  list.add({.op = "gelu",
            .inputs = {uniform({2, 5}, -3, 3)},
            .run = [](const Inputs& x) { return outputs(nn::gelu(x[0])); },
            .expected = [](const Arrays& x) { return Arrays{map([](double v) { return v / 2 * std::erfc(-v / std::numbers::sqrt2); }, x[0])}; }});
  list.refuse({.op = "gelu", .fragment = "i64 has no meaning here", .call = [] { nn::gelu(integers({2}, 0, 1)); }});
  add_leaky_relu(list);
  add_softmax(list);
  add_gradients(list);
});

}  // namespace
}  // namespace whygrad::samples
