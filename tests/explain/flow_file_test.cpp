// .wgflow files: saved, read back, and damaged.
#include "explain/analysis.hpp"
#include "explain/explain_test.hpp"
#include "files.hpp"

#include <whygrad/explain/render.hpp>

#include <nlohmann/json.hpp>

#include <functional>

namespace whygrad {
namespace {

using namespace whygrad::testing;
using nlohmann::json;

// Ops before the tape, a choice, a host read, several outputs and a rule's ops.
Explanation varied() {
  const Variable w = variable({1.0f, 2.0f, 3.0f, 4.0f}, "w");
  const Tensor before = exp(w);
  const Tensor back = constant(exp(w).to_vector<float>());
  GradientTape tape({.persistent = true});
  const std::vector<Tensor> parts = split(w * before, 2);
  const Tensor chosen = cond(
      constant(true), [&] { return parts[0] + 1; }, [&] { return parts[1] * 2; });
  const Tensor loss = reduce_sum(floor(chosen)) + reduce_sum(back);
  return explain(tape, loss, {w, before});
}

std::string text_of_file(const Explanation& explanation) {
  const TemporaryFolder folder;
  save_flow(explanation, folder / "run.wgflow");
  return read_bytes(folder / "run.wgflow");
}

TEST(FlowFile, ComesBackAsItWas) {
  const TemporaryFolder folder;
  const Explanation before = varied();
  ASSERT_FALSE(before.empty());
  save_flow(before, folder / "run.wgflow");
  const std::vector<Explanation> after = load_flow(folder / "run.wgflow");
  ASSERT_EQ(after.size(), 1u);
  EXPECT_EQ(to_json(after[0]), to_json(before));
  EXPECT_EQ(after[0].to_string(), before.to_string());
}

TEST(FlowFile, TheGraphThatComesBackIsAnalysedAlike) {
  const TemporaryFolder folder;
  const Explanation before = varied();
  save_flow(before, folder / "run.wgflow");
  const std::vector<Explanation> after = load_flow(folder / "run.wgflow");
  const Explanation again(internal::analyse(*after[0].graph(), internal::Outcome::kOpen));
  EXPECT_EQ(again.to_string(), before.to_string());
}

TEST(FlowFile, SeveralExplanations) {
  const TemporaryFolder folder;
  const std::vector<Explanation> all = {varied(), Explanation(), varied()};
  save_flow(all, folder / "run.wgflow");
  EXPECT_EQ(to_json(load_flow(folder / "run.wgflow")), to_json(all));
}

TEST(FlowFile, NumbersThatAreNotFiniteComeBack) {
  FlowGraph graph;
  graph.numbers.push_back({.count = 3, .nans = 1, .min = -1, .max = std::numeric_limits<double>::infinity(), .norm = 2});
  graph.spots.push_back({.at = {0, 2}, .made = std::numeric_limits<double>::quiet_NaN()});
  graph.spots.push_back({.at = {}, .made = -std::numeric_limits<double>::infinity()});
  const Explanation before({}, std::make_shared<const FlowGraph>(std::move(graph)));
  const TemporaryFolder folder;
  save_flow(before, folder / "run.wgflow");
  EXPECT_EQ(to_json(load_flow(folder / "run.wgflow")), to_json(before));
}

TEST(FlowFile, MissingAndUnwritableFiles) {
  EXPECT_THROW(load_flow("/nowhere/run.wgflow"), IoError);
  EXPECT_THROW(save_flow(Explanation(), "/nowhere/run.wgflow"), IoError);
}

TEST(FlowFile, EveryTruncationIsRefused) {
  Finding f;
  f.path.push_back({});
  expect_every_truncation_refused(to_json(Explanation({f})).substr(0, to_json(Explanation({f})).size() - 1), load_flow);
}

TEST(FlowFile, DamageDoesNoHarm) {
  const std::string bytes = to_json(Explanation({}, std::make_shared<const FlowGraph>()));
  expect_no_harm_from_damage(bytes, bytes.size(), load_flow);
}

// Each field that points somewhere, made to point beyond, and what the message names.
struct Damage {
  const char* what;
  std::function<void(json& graph)> change;
  const char* named;
};
void PrintTo(const Damage& damage, std::ostream* out) { *out << damage.what; }

class DamagedFlow : public ::testing::TestWithParam<Damage> {};

TEST_P(DamagedFlow, IsRefusedByName) {
  json document = json::parse(text_of_file(varied()));
  GetParam().change(document["explanations"][0]["graph"]);
  const TemporaryFolder folder;
  write_bytes(folder / "run.wgflow", document.dump());
  try {
    load_flow(folder / "run.wgflow");
    FAIL() << "was read";
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), HasSubstr(GetParam().named));
    EXPECT_THAT(error.what(), HasSubstr("run.wgflow"));
  }
}

