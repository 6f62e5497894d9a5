// Real users' cases in which a gradient is zero although a path leads to the source.
#include "explain/diagnosis_test.hpp"

namespace whygrad::testing {
namespace {

constexpr Finding::Status kZero = Finding::Status::kZero;

TEST(ZeroCases, complex_magnitude_at_zero) {
  const Variable z(cast(zeros({2}), complex64), "z");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor magnitude = abs(z);
  const int line = __LINE__ - 1;
  EXPECT_TRUE(tape.gradient(reduce_sum(magnitude), z).has_value());
  EXPECT_THAT(report, Says("z", kZero, Cause::kComplex, "complex_abs", line));
  EXPECT_THAT(report.findings()[0].also, Contains(Cause::kZeroFlat));
}

TEST(ZeroCases, auxiliary_loss_weight_is_zero) {
  const Variable actor = variable({0.3f, -0.7f}, "actor"), entropy_w = variable({0.2f, 0.9f}, "entropy_w");
  const Tensor obs = constant({1.0f, 0.5f});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor p = nn::softmax(entropy_w * obs);
  const Tensor entropy = -reduce_sum(p * log(p));
  const Tensor bonus = 0.0f * entropy;
  const int line = __LINE__ - 1;
  const Tensor loss = reduce_sum(square(actor * obs - 1.0f)) - bonus;
  tape.gradient(loss, {actor, entropy_w});
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_THAT(report, Says("entropy_w", kZero, Cause::kDisconnectedZero, "multiply", line));
}

TEST(ZeroCases, square_of_sqrt) {
  const Variable a = variable({1.0f, 2.0f}, "a"), b = variable({3.0f}, "b");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor total = reduce_sum(square(a - constant({1.0f, 2.0f}))) + reduce_sum(square(b - 3.0f));
  const Tensor norm = sqrt(total);
  const Tensor loss = square(norm);
  const int line = __LINE__ - 1;
  tape.gradient(loss, {a, b});
  EXPECT_THAT(report, Says("a", kZero, Cause::kZeroFlat, "square", line));
  EXPECT_THAT(report, Says("b", kZero, Cause::kZeroFlat, "square", line));
}

TEST(ZeroCases, std_of_a_single_sample) {
  const Variable w = variable({{0.3f, 0.6f}}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor h = matmul(constant({{2.0f}}), w);
  const Tensor m = reduce_mean(h, 0, true), s = reduce_std(h, 0, true);
  const Tensor centred = h - m;
  const int line = __LINE__ - 1;
  const Tensor z = centred / (s + 1e-3f);
  tape.gradient(reduce_sum(square(z - 1.0f)), w);
  EXPECT_THAT(report, Says("w", kZero, Cause::kZeroCancel, "subtract", line));
}

TEST(ZeroCases, forty_sigmoid_layers) {
  std::vector<Variable> weights;
  for (int i = 0; i < 40; ++i) weights.emplace_back(constant({{0.1f}}), "w" + std::to_string(i));
  Diagnosis report({.values = true});
  GradientTape tape;
  Tensor t = constant({{0.5f}, {-0.3f}});
  int line = 0;
  for (const Variable& w : weights) {
    line = __LINE__ + 1;
    t = sigmoid(matmul(t, w));
  }
  const Gradients g = tape.gradient(reduce_mean(square(t - 1.0f)), {weights.front(), weights.back()});
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_THAT(report, Says("w0", kZero, Cause::kVanishing, "sigmoid", line));
  EXPECT_THAT(report.findings()[0].evidence, Contains(HasSubstr("calls of `sigmoid` multiplied its norm by 0.2")));
}

TEST(ZeroCases, log_prob_of_own_sample) {
  const Variable mu = variable(0.0f, "mu"), log_sigma = variable(0.0f, "log_sigma");
  const Tensor eps = constant(0.7f);
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor z = mu + exp(log_sigma) * eps;
  const Tensor d = z - mu;
  const int line = __LINE__ - 1;
  const Tensor loss = -0.5f * square(d / exp(log_sigma)) - log_sigma - 0.919f;
  tape.gradient(loss, {mu, log_sigma});
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_THAT(report, Says("mu", kZero, Cause::kZeroCancel, "subtract", line));
}

TEST(ZeroCases, binary_weights_clip_before_sign) {
  const Variable latent = variable({{1.4f, -2.0f}, {-1.1f, 3.0f}}, "latent"), scale = variable(0.7f, "scale");
  const Tensor x = constant({{0.5f, -1.0f}, {1.5f, 0.2f}});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor bounded = clip_by_value(latent, -1.0f, 1.0f);
  const int line = __LINE__ - 1;
  const Tensor binary = grad_pass_through([](const Tensor& t) { return sign(t); }, bounded);
  tape.gradient(reduce_mean(square(scale * matmul(x, binary) - 1.0f)), {latent, scale});
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_THAT(report, Says("latent", kZero, Cause::kZeroClip, "clip_by_value", line));
}

TEST(ZeroCases, dead_relu_hidden_layer) {
  const Variable w1 = variable({{0.5f, -0.3f}, {0.2f, 0.4f}}, "w1"), b1 = variable({-8.0f, -9.0f}, "b1"), w2 = variable({{0.7f}, {-0.6f}}, "w2"),
                 b2 = variable({0.1f}, "b2");
  const Tensor x = constant({{1.0f, 2.0f}, {0.5f, -1.0f}, {3.0f, 0.2f}}), y = constant({{1.0f}, {0.0f}, {2.0f}});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor h = nn::relu(matmul(x, w1) + b1);
  const int line = __LINE__ - 1;
  const Tensor loss = reduce_mean(square(matmul(h, w2) + b2 - y));
  tape.gradient(loss, {w1, b1, w2, b2});
  ASSERT_EQ(report.findings().size(), 3u) << report;
  for (const char* source : {"w1", "b1", "w2"}) EXPECT_THAT(report, Says(source, kZero, Cause::kZeroDeadUnit, "relu", line));
  EXPECT_THAT(report.findings()[0].evidence, Contains(HasSubstr("6 of its 6 results are 0")));
}

TEST(ZeroCases, zero_init_gate_with_relu) {
  const Variable embed = variable({{0.3f, 0.8f}, {-0.5f, 0.6f}}, "embed"), gate_w(zeros({2, 3}), "gate_w");
  const Tensor layers = constant({{0.2f, 0.1f}, {0.7f, -0.4f}, {0.5f, 0.9f}}), x = constant({{1.0f, 0.5f}});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor h = matmul(x, embed);
  const Tensor normed = h / sqrt(reduce_mean(square(h), -1, true) + 1e-6f);
  const Tensor gates = nn::relu(matmul(normed, gate_w));
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(square(h + matmul(gates, layers) - 1.0f)), {embed, gate_w});
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_THAT(report, Says("gate_w", kZero, Cause::kZeroDeadUnit, "relu", line));
}

TEST(ZeroCases, sign_activation_between_layers) {
  const Variable fc1 = variable({{0.2f, -0.4f, 0.6f}, {0.9f, 0.3f, -0.1f}}, "fc1"), fc2 = variable({{0.5f}, {-0.3f}, {0.8f}}, "fc2");
  const Tensor x = constant({{1.0f, 0.2f}, {-0.5f, 0.7f}}), y = constant({{1.0f}, {-1.0f}});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor act = sign(matmul(x, fc1));
  const int line = __LINE__ - 1;
  tape.gradient(reduce_mean(square(1.0f - y * matmul(act, fc2))), {fc1, fc2});
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_THAT(report, Says("fc1", kZero, Cause::kZeroFlat, "sign", line));
}

TEST(ZeroCases, empty_boolean_mask_mean) {
  const Variable w = variable({{0.4f}, {0.1f}}, "w");
  const Tensor nowhere(constant(std::vector<std::int64_t>{}));
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor pred = matmul(constant({{1.0f, 2.0f}, {0.3f, 0.7f}}), w);
  const Tensor valid = gather(reshape(pred, {2}), nowhere);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_mean(square(valid)), w);
  EXPECT_THAT(report, Says("w", kZero, Cause::kZeroMasked, "gather", line));
}

TEST(ZeroCases, saturated_softmax_gradcam) {
  const Variable w = variable({{120.0f, -80.0f}, {100.0f, -90.0f}}, "w");
  const Tensor img = constant({{1.0f, 0.5f}});
  Diagnosis report({.values = true});
  GradientTape tape;
  tape.watch(img);
  const Tensor probs = nn::softmax(matmul(img, w));
  const int line = __LINE__ - 1;
  const Tensor loss = reshape(slice(probs, {0, 0}, {1, 1}), {});
  tape.gradient(loss, {img, w});
  ASSERT_EQ(report.findings().size(), 2u) << report;
  EXPECT_THAT(report, Says("w", kZero, Cause::kZeroSaturated, "softmax", line));
  EXPECT_THAT(report, Says("", kZero, Cause::kZeroSaturated, "softmax", line));
}

// ---- Other programs with the same causes ----

TEST(Zeros, asked_for_are_never_taken_for_numbers) {
  const Variable w = variable({1.5f, 2.5f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor y = floor(w);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(y), w, {.unconnected_gradients = UnconnectedGradients::zero});
  EXPECT_THAT(report, Says("w", kZero, Cause::kDisconnectedZero, "floor", line));
  EXPECT_THAT(report.findings()[0].also, Contains(Cause::kNondiffOp));
}

TEST(Zeros, hinge_that_is_satisfied_is_a_relu) {
  const Variable w = variable({2.0f, 3.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor hinge = maximum(1.0f - w, 0.0f);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(hinge), w);
  EXPECT_THAT(report, Says("w", kZero, Cause::kZeroDeadUnit, "maximum", line));
}

TEST(Zeros, zero_initialised_factor) {
  const Variable a = variable({{1.0f, -1.0f}}, "a"), b(zeros({2, 1}), "b");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor y = matmul(a, b);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(y + 1.0f), {a, b});
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_THAT(report, Says("a", kZero, Cause::kZeroMasked, "matmul", line));
  EXPECT_THAT(report.findings()[0].why, HasSubstr("variable `b`"));
}

TEST(Zeros, a_mask_of_zeros) {
  const Variable w = variable({1.0f, 2.0f, 3.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor mask = cast(w > 5.0f, float32);
  const Tensor kept = w * mask;
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(kept), w);
  EXPECT_THAT(report, Says("w", kZero, Cause::kZeroMasked, "multiply", line));
}

TEST(Zeros, a_condition_that_is_false_everywhere) {
  const Variable w = variable({1.0f, 2.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor y = where(w > 5.0f, w, zeros({2}));
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(y), w);
  EXPECT_THAT(report, Says("w", kZero, Cause::kZeroMasked, "where", line));
}

TEST(Zeros, part_of_a_concat_that_is_sliced_away) {
  const Variable a = variable({1.0f, 2.0f}, "a"), b = variable({3.0f}, "b");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor both = concat({a, b}, 0);
  const Tensor head = slice(both, {0}, {2});
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(square(head)), {a, b});
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_THAT(report, Says("b", kZero, Cause::kZeroMasked, "slice", line));
}

TEST(Zeros, shares_that_are_summed_up) {
  const Variable w = variable({0.0f, 0.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor shares = nn::softmax(w);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(shares), w);
  EXPECT_THAT(report, Says("w", kZero, Cause::kZeroCancel, "softmax", line));
}

TEST(Zeros, a_shift_that_is_taken_out_again) {
  const Variable shift = variable(0.5f, "shift");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor x = constant({1.0f, 2.0f}) + shift;
  const int line = __LINE__ - 1;
  const Tensor loss = reduce_sum(x * constant({1.0f, -1.0f}));
  tape.gradient(loss, shift);
  EXPECT_THAT(report, Says("shift", kZero, Cause::kZeroCancel, "add", line));
}

TEST(Zeros, ways_that_cancel_where_they_meet) {
  const Variable w = variable({1.0f, 2.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor twice = w * 2.0f;
  const Tensor sum = w + w;
  const Tensor nothing = twice - sum;
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(nothing), w);
  EXPECT_THAT(report, Says("w", kZero, Cause::kZeroCancel, "subtract", line));
}

TEST(Zeros, half_precision_loses_small_gradients) {
  const Variable w(cast(constant({1.0f, 2.0f}), float16), "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor y = cast(w, float32);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(y) * 1e-9f, w);
  EXPECT_THAT(report, Says("w", kZero, Cause::kVanishing, "cast", line));
}

// On two ways: the gradient is back when one of them is mended.
TEST(Zeros, several_places_where_it_dies) {
  const Variable w = variable({-1.0f, -2.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor off = nn::relu(w);
  const Tensor flat = sign(w);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(off + flat), w);
  EXPECT_THAT(report, Says("w", kZero, Cause::kZeroFlat, "sign", line));
  EXPECT_TRUE(report.findings()[0].others.empty()) << report;
}

// One behind the other: both have to be mended.
TEST(Zeros, two_places_of_one_way) {
  const Variable w = variable({-1.0f, -2.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor off = nn::relu(w);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(sign(off - 3.0f)), w);
  EXPECT_THAT(report, Says("w", kZero, Cause::kZeroFlat, "sign", line + 2));
  const Finding f = report.findings()[0];
  ASSERT_EQ(f.others.size(), 1u) << report;
  const OtherBreak& other = f.others[0];
  EXPECT_EQ(other.cause, Cause::kZeroDeadUnit);
  EXPECT_EQ(other.op, "relu");
  EXPECT_EQ(other.place.line, static_cast<std::uint32_t>(line));
  EXPECT_THAT(other.remedy, HasSubstr("leaky_relu"));
}

TEST(Zeros, curvature_of_a_relu) {
  const Variable w = variable({1.0f, 2.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape outer;
  GradientTape inner;
  const Tensor h = nn::relu(w);
  const int line = __LINE__ - 1;
  const Gradient first = inner.gradient(reduce_sum(h * constant({2.0f, 3.0f})), w);
  outer.gradient(reduce_sum(*first), w);
  EXPECT_THAT(report, Says("w", kZero, Cause::kSecondOrder, "relu", line));
}

TEST(Zeros, are_not_looked_for_unless_asked) {
  const Variable w = variable({-1.0f}, "w");
  Diagnosis report;
  GradientTape tape;
  tape.gradient(nn::relu(w), w);
  EXPECT_TRUE(report.empty());
}

TEST(Zeros, of_a_gradient_alone_accuse_nobody) {
  const Variable w = variable({-1.0f}, "w");
  GradientTape tape;
  const Gradient g = tape.gradient(nn::relu(w), w);
  ASSERT_TRUE(g.has_value());
  const Finding f = finding(g);
  EXPECT_EQ(f.status, kZero);
  EXPECT_EQ(f.cause, Cause::kUnknown);
  EXPECT_EQ(f.confidence, Confidence::kUnknown);
  EXPECT_THAT(f.remedy, HasSubstr("Diagnosis"));
}

}  // namespace
}  // namespace whygrad::testing
