// Numbers that were not seen: explanations say less then, but nothing wrong.
#include "explain/diagnosis_test.hpp"
#include "files.hpp"
#include "flow/analysis.hpp"

#include <whygrad/flow/render.hpp>

#include <nlohmann/json.hpp>

#include <functional>
#include <limits>
#include <ostream>

namespace whygrad {
namespace {

using namespace whygrad::testing;
using nlohmann::json;

struct Program {
  const char* name;
  std::function<Tensor(const Variable& w)> loss;
  std::vector<float> first = {-1.0f, -2.0f};
  const char* unseen = nullptr;  // the op that is named where values were not seen, if it is another one
};
void PrintTo(const Program& program, std::ostream* out) { *out << program.name; }

// The graph of a diagnosis after `change` to its file.
std::vector<Finding> analysed(const Explanation& explanation, const std::function<void(json& graph)>& change) {
  const TemporaryFolder folder;
  save_flow(explanation, folder / "run.wgflow");
  json document = json::parse(read_bytes(folder / "run.wgflow"));
  change(document["explanations"][0]["graph"]);
  write_bytes(folder / "run.wgflow", document.dump());
  return internal::analyse(*load_flow(folder / "run.wgflow")[0].graph());
}

class PartlyKnown : public ::testing::TestWithParam<Program> {
 protected:
  PartlyKnown() {
    const Variable w(constant(GetParam().first), "w");
    Diagnosis report({.values = true});
    GradientTape tape;
    tape.gradient(GetParam().loss(w), w);
    explanations_ = report.explanations();
  }
  std::vector<Explanation> explanations_;
};

// Without the numbers of values, those of gradients still show where the gradient was lost.
TEST_P(PartlyKnown, NumbersOfValuesAreMissing) {
  ASSERT_EQ(explanations_.size(), 1u);
  const Finding whole = explanations_[0].findings().at(0);
  const std::vector<Finding> found = analysed(explanations_[0], [](json& graph) {
    for (json& value : graph["values"]) value.erase("numbers");
  });
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].status, whole.status);
  EXPECT_EQ(found[0].op, GetParam().unseen != nullptr ? GetParam().unseen : whole.op);
  EXPECT_EQ(found[0].place.line, whole.place.line);
  for (const char* claim : {"every unit of `relu6` is off", "the result of"}) EXPECT_THAT(found[0].why, Not(HasSubstr(claim)));
  if (found[0].status == Finding::Status::kZero) return;
  EXPECT_EQ(found[0].confidence, Confidence::kLikely);
  EXPECT_THAT(found[0].why, ::testing::MatchesRegex("what arrived at `" + found[0].op + "` is finite, but (NaN|Inf) left it backwards"));
}

TEST_P(PartlyKnown, NoNumbersButThoseOfTheAnswer) {
  const Finding whole = explanations_.at(0).findings().at(0);
  const std::vector<Finding> found = analysed(explanations_[0], [](json& graph) {
    for (json& value : graph["values"]) {
      value.erase("numbers");
      value.erase("gradient");
    }
    graph["passed"] = json::array();
    graph["spots"] = json::array();
  });
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].status, whole.status);
  EXPECT_EQ(found[0].cause, Cause::kUnknown);
  EXPECT_EQ(found[0].confidence, Confidence::kUnknown);
  EXPECT_THAT(found[0].why, HasSubstr("the numbers on the way were not seen"));
}

const float kInf = std::numeric_limits<float>::infinity();

INSTANTIATE_TEST_SUITE_P(Programs, PartlyKnown,
                         ::testing::Values(Program{"relu", [](const Variable& w) { return reduce_sum(nn::relu(w)); }},
                                           Program{"capped", [](const Variable& w) { return reduce_sum(nn::relu6(w)); }, {7.0f, 8.0f}},
                                           Program{"sigmoid", [](const Variable& w) { return reduce_sum(sigmoid(w)); }, {-200.0f, -300.0f}},
                                           Program{"softmax", [](const Variable& w) { return reduce_sum(nn::softmax(w)); }},
                                           Program{"softmax of one",
                                                   [](const Variable& w) {
                                                     return reduce_sum(nn::softmax(w) * constant({1.0f, 2.0f}));
                                                   },
                                                   {0.0f, 500.0f}},
                                           Program{"clip", [](const Variable& w) { return reduce_sum(clip_by_value(w, 0.0f, 1.0f)); }},
                                           Program{"maximum", [](const Variable& w) { return reduce_sum(maximum(w, 0.0f)); }},
                                           Program{"maximum of two",
                                                   [](const Variable& w) {
                                                     return reduce_sum(maximum(w, exp(constant({1.0f, 2.0f}))));
                                                   }},
                                           Program{"square", [](const Variable& w) { return reduce_sum(square(w)); }, {0.0f, 0.0f}},
                                           Program{"product",
                                                   [](const Variable& w) {
                                                     return reduce_sum(w * constant({0.0f, 0.0f}));
                                                   }},
                                           Program{"product of relu",
                                                   [](const Variable& w) {
                                                     return reduce_sum(w * nn::relu(constant({-1.0f, -1.0f})));
                                                   },
                                                   {1.0f, 2.0f},
                                                   "multiply"},
                                           Program{"coefficient", [](const Variable& w) { return reduce_sum(w * 0.0f); }},
                                           Program{"mean taken out", [](const Variable& w) { return reduce_sum(w - reduce_mean(w)); }},
                                           Program{"cancelled", [](const Variable& w) { return reduce_sum(w - w); }},
                                           Program{"sqrt", [](const Variable& w) { return reduce_sum(sqrt(w)); }, {0.0f, 1.0f}},
                                           Program{"division", [](const Variable& w) { return reduce_sum(1.0f / w); }, {0.0f, 1.0f}},
                                           Program{"log of data",
                                                   [](const Variable& w) {
                                                     return reduce_sum(w * log(constant({-1.0f, 1.0f})));
                                                   },
                                                   {1.0f, 2.0f},
                                                   "multiply"},
                                           Program{"data", [](const Variable& w) {
                                                     return reduce_sum(w * constant({kInf - kInf, 1.0f}));
                                                   }}));

}  // namespace
}  // namespace whygrad
