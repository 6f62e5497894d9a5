// Real users' cases in which a gradient is NaN or infinite.
#include "explain/diagnosis_test.hpp"

#include <whygrad/optim/sgd.hpp>

#include <cmath>
#include <limits>

namespace whygrad::testing {
namespace {

constexpr Finding::Status kNan = Finding::Status::kNan, kInf = Finding::Status::kInf;
constexpr float kNotANumber = std::numeric_limits<float>::quiet_NaN(), kInfinity = std::numeric_limits<float>::infinity();

TEST(NotFiniteCases, semi_hard_triplets_no_positives) {
  const Variable w = variable({{0.5f, -0.1f}, {0.3f, 0.9f}}, "w");
  const Tensor x = constant({{1.0f, 0.2f}, {0.1f, 0.7f}, {-0.4f, 0.3f}}), positives = zeros({3, 3});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor emb = matmul(x, w);
  const Tensor d = reduce_sum(square(expand_dims(emb, 1) - expand_dims(emb, 0)), 2);
  const Tensor num = reduce_sum(positives);
  const Tensor hinge = maximum(1.0f + d - reduce_mean(d), 0.0f);
  const Tensor loss = reduce_sum(hinge * positives) / num;
  const int line = __LINE__ - 1;
  tape.gradient(loss, w);
  EXPECT_THAT(report, Says("w", kNan, Cause::kNanDiv0, "divide", line));
}

TEST(NotFiniteCases, truncated_normal_far_tail) {
  const Variable mu = variable(3.0f, "mu"), log_sigma = variable(-3.0f, "log_sigma");
  const auto cdf = [](const Tensor& z) { return 0.5f * (1.0f + erf(z / 1.41421356f)); };
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor sigma = exp(log_sigma), z = (0.9f - mu) / sigma;
  const Tensor mass = cdf((1.0f - mu) / sigma) - cdf((0.0f - mu) / sigma);
  const Tensor log_mass = log(mass);
  const int line = __LINE__ - 1;
  tape.gradient(0.5f * square(z) + log(sigma) + log_mass, {mu, log_sigma});
  EXPECT_THAT(report, Says("mu", kNan, Cause::kNanLog0, "log", line));
  EXPECT_THAT(report, Says("log_sigma", kNan, Cause::kNanLog0, "log", line));
}

TEST(NotFiniteCases, vae_bernoulli_log_likelihood) {
  const Variable enc = variable({{0.5f}, {0.5f}}, "enc"), dec = variable({{60.0f, -60.0f}}, "dec");
  const Tensor t = constant({{1.0f, 0.0f}, {1.0f, 0.0f}});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor z = matmul(t, enc) + 0.5f, y = sigmoid(matmul(z, dec));
  const Tensor ll = t * log(y) + (1.0f - t) * log(1.0f - y);
  const int line = __LINE__ - 1;
  tape.gradient(0.5f * reduce_sum(square(z)) - reduce_sum(ll), {enc, dec});
  EXPECT_THAT(report, Says("enc", kNan, Cause::kNanLog0, "log", line));
  EXPECT_THAT(report, Says("dec", kNan, Cause::kNanLog0, "log", line));
}

TEST(NotFiniteCases, loss_masked_after_nan_arithmetic) {
  const Variable x = variable({0.5f, 0.7f, -0.2f}, "x");
  const Tensor t = constant({0.0f, kNotANumber, 1.0f}), kept = constant(std::vector<std::int64_t>{0, 2});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor difference = x - t;
  const Tensor per = square(difference);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(gather(per, kept)), x);
  EXPECT_THAT(report, Says("x", kNan, Cause::kNanData, "square", line));
  EXPECT_THAT(report.findings()[0].evidence, Contains("the target itself is finite"));
}

TEST(NotFiniteCases, hand_written_softmax_overflow) {
  const Variable w = variable({{55.0f, 30.0f}, {48.0f, 10.0f}}, "w"), b = variable({0.0f, 0.0f}, "b");
  const Tensor x = constant({{1.0f, 0.9f}, {0.2f, 0.1f}}), y = constant({{1.0f, 0.0f}, {0.0f, 1.0f}});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor z = matmul(x, w) + b;
  const Tensor e = exp(z);
  const int line = __LINE__ - 1;
  const Tensor p = e / reduce_sum(e, 1, true);
  tape.gradient(-reduce_mean(reduce_sum(y * log(p + 1e-8f), 1)), {w, b});
  EXPECT_THAT(report, Says("w", kNan, Cause::kNanOverflow, "exp", line));
  EXPECT_THAT(report, Says("b", kNan, Cause::kNanOverflow, "exp", line));
  EXPECT_THAT(report.findings()[0].evidence, Contains(HasSubstr("`x` is 98.2")));
}

TEST(NotFiniteCases, ms_ssim_fractional_power_of_relu) {
  const Variable img = variable({{0.2f, 0.8f, 0.5f, 0.1f}}, "img");
  const Tensor ref = constant({{0.8f, 0.2f, 0.5f, 0.9f}});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor a = img - reduce_mean(img, 1, true), b = ref - reduce_mean(ref, 1, true);
  const Tensor cs = nn::relu((2.0f * reduce_mean(a * b, 1) + 0.0009f) / (reduce_mean(square(a), 1) + reduce_mean(square(b), 1) + 0.0009f));
  const Tensor mcs = pow(cs, 0.0448f);
  const int line = __LINE__ - 1;
  tape.gradient(1.0f - reduce_mean(mcs), img);
  EXPECT_THAT(report, Says("img", kNan, Cause::kNanPow, "pow", line));
}

TEST(NotFiniteCases, relative_l2_loss_perfect_fit) {
  const Variable w = variable({{2.0f}, {1.0f}}, "w");
  const Tensor x = constant({{1.0f, 0.0f}, {0.0f, 1.0f}, {1.0f, 1.0f}}), y = constant({{2.0f}, {1.0f}, {3.0f}});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor squares = reduce_sum(square(matmul(x, w) - y));
  const Tensor num = sqrt(squares);
  const int line = __LINE__ - 1;
  tape.gradient(num / sqrt(reduce_sum(square(y))), w);
  EXPECT_THAT(report, Says("w", kNan, Cause::kNanSqrt0, "sqrt", line));
  EXPECT_THAT(report.findings()[0].evidence, Contains(HasSubstr("`x` is 0")));
}

TEST(NotFiniteCases, triplet_with_duplicate_anchor) {
  const Variable emb = variable({{0.2f, 0.9f}, {0.7f, -0.3f}, {-0.5f, 0.4f}}, "emb");
  int line = 0;
  const auto distance = [&](const Tensor& a, const Tensor& b) {
    const Tensor delta = gather(emb, a) - gather(emb, b);
    line = __LINE__ + 1;
    return sqrt(reduce_sum(square(delta), 1));
  };
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor d_ap = distance(constant({0, 1}), constant({0, 2})), d_an = distance(constant({0, 1}), constant({2, 0}));
  tape.gradient(reduce_mean(nn::relu(d_ap - d_an + 1.0f)), emb);
  EXPECT_THAT(report, Says("emb", kNan, Cause::kNanSqrt0, "sqrt", line));
}

TEST(NotFiniteCases, atan2_behind_where) {
  const Variable v = variable({{3.0f, 3.0f}, {0.0f, 0.0f}, {-5.0f, 2.0f}}, "v");
  const Tensor moving = constant(std::vector<float>{1, 0, 1}) > 0.5f;
  Diagnosis report({.values = true});
  GradientTape tape;
  const std::vector<Tensor> xy = unstack(v, 1);
  const Tensor angle = atan2(xy[1], xy[0]);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(square(where(moving, angle, zeros({3})) - 0.1f)), v);
  EXPECT_THAT(report, Says("v", kNan, Cause::kNanTrig, "atan2", line));
}

