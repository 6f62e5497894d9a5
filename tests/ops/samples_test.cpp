// Every op of the table against its samples.
#include "ops/samples/samples.hpp"
#include "testing/op_checks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>

namespace whygrad::samples {
namespace {

struct Case {
  const OpDef* op;
  const whygrad::testing::OpCheck* check;
};
std::vector<Case> cases() {
  std::vector<Case> cases;
  for (const auto& check : whygrad::testing::op_checks()) {
    for (const OpDef* op : op_table()) cases.push_back({op, &check});
  }
  return cases;
}

class Op : public ::testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(, Op, ::testing::ValuesIn(cases()), [](const auto& p) { return std::string(p.param.check->name) + "_" + p.param.op->name; });

TEST_P(Op, IsAsItsSamplesSay) {
  for (const std::string& problem : GetParam().check->run(*GetParam().op, all_samples())) ADD_FAILURE() << problem;
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
  const std::map<std::string, std::vector<std::string>> shared = {
      {"MatMul", {"dense", "matmul"}},      {"Conv2D", {"conv2d", "conv2d_bias"}},     {"Relu", {"conv2d_bias_relu", "dense_relu", "relu"}},
      {"Log", {"log", "reduce_logsumexp"}}, {"Maximum", {"clip_by_value", "maximum"}}, {"DenseBincount", {"bincount", "weighted_bincount"}},
      {"Eig", {"eig", "eigvals"}},          {"Svd", {"singular_values", "svd"}},       {"RandomShuffle", {"random_permutation", "random_shuffle"}},
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
