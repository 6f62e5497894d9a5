// Hues turned.
#include "kernels/image.hpp"

#include "kernels/kernel_test.hpp"

#include <gmock/gmock.h>

namespace whygrad::kernels {
namespace {

using testing::Array;

TEST(AdjustHue, AThirdOfTheCircleMovesEachChannelOn) {
  const std::int64_t n = 3000;
  Array<double> x({n, 3}, testing::random_values<double>(3 * n, 0, 1)), out({n, 3});
  adjust_hue(x.view(), 1.0 / 3, out.view());
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t c = 0; c < 3; ++c) ASSERT_NEAR(out[3 * i + (c + 1) % 3], x[3 * i + c], 1e-12) << i;
  }
}

TEST(AdjustHue, GreyHasNone) {
  Array<Half> x({2, 3}, {1, 2}, std::vector<Half>(6, Half(0.25f))), out({2, 3});
  adjust_hue(x.view(), 0.4, out.view());
  for (std::int64_t i = 0; i < 6; ++i) EXPECT_EQ(static_cast<float>(out[i]), 0.25f);
}

}  // namespace
}  // namespace whygrad::kernels
