// Each pass in text form: a graph before and after it.
#include "graph/passes/passes.hpp"

#include "tensor/build.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace whygrad::internal {
namespace {

// Makes graphs by the names of ops.
class GraphOf {
 public:
  Graph::Index input(const Shape& shape, DType dtype = DType::kF32) { return graph.add_input({dtype, shape, {}}); }
  Graph::Index op(const char* name, std::vector<Graph::Index> inputs, const Shape& shape, DType dtype = DType::kF32) {
    Graph::Node node;
    node.op = find_op(name);
    node.inputs = std::move(inputs);
    const TensorSpec spec{dtype, shape, {}};
    return graph.append(std::move(node), {&spec, 1});
  }

  Graph graph;
};

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

TEST(NeededPart, LeavesOutWhatNothingReads) {
  GraphOf g;
  const auto x = g.input({4}), y = g.input({4});
  const auto kept = g.op("tanh", {x}, {4});
  g.op("multiply", {kept, y}, {4});
  const auto out = g.op("matmul", {kept, kept}, {});
  const Plan plan = needed_part(g.graph, std::vector{out}, {}, 0);
  EXPECT_EQ(plan.to_string(),
            joined({"%0 = input 0  f32[4]", "%1 = input 1  f32[4]", "%2 = tanh(%0)  f32[4]", "%3 = matmul(%2, %2)  f32[]", "return %3"}));
}

TEST(NeededPart, StopsAtWhatTheCallerHas) {
  GraphOf g;
  const auto x = g.input({4});
  const auto had = g.op("tanh", {x}, {4});
  const auto out = g.op("exp", {had}, {4});
  const Plan plan = needed_part(g.graph, std::vector{out}, std::vector{had}, 0);
  EXPECT_EQ(plan.to_string(), joined({"%0 = input 0  f32[4]", "%2 = exp(%1)  f32[4]", "return %2"}));
  EXPECT_EQ(plan.given, std::vector<Graph::Index>{1});
}

TEST(FuseElementwise, MakesOneNodeOfOpsOfOneShape) {
  GraphOf g;
  const auto x = g.input({8, 4}), bias = g.input({4});
  const auto sum = g.op("add", {x, bias}, {8, 4});
  const auto y = g.op("tanh", {sum}, {8, 4});
  const auto out = g.op("multiply", {y, sum}, {8, 4});
  const Plan plan = fuse_elementwise({g.graph, {y, out}, {}});
  EXPECT_EQ(plan.to_string(),
            joined({"%0 = input 0  f32[8, 4]", "%1 = input 1  f32[4]",
                    "%2, %3 = fused(%0, %1) {t0 = add(%0, %1); %2 = tanh(t0); %3 = multiply(%2, t0)}  f32[8, 4], f32[8, 4]", "return %2, %3"}));
}

TEST(FuseElementwise, KeepsApartWhatAnotherOpLiesBetween) {
  GraphOf g;
  const auto x = g.input({4, 4});
  const auto a = g.op("tanh", {x}, {4, 4});
  const auto product = g.op("matmul", {a, a}, {4, 4});
  const auto b = g.op("exp", {a}, {4, 4});
  const auto c = g.op("add", {b, product}, {4, 4});
  const Plan plan = fuse_elementwise({g.graph, {b, c}, {}});
  EXPECT_EQ(plan.to_string(), joined({"%0 = input 0  f32[4, 4]", "%1, %2 = fused(%0) {%1 = tanh(%0); %2 = exp(%1)}  f32[4, 4], f32[4, 4]",
                                      "%3 = matmul(%1, %1)  f32[4, 4]", "%4 = add(%2, %3)  f32[4, 4]", "return %2, %4"}));
}

TEST(FuseElementwise, KeepsShapesAndHalvesApart) {
  GraphOf g;
  const auto x = g.input({4}), h = g.input({4}, DType::kF16);
  const auto a = g.op("tanh", {x}, {4});
  const auto wider = g.op("add", {a, g.input({3, 4})}, {3, 4});
  const auto half = g.op("exp", {g.op("tanh", {h}, {4}, DType::kF16)}, {4}, DType::kF16);
  const Plan plan = fuse_elementwise({g.graph, {wider, half}, {}});
  EXPECT_EQ(plan.to_string().find("fused"), std::string::npos) << plan.to_string();
}

TEST(FuseElementwise, ComputesAgainWhatIsCheap) {
  GraphOf g;
  const auto x = g.input({4, 4}), w = g.input({4, 4}), two = g.input({});
  const auto y = g.op("tanh", {x}, {4, 4});
  const auto twice = g.op("multiply", {y, two}, {4, 4});
  const auto product = g.op("matmul", {twice, w}, {4, 4});
  const auto sum = g.op("add", {product, y}, {4, 4});
  const auto out = g.op("multiply", {sum, twice}, {4, 4});
  const Plan plan = fuse_elementwise({g.graph, {out}, {}});
  EXPECT_EQ(plan.to_string(),
            joined({"%0 = input 0  f32[4, 4]", "%1 = input 1  f32[4, 4]", "%2 = input 2  f32[]",
                    "%3, %4 = fused(%0, %2) {%3 = tanh(%0); %4 = multiply(%3, %2)}  f32[4, 4], f32[4, 4]", "%5 = matmul(%4, %1)  f32[4, 4]",
                    "%6 = fused(%3, %2, %5) {t0 = multiply(%3, %2); t1 = add(%5, %3); %6 = multiply(t1, t0)}  f32[4, 4]", "return %6"}));
}

TEST(FuseElementwise, ComputesWhereItIsReadWhatNobodyElseReads) {
  GraphOf g;
  const auto x = g.input({4, 4});
  const auto y = g.op("tanh", {x}, {4, 4});
  const auto late = g.op("exp", {y}, {4, 4});
  const auto product = g.op("matmul", {y, y}, {4, 4});
  const auto out = g.op("multiply", {product, late}, {4, 4});
  const Plan plan = fuse_elementwise({g.graph, {out}, {}});
  EXPECT_EQ(plan.to_string(), joined({"%0 = input 0  f32[4, 4]", "%1 = tanh(%0)  f32[4, 4]", "%2 = matmul(%1, %1)  f32[4, 4]",
                                      "%3 = fused(%1, %2) {t0 = exp(%1); %3 = multiply(%2, t0)}  f32[4, 4]", "return %3"}));
}

TEST(FuseElementwise, CutsLongChains) {
  GraphOf g;
  auto x = g.input({4});
  for (int i = 0; i < 150; ++i) x = g.op("tanh", {x}, {4});
  const Plan plan = fuse_elementwise({g.graph, {x}, {}});
  EXPECT_EQ(plan.graph.node_count(), 3);
}

}  // namespace
}  // namespace whygrad::internal
