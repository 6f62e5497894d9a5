// The analysis of graphs that no tape made: it needs none.
#include "flow/analysis.hpp"
#include "flow/source_line.hpp"

#include <whygrad/flow/explanation.hpp>
#include <whygrad/flow/flow_graph.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace whygrad {
namespace {

using ::testing::HasSubstr;
using Index = FlowGraph::Index;
using Flow = GradientFlow;

// A variable, and ops of one output each.
class Sketch {
 public:
  Sketch() {
    graph.variables.push_back({"w", Where{"model.py", "build", 3, 0}, true});
    graph.values.push_back({.variable = 0, .watched_from = 0, .dtype = FlowDType::kF32});
    graph.sources.push_back({{0}, 0});
  }
  Index op(const char* name, std::vector<Index> inputs, std::vector<FlowGraph::Answer> answers, std::uint32_t line,
           FlowDType dtype = FlowDType::kF32) {
    graph.defs.push_back({name, "", OpKind::kCompute, std::move(answers)});
    FlowGraph::Op o;
    o.where = {"model.py", "call", line, 0};
    o.def = static_cast<Index>(graph.defs.size() - 1);
    o.inputs = static_cast<std::uint16_t>(inputs.size());
    o.first_input = static_cast<Index>(graph.inputs.size());
    o.outputs = 1;
    o.first_output = static_cast<Index>(graph.values.size());
    graph.inputs.insert(graph.inputs.end(), inputs.begin(), inputs.end());
    graph.values.push_back({.op = static_cast<Index>(graph.ops.size()), .dtype = dtype});
    graph.ops.push_back(o);
    return o.first_output;
  }
  std::vector<Finding> ask(Index target, FlowGraph::Question question = FlowGraph::Question::kAbsent) {
    graph.targets = {target};
    graph.tape.question = question;
    return internal::analyse(graph);
  }

  FlowGraph graph;
};

const FlowGraph::Answer kFlows{"x"};

TEST(FlowGraph, op_without_a_rule) {
  Sketch s;
  const Index h = s.op("Tanh", {0}, {kFlows}, 10);
  const Index t = s.op("Lgamma", {h}, {{"x", Flow::kNoRule, Role::kData, "nobody wrote its rule", "write one"}}, 11);
  const std::vector<Finding> found = s.ask(t);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].cause, Cause::kNoGradientRegistered);
  EXPECT_STREQ(found[0].code(), "WG104");
  EXPECT_EQ(found[0].op, "Lgamma");
  EXPECT_EQ(found[0].place.line, 11u);
  EXPECT_EQ(found[0].remedy, "write one");
  ASSERT_EQ(found[0].path.size(), 3u);
  EXPECT_EQ(found[0].path[0].name, "w");
  EXPECT_EQ(found[0].path[1].status, Step::Status::kFlows);
  EXPECT_EQ(found[0].path[2].status, Step::Status::kStops);
}

TEST(FlowGraph, an_open_path_is_no_finding_until_the_gradient_is_known_to_be_missing) {
  Sketch s;
  const Index t = s.op("Tanh", {0}, {kFlows}, 10);
  EXPECT_TRUE(s.ask(t, FlowGraph::Question::kOpen).empty());
  const std::vector<Finding> found = s.ask(t);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].cause, Cause::kUnknown);
  EXPECT_EQ(found[0].confidence, Confidence::kUnknown);
}

TEST(FlowGraph, of_two_ways_the_one_with_fewer_breaks) {
  Sketch s;
  const FlowGraph::Answer no{"x", Flow::kNoDerivative, Role::kData, "it jumps", "do not"};
  const Index a = s.op("Floor", {0}, {no}, 10), b = s.op("Round", {a}, {no}, 11);
  const Index c = s.op("Ceil", {0}, {no}, 12);
  const Index t = s.op("AddV2", {b, c}, {kFlows}, 13);
  const std::vector<Finding> found = s.ask(t);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].op, "Ceil");
  EXPECT_TRUE(found[0].others.empty());
}

