// The samples of every op for many rows at once: the same values as row by row, whichever inputs differ from row to row, and the same jacobians as
// one pass after the other.
#include "autodiff/rows.hpp"
#include "ops/samples/samples.hpp"

#include <whygrad/autodiff/folds.hpp>
#include <whygrad/autodiff/jacobian.hpp>
#include <whygrad/graph/function.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/random.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

namespace whygrad::samples {
namespace {

using internal::RowProgram;

constexpr std::int64_t kRows = 3;
constexpr double kTolerance = 1e-12;

// The element i of row `row`. Numbers differ a little from row to row, so that they stay in the domain; positions stand in another order.
Tensor row_of(const Tensor& t, std::int64_t row) {
  if (is_differentiable(t.dtype())) return t * cast(constant(1 + 0.01 * static_cast<double>(row)), t.dtype());
  return row == 1 && t.rank() > 0 && t.size() > 0 ? reverse(t, {0}) : t;
}

void expect_close(const std::string& what, const Tensor& expected, const Tensor& got, double tolerance = kTolerance) {
  ASSERT_EQ(expected.defined(), got.defined()) << what;
  if (!expected.defined()) return;
  ASSERT_EQ(expected.signature(), got.signature()) << what;
  const Array a = to_array(expected), b = to_array(got);
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    if (a.values[i] == b.values[i] || (std::isnan(a.values[i]) && std::isnan(b.values[i]))) continue;
    ASSERT_NEAR(a.values[i], b.values[i], tolerance * (1 + std::abs(a.values[i]))) << what << ", element " << i;
  }
}

bool can_have_rows(const OpDef& op, const Sample& sample) {
  return op.shape_reads == 0 && op.draw == nullptr && !op.stateful && !sample.inputs.empty();
}

// Sets of inputs, bit by bit: one, and all, and all others.
std::vector<std::uint32_t> sets_of(const Sample& sample) {
  std::uint32_t all = 0;
  for (std::size_t i = 0; i < sample.inputs.size(); ++i) {
    const bool is_read = std::find(sample.reads.begin(), sample.reads.end(), static_cast<int>(i)) != sample.reads.end();
    if (!is_read && i < 16) all |= std::uint32_t{1} << i;
  }
  std::vector<std::uint32_t> sets;
  for (std::uint32_t set = 1; set <= all; ++set) {
    const bool counts = (set & ~all) == 0 && (all < 16 || (set & (set - 1)) == 0 || set == all);
    if (counts) sets.push_back(set);
  }
  return sets;
}

class Rows : public ::testing::TestWithParam<const OpDef*> {};

void check_rows(const Sample& sample, std::uint32_t set) {
  std::vector<Inputs> rows(kRows, sample.inputs);
  std::vector<std::vector<Tensor>> expected;
  for (std::int64_t row = 0; row < kRows; ++row) {
    Inputs& inputs = rows[static_cast<std::size_t>(row)];
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if ((set >> i & 1) != 0) inputs[i] = row_of(inputs[i], row);
    }
    try {
      expected.push_back(sample.run(inputs));
    } catch (const Error&) {
      return;  // positions in another order are not what the op takes
    }
  }
  RowProgram program(false);
  Inputs arguments = sample.inputs;
  std::vector<Tensor> varying;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if ((set >> i & 1) == 0) continue;
    arguments[i] = program.add_input(spec_of(arguments[i]), Where::here());
    std::vector<Tensor> column;
    for (const Inputs& inputs : rows) column.push_back(inputs[i]);
    varying.push_back(stack(column));
  }
  program.finish(sample.run(arguments));
  const std::vector<Tensor> got = program.run(kRows, varying);
  for (std::size_t k = 0; k < got.size(); ++k) {
    std::vector<Tensor> column;
    for (const auto& outputs : expected) column.push_back(outputs[k]);
    expect_close(std::string(sample.op) + ", output " + std::to_string(k) + ", rows in " + std::to_string(set), stack(column), got[k]);
  }
}

TEST_P(Rows, AreTheSameAllAtOnce) {
  const OpDef& op = *GetParam();
  for (const Sample& sample : all_samples().samples()) {
    if (std::string(sample.op) != op.name || !can_have_rows(op, sample)) continue;
    for (const std::uint32_t set : sets_of(sample)) check_rows(sample, set);
  }
}

// The jacobians of all outputs that have derivatives, by tape.
std::vector<Tensor> jacobians(const Sample& sample, const Inputs& inputs, const std::vector<int>& sources, bool at_once) {
  std::vector<Tensor> result;
  GradientTape tape({.persistent = true});
  std::vector<Watchable> watched;
  for (const int i : sources) {
    tape.watch(inputs[static_cast<std::size_t>(i)]);
    watched.emplace_back(inputs[static_cast<std::size_t>(i)]);
  }
  for (const Tensor& output : sample.run(inputs)) {
    // The parts of complex numbers are one more axis.
    const bool has_room = std::all_of(sources.begin(), sources.end(),
                                      [&](int i) { return output.rank() + inputs[static_cast<std::size_t>(i)].rank() < Shape::kMaxRank; });
    if (!is_differentiable(output.dtype()) || output.size() > 64 || !has_room) continue;
    for (const Gradient& g : jacobian(tape, output, Sources(watched), {.use_pfor = at_once})) result.push_back(g ? *g : Tensor());
  }
  return result;
}

