#include "tensor/log.hpp"

#include <whygrad/autodiff/tape.hpp>
#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/random.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace whygrad {
namespace {

using ::testing::ElementsAre;

TEST(Matmul, OfEveryNumberType) {
  for (const DType dtype : {uint8, int8, int16, int32, int64, float16, bfloat16, float32, float64, complex64, complex128}) {
    const Tensor y = matmul(constant({{1, 2}, {3, 4}}, dtype), constant({{1, 0}, {2, 1}}, dtype));
    EXPECT_EQ(y.dtype(), dtype);
    EXPECT_THAT(cast(y, float64).to_vector<double>(), ElementsAre(5, 2, 11, 4)) << name_of(dtype);
  }
}

TEST(Matmul, TakesViewsAsTheyAre) {
  const Tensor a = random::normal({5, 7}, {.seed = 1}), b = random::normal({7, 3}, {.seed = 2});
  const std::vector<float> expected = matmul(a, b).to_vector<float>();
  const Tensor backwards = reverse(copy(reverse(b, {0, 1})), {0, 1}), turned = transpose(copy(transpose(a)));
  const std::vector<float> got = matmul(turned, backwards).to_vector<float>();
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-5);
}

TEST(Matmul, InfTimesZeroIsNan) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(std::isnan(matmul(constant({{kInf}}), constant({{0.0}})).item<float>()));
}

// The gradient rule asks for a product with a transposed operand by a flag, not by a copy or a view.
TEST(Matmul, GradientsTransposeNothing) {
  const Tensor a = ones({2, 3}), b = ones({3, 4});
  const GradientTape onlooker;  // records the ops of the backward pass
  GradientTape tape;
  tape.watch(a);
  tape.watch(b);
  const Tensor loss = reduce_sum(matmul(a, b));
  const ValueId before = internal::Log::mine().next_id();
  tape.gradient(loss, {a, b});
  int products = 0;
  for (ValueId id = before; id < internal::Log::mine().next_id(); ++id) {
    const internal::Record* record = internal::Log::mine().find(id);
    if (record == nullptr || record->op == nullptr) continue;
    products += std::string_view(record->op->name) == "matmul";
    EXPECT_STRNE(record->op->name, "transpose");
    EXPECT_STRNE(record->op->name, "copy");
  }
  EXPECT_EQ(products, 2);
}

TEST(Matmul, SharedMatrixSumsItsGradientOverTheBatch) {
  const Tensor a = random::normal({4, 2, 3}, {.dtype = float64, .seed = 1}), w = random::normal({3, 5}, {.dtype = float64, .seed = 2});
  GradientTape tape;
  tape.watch(w);
  const Tensor y = matmul(a, w), dy = random::normal(y.shape(), {.dtype = float64, .seed = 3});
  const std::vector<double> got = tape.gradient(reduce_sum(y * dy), w)->to_vector<double>();
  const std::vector<double> expected = reduce_sum(matmul(a, dy, {.transpose_a = true}), 0).to_vector<double>();
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-12);
}

TEST(Dense, IsMatmulBiasAndRelu) {
  const Tensor x = random::normal({6, 5}, {.seed = 1}), w = random::normal({5, 4}, {.seed = 2}), bias = random::normal({4}, {.seed = 3});
  const std::vector<float> fused = nn::dense(x, w, bias, nn::Activation::kRelu).to_vector<float>();
  const std::vector<float> plain = nn::relu(nn::bias_add(matmul(x, w), bias)).to_vector<float>();
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_NEAR(fused[i], plain[i], 1e-5);
}

TEST(Dense, OfHalves) {
  const Tensor y = nn::dense(ones({2, 3}, float16), ones({3, 2}, float16), constant({0.5, -4.0}, float16), nn::Activation::kRelu);
  EXPECT_EQ(y.to_string(), "[[3.5 0. ]\n [3.5 0. ]]");
}

}  // namespace
}  // namespace whygrad
