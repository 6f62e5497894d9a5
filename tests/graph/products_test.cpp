// What passes do to products changes no bit: steps that use the same weights many times give the same traced as op by op.
#include "tensor/build.hpp"

#include <whygrad/whygrad.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace whygrad {
namespace {

std::vector<std::byte> bytes_of(const Tensor& t) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(t.size()) * size_of(t.dtype()));
  internal::copy_elements(t, bytes.data());
  return bytes;
}

struct Sizes {
  std::int64_t batch, units;
  DType dtype = float32;
};

class Recurrent : public ::testing::TestWithParam<Sizes> {};
// Products of few rows and of many, small ones and such as one thread does not do alone, and more than 128 terms.
INSTANTIATE_TEST_SUITE_P(
    , Recurrent, ::testing::Values(Sizes{3, 5}, Sizes{12, 96}, Sizes{16, 160}, Sizes{48, 128}, Sizes{64, 64}, Sizes{130, 40}, Sizes{16, 96, float64}),
    [](const auto& p) { return std::to_string(p.param.batch) + "x" + std::to_string(p.param.units) + (p.param.dtype == float64 ? "InF64" : ""); });

TEST_P(Recurrent, StepsGiveTheBitsOfTheirOps) {
  const auto [batch, units, dtype] = GetParam();
  random::set_seed(1);
  const auto draw = [d = dtype](const Shape& shape) { return random::normal(shape, {.stddev = 0.3, .dtype = d}); };
  const Tensor z = draw({batch, 9, 2 * units}), start = draw({batch, units});
  const Variable weights(draw({units, 2 * units}));
  const auto step = [&](const Tensor& from, const Tensor& state) {
    GradientTape tape;
    tape.watch(from);
    Tensor h = state;
    for (const Tensor& at : unstack(from, 1)) {
      const std::vector<Tensor> gates = split(at + matmul(h, weights), 2, -1);
      h = h * sigmoid(gates[0]) + tanh(gates[1]);
    }
    const Gradients gradients = tape.gradient(reduce_sum(square(h)), {from, weights});
    return std::vector<Tensor>{h, *gradients[0], *gradients[1]};
  };
  const std::vector<Tensor> op_by_op = step(z, start), traced = function(step)(z, start);
  for (std::size_t i = 0; i < op_by_op.size(); ++i) EXPECT_EQ(bytes_of(traced[i]), bytes_of(op_by_op[i])) << "result " << i;
}

}  // namespace
}  // namespace whygrad
