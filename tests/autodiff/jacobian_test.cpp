// Area: jacobian, batch_jacobian.
#include "autodiff/tape_test.hpp"

#include <whygrad/autodiff/jacobian.hpp>

#include <cmath>

namespace whygrad::testing {
namespace {

constexpr JacobianOptions kZero{.unconnected_gradients = UnconnectedGradients::zero};

// matmul([[1, 2], [3, 4]], x) squared: what row i of it does with column k of x.
TEST(Jacobian, HasAnEntryForEachElementOfTargetAndSource) {
  const Tensor a = constant({{1.0f, 2.0f}, {3.0f, 4.0f}}), x = constant({{0.5f, -1.0f}, {2.0f, 1.5f}});
  GradientTape tape;
  tape.watch(x);
  const Tensor product = matmul(a, x), y = square(product);
  const Gradients j = jacobian(tape, y, Sources(std::vector<Tensor>{x}));
  ASSERT_EQ(j[0]->shape(), (Shape{2, 2, 2, 2}));
  const std::vector<float> found = fs(j[0]), as = fs(a), ps = fs(product);
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t k = 0; k < 2; ++k) {
      for (std::size_t m = 0; m < 2; ++m) {
        for (std::size_t n = 0; n < 2; ++n) {
          EXPECT_FLOAT_EQ(found[8 * i + 4 * k + 2 * m + n], k == n ? 2 * ps[2 * i + k] * as[2 * i + m] : 0);
        }
      }
    }
  }
}

TEST(Jacobian, OfAScalarIsTheGradient) {
  const Tensor x = c(std::vector<float>{1, 2, 3});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = reduce_sum(x * x * x);
  const Gradients j = jacobian(tape, y, Sources(std::vector<Tensor>{x}));
  EXPECT_EQ(j[0]->shape(), (Shape{3}));
  EXPECT_EQ(fs(j[0]), fs(tape.gradient(y, x)));
}

TEST(Jacobian, SummedOverTheTargetIsTheGradient) {
  const Variable w(constant({{0.5f, -1.0f, 2.0f}, {1.0f, 0.25f, -0.5f}}), "w");
  GradientTape tape({.persistent = true});
  const Tensor y = tanh(matmul(constant({{1.0f, 2.0f}, {3.0f, -1.0f}}), w));
  const Gradients j = jacobian(tape, y, Sources(std::vector<Variable>{w}));
  const std::vector<float> summed = fs(reduce_sum(*j[w], {0, 1})), gradient = fs(tape.gradient(y, w));
  for (std::size_t i = 0; i < gradient.size(); ++i) EXPECT_NEAR(summed[i], gradient[i], 1e-6);
}

TEST(Jacobian, OfAGradientIsTheHessian) {
  const Tensor x = constant(std::vector<double>{0.5, -1.25});
  GradientTape outer;
  outer.watch(x);
  GradientTape inner;
  inner.watch(x);
  const Tensor y = exp(reduce_prod(x));  // e^(ab): [b b, 1 + ab; 1 + ab, a a] e^(ab)
  const Gradient g = inner.gradient(y, x);
  const Gradients h = jacobian(outer, *g, Sources(std::vector<Tensor>{x}));
  const double a = 0.5, b = -1.25, e = std::exp(a * b);
  const std::vector<double> found = h[0]->to_vector<double>(), expected = {b * b * e, (1 + a * b) * e, (1 + a * b) * e, a * a * e};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(found[i], expected[i], 1e-12);
}

TEST(Jacobian, CanBeDifferentiated) {
  const Tensor x = c(std::vector<float>{2, 3});
  GradientTape outer;
  outer.watch(x);
  GradientTape inner;
  inner.watch(x);
  const Gradients j = jacobian(inner, x * x * x, Sources(std::vector<Tensor>{x}));
  EXPECT_THAT(fs(outer.gradient(*j[0], x)), ElementsAre(12, 18));
}