TEST(NotFiniteCases, polar_features_of_origin) {
  const Variable xy = variable({{0.0f, 0.0f}, {1.0f, 0.5f}}, "xy"), w = variable({0.7f, 0.2f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const std::vector<Tensor> parts = unstack(xy, 1);
  const Tensor r2 = reduce_sum(square(xy), 1);
  const Tensor theta = atan2(parts[1], parts[0]);
  const int line = __LINE__ - 1;
  const Tensor score = reduce_sum(stack({r2, theta}, 1) * w, 1);
  const Gradients g = tape.gradient(reduce_mean(square(score - 1.0f)), {xy, w});
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_THAT(report, Says("xy", kNan, Cause::kNanTrig, "atan2", line));
}

TEST(NotFiniteCases, masked_exp_overflow) {
  const Variable w = variable({1.0f, 3.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor v = w * constant({2.0f, 1e4f});
  const Tensor grown = exp(v);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(where(v <= 10.0f, grown, ones({2}))), w);
  EXPECT_THAT(report, Says("w", kNan, Cause::kNanWhere, "exp", line));
  EXPECT_THAT(report.findings()[0].also, Contains(Cause::kNanOverflow));
}

TEST(NotFiniteCases, where_guards_log_shared_factor) {
  const Tensor v = constant({0.5f, -1.2f, 2.0f, -0.3f});
  const Variable alpha = variable(1.0f, "alpha"), beta = variable(0.2f, "beta");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor logs = log(v);
  const int line = __LINE__ - 1;
  const Tensor curve = alpha * logs, linear = beta * v;
  tape.gradient(reduce_sum(where(v >= 0.0f, curve, linear)), {alpha, beta});
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_THAT(report, Says("alpha", kNan, Cause::kNanWhere, "log", line));
}

TEST(NotFiniteCases, third_derivative_of_integer_power) {
  const Variable x = variable({-1.0f, 0.0f, 1.0f}, "x");
  Diagnosis report({.values = true});
  GradientTape t3, t2, t1;
  const Tensor y = pow(x, 2.0f);
  const int line = __LINE__ - 1;
  const Gradient d1 = t1.gradient(reduce_sum(y), x);
  const Gradient d2 = t2.gradient(d1, x);
  t3.gradient(d2, x);
  EXPECT_THAT(report, Says("x", kNan, Cause::kSecondOrder, "pow", line));
  EXPECT_THAT(report.findings().back().also, Contains(Cause::kNanPow));
}

TEST(NotFiniteCases, global_norm_clip_of_one_infinite_gradient) {
  const Variable good = variable({0.4f, -0.2f}, "good"), bad = variable({0.0f}, "bad");
  optim::SGD sgd({.global_clipnorm = 1.0});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor fit = reduce_sum(square(good * constant({1.0f, 2.0f}) - 1.0f));
  const Tensor root = sqrt(bad);
  const int line = __LINE__ - 1;
  const Gradients g = tape.gradient(fit + reduce_sum(root), {good, bad});
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_THAT(report, Says("bad", kInf, Cause::kNanSqrt0, "sqrt", line));
  sgd.apply_gradients(g);
  EXPECT_THAT(report, Says("", kNan, Cause::kExploding, "sqrt", line));
}

// ---- Other programs with the same causes ----

TEST(NotFinite, data_that_spoils_the_target_is_named_where_it_enters) {
  const Variable w = variable({{1.0f}, {2.0f}}, "w");
  const Tensor x = constant({{1.0f, kNotANumber}});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor pred = matmul(x, w);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_mean(square(pred - 1.0f)), w);
  EXPECT_THAT(report, Says("w", kNan, Cause::kNanData, "matmul", line));
  EXPECT_THAT(report.findings()[0].evidence, Contains("the target itself is not finite"));
}

TEST(NotFinite, division_behind_where) {
  const Variable w = variable({1.0f, 2.0f}, "w");
  const Tensor d = constant({0.0f, 4.0f});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor ratio = w / d;
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(where(d > 0.0f, ratio, zeros({2}))), w);
  EXPECT_THAT(report, Says("w", kNan, Cause::kNanWhere, "divide", line));
}

TEST(NotFinite, growing_along_the_steps) {
  const Variable w = variable({{1e3f, 0.0f}, {0.0f, 1e3f}}, "w");
  const Tensor x = constant({{1e-20f, 1e-20f}});
  Diagnosis report({.values = true});
  GradientTape tape;
  Tensor h = x;
  int line = 0;
  for (int i = 0; i < 14; ++i) {
    line = __LINE__ + 1;
    h = matmul(h, w);
  }
  tape.watch(x);
  const Gradient g = tape.gradient(reduce_sum(h), w);
  EXPECT_FALSE(report.empty());
  EXPECT_THAT(report, Says("w", kInf, Cause::kExploding, "matmul", line));
}

TEST(NotFinite, a_variable_that_an_earlier_step_spoiled) {
  const Variable w = variable({1.0f, kNotANumber}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor y = square(w);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(y), w);
  EXPECT_THAT(report, Says("w", kNan, Cause::kExploding, "square", line));
  EXPECT_EQ(report.findings()[0].confidence, Confidence::kLikely);
}

TEST(NotFinite, a_row_of_a_softmax_that_is_masked_entirely) {
  const Variable w = variable({{0.2f, 0.4f}}, "w");
  const Tensor mask = constant({{-kInfinity, -kInfinity}});
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor masked = w + mask;
  const Tensor p = nn::softmax(masked);
  const int line = __LINE__ - 1;
  tape.gradient(reduce_sum(square(p)), w);
  ASSERT_EQ(report.findings().size(), 1u) << report;
  EXPECT_EQ(report.findings()[0].place.line, static_cast<std::uint32_t>(line)) << report;
  EXPECT_EQ(report.findings()[0].confidence, Confidence::kLikely);
}

TEST(NotFinite, an_output_gradient_that_is_not) {
  const Variable w = variable({1.0f, 2.0f}, "w");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor y = w * 2.0f;
  tape.gradient(y, w, {.output_gradients = {constant({1.0f, kInfinity})}});
  const int line = __LINE__ - 1;
  EXPECT_THAT(report, Says("w", kInf, Cause::kNanData, "", line));
}

TEST(NotFinite, of_a_gradient_alone_accuses_nobody) {
  const Variable w = variable({0.0f}, "w");
  GradientTape tape;
  const Finding f = finding(tape.gradient(sqrt(w), w));
  EXPECT_EQ(f.status, kInf);
  EXPECT_EQ(f.confidence, Confidence::kUnknown);
  EXPECT_TRUE(f.op.empty());
}

TEST(NotFinite, the_share_that_an_overflow_left_over) {
  const Variable z = variable({100.0f, 3.0f}, "z");
  Diagnosis report({.values = true});
  GradientTape tape;
  const Tensor e = exp(z);
  const int line = __LINE__ - 1;
  const Tensor p = e / reduce_sum(e);
  tape.gradient(-log(gather(p, constant(std::vector<std::int64_t>{1}))), z);
  EXPECT_THAT(report, Says("z", Finding::Status::kNan, Cause::kNanOverflow, "exp", line));
}

}  // namespace
}  // namespace whygrad::testing
