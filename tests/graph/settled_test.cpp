// Shapes that depend on elements, in traced functions: a trace for the elements of a call, found again where they are the same.
#include <whygrad/whygrad.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace whygrad {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using Tensors = std::vector<Tensor>;

Tensor masked(const Tensor& x) { return reduce_sum(square(boolean_mask(x, x > 0.0F))); }

TEST(Settled, EachMaskHasATrace) {
  const Function f([](const Tensors& in) { return Tensors{masked(in[0])}; });
  const std::vector<std::vector<float>> inputs = {{1, -2, 3}, {-1, -2, 3}, {5, -1, 2}, {4, 5, -3}, {1, -2, 3}};
  for (const std::vector<float>& values : inputs) {
    const Tensor x = constant(values);
    GradientTape tape;
    tape.watch(x);
    const Tensor y = f({x})[0];
    const Gradient g = tape.gradient(y, x);
    EXPECT_EQ(y.item<float>(), masked(x).item<float>());
    for (std::int64_t i = 0; i < 3; ++i) {
      const float v = values[static_cast<std::size_t>(i)];
      EXPECT_EQ(gather(*g, constant(i)).item<float>(), v > 0 ? 2 * v : 0);
    }
  }
  EXPECT_EQ(f.tracing_count(), 3u);  // the masks 101, 001, 110
}

TEST(Settled, OldTracesAreForgotten) {
  const Function f([](const Tensors& in) { return Tensors{masked(in[0])}; });
  for (int round = 0; round < 2; ++round) {
    for (int bits = 0; bits < 32; ++bits) {
      std::vector<float> values;
      float expected = 0;
      for (int i = 0; i < 5; ++i) {
        values.push_back((bits >> i & 1) != 0 ? static_cast<float>(i + 1) : -1.0F);
        if ((bits >> i & 1) != 0) expected += static_cast<float>((i + 1) * (i + 1));
      }
      EXPECT_EQ(f({constant(values)})[0].item<float>(), expected);
    }
  }
  EXPECT_EQ(f.tracing_count(), 64u);
}

TEST(Settled, ElementsThatAreDrawnAreRefused) {
  const Function f([](const Tensors& in) { return Tensors{boolean_mask(in[0], random::uniform({3}) > 0.5F)}; });
  EXPECT_THAT([&] { f({constant({1.0F, 2.0F, 3.0F})}); }, ThrowsMessage<ValueError>(HasSubstr("the shape of the result depends on its elements")));
}

TEST(Settled, SpecsAloneHaveNoElements) {
  const Function f([](const Tensors& in) { return Tensors{masked(in[0])}; });
  EXPECT_THAT([&] { f.graph({{float32, {3}, {}}}); }, ThrowsMessage<ValueError>(HasSubstr("is abstract")));
}

TEST(Settled, AVariableCountsAsItIsBeforeTheCall) {
  const Variable x(constant({1.0F, -1.0F, 2.0F}), "x");
  const Function f([&](const Tensors&) {
    const Tensor y = reduce_sum(boolean_mask(x, x > 0.0F));
    x.assign_sub(constant({1.5F, 0.0F, 0.0F}));
    return Tensors{y};
  });
  EXPECT_EQ(f({})[0].item<float>(), 3);
  EXPECT_EQ(f({})[0].item<float>(), 2);
  EXPECT_EQ(f({})[0].item<float>(), 2);
  EXPECT_EQ(f.tracing_count(), 2u);
}

}  // namespace
}  // namespace whygrad