TEST(FlowGraph, a_part_put_together_for_an_assignment_is_one_break_with_it) {
  Sketch s;
  const FlowGraph::Answer state{"value", Flow::kState, Role::kData, "state", "do not"},
      stop{"x", Flow::kStopGradient, Role::kData, "asked", "do not"};
  const Index whole = s.op("PartAssign", {0}, {state}, 10), assigned = s.op("Assign", {whole}, {state}, 11);
  const Index stopped = s.op("StopGradient", {0}, {stop}, 12);
  const std::vector<Finding> found = s.ask(s.op("AddV2", {assigned, stopped}, {kFlows}, 13));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].op, "PartAssign");
  EXPECT_TRUE(found[0].others.empty());
}

TEST(FlowGraph, an_index_is_taken_only_where_nothing_else_connects) {
  Sketch s;
  const FlowGraph::Answer no{"x", Flow::kNoDerivative, Role::kData, "it jumps", "do not"},
      index{"indices", Flow::kNoDerivative, Role::kIndex, "a position", "do not"};
  const Index position = s.op("ArgMax", {0}, {no}, 10, FlowDType::kI64);
  const Index data = s.op("Round", {s.op("Floor", {s.op("Ceil", {0}, {no}, 11)}, {no}, 12)}, {no}, 13);
  EXPECT_EQ(s.ask(s.op("GatherV2", {data, position}, {kFlows, index}, 14))[0].op, "Ceil");
  EXPECT_EQ(s.ask(s.op("GatherV2", {s.op("Const", {}, {kFlows}, 1), position}, {kFlows, index}, 15))[0].op, "ArgMax");
}

TEST(FlowGraph, other_engines_dtypes_have_a_name_and_stop_a_gradient_unless_they_are_floating) {
  for (int i = 0; i < kFlowDTypeCount; ++i) {
    const auto dtype = static_cast<FlowDType>(i);
    Sketch s;
    const Index cast = s.op("Cast", {0}, {kFlows}, 10, dtype);
    const std::vector<Finding> found = s.ask(s.op("Cast", {cast}, {kFlows}, 11));
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].cause, is_differentiable(dtype) ? Cause::kUnknown : Cause::kIntDtype) << name_of(dtype);
    EXPECT_EQ(s.graph.signature(cast), std::string(name_of(dtype)) + "[]");
  }
  EXPECT_TRUE(is_differentiable(FlowDType::kF8));
  EXPECT_FALSE(is_differentiable(FlowDType::kString));
}

TEST(FlowGraph, unknown_extents_are_written_as_question_marks_and_equal_nothing) {
  Sketch s;
  const Index a = s.op("Tanh", {0}, {kFlows}, 10), b = s.op("Tanh", {a}, {kFlows}, 11), c = s.op("Tanh", {b}, {kFlows}, 12);
  s.graph.extents = {FlowGraph::kUnknownExtent, 10};
  for (const Index v : {a, b}) s.graph.values[v].rank = 2;
  s.graph.values[c].rank = FlowGraph::kUnknownRank;
  EXPECT_EQ(s.graph.signature(a), "f32[?, 10]");
  EXPECT_EQ(s.graph.signature(c), "f32[...]");
  EXPECT_FALSE(s.graph.same_shape(a, b));
  EXPECT_FALSE(s.graph.same_shape(c, 0));
  EXPECT_TRUE(s.graph.same_shape(0, 0));
  EXPECT_EQ(s.graph.elements_of(a), std::nullopt);
  EXPECT_EQ(s.graph.elements_of(c), std::nullopt);
  EXPECT_EQ(s.graph.elements_of(0), 1u);
  s.graph.numbers.push_back({.count = 30});
  s.graph.values[a].numbers = 0;
  EXPECT_EQ(s.graph.elements_of(a), 30u);
}

TEST(FlowGraph, a_copy_keeps_its_texts_and_those_of_the_original) {
  FlowGraph copy;
  const char* text = nullptr;
  {
    FlowGraph graph;
    text = graph.keep("kept before the copy was made");
    copy = graph;
    EXPECT_STREQ(copy.keep("kept by the copy alone"), "kept by the copy alone");
    EXPECT_STREQ(graph.keep("kept by the original alone"), "kept by the original alone");
  }
  EXPECT_STREQ(text, "kept before the copy was made");
}

