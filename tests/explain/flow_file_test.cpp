// .wgflow files: saved, read back, and damaged.
#include "explain/explain_test.hpp"
#include "files.hpp"
#include "flow/analysis.hpp"

#include <whygrad/flow/render.hpp>

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
  const Explanation again = explain(after[0].graph());
  EXPECT_EQ(again.to_string(), before.to_string());
}

TEST(FlowFile, HoldsUnknownExtentsAndOtherEnginesDtypes) {
  const TemporaryFolder folder;
  FlowGraph graph = *varied().graph();
  graph.values[0].dtype = FlowDType::kString;
  graph.extents[graph.values[0].first_extent] = FlowGraph::kUnknownExtent;
  graph.values[1].rank = FlowGraph::kUnknownRank;
  const std::string before = graph.signature(0);
  save_flow(explain(std::move(graph)), folder / "run.wgflow");
  const std::vector<Explanation> after = load_flow(folder / "run.wgflow");
  EXPECT_EQ(after[0].graph()->signature(0), before);
  EXPECT_THAT(before, HasSubstr("string[?"));
  EXPECT_THAT(after[0].graph()->signature(1), HasSubstr("[...]"));
}

TEST(FlowFile, SeveralExplanations) {
  const TemporaryFolder folder;
  const std::vector<Explanation> all = {varied(), Explanation(), varied()};
  save_flow(all, folder / "run.wgflow");
  EXPECT_EQ(to_json(load_flow(folder / "run.wgflow")), to_json(all));
}

