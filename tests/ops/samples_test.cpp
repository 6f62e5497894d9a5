// Every op of the table against its samples.
#include "ops/samples/samples.hpp"
#include "tensor/build.hpp"
#include "tensor/log.hpp"

#include <whygrad/autodiff/gradcheck.hpp>
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/ops/abstract.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/shape_ops.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

namespace whygrad::samples {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Op : public ::testing::TestWithParam<const OpDef*> {
 protected:
  static const OpDef& op() { return *GetParam(); }
  static std::vector<const Sample*> samples() {
    std::vector<const Sample*> mine;
    for (const Sample& s : all_samples().samples()) {
      if (s.op == std::string_view(op().name)) mine.push_back(&s);
    }
    return mine;
  }
};
INSTANTIATE_TEST_SUITE_P(, Op, ::testing::ValuesIn(op_table().begin(), op_table().end()), [](const auto& p) { return std::string(p.param->name); });

void expect_near(const Array& got, const Array& expected, double tolerance) {
  ASSERT_EQ(got.shape, expected.shape) << got.shape.to_string() << " instead of " << expected.shape.to_string();
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    const double want = expected.values[i], have = got.values[i];
    if (std::isnan(want) || std::isinf(want)) {
      EXPECT_TRUE(std::isnan(want) ? std::isnan(have) : have == want) << "element " << i << " is " << have << " instead of " << want;
    } else {
      EXPECT_LE(std::abs(have - want), tolerance * (1 + std::abs(want))) << "element " << i << " is " << have << " instead of " << want;
    }
  }
}

Arrays expected_of(const Sample& sample, const Inputs& inputs) {
  Arrays arrays;
  for (const Tensor& t : inputs) arrays.push_back(to_array(t));
  return sample.expected(arrays);
}

void expect_outputs(const Sample& sample, const Inputs& inputs, const Arrays& expected, double tolerance) {
  const std::vector<Tensor> got = sample.run(inputs);
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t k = 0; k < got.size(); ++k) {
    SCOPED_TRACE("output " + std::to_string(k));
    expect_near(to_array(got[k]), expected[k], tolerance);
  }
}

// The same elements as a view whose axes lie in memory the other way round, with a gap after each element.
Tensor strided(const Tensor& t) {
  Ints back;
  for (int i = t.rank() - 1; i >= 0; --i) back.push_back(i);
  const Tensor turned = t.rank() == 0 ? t : transpose(copy(transpose(t, back)), back);
  const Tensor doubled = stack({turned, turned}, t.rank());  // [.., 2]
  Ints begin, size;
  for (int i = 0; i <= t.rank(); ++i) {
    begin.push_back(0);
    size.push_back(i == t.rank() ? 1 : -1);
  }
  return squeeze(slice(doubled, begin, size), {t.rank()});
}

DType lower(DType dtype) { return dtype == DType::kF64 ? DType::kF32 : dtype == DType::kC128 ? DType::kC64 : dtype; }

TEST_P(Op, HasSamplesAndRefusals) {
  EXPECT_FALSE(samples().empty()) << "add samples for " << op().name << " to tests/ops/samples";
  const auto& refusals = all_samples().refusals();
  const bool refuses = std::any_of(refusals.begin(), refusals.end(), [](const Refusal& r) { return r.op == std::string_view(op().name); });
  EXPECT_TRUE(refuses || op().inputs.count == 0) << "add a call that " << op().name << " must refuse";
}

TEST_P(Op, GivesTheReferenceValue) {
  for (const Sample* sample : samples()) {
    const std::vector<Tensor> got = sample->run(sample->inputs);
    for (std::size_t k = 0; k < got.size(); ++k) {
      const DType dtype = k < sample->dtypes.size() ? sample->dtypes[k] : sample->dtypes.empty() ? sample->inputs[0].dtype() : sample->dtypes[0];
      EXPECT_EQ(got[k].dtype(), dtype) << name_of(got[k].dtype()) << " instead of " << name_of(dtype);
    }
    expect_outputs(*sample, sample->inputs, expected_of(*sample, sample->inputs), sample->tolerance);
  }
}

TEST_P(Op, TakesStridedViews) {
  for (const Sample* sample : samples()) {
    Inputs views;
    for (const Tensor& t : sample->inputs) views.push_back(t.rank() < Shape::kMaxRank ? strided(t) : t);
    expect_outputs(*sample, views, expected_of(*sample, sample->inputs), sample->tolerance);
  }
}

// The inputs without their elements, but for those on which the shape of a result depends.
Inputs without_elements(const OpDef& op, const Sample& sample) {
  Inputs specs = sample.inputs;
  for (int i = 0; i < static_cast<int>(specs.size()); ++i) {
    const bool read = i < 16 && (op.shape_reads >> i & 1) != 0;
    const bool read_before = std::find(sample.reads.begin(), sample.reads.end(), i) != sample.reads.end();
    Tensor& input = specs[static_cast<std::size_t>(i)];
    if (!read && !read_before) input = abstract(spec_of(input));
  }
  return specs;
}

