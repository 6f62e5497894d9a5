// The parts that tapes are made of, and what only unusual records ask of them.
#include "autodiff/id_map.hpp"
#include "autodiff/tape_state.hpp"
#include "autodiff/tape_test.hpp"
#include "ops/core/context.hpp"

#include <map>
#include <random>

namespace whygrad::testing {
namespace {

using internal::IdMap;
using internal::Log;
using internal::LogSlice;

TEST(IdMap, FindsWhatWasSetLast) {
  std::mt19937 random(1);
  IdMap map;
  std::map<ValueId, std::int32_t> expected;
  EXPECT_EQ(map.find(1), IdMap::kNone);
  for (std::int32_t i = 0; i < 2000; ++i) {
    const ValueId id = 1 + random() % 700;
    map.set(id, i);
    expected[id] = i;
  }
  for (ValueId id = 1; id <= 700; ++id) {
    const auto at = expected.find(id);
    ASSERT_EQ(map.find(id), at != expected.end() ? at->second : IdMap::kNone) << id;
  }
  map.clear();
  EXPECT_EQ(map.find(1), IdMap::kNone);
}

// Chunks `first` and `last` of the log from `begin` on, and nothing between them.
TEST(LogSlice, FindsOnlyWhatItHolds) {
  GradientTape tape;  // keeps the log from forgetting
  const ValueId begin = Log::mine().next_id();
  Tensor x = c(1);
  for (std::uint64_t i = 0; i < 4 * internal::kChunkIds; ++i) x = x + 1;
  const ValueId in_gap = begin + 2 * internal::kChunkIds, end = Log::mine().next_id();
  LogSlice slice;
  EXPECT_EQ(slice.find(begin), nullptr) << "an empty slice holds nothing";
  slice.release(begin);
  slice.add(Log::mine().chunks(end - 1, end));
  slice.add(Log::mine().chunks(begin, begin + 1));
  ASSERT_EQ(slice.chunks().size(), 2u);
  ASSERT_NE(slice.find(begin), nullptr);
  EXPECT_EQ(slice.find(begin)->first, begin);
  EXPECT_EQ(slice.find(end - 1)->first, end - 1);
  EXPECT_EQ(slice.find(in_gap), nullptr);
  EXPECT_EQ(slice.find(begin - internal::kChunkIds), nullptr);
  EXPECT_EQ(slice.find(end + internal::kChunkIds), nullptr);
  EXPECT_EQ(slice.find(begin ^ (ValueId{1} << internal::kSequenceBits)), nullptr) << "of another log";
  slice.release(in_gap);
}

TEST(TapeParts, ATapeFollowsWhatWasRecordedBeforeAndAfterALongBreak) {
  const Variable x = variable(2);
  GradientTape tape({.persistent = true});
  const Tensor before = x * x;
  tape.exit();
  Tensor counter = c(0);
  for (int i = 0; i < 70'000; ++i) counter = counter + 1;  // more than the log remembers by itself
  tape.enter();
  const Tensor y = before * x;
  for (int i = 0; i < 2; ++i) EXPECT_EQ(f(tape.gradient(y, x)), 12);
  tape.exit();
  EXPECT_EQ(f(tape.gradient(y, x)), 12);
}

// A record whose ids do not fit into a chunk begins the next one, and leaves ids without records behind.
TEST(TapeParts, OpsOfManyOutputsLeaveGapsBetweenIds) {
  const Variable x(ones({600}), "x");
  GradientTape tape;
  Tensor y = x;
  for (int i = 0; i < 5; ++i) y = stack(unstack(y * 2), 0);
  const std::vector<float> g = fs(tape.gradient(y, x));
  EXPECT_THAT(g, ::testing::Each(32));
}

TEST(TapeParts, GradientsThatAreViewsAreAddedUp) {
  const Variable x(reshape(c(std::vector<float>{1, 2, 3, 4, 5, 6}), {2, 3}), "x");
  const Tensor a = reshape(c(std::vector<float>{1, 10, 100, 1000, 1e4f, 1e5f}), {3, 2});
  GradientTape tape;
  const Tensor y = reduce_sum(x * 2) + reduce_sum(transpose(x) * a) + reduce_sum(transpose(x));
  EXPECT_THAT(fs(tape.gradient(y, x)), ElementsAre(4, 103, 10003, 13, 1003, 100003));
}

TEST(TapeParts, OpsOfManyInputsGiveEachItsGradient) {
  std::vector<Variable> parts;
  std::vector<Tensor> values, weights;
  GradientTape tape;
  for (int i = 0; i < 20; ++i) {
    parts.push_back(variable(static_cast<float>(i)));
    values.push_back(parts.back());
    weights.push_back(c(static_cast<float>(i + 1)));
  }
  const Gradients g = tape.gradient(reduce_sum(stack(values, 0) * stack(weights, 0)), Sources(parts));
  for (std::size_t i = 0; i < parts.size(); ++i) EXPECT_EQ(f(g[i]), static_cast<float>(i + 1));
}

constexpr OpDef kWrongRule = define_event({
    .name = "wrong_rule",
    .doc = "Its rule gives a gradient of another shape, or of another dtype.",
    .inputs = {{"x", Differentiable{}}},
    .vjp = [](VjpContext& g) { g.give(0, g.input_shape(0).rank() == 0 ? ones({}, float64) : ones({7})); },
});

TEST(TapeParts, ARuleThatGivesAnotherShapeOrDtypeIsADefectOfTheLibrary) {
  const auto message = [](const Tensor& x) {
    GradientTape tape;
    tape.watch(x);
    Tensor y = internal::make_view(x, x.shape(), x.impl()->strides, 0);
    Log::mine().mark_active(y);
    const Where where = Where::here();
    const Tensor* inputs[] = {&x};
    Log::mine().append({.op = &kWrongRule, .where = &where, .inputs = inputs, .input_count = 1, .outputs = &y, .output_count = 1});
    return message_of<InternalError>([&] { tape.gradient(y, x); });
  };
  EXPECT_EQ(message(ones({2})),
            "[wrong_rule] its gradient rule gave f32[7] for input `x` of f32[2]\nhelp: this is a defect of whygrad; please report it");
  EXPECT_THAT(message(c(1)), HasSubstr("its gradient rule gave f64[] for input `x` of f32[]"));
}

TEST(GradientList, IsAskedByPositionOrVariable) {
  const Variable x = variable(3, "x"), other = variable(1, "other");
  const Tensor t = c(2);
  GradientTape tape;
  tape.watch(t);
  const Gradients g = tape.gradient(x * t, {t, x});
  EXPECT_EQ(f(g[0]), 3);
  EXPECT_EQ(f(g[x]), 2);
  EXPECT_EQ(message_of<IndexError>([&] { (void)g[2]; }), "[Gradients] index 2 of 2\nhelp: there is one gradient per source");
  EXPECT_EQ(message_of<ValueError>([&] { (void)g[other]; }), "[Gradients] variable `other` was not among the sources\nhelp: pass it to gradient()");
}

TEST(StopRecordingArea, APauseMayBeMoved) {
  GradientTape tape;
  {
    auto first = tape.stop_recording();
    const auto second = std::move(first);
    EXPECT_FALSE(tape.recording());
  }
  EXPECT_TRUE(tape.recording());
}

TEST(StopRecordingArea, TapesThatWereAskedOrLeftMeanwhileStayClosed) {
  const Variable x = variable(3);
  GradientTape asked, entered, left({.persistent = true});
  const Tensor y = x * x;
  {
    const StopRecording stopped;
    asked.gradient(y, x);
    entered.enter();
    left.reset();
  }
  EXPECT_FALSE(asked.recording());
  EXPECT_TRUE(entered.recording());
  EXPECT_FALSE(left.recording()) << "nothing of its pause is left";
}

TEST(TapeLifetime, AResetLetsGoOfBuffersAlsoWhereRecordingWasPaused) {
  const Tensor x = c(2);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = x * x;
  tape.exit();
  EXPECT_GT(x.impl()->references.load(), 1u);
  tape.reset();
  EXPECT_EQ(x.impl()->references.load(), 1u);
}

}  // namespace
}  // namespace whygrad::testing
