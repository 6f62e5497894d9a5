// Real users' programs whose gradients are fine: nobody is accused. And gradients of which a part is missing, on request.
#include "explain/diagnosis_test.hpp"

#include <whygrad/ops/norm.hpp>
#include <whygrad/ops/sorting.hpp>
#include <whygrad/optim/sgd.hpp>

#include <limits>

namespace whygrad::testing {
namespace {

// Everything is looked at, and every gradient is a value.
class Fine : public ::testing::Test {
 protected:
  void expect_values(const Gradients& gradients) const {
    for (const Gradient& g : gradients) EXPECT_THAT(g, Present());
    EXPECT_TRUE(report_.empty()) << report_;
  }

  Diagnosis report_{{.values = true}};
};

TEST_F(Fine, abs_and_l1) {
  const Variable w = variable({1.0f, 2.0f, -0.5f}, "w");
  GradientTape tape;
  const Tensor err = w * ones({3}) - constant({1.0f, 1.5f, 0.5f});
  expect_values(tape.gradient(reduce_sum(abs(err)), {w}));
}

TEST_F(Fine, clip_by_norm_zero_vector) {
  const Variable v = variable({0.0f, 0.0f, 0.0f}, "v");
  GradientTape tape;
  const Tensor bounded = clip_by_norm(v, 1.0);
  expect_values(tape.gradient(reduce_sum(square(bounded - constant({0.5f, -0.2f, 0.1f}))), {v}));
}

TEST_F(Fine, clip_inside_range) {
  const Variable logit = variable({0.3f, -0.8f, 1.2f}, "logit");
  const Tensor t = constant({1.0f, 0.0f, 1.0f});
  GradientTape tape;
  const Tensor p = clip_by_value(sigmoid(logit), 1e-6f, 1.0f - 1e-6f);
  expect_values(tape.gradient(-reduce_mean(t * log(p) + (1.0f - t) * log(1.0f - p)), {logit}));
}

TEST_F(Fine, gather_selected_q_values) {
  const Variable q_w = variable({{0.2f, 0.5f, -0.1f}, {0.3f, -0.4f, 0.6f}}, "q_w");
  GradientTape tape;
  const Tensor q = matmul(constant({{1.0f, 0.5f}, {0.2f, -0.8f}}), q_w);
  const Tensor chosen = gather(q, argmax(q, 1), 1, 1);
  expect_values(tape.gradient(reduce_mean(square(chosen - 1.0f)), {q_w}));
}

TEST_F(Fine, l2_normalize_zero_vector) {
  const Variable v = variable({{0.0f, 0.0f}}, "v");
  GradientTape tape;
  const Tensor unit = l2_normalize(v, 1);
  expect_values(tape.gradient(-reduce_sum(unit * constant({{1.0f, 0.5f}})), {v}));
}

TEST_F(Fine, python_if_in_eager) {
  const Variable v0 = variable(2.0f, "v0"), v1 = variable(3.0f, "v1");
  GradientTape tape;
  const Tensor result = constant(1.0f).item<float>() > 0 ? square(v0) + 0.1f * v1 : exp(v1);
  expect_values(tape.gradient(2.0f * result, {v0, v1}));
}

TEST_F(Fine, sort_values) {
  const Variable scale = variable(1.5f, "scale"), shift = variable(-0.2f, "shift");
  GradientTape tape;
  const Tensor fake = scale * constant({0.9f, -1.1f, 0.3f, 2.0f}) + shift;
  expect_values(tape.gradient(reduce_mean(square(sort(fake) - sort(constant({0.0f, 1.0f, 0.5f, -0.5f})))), {scale, shift}));
}

TEST_F(Fine, straight_through_sign) {
  const Variable w = variable({{0.3f, -0.6f}, {0.2f, 0.8f}}, "w");
  GradientTape tape;
  const Tensor scale = stop_gradient(reduce_mean(abs(w)));
  const Tensor wb = grad_pass_through([](const Tensor& t) { return sign(t); }, w / scale) * scale;
  expect_values(tape.gradient(reduce_sum(square(matmul(constant({{1.0f, 0.5f}}), wb) - 0.2f)), {w}));
}

TEST_F(Fine, top_k_values) {
  const Variable w = variable({{0.2f}, {0.7f}}, "w");
  const Tensor x = constant({{1.0f, 0.1f}, {0.3f, 0.9f}, {-0.5f, 0.4f}, {2.0f, -1.0f}}), y = constant({{1.0f}, {0.0f}, {1.0f}, {0.0f}});
  GradientTape tape;
  const Tensor per = squeeze(square(matmul(x, w) - y), {1});
  expect_values(tape.gradient(reduce_mean(top_k(per, 2).values), {w}));
}

TEST_F(Fine, masked_logits_minus_infinity) {
  const Variable w = variable({{0.2f, 0.5f, -0.3f}, {0.4f, 0.1f, 0.6f}}, "w");
  const Tensor legal = constant({{1.0f, 1.0f, 0.0f}}) > 0.5f;
  GradientTape tape;
  const Tensor masked = where(legal, matmul(constant({{1.0f, 0.5f}}), w), -std::numeric_limits<float>::infinity());
  expect_values(tape.gradient(-reduce_sum(constant({{0.0f, 1.0f, 0.0f}}) * nn::log_softmax(masked)), {w}));
}

TEST_F(Fine, pinn_second_derivative_of_wrong_quantity) {
  const Variable w = variable({{0.7f, -0.4f}}, "w"), v = variable({{1.0f}, {0.5f}}, "v");
  const Tensor x = constant({{0.1f}, {0.6f}});
  GradientTape outer;
  GradientTape inner({.persistent = true});
  inner.watch(x);
  const Tensor u = matmul(tanh(matmul(x, w)), v);
  const Gradient u_x = inner.gradient(u, x), u_xx = inner.gradient(u, x);
  expect_values(outer.gradient(reduce_mean(square(*u_xx + u)), {w, v}));
}

TEST_F(Fine, root_of_zero_behind_where) {  // TensorFlow's rule for sqrt answers 0 where 0 arrives
  const Variable w = variable({0.0f, 4.0f}, "w");
  GradientTape tape;
  expect_values(tape.gradient(reduce_sum(where(w > 0.0f, sqrt(w), zeros({2}))), {w}));
}

TEST_F(Fine, some_zeros_are_no_zero_gradient) {
  const Variable w = variable({-1.0f, 1.0f}, "w");
  GradientTape tape;
  expect_values(tape.gradient(reduce_sum(nn::relu(w)), {w}));
}

TEST_F(Fine, no_elements_no_accusation) {
  const Variable w(zeros({0, 3}), "w");
  GradientTape tape;
  expect_values(tape.gradient(reduce_sum(square(w)), {w}));
}

TEST(Partial, names_what_is_cut_on_request) {
  const Variable w = variable({0.3f, 1.9f}, "w"), b = variable({1.0f, 2.0f}, "b");
  Diagnosis report({.partial = true});
  GradientTape tape;
  const Tensor steps = round(w);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(w * steps + b), {w, b});
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_THAT(report, Says("w", Finding::Status::kPartial, Cause::kPartialGradient, "round", line));
  EXPECT_THAT(report.findings()[0].also, Contains(Cause::kNondiffOp));
}

TEST(Partial, what_was_stopped_on_purpose_is_not_missed) {
  const Variable w = variable({0.3f, 1.9f}, "w");
  Diagnosis report({.partial = true});
  GradientTape tape;
  const Tensor hard = w + stop_gradient(round(w) - w);
  tape.gradient(reduce_sum(hard), w);
  EXPECT_TRUE(report.empty()) << report;
}

TEST(Partial, an_index_is_no_path_of_the_data) {
  const Variable w = variable({0.3f, 1.9f}, "w");
  Diagnosis report({.partial = true});
  GradientTape tape;
  tape.gradient(gather(w, argmax(w)), w);
  EXPECT_TRUE(report.empty()) << report;
}

TEST(Optimizers, report_what_they_refuse) {
  const Variable w = variable(1.0f, "w"), unused = variable(2.0f, "unused");
  optim::SGD sgd;
  Diagnosis report;
  GradientTape tape;
  const Gradients g = tape.gradient(square(w), {w, unused});
  EXPECT_THROW(sgd.apply_gradients(g), MissingGradient);
  ASSERT_EQ(report.findings().size(), 1u) << report;
  const Finding f = report.findings()[0];
  EXPECT_EQ(f.cause, Cause::kUnused);
  EXPECT_THAT(f.also, Contains(Cause::kOptimizerNone));
  EXPECT_THAT(f.evidence.back(), HasSubstr("refused to make its step without it"));
  EXPECT_THAT(f.remedy, HasSubstr("; or pass the optimizer only variables that the loss depends on"));
  EXPECT_THAT(report.to_string(), HasSubstr("[WG403]"));
}

TEST(Optimizers, report_what_they_refuse_where_nobody_saw_the_gradient_go) {
  const Variable w = variable(1.0f, "w"), unused = variable(2.0f, "unused");
  optim::SGD sgd;
  GradientTape tape;
  const Gradients g = tape.gradient(square(w), {w, unused});
  Diagnosis report;
  EXPECT_THROW(sgd.apply_gradients(g), MissingGradient);
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_EQ(report.findings()[0].cause, Cause::kOptimizerNone);
  EXPECT_THAT(report.findings()[0].also, Contains(Cause::kUnused));
}

}  // namespace
}  // namespace whygrad::testing