constexpr int kMany = 1000000;
INSTANTIATE_TEST_SUITE_P(
    Fields, DamagedFlow,
    ::testing::Values(Damage{"def", [](json& g) { g["ops"][1]["def"] = kMany; }, "explanations[0].graph.ops[1].def is 1000000, and there are "},
                      Damage{"place", [](json& g) { g["ops"][0]["place"] = kMany; }, "graph.ops[0].place is"},
                      Damage{"input", [](json& g) { g["ops"].back()["inputs"][0] = kMany; }, "inputs[0] is 1000000"},
                      Damage{"input made later", [](json& g) { g["ops"][1]["inputs"] = {g["values"].size() - 1}; }, "which is made later"},
                      Damage{"no answers",
                             [](json& g) {
                               for (json& def : g["defs"]) def["answers"] = json::array();
                             },
                             "no answer"},
                      Damage{"output of another", [](json& g) { g["ops"].back()["first_output"] = 0; }, "another op made"},
                      Damage{"outputs beyond", [](json& g) { g["ops"].back()["outputs"] = 60000; }, "reaches beyond"},
                      Damage{"maker", [](json& g) { g["values"][0]["op"] = kMany; }, "values[0].op is"},
                      Damage{"negative", [](json& g) { g["targets"][0] = -1; }, "targets[0] is no count"},
                      Damage{"target", [](json& g) { g["targets"][0] = kMany; }, "targets[0] is"},
                      Damage{"source", [](json& g) { g["sources"][0]["values"] = json::array(); }, "sources[0] has no value"},
                      Damage{"rank", [](json& g) { g["values"][0]["shape"] = std::vector<int>(9, 1); }, "9 extents"},
                      Damage{"dtype", [](json& g) { g["values"][0]["dtype"] = "f31"; }, "no dtype"},
                      Damage{"kind", [](json& g) { g["defs"][0]["kind"] = "magic"; }, "none of compute, constant"},
                      Damage{"passed", [](json& g) { g["passed"] = {0}; }, "passed has 1 entries"},
                      Damage{"gone", [](json& g) { g.erase("defs"); }, "has no \"defs\""},
                      Damage{"type", [](json& g) { g["scopes"] = "encoder"; }, "scopes is no list"}));

TEST(FlowFile, OtherFormatsAndNewerVersionsAreRefused) {
  const TemporaryFolder folder;
  const auto message = [&folder](const std::string& bytes) {
    write_bytes(folder / "run.wgflow", bytes);
    try {
      load_flow(folder / "run.wgflow");
    } catch (const IoError& error) {
      return std::string(error.what());
    }
    return std::string("was read");
  };
  EXPECT_THAT(message("[]"), HasSubstr("is not of format"));
  EXPECT_THAT(message("\x89PNG"), HasSubstr("no JSON"));
  EXPECT_THAT(message("{\"format\":\"whygrad-flow\",\"version\":2,\"explanations\":[]}"), HasSubstr("version 2"));
  EXPECT_THAT(message("{\"format\":\"whygrad-flow\",\"version\":1e999,\"explanations\":[]}"), HasSubstr("no JSON"));
}

}  // namespace
}  // namespace whygrad
