// The op record: lists of numbers, attributes as bindings and explanations see them, and what every record declares.
#include "ops/samples/samples.hpp"
#include "tensor/log.hpp"

#include <whygrad/autodiff/gradcheck.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/losses.hpp>
#include <whygrad/ops/reduce.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace whygrad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::int64_t> list(const Ints& ints) { return {ints.begin(), ints.end()}; }

TEST(Ints, OfAShapeAreItsExtents) {
  EXPECT_THAT(list(Shape{1, 3}), ElementsAre(1, 3));
  EXPECT_THAT(list(Shape{}), ElementsAre());
  EXPECT_THAT(list(Shape{2, 0, 5}), ElementsAre(2, 0, 5));
}
TEST(Ints, OfAVector) { EXPECT_THAT(list(std::vector<std::int64_t>{4, -1}), ElementsAre(4, -1)); }
TEST(Ints, HoldSixteenNumbers) {
  EXPECT_EQ(Ints(std::vector<std::int64_t>(16)).size(), 16);
  EXPECT_THROW(Ints(std::vector<std::int64_t>(17)), ValueError);
}

// Attribute `name` of the record that made t.
AttrValue attribute(const Tensor& t, std::string_view name) {
  const internal::Record& record = *internal::Log::mine().find(t.id());
  for (const AttrDef& attr : record.op->attrs) {
    if (attr.name == name) return attr.get(record.attrs());
  }
  ADD_FAILURE() << record.op->name << " has no attribute " << name;
  return {};
}

TEST(Attributes, OfReductionsAreNormalised) {
  const Tensor y = reduce_sum(ones({2, 3, 4}), {-1, 0}, true);
  const AttrValue axes = attribute(y, "axis");
  EXPECT_EQ(axes.type, AttrType::kInts);
  EXPECT_THAT(std::vector<std::int64_t>(axes.integers.begin(), axes.integers.end()), ElementsAre(0, 2));
  EXPECT_TRUE(attribute(y, "keepdims").boolean);
  EXPECT_EQ(attribute(reduce_max(ones({2, 3})), "axis").integers.size(), 2u);
}

TEST(Attributes, OfOtherOps) {
  const Tensor x = ones({2, 3});
  EXPECT_EQ(attribute(argmax(x, -1), "axis").integer, -1);
  EXPECT_EQ(attribute(argmax(x, 0, int32), "output_type").dtype, int32);
  EXPECT_EQ(attribute(cast(x, float64), "dtype").dtype, float64);
  EXPECT_TRUE(attribute(cumsum(x, 0, {.reverse = true}), "reverse").boolean);
  EXPECT_FLOAT_EQ(static_cast<float>(attribute(nn::leaky_relu(x, 0.1), "alpha").real), 0.1f);
}

TEST(Losses, RefuseWhatWouldBroadcast) {
  try {
    nn::sigmoid_cross_entropy_with_logits(ones({3}), ones({3, 1}));
    FAIL();
  } catch (const ShapeError& error) {
    EXPECT_THAT(error.what(), HasSubstr("[sigmoid_cross_entropy_with_logits] labels are f32[3] and logits f32[3, 1]"));
  }
}

TEST(Losses, SigmoidCrossEntropyIsExactFarFromZero) {
  const Tensor logits = constant({-100.0, 0.0, 100.0}, float64), labels = constant({0.0, 1.0, 1.0}, float64);
  const std::vector<double> loss = nn::sigmoid_cross_entropy_with_logits(labels, logits).to_vector<double>();
  EXPECT_DOUBLE_EQ(loss[0], std::exp(-100.0));
  EXPECT_DOUBLE_EQ(loss[1], std::log(2.0));
  EXPECT_DOUBLE_EQ(loss[2], std::exp(-100.0));
}

TEST(Activations, GeluByTanhIsCloseToTheExactOne) {
  const Tensor x = constant({-3.0, -1.0, 0.0, 0.5, 2.0}, float64);
  const std::vector<double> exact = nn::gelu(x).to_vector<double>(), by_tanh = nn::gelu(x, true).to_vector<double>();
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double v = x.to_vector<double>()[i];
    EXPECT_NEAR(by_tanh[i], v / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v))), 1e-12);
    EXPECT_NEAR(by_tanh[i], exact[i], 5e-4);
  }
}

TEST(Reductions, VarianceAndDeviation) {
  const Tensor x = constant({{1.0, 2.0, 3.0, 6.0}, {1.0, 1.0, 1.0, 1.0}}, float64);
  EXPECT_THAT(reduce_variance(x, 1).to_vector<double>(), ElementsAre(3.5, 0));
  EXPECT_THAT(reduce_std(x, -1).to_vector<double>(), ElementsAre(std::sqrt(3.5), 0));
  EXPECT_EQ(reduce_variance(x, 0, true).shape(), (Shape{1, 4}));
  EXPECT_THROW(reduce_variance(constant({1, 2})), DTypeError);
}

TEST(Composites, HaveTheGradientOfCentralDifferences) {
  using samples::Inputs;
  const Tensor x = samples::uniform({2, 4}, -2, 2, 1, {0}), labels = samples::uniform({2, 4}, 0, 1, 2);
  const std::function<Tensor(const Inputs&)> functions[] = {
      [](const Inputs& in) { return nn::sigmoid_cross_entropy_with_logits(in[1], in[0]); },
      [](const Inputs& in) { return nn::gelu(in[0], true); },
      [](const Inputs& in) { return nn::l2_loss(in[0]); },
      [](const Inputs& in) { return reduce_variance(in[0], 1); },
      [](const Inputs& in) { return reduce_std(in[0], 0); },
  };
  for (const auto& f : functions) {
    const GradcheckResult result = gradcheck([&f](const Inputs& in) { return Inputs{f(in)}; }, {x, labels}, {.order = 2});
    EXPECT_TRUE(result.ok) << result.message;
  }
}

}  // namespace
}  // namespace whygrad