TEST(Jacobian, OfAnUnconnectedSourceIsAbsent) {
  const Variable x(c(std::vector<float>{1, 2}), "x"), unused(c(std::vector<float>{1, 2, 3}), "unused");
  GradientTape tape({.persistent = true});
  const Tensor y = x * x;
  const Gradients j = jacobian(tape, y, Sources(std::vector<Variable>{x, unused}));
  EXPECT_THAT(fs(j[0]), ElementsAre(2, 0, 0, 4));
  EXPECT_FALSE(j[1]);
  const Gradients zero = jacobian(tape, y, Sources(std::vector<Variable>{x, unused}), kZero);
  EXPECT_THAT(fs(zero[0]), ElementsAre(2, 0, 0, 4));
  EXPECT_EQ(zero[1]->shape(), (Shape{2, 3}));
  EXPECT_THAT(fs(zero[1]), ::testing::Each(0));
}

TEST(Jacobian, ZerosOfAScalarTargetHaveTheSourcesShape) {
  const Tensor x = constant(std::vector<double>{1, 2});
  GradientTape tape;
  tape.watch(x);
  const Gradients zero = jacobian(tape, c(1), Sources(std::vector<Tensor>{x}), kZero);
  EXPECT_EQ(zero[0]->shape(), (Shape{2}));
  EXPECT_EQ(zero[0]->dtype(), DType::kF64);
}

TEST(Jacobian, OfAnIntegerTargetIsAbsent) {
  const Tensor x = c(std::vector<float>{1, 2});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = cast(x, int32);
  EXPECT_FALSE(jacobian(tape, y, Sources(std::vector<Tensor>{x}))[0]);
  EXPECT_EQ(jacobian(tape, y, Sources(std::vector<Tensor>{x}), kZero)[0]->shape(), (Shape{2, 2}));
}

// As in TensorFlow: an empty target that depends on the source has an empty jacobian.
TEST(Jacobian, OfATargetWithoutElementsIsEmptyAndNotAbsent) {
  const Tensor x = c(std::vector<float>{1, 2, 3}), other = c(1);
  GradientTape tape({.persistent = true});
  tape.watch({x, other});
  const Tensor y = slice(x * x, {0}, {0});
  const Gradients j = jacobian(tape, y, Sources(std::vector<Tensor>{x, other}));
  ASSERT_TRUE(j[0]);
  EXPECT_EQ(j[0]->shape(), (Shape{0, 3}));
  EXPECT_FALSE(j[1]);
}

TEST(Jacobian, ARuleMayGiveAGradientForSomeElementsOnly) {
  const Tensor x = c(std::vector<float>{3, 5});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = custom_gradient(
      [](const Tensor& in) { return std::pair<Tensor, UnaryBackward>(in * 2, [](const Tensor& dy) { return fs(dy)[0] != 0 ? dy * 7 : Tensor(); }); },
      x);
  EXPECT_THAT(fs(jacobian(tape, y, Sources(std::vector<Tensor>{x}))[0]), ElementsAre(7, 0, 0, 0));
}

TEST(Jacobian, UsesUpATapeThatIsNotPersistent) {
  const Tensor x = c(std::vector<float>{1, 2});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = x * x;
  jacobian(tape, y, Sources(std::vector<Tensor>{x}));
  EXPECT_FALSE(tape.recording());
  EXPECT_EQ(x.impl()->references.load(), 1u) << "the buffers are let go";
  EXPECT_THAT(message_of<TapeError>([&] { jacobian(tape, y, Sources(std::vector<Tensor>{x})); }),
              ::testing::StartsWith("[jacobian] [WG108] this tape was used up by gradient() at "));
  EXPECT_THAT(message_of<TapeError>([&] {
                batch_jacobian(tape, ones({2, 2}), ones({2, 2}));
              }),
              ::testing::StartsWith("[batch_jacobian] [WG108] this tape was used up by gradient() at "));
}

TEST(Jacobian, MayBeAskedOfATapeThatWasLeft) {
  const Tensor x = c(std::vector<float>{1, 2});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = x * x;
  tape.exit();
  EXPECT_THAT(fs(jacobian(tape, y, Sources(std::vector<Tensor>{x}))[0]), ElementsAre(2, 0, 0, 4));
}