// Of 1,000 ops 3 bear on the question; the explanation keeps these.
TEST(FlowGraph, ops_that_do_not_bear_on_the_question_are_left_out) {
  Sketch s;
  const FlowGraph::Answer no{"x", Flow::kNoDerivative, Role::kData, "it jumps", "do not"};
  std::vector<Index> way = {0};
  Index aside = s.op("Const", {}, {kFlows}, 1);
  for (std::uint32_t i = 0; i < 333; ++i) {
    aside = s.op("Tanh", {aside}, {kFlows}, 100 + i);
    if (i % 111 == 0) way.push_back(s.op("Floor", {way.back()}, {no}, 10 + i));
    s.op("Square", {aside}, {kFlows}, 500 + i);
  }
  s.graph.targets = {way.back()};
  s.graph.tape.question = FlowGraph::Question::kAbsent;
  const Explanation all = explain(s.graph);
  ASSERT_EQ(all.findings().size(), 1u);
  EXPECT_EQ(all.findings()[0].place.line, 10u);
  EXPECT_EQ(all.graph()->ops.size(), 3u);
  EXPECT_EQ(all.graph()->ops[2].where.line, 10u + 222);
}

class SourceLine : public ::testing::Test {
 protected:
  Place line(const std::string& text, std::uint32_t column = 0) {
    std::ofstream(path_) << "first\n" << text << "\n";
    return {path_.string(), "f", 2, column};
  }
  ~SourceLine() override { std::filesystem::remove(path_); }
  const std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("source_line_" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "_" +
                                                ::testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(SourceLine, points_at_the_op) {
  EXPECT_EQ(internal::source_excerpt(line("  auto y = wg::round(w);"), "round", 100),
            "  2 | auto y = wg::round(w);\n"
            "    |              ^~~~~\n");
}

TEST_F(SourceLine, points_at_nothing_that_stands_there_twice) {
  EXPECT_EQ(internal::source_excerpt(line("y = round(round(w));"), "round", 100), "  2 | y = round(round(w));\n");
  EXPECT_EQ(internal::source_excerpt(line("y = rounded(w);"), "round", 100), "  2 | y = rounded(w);\n");
}

TEST_F(SourceLine, points_at_the_column_where_it_is_known) {
  EXPECT_EQ(internal::source_excerpt(line("y = a + b;", 7), "add", 100),
            "  2 | y = a + b;\n"
            "    |       ^\n");
}

TEST_F(SourceLine, points_at_nothing_beyond_the_end) {
  EXPECT_EQ(internal::source_excerpt(line("y = a + b;", 99), "add", 100), "  2 | y = a + b;\n");
}

TEST_F(SourceLine, points_at_an_op_that_is_the_whole_line) {
  EXPECT_EQ(internal::source_excerpt(line("round"), "round", 100),
            "  2 | round\n"
            "    | ^~~~~\n");
}

TEST_F(SourceLine, shows_the_part_of_a_long_line_that_matters) {
  const std::string text = internal::source_excerpt(line(std::string(200, 'a') + " round(w) " + std::string(200, 'b')), "round", 60);
  EXPECT_THAT(text, HasSubstr("round(w)"));
  EXPECT_THAT(text, HasSubstr("| ...a"));
  const std::size_t end = text.find('\n');
  EXPECT_LE(end, 60u);
  EXPECT_EQ(text.find('^') - end - 1, text.find("round"));
}

TEST_F(SourceLine, is_left_out_where_it_cannot_be_read) {
  EXPECT_EQ(internal::source_excerpt({"/no/such/file.cpp", "f", 2, 0}, "round", 100), "");
  EXPECT_EQ(internal::source_excerpt({}, "round", 100), "");
  Place beyond = line("y");
  beyond.line = 99;
  EXPECT_EQ(internal::source_excerpt(beyond, "y", 100), "");
}

}  // namespace
}  // namespace whygrad
