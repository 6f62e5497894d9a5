// What is computed again under a memory budget.
#include "graph/passes/passes.hpp"
#include "graph/program.hpp"
#include "graph/random_program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <whygrad/whygrad.hpp>

#include <cstring>
#include <string>

namespace whygrad::internal {
namespace {

using Index = Graph::Index;

Index op(Graph& graph, const char* name, std::vector<Index> inputs, const Shape& shape) {
  Graph::Node node;
  node.op = find_op(name);
  node.inputs = std::move(inputs);
  const TensorSpec spec{DType::kF32, shape, {}};
  return graph.append(std::move(node), {&spec, 1});
}

// A value that is read at the beginning and at the end, and a big one in between.
Plan early_and_late(const char* early_op, bool of_input) {
  Graph graph;
  const Index x = graph.add_input({DType::kF32, {256}, {}});
  const Index early = op(graph, early_op, of_input ? std::vector{x} : std::vector<Index>(), {256});
  const Index sum = op(graph, "reduce_sum", {early}, {}), big = op(graph, "tile", {sum}, {1024});
  const Index late = op(graph, "tile", {op(graph, "reduce_sum", {big}, {})}, {256});
  const Index out = op(graph, "multiply", {late, early}, {256});
  return {graph, {out}, {}};
}

TEST(Recompute, ComputesAgainWhatWouldBeKeptForLong) {
  const Plan plan = early_and_late("exp", true);
  EXPECT_EQ(recompute(plan, 1024 + 64 + 4096).to_string(), plan.to_string());
  EXPECT_EQ(recompute(plan, 64 + 4096).to_string(),
            "%0 = input 0  f32[256]\n"
            "%1 = exp(%0)  f32[256]\n"
            "%2 = reduce_sum(%1)  f32[]\n"
            "%3 = tile(%2)  f32[1024]\n"
            "%4 = reduce_sum(%3)  f32[]\n"
            "%5 = tile(%4)  f32[256]\n"
            "%6 = exp(%0)  f32[256]\n"
            "%7 = multiply(%5, %6)  f32[256]\n"
            "return %7\n");
}

TEST(Recompute, DoesNotDrawAgain) {
  const Plan plan = early_and_late("random_normal", false);
  EXPECT_EQ(recompute(plan, 0).to_string(), plan.to_string());
}

// A net of layers of tanh, one bigger than the other, with dropout: its loss and its gradients.
class Layers {
 public:
  explicit Layers(std::int64_t count, float rate) : rate_(rate) {
    for (std::int64_t i = 0; i < count; ++i) weights_.emplace_back(multiply(random::normal({64, 64}), 0.2f), "w");
  }
  Tensor loss(const Tensor& x) const {
    Tensor h = x;
    for (const Variable& w : weights_) {
      h = tanh(matmul(h, w));
      if (rate_ > 0) h = nn::dropout(h, rate_);
    }
    return reduce_mean(square(h));
  }
  // In the function.
  std::vector<Tensor> step(const Tensor& x) const {
    GradientTape tape;
    const Tensor y = loss(x);
    std::vector<Tensor> results = {y};
    for (const Gradient& g : tape.gradient(y, weights_)) results.push_back(*g);
    return results;
  }
  const std::vector<Variable>& weights() const { return weights_; }

 private:
  float rate_;
  std::vector<Variable> weights_;
};

void expect_same_bits(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].defined(), b[i].defined());
    if (!a[i].defined()) continue;
    const auto p = a[i].to_vector<float>(), q = b[i].to_vector<float>();
    ASSERT_EQ(p.size(), q.size());
    EXPECT_EQ(std::memcmp(p.data(), q.data(), p.size() * sizeof(float)), 0) << "result " << i;
  }
}

TEST(MemoryBudget, AWholeStepGivesTheSameBitsInLess) {
  for (const float rate : {0.0f, 0.3f}) {
    const Layers net(12, rate);
    const Tensor x = random::normal({256, 64});
    const auto body = [&](const std::vector<Tensor>& in) { return net.step(in[0]); };
    const Function free(body);
    random::set_seed(3);
    const std::vector<Tensor> expected = free({x});
    const auto peak = [&](const Function& f) { return f.graph({{DType::kF32, {256, 64}, {}}}).compiled.memory->peak; };
    const std::uint64_t whole = peak(free);
    std::uint64_t before = whole;
    for (const int percent : {90, 75, 60}) {
      const Function small(body, {.memory_budget = static_cast<std::int64_t>(whole * percent / 100)});
      random::set_seed(3);
      expect_same_bits(small({x}), expected);
      EXPECT_LE(peak(small), whole * percent / 100);
      EXPECT_LT(peak(small), before);
      before = peak(small);
    }
  }
}

