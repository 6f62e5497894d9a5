// gradcheck(): what it accepts, and that it finds what is wrong.
#include "autodiff/tape_test.hpp"

#include <whygrad/autodiff/gradcheck.hpp>

#include <complex>

namespace whygrad::testing {
namespace {

using Tensors = std::vector<Tensor>;
using Complex = std::complex<double>;

Tensor d(std::vector<double> x) { return constant(x); }

// y = x^3 with the derivative `slope` instead of 3 x^2.
Tensor cube(const Tensor& x, const std::function<Tensor(const Tensor&)>& slope) {
  return custom_gradient(
      [&slope](const Tensor& in) { return std::pair<Tensor, UnaryBackward>(in * in * in, [in, slope](const Tensor& dy) { return dy * slope(in); }); },
      x);
}

TEST(Gradcheck, AcceptsWhatIsRight) {
  const auto f = [](const Tensors& x) { return Tensors{sin(x[0]) * x[1], exp(x[1])}; };
  EXPECT_TRUE(gradcheck(f, {d({0.3, -1.2}), d({0.7, 0.1})}));
  EXPECT_TRUE(gradcheck(f, {d({0.3, -1.2}), d({0.7, 0.1})}, {.order = 2}));
}

TEST(Gradcheck, FindsAWrongDerivativeAndNamesItsInput) {
  const auto f = [](const Tensors& x) { return Tensors{x[0] * cube(x[1], [](const Tensor& in) { return 2 * in * in; })}; };
  const GradcheckResult result = gradcheck(f, {d({1.5}), d({0.5, 2.0})});
  EXPECT_FALSE(result);
  EXPECT_THAT(result.message, ::testing::MatchesRegex("order 1, input 1 f64.2.: the gradient gives [-.e0-9]+ along the direction, central "
                                                      "differences give [-.e0-9]+"));
}

TEST(Gradcheck, FindsAGradientThatIsNotANumber) {
  const auto f = [](const Tensors& x) { return Tensors{cube(x[0], [](const Tensor& in) { return in / 0.0; })}; };
  EXPECT_THAT(gradcheck(f, {d({2.0})}).message, HasSubstr("the gradient gives "));
}

TEST(Gradcheck, FindsAGradientThatIsMissing) {
  const auto f = [](const Tensors& x) { return Tensors{stop_gradient(x[0]) * 2, x[1]}; };
  EXPECT_THAT(gradcheck(f, {d({1.0}), d({1.0})}).message, ::testing::StartsWith("order 1, input 0 f64[1]: the gradient (absent) gives 0 along"));
}

TEST(Gradcheck, AMissingGradientIsRightWhereTheResultDoesNotChange) {
  EXPECT_TRUE(gradcheck([](const Tensors& x) { return Tensors{x[0] * 2}; }, {d({1.0}), d({1.0})}));
  EXPECT_TRUE(gradcheck([](const Tensors& x) { return Tensors{x[0] * 2}; }, {d({1.0}), d({1.0})}, {.order = 2}));
}

// The first order is right; the derivative of the rule is not.
TEST(Gradcheck, FindsAWrongSecondDerivative) {
  const auto f = [](const Tensors& x) { return Tensors{cube(x[0], [](const Tensor& in) { return 3 * in * stop_gradient(in); })}; };
  EXPECT_TRUE(gradcheck(f, {d({0.5, 2.0})}));
  EXPECT_THAT(gradcheck(f, {d({0.5, 2.0})}, {.order = 2}).message, ::testing::StartsWith("order 2, input 0 f64[2]: the gradient gives "));
}

TEST(Gradcheck, TheToleranceIsRelative) {
  const auto f = [](const Tensors& x) { return Tensors{cube(x[0], [](const Tensor& in) { return 3.003 * in * in; })}; };
  EXPECT_FALSE(gradcheck(f, {d({100.0})}));
  EXPECT_TRUE(gradcheck(f, {d({100.0})}, {.tolerance = 0.01}));
}

TEST(Gradcheck, TakesComplexNumbers) {
  const Tensor z = constant(std::vector<Complex>{{0.5, -1.0}, {2.0, 0.25}});
  EXPECT_TRUE(gradcheck([](const Tensors& x) { return Tensors{x[0] * x[0]}; }, {z}));
  EXPECT_TRUE(gradcheck([](const Tensors& x) { return Tensors{x[0] * x[0] * x[0]}; }, {z}, {.order = 2}));
  const auto forgets_to_conjugate = [](const Tensors& x) {
    return Tensors{custom_gradient(
        [](const Tensor& in) { return std::pair<Tensor, UnaryBackward>(in * in, [in](const Tensor& dy) { return dy * in * 2; }); }, x[0])};
  };
  EXPECT_FALSE(gradcheck(forgets_to_conjugate, {z}));
}

TEST(Gradcheck, PassesIntegersThrough) {
  const Tensor indices = constant(std::vector<std::int64_t>{1, 0});
  const auto f = [](const Tensors& x) { return Tensors{x[0] * cast(x[1], float64), x[1]}; };
  EXPECT_TRUE(gradcheck(f, {d({0.5, 1.5}), indices}));
  EXPECT_TRUE(gradcheck(f, {d({0.5, 1.5}), indices}, {.order = 2}));
}

TEST(Gradcheck, AnEmptyInputHasNothingToCheck) {
  EXPECT_TRUE(gradcheck([](const Tensors& x) { return Tensors{reduce_sum(x[0]) + x[1]}; }, {d({}), d({1.0})}));
}

TEST(Gradcheck, RefusesSinglePrecision) {
  EXPECT_EQ(message_of<DTypeError>([] { gradcheck([](const Tensors& x) { return Tensors{x[0] * x[0]}; }, {c(1)}); }),
            "[gradcheck] a value is f32[]\nhelp: differences need double precision: pass float64 or complex128");
}

}  // namespace
}  // namespace whygrad::testing
