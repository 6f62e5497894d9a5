// Area: recompute_grad, and what tapes keep.
#include <whygrad/autodiff/recompute.hpp>

#include "autodiff/tape_test.hpp"
#include "device/allocator.hpp"

#include <whygrad/autodiff/forward.hpp>

#include <cmath>

namespace whygrad::testing {
namespace {

constexpr std::size_t kBytes = 256 * 1024;

// The memory that stays in use when `layers` calls of `layer` have run under a tape.
template <class Layer>
std::size_t kept(int layers, const Layer& layer) {
  const Tensor x = fill({kBytes / 4}, 0.5, float32);
  const std::size_t before = device::allocator_stats().live_bytes;
  GradientTape tape;
  tape.watch(x);
  Tensor y = x;
  for (int i = 0; i < layers; ++i) y = layer(y);
  const std::size_t after = device::allocator_stats().live_bytes;
  EXPECT_TRUE(tape.gradient(y, x));
  return after - before;
}

Tensor block(const Tensor& x) {
  Tensor y = x;
  for (int i = 0; i < 8; ++i) y = sin(y) * y;
  return y;
}

TEST(Recompute, KeepsTheInputsAlone) {
  const std::size_t plain = kept(6, block), again = kept(6, [](const Tensor&x) { return recompute_grad(block, x); });
  EXPECT_GE(plain, std::size_t{6} * 8 * 2 * kBytes - 2 * kBytes);
  EXPECT_LE(again, std::size_t{7} * kBytes) << "of each call its input";
}

TEST(Recompute, HasTheSameDerivatives) {
  const Tensor x = cast(c(std::vector<float>{0.3f, -0.7f}), float64);
  const auto f = [](const Tensor& t) { return sin(t) * exp(t); };
  const auto g = [&f](const Tensor& t) { return recompute_grad(f, t); };
  const auto derivatives = [&x](const std::function<Tensor(const Tensor&)>& function) {
    GradientTape third, second, first;
    for (GradientTape* tape : {&third, &second, &first}) tape->watch(x);
    const Tensor y = function(x), d1 = *first.gradient(y, x), d2 = *second.gradient(d1, x), d3 = *third.gradient(d2, x);
    return std::vector<std::vector<double>>{d1.to_vector<double>(), d2.to_vector<double>(), d3.to_vector<double>()};
  };
  const auto plain = derivatives(f), again = derivatives(g);
  for (std::size_t order = 0; order < 3; ++order) {
    for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(plain[order][i], again[order][i], 1e-12) << order;
  }
  ForwardAccumulator forward(x, ones({2}, float64));
  const std::vector<double> tangent = forward.jvp(g(x))->to_vector<double>();
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(tangent[i], plain[0][i], 1e-12);
}

TEST(Recompute, VariablesHaveTheirGradients) {
  const Variable w = variable(3.0f);
  const Tensor x = c(2.0f);
  GradientTape outer, tape;
  for (GradientTape* t : {&outer, &tape}) t->watch(x);
  const Tensor y = recompute_grad([&w](const Tensor& t) { return t * t * w.value() * w.value(); }, x);
  const Gradients g = tape.gradient(y, {x, w});
  EXPECT_FLOAT_EQ(f(g[0]), 36);
  EXPECT_FLOAT_EQ(f(g[1]), 24);
  EXPECT_FLOAT_EQ(f(outer.gradient(*g[1], w)), 8);
}

// y = x^2 v^3 by a rule of its own, which reads the variable: derivatives by the variable to the third order.
TEST(Recompute, CustomGradientsWithVariablesAtAnyOrder) {
  const Variable v = variable(2.0f);
  const Tensor x = c(3.0f);
  GradientTape third, second, first;
  const auto many = [&v](const std::vector<Tensor>& in) {
    CustomResult result{.outputs = {in[0] * in[0] * v.value() * v.value() * v.value()}};
    result.backward_with_variables = [x = in[0]](const std::vector<Tensor>& dys, const std::vector<Variable>& variables) {
      const Tensor w = variables[0].value();
      return CustomGradients{{dys[0] * 2.0f * x * w * w * w}, {dys[0] * 3.0f * x * x * w * w}};
    };
    return result;
  };
  const Tensor y = custom_gradient(many, {x})[0];
  const Gradient d1 = first.gradient(y, v), d2 = second.gradient(*d1, v), d3 = third.gradient(*d2, v);
  EXPECT_FLOAT_EQ(f(d1), 3 * 9 * 4);
  EXPECT_FLOAT_EQ(f(d2), 6 * 9 * 2);
  EXPECT_FLOAT_EQ(f(d3), 6 * 9);
}

}  // namespace
}  // namespace whygrad::testing
