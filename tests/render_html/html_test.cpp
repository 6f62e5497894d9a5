// What stands in a page, seen without a browser.
#include "render_html/flow_status.hpp"
#include "render_html/scope_tree.hpp"
#include "render_html/views.hpp"

#include <whygrad/autodiff/tape.hpp>
#include <whygrad/explain/explain.hpp>
#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/operand.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/render_html/html.hpp>
#include <whygrad/tensor/name_scope.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace whygrad {
namespace {

using namespace render_html;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

// w -> exp -> floor (in a scope) -> add -> sum
Explanation rounded() {
  const Variable w(ones({3}), "w");
  GradientTape tape;
  Tensor y = exp(w);
  {
    const NameScope scope("middle/inner");
    y = floor(y);
  }
  return tape.gradient(reduce_sum(y + 1), w).why();
}

// A chain of `length` ops that carries its gradient.
Explanation chain(int length) {
  const Variable w(ones({3}), "w");
  GradientTape tape;
  Tensor y = w;
  for (int i = 0; i < length; ++i) y = negative(y);
  const Tensor loss = reduce_sum(floor(y));
  return tape.gradient(loss, w).why();
}

json data_of(const std::string& page) {
  const std::string begin = "<script type=\"application/json\" id=\"data\">";
  const std::size_t from = page.find(begin) + begin.size();
  return json::parse(page.substr(from, page.find("</script>", from) - from));
}

TEST(FlowStatus, FollowsTheGradientFromTheTarget) {
  const Explanation why = rounded();
  const FlowGraph& graph = *why.graph();
  const std::vector<OpStatus> status = flow_status(graph, why.findings());
  const std::map<std::string, OpStatus> expected = {{"exp", OpStatus::kUnreached},
                                                    {"floor", OpStatus::kStops},
                                                    {"add", OpStatus::kFlows},
                                                    {"reduce_sum", OpStatus::kFlows},
                                                    {"constant", OpStatus::kAside}};
  std::set<std::string> seen;
  for (FlowGraph::Index op = 0; op < graph.ops.size(); ++op) {
    const auto at = expected.find(graph.name_of(op));
    if (at == expected.end()) continue;
    seen.insert(at->first);
    EXPECT_EQ(status[op], at->second) << at->first;
  }
  EXPECT_EQ(seen.size(), expected.size());
}

TEST(ScopeTree, HasAGroupForEachPartOfAPath) {
  const Explanation why = rounded();
  const ScopeTree tree(*why.graph());
  ASSERT_EQ(tree.groups().size(), 3u);
  EXPECT_EQ(tree.groups()[1].name, "middle");
  EXPECT_EQ(tree.groups()[2].name, "inner");
  EXPECT_EQ(tree.groups()[2].parent, 1u);
  ASSERT_EQ(tree.groups()[2].members.size(), 1u);
  EXPECT_STREQ(why.graph()->name_of(tree.groups()[2].members[0].index), "floor");
}

TEST(ScopeTree, NoGroupIsLarge) {
  const Explanation why = chain(20000);
  const ScopeTree tree(*why.graph());
  std::size_t ops = 0;
  for (const Group& group : tree.groups()) {
    EXPECT_LE(group.members.size() + group.groups.size(), Group::kMostMembers + 2) << group.name;
    ops += static_cast<std::size_t>(std::count_if(group.members.begin(), group.members.end(), [](const Member& m) { return m.is_op; }));
  }
  EXPECT_EQ(ops, why.graph()->ops.size());
}

TEST(Views, ArrowsJoinNodesOfTheirView) {
  const Explanation why = chain(1000);
  const ScopeTree tree(*why.graph());
  const std::vector<View> views = graph_views(*why.graph(), tree, flow_status(*why.graph(), why.findings()));
  ASSERT_EQ(views.size(), tree.groups().size());
  for (const View& view : views) {
    ASSERT_EQ(view.nodes.size(), view.drawing.boxes.size());
    std::set<std::size_t> touched;
    for (const Arrow& arrow : view.drawing.arrows) {
      ASSERT_LT(std::max(arrow.from, arrow.to), view.nodes.size());
      touched.insert({arrow.from, arrow.to});
    }
    EXPECT_EQ(touched.size(), view.nodes.size()) << view.title;  // in a chain, everything is joined to something
  }
}

TEST(Views, AGroupHasTheWorstStatusInIt) {
  const Explanation why = rounded();
  const ScopeTree tree(*why.graph());
  const std::vector<View> views = graph_views(*why.graph(), tree, flow_status(*why.graph(), why.findings()));
  const auto group = std::find_if(views[0].nodes.begin(), views[0].nodes.end(), [](const Node& n) { return n.kind == Node::Kind::kGroup; });
  ASSERT_NE(group, views[0].nodes.end());
  EXPECT_EQ(group->name, "middle");
  EXPECT_EQ(group->status, OpStatus::kStops);
}

TEST(Html, BoxesDoNotOverlap) {
  const json data = data_of(to_html(chain(200)));
  for (const json& view : data["pictures"][0]["groups"]) {
    const json& nodes = view["nodes"];
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        const auto apart = [&](int axis) {
          const double distance = std::abs(nodes[i]["box"][axis].get<double>() - nodes[k]["box"][axis].get<double>());
          return distance >= (nodes[i]["box"][axis + 2].get<double>() + nodes[k]["box"][axis + 2].get<double>()) / 2 - 0.5;
        };
        EXPECT_TRUE(apart(0) || apart(1)) << view["title"] << ": " << nodes[i]["name"] << " and " << nodes[k]["name"];
      }
    }
  }
}

