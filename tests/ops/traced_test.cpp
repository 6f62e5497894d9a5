// The samples of every op in traced functions: the same values and gradients as without, bit for bit.
#include "ops/samples/samples.hpp"

#include "tensor/build.hpp"

#include <whygrad/autodiff/control_flow.hpp>
#include <whygrad/autodiff/forward.hpp>
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/graph/function.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/random.hpp>
#include <whygrad/ops/shape.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <string>

namespace whygrad::samples {
namespace {

// Of one call: outputs, then for each source its gradient, empty where there is none.
struct Results {
  std::vector<Tensor> outputs, first, second;
  bool has_second = true;
};

std::vector<Watchable> sources_of(const OpDef& op, const Inputs& inputs) {
  std::vector<Watchable> sources;
  for (int i = 0; i < static_cast<int>(inputs.size()); ++i) {
    const Tensor& input = inputs[static_cast<std::size_t>(i)];
    if (input_def(op, i).gradient.differentiable() && is_differentiable(input.dtype())) sources.emplace_back(input);
  }
  return sources;
}

std::vector<Tensor> values_of(const Gradients& gradients) {
  std::vector<Tensor> values;
  for (const Gradient& g : gradients) values.push_back(g ? *g : Tensor());
  return values;
}

std::vector<Watchable> defined(const std::vector<Tensor>& tensors) {
  std::vector<Watchable> result;
  for (const Tensor& t : tensors) {
    if (t.defined()) result.emplace_back(t);
  }
  return result;
}

// The values of `call` and their gradients, of the second order too, taken outside of `call`.
Results differentiated(const OpDef& op, const Inputs& inputs, int order, const std::function<std::vector<Tensor>(const Inputs&)>& call) {
  random::set_seed(7);
  const std::vector<Watchable> sources = sources_of(op, inputs);
  Results results;
  if (order == 0 || sources.empty()) {
    results.outputs = call(inputs);
    return results;
  }
  GradientTape outer, inner;
  for (const Watchable& source : sources) {
    outer.watch(source);
    inner.watch(source);
  }
  results.outputs = call(inputs);
  results.first = values_of(inner.gradient(Targets(results.outputs), Sources(sources)));
  const std::vector<Watchable> targets = defined(results.first);
  if (order < 2 || targets.empty()) return results;
  try {
    results.second = values_of(outer.gradient(Targets(targets), Sources(sources)));
  } catch (const UnsupportedError&) {
    results.has_second = false;  // a rule is missing
  }
  return results;
}

std::vector<std::byte> bytes_of(const Tensor& t) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(t.size()) * size_of(t.dtype()));
  internal::copy_elements(t, bytes.data());
  return bytes;
}

void expect_same(const char* what, const std::vector<Tensor>& expected, const std::vector<Tensor>& got) {
  ASSERT_EQ(expected.size(), got.size()) << what;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(expected[i].defined(), got[i].defined()) << what << " " << i;
    if (!expected[i].defined()) continue;
    ASSERT_EQ(expected[i].signature(), got[i].signature()) << what << " " << i;
    EXPECT_EQ(bytes_of(expected[i]), bytes_of(got[i])) << what << " " << i << ":\n" << expected[i] << "\n" << got[i];
  }
}

// Elements that a sample or a shape rule reads are not there while a function is traced.
bool can_be_traced(const OpDef& op, const Sample& sample) {
  const bool reads_what_it_drew = op.stateful && sample.inputs.empty();
  return op.shape_reads == 0 && sample.reads.empty() && !reads_what_it_drew;
}

class TracedSamples : public ::testing::TestWithParam<const OpDef*> {};

TEST_P(TracedSamples, GiveTheSameFromOutside) {
  const OpDef& op = *GetParam();
  for (const Sample& sample : all_samples().samples()) {
    if (std::string(sample.op) != op.name || !can_be_traced(op, sample)) continue;
    const Results eager = differentiated(op, sample.inputs, sample.order, sample.run);
    const Function f([&sample](const std::vector<Tensor>& x) { return sample.run(x); }, {.name = op.name});
    // Both calls are looked at when both are done: the second one must leave the results of the first alone.
    std::vector<Results> calls;
    for (int call = 0; call < 2; ++call) {
      calls.push_back(differentiated(op, sample.inputs, sample.order, [&f](const Inputs& x) { return f(x); }));
    }
    for (const Results& traced : calls) {
      expect_same("output", eager.outputs, traced.outputs);
      expect_same("gradient", eager.first, traced.first);
      EXPECT_EQ(eager.has_second, traced.has_second);
      expect_same("second gradient", eager.second, traced.second);
    }
  }
}

// The tangents of the outputs where every source moves by ones.
std::vector<Tensor> tangents(const std::vector<Watchable>& sources, const Inputs& inputs,
                             const std::function<std::vector<Tensor>(const Inputs&)>& call) {
  random::set_seed(7);
  std::vector<Tensor> ones_of;
  std::vector<Watchable> primals;
  for (const Watchable& source : sources) {
    const auto same = [&source](const Watchable& p) { return p.tensor().id() == source.tensor().id(); };
    if (std::any_of(primals.begin(), primals.end(), same)) continue;
    primals.push_back(source);
    ones_of.push_back(ones(source.tensor().shape(), source.tensor().dtype()));
  }
  ForwardAccumulator forward(primals, ones_of);
  std::vector<Tensor> found;
  for (const Tensor& y : call(inputs)) {
    const Gradient tangent = forward.jvp(y);
    found.push_back(tangent ? *tangent : Tensor());
  }
  return found;
}