TEST(Jacobian, OfAnEmptyHandleIsAnError) {
  const Tensor x = c(1);
  GradientTape tape({.persistent = true});
  EXPECT_THAT(message_of<ValueError>([&] { jacobian(tape, Tensor(), Sources(std::vector<Tensor>{x})); }), HasSubstr("a target is an empty handle"));
  EXPECT_THAT(message_of<ValueError>([&] { jacobian(tape, x, Sources(std::vector<Tensor>{Tensor()})); }), HasSubstr("a source is an empty handle"));
  EXPECT_THAT(message_of<ValueError>([&] { batch_jacobian(tape, Tensor(), x); }), HasSubstr("a target is an empty handle"));
}

TEST(BatchJacobian, HoldsTheDiagonalOfTheJacobian) {
  const Tensor x = reshape(c(std::vector<float>{1, 2, 3, 4, 5, 6}), {3, 2}), w = constant({{1.0f, -1.0f, 2.0f}, {0.5f, 3.0f, -2.0f}});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = square(matmul(x, w));  // [3, 3]
  const Gradient b = batch_jacobian(tape, y, x);
  ASSERT_EQ(b->shape(), (Shape{3, 3, 2}));
  const std::vector<float> all = fs(jacobian(tape, y, Sources(std::vector<Tensor>{x}))[0]), rows = fs(b);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t k = 0; k < 3; ++k) {
      for (std::size_t n = 0; n < 2; ++n) EXPECT_EQ(rows[6 * i + 2 * k + n], all[18 * i + 6 * k + 2 * i + n]);
    }
  }
}

TEST(BatchJacobian, TakesMoreAxes) {
  const Tensor x = reshape(c(std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}), {2, 2, 2});
  GradientTape tape;
  tape.watch(x);
  const Gradient b = batch_jacobian(tape, reshape(x * x, {2, 4, 1}), x);
  ASSERT_EQ(b->shape(), (Shape{2, 4, 1, 2, 2}));
  const std::vector<float> found = fs(b);
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t k = 0; k < 4; ++k) {
      for (std::size_t n = 0; n < 4; ++n) EXPECT_EQ(found[16 * i + 4 * k + n], k == n ? static_cast<float>(2 * (4 * i + k + 1)) : 0);
    }
  }
}

TEST(BatchJacobian, OfAnUnconnectedSourceIsAbsentOrZero) {
  const Tensor x = ones({2, 3}), y = ones({2, 4});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  EXPECT_FALSE(batch_jacobian(tape, y, x));
  const Gradient zero = batch_jacobian(tape, y, x, kZero);
  EXPECT_EQ(zero->shape(), (Shape{2, 4, 3}));
  EXPECT_THAT(fs(zero), ::testing::Each(0));
  EXPECT_THAT(fs(batch_jacobian(tape, x * 2, x, kZero)), ElementsAre(2, 0, 0, 0, 2, 0, 0, 0, 2, 2, 0, 0, 0, 2, 0, 0, 0, 2));
  EXPECT_FALSE(batch_jacobian(tape, cast(x, int32), x));
}

TEST(BatchJacobian, WithoutRowsOrColumnsIsEmpty) {
  for (const Shape& shape : {Shape{0, 3}, Shape{3, 0}}) {
    const Tensor x = ones(shape);
    GradientTape tape;
    tape.watch(x);
    const Gradient b = batch_jacobian(tape, x * x, x);
    ASSERT_TRUE(b) << shape.to_string();
    EXPECT_EQ(b->shape(), (Shape{shape[0], shape[1], shape[1]}));
  }
}

TEST(BatchJacobian, NeedsTheSameRowsInBoth) {
  const Tensor x = ones({2, 3}), flat = ones({2});
  GradientTape tape({.persistent = true});
  for (const auto& [target, source] : {std::pair(ones({3, 3}), x), std::pair(flat, x), std::pair(x, flat)}) {
    const std::string message = message_of<ShapeError>([&, t = target, s = source] { batch_jacobian(tape, t, s); });
    EXPECT_THAT(message, HasSubstr("[batch_jacobian] the target is " + target.signature() + " and the source " + source.signature()));
    EXPECT_THAT(message, HasSubstr("help: both need rows along their first axis"));
  }
}

}  // namespace
}  // namespace whygrad::testing
