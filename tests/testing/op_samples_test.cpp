// The checks of ops from samples: a fault of each kind is found, and by the check that is meant for it.
#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/op_context.hpp>
#include <whygrad/testing/op_samples.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace whygrad {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void infer_cube(InferContext& c) {
  if (c.input(0).dtype() != float32 && c.input(0).dtype() != float64) c.dtype_error("it takes f32 and f64", "cast(x, float32)");
  c.output(c.input(0).dtype(), c.input(0).shape());
}
template <class T>
void cube(KernelContext& k) {
  const auto x = k.elements<T>(0);
  for (std::size_t i = 0; i < x.size(); ++i) k.result<T>()[i] = x[i] * x[i] * x[i];
}
void run_cube(KernelContext& k) { k.input(0).dtype() == float32 ? cube<float>(k) : cube<double>(k); }
void cube_vjp(VjpContext& g) { g.give(0, g.dy() * square(g.input(0)) * 3); }

consteval OpDef cube_op(void (*infer)(InferContext&), void (*kernel)(KernelContext&), void (*vjp)(VjpContext&)) {
  return define_op({.name = "cube", .doc = "x^3.", .inputs = {{"x", Differentiable{input(0)}}}, .infer = infer, .kernel = kernel, .vjp = vjp});
}
constexpr OpDef kCube = cube_op(infer_cube, run_cube, cube_vjp);

template <const OpDef& Op>
testing::SampleList samples() {
  testing::SampleList list;
  list.add({.op = "cube",
            .inputs = {testing::uniform({2, 3})},
            .run = [](const testing::Inputs& x) { return testing::outputs(apply(Op, {&x[0]}, Where::here())); },
            .expected = [](const testing::Arrays& x) { return testing::Arrays{testing::map([](double v) { return v * v * v; }, x[0])}; }});
  list.refuse({.op = "cube", .fragment = "f32 and f64", .call = [] {
                 const Tensor x = ones({2}, int32);
                 apply(Op, {&x}, Where::here());
               }});
  return list;
}

TEST(CheckOp, FindsNothingInASoundOp) { EXPECT_THAT(testing::check_op(kCube, samples<kCube>()), IsEmpty()); }

TEST(CheckOp, MissesSamplesAndRefusals) {
  const auto problems = testing::check_op(kCube, {});
  EXPECT_THAT(problems, ::testing::ElementsAre(HasSubstr("cube has no samples"), HasSubstr("must refuse")));
}

TEST(CheckOp, FindsAWrongValue) {
  static constexpr OpDef kOp = cube_op(
      infer_cube,
      [](KernelContext& k) {
        run_cube(k);
        if (k.input(0).dtype() == float64) k.result<double>()[4] += 1e-6;
      },
      cube_vjp);
  EXPECT_THAT(testing::check_op(kOp, samples<kOp>()), Contains(HasSubstr("cube, GivesTheReferenceValue: sample 0: element 4 of output 0 is ")));
}

TEST(CheckOp, FindsAKernelThatTakesNoNoticeOfStrides) {
  static constexpr OpDef kOp = cube_op(
      infer_cube,
      [](KernelContext& k) {
        if (k.input(0).dtype() == float32) return cube<float>(k);
        const auto x = k.strided<double>(0);
        for (std::size_t i = 0; i < 6; ++i) k.result<double>()[i] = x.data[i] * x.data[i] * x.data[i];
      },
      cube_vjp);
  const auto problems = testing::check_op(kOp, samples<kOp>());
  EXPECT_FALSE(problems.empty());
  EXPECT_THAT(problems, Each(HasSubstr("TakesStridedViews")));
}

TEST(CheckOp, FindsAWrongGradient) {
  static constexpr OpDef kOp = cube_op(infer_cube, run_cube, [](VjpContext& g) { g.give(0, g.dy() * square(g.input(0)) * 3.001); });
  const auto problems = testing::check_op(kOp, samples<kOp>());
  EXPECT_FALSE(problems.empty());
  EXPECT_THAT(problems, Each(HasSubstr("HasTheGradientOfCentralDifferences")));
}

TEST(CheckOp, FindsARuleWithoutAGradient) {
  static constexpr OpDef kOp = cube_op(infer_cube, run_cube, [](VjpContext&) {});
  EXPECT_THAT(testing::check_op(kOp, samples<kOp>()), Contains(HasSubstr("gave nothing for input `x`")));
}

TEST(CheckOp, FindsAShapeThatNeedsElements) {
  static constexpr OpDef kOp = cube_op([](InferContext& c) { c.output(c.input(0).dtype(), c.elements(0).shape()); }, run_cube, cube_vjp);
  EXPECT_THAT(testing::check_op(kOp, samples<kOp>()), Contains(HasSubstr("its shape rule reads the elements of `x`")));
}

TEST(CheckOp, FindsAnErrorThatDoesNotHelp) {
  static constexpr OpDef kOp = cube_op(
      [](InferContext& c) {
        if (c.input(0).dtype() == int32) throw DTypeError("cube", "it takes f32 and f64");
        infer_cube(c);
      },
      run_cube, cube_vjp);
  EXPECT_THAT(testing::check_op(kOp, samples<kOp>()), ::testing::ElementsAre(HasSubstr("RefusesWithHelp: the error does not say what to do")));
}

}  // namespace
}  // namespace whygrad
