// Each pass in text form: a graph before and after it.
#include "graph/passes/passes.hpp"

#include "tensor/build.hpp"

#include <gtest/gtest.h>

#include <whygrad/ops/matmul.hpp>

#include <algorithm>
#include <cstring>
#include <string>

namespace whygrad::internal {
namespace {

// Makes graphs by the names of ops.
class GraphOf {
 public:
  Graph::Index input(const Shape& shape, DType dtype = DType::kF32) { return graph.add_input({dtype, shape, {}}); }
  Graph::Index product(Graph::Index a, Graph::Index b, const Shape& shape, MatmulOptions options = {}) {
    Graph::Node node;
    node.op = find_op("matmul");
    node.inputs = {a, b};
    node.attrs_bytes = sizeof options;
    const std::shared_ptr<std::byte[]> attrs(new std::byte[sizeof options]);
    std::memcpy(attrs.get(), &options, sizeof options);
    node.attrs = attrs;
    const TensorSpec spec{DType::kF32, shape, {}};
    return graph.append(std::move(node), {&spec, 1});
  }
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
  EXPECT_EQ(plan.to_string(), joined({"%0 = input 0  f32[4]", "%1 = given  f32[4]", "%2 = exp(%1)  f32[4]", "return %2"}));
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

TEST(FuseElementwise, ReadsTheValueOfTheStepBeforeWhereItCan) {
  GraphOf g;
  const auto x = g.input({4}), two = g.input({});
  const auto a = g.op("multiply", {x, two}, {4});
  const auto b = g.op("add", {x, two}, {4});
  const auto c = g.op("tanh", {a}, {4});
  const auto d = g.op("sigmoid", {b}, {4});
  const auto out = g.op("multiply", {c, d}, {4});
  const Plan plan = fuse_elementwise({g.graph, {out}, {}});
  EXPECT_NE(plan.to_string().find("{t0 = multiply(%0, %1); t1 = tanh(t0); t2 = add(%0, %1); t3 = sigmoid(t2); %2 = multiply(t1, t3)}"),
            std::string::npos)
      << plan.to_string();
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

TEST(TransposeOnce, TransposesWhatManyProductsOfFewRowsReadTransposed) {
  GraphOf g;
  const auto w = g.input({64, 32});
  auto x = g.input({16, 32});
  for (int i = 0; i < 6; ++i) x = g.op("tanh", {g.product(x, w, {16, 64}, {.transpose_b = true})}, {16, 32});
  const Plan plan = transpose_once({g.graph, {x}, {}});
  const std::string text = plan.to_string();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2 + 1 + 12 + 1) << text;
  EXPECT_NE(text.find("%2 = transpose(%0)  f32[32, 64]\n%3 = matmul(%1, %2)  f32[16, 64]"), std::string::npos) << text;
  for (const Graph::Node& node : plan.graph.nodes()) {
    const auto* options = reinterpret_cast<const MatmulOptions*>(node.attrs.get());
    EXPECT_FALSE(options != nullptr && options->transpose_b);
  }
}

TEST(TransposeOnce, LeavesFewProductsAndManyRowsAsTheyAre) {
  GraphOf g;
  const auto w = g.input({64, 32}), few = g.input({16, 32}), many = g.input({640, 32});
  std::vector<Graph::Index> out;
  for (int i = 0; i < 5; ++i) out.push_back(g.product(few, w, {16, 64}, {.transpose_b = true}));
  for (int i = 0; i < 9; ++i) out.push_back(g.product(many, w, {640, 64}, {.transpose_b = true}));
  const Plan plan{g.graph, out, {}};
  EXPECT_EQ(transpose_once(plan).to_string(), plan.to_string());
}

TEST(AddProducts, AddsAChainInPlace) {
  GraphOf g;
  const auto a = g.input({8, 4}), b = g.input({8, 6});
  auto sum = g.product(a, b, {4, 6}, {.transpose_a = true});
  for (int i = 0; i < 2; ++i) sum = g.op("add", {sum, g.product(a, b, {4, 6}, {.transpose_a = true})}, {4, 6});
  EXPECT_EQ(add_products({g.graph, {sum}, {}}).to_string(),
            joined({"%0 = input 0  f32[8, 4]", "%1 = input 1  f32[8, 6]", "%2 = matmul(%0, %1)  f32[4, 6]", "%3 = matmul_add(%0, %1, %2)  f32[4, 6]",
                    "%4 = matmul_add(%0, %1, %3)  f32[4, 6]", "return %4"}));
}

TEST(AddProducts, LeavesWhatIsReadBesidesAndLongProducts) {
  GraphOf g;
  const auto a = g.input({8, 4}), b = g.input({8, 6}), c = g.input({129, 4}), d = g.input({129, 6}), e = g.input({4, 6});
  const auto read_twice = g.product(a, b, {4, 6}, {.transpose_a = true}), other = g.product(a, b, {4, 6}, {.transpose_a = true});
  const auto sum = g.op("add", {read_twice, other}, {4, 6});
  const auto again = g.op("multiply", {read_twice, sum}, {4, 6});
  const auto long_one = g.product(c, d, {4, 6}, {.transpose_a = true}), long_two = g.product(c, d, {4, 6}, {.transpose_a = true});
  const auto of_long = g.op("add", {long_one, long_two}, {4, 6});
  const auto with_input = g.op("add", {g.product(a, b, {4, 6}, {.transpose_a = true}), e}, {4, 6});
  const Plan plan{g.graph, {again, of_long, with_input}, {}};
  EXPECT_EQ(add_products(plan).to_string(), plan.to_string());
}

}  // namespace
}  // namespace whygrad::internal