TEST(MemoryBudget, ACallKeepsLessForItsGradient) {
  for (const float rate : {0.0f, 0.3f}) {
    const Layers net(12, rate);
    const Tensor x = random::normal({256, 64});
    const auto gradients = [&](const auto& f) {
      random::set_seed(3);
      GradientTape tape;
      const Tensor y = f(x);
      std::vector<Tensor> results = {y};
      for (const Gradient& g : tape.gradient(y, net.weights())) results.push_back(*g);
      return results;
    };
    const auto loss = [&](const Tensor& in) { return net.loss(in); };
    const std::vector<Tensor> expected = gradients(function(loss));
    expect_same_bits(gradients(function(loss, {.memory_budget = rate > 0 ? 1'700'000 : 700'000})), expected);
  }
}

// Random programs with products of matrices between their ops: values, and gradients that are taken in the function and through its call.
TEST(MemoryBudget, RandomProgramsGiveTheSameBits) {
  int less = 0;
  for (unsigned seed = 0; seed < 16; ++seed) {
    random::set_seed(seed);
    const Tensor x = random::normal({48, 40}), row = random::normal({1, 40}), column = random::normal({48, 1}), turned = random::normal({40, 48});
    const RandomProgram first(seed, {1, 0}), second(seed + 1000, {1, 0});
    const auto body = [&](const std::vector<Tensor>& in) {
      const Tensor y = first(in).back() + in[0];
      Tensor square = matmul(y, y, {.transpose_b = true});
      square = tanh(square * 0.01);
      const Tensor z = matmul(square, in[0]);
      return std::vector<Tensor>{reduce_sum(second({z, in[1], in[2], in[3]}).back()), z};
    };
    const std::vector<Tensor> in = {x, row, column, turned};
    const auto with_gradients = [](const auto& f) {
      return [f](const std::vector<Tensor>& given) {
        GradientTape tape;
        for (const Tensor& t : given) tape.watch(t);
        std::vector<Tensor> results = f(given);
        for (const Gradient& g : tape.gradient(results[0], Sources(std::vector<Watchable>(given.begin(), given.end()))))
          results.push_back(g ? *g : Tensor());
        return results;
      };
    };
    const auto whole = with_gradients(body);
    const std::vector<Tensor> expected = Function(whole)(in);
    const std::vector<TensorSpec> specs = {spec_of(x), spec_of(row), spec_of(column), spec_of(turned)};
    const auto peak = static_cast<std::int64_t>(Function(whole).graph(specs).compiled.memory->peak);
    for (const int percent : {95, 80, 65, 50}) {
      const std::int64_t budget = peak * percent / 100;
      try {
        const Function small(whole, {.memory_budget = budget});
        expect_same_bits(small(in), expected);
        EXPECT_LE(small.graph(specs).compiled.memory->peak, static_cast<std::uint64_t>(budget));
        ++less;
      } catch (const ValueError&) {
      }
      try {
        expect_same_bits(with_gradients(Function(body, {.memory_budget = budget}))(in), expected);
        ++less;
      } catch (const ValueError&) {
      }
    }
  }
  EXPECT_GT(less, 12);
}

TEST(MemoryBudget, SaysWhatIsNeededAtLeast) {
  const Layers net(3, 0);
  const auto step = function([&](const Tensor& x) { return net.loss(x); }, {.name = "step", .memory_budget = 1000});
  const Tensor x = random::normal({256, 64});
  try {
    step(x);
    FAIL();
  } catch (const ValueError& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("[step] memory_budget is 1,000 bytes"));
    EXPECT_THAT(e.what(), testing::HasSubstr("the least that was found for its values is"));
    EXPECT_THAT(e.what(), testing::HasSubstr("recompute_test.cpp:"));
  }
  EXPECT_THROW(Function([](const std::vector<Tensor>& in) { return in; }, {.memory_budget = -2}), ValueError);
}

}  // namespace
}  // namespace whygrad::internal
