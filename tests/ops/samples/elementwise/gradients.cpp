// The gradients that are ops: f(dy, v) with v the output or the input of the op whose gradient it is.
#include "ops/elementwise/gradients.hpp"

#include "ops/samples/samples.hpp"

#include <cmath>

namespace whygrad::samples {
namespace {

struct Row {
  const char* op;
  Tensor (*run)(const Tensor& dy, const Tensor& v, Where);
  double (*reference)(double dy, double v);
  double low, high;  // of v
  std::vector<double> kinks;
};

constexpr double kScale = 1.0507009873554805, kAlpha = 1.6732632423543772;
double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }

const Row kRows[] = {
    {"sqrt_grad", internal::sqrt_grad, [](double dy, double y) { return dy / (2 * y); }, 0.5, 2, {}},
    {"rsqrt_grad", internal::rsqrt_grad, [](double dy, double y) { return -dy * y * y * y / 2; }, 0.5, 2, {}},
    {"reciprocal_grad", internal::reciprocal_grad, [](double dy, double y) { return -dy * y * y; }, 0.5, 2, {}},
    {"sigmoid_grad", internal::sigmoid_grad, [](double dy, double y) { return dy * y * (1 - y); }, 0.1, 0.9, {}},
    {"tanh_grad", internal::tanh_grad, [](double dy, double y) { return dy * (1 - y * y); }, -0.9, 0.9, {}},
    {"relu_grad", internal::relu_grad, [](double dy, double v) { return v > 0 ? dy : 0; }, -2, 2, {0}},
    {"relu6_grad", internal::relu6_grad, [](double dy, double v) { return v > 0 && v < 6 ? dy : 0; }, -2, 8, {0, 6}},
    {"softplus_grad", internal::softplus_grad, [](double dy, double x) { return dy * sigmoid_of(x); }, -2, 2, {}},
    {"elu_grad", internal::elu_grad, [](double dy, double y) { return y < 0 ? dy * (y + 1) : dy; }, -0.9, 2, {0}},
    {"selu_grad", internal::selu_grad, [](double dy, double y) { return y < 0 ? dy * (y + kScale * kAlpha) : dy * kScale; }, -1.5, 2, {0}},
    {"softsign_grad", internal::softsign_grad, [](double dy, double x) { return dy / ((1 + std::abs(x)) * (1 + std::abs(x))); }, -2, 2, {0}},
};

const Samples kSamples([](SampleList& list) {
  for (const Row& row : kRows) {
    list.add({.op = row.op,
              .inputs = {uniform({3, 4}, 0.5, 2, 1), uniform({3, 4}, row.low, row.high, 2, row.kinks)},
              .run = [&row](const Inputs& x) { return outputs(row.run(x[0], x[1], Where::here())); },
              .expected = [&row](const Arrays& x) { return Arrays{map(row.reference, x[0], x[1])}; }});
    list.refuse({.op = row.op, .fragment = "do not mix", .call = [&row] { row.run(uniform({2}), integers({2}, 0, 1), Where::here()); }});
  }
});

}  // namespace
}  // namespace whygrad::samples