// Two layers and a target that no gradient leaves: four variables, one cause.
Explanation lost_at_one_place(int layers) {
  std::vector<Variable> variables;
  GradientTape tape;
  Tensor h = ones({2, 3});
  for (int i = 0; i < layers; ++i) {
    variables.emplace_back(ones({3, 3}), "kernel_" + std::to_string(i));
    variables.emplace_back(ones({3}), "bias_" + std::to_string(i));
    h = nn::relu(matmul(h, variables[variables.size() - 2]) + variables.back());
  }
  const Tensor loss = reduce_sum(round(h));
  return explain(tape, loss, Sources(std::vector<Watchable>(variables.begin(), variables.end())));
}

TEST(Html, WhatIsLostAtOnePlaceIsOnePicture) {
  const Explanation why = lost_at_one_place(2);
  ASSERT_EQ(why.findings().size(), 4u);
  const json data = data_of(to_html(why));
  const json& paths = data["pictures"][0]["paths"];
  ASSERT_EQ(paths.size(), 1u);
  EXPECT_EQ(paths[0]["findings"], json({0, 1, 2, 3}));
  std::multiset<std::string> names;
  for (const json& node : paths[0]["nodes"]) {
    if (node["kind"] == "step") names.insert(node["name"].get<std::string>());
  }
  for (const char* once : {"kernel_0", "bias_0", "kernel_1", "bias_1", "round", "reduce_sum"}) EXPECT_EQ(names.count(once), 1u) << once;
  EXPECT_EQ(names.count("matmul"), 2u);
  EXPECT_EQ(names.count("relu"), 2u);
  for (const json& edge : paths[0]["edges"]) EXPECT_NE(edge["d"], "");
}

TEST(Html, OpsThatPathsDoNotListAreShownWherePathsMeet) {
  const Explanation why = lost_at_one_place(8);
  const std::vector<Step>& path = why.findings()[0].path;
  ASSERT_TRUE(std::any_of(path.begin(), path.end(), [](const Step& step) { return step.left_out != 0; }));
  const json data = data_of(to_html(why));
  std::map<std::string, int> names;
  for (const json& node : data["pictures"][0]["paths"][0]["nodes"]) {
    EXPECT_NE(node["kind"], "gap");
    ++names[node["name"].get<std::string>()];
    if (node["kind"] == "op" && node["name"] == "relu") {
      EXPECT_EQ(node["status"], "unreached");
    }
  }
  EXPECT_EQ(names["matmul"], 8);
  EXPECT_EQ(names["relu"], 8);
  EXPECT_EQ(names["round"], 1);
}

TEST(Html, BeginningsThatAreTooManyAreCounted) {
  const Explanation why = lost_at_one_place(20);
  const json data = data_of(to_html(why));
  const json& nodes = data["pictures"][0]["paths"][0]["nodes"];
  EXPECT_EQ(data["pictures"][0]["paths"][0]["findings"].size(), 40u);
  EXPECT_TRUE(std::any_of(nodes.begin(), nodes.end(), [](const json& node) { return node["kind"] == "gap" && node["name"] == "16 more"; }));
  EXPECT_LE(nodes.size(), 150u);
}

TEST(Html, WhatNothingConnectsIsOnePicture) {
  const Variable a(ones({3}), "a"), b(ones({3}), "b"), c(ones({3}), "c");
  GradientTape tape;
  const Tensor loss = reduce_sum(exp(c));
  const json data = data_of(to_html(explain(tape, loss, {a, b})));
  const json& paths = data["pictures"][0]["paths"];
  ASSERT_EQ(paths.size(), 1u);
  EXPECT_EQ(paths[0]["nodes"].size(), 3u);  // the two, and the target
}

TEST(Html, HoldsEverythingAndAsksForNothing) {
  const std::string page = to_html(rounded());
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("{{")));
  for (const char* loading : {"<link", "src=", "@import", "url(http", "fetch(", "XMLHttpRequest"}) EXPECT_THAT(page, Not(HasSubstr(loading)));
  const json data = data_of(page);
  EXPECT_EQ(data["flow"]["explanations"][0]["findings"][0]["op"], "floor");
  const json& place = data["flow"]["explanations"][0]["findings"][0]["place"];
  EXPECT_THAT(data["source"][place["file"].get<std::string>()][std::to_string(place["line"].get<int>())].get<std::string>(), HasSubstr("floor(y)"));
}

TEST(Html, TextOfTheUserCannotBecomeCode) {
  Finding f;
  f.source = "variable `</script><script>alert(1)</script>`";
  const std::string page = to_html(Explanation({f}), {.title = "<b>&"});
  EXPECT_THAT(page, Not(HasSubstr("alert(1)</script>")));
  EXPECT_THAT(page, HasSubstr("<title>&lt;b&gt;&amp;</title>"));
  EXPECT_EQ(data_of(page)["flow"]["explanations"][0]["findings"][0]["source"], f.source);
}

TEST(Html, NothingToSay) {
  const json data = data_of(to_html(std::vector<Explanation>()));
  EXPECT_TRUE(data["pictures"].empty());
  EXPECT_EQ(data["note"], "");
  EXPECT_EQ(data_of(to_html(std::vector<Explanation>(), {.note = "stopped at train.py:3"}))["note"], "stopped at train.py:3");
}

}  // namespace
}  // namespace whygrad