TEST_P(Op, GivesTheSameSpecsWithoutElements) {
  for (const Sample* sample : samples()) {
    const Inputs inputs = without_elements(op(), *sample);
    const bool any = std::any_of(inputs.begin(), inputs.end(), [](const Tensor& t) { return t.is_abstract(); });
    const std::vector<Tensor> expected = sample->run(sample->inputs), got = sample->run(inputs);
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t k = 0; k < got.size(); ++k) {
      EXPECT_EQ(got[k].is_abstract(), any);
      EXPECT_EQ(spec_of(got[k]).signature(), spec_of(expected[k]).signature());
      EXPECT_EQ(spec_of(got[k]), spec_of(expected[k]));
    }
  }
}

TEST_P(Op, GivesTheReferenceValueInF32) {
  for (const Sample* sample : samples()) {
    if (!sample->in_f32) continue;
    Inputs inputs;
    for (const Tensor& t : sample->inputs) inputs.push_back(cast(t, lower(t.dtype())));
    expect_outputs(*sample, inputs, expected_of(*sample, inputs), 1e-5);
  }
}

// The inputs of a sample that are to be differentiated.
std::vector<int> differentiated(const OpDef& op, const Sample& sample) {
  if (!sample.differentiate.empty()) return sample.differentiate;
  std::vector<int> chosen;
  for (int i = 0; i < static_cast<int>(sample.inputs.size()); ++i) {
    const DType dtype = sample.inputs[static_cast<std::size_t>(i)].dtype();
    if (input_def(op, i).gradient.differentiable() && (dtype == DType::kF64 || dtype == DType::kC128)) chosen.push_back(i);
  }
  return chosen;
}

TEST_P(Op, HasAGradientWithoutElements) {
  for (const Sample* sample : samples()) {
    const std::vector<int> chosen = differentiated(op(), *sample);
    if (sample->order == 0 || chosen.empty()) continue;
    const Inputs inputs = without_elements(op(), *sample);
    GradientTape tape;
    for (const int i : chosen) tape.watch(inputs[static_cast<std::size_t>(i)]);
    const std::vector<Tensor> ys = sample->run(inputs);
    std::vector<Watchable> sources;
    for (const int i : chosen) sources.emplace_back(inputs[static_cast<std::size_t>(i)]);
    const Gradients gradients = tape.gradient(Targets(ys), Sources(sources));
    for (std::size_t k = 0; k < gradients.size(); ++k) {
      ASSERT_TRUE(gradients[k]) << gradients[k].why().to_string();
      EXPECT_EQ(spec_of(*gradients[k]), spec_of(inputs[static_cast<std::size_t>(chosen[k])]));
    }
  }
}

TEST_P(Op, HasTheGradientOfCentralDifferences) {
  std::vector<bool> checked(static_cast<std::size_t>(op().inputs.count));
  for (const Sample* sample : samples()) {
    const std::vector<int> chosen = differentiated(op(), *sample);
    if (sample->order == 0 || chosen.empty()) continue;
    Inputs sources;
    for (const int i : chosen) {
      sources.push_back(sample->inputs[static_cast<std::size_t>(i)]);
      checked[static_cast<std::size_t>(std::min(i, op().inputs.count - 1))] = true;
    }
    const auto f = [&](const Inputs& x) {
      Inputs inputs = sample->inputs;
      for (std::size_t k = 0; k < chosen.size(); ++k) inputs[static_cast<std::size_t>(chosen[k])] = x[k];
      return sample->run(inputs);
    };
    const GradcheckResult result = gradcheck(f, sources, {.order = sample->order});
    EXPECT_TRUE(result.ok) << result.message;
  }
  for (int i = 0; i < op().inputs.count; ++i) {
    const bool needed = op().inputs[i].gradient.differentiable();
    EXPECT_TRUE(!needed || checked[static_cast<std::size_t>(i)]) << "no sample differentiates " << op().inputs[i].name;
  }
}

// For an input that the tape watches the op is recorded with all that the rules of the others read, who may be watched only later.
TEST_P(Op, GivesInputsThatAreWatchedLateTheirGradients) {
  for (const Sample* sample : samples()) {
    const std::vector<int> chosen = differentiated(op(), *sample);
    if (sample->order == 0 || chosen.size() < 2) continue;
    std::vector<Watchable> all;
    for (const int i : chosen) all.emplace_back(sample->inputs[static_cast<std::size_t>(i)]);
    GradientTape early({.persistent = true});
    for (const Watchable& w : all) early.watch(w);
    const Gradients expected = early.gradient(sample->run(sample->inputs), Sources(all));
    early.exit();
    for (std::size_t first = 0; first < all.size(); ++first) {
      GradientTape late;
      late.watch(all[first]);
      const ValueId before = internal::Log::mine().next_id();
      const std::vector<Tensor> outputs = sample->run(sample->inputs);
      const bool one_op = internal::Log::mine().next_id() == before + outputs.size();
      for (const Watchable& w : all) late.watch(w);
      const Gradients got = late.gradient(outputs, Sources(all));
      for (std::size_t k = 0; k < all.size(); ++k) {
        EXPECT_TRUE(got[k] || !expected[k] || !one_op) << "input " << chosen[k] << " has no gradient";
        if (got[k] && expected[k] && one_op) expect_near(to_array(*got[k]), to_array(*expected[k]), 1e-12);
      }
    }
  }
}

