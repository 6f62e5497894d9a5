// Area: variables, their values and assignments.
#include "autodiff/tape_test.hpp"
#include "autodiff/variable_impl.hpp"

#include <whygrad/tensor/name_scope.hpp>

namespace whygrad::testing {
namespace {

TEST(Variable, IsNamedBelowTheOpenScopes) {
  EXPECT_EQ(variable(1).name(), "variable");
  const NameScope outer("encoder"), inner("block");
  EXPECT_EQ(variable(1, "w").name(), "encoder/block/w");
  EXPECT_EQ(variable(1).name(), "encoder/block/variable");
}

TEST(Variable, KnowsWhatItIsAndWhereItWasMade) {
  const Variable w(ones({2, 3}, float64), "w", {.trainable = false});
  const std::uint32_t line = __LINE__ - 1;
  EXPECT_EQ(w.shape(), (Shape{2, 3}));
  EXPECT_EQ(w.dtype(), DType::kF64);
  EXPECT_FALSE(w.trainable());
  EXPECT_EQ(w.where().line, line);
  EXPECT_THAT(w.where().file, ::testing::EndsWith("variable_test.cpp"));
}

TEST(Variable, CopiesAreTheSameVariable) {
  const Variable w = variable(1), copy = w, other = variable(1);
  copy.assign(c(5));
  EXPECT_EQ(f(w), 5);
  EXPECT_TRUE(w.is(copy));
  EXPECT_FALSE(w.is(other));
}

TEST(Variable, NeedsAValue) {
  EXPECT_EQ(message_of<ValueError>([] { Variable(Tensor(), "w"); }),
            "[Variable] its first value is an empty tensor handle\nhelp: give it a value, such as zeros({3})");
  const Variable none;
  EXPECT_FALSE(none.defined());
  const std::string message =
      "[Variable] this handle refers to no variable\nhelp: a default-made Variable must be assigned from one that was made with a value";
  EXPECT_EQ(message_of<ValueError>([&] { (void)none.value(); }), message);
  EXPECT_EQ(message_of<ValueError>([&] { (void)none.name(); }), message);
  EXPECT_EQ(message_of<ValueError>([&] { none.assign(c(1)); }), message);
}

TEST(Variable, AssignmentsChangeTheValueAndNotWhatWasReadBefore) {
  const Variable w(c(std::vector<float>{1, 2}), "w");
  const Tensor before = w;
  w.assign(c(std::vector<float>{3, 4}));
  EXPECT_THAT(fs(w), ElementsAre(3, 4));
  w.assign_add(c(std::vector<float>{10, 20}));
  EXPECT_THAT(fs(w), ElementsAre(13, 24));
  w.assign_sub(c(std::vector<float>{3, 4}));
  EXPECT_THAT(fs(w), ElementsAre(10, 20));
  EXPECT_THAT(fs(before), ElementsAre(1, 2));
}

TEST(Variable, AssignmentsKeepDtypeAndShape) {
  const Variable w(c(std::vector<float>{1, 2}), "w");
  EXPECT_EQ(message_of<ValueError>([&] { w.assign(Tensor()); }),
            "[assign] the value for `w` is an empty handle\nhelp: assign a tensor that holds a value");
  EXPECT_EQ(message_of<DTypeError>([&] { w.assign(ones({2}, float64)); }),
            "[assign] variable `w` is f32[2] and the value f64[2]\nhelp: cast the value to f32");
  EXPECT_EQ(message_of<ShapeError>([&] { w.assign(ones({3})); }),
            "[assign] variable `w` is f32[2] and the value f32[3]\nhelp: a variable keeps its shape; reshape the value or make another variable");
  EXPECT_THAT(message_of<ShapeError>([&] { w.assign_add(ones({3, 2})); }), HasSubstr("variable `w` is f32[2] and the value f32[3, 2]"));
  EXPECT_THAT(fs(w), ElementsAre(1, 2)) << "as it was";
}

TEST(Variable, WhatIsReadAfterAnAssignmentIsNotConnectedToWhatWasAssigned) {
  const Variable v = variable(2), w = variable(1);
  GradientTape tape;
  w.assign(v * 3);
  const Tensor y = w * w;
  const Gradients g = tape.gradient(y, {v, w});
  EXPECT_FALSE(g[0]);
  EXPECT_EQ(f(g[1]), 12);
}

TEST(Variable, ValuesReadBeforeAndAfterAnAssignmentBothCount) {
  const Variable w = variable(2);
  GradientTape tape;
  const Tensor before = w * w;
  w.assign(c(5));
  EXPECT_EQ(f(tape.gradient(before + w * w, w)), 14);  // 2 * 2 + 2 * 5
}

TEST(Variable, RemembersItsLastSixteenValues) {
  const Variable w = variable(0);
  const ValueId first = w.value().id();
  EXPECT_TRUE(w.impl().had(first));
  EXPECT_FALSE(w.impl().had(0)) << "0 stands for none";
  for (int i = 0; i < 16; ++i) w.assign(c(1));
  EXPECT_TRUE(w.impl().had(first));
  EXPECT_TRUE(w.impl().had(w.value().id()));
  w.assign(c(1));
  EXPECT_FALSE(w.impl().had(first));
}

void add_one(void*, const void* now, void* next) { *static_cast<float*>(next) = *static_cast<const float*>(now) + 1; }

TEST(UpdateInPlace, WritesOverABufferThatNobodyElseSees) {
  const Variable w(ones({}) + 1, "w");
  w.assign(ones({}) * 4);
  const void* buffer = w.impl().value.impl()->data;
  internal::update_in_place(w.impl(), Where::here(), add_one, nullptr);
  EXPECT_EQ(f(w), 5);
  EXPECT_EQ(w.impl().value.impl()->data, buffer);
}

TEST(UpdateInPlace, LeavesWhatSomebodyElseSeesAlone) {
  const Variable w = variable(4);
  const Tensor seen = w;
  internal::update_in_place(w.impl(), Where::here(), add_one, nullptr);
  EXPECT_EQ(f(w), 5);
  EXPECT_EQ(f(seen), 4);
  EXPECT_TRUE(w.impl().had(seen.id()));
  EXPECT_NE(w.value().id(), seen.id());
}

TEST(UpdateInPlace, IsAnAssignmentToTheTape) {
  const Variable w = variable(2);
  GradientTape tape;
  const Tensor before = w * 3;
  internal::update_in_place(w.impl(), Where::here(), add_one, nullptr);
  EXPECT_EQ(f(tape.gradient(before + w * w, w)), 9);  // 3 + 2 * 3
}

}  // namespace
}  // namespace whygrad::testing