std::vector<int> sources_of(const OpDef& op, const Sample& sample) {
  std::vector<int> sources;
  for (int i = 0; i < static_cast<int>(sample.inputs.size()); ++i) {
    const Tensor& input = sample.inputs[static_cast<std::size_t>(i)];
    if (input_def(op, i).gradient.differentiable() && is_differentiable(input.dtype())) sources.push_back(i);
  }
  return sources;
}

TEST_P(Rows, GiveTheSameJacobians) {
  const OpDef& op = *GetParam();
  for (const Sample& sample : all_samples().samples()) {
    if (std::string(sample.op) != op.name || !can_have_rows(op, sample) || sample.order == 0) continue;
    const std::vector<int> sources = sources_of(op, sample);
    if (sources.empty()) continue;
    const std::vector<Tensor> expected = jacobians(sample, sample.inputs, sources, false), got = jacobians(sample, sample.inputs, sources, true);
    ASSERT_EQ(expected.size(), got.size());
    for (std::size_t i = 0; i < expected.size(); ++i) expect_close(std::string(op.name) + ", jacobian " + std::to_string(i), expected[i], got[i]);
  }
}

// The jacobians of the gradient of the outputs' sum.
std::vector<Tensor> second(const Sample& sample, const std::vector<int>& sources, bool at_once) {
  GradientTape outer({.persistent = true}), inner;
  std::vector<Watchable> watched;
  for (const int i : sources) {
    outer.watch(sample.inputs[static_cast<std::size_t>(i)]);
    inner.watch(sample.inputs[static_cast<std::size_t>(i)]);
    watched.emplace_back(sample.inputs[static_cast<std::size_t>(i)]);
  }
  std::vector<Tensor> result;
  for (const Gradient& g : inner.gradient(Targets(sample.run(sample.inputs)), Sources(watched))) {
    if (!g || g->size() > 24) continue;
    for (const Gradient& h : jacobian(outer, *g, Sources(watched), {.use_pfor = at_once})) result.push_back(h ? *h : Tensor());
  }
  return result;
}

TEST_P(Rows, GiveTheSameHessians) {
  const OpDef& op = *GetParam();
  for (const Sample& sample : all_samples().samples()) {
    if (std::string(sample.op) != op.name || !can_have_rows(op, sample) || sample.order < 2) continue;
    const std::vector<int> sources = sources_of(op, sample);
    if (sources.empty()) continue;
    std::vector<Tensor> expected;
    try {
      expected = second(sample, sources, false);
    } catch (const UnsupportedError&) {
      EXPECT_THROW(second(sample, sources, true), UnsupportedError);
      continue;
    }
    const std::vector<Tensor> got = second(sample, sources, true);
    ASSERT_EQ(expected.size(), got.size());
    for (std::size_t i = 0; i < expected.size(); ++i) expect_close(std::string(op.name) + ", hessian " + std::to_string(i), expected[i], got[i]);
  }
}

// The gradients of the sums of the jacobians: derivatives of what ran for many rows.
std::vector<Tensor> gradients_of_jacobians(const Sample& sample, const std::vector<int>& sources, bool at_once) {
  GradientTape outer({.persistent = true});
  std::vector<Watchable> watched;
  for (const int i : sources) {
    outer.watch(sample.inputs[static_cast<std::size_t>(i)]);
    watched.emplace_back(sample.inputs[static_cast<std::size_t>(i)]);
  }
  std::vector<Tensor> sums;
  for (const Tensor& j : jacobians(sample, sample.inputs, sources, at_once)) {
    if (j.defined()) sums.push_back(reduce_sum(square(j)));
  }
  std::vector<Tensor> result;
  if (sums.empty()) return result;
  for (const Gradient& g : outer.gradient(Targets(sums), Sources(watched))) result.push_back(g ? *g : Tensor());
  return result;
}

TEST_P(Rows, HaveTheSameGradients) {
  const OpDef& op = *GetParam();
  for (const Sample& sample : all_samples().samples()) {
    if (std::string(sample.op) != op.name || !can_have_rows(op, sample) || sample.order < 2) continue;
    const std::vector<int> sources = sources_of(op, sample);
    if (sources.empty()) continue;
    std::vector<Tensor> expected;
    try {
      expected = gradients_of_jacobians(sample, sources, false);
    } catch (const UnsupportedError&) {
      EXPECT_THROW(gradients_of_jacobians(sample, sources, true), UnsupportedError);
      continue;
    }
    const std::vector<Tensor> got = gradients_of_jacobians(sample, sources, true);
    ASSERT_EQ(expected.size(), got.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
      expect_close(std::string(op.name) + ", gradient of jacobians " + std::to_string(i), expected[i], got[i], 1e-10);
  }
}

TEST_P(Rows, GiveTheSameJacobiansInATrace) {
  const OpDef& op = *GetParam();
  for (const Sample& sample : all_samples().samples()) {
    if (std::string(sample.op) != op.name || !can_have_rows(op, sample) || sample.order == 0 || !sample.reads.empty()) continue;
    const std::vector<int> sources = sources_of(op, sample);
    if (sources.empty()) continue;
    const std::vector<Tensor> expected = jacobians(sample, sample.inputs, sources, false);
    const Function f([&](const Inputs& x) { return jacobians(sample, x, sources, true); }, {.name = op.name});
    const std::vector<Tensor> got = f(sample.inputs);
    ASSERT_EQ(expected.size(), got.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
      expect_close(std::string(op.name) + ", traced jacobian " + std::to_string(i), expected[i], got[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, Rows, ::testing::ValuesIn(op_table().begin(), op_table().end()),
                         [](const auto& parameter) { return std::string(parameter.param->name); });

}  // namespace
}  // namespace whygrad::samples
