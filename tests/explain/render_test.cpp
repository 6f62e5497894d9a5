// Explanations as text with colours, JSON and SARIF.
#include "explain/explain_test.hpp"
#include "files.hpp"
#include "golden.hpp"

#include <whygrad/flow/render.hpp>
#include <whygrad/nn/layers.hpp>
#include <whygrad/nn/sequential.hpp>
#include <whygrad/tensor/name_scope.hpp>

#include <nlohmann/json.hpp>

#include <cstdlib>

namespace whygrad {
namespace {

using namespace whygrad::testing;
using nlohmann::json;

// An argmax in the second layer of a model with name scopes.
Explanation broken_model() {
  const NameScope scope("encoder");
  nn::Sequential model({4}, {nn::Dense(3), nn::Sequential({nn::Dense(2)})});
  const Tensor x = ones({5, 4});
  GradientTape tape;
  const Tensor best = argmax(model(x), 1);
  const Tensor loss = reduce_mean(cast(best, float32));
  return tape.gradient(loss, model.parameters()[0].second).why();
}

// By the reference implementation for Python.
void expect_valid(const std::string& document, const std::string& schema) {
  const TemporaryFolder folder;
  write_bytes(folder / "document.json", document);
  const std::string command =
      "/usr/bin/python3 -m jsonschema --instance " + folder / "document.json" + " " WG_SOURCE_DIR "/" + schema + " > " + folder / "output 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0) << read_bytes(folder / "output");
}

TEST(Render, NameScopesStandInTheExplanation) {
  const Explanation why = broken_model();
  ASSERT_EQ(why.findings().size(), 1u);
  const Finding& f = why.findings()[0];
  EXPECT_EQ(f.source_name, "encoder/dense/kernel");
  EXPECT_EQ(f.op, "argmax");
  EXPECT_EQ(f.scope, "encoder");
  ASSERT_GE(f.path.size(), 3u);
  EXPECT_EQ(f.path[1].scope, "encoder/dense");
  EXPECT_EQ(f.path[2].scope, "encoder/sequential/dense");
  EXPECT_THAT(why.to_string(), HasSubstr("encoder/sequential/dense/"));
}

TEST(Render, ColoursAreTheOnlyDifference) {
  const Explanation why = broken_model();
  std::string coloured = to_text(why, {.colour = true});
  EXPECT_THAT(coloured, HasSubstr("\x1b[1;31mno gradient\x1b[0m"));
  for (std::size_t at = coloured.find('\x1b'); at != std::string::npos; at = coloured.find('\x1b'))
    coloured.erase(at, coloured.find('m', at) + 1 - at);
  EXPECT_EQ(coloured, to_text(why));
  EXPECT_EQ(to_text(why), why.to_string());
}

TEST(Render, NarrowTextIsBroken) {
  const std::string text = to_text(broken_model(), {.columns = 60});
  const std::string remedy = text.substr(text.find("\nwhy"));
  for (std::size_t at = 0, end = 0; at < remedy.size(); at = end + 1) {
    end = std::min(remedy.find('\n', at), remedy.size());
    EXPECT_LE(end - at, 60u) << remedy.substr(at, end - at);
  }
}

TEST(Render, JsonKeepsToItsSchema) {
  const Explanation why = broken_model();
  const std::string text = to_json(why);
  expect_valid(text, "docs/flow.schema.json");
  expect_valid(to_json(std::vector<Explanation>{why, Explanation()}), "docs/flow.schema.json");
  const json document = json::parse(text);
  const json& finding = document["explanations"][0]["findings"][0];
  EXPECT_EQ(finding["code"], "WG103");
  EXPECT_EQ(finding["op"], "argmax");
  EXPECT_EQ(finding["group"], why.findings()[0].group());
  EXPECT_EQ(finding["path"][0]["status"], "source");
  const json& graph = document["explanations"][0]["graph"];
  const json& op = graph["ops"][finding["path"][1]["op"].get<std::size_t>()];
  EXPECT_EQ(graph["scopes"][op["scope"].get<std::size_t>()], "encoder/dense");
}

TEST(Render, TheSchemaRefusesWhatIsWrong) {
  const TemporaryFolder folder;
  json document = json::parse(to_json(broken_model()));
  document["explanations"][0]["findings"][0]["status"] = "gone";
  write_bytes(folder / "document.json", document.dump());
  const std::string command = "/usr/bin/python3 -m jsonschema --instance " + folder / "document.json" +
                              " " WG_SOURCE_DIR "/docs/flow.schema.json > " + folder / "output 2>&1";
  EXPECT_NE(std::system(command.c_str()), 0);
  EXPECT_THAT(read_bytes(folder / "output"), HasSubstr("gone"));
}

TEST(Render, Sarif) {
  const Explanation why = broken_model();
  const std::string text = to_sarif(why, {.root = WG_SOURCE_DIR});
  expect_valid(text, "tests/explain/sarif.schema.json");
  const json run = json::parse(text)["runs"][0];
  const json& result = run["results"][0];
  EXPECT_EQ(result["ruleId"], "WG103");
  EXPECT_EQ(run["tool"]["driver"]["rules"][result["ruleIndex"].get<std::size_t>()]["id"], "WG103");
  EXPECT_EQ(result["level"], "error");
  EXPECT_EQ(result["properties"]["group"], why.findings()[0].group());
  const json& place = result["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "tests/explain/render_test.cpp");
  EXPECT_EQ(place["region"]["startLine"], why.findings()[0].place.line);
  const json& flow = result["codeFlows"][0]["threadFlows"][0]["locations"];
  EXPECT_EQ(flow.size(), why.findings()[0].path.size());
}

TEST(Render, SarifOfSeveralFindingsNamesEachRuleOnce) {
  Finding likely;
  likely.cause = Cause::kUnused;
  likely.why = "it is not used";
  likely.confidence = Confidence::kLikely;
  likely.place = {"/elsewhere/a b#.py", "f", 3, 7};
  Finding again = likely;
  again.confidence = Confidence::kUnknown;
  again.place = {};
  const std::string text = to_sarif(Explanation({likely, again}), {.root = "/work"});
  expect_valid(text, "tests/explain/sarif.schema.json");
  const json run = json::parse(text)["runs"][0];
  EXPECT_EQ(run["tool"]["driver"]["rules"].size(), 1u);
  EXPECT_EQ(run["results"][0]["level"], "warning");
  EXPECT_EQ(run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "file:///elsewhere/a%20b%23.py");
  EXPECT_EQ(run["results"][1]["level"], "note");
  EXPECT_TRUE(run["results"][1]["locations"].empty());
}

TEST(Render, NamesThatAreNoUtf8DoNotStopIt) {
  Finding f;
  f.source = "variable `\xff\xfe`";
  EXPECT_TRUE(json::accept(to_json(Explanation({f}))));
  EXPECT_TRUE(json::accept(to_sarif(Explanation({f}))));
}

TEST(Render, SarifNamesFilesRelativeToTheRootOnlyBelowIt) {
  Finding f;
  const auto uri = [&f](const std::string& file, const std::string& root) {
    f.place = {file, "", 3, 0};
    const json result = json::parse(to_sarif(Explanation({f}), {.root = root}))["runs"][0]["results"][0];
    return result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].get<std::string>();
  };
  EXPECT_EQ(uri("/home/me/model.cpp", "/home/me"), "model.cpp");
  EXPECT_EQ(uri("/home/me/model.cpp", "/home/me/"), "model.cpp");
  EXPECT_EQ(uri("/home/mean/model.cpp", "/home/me"), "file:///home/mean/model.cpp");
  EXPECT_EQ(uri("/home/me/model.cpp", ""), "file:///home/me/model.cpp");
  EXPECT_EQ(uri("lib/model.cpp", ""), "lib/model.cpp");
}

TEST(Render, SarifOfPartialGradientsIsANote) {
  Finding f;
  f.status = Finding::Status::kPartial;
  f.place = {"a.py", "", 3, 0};
  f.others = {{Cause::kNondiffOp, "floor", {"a.py", "g", 4, 2}}, {Cause::kNondiffOp, "round", {}}};
  f.path = {{.name = "w"}, {.status = Step::Status::kStops, .name = "floor", .signature = "f32[]", .place = {"a.py", "g", 4, 2}}};
  f.target_place = {"a.py", "", 5, 0};
  Finding other = f;
  other.cause = Cause::kUnused;
  other.path.resize(1);
  const std::string text = to_sarif(std::vector<Explanation>{Explanation({f}), Explanation({other})});
  expect_valid(text, "tests/explain/sarif.schema.json");
  const json run = json::parse(text)["runs"][0];
  EXPECT_EQ(run["tool"]["driver"]["rules"].size(), 2u);
  EXPECT_EQ(run["results"][1]["ruleIndex"], 1);
  const json& result = run["results"][0];
  EXPECT_EQ(result["level"], "note");
  ASSERT_EQ(result["relatedLocations"].size(), 2u) << "a break without a place has none";
  EXPECT_EQ(result["relatedLocations"][0]["message"]["text"], "the target");
  EXPECT_EQ(result["relatedLocations"][1]["message"]["text"], "floor cuts off another part");
  EXPECT_EQ(result["relatedLocations"][1]["physicalLocation"]["region"]["startColumn"], 2);
  const json& steps = result["codeFlows"][0]["threadFlows"][0]["locations"];
  ASSERT_EQ(steps.size(), 1u) << "a step without a place is left out";
  EXPECT_EQ(steps[0]["importance"], "essential");
  EXPECT_FALSE(run["results"][1].contains("codeFlows"));
}

TEST(Render, TextOfOneOpThatIsLeftOut) {
  Finding f;
  f.path = {{.status = Step::Status::kSource, .name = "w"}, {.status = Step::Status::kStops, .name = "floor", .left_out = 1}};
  EXPECT_THAT(to_text(Explanation({f})), HasSubstr("  ... 1 more op\n"));
  f.path[1].left_out = 2;
  EXPECT_THAT(to_text(Explanation({f})), HasSubstr("  ... 2 more ops\n"));
}

TEST(Render, TextOfEveryStatus) {
  Finding f;
  f.path = {{.status = Step::Status::kSource, .name = "w"},
            {.status = Step::Status::kFlows, .name = "exp"},
            {.status = Step::Status::kFlows, .name = "exp", .note = "before the tape"},
            {.status = Step::Status::kZero, .name = "relu"},
            {.status = Step::Status::kNonFinite, .name = "sqrt"},
            {.status = Step::Status::kStopsAsWell, .name = "floor"}};
  const std::string text = to_text(Explanation({f}), {.colour = true});
  for (const char* line : {"\x1b[1msource", "\x1b[32mgradient flows", "\x1b[33mbefore the tape", "\x1b[1;31mMAKES THE GRADIENT ZERO",
                           "\x1b[1;31mMAKES THE FIRST NaN OR INF", "\x1b[33mwould stop it as well"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace whygrad