TEST(FlowFile, TextsAreReadAsFilesAre) {
  const std::vector<Explanation> all = {varied(), Explanation()};
  EXPECT_EQ(to_json(from_json(to_json(all))), to_json(all));
  for (const auto& [name, called] : {std::pair<const char*, const char*>{"the document", "the document: no JSON"}, {"run 5", "run 5: no JSON"}}) {
    try {
      from_json("{", name);
      FAIL() << "was read";
    } catch (const IoError& error) {
      EXPECT_THAT(error.what(), HasSubstr(called));
    }
  }
  EXPECT_THROW(from_json("[]"), IoError);
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

// Every field that is left out where it has its usual value.
TEST(FlowFile, RareFieldsComeBack) {
  FlowGraph graph;
  graph.extents = {2, 3};
  graph.variables.push_back({"frozen", Where{"model.py", "build", 3, 5}, false});
  graph.boundaries = {Where{}, Where{"train.py", "step", 9, 0}};
  graph.numbers.push_back({.count = 6, .zeros = 6, .ones = 0});
  graph.defs.push_back({"gather", "GatherV2", OpKind::kLoopEnd, {{"x"}, {"seed", GradientFlow::kNoRule, Role::kSeed, "why", "fix", true}}});
  graph.defs.back().integers.why = "they are positions";
  graph.defs.back().integers.remedy = "use the values";
  graph.defs.back().construct = Construct::kWhileLoop;
  graph.defs.back().in_metrics = graph.defs.back().backward_pass = graph.defs.back().nonfinite.inf_is_mask = true;
  graph.defs.back().zero.kind = ZeroGradient::kTies;
  graph.defs.back().zero.single_element = "alone";
  graph.defs.back().nonfinite.kind = NonFinite::kLogOfZero;
  graph.defs.back().nonfinite.low = -1;
  graph.defs.back().nonfinite.high = 2;
  graph.defs.back().nonfinite.out_of_domain = "outside";
  graph.values.push_back({.variable = 0, .watched_from = 0, .rank = 2, .numbers = 0, .origin = FlowGraph::Origin::kForeign});
  graph.values.push_back({.op = 0, .unwatched_at = 1, .watched_elsewhere = 0, .gradient = 0, .origin = FlowGraph::Origin::kMade});
  FlowGraph::Op op;
  op.def = 0;
  op.standing = FlowGraph::Standing::kReset;
  op.boundary = op.returns_at = 1;
  op.inputs = op.outputs = 1;
  op.first_output = 1;
  op.print = ~std::uint64_t{0};
  op.choice = -3;
  op.written = -std::numeric_limits<double>::infinity();
  graph.ops.push_back(op);
  graph.inputs = {0};
  graph.passed = {FlowGraph::kNone};
  graph.spots.push_back(
      {.op = 0, .input = 0, .at = {}, .made = -std::numeric_limits<double>::infinity(), .given = {{FlowGraph::kNone, 0.5}, {0, 2}}});
  graph.targets = {1};
  graph.sources.push_back({.values = {0}, .variable = 0, .replaced = true, .replaced_by = "batch_jacobian"});
  Finding f;
  f.also = {Cause::kUnused};
  f.evidence = {"seen"};
  f.place = {"model.py", "call", 7, 4};
  f.path.push_back({.name = "gather", .beside = true, .left_out = 12});
  f.others.push_back({Cause::kIntDtype, "cast", {"model.py", "", 8, 0}});
  const Explanation before({f}, std::make_shared<const FlowGraph>(std::move(graph)));
  const TemporaryFolder folder;
  save_flow(before, folder / "run.wgflow");
  const std::vector<Explanation> after = load_flow(folder / "run.wgflow");
  EXPECT_EQ(to_json(after), to_json(before));
  const FlowGraph& g = *after[0].graph();
  EXPECT_EQ(g.values[0].origin, FlowGraph::Origin::kForeign);
  EXPECT_EQ(g.ops[0].print, ~std::uint64_t{0});
  EXPECT_EQ(g.ops[0].choice, -3);
  EXPECT_EQ(g.ops[0].written, -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(g.sources[0].replaced);
  EXPECT_STREQ(g.defs[0].integers.why, "they are positions");
  EXPECT_STREQ(g.defs[0].integers.remedy, "use the values");
  EXPECT_EQ(g.defs[0].construct, Construct::kWhileLoop);
  EXPECT_EQ(g.values[1].watched_elsewhere, 0u);
  EXPECT_STREQ(g.sources[0].replaced_by, "batch_jacobian");
  EXPECT_FALSE(g.defs[0].answers[0].factor);
  EXPECT_TRUE(g.defs[0].answers[1].factor);
  EXPECT_TRUE(g.defs[0].in_metrics);
  EXPECT_TRUE(g.defs[0].nonfinite.inf_is_mask);
  EXPECT_EQ(g.defs[0].zero.kind, ZeroGradient::kTies);
  EXPECT_STREQ(g.defs[0].zero.single_element, "alone");
  EXPECT_EQ(g.defs[0].nonfinite.kind, NonFinite::kLogOfZero);
  EXPECT_EQ(g.defs[0].nonfinite.low, -1);
  EXPECT_EQ(g.defs[0].nonfinite.high, 2);
  EXPECT_STREQ(g.defs[0].nonfinite.out_of_domain, "outside");
  EXPECT_TRUE(after[0].findings()[0].path[0].beside);
  EXPECT_EQ(g.passed[0], FlowGraph::kNone);
  EXPECT_EQ(g.spots[0].given[1].first, 0u);
  EXPECT_EQ(after[0].findings()[0].path[0].left_out, 12u);
  EXPECT_EQ(after[0].findings()[0].place.column, 4u);
}

TEST(FlowFile, MissingAndUnwritableFiles) {
  EXPECT_THROW(load_flow("/nowhere/run.wgflow"), IoError);
  try {
    load_flow(TemporaryFolder() / "");
    FAIL() << "was read";
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot be read"));
    EXPECT_EQ(error.help(), "it may be a folder, or the disk is damaged");
  }
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
    ::testing::Values(
        Damage{"def", [](json& g) { g["ops"][1]["def"] = kMany; }, "explanations[0].graph.ops[1].def is 1000000, and there are "},
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
        Damage{"type", [](json& g) { g["scopes"] = "encoder"; }, "scopes is no list"},
        Damage{"text", [](json& g) { g["variables"][0]["name"] = 7; }, "variables[0].name is no text"},
        Damage{"truth", [](json& g) { g["tape"]["watches_variables"] = 1; }, "tape.watches_variables is neither true nor false"},
        Damage{"line", [](json& g) { g["places"][0]["line"] = 1ull << 40; }, "line is 1099511627776, above 4294967295"},
        Damage{"choice", [](json& g) { g["ops"][0]["choice"] = 0.5; }, "ops[0].choice is no integer"},
        Damage{"origin", [](json& g) { g["values"][0]["origin"] = "space"; }, "which is none of made, old, forgotten, foreign"},
        Damage{"many inputs", [](json& g) { g["ops"].back()["inputs"] = std::vector<int>(70000, 0); }, "70000 entries; 65535 is the most"},
        Damage{"no output of its maker before",
               [](json& g) {
                 for (json& op : g["ops"]) op["inputs"] = json::array();
                 g["ops"][0]["outputs"] = 0;
                 g["values"][0]["op"] = g["ops"].size() - 1;
               },
               "values[0] is no output of op"},
        Damage{"no output of its maker behind",
               [](json& g) {
                 for (json& op : g["ops"]) op["outputs"] = 0;
               },
               "is no output of op"},
        Damage{"bins",
               [](json& g) {
                 g["numbers"] = {
                     {{"count", 1}, {"zeros", 0}, {"ones", 0}, {"nans", 0}, {"infs", 0}, {"min", 1}, {"max", 1}, {"norm", 1}, {"bins", {1}}}};
               },
               "numbers[0].bins has 1 entries, not 16"},
        Damage{"more zeros than elements",
               [](json& g) {
                 g["numbers"] = {{{"count", 1}, {"zeros", 2}}};
               },
               "numbers[0].zeros is 2, above 1"},
        Damage{"no number",
               [](json& g) {
                 g["numbers"] = {{{"count", 1}, {"zeros", 0}, {"ones", 0}, {"nans", 0}, {"infs", 0}, {"min", "small"}}};
               },
               "numbers[0].min is no number"},
        Damage{"input of no op",
               [](json& g) {
                 g["spots"] = {{{"input", 0}, {"at", json::array()}, {"made", 1}, {"given", json::array()}}};
               },
               "spots[0].input is 0, and there are 0"},
        Damage{"null where a place must be", [](json& g) { g["places"] = {nullptr}; }, "places[0] has no \"file\""}));

TEST(FlowFile, AnUnknownCauseIsRefused) {
  json document = json::parse(to_json(Explanation({Finding()})));
  document["explanations"][0]["findings"][0]["cause"] = "WG999";
  const TemporaryFolder folder;
  write_bytes(folder / "run.wgflow", document.dump());
  try {
    load_flow(folder / "run.wgflow");
    FAIL() << "was read";
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), HasSubstr("findings[0].cause is \"WG999\", which is no known cause"));
  }
}

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
