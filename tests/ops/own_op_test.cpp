// Ops that users write: what their records and functions get wrong is told in words that help them.
#include "tensor/build.hpp"

#include <whygrad/autodiff/tape.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/ops/abstract.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/op_context.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace whygrad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct ScaleAttrs {
  double by;
};

void infer_like_first(InferContext& c) { c.output(c.input(0).dtype(), c.input(0).shape()); }
void copy_floats(KernelContext& k) {
  const auto x = k.elements<float>(0);
  std::ranges::copy(x, k.result<float>().begin());
}
void give_dy(VjpContext& g) { g.give(0, g.dy()); }

// An op as a user's, of one input, with this kernel and this rule.
consteval OpDef own_op(void (*kernel)(KernelContext&), void (*vjp)(VjpContext&) = give_dy, void (*infer)(InferContext&) = infer_like_first) {
  return define_op({.name = "own", .doc = "A user's op.", .inputs = {{"x", Differentiable{}}}, .infer = infer, .kernel = kernel, .vjp = vjp});
}

template <class E>
std::string what_is_thrown(const OpDef& op, const Tensor& x) {
  try {
    GradientTape tape;
    tape.watch(x);
    const Tensor y = apply(op, {&x}, Where::here());
    tape.gradient(y, x);
  } catch (const E& error) {
    EXPECT_FALSE(error.help().empty());
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

TEST(OwnOp, ReadsATransposedInputInRowMajorOrder) {
  static constexpr OpDef kOp = own_op(copy_floats);
  const Tensor x = transpose(reshape(constant({1.f, 2.f, 3.f, 4.f, 5.f, 6.f}), {2, 3}));
  EXPECT_THAT(apply(kOp, {&x}, Where::here()).to_vector<float>(), ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(OwnOp, MayReadStridesInPlace) {
  static constexpr OpDef kOp = own_op([](KernelContext& k) {
    const auto x = k.strided<float>(0);
    const auto y = k.result<float>();
    for (std::int64_t i = 0; i < x.shape[0]; ++i) y[static_cast<std::size_t>(i)] = x.data[i * x.strides[0]];
  });
  const Tensor x = squeeze(slice(reshape(constant({1.f, 2.f, 3.f, 4.f}), {2, 2}), {0, 1}, {2, 1}), {1});
  EXPECT_THAT(apply(kOp, {&x}, Where::here()).to_vector<float>(), ElementsAre(2, 4));
}

TEST(OwnOp, OfAnotherDtypeThanItsKernelReads) {
  static constexpr OpDef kOp = own_op(copy_floats);
  const std::string what = what_is_thrown<DTypeError>(kOp, ones({2}, float64));
  EXPECT_THAT(what, HasSubstr("[own] its kernel takes `x` as f32, and it is f64[2]"));
  EXPECT_THAT(what, HasSubstr("branch on dtype() and ask for elements() of that type"));
}

TEST(OwnOp, ThatWritesAnotherDtypeThanItsShapeRuleDeclares) {
  static constexpr OpDef kOp = own_op([](KernelContext& k) { k.result<double>()[0] = 1; });
  EXPECT_THAT(what_is_thrown<DTypeError>(kOp, ones({2})), HasSubstr("its kernel takes output 0 as f64, and it is f32[2]"));
}

TEST(OwnOp, ThatAsksForMoreInputsAndOutputsThanThereAre) {
  static constexpr OpDef kReads = own_op([](KernelContext& k) { (void)k.elements<float>(1); });
  EXPECT_THAT(what_is_thrown<IndexError>(kReads, ones({2})), HasSubstr("[own] it asks for input 1 of 1"));
  static constexpr OpDef kWrites = own_op([](KernelContext& k) { (void)k.result<float>(1); });
  EXPECT_THAT(what_is_thrown<IndexError>(kWrites, ones({2})), HasSubstr("its kernel writes output 1 of 1"));
  static constexpr OpDef kInfers = own_op(copy_floats, give_dy, [](InferContext& c) { c.output(c.input(1).dtype(), {}); });
  EXPECT_THAT(what_is_thrown<IndexError>(kInfers, ones({2})), HasSubstr("it asks for input 1 of 1"));
  static constexpr OpDef kGives = own_op(copy_floats, [](VjpContext& g) { g.give(1, g.dy()); });
  EXPECT_THAT(what_is_thrown<ValueError>(kGives, ones({2})), HasSubstr("its gradient rule asks for input 1 of 1"));
}

TEST(OwnOp, WhoseRuleReadsWhatItDoesNotDeclare) {
  static constexpr OpDef kInput = own_op(copy_floats, [](VjpContext& g) { g.give(0, g.dy() * g.input(0)); });
  const std::string what = what_is_thrown<ValueError>(kInput, ones({2}));
  EXPECT_THAT(what, HasSubstr("its gradient rule reads input(0), which its record does not declare"));
  EXPECT_THAT(what, HasSubstr("Differentiable{input(0)}"));
  static constexpr OpDef kOutput = own_op(copy_floats, [](VjpContext& g) { g.give(0, g.dy() * g.output()); });
  EXPECT_THAT(what_is_thrown<ValueError>(kOutput, ones({2})), HasSubstr("Differentiable{output(0)}"));
}

TEST(OwnOp, WhoseRuleGivesAnotherShapeOrNothing) {
  static constexpr OpDef kShape = own_op(copy_floats, [](VjpContext& g) { g.give(0, reduce_sum(g.dy())); });
  EXPECT_THAT(what_is_thrown<ValueError>(kShape, ones({2})), HasSubstr("its gradient rule gave f32[] for input `x` of f32[2]"));
  static constexpr OpDef kNothing = own_op(copy_floats, [](VjpContext&) {});
  const std::string what = what_is_thrown<ValueError>(kNothing, ones({2}));
  EXPECT_THAT(what, HasSubstr("its gradient rule gave nothing for input `x`"));
  EXPECT_THAT(what, HasSubstr("call g.give(i, dx) for every input that g.needs(i)"));
}

TEST(OwnOp, WhoseShapeRuleDeclaresTooManyOutputs) {
  static constexpr OpDef kOp = own_op(copy_floats, give_dy, [](InferContext& c) {
    infer_like_first(c);
    infer_like_first(c);
  });
  EXPECT_THAT(what_is_thrown<ValueError>(kOp, ones({2})), HasSubstr("its shape rule declares 2 outputs, and 1 is asked for"));
}

TEST(OwnOp, CalledWithOtherAttributesThanItsRecordDescribes) {
  static constexpr OpDef kOp = own_op(copy_floats);
  const Tensor x = ones({2});
  try {
    apply(kOp, {&x}, Where::here(), ScaleAttrs{2});
    ADD_FAILURE();
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("called with 8 bytes of attributes; its record describes 0"));
    EXPECT_THAT(error.help(), HasSubstr("`.attrs`"));
  }
}

TEST(OwnOp, ThatDefineOpHasNotSeen) {
  static const OpDef kBare{.name = "bare"};
  const Tensor x = ones({2});
  try {
    apply(kBare, {&x}, Where::here());
    ADD_FAILURE();
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("[bare] its record has no shape rule"));
    EXPECT_THAT(error.help(), HasSubstr("define_op"));
  }
}

TEST(OwnOp, WithoutElementsIsNotComputed) {
  static constexpr OpDef kOp = own_op([](KernelContext&) { ADD_FAILURE() << "the kernel ran"; });
  const Tensor x = abstract({float32, Shape{2}, Device{}});
  EXPECT_TRUE(apply(kOp, {&x}, Where::here()).is_abstract());
}

// Elements on another device are not the CPU's to read.
TEST(OwnOp, OnAnotherDevice) {
  static constexpr OpDef kOp = own_op(copy_floats);
  const Tensor x = ones({2});
  x.impl()->storage->device.index = 1;
  const Tensor results[] = {internal::make_tensor(float32, {2})};
  const Tensor* inputs[] = {&x};
  const KernelContext context(kOp, inputs, nullptr, {const_cast<Tensor*>(results), 1});
  try {
    (void)context.elements<float>(0);
    ADD_FAILURE();
  } catch (const UnsupportedError& error) {
    EXPECT_THAT(error.what(), HasSubstr("[own] its kernel runs on the CPU, and `x` is on another device"));
  }
  x.impl()->storage->device.index = 0;
}

}  // namespace
}  // namespace whygrad
