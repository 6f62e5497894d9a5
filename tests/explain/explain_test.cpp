// Judges explanations.
#include "explain/explain_test.hpp"

#include "explain/diagnosis_test.hpp"
#include "files.hpp"

#include <nlohmann/json.hpp>

namespace whygrad::testing {
namespace {

// Explanations of more ops are tested for their time, and what they say is not judged again.
bool is_judged_again(const Explanation& explanation) { return explanation.graph() != nullptr && explanation.graph()->ops.size() <= 10000; }

// Whether the graph of an explanation, judged from a file without findings, says the same: a file holds all that the judges read.
bool says_the_same_from_file(const Explanation& explanation, std::string* other) {
  if (!is_judged_again(explanation)) return true;
  nlohmann::json document = nlohmann::json::parse(to_json(explanation));
  document["explanations"][0].erase("findings");
  const TemporaryFolder folder;
  write_bytes(folder / "judged.wgflow", document.dump());
  *other = to_json(load_flow(folder / "judged.wgflow"));
  return *other == to_json(explanation);
}

// Whether the graph, among ops that have nothing to do with the question, is judged the same.
bool says_the_same_among_others(const Explanation& explanation, std::string* other) {
  if (!is_judged_again(explanation)) return true;
  FlowGraph graph = *explanation.graph();
  const auto def = static_cast<FlowGraph::Index>(graph.defs.size());
  graph.defs.push_back({"tanh", "Tanh", OpKind::kCompute, {{"x"}}});
  graph.defs.push_back({"constant", "Const", OpKind::kConstant, {{"x"}}});
  const auto variable = static_cast<FlowGraph::Index>(graph.variables.size());
  graph.variables.push_back({"aside", Where{"aside.cpp", "aside", 1, 0}});
  for (int i = 0; i < 4; ++i) {  // a constant and a variable, and what is made of each
    FlowGraph::Op op;
    op.where = {"aside.cpp", "aside", static_cast<std::uint32_t>(i + 1), 0};
    op.def = i == 0 ? def + 1 : def;
    op.first_input = static_cast<FlowGraph::Index>(graph.inputs.size());
    if (i > 0) {
      op.inputs = 1;
      graph.inputs.push_back(static_cast<FlowGraph::Index>(graph.values.size() - 1));
      if (!graph.passed.empty()) graph.passed.push_back(FlowGraph::kNone);
    }
    op.outputs = 1;
    op.first_output = static_cast<FlowGraph::Index>(graph.values.size());
    graph.values.push_back({.op = static_cast<FlowGraph::Index>(graph.ops.size()), .dtype = FlowDType::kF32});
    graph.ops.push_back(op);
    if (i == 1) graph.values.push_back({.variable = variable, .watched_from = 0, .dtype = FlowDType::kF32});
  }
  *other = explain(std::move(graph)).to_string();
  return *other == explanation.to_string();
}

MATCHER_P3(IsMissing, cause, op, line,
           std::string("is missing because of ") + reason(cause).name + " by `" + op + "` in line " + std::to_string(line)) {
  if (arg.has_value()) {
    *result_listener << "a gradient is there";
    return false;
  }
  const Explanation why = arg.why();
  if (why.findings().size() != 1) {
    *result_listener << "with " << why.findings().size() << " findings";
    return false;
  }
  if (std::string other; !says_the_same_from_file(why, &other)) {
    *result_listener << "and judged from a file it says\n" << other << "instead of\n" << to_json(why);
    return false;
  }
  if (std::string other; !says_the_same_among_others(why, &other)) {
    *result_listener << "and among ops that have nothing to do with it\n" << other << "instead of\n" << why.to_string();
    return false;
  }
  const Finding& f = why.findings()[0];
  *result_listener << "cause " << reason(f.cause).name << ", op `" << f.op << "`, line " << f.place.line << "\n" << why.to_string();
  return f.cause == cause && f.op == op && f.place.line == static_cast<std::uint32_t>(line);
}

MATCHER(IsPresent, "is there") {
  if (!arg.has_value()) *result_listener << "it is missing:\n" << arg.why().to_string();
  return arg.has_value();
}

MATCHER_P5(IsSaid, source, status, cause, op, line,
           std::string("says that of `") + source + "` because of " + reason(cause).name + " by `" + op + "` in line " + std::to_string(line)) {
  *result_listener << "it says\n" << arg.to_string();
  const std::vector<Finding> all = arg.findings();
  return std::any_of(all.begin(), all.end(), [&](const Finding& f) {
    return f.source_name == source && f.status == status && f.cause == cause && f.op == op && f.place.line == static_cast<std::uint32_t>(line);
  });
}

}  // namespace

::testing::Matcher<const Gradient&> Missing(Cause cause, const std::string& op, int line) { return IsMissing(cause, op, line); }
::testing::Matcher<const Gradient&> Present() { return IsPresent(); }

::testing::Matcher<const Diagnosis&> Says(const std::string& source, Finding::Status status, Cause cause, const std::string& op, int line) {
  return IsSaid(source, status, cause, op, line);
}

Finding finding(const Gradient& g) {
  const std::vector<Finding> all = g.why().findings();
  return all.size() == 1 ? all[0] : Finding{};
}

std::string text_of(const Gradient& g) {
  std::vector<Finding> findings = g.why().findings();
  for (Finding& f : findings) f.place.column = 0;
  return Explanation(std::move(findings)).to_string();
}

}  // namespace whygrad::testing
