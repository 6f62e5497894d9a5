// What a backward pass leaves in the log.
#include "autodiff/tape_test.hpp"

#include "autodiff/gradient_event.hpp"

#include <whygrad/autodiff/custom_gradient.hpp>
#include <whygrad/autodiff/jacobian.hpp>

#include <string>
#include <vector>

namespace whygrad::testing {
namespace {

using internal::Log;
using internal::Record;

// The records since `begin`.
std::vector<const Record*> records_since(ValueId begin) {
  std::vector<const Record*> found;
  for (ValueId id = begin; id < Log::mine().next_id(); ++id) {
    const Record* record = Log::mine().find(id);
    if (record != nullptr && record->first == id) found.push_back(record);
  }
  return found;
}

std::vector<const Record*> gradients_since(ValueId begin) {
  std::vector<const Record*> found = records_since(begin);
  std::erase_if(found, [](const Record* r) { return r->op != &internal::kGradientEvent; });
  return found;
}

TEST(GradientEvent, StandsForAPassThatNoTapeRecords) {
  const Variable v(3.0f), w(4.0f);
  GradientTape tape;
  const Tensor y = v * w * w;
  const ValueId begin = Log::mine().next_id();
  const unsigned line = __LINE__ + 1;
  const Gradients g = tape.gradient(y, {v, w});
  ASSERT_EQ(gradients_since(begin).size(), 1u);
  const Record& event = *gradients_since(begin)[0];
  EXPECT_EQ(event.where.line, line);
  ASSERT_EQ(event.inputs, 3);
  EXPECT_EQ(event.input_ids()[0], y.id());
  ASSERT_EQ(event.outputs, 2);
  EXPECT_EQ(Log::mine().find(g[0]->id()), &event);
  EXPECT_EQ(Log::mine().find(g[1]->id()), &event);
  for (const Record* r : records_since(begin)) EXPECT_EQ(r->cause, 0u) << r->op->name;
}

TEST(GradientEvent, IsNotNeededWhereATapeRecordsThePass) {
  const Variable v(3.0f);
  GradientTape outer;
  GradientTape inner;
  const Tensor y = v * v * v;
  const ValueId begin = Log::mine().next_id();
  const Gradient g = inner.gradient(y, v);
  EXPECT_EQ(gradients_since(begin).size(), 0u);
  EXPECT_EQ(f(outer.gradient(*g, v)), 18);
}

TEST(GradientEvent, LeavesTheCallersSeedAlone) {
  const Tensor x = c(2), seed = c(5);
  const ValueId id = seed.id();
  GradientTape tape;
  tape.watch(x);
  const Gradient g = tape.gradient(x, x, {.output_gradients = {seed}});
  EXPECT_EQ(f(g), 5);
  EXPECT_EQ(seed.id(), id);
}

TEST(GradientEvent, TwoSourcesMayShareOneGradient) {
  const Variable v(3.0f), w(4.0f);
  GradientTape tape;
  const Tensor y = v + w;
  const ValueId begin = Log::mine().next_id();
  const Gradients g = tape.gradient(y, {v, w});
  EXPECT_EQ(f(g[0]), 1);
  EXPECT_EQ(f(g[1]), 1);
  for (const Record* event : gradients_since(begin)) EXPECT_LE(event->outputs, 2);
}

TEST(GradientEvent, WhatACustomGradientComputesIsRemembered) {
  const Variable v(3.0f);
  Tensor inside;
  const auto rule = [&inside](const Tensor& x) {
    return std::pair<Tensor, UnaryBackward>(x * 2.0f, [&inside](const Tensor& dy) { return inside = exp(dy); });
  };
  GradientTape tape;
  EXPECT_TRUE(tape.gradient(custom_gradient(rule, v) * 1.0f, v).has_value());
  ASSERT_NE(Log::mine().find(inside.id()), nullptr);
}

// A record counts 65,535 inputs and outputs; gradient() is asked for as many sources as somebody has.
TEST(GradientEvent, MoreSourcesThanARecordCounts) {
  constexpr std::size_t kSources = 70'000;
  std::vector<Watchable> sources;
  sources.reserve(kSources);
  GradientTape tape;
  Tensor y = c(0);
  for (std::size_t i = 0; i < kSources; ++i) {
    const Tensor x = c(1);
    tape.watch(x);
    sources.emplace_back(x);
    if (i % 2 == 0) y = y + x * 3.0f;
  }
  const ValueId begin = Log::mine().next_id();
  const Gradients g = tape.gradient(y, Sources(sources));
  EXPECT_EQ(f(g[0]), 3);
  EXPECT_FALSE(g[1].has_value());
  EXPECT_EQ(f(g[kSources - 2]), 3);
  ASSERT_EQ(gradients_since(begin).size(), 1u);
  EXPECT_EQ(gradients_since(begin)[0]->inputs, 65'535);
  EXPECT_EQ(gradients_since(begin)[0]->outputs, kSources / 2);
}

TEST(GradientEvent, OnePerJacobian) {
  const Variable v(ones({3}));
  GradientTape tape;
  const Tensor y = square(v);
  const ValueId begin = Log::mine().next_id();
  EXPECT_EQ(jacobian(tape, y, v)->shape(), Shape({3, 3}));
  EXPECT_EQ(gradients_since(begin).size(), 1u);
}

}  // namespace
}  // namespace whygrad::testing
