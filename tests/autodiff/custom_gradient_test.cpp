// Area: custom_gradient.
#include "autodiff/tape_test.hpp"

#include <stdexcept>

namespace whygrad::testing {
namespace {

using Pair = std::pair<Tensor, UnaryBackward>;

Tensor scaled_identity(const Watchable& x, float factor) {
  return custom_gradient([factor](const Tensor& in) { return Pair(identity(in), [factor](const Tensor& dy) { return dy * factor; }); }, x);
}

TEST(CustomGradientArea, CG_01_ReplacesTheDerivative) {
  const Tensor x = c(3);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  EXPECT_EQ(f(tape.gradient(scaled_identity(x, 2), x)), 2);
  const Tensor y = custom_gradient([](const Tensor& in) { return Pair(in * in, [](const Tensor& dy) { return dy * 4; }); }, x);
  EXPECT_EQ(f(y), 9);
  EXPECT_EQ(f(tape.gradient(y, x)), 4);
}

TEST(CustomGradientArea, CG_02_ComposesByTheChainRule) {
  const Tensor x = c(1);
  GradientTape tape;
  tape.watch(x);
  EXPECT_EQ(f(tape.gradient(scaled_identity(scaled_identity(x, 3), 3), x)), 9);
}

TEST(CustomGradientArea, CG_03_GradientsAreMatchedByPosition) {
  const Tensor x1 = c(3), x2 = c(5);
  GradientTape tape;
  tape.watch({x1, x2});
  const Tensor y = custom_gradient(
      [](const std::vector<Tensor>& in) {
        CustomResult r{.outputs = {in[0] * in[1]}};
        r.backward = [in](const std::vector<Tensor>& dys) { return std::vector<Tensor>{dys[0] * in[0], dys[0] * in[1]}; };
        return r;
      },
      {x1, x2})[0];
  const Gradients g = tape.gradient(y, {x1, x2});
  EXPECT_EQ(f(g[0]), 3);
  EXPECT_EQ(f(g[1]), 5);
}

TEST(CustomGradientArea, CG_04_TheRuleMayUseTheInputs) {
  const Tensor x = c(3);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = custom_gradient([](const Tensor& in) { return Pair(square(in), [in](const Tensor& dy) { return dy * 2 * in + 1; }); }, x);
  EXPECT_EQ(f(tape.gradient(y, x)), 7);
}

TEST(CustomGradientArea, CG_05_TrainingThroughIt) {
  const Variable v = variable(2);
  const float expected[] = {4, 3, 2, 1, 0};
  for (const float loss : expected) {
    GradientTape tape;
    // The gradient is 4 whatever v is, so every step takes 0.25 * 4 from the loss, which counts v + 2.
    const Tensor y = custom_gradient([](const Tensor& in) { return Pair(in + 2, [](const Tensor& dy) { return dy * 4; }); }, v);
    EXPECT_EQ(f(y), loss);
    v.assign_sub(*tape.gradient(y, v) * 0.25);
  }
}

TEST(CustomGradientArea, CG_06_TheWrongNumberOfGradientsIsAnError) {
  const Tensor x = c(1);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = custom_gradient(
      [](const std::vector<Tensor>& in) {
        CustomResult r{.outputs = {in[0] * 2}};
        r.backward = [](const std::vector<Tensor>&) { return std::vector<Tensor>{}; };
        return r;
      },
      {x})[0];
  EXPECT_THAT(message_of<ValueError>([&] { tape.gradient(y, x); }), HasSubstr("returned 0 gradients for 1 inputs"));
}

TEST(CustomGradientArea, CG_07_AnExceptionInTheRuleComesThrough) {
  struct Mine : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  const Tensor x = c(1);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = custom_gradient(
      [](const Tensor& in) -> Pair {
        return {in * 2, [](const Tensor&) -> Tensor { throw Mine("from the rule"); }};
      },
      x);
  EXPECT_EQ(message_of<Mine>([&] { tape.gradient(y, x); }), "from the rule");
  EXPECT_EQ(x.impl()->references.load(), 1u) << "the buffers are let go all the same";
  GradientTape next;
  next.watch(x);
  EXPECT_EQ(f(next.gradient(x * 2, x)), 2);
}

CustomResult times_variable(const std::vector<Tensor>& in, const Variable& w) {
  CustomResult r{.outputs = {in[0] * w}};
  r.backward_with_variables = [in](const std::vector<Tensor>& dys, const std::vector<Variable>& variables) {
    CustomGradients g;
    g.inputs = {dys[0] * variables[0]};
    for (std::size_t i = 0; i < variables.size(); ++i) g.variables.push_back(dys[0] * in[0] * 2);
    return g;
  };
  return r;
}

TEST(CustomGradientArea, CG_08_VariablesUsedInsideAreHandedOver) {
  const Variable w = variable(4);
  const Tensor x = c(3);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = custom_gradient([&](const std::vector<Tensor>& in) { return times_variable(in, w); }, {x})[0];
  EXPECT_EQ(f(y), 12);
  const Gradients g = tape.gradient(y, {x, w});
  EXPECT_EQ(f(g[0]), 4);
  EXPECT_EQ(f(g[1]), 6);
}

TEST(CustomGradientArea, CG_09_VariablesWithoutARuleForThemAreAnError) {
  const Variable w = variable(4);
  const Tensor x = c(3);
  GradientTape tape;
  tape.watch(x);
  const auto forgets = [&] { return custom_gradient([&](const Tensor& in) { return Pair(in * w, [](const Tensor& dy) { return dy; }); }, x); };
  EXPECT_THAT(message_of<SignatureError>(forgets), HasSubstr("takes no variables"));
  const Tensor y = custom_gradient(
      [&](const std::vector<Tensor>& in) {
        CustomResult r{.outputs = {in[0] * w}};
        r.backward_with_variables = [](const std::vector<Tensor>& dys, const std::vector<Variable>&) { return CustomGradients{dys, {}}; };
        return r;
      },
      {x})[0];
  EXPECT_THAT(message_of<ValueError>([&] { tape.gradient(y, x); }), HasSubstr("returned 0 gradients for 1 variables"));
}

TEST(CustomGradientArea, CG_10_OnlyVariablesUsedInsideAreHandedOver) {
  const Variable before = variable(2, "before"), w = variable(4, "w");
  const Tensor x = c(3);
  std::size_t handed = 0;
  GradientTape tape;
  tape.watch(x);
  const Tensor h = x * before;
  const Tensor y = custom_gradient(
      [&](const std::vector<Tensor>& in) {
        CustomResult r = times_variable(in, w);
        r.backward_with_variables = [rule = r.backward_with_variables, &handed](const std::vector<Tensor>& dys,
                                                                                const std::vector<Variable>& variables) {
          handed = variables.size();
          return rule(dys, variables);
        };
        return r;
      },
      {h})[0];
  EXPECT_EQ(f(tape.gradient(y, w)), 12);
  EXPECT_EQ(handed, 1u);
}

TEST(CustomGradientArea, CG_11_AVariablePassedAsAnArgumentIsAnInput) {
  const Variable x = variable(3, "x"), w = variable(4, "w");
  GradientTape tape;
  const Tensor y = custom_gradient(
      [&](const std::vector<Tensor>&) {
        CustomResult r{.outputs = {x * w}};
        r.backward_with_variables = [&](const std::vector<Tensor>& dys, const std::vector<Variable>& variables) {
          EXPECT_EQ(variables.size(), 1u);
          EXPECT_TRUE(variables[0].is(w));
          return CustomGradients{{dys[0] * 12}, {dys[0]}};
        };
        return r;
      },
      {x})[0];
  EXPECT_EQ(f(tape.gradient(y, x)), 12);
}

TEST(CustomGradientArea, CG_12_WhichVariablesCount) {
  const Variable closed = variable(1, "closed"), frozen(c(1), "frozen", {.trainable = false}), nested = variable(1, "nested"),
                 through = variable(1, "through");
  std::vector<std::string> names;
  const auto capture = [&names](const std::vector<Variable>& variables) {
    for (const Variable& v : variables) names.push_back(v.name());
    return std::vector<Tensor>(variables.size());
  };
  GradientTape tape;
  const Tensor in = through * 2;  // reached only through the input
  const Tensor y = custom_gradient(
      [&](const std::vector<Tensor>& x) {
        const Tensor inner = custom_gradient(
            [&](const std::vector<Tensor>& z) {
              CustomResult r{.outputs = {z[0] * nested}};
              r.backward_with_variables = [&](const std::vector<Tensor>& dys, const std::vector<Variable>& variables) {
                return CustomGradients{dys, std::vector<Tensor>(variables.size())};
              };
              return r;
            },
            {x[0]})[0];
        CustomResult r{.outputs = {inner * closed * frozen}};
        r.backward_with_variables = [&](const std::vector<Tensor>& dys, const std::vector<Variable>& variables) {
          return CustomGradients{dys, capture(variables)};
        };
        return r;
      },
      {in})[0];
  EXPECT_EQ(f(tape.gradient(y, through)), 2);
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("closed", "nested"));
}

TEST(CustomGradientArea, CG_13_Nests) {
  const Variable w = variable(4);
  const Tensor x = c(3);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = custom_gradient(
      [&](const std::vector<Tensor>& in) {
        const Tensor inner = custom_gradient([&](const std::vector<Tensor>& z) { return times_variable(z, w); }, {in[0]})[0];
        CustomResult r{.outputs = {inner}};
        r.backward_with_variables = [in](const std::vector<Tensor>& dys, const std::vector<Variable>& variables) {
          return CustomGradients{{dys[0]}, {dys[0] * in[0] * static_cast<float>(4 * variables.size())}};
        };
        return r;
      },
      {x})[0];
  EXPECT_EQ(f(tape.gradient(y, w)), 12);
}

// f(x) = x + 10 whose gradient is declared -4.4 x^3-like at first order with its own second order: the inner rule wins for the second derivative.
TEST(CustomGradientArea, CG_14_ARuleInsideTheRuleOverridesTheSecondOrder) {
  const Tensor x = c(2);
  GradientTape outer;
  outer.watch(x);
  GradientTape inner;
  inner.watch(x);
  const Tensor y = custom_gradient(
      [](const Tensor& in) {
        return Pair(in + 10, [in](const Tensor& dy) {
          return dy * custom_gradient([](const Tensor& z) { return Pair(z * 5, [](const Tensor& ddy) { return ddy * -7; }); }, in);
        });
      },
      x);
  const Gradient first = inner.gradient(y, x);
  EXPECT_EQ(f(first), 10);
  EXPECT_EQ(f(outer.gradient(first, x)), -7);
}

// The reverse part of CG_15: the inner rule has two inputs, and gives both the second-order term and the transpose with respect to dy.
TEST(CustomGradientArea, CG_15_TheInnerRuleGivesSecondOrderAndTranspose) {
  const Tensor x = c(1), seed = c(1);
  GradientTape outer({.persistent = true});
  outer.watch({x, seed});
  GradientTape inner;
  inner.watch(x);
  const Tensor y = custom_gradient(
      [](const Tensor& in) {
        return Pair(in * 2, [in](const Tensor& dy) {
          return custom_gradient(
              [](const std::vector<Tensor>& v) {
                CustomResult r{.outputs = {v[0] * 2}};
                r.backward = [](const std::vector<Tensor>& dd) { return std::vector<Tensor>{dd[0] * 2.1, dd[0] * 3.1}; };
                return r;
              },
              {dy, in})[0];
        });
      },
      x);
  const Gradient first = inner.gradient(y, x, {.output_gradients = {seed}});
  EXPECT_FLOAT_EQ(f(first), 2.0f);
  EXPECT_FLOAT_EQ(f(outer.gradient(first, seed)), 2.1f);
  EXPECT_FLOAT_EQ(f(outer.gradient(first, x)), 3.1f);
}

// The documented trap: a rule that is a custom gradient of dy alone knows no x, so the second derivative with respect to x is absent.
TEST(CustomGradientArea, CG_16_ARuleOfDyAloneHasNoSecondDerivativeInX) {
  const Tensor x = c(3);
  GradientTape outer;
  outer.watch(x);
  GradientTape inner;
  inner.watch(x);
  const Tensor y = custom_gradient([](const Tensor& in) { return Pair(in * in, [](const Tensor& dy) { return scaled_identity(dy, 6); }); }, x);
  const Gradient first = inner.gradient(y, x);
  EXPECT_EQ(f(first), 1);
  EXPECT_FALSE(outer.gradient(first, x));
}

TEST(CustomGradientArea, CG_17_ClippingTheGradientInTheMiddleOfAModel) {
  const Variable v = variable(2);
  const auto clip = [](const Tensor& in) {
    return Pair(identity(in), [](const Tensor& dy) { return dy * (0.5 / maximum(reduce_euclidean_norm(dy), 0.5)); });
  };
  GradientTape tape;
  const Tensor y = custom_gradient(clip, v * v);
  EXPECT_EQ(f(tape.gradient(y, v)), 2);
}

TEST(CustomGradientArea, CG_18_AStableDerivativeOfLog1pExp) {
  const Tensor x = c(100);
  GradientTape tape({.persistent = true});
  tape.watch(x);
  EXPECT_TRUE(std::isnan(f(tape.gradient(log(exp(x) + 1), x))));
  const Tensor y = custom_gradient(
      [](const Tensor& in) {
        const Tensor e = exp(in);
        return Pair(log(e + 1), [e](const Tensor& dy) { return dy * (1 - 1 / (1 + e)); });
      },
      x);
  EXPECT_EQ(f(tape.gradient(y, x)), 1);
}

TEST(CustomGradientArea, CG_19_InsideALoop) {
  const Tensor x = c(1);
  GradientTape tape;
  tape.watch(x);
  const auto result = while_loop([](const std::vector<Tensor>& v) { return v[0] < 5; },
                                 [](const std::vector<Tensor>& v) {
                                   return std::vector<Tensor>{v[0] + 1, scaled_identity(v[1], 2)};
                                 },
                                 {constant(0), x});
  EXPECT_EQ(f(tape.gradient(result[1], x)), 32);
}

TEST(CustomGradientArea, CG_20_AnotherGradientInsideForwardAndBackward) {
  const Tensor x = c(1), unrelated = c(9);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = custom_gradient(
      [&unrelated](const Tensor& in) {
        GradientTape inner;
        inner.watch(in);
        const Tensor slope = *inner.gradient(in * in, in);
        return Pair(slope, [in, &unrelated](const Tensor& dy) {
          GradientTape other;
          other.watch({in, unrelated});
          const Gradients g = other.gradient(in * in * in, {in, unrelated});
          EXPECT_FALSE(g[1]);
          return dy * *g[0];
        });
      },
      x);
  EXPECT_EQ(f(y), 2);
  EXPECT_EQ(f(tape.gradient(y, x)), 3);
}

// In C++ the structures are lists, which may be empty.
TEST(CustomGradientArea, CG_21_ListsOfInputsAndOutputs) {
  const Tensor x = c(2);
  GradientTape tape;
  tape.watch(x);
  const auto none = custom_gradient(
      [](const std::vector<Tensor>&) {
        CustomResult r;
        r.backward = [](const std::vector<Tensor>&) { return std::vector<Tensor>{}; };
        return r;
      },
      std::vector<Watchable>{});
  EXPECT_TRUE(none.empty());
  const auto three = custom_gradient(
      [](const std::vector<Tensor>& in) {
        CustomResult r{.outputs = {in[0] * 1, in[0] * 2, in[0] * 3}};
        r.backward = [](const std::vector<Tensor>& dys) { return std::vector<Tensor>{dys[0] + dys[1] * 2 + dys[2] * 3}; };
        return r;
      },
      {x});
  ASSERT_EQ(three.size(), 3u);
  EXPECT_EQ(f(tape.gradient({three[0], three[2]}, x)), 4);
}

struct Model {
  float factor = 5;
  Pair operator()(const Tensor& in) const {
    return {in * factor, [this](const Tensor& dy) { return dy * factor; }};
  }
};
TEST(CustomGradientArea, CG_22_FunctionObjectsAndCaptures) {
  const Tensor x = c(1);
  const Model model;
  GradientTape tape;
  tape.watch(x);
  EXPECT_EQ(f(tape.gradient(custom_gradient(model, x), x)), 5);
}

TEST(CustomGradientArea, CG_23_TooFewGradientsNameTheOp) {
  const Tensor x = c(1), y = c(2);
  GradientTape tape;
  tape.watch({x, y});
  const Tensor z = custom_gradient(
      [](const std::vector<Tensor>& in) {
        CustomResult r{.outputs = {in[0] + in[1]}};
        r.backward = [](const std::vector<Tensor>& dys) { return dys; };
        return r;
      },
      {x, y})[0];
  EXPECT_THAT(message_of<ValueError>([&] { tape.gradient(z, x); }),
              HasSubstr("[custom_gradient] the backward function returned 1 gradients for 2 inputs"));
}

TEST(CustomGradientArea, CG_24_GradPassThrough) {
  const Variable x = variable(1), z = variable(3), inside = variable(2);
  {
    GradientTape tape;
    x.assign_add(z * 2);  // an assignment alone gives none
    EXPECT_FALSE(tape.gradient(x.value(), z));
  }
  {
    GradientTape tape;
    const Tensor z2 = square(z);
    const Tensor y = grad_pass_through(
        [&](const Tensor& in) {
          x.assign(in);
          return x.value() * 1;
        },
        z2);
    EXPECT_EQ(f(y), 9);
    EXPECT_EQ(f(tape.gradient(y, z)), 6);
  }
  GradientTape tape;
  const Tensor y = grad_pass_through([&](const Tensor& in) { return round(in * inside); }, z);
  const Gradients g = tape.gradient(y, {z, inside});
  EXPECT_EQ(f(g[0]), 1);
  EXPECT_FALSE(g[1]);
  EXPECT_THROW(grad_pass_through([](const Tensor&) { return zeros({2}); }, z), ShapeError);
}

TEST(CustomGradientArea, AGradientOfTheWrongShapeIsAnError) {
  const Tensor x = c(std::vector<float>{1, 2});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = custom_gradient([](const Tensor& in) { return Pair(in * 2, [](const Tensor& dy) { return reduce_sum(dy); }); }, x);
  EXPECT_THAT(message_of<ShapeError>([&] { tape.gradient(y, x); }), HasSubstr("f32[]"));
}

TEST(CustomGradientArea, AGradientOfTheWrongDtypeIsAnError) {
  const Tensor x = c(1);
  GradientTape tape;
  tape.watch(x);
  const Tensor y = custom_gradient([](const Tensor& in) { return Pair(in * 2, [](const Tensor& dy) { return cast(dy, float64); }); }, x);
  EXPECT_THAT(message_of<ShapeError>([&] { tape.gradient(y, x); }), HasSubstr("the gradient of input 0 is f64[] and the input f32[]"));
}

TEST(CustomGradientArea, AFunctionWithoutARuleIsAnError) {
  const Tensor x = c(1);
  EXPECT_EQ(message_of<ValueError>([&] { custom_gradient([](const std::vector<Tensor>& in) { return CustomResult{.outputs = in}; }, {x}); }),
            "[custom_gradient] the function returned no backward function\nhelp: set CustomResult::backward");
  EXPECT_THAT(message_of<ValueError>([&] { custom_gradient([](const Tensor& in) { return Pair(in * 2, UnaryBackward()); }, x); }),
              HasSubstr("the function returned no backward function"));
}

TEST(CustomGradientArea, EmptyHandlesAreErrors) {
  const Tensor x = c(1);
  const auto identity_of = [](const Tensor& in) { return Pair(in * 1, [](const Tensor& dy) { return dy; }); };
  EXPECT_EQ(message_of<ValueError>([&] { custom_gradient(identity_of, Tensor()); }),
            "[custom_gradient] input 0 is an empty handle\nhelp: pass tensors that hold values");
  EXPECT_EQ(message_of<ValueError>([&] { custom_gradient([](const Tensor&) { return Pair(Tensor(), [](const Tensor& dy) { return dy; }); }, x); }),
            "[custom_gradient] an output is an empty handle\nhelp: return tensors that hold values");
  EXPECT_EQ(message_of<ValueError>([&] { grad_pass_through([](const Tensor&) { return Tensor(); }, x); }),
            "[grad_pass_through] the function returned an empty handle\nhelp: return a tensor that holds a value");
}

TEST(CustomGradientArea, GradPassThroughKeepsShapeAndDtype) {
  const Tensor x = ones({2});
  EXPECT_EQ(message_of<ShapeError>([&] { grad_pass_through([](const Tensor& in) { return reduce_sum(in); }, x); }),
            "[grad_pass_through] the function made f32[] of f32[2]\nhelp: only a function that keeps shape and dtype can have the gradient of the "
            "identity");
  EXPECT_THAT(message_of<ShapeError>([&] { grad_pass_through([](const Tensor& in) { return cast(in, int32); }, x); }),
              HasSubstr("the function made i32[2] of f32[2]"));
}

TEST(CustomGradientArea, AnIntegerInputWithoutAGradientFromTheRuleHasNone) {
  const Tensor x = c(std::vector<float>{2, 5}), index = constant(1);
  GradientTape tape;
  tape.watch({x, index});
  const std::vector<Tensor> y = custom_gradient(
      [](const std::vector<Tensor>& in) {
        CustomResult r{.outputs = {in[0] * 3, in[1] + 1}};
        r.backward = [](const std::vector<Tensor>& dys) { return std::vector<Tensor>{dys[0] * 3, Tensor()}; };
        return r;
      },
      {x, index});
  const Gradients g = tape.gradient({y[0], y[1]}, {x, index});
  EXPECT_THAT(fs(g[0]), ElementsAre(3, 3));
  EXPECT_FALSE(g[1]);
}

}  // namespace
}  // namespace whygrad::testing
