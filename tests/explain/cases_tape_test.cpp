// Real users' cases in which the ops are fine and the tape did not see them, or did not watch.
#include "explain/explain_test.hpp"

namespace whygrad::testing {
namespace {

TEST(Cases, hypothesis_built_once_before_loop) {
  const Tensor x = constant({1.0f, 2.0f, 3.0f}), y = constant({1.0f, 2.0f, 3.0f});
  const Variable w = variable(0.5f, "W"), b = variable(0.0f, "b");
  const Tensor hypothesis = w * x + b;
  const int line = __LINE__ - 1;
  for (int step = 0; step < 3; ++step) {
    GradientTape tape;
    const Tensor loss = reduce_mean(square(y - hypothesis));
    const Gradients g = tape.gradient(loss, {w, b});
    EXPECT_THAT(g[0], Missing(Cause::kOutsideTape, "add", line));
    EXPECT_THAT(g[1], Missing(Cause::kOutsideTape, "add", line));
  }
}

TEST(Cases, loss_negated_after_tape) {
  const Variable k1(ones({2, 3}), "k1"), k2(ones({3, 1}), "k2");
  const Tensor z = constant({{0.2f, -0.1f}, {0.4f, 0.3f}});
  GradientTape tape({.persistent = true});
  const Tensor score = reduce_mean(matmul(tanh(matmul(z, k1)), k2));
  tape.exit();
  const Tensor loss = -1.0f * score;
  const int line = __LINE__ - 1;
  const Gradients g = tape.gradient(loss, {k1, k2});
  EXPECT_THAT(g[0], Missing(Cause::kOutsideTape, "multiply", line));
  EXPECT_THAT(g[1], Missing(Cause::kOutsideTape, "multiply", line));
}

TEST(Cases, saved_rollout_log_prob_reused) {
  const Variable logits_w = variable({{0.2f, -0.1f}, {0.4f, 0.3f}}, "logits_w"), baseline = variable(0.1f, "baseline");
  int line = 0;
  const auto log_prob = [&](const Tensor& obs, const Tensor& act) {
    const Tensor lp = nn::log_softmax(matmul(obs, logits_w));
    line = __LINE__ + 1;
    return reduce_sum(lp * one_hot(act, 2), 1);
  };
  std::vector<Tensor> log_probs, rewards;
  for (int t = 0; t < 3; ++t) {
    log_probs.push_back(log_prob(constant({{1.0f, static_cast<float>(t)}}), constant({t % 2})));
    rewards.push_back(constant({1.0f + static_cast<float>(t)}));
  }
  GradientTape tape;
  const Tensor advantage = concat(rewards, 0) - baseline;
  const Tensor loss = -reduce_mean(concat(log_probs, 0) * advantage);
  const Gradients g = tape.gradient(loss, {logits_w, baseline});
  EXPECT_THAT(g[0], Missing(Cause::kOutsideTape, "reduce_sum", line));
  EXPECT_THAT(g[1], Present());
}

TEST(Cases, target_evaluated_after_tape_exit) {
  const Tensor q = constant({0.3f, -1.2f, 2.0f});
  GradientTape tape({.persistent = true});
  tape.watch(q);
  tape.exit();
  const Tensor stretch = reduce_sum(square(q));
  const Tensor energy = 0.5f * stretch + reduce_sum(cos(q));
  const int line = __LINE__ - 1;
  EXPECT_THAT(tape.gradient(energy, q), Missing(Cause::kOutsideTape, "add", line));
}

TEST(Cases, sparse_kernel_built_in_init) {
  const Variable values = variable({0.5f, -0.3f, 0.8f}, "values"), bias = variable({0.1f, 0.2f}, "bias");
  const Tensor kernel = values * 1.0f;
  const int line = __LINE__ - 1;
  const Tensor x = constant({1.0f, 2.0f, 0.5f});
  GradientTape tape;
  const Tensor loss = reduce_sum(square(kernel * x)) + reduce_sum(bias);
  const Gradients g = tape.gradient(loss, {values, bias});
  EXPECT_THAT(g[0], Missing(Cause::kOutsideTape, "multiply", line));
  EXPECT_THAT(g[1], Present());
}

TEST(Cases, stop_recording_too_wide) {
  const Variable w1 = variable({{0.2f, 0.4f}, {0.1f, -0.3f}}, "w1"), w2 = variable({{0.6f}, {0.5f}}, "w2"), scale = variable(1.5f, "scale");
  const Tensor x = constant({{1.0f, 0.5f}, {-0.2f, 0.8f}}), y = constant({{1.0f}, {0.0f}});
  GradientTape tape;
  const Tensor h = tanh(matmul(x, w1));
  Tensor out;
  int line = 0;
  {
    const auto pause = tape.stop_recording();
    const Tensor mean_activation = reduce_mean(abs(h));
    out = matmul(h, w2);
    line = __LINE__ - 1;
  }
  const Tensor loss = reduce_mean(square(scale * out - y));
  const Gradients g = tape.gradient(loss, {w1, w2, scale});
  EXPECT_THAT(g[0], Missing(Cause::kTapePaused, "matmul", line));
  EXPECT_THAT(g[1], Missing(Cause::kTapePaused, "matmul", line));
  EXPECT_THAT(g[2], Present());
}

TEST(Tape, reset_forgets_what_was_recorded) {
  const Variable w = variable(3.0f, "w");
  GradientTape tape;
  const Tensor y = square(w);
  const int line = __LINE__ - 1;
  tape.reset();
  const int reset_line = __LINE__ - 1;
  const Tensor z = y * 2.0f;
  const Gradient g = tape.gradient(z, w);
  EXPECT_THAT(g, Missing(Cause::kTapeReset, "square", line));
  EXPECT_THAT(finding(g).why, HasSubstr(":" + std::to_string(reset_line)));
}

TEST(Tape, reset_forgets_what_was_watched) {
  const Tensor x = constant(3.0f);
  GradientTape tape;
  tape.watch(x);
  tape.reset();
  const int line = __LINE__ - 1;
  EXPECT_THAT(tape.gradient(square(x), x), Missing(Cause::kTapeReset, "", line));
}

TEST(Tape, between_two_recordings) {
  const Variable w = variable(3.0f, "w");
  GradientTape tape({.persistent = true});
  const Tensor a = square(w);
  tape.exit();
  const Tensor b = exp(a);
  const int line = __LINE__ - 1;
  tape.enter();
  const Tensor c = b * 2.0f;
  EXPECT_THAT(tape.gradient(c, w), Missing(Cause::kOutsideTape, "exp", line));
  EXPECT_THAT(tape.gradient(a, w), Present());
}

TEST(Cases, auto_watch_disabled_one_variable_forgotten) {
  const Variable amplitude = variable(1.4f, "amplitude"), phase = variable(0.3f, "phase");
  const Tensor t = constant({0.0f, 0.5f, 1.0f}), observed = constant({0.4f, 1.1f, 1.2f});
  GradientTape tape({.watch_accessed_variables = false});
  const int line = __LINE__ - 1;
  tape.watch(amplitude);
  const Tensor misfit = nn::softplus(amplitude) + sin(2.0f * t + phase) - observed;
  const Gradients g = tape.gradient(reduce_mean(square(misfit)), {amplitude, phase});
  EXPECT_THAT(g[0], Present());
  EXPECT_THAT(g[1], Missing(Cause::kNotWatched, "", line));
}

TEST(Cases, conv_tensors_unwatched) {
  const Tensor x = reshape(range(16.0f), {1, 4, 4, 1});
  const int x_line = __LINE__ - 1;
  const Tensor w = ones({3, 3, 1, 1});
  const int w_line = __LINE__ - 1;
  GradientTape tape;
  const Tensor y = nn::conv2d(x, w, {.padding = nn::valid});
  const Gradients g = tape.gradient(reduce_mean(square(y)), {x, w});
  EXPECT_THAT(g[0], Missing(Cause::kNotWatched, "", x_line));
  EXPECT_THAT(g[1], Missing(Cause::kNotWatched, "", w_line));
}

TEST(Cases, latent_optimisation_image_tensor) {
  const Variable w1(fill({4, 3}, 0.1f), "w1"), w2(fill({3, 2}, 0.2f), "w2");
  const Tensor image = constant({{0.2f, 0.4f, 0.1f, 0.9f}});
  const int line = __LINE__ - 1;
  GradientTape tape;
  const Tensor scores = nn::log_softmax(matmul(tanh(matmul(image, w1)), w2) * constant({1.0f, 2.0f}));
  const Tensor loss = -reduce_sum(slice(scores, {0, 1}, {1, 1})) + 0.01f * reduce_sum(abs(image));
  const Gradients g = tape.gradient(loss, {image, w1});
  EXPECT_THAT(g[0], Missing(Cause::kNotWatched, "", line));
  EXPECT_THAT(g[1], Present());
}

TEST(Cases, jacobian_of_unwatched_tensor) {
  const Tensor w = fill({3, 1}, 0.5f);
  const int line = __LINE__ - 1;
  const Variable scale = variable(2.0f, "scale");
  GradientTape tape;
  const Tensor loss = reduce_sum(scale * pow(w, 3.0f));
  EXPECT_THAT(tape.gradient(loss, w), Missing(Cause::kNotWatched, "", line));
}

TEST(Source, watched_after_it_was_used) {
  const Tensor x = constant(2.0f);
  GradientTape tape;
  const Tensor y = square(x);
  const int line = __LINE__ - 1;
  tape.watch(x);
  EXPECT_THAT(tape.gradient(y, x), Missing(Cause::kNotWatched, "square", line));
}

TEST(Source, read_from_its_variable_before_the_tape) {
  const Variable w = variable(2.0f, "w");
  const Tensor value = w;
  GradientTape tape;
  const Tensor y = square(value);
  const int line = __LINE__ - 1;
  EXPECT_THAT(tape.gradient(y, w), Missing(Cause::kOutsideTape, "square", line));
}

TEST(Source, computed_on_the_tape_from_nothing_watched) {
  const Tensor x = constant(2.0f);
  GradientTape tape;
  const Tensor h = square(x);
  const int line = __LINE__ - 1;
  EXPECT_THAT(tape.gradient(exp(h), h), Missing(Cause::kNotWatched, "", line));
}

TEST(Source, is_the_target) {
  const Tensor x = constant(2.0f);
  const int line = __LINE__ - 1;
  GradientTape tape({.persistent = true});
  EXPECT_THAT(tape.gradient(x, x), Missing(Cause::kNotWatched, "", line));
  const Variable w = variable(2.0f, "w");
  const int w_line = __LINE__ - 1;
  EXPECT_THAT(tape.gradient(w, w), Missing(Cause::kNotWatched, "", w_line));
}

TEST(Cases, affine_calibration_three_nones) {
  const Variable scale(constant({2.0f, 0.5f}), "scale", {.trainable = false});
  const int scale_line = __LINE__ - 1;
  const Variable shift = variable({0.1f, -0.1f}, "shift");
  const Tensor gain = variable(1.0f, "gain") * 3.0f;
  const int gain_line = __LINE__ - 1;
  const Tensor zero_point = constant({0.2f, 0.3f});
  const int zero_line = __LINE__ - 1;
  const Tensor x = constant({{1.0f, 2.0f}, {0.0f, -1.0f}});
  GradientTape tape;
  const Tensor loss = reduce_mean(square(gain * (x - zero_point) * scale + shift - 1.0f));
  const Gradients g = tape.gradient(loss, {scale, shift, gain, zero_point});
  EXPECT_THAT(g[0], Missing(Cause::kNonTrainable, "", scale_line));
  EXPECT_THAT(g[1], Present());
  EXPECT_THAT(g[2], Missing(Cause::kRebound, "multiply", gain_line));
  EXPECT_THAT(finding(g[2]).why, HasSubstr("`gain`"));
  EXPECT_THAT(g[3], Missing(Cause::kNotWatched, "", zero_line));
}

TEST(Cases, manual_sgd_rebinds_variable) {
  const Tensor x = constant({{1.0f, 2.0f}, {3.0f, -1.0f}, {0.5f, 0.5f}}), y = constant({{1.0f}, {0.0f}, {2.0f}});
  const Variable start = variable({{0.5f}, {-0.3f}}, "w");
  Tensor w;
  int line = 0;
  {
    GradientTape tape;
    const Tensor loss = reduce_mean(square(matmul(x, start) - y));
    const Gradient g = tape.gradient(loss, start);
    w = start - 0.1f * *g;
    line = __LINE__ - 1;
  }
  GradientTape tape;
  const Tensor loss = reduce_mean(square(matmul(x, w) - y));
  const Gradient g = tape.gradient(loss, w);
  EXPECT_THAT(g, Missing(Cause::kRebound, "subtract", line));
  EXPECT_THAT(finding(g).why, HasSubstr("`w`"));
}

TEST(Cases, pgd_perturbation_rebound) {
  const Tensor w = constant({{0.4f, -0.3f}, {0.2f, 0.1f}, {-0.5f, 0.6f}}), x = constant({{0.2f, 0.5f, 0.3f}}), label = constant({0});
  const Variable delta(zeros({1, 3}), "delta");
  const auto loss_of = [&](const Tensor& d) { return reduce_mean(nn::sparse_softmax_cross_entropy_with_logits(label, matmul(x + d, w))); };
  Tensor moved;
  int line = 0;
  {
    GradientTape tape;
    const Gradient g = tape.gradient(loss_of(delta), delta);
    moved = clip_by_value(delta + 0.1f * sign(*g), -0.3f, 0.3f);
    line = __LINE__ - 1;
  }
  GradientTape tape;
  EXPECT_THAT(tape.gradient(loss_of(moved), moved), Missing(Cause::kRebound, "clip_by_value", line));
}

TEST(Source, a_copy_of_what_was_computed_from_it_before) {
  const Variable base = variable({{0.3f, -0.2f}, {0.5f, 0.1f}}, "base");
  const Variable tied(transpose(base), "tied");
  const int line = __LINE__ - 1;
  GradientTape tape;
  const Gradient g = tape.gradient(reduce_sum(square(tied)), base);
  EXPECT_THAT(g, Missing(Cause::kWrongSource, "variable", line));
  EXPECT_THAT(finding(g).path, Contains(::testing::Field(&Step::note, "before the tape")));
}

TEST(Source, a_tensor_of_another_name_that_was_made_from_a_variable) {
  const Variable weights = variable({1.0f, 2.0f, 3.0f, 4.0f}, "weights");
  const Tensor w = reshape(weights, {2, 2});
  const int line = __LINE__ - 1;
  GradientTape tape;
  const Gradient g = tape.gradient(reduce_sum(square(w)), w);
  EXPECT_THAT(g, Missing(Cause::kNotWatched, "reshape", line));
  EXPECT_THAT(finding(g).also, Contains(Cause::kRebound));
  EXPECT_THAT(finding(g).why, HasSubstr("made from variable `weights`, before the tape was made"));
}

TEST(Source, a_tensor_asked_beside_the_variable_that_it_was_made_from_did_not_replace_it) {
  const Variable base = variable(1.0f, "base");
  const Tensor x = base + 3.0f;
  const int line = __LINE__ - 1;
  GradientTape tape;
  const Gradients g = tape.gradient(square(x), {x, base});
  EXPECT_THAT(g[0], Missing(Cause::kNotWatched, "add", line));
  EXPECT_THAT(finding(g[0]).remedy, HasSubstr("compute it under the tape, or call tape.watch()"));
  EXPECT_THAT(g[1], Missing(Cause::kOutsideTape, "add", line));
}

// A layer that puts a tensor in its variable's place works on that tensor in its next call.
TEST(Source, a_line_that_ran_again_on_its_own_result_replaced_the_variable) {
  const Variable declared = variable({3.0f, 4.0f}, "kernel");
  Tensor kernel = declared;
  int line = 0;
  const auto normalise = [&] {
    kernel = kernel / 5.0f;
    line = __LINE__ - 1;
    return reduce_sum(kernel);
  };
  normalise();
  {
    GradientTape tape;
    const Tensor y = normalise();
    const Gradient g = tape.gradient(y, kernel);
    EXPECT_THAT(g, Missing(Cause::kRebound, "divide", line));
    EXPECT_EQ(finding(g).confidence, Confidence::kProven);
    EXPECT_THAT(finding(g).why, HasSubstr("replaced variable `kernel`, made at cases_tape_test.cpp:"));
  }
  GradientTape tape;
  const Tensor y = normalise();
  const Gradient g = tape.gradient(y, declared);
  EXPECT_THAT(g, Missing(Cause::kRebound, "divide", line));
  EXPECT_THAT(finding(g).why, HasSubstr("under the tape worked on that tensor"));
}

TEST(Source, a_variable_moved_by_hand_is_no_path_for_another) {
  const Variable used = variable(2.0f, "used"), other = variable(3.0f, "other");
  {
    GradientTape tape;
    const Gradients g = tape.gradient(used * other, {used, other});
    used.assign_sub(0.1f * *g[0]);
  }
  GradientTape tape;
  const Tensor loss = square(used);
  const int line = __LINE__ - 1;
  EXPECT_THAT(tape.gradient(loss, other), Missing(Cause::kUnused, "square", line));
}

}  // namespace
}  // namespace whygrad::testing