TEST_P(Op, RefusesWithHelp) {
  for (const Refusal& refusal : all_samples().refusals()) {
    if (refusal.op != std::string_view(op().name)) continue;
    try {
      refusal.call();
      ADD_FAILURE() << "nothing was thrown where '" << refusal.fragment << "' was expected";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), StartsWith("[" + std::string(op().name) + "] "));
      EXPECT_THAT(error.what(), HasSubstr(refusal.fragment));
      EXPECT_FALSE(error.help().empty()) << error.what();
    }
  }
}

TEST_P(Op, RefusesEmptyHandles) {
  if (op().inputs.count == 0) return;
  const Tensor empty;
  const std::vector<const Tensor*> inputs(static_cast<std::size_t>(op().inputs.count), &empty);
  std::vector<Tensor> results(static_cast<std::size_t>(op().outputs.count));
  try {
    apply(op(), inputs, nullptr, 0, Where::here(), results);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("is an empty handle"));
  }
}

TEST(OpTable, IsSortedWithoutRepetition) {
  const auto table = op_table();
  for (std::size_t i = 1; i < table.size(); ++i) EXPECT_LT(std::string_view(table[i - 1]->name), std::string_view(table[i]->name));
}

TEST(OpTable, FindsEachOpAndNoOther) {
  for (const OpDef* op : op_table()) EXPECT_EQ(find_op(op->name), op);
  EXPECT_EQ(find_op("no_such_op"), nullptr);
}

TEST(OpTable, HasEveryOpThatIsSampled) {
  for (const Sample& s : all_samples().samples()) EXPECT_NE(find_op(s.op), nullptr) << s.op;
  for (const Refusal& r : all_samples().refusals()) EXPECT_NE(find_op(r.op), nullptr) << r.op;
}

TEST(OpTable, WordsAreSentences) {
  for (const OpDef* op : op_table()) {
    EXPECT_EQ(std::string_view(op->doc).back(), '.') << op->name << ": a doc line ends with a full stop";
    for (const InputDef& in : op->inputs) {
      if (in.gradient.why == nullptr) continue;
      EXPECT_NE(std::string_view(in.gradient.why).back(), '.') << op->name << ": `why` completes a sentence";
      EXPECT_NE(std::string_view(in.gradient.remedy).back(), '.') << op->name << ": `remedy` is put into a sentence";
    }
    for (const char* remedy : {op->zero.remedy, op->nonfinite.remedy}) {
      EXPECT_FALSE(remedy != nullptr && std::string_view(remedy).ends_with('.')) << op->name << ": `remedy` is put into a sentence";
    }
  }
}

TEST(OpTable, OnlyAGradientCanBeZero) {
  for (const OpDef* op : op_table()) EXPECT_TRUE(op->zero.kind == ZeroGradient::kNever || op->vjp != nullptr) << op->name;
}

// A finding names an op by its type, so two ops share one only where TensorFlow computes the same with an op of that type.
TEST(OpTable, TypesAreTensorFlowsAndTellOpsApart) {
  const std::map<std::string, std::vector<std::string>> shared = {{"MatMul", {"dense", "matmul"}},
                                                                  {"Conv2D", {"conv2d", "conv2d_bias"}},
                                                                  {"Relu", {"conv2d_bias_relu", "dense_relu", "relu"}},
                                                                  {"Log", {"log", "reduce_logsumexp"}},
                                                                  {"Maximum", {"clip_by_value", "maximum"}},
                                                                  {"DenseBincount", {"bincount", "weighted_bincount"}},
                                                                  {"RandomShuffle", {"random_permutation", "random_shuffle"}},
                                                                  {"TopKV2", {"argsort", "top_k"}}};
  std::map<std::string, std::vector<std::string>> by_type;
  for (const OpDef* op : op_table()) {
    const std::string type = type_of(*op);
    EXPECT_TRUE(std::all_of(type.begin(), type.end(), [](unsigned char c) { return std::isalnum(c) != 0; })) << type;
    EXPECT_TRUE(std::isupper(static_cast<unsigned char>(type.front())) != 0) << type;
    by_type[type].push_back(op->name);
  }
  for (const auto& [type, ops] : by_type) {
    EXPECT_TRUE(ops.size() == 1 || shared.count(type) == 1) << type << " is the type of " << ops.front() << " and " << ops.back();
  }
  for (const auto& [type, ops] : shared) EXPECT_EQ(by_type[type], ops);
}

TEST(OpTable, TypesThatFollowFromTheNameAreNotRepeated) {
  for (const OpDef* op : op_table()) {
    if (op->type == nullptr) continue;
    OpDef unnamed = *op;
    unnamed.type = nullptr;
    EXPECT_NE(type_of(unnamed), op->type);
  }
}

}  // namespace
}  // namespace whygrad::samples
