// Real users' cases in which an op on the way stops the gradient.
#include "explain/explain_test.hpp"

namespace whygrad::testing {
namespace {

TEST(Cases, accuracy_as_loss) {
  const Variable w = variable({{0.2f, -0.3f, 0.5f}, {0.8f, 0.1f, -0.6f}}, "w"), b = variable({0.0f, 0.1f, -0.1f}, "b");
  const Tensor x = constant({{1.0f, 0.5f}, {-0.4f, 0.9f}, {0.2f, -1.0f}}), y = constant(std::vector<std::int64_t>{0, 1, 2});
  GradientTape tape;
  const Tensor logits = matmul(x, w) + b;
  const Tensor guess = argmax(logits, 1);
  const int line = __LINE__ - 1;
  const Tensor loss = 1.0f - reduce_mean(cast(equal(guess, y), float32));
  const Gradients g = tape.gradient(loss, {w, b});
  EXPECT_THAT(g[0], Missing(Cause::kMetricAsLoss, "argmax", line));
  EXPECT_THAT(g[1], Missing(Cause::kMetricAsLoss, "argmax", line));
  EXPECT_THAT(finding(g[0]).also, Contains(Cause::kNondiffOp));
  ASSERT_EQ(finding(g[0]).others.size(), 1u);
  EXPECT_EQ(finding(g[0]).others[0].op, "equal");
}

TEST(Cases, thresholded_iou_as_loss) {
  const Variable k(fill({3, 3, 1, 1}, 0.15f), "conv"), bias = variable(-0.4f, "bias");
  const Tensor img = reshape(linspace(0.0, 1.0, 25), {1, 5, 5, 1}), mask = cast(img > 0.5f, float32);
  GradientTape tape;
  const Tensor pred = sigmoid(nn::conv2d(img, k, {.padding = nn::same}) + bias);
  const Tensor p = cast(pred > 0.5f, float32);
  const int line = __LINE__ - 1;
  const Tensor inter = reduce_sum(mask * p), all = reduce_sum(mask) + reduce_sum(p) - inter;
  const Tensor loss = 1.0f - (inter + 1.0f) / (all + 1.0f);
  const Gradients g = tape.gradient(loss, {k, bias});
  EXPECT_THAT(g[0], Missing(Cause::kMetricAsLoss, "greater", line));
  EXPECT_THAT(g[1], Missing(Cause::kMetricAsLoss, "greater", line));
}

TEST(Cases, argmax_between_two_networks) {
  const Variable enc = variable({{0.3f, 1.2f, -0.4f}, {0.8f, 0.1f, 0.2f}}, "encoder"), dec = variable({{0.7f, -0.3f}}, "decoder");
  const Tensor x = constant({{1.0f, 0.2f}, {0.1f, 1.0f}}), y = constant({{1.0f, 0.0f}, {0.0f, 1.0f}});
  GradientTape tape;
  const Tensor probs = nn::softmax(matmul(x, enc));
  const Tensor token = argmax(probs, -1);
  const int line = __LINE__ - 1;
  const Tensor pred = tanh(matmul(expand_dims(cast(token, float32), 1), dec));
  const Gradients g = tape.gradient(reduce_mean(square(pred - y)), {enc, dec});
  EXPECT_THAT(g[0], Missing(Cause::kNondiffOp, "argmax", line));
  EXPECT_THAT(g[1], Present());
}

TEST(Cases, learned_dropout_rate_comparison) {
  const Variable rate_logit = variable(0.3f, "rate_logit"), w = variable({{0.4f}, {0.2f}, {-0.7f}, {0.9f}}, "w");
  const Tensor x = constant({{1.0f, 2.0f, 3.0f, 4.0f}, {0.5f, 0.5f, 0.5f, 0.5f}}), u = constant({{0.1f, 0.9f, 0.3f, 0.7f}, {0.2f, 0.8f, 0.4f, 0.6f}});
  GradientTape tape;
  const Tensor keep = sigmoid(rate_logit);
  const Tensor gate = cast(u < keep, float32);
  const int line = __LINE__ - 1;
  const Tensor loss = reduce_mean(square(matmul(x * gate + 0.1f, w) - 1.0f));
  const Gradients g = tape.gradient(loss, {rate_logit, w});
  EXPECT_THAT(g[0], Missing(Cause::kNondiffOp, "less", line));
  EXPECT_THAT(g[1], Present());
}

TEST(Cases, nearest_key_by_argmin) {
  const Variable knots = variable({0.0f, 0.3f, 0.55f, 0.9f}, "knots"), scale = variable(0.8f, "scale");
  const Tensor raw = constant({0.1f, 0.5f, 1.0f});
  GradientTape tape;
  const Tensor query = scale * raw;
  int line = 0;
  std::vector<Tensor> snapped;
  for (const Tensor& v : unstack(query)) {
    const Tensor gaps = abs(knots - v);
    line = __LINE__ + 1;
    snapped.push_back(gather(knots, argmin(gaps)));
  }
  const Gradients g = tape.gradient(reduce_sum(square(stack(snapped) - 0.4f)), {knots, scale});
  EXPECT_THAT(g[0], Present());
  EXPECT_THAT(g[1], Missing(Cause::kNondiffOp, "argmin", line));
}

TEST(Cases, round_in_custom_loss) {
  const Variable w = variable({{0.3f}, {0.9f}}, "w"), b = variable({0.05f}, "b");
  const Tensor x = constant({{1.0f, 0.5f}, {0.2f, 0.8f}}), y = constant({{1.0f}, {0.0f}});
  GradientTape tape;
  const Tensor pred = sigmoid(matmul(x, w) + b);
  const Tensor hard = round(pred);
  const int line = __LINE__ - 1;
  const Gradients g = tape.gradient(reduce_mean(square(y - hard)), {w, b});
  EXPECT_THAT(g[0], Missing(Cause::kNondiffOp, "round", line));
  EXPECT_THAT(g[1], Missing(Cause::kNondiffOp, "round", line));
}

TEST(Cases, threshold_compare_and_cast) {
  const Variable kernel(ones({2, 1}), "kernel");
  const Tensor x = constant({{0.2f, -0.4f}, {1.0f, 0.3f}, {-0.6f, -0.2f}}), y = constant({{0.0f}, {1.0f}, {0.0f}});
  GradientTape tape;
  const Tensor prob = sigmoid(matmul(x, kernel));
  const Tensor hard = cast(prob > 0.5f, float32);
  const int line = __LINE__ - 1;
  EXPECT_THAT(tape.gradient(reduce_mean(square(y - hard)), kernel), Missing(Cause::kNondiffOp, "greater", line));
}

TEST(Cases, embedding_ids_as_source) {
  const Variable table = variable({{0.1f, 0.2f}, {0.4f, -0.3f}, {0.9f, 0.5f}}, "table"), out_w = variable({{1.0f}, {-1.0f}}, "out_w");
  const Tensor ids = constant({{0.0f, 2.0f, 1.0f}});
  GradientTape tape;
  tape.watch(ids);
  const Tensor emb = gather(table, cast(ids, int32));
  const int line = __LINE__ - 1;
  const Tensor p = sigmoid(matmul(reduce_mean(emb, 1), out_w));
  const Gradients g = tape.gradient(-reduce_sum(log(p)), {ids, table});
  EXPECT_THAT(g[0], Missing(Cause::kIntDtype, "cast", line));
  EXPECT_THAT(g[1], Present());
}

TEST(Cases, integer_weight_float_bias) {
  const Variable w = variable(2, "W");
  const int line = __LINE__ - 1;
  const Variable b = variable(0.5f, "b");
  const Tensor xs = constant({1, 2, 3, 4}), ys = constant({2.5f, 4.0f, 6.6f, 8.0f});
  GradientTape tape;
  const Tensor residual = cast(w * xs, float32) + b - ys;
  const Gradients g = tape.gradient(reduce_mean(square(residual)), {w, b});
  EXPECT_THAT(g[0], Missing(Cause::kIntDtype, "", line));
  EXPECT_THAT(g[1], Present());
}

TEST(Cases, jax_int_argument_cast_inside) {
  const Variable age = variable(2, "age");
  const int line = __LINE__ - 1;
  GradientTape tape;
  const Tensor h = tanh(0.1f * cast(age, float32));
  EXPECT_THAT(tape.gradient(square(h - 1.0f), age), Missing(Cause::kIntDtype, "", line));
}

TEST(Cases, uint8_image_quantisation) {
  const Variable w = variable({{0.3f, 0.1f}, {0.2f, 0.4f}}, "w");
  const Tensor z = constant({{0.5f, 0.8f}});
  GradientTape tape;
  const Tensor fake = sigmoid(matmul(z, w));
  const Tensor bytes = cast(fake * 255.0f, uint8);
  const int line = __LINE__ - 1;
  const Tensor shown = cast(bytes, float32) / 255.0f;
  EXPECT_THAT(tape.gradient(reduce_mean(abs(shown - constant({{0.2f, 0.9f}}))), w), Missing(Cause::kIntDtype, "cast", line));
}

TEST(Cases, dqn_stop_on_the_wrong_side) {
  const Variable online = variable({{0.2f, 0.5f}, {0.1f, -0.3f}}, "online"), target = variable({{0.1f, 0.4f}, {0.3f, 0.2f}}, "target");
  const Tensor s = constant({{1.0f, 0.5f}, {0.3f, 0.8f}}), s2 = constant({{0.6f, 0.1f}, {0.2f, 0.9f}}), r = constant({1.0f, 0.0f}),
               a = constant({0, 1});
  GradientTape tape;
  const Tensor q = reduce_sum(matmul(s, online) * one_hot(a, 2), 1);
  const Tensor y = r + 0.9f * reduce_max(matmul(s2, target), 1);
  const Tensor error = y - stop_gradient(q);
  const int line = __LINE__ - 1;
  const Gradients g = tape.gradient(reduce_mean(square(error)), {online, target});
  EXPECT_THAT(g[0], Missing(Cause::kStopGradient, "stop_gradient", line));
  EXPECT_THAT(g[1], Present());
}

TEST(Cases, residual_codes_detached_before_rqvae_loss) {
  const Variable level0 = variable({{0.1f, 0.0f}, {0.6f, 0.5f}}, "level0"), level1 = variable({{0.0f, 0.1f}, {0.2f, -0.2f}}, "level1");
  const Variable enc = variable({{0.7f, 0.1f}, {0.2f, 0.9f}}, "enc");
  const Tensor x = constant({{1.0f, 0.4f}});
  int line = 0;
  const auto nearest = [&line](const Variable& table, const Tensor& r) {
    const Tensor e = gather(table, argmin(reduce_sum(square(table - r), 1)));
    line = __LINE__ + 1;
    return expand_dims(stop_gradient(e), 0);
  };
  GradientTape tape;
  Tensor residual = matmul(x, enc);
  std::vector<Tensor> losses;
  for (const Variable& table : {level0, level1}) {
    const Tensor e = nearest(table, residual);
    losses.push_back(reduce_sum(square(stop_gradient(residual) - e)) + 0.25f * reduce_sum(square(residual - e)));
    residual = residual - e;
  }
  const Gradients g = tape.gradient(add_n(losses), {enc, level0, level1});
  EXPECT_THAT(g[0], Present());
  EXPECT_THAT(g[1], Missing(Cause::kStopGradient, "stop_gradient", line));
  EXPECT_THAT(g[2], Missing(Cause::kStopGradient, "stop_gradient", line));
}

TEST(Cases, vq_codebook_loss_on_straight_through_output) {
  const Variable enc = variable({{0.4f, -0.1f}, {0.2f, 0.6f}}, "enc"), codebook = variable({{0.0f, 0.1f}, {0.5f, 0.4f}, {-0.6f, 0.3f}}, "codebook");
  const Tensor x = constant({{1.0f, 0.3f}, {-0.5f, 0.8f}});
  GradientTape tape;
  const Tensor z_e = matmul(x, enc);
  const Tensor d = reduce_sum(square(expand_dims(z_e, 1) - expand_dims(codebook, 0)), 2);
  const Tensor e = gather(codebook, argmin(d, 1));
  const Tensor z_q = z_e + stop_gradient(e - z_e);
  const int line = __LINE__ - 1;
  const Tensor codebook_loss = reduce_mean(square(z_q - stop_gradient(z_e)));
  const Tensor commit = reduce_mean(square(z_e - stop_gradient(z_q)));
  const Tensor loss = reduce_mean(square(z_q - x)) + codebook_loss + 0.25f * commit;
  const Gradients g = tape.gradient(loss, {enc, codebook});
  EXPECT_THAT(g[0], Present());
  EXPECT_THAT(g[1], Missing(Cause::kStopGradient, "stop_gradient", line));
}

TEST(Cases, external_memory_layer_assign) {
  const Variable write_w = variable({{0.5f, -0.2f}, {0.3f, 0.4f}}, "write_w"), read_w = variable({{0.1f, 0.6f}, {0.7f, -0.5f}}, "read_w");
  const Variable memory(constant({{0.2f, 0.1f}, {0.5f, -0.3f}, {-0.4f, 0.6f}}), "memory", {.trainable = false});
  const Tensor x = constant({{1.0f, 0.5f}});
  GradientTape tape;
  const Tensor add_vec = tanh(matmul(x, write_w));
  const Tensor address = nn::softmax(matmul(x, transpose(memory)));
  memory.assign(memory + matmul(transpose(address), add_vec));
  const int line = __LINE__ - 1;
  const Tensor weights = nn::softmax(matmul(matmul(x, read_w), transpose(memory)));
  const Tensor loss = reduce_sum(square(matmul(weights, memory) - constant({{1.0f, 0.0f}})));
  const Gradients g = tape.gradient(loss, {write_w, read_w});
  EXPECT_THAT(g[0], Missing(Cause::kStateful, "assign", line));
  EXPECT_THAT(g[1], Present());
}

TEST(Cases, log_posterior_assigns_weight) {
  const Variable w = variable({0.0f, 0.0f}, "w"), x = variable({0.3f, -0.8f}, "proposal");
  GradientTape tape;
  w.assign(x);
  const int line = __LINE__ - 1;
  const Tensor loss = 0.5f * reduce_sum(square(w)) + reduce_sum(square(w - 1.0f));
  const Gradients g = tape.gradient(loss, {x, w});
  EXPECT_THAT(g[0], Missing(Cause::kStateful, "assign", line));
  EXPECT_THAT(g[1], Present());
}

TEST(Cases, minibatch_std_written_into_variable) {
  const Variable w = variable({{0.3f, 0.7f}, {-0.2f, 0.5f}}, "w"), disc = variable({{0.4f}, {0.1f}}, "disc");
  const Variable cells(zeros({2}), "cells");
  const Tensor x = constant({{1.0f, 2.0f}, {0.5f, -1.0f}, {0.1f, 0.3f}});
  GradientTape tape;
  const Tensor feat = matmul(x, w);
  const Tensor variance = reduce_variance(feat, 0);
  cells.assign(sqrt(variance + 1e-6f));
  const int line = __LINE__ - 1;
  const Tensor loss = reduce_mean(square(matmul(stop_gradient(feat), disc) + reduce_mean(cells)));
  const Gradients g = tape.gradient(loss, {w, disc});
  EXPECT_THAT(g[0], Missing(Cause::kStateful, "assign", line));  // rather than the stop_gradient, which somebody meant
  EXPECT_THAT(g[1], Present());
}

TEST(NondiffOp, a_condition_between_ones_and_zeros_is_what_stops) {
  const Variable w = variable({0.2f, 0.9f}, "w");
  GradientTape tape;
  const Tensor over = w > 0.5f;
  const int line = __LINE__ - 1;
  const Tensor spikes = where(over, ones_like(w), zeros_like(w));
  EXPECT_THAT(tape.gradient(sqrt(reduce_sum(spikes) + 1.0f), w), Missing(Cause::kNondiffOp, "greater", line));
}

TEST(IntDtype, comes_first_though_no_op_uses_it) {
  const Variable n(constant(3), "n");
  const int line = __LINE__ - 1;
  const Variable w = variable(2.0f, "w");
  GradientTape tape;
  const Gradient g = tape.gradient(square(w), n);
  EXPECT_THAT(g, Missing(Cause::kIntDtype, "", line));
  EXPECT_THAT(finding(g).also, Contains(Cause::kUnused));
}

TEST(NondiffOp, a_shape_where_there_is_nothing_else) {
  const Variable w = variable({0.2f, 0.9f}, "w"), v = variable({1.0f, 2.0f}, "v");
  GradientTape tape;
  const Tensor ones = ones_like(w);
  const int line = __LINE__ - 1;
  EXPECT_THAT(tape.gradient(reduce_sum(ones * v), w), Missing(Cause::kNondiffOp, "ones_like", line));
}

TEST(Innocent, a_condition_beside_a_stopped_path) {
  const Variable w = variable({1.0f, -2.0f}, "w");
  GradientTape tape;
  const Tensor y = where(w > 0.0f, stop_gradient(w), zeros({2}));
  const int line = __LINE__ - 1;
  const Gradient g = tape.gradient(reduce_sum(y), w);
  EXPECT_THAT(g, Missing(Cause::kStopGradient, "stop_gradient", line));
  for (const Step& step : finding(g).path) EXPECT_NE(step.name, "greater");
}

TEST(Innocent, an_argmax_that_feeds_an_index_beside_a_longer_path) {
  const Variable w = variable({{1.0f, -2.0f}, {0.5f, 0.25f}}, "w");
  GradientTape tape;
  const Tensor rows = gather(round(floor(w)), argmax(w, 0));
  const int line = __LINE__ - 1;  // two breaks on the data's way, two with the index
  const Gradient g = tape.gradient(reduce_sum(rows), w);
  EXPECT_THAT(g, Missing(Cause::kNondiffOp, "floor", line));
  ASSERT_EQ(finding(g).others.size(), 1u);
  EXPECT_EQ(finding(g).others[0].op, "round");
}

}  // namespace
}  // namespace whygrad::testing