TEST_P(TracedSamples, HaveTheSameTangents) {
  const OpDef& op = *GetParam();
  for (const Sample& sample : all_samples().samples()) {
    if (std::string(sample.op) != op.name || sample.order == 0 || !can_be_traced(op, sample)) continue;
    const std::vector<Watchable> sources = sources_of(op, sample.inputs);
    if (sources.empty()) continue;
    const std::vector<Tensor> eager = tangents(sources, sample.inputs, sample.run);
    const Function f([&sample](const std::vector<Tensor>& x) { return sample.run(x); }, {.name = op.name});
    for (int call = 0; call < 2; ++call) expect_same("tangent", eager, tangents(sources, sample.inputs, [&f](const Inputs& x) { return f(x); }));
    const Function inside(
        [&](const std::vector<Tensor>& x) {
          std::vector<Watchable> own;
          for (const Watchable& source : sources) {
            for (std::size_t i = 0; i < x.size(); ++i) {
              if (source.tensor().id() == sample.inputs[i].id()) {
                own.emplace_back(x[i]);
                break;
              }
            }
          }
          return tangents(own, x, sample.run);
        },
        {.name = op.name});
    expect_same("tangent from inside", eager, inside(sample.inputs));
  }
}

TEST_P(TracedSamples, GiveTheSameFromInside) {
  const OpDef& op = *GetParam();
  for (const Sample& sample : all_samples().samples()) {
    if (std::string(sample.op) != op.name || !can_be_traced(op, sample)) continue;
    const Results eager = differentiated(op, sample.inputs, sample.order, sample.run);
    Results traced;
    const Function f(
        [&](const std::vector<Tensor>& x) {
          traced = differentiated(op, x, sample.order, sample.run);
          std::vector<Tensor> list = traced.outputs;
          for (const auto* gradients : {&traced.first, &traced.second}) list.insert(list.end(), gradients->begin(), gradients->end());
          return list;
        },
        {.name = op.name});
    random::set_seed(7);
    const std::vector<Tensor> results = f(sample.inputs);
    auto next = results.begin();
    for (auto* several : {&traced.outputs, &traced.first, &traced.second}) {
      for (Tensor& t : *several) t = *next++;
    }
    expect_same("output", eager.outputs, traced.outputs);
    expect_same("gradient", eager.first, traced.first);
    EXPECT_EQ(eager.has_second, traced.has_second);
    expect_same("second gradient", eager.second, traced.second);
  }
}

// As numbers: what only another branch uses adds a 0, and -0 + 0 is 0.
void expect_equal(const char* what, const std::vector<Tensor>& expected, const std::vector<Tensor>& got) {
  ASSERT_EQ(expected.size(), got.size()) << what;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(expected[i].defined(), got[i].defined()) << what << " " << i;
    if (!expected[i].defined()) continue;
    const Array a = to_array(expected[i]), b = to_array(got[i]);
    ASSERT_EQ(a.values.size(), b.values.size()) << what << " " << i;
    for (std::size_t n = 0; n < a.values.size(); ++n) {
      if (std::isnan(a.values[n]) && std::isnan(b.values[n])) continue;
      ASSERT_EQ(a.values[n], b.values[n]) << what << " " << i << ", element " << n;
    }
  }
}

TEST_P(TracedSamples, GiveTheSameFromABranch) {
  const OpDef& op = *GetParam();
  for (const Sample& sample : all_samples().samples()) {
    if (std::string(sample.op) != op.name || !can_be_traced(op, sample) || op.stateful) continue;
    const Results eager = differentiated(op, sample.inputs, std::min(sample.order, 1), sample.run);
    // The body gets values that the graph around it computes, and one more op follows, for which the results must lie as it expects.
    const Function f(
        [&sample](const std::vector<Tensor>& given) {
          const std::vector<Tensor> x(given.begin() + 1, given.end());
          std::vector<Tensor> results = cond(
              given[0], [&] { return sample.run(x); }, [&] { return sample.run(x); });
          for (Tensor& result : results) result = reshape(reshape(result, {result.size()}), result.shape());
          return results;
        },
        {.name = op.name});
    const auto call = [&f](const Inputs& x) {
      Inputs given = {constant(true)};
      given.insert(given.end(), x.begin(), x.end());
      return f(given);
    };
    const Results first = differentiated(op, sample.inputs, std::min(sample.order, 1), call);
    const Results second = differentiated(op, sample.inputs, std::min(sample.order, 1), call);
    for (const Results* traced : {&first, &second}) {
      expect_equal("output", eager.outputs, traced->outputs);
      expect_equal("gradient", eager.first, traced->first);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, TracedSamples, ::testing::ValuesIn(op_table().begin(), op_table().end()),
                         [](const auto& parameter) { return std::string(parameter.param->name); });

}  // namespace
}  // namespace whygrad::samples
