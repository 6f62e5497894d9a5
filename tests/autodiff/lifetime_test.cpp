// Areas: tape lifetime, persistence.
#include "autodiff/tape_test.hpp"

#include "autodiff/tape_state.hpp"

#include <stdexcept>

namespace whygrad::testing {
namespace {

TEST(TapeLifetime, TL_01_AReenteredTapeExtendsItsRecording) {
  const Tensor x = c(3);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = x * 2;
  tape.exit();
  tape.enter();
  const Tensor z = y * 2;
  tape.exit();
  EXPECT_EQ(f(tape.gradient(z, x)), 4);
}

TEST(TapeLifetime, TL_02_EnteringARecordingTapeIsAnError) {
  GradientTape tape;
  EXPECT_THAT(message_of<TapeError>([&] { tape.enter(); }), HasSubstr("still recording"));
  tape.exit();
  EXPECT_THROW(tape.exit(), TapeError);
}

TEST(TapeLifetime, TL_03_GradientInsideTheBlock) {
  for (const bool persistent : {false, true}) {
    const Variable v = variable(1);
    GradientTape tape({.persistent = persistent});
    const Tensor loss = v * 2;
    EXPECT_EQ(f(tape.gradient(loss, v)), 2);
    EXPECT_EQ(tape.recording(), persistent);
  }
}

TEST(TapeLifetime, TL_04_ASecondQuestionToANonPersistentTapeIsAnError) {
  const Tensor x = c(3), z = c(1);
  GradientTape tape;
  tape.watch({x, z});
  const Tensor y = x * x;
  EXPECT_EQ(f(tape.gradient(y, x)), 6);
  const std::string message = message_of<TapeError>([&] { tape.gradient(x, z); });
  EXPECT_THAT(message, HasSubstr("WG108"));
  EXPECT_THAT(message, HasSubstr("lifetime_test.cpp"));
  EXPECT_THAT(message, HasSubstr("persistent = true"));
  EXPECT_THROW(tape.watch(x), TapeError);
  EXPECT_THROW(tape.enter(), TapeError);
  EXPECT_THROW(tape.reset(), TapeError);
}

TEST(TapeLifetime, TL_05_ResetForgetsWhatWasRecorded) {
  const Variable v = variable(1);
  GradientTape tape;
  Tensor loss = v * v;
  tape.reset();
  loss = loss + v * v;
  EXPECT_EQ(f(tape.gradient(loss, v)), 2);

  const Variable x = variable(2), y = variable(3);
  GradientTape guide;
  const Tensor y_squared = y * y;
  guide.reset();
  const Tensor z = x * x + y_squared;
  const Gradients g = guide.gradient(z, {x, y});
  EXPECT_EQ(f(g[0]), 4);
  EXPECT_FALSE(g[1]);
}

TEST(TapeLifetime, TL_06_WatchedVariablesFillOnAccess) {
  const Variable v = variable(1);
  GradientTape tape;
  EXPECT_TRUE(tape.watched_variables().empty());
  (void)v.value();
  ASSERT_EQ(tape.watched_variables().size(), 1u);
  EXPECT_TRUE(tape.watched_variables()[0].is(v));
  tape.reset();
  EXPECT_TRUE(tape.watched_variables().empty());
  (void)v.value();
  EXPECT_EQ(tape.watched_variables().size(), 1u);
}

TEST(TapeLifetime, TL_07_WatchedVariablesAnswerAfterTheTapeIsUsedUp) {
  const Variable x = variable(1);
  GradientTape tape;
  const Tensor y = x * x;
  tape.gradient(y, x);
  ASSERT_EQ(tape.watched_variables().size(), 1u);
  EXPECT_TRUE(tape.watched_variables()[0].is(x));
}

TEST(TapeLifetime, TL_08_WatchedVariablesAreOfThisTapeOnly) {
  const Variable x = variable(1), z = variable(2);
  {
    GradientTape earlier;
    (void)(x * x);
  }
  GradientTape tape;
  (void)(z * z);
  ASSERT_EQ(tape.watched_variables().size(), 1u);
  EXPECT_TRUE(tape.watched_variables()[0].is(z));
}

TEST(TapeLifetime, TL_09_AnExceptionLeavesNoTapeBehind) {
  const Variable x = variable(1);
  try {
    GradientTape tape;
    (void)(x * x);
    throw std::runtime_error("in the model");
  } catch (const std::runtime_error&) {
  }
  EXPECT_TRUE(internal::ThreadTapes::mine().recording.empty());
  EXPECT_EQ(internal::Log::mine().recording(), 0);
  GradientTape tape;
  const Tensor y = x * x;
  EXPECT_EQ(f(tape.gradient(y, x)), 2);
}

// TensorFlow logs a warning about the cost; the library never prints, and the values are what counts.
TEST(TapeLifetime, TL_10_APersistentTapeMayBeAskedInsideItsBlock) {
  const Variable x = variable(3);
  GradientTape tape({.persistent = true});
  const Tensor y = x * x;
  EXPECT_EQ(f(tape.gradient(y, x)), 6);
  const Tensor z = y * x;
  EXPECT_EQ(f(tape.gradient(z, x)), 27);
}

TEST(Persistence, PS_01_SeveralQuestionsOverOneRecording) {
  const Tensor x = c(std::vector<float>{1, 3});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = x * x, z = y * y;
  EXPECT_THAT(fs(tape.gradient(z, x)), ElementsAre(4, 108));
  EXPECT_THAT(fs(tape.gradient(y, x)), ElementsAre(2, 6));
}

TEST(Persistence, PS_02_RepeatedAndReorderedSources) {
  const Tensor x = c(3), y = c(5);
  GradientTape tape({.persistent = true});
  tape.watch({x, y});
  const Tensor z = x * x + x * y;
  const Gradients twice = tape.gradient(z, {x, x});
  EXPECT_EQ(f(twice[0]), 11);
  EXPECT_EQ(f(twice[1]), 11);
  const Gradients swapped = tape.gradient(z, {y, x});
  EXPECT_EQ(f(swapped[0]), 3);
  EXPECT_EQ(f(swapped[1]), 11);
}

TEST(Persistence, PS_03_NestedPersistentTapes) {
  const Tensor x = c(1);
  GradientTape outer({.persistent = true});
  outer.watch(x);
  Tensor y;
  Tensor first, second;
  {
    GradientTape inner({.persistent = true});
    inner.watch(x);
    y = x * x;
    first = *inner.gradient(y, x);
    second = *inner.gradient(y, x);
  }
  EXPECT_EQ(f(first), 2);
  EXPECT_EQ(f(second), 2);
  const Tensor z = (first + second) * x + y;  // 4x * x + x^2, with the slopes' own slopes: d = 4x + 4x + 2x = 10
  EXPECT_EQ(f(outer.gradient(z, x)), 10);
  EXPECT_EQ(f(outer.gradient(first, x)), 2);
}

TEST(Persistence, PS_04_RepeatedGradientsGiveHigherOrders) {
  const Tensor x = c(3);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = x * x * x;
  const Tensor first = *tape.gradient(y, x);
  EXPECT_EQ(f(first), 27);
  const Tensor second = *tape.gradient(first, x);
  EXPECT_EQ(f(second), 18);
  tape.exit();
  EXPECT_EQ(f(tape.gradient(second, x)), 6);
}

// PS_05, by eager ops; the traced form belongs to graph functions.
TEST(Persistence, PS_05_IteratedGradientsOfCos) {
  const Tensor x = c(1);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  Tensor y = cos(x);
  const float expected[] = {-0.84147098f, -0.54030231f, 0.84147098f, 0.54030231f};
  for (const float e : expected) {
    y = *tape.gradient(y, x);
    EXPECT_NEAR(f(y), e, 1e-6);
  }
}

// How many tensors share x's elements besides x itself.
unsigned holders(const Tensor& x) { return x.impl()->references.load() - 1; }

TEST(Persistence, PS_06_BuffersGoWithTheFirstQuestionUnlessPersistent) {
  const Tensor x = c(3);
  Tensor y;
  {
    GradientTape tape;
    tape.watch(x);
    y = x * x;
    EXPECT_EQ(holders(x), 2u);  // both operands are kept for the rule
    (void)tape.gradient(y, x);
    EXPECT_EQ(holders(x), 0u);
  }
  {
    GradientTape tape({.persistent = true});
    tape.watch(x);
    y = x * x;
    (void)tape.gradient(y, x);
    EXPECT_EQ(holders(x), 4u) << "for the rule, and for that of the two products dy * x, which the tape recorded too";
  }
  EXPECT_EQ(holders(x), 0u);
  {
    GradientTape never_asked;
    never_asked.watch(x);
    y = x * x;
  }
  EXPECT_EQ(holders(x), 0u);
  GradientTape outer;
  outer.watch(x);
  {
    GradientTape inner;
    inner.watch(x);
    y = x * x;
    (void)inner.gradient(y, x);
    EXPECT_EQ(holders(x), 4u) << "the outer tape may still ask, and recorded the backward pass";
  }
  outer.reset();
  EXPECT_EQ(holders(x), 0u);
}

TEST(Persistence, AnOpKeepsOnlyWhatItsRuleReads) {
  const Tensor x = c(2);
  const Variable w = variable(3);
  GradientTape tape;
  const Tensor sum = x + w;       // keeps nothing
  const Tensor product = x * w;   // keeps x for dw, and w's value for dx: somebody may still watch x
  const Tensor plain = x * x;     // off the tape: nothing
  const Tensor scaled = sum * 3;  // the number is in nobody's hands, so that nobody watches it: its gradient would read sum
  EXPECT_EQ(holders(x), 1u);
  EXPECT_EQ(holders(w.impl().value), 1u);
  EXPECT_EQ(holders(sum), 0u);
  EXPECT_EQ(holders(product), 0u);
  EXPECT_EQ(holders(plain), 0u);
}

}  // namespace
}  // namespace whygrad::testing
