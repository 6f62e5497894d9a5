// The graph of a function as text, for Graphviz and as a file; what a file may hold, and what memory a run is known to take.
#include "files.hpp"
#include "golden.hpp"

#include <whygrad/whygrad.hpp>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <string>

namespace whygrad {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using whygrad::testing::read_bytes;
using whygrad::testing::TemporaryFolder;
using whygrad::testing::write_bytes;
using Tensors = std::vector<Tensor>;

// A fused sweep, a variable that is read and assigned, a name scope, a branch and a loop whose decisions fall at run time.
FunctionGraph varied() {
  static const Variable w(ones({4}), "w"), count(constant(0.0F), "count");
  const Function step(
      [](const Tensors& in) {
        const NameScope scope("encoder");
        Tensor h = tanh(in[0] * w + 1.0);
        count.assign_add(constant(1.0F));
        const auto twice = [&] { return h * 2.0; };
        const auto sine = [&] { return sin(h); };
        const Tensor chosen = cond(reduce_sum(h) > 0.0F, twice, sine);
        const auto goes_on = [](const Tensors& v) { return reduce_sum(v[0]) < 100.0F; };
        const auto trip = [&](const Tensors& v) { return Tensors{exp(v[0]) + chosen}; };
        const Tensors last = while_loop(goes_on, trip, Tensors{chosen});
        return Tensors{last[0], count.value()};
      },
      {.name = "step"});
  return step.graph({{float32, {3, 4}, {}}});
}

// By the reference implementation for Python.
void expect_valid(const std::string& document) {
  const TemporaryFolder folder;
  write_bytes(folder / "document.json", document);
  const std::string command = "/usr/bin/python3 -m jsonschema --instance " + folder / "document.json" +
                              " " WG_SOURCE_DIR "/docs/graph.schema.json > " + folder / "output 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0) << read_bytes(folder / "output");
}

TEST(FunctionGraph, TextBeforeAndAfterPasses) {
  const FunctionGraph graph = varied();
  expect_golden("graph/golden/traced.txt", graph.to_string());
  expect_golden("graph/golden/compiled.txt", graph.to_string(true));
}

TEST(FunctionGraph, ForGraphviz) {
  const FunctionGraph graph = varied();
  expect_golden("graph/golden/traced.dot", to_dot(graph));
  expect_golden("graph/golden/compiled.dot", to_dot(graph, true));
}

TEST(FunctionGraph, AFileIsTheGraphAgain) {
  const FunctionGraph graph = varied();
  const std::string text = to_json(graph);
  expect_valid(text);
  const TemporaryFolder folder;
  save_graph(graph, folder / "step.wggraph");
  const FunctionGraph again = load_graph(folder / "step.wggraph");
  EXPECT_EQ(to_json(again), text);
  EXPECT_EQ(again.to_string(true), graph.to_string(true));
  EXPECT_EQ(to_dot(again), to_dot(graph));
  EXPECT_EQ(again.name, "step");
  EXPECT_THAT(again.place.short_text(), HasSubstr("function_graph_test.cpp:"));
}

TEST(FunctionGraph, DamagedFilesAreRefusedByTheNameOfTheField) {
  const std::string text = to_json(varied());
  const auto refused = [&](const std::function<void(json&)>& damage, const std::string& message) {
    json document = json::parse(text);
    damage(document);
    EXPECT_THAT([&] { graph_from_json(document.dump(), "step.wggraph"); },
                ThrowsMessage<IoError>(AllOf(HasSubstr("[load_graph] step.wggraph: "), HasSubstr(message), HasSubstr("help: "))));
  };
  refused([](json& d) { d["format"] = "whygrad-flow"; }, "is not of format \"whygrad-graph\"");
  refused([](json& d) { d["version"] = 2; }, "is of version 2; this program reads up to 1");
  refused([](json& d) { d.erase("traced"); }, "has no \"traced\"");
  refused([](json& d) { d["traced"]["nodes"][0]["inputs"][0] = 1000; }, "traced.nodes[0].inputs[0] is 1000, and there are ");
  refused([](json& d) { d["traced"]["outputs"][0] = -1; }, "traced.outputs[0] is no count");
  refused([](json& d) { d["traced"]["values"][0]["dtype"] = "f33"; }, "is \"f33\", which is no dtype");
  refused([](json& d) { d["traced"]["nodes"][0]["inputs"][0] = d["traced"]["outputs"][0]; }, "which nothing made before");
  refused([](json& d) { d["traced"]["nodes"][1]["first_output"] = d["traced"]["nodes"][0]["first_output"]; }, "which is made already");
  refused([](json& d) { d["traced"]["nodes"][0]["outputs"] = 1000000; }, "traced.nodes[0].outputs");
  EXPECT_THAT([&] { graph_from_json(text.substr(0, 100)); }, ThrowsMessage<IoError>(HasSubstr("the document: no JSON")));
  EXPECT_THAT([] { load_graph("/nowhere/step.wggraph"); }, ThrowsMessage<IoError>(HasSubstr("/nowhere/step.wggraph cannot be opened")));
}

TEST(FunctionGraph, MemoryIsKnownBeforeARun) {
  // Two products, the second of the first one's result: the first stays inside, the second leaves.
  const Function f([](const Tensors& in) { return Tensors{matmul(matmul(in[0], in[0]), in[0])}; });
  const FunctionGraph graph = f.graph({{float32, {64, 64}, {}}});
  const FunctionGraph::Memory memory = graph.compiled.memory.value();
  constexpr std::uint64_t kMatrix = 64 * 64 * 4;
  EXPECT_EQ(memory.arena, kMatrix);
  EXPECT_EQ(memory.results, kMatrix);
  EXPECT_EQ(memory.inputs, kMatrix);
  EXPECT_EQ(memory.constants, 0u);
  EXPECT_EQ(memory.peak, 2 * kMatrix);
  EXPECT_FALSE(graph.traced.memory.has_value());
}

TEST(FunctionGraph, TheBodyThatNeedsMostCounts) {
  const auto with = [](std::int64_t n) {
    const Function f([n](const Tensors& in) {
      return Tensors{cond(
          reduce_sum(in[0]) > 0.0F,
          [&] {
            return reduce_sum(matmul(ones({n, n}), matmul(ones({n, n}) * in[0], ones({n, n}))));
          },
          [&] { return in[0]; })};
    });
    return f.graph({{float32, {}, {}}}).compiled.memory.value().peak;
  };
  EXPECT_EQ(with(64) - with(32), 2u * (64 * 64 - 32 * 32) * 4);
}

}  // namespace
}  // namespace whygrad
