// Real users' cases in which nothing that a gradient could follow leads from the source to the target.
#include "explain/explain_test.hpp"

#include <whygrad/ops/random.hpp>
#include <whygrad/ops/shape.hpp>

#include <cmath>

namespace whygrad::testing {
namespace {

TEST(Cases, constant_returned_for_empty_triplets) {
  const Variable emb = variable({{0.9f, 0.1f}, {0.2f, 0.8f}}, "emb_w");
  const Tensor a = constant({{1.0f, 0.0f}}), p = constant({{0.9f, 0.1f}}), n = constant({{-1.0f, 2.0f}});
  int line = 0;
  const auto triplet = [&line](const Tensor& ea, const Tensor& ep, const Tensor& en) {
    const Tensor hinge = nn::relu(reduce_sum(square(ea - ep), 1) - reduce_sum(square(ea - en), 1) + 0.2f);
    if (!reduce_any(hinge > 0.0f).item<bool>()) {
      line = __LINE__ + 1;
      return constant(0.0f);
    }
    return reduce_mean(hinge);
  };
  GradientTape tape;
  const Tensor loss = triplet(matmul(a, emb), matmul(p, emb), matmul(n, emb));
  EXPECT_THAT(tape.gradient(loss, emb), Missing(Cause::kControlFlow, "", line));
}

TEST(Cases, tolerance_only_in_loop_condition) {
  const Variable tol = variable(0.01f, "tol"), a = variable(2.0f, "a");
  GradientTape tape;
  Tensor z = a;
  int line = 0;
  for (int i = 0; i < 20; ++i) {
    const Tensor next = 0.5f * (z + a / z);
    line = __LINE__ + 1;
    if ((abs(next - z) < tol).item<bool>()) break;
    z = next;
  }
  const Gradients g = tape.gradient(square(z - 1.0f), {tol, a});
  EXPECT_THAT(g[0], Missing(Cause::kControlFlow, "less", line));
  EXPECT_THAT(g[1], Present());
}

TEST(ControlFlow, condition_of_cond) {
  const Variable threshold = variable(0.5f, "threshold"), w = variable(2.0f, "w");
  GradientTape tape;
  const Tensor over = w > threshold;
  const int line = __LINE__ - 1;
  const Tensor y = cond(
      over, [&] { return square(w); }, [&] { return -w; });
  const Gradients g = tape.gradient(y, {threshold, w});
  EXPECT_THAT(g[0], Missing(Cause::kControlFlow, "greater", line));
  EXPECT_THAT(finding(g[0]).evidence, Contains(HasSubstr("true")));
  EXPECT_THAT(g[1], Present());
}

TEST(ControlFlow, branch_that_is_a_constant) {
  const Variable w = variable(2.0f, "w");
  const Tensor x = constant(1.0f);
  GradientTape tape;
  const auto constant_branch = [] { return constant(7.0f); };
  const auto branch = [&w] { return square(w); };
  const Tensor y = cond(x > 0.0f, constant_branch, branch);
  const int line = __LINE__ - 1;
  const Gradient g = tape.gradient(y, w);
  EXPECT_THAT(g, Missing(Cause::kControlFlow, "cond", line));
  EXPECT_EQ(finding(g).confidence, Confidence::kLikely);
}

TEST(ControlFlow, branch_not_taken) {
  const Variable v0 = variable(2.0f, "v0"), v1 = variable(3.0f, "v1");
  const auto first = [&v0] { return square(v0); };
  const auto second = [&v1] { return exp(v1); };
  GradientTape tape;
  const Tensor y = cond(constant(-1.0f) > 0.0f, first, second);
  const int line = __LINE__ - 1;
  const Gradients g = tape.gradient(y, {v0, v1});
  EXPECT_THAT(g[0], Missing(Cause::kControlFlow, "cond", line));
  EXPECT_THAT(g[1], Present());
}

TEST(ControlFlow, loop_without_trips) {
  const Variable w = variable(2.0f, "w"), x = variable(1.0f, "x");
  GradientTape tape;
  const auto more = [](const std::vector<Tensor>& v) { return v[0] < 0.0f; };
  const auto body = [&w](const std::vector<Tensor>& v) { return std::vector<Tensor>{v[0] * w}; };
  const Tensor y = while_loop(more, body, {x + 0.0f})[0];
  const int line = __LINE__ - 1;
  const Gradients g = tape.gradient(y, {w, x});
  EXPECT_THAT(g[0], Missing(Cause::kControlFlow, "while_loop", line));
  EXPECT_THAT(g[1], Present());
}

TEST(Cases, custom_gradient_none_for_parameter) {
  const Variable param = variable(0.8f, "param"), first = variable({1.0f, 2.0f}, "first");
  const auto numba_like = [](const Tensor& x, const Variable& p, Where where = Where::here()) {
    const auto f = [](const std::vector<Tensor>& in) {
      return CustomResult{.outputs = {in[1] * square(in[0])}, .backward = [in](const std::vector<Tensor>& dys) {
                            return std::vector<Tensor>{dys[0] * 2.0f * in[1] * in[0], Tensor()};
                          }};
    };
    return custom_gradient(f, {x, p}, where)[0];
  };
  GradientTape tape;
  Tensor h = numba_like(first, param);
  h = numba_like(h, param);
  const int line = __LINE__ - 1;
  const Gradients g = tape.gradient(reduce_sum(h), {first, param});
  EXPECT_THAT(g[0], Present());
  EXPECT_THAT(
      g[1], ::testing::AnyOf(Missing(Cause::kCustomGradient, "custom_gradient", line), Missing(Cause::kCustomGradient, "custom_gradient", line - 1)));
}

TEST(Cases, padding_mask_applied_in_numpy) {
  const Variable emb = variable({{0.2f, -0.4f}, {0.7f, 0.1f}, {0.0f, 0.5f}}, "emb"), proj = variable({{0.3f}, {0.8f}}, "proj");
  const Tensor tokens = constant({{0, 1, 2}, {2, 1, 0}}), labels = constant({1.0f, 0.0f, 1.0f, 0.0f, 1.0f, 0.0f});
  GradientTape tape;
  const Tensor h = tanh(gather(emb, tokens));
  const Tensor z = squeeze(matmul(reshape(h, {6, 2}), proj), {1});
  const Tensor losses = nn::sigmoid_cross_entropy_with_logits(labels, z);
  std::vector<float> table = losses.to_vector<float>();
  const int line = __LINE__ - 1;
  table[5] = 0.0f;
  const Tensor per_token = constant(table);
  const Gradients g = tape.gradient(reduce_sum(per_token) / 5.0f, {emb, proj});
  EXPECT_THAT(g[0], Missing(Cause::kLeftFramework, "host_read", line));
  EXPECT_THAT(g[1], Missing(Cause::kLeftFramework, "host_read", line));
  EXPECT_EQ(finding(g[0]).confidence, Confidence::kLikely);
}

TEST(Cases, per_sample_losses_as_python_floats) {
  const Variable w = variable({{0.2f, -0.1f, 0.4f}, {0.5f, 0.3f, -0.2f}}, "w");
  const Tensor x = constant({{1.0f, 2.0f}, {0.5f, -1.0f}, {0.1f, 0.3f}}), y = constant({0, 2, 1});
  GradientTape tape;
  const Tensor ce = nn::sparse_softmax_cross_entropy_with_logits(y, matmul(x, w));
  float sum = 0;
  int line = 0;
  for (const Tensor& sample : unstack(ce)) {
    line = __LINE__ + 1;
    sum += std::fabs(sample.item<float>());
  }
  const Tensor loss = constant(sum);
  EXPECT_THAT(tape.gradient(loss, w), Missing(Cause::kLeftFramework, "host_read", line));
}

TEST(Cases, replay_memory_rebuilds_log_probs) {
  const Variable policy = variable({{0.1f, 0.3f}, {-0.2f, 0.5f}}, "policy"), value_w = variable({{0.4f}, {0.1f}}, "value");
  const std::vector<Tensor> states = {constant({{1.0f, 0.0f}}), constant({{0.3f, 0.7f}})};
  const Tensor rewards = constant({1.0f, 0.5f});
  GradientTape tape;
  std::vector<Tensor> values;
  std::vector<float> memory;
  int line = 0;
  for (const Tensor& s : states) {
    const Tensor lp = nn::log_softmax(matmul(s, policy));
    values.push_back(reshape(matmul(s, value_w), {}));
    line = __LINE__ + 1;
    memory.push_back(squeeze(slice(lp, {0, 1}, {1, 1})).item<float>());
  }
  const Tensor log_probs = constant(memory);
  const Tensor adv = rewards - stack(values);
  const Tensor loss = reduce_mean(square(adv)) - reduce_mean(log_probs * stop_gradient(adv));
  const Gradients g = tape.gradient(loss, {policy, value_w});
  EXPECT_THAT(g[0], Missing(Cause::kLeftFramework, "host_read", line));
  EXPECT_THAT(g[1], Present());
}

TEST(LeftFramework, came_back_unchanged) {
  const Variable w = variable({0.25f, 1.5f}, "w");
  GradientTape tape;
  const Tensor y = exp(w);
  const std::vector<float> numbers = y.to_vector<float>();
  const int line = __LINE__ - 1;
  const Tensor back = constant(numbers);
  const int back_line = __LINE__ - 1;
  const Gradient g = tape.gradient(reduce_sum(square(back - 2.0f)), w);
  EXPECT_THAT(g, Missing(Cause::kLeftFramework, "host_read", line));
  EXPECT_THAT(finding(g).evidence, Contains(HasSubstr(":" + std::to_string(back_line))));
}

TEST(LeftFramework, number_in_the_same_expression) {
  const Variable w = variable(2.0f, "w"), scale = variable(3.0f, "scale");
  GradientTape tape;
  const Tensor penalty = square(w);
  const Tensor loss = scale * penalty.item<float>();
  const int line = __LINE__ - 1;
  EXPECT_THAT(tape.gradient(loss, w), Missing(Cause::kLeftFramework, "host_read", line));
}

TEST(LeftFramework, a_number_of_many_digits_is_known_again) {
  const Variable alpha = variable(0.3f, "alpha"), w = variable(2.0f, "w");
  GradientTape tape;
  const Tensor share = nn::sigmoid(alpha);
  const float number = share.item<float>();
  const int line = __LINE__ - 1;
  const Tensor squared = square(w);
  EXPECT_THAT(tape.gradient(number * squared, alpha), Missing(Cause::kLeftFramework, "host_read", line));
}

TEST(LeftFramework, a_variable_that_is_only_read) {
  const Variable rate = variable(2.6f, "rate"), x = variable(1.5f, "x");
  GradientTape tape;
  Tensor y = x;
  const int trips = static_cast<int>(Tensor(rate).item<float>());
  const int line = __LINE__ - 1;
  for (int i = 0; i < trips; ++i) y = y * x;
  EXPECT_THAT(tape.gradient(y, rate), Missing(Cause::kLeftFramework, "host_read", line));
}

TEST(LeftFramework, a_number_read_for_the_log_is_innocent) {
  const Variable w = variable(2.0f, "w"), other = variable(3.0f, "other");
  GradientTape tape;
  const Tensor unused = square(w);
  const int line = __LINE__ - 1;
  EXPECT_EQ(unused.item<float>(), 4.0f);
  const Tensor loss = other * 0.5f;
  EXPECT_THAT(tape.gradient(loss, w), Missing(Cause::kUnused, "square", line));
}

TEST(Cases, hessian_of_linear_part) {
  const Variable v = variable({1.0f, 2.0f}, "v"), w = variable({0.5f, -0.3f}, "w");
  const Tensor coeff = constant({2.0f, 3.0f});
  GradientTape outer({.persistent = true});
  GradientTape inner;
  const Tensor linear = coeff * v;
  const int line = __LINE__ - 1;
  const Tensor loss = reduce_sum(linear) + reduce_sum(pow(w, 3.0f));
  const Gradients g = inner.gradient(loss, {v, w});
  EXPECT_THAT(outer.gradient(*g[0], v), Missing(Cause::kSecondOrder, "multiply", line));
  EXPECT_THAT(outer.gradient(*g[1], w), Present());
}

TEST(ControlFlow, how_much_is_left_behind_a_mask_decides) {
  const Variable w = variable({0.2f, 0.1f}, "w");
  GradientTape tape;
  const Tensor left = whygrad::size(boolean_mask(square(w), square(w) > 5.0f));
  if (equal(left, zeros_like(left)).item<bool>()) {
    const Tensor loss = constant(0.0f);
    const int line = __LINE__ - 1;
    EXPECT_THAT(tape.gradient(loss, w), Missing(Cause::kControlFlow, "", line));
    return;
  }
  FAIL() << "nothing is masked";
}

TEST(Unused, a_shape_that_was_taken_is_no_use) {
  const Variable mean = variable({1.0f, 2.0f}, "mean"), deviation = variable({0.5f, 0.1f}, "deviation");
  GradientTape tape;
  const Tensor shifted = mean + 1.0f;
  const int line = __LINE__ - 1;
  const Tensor noise = random::normal(Shape{whygrad::shape(shifted).to_vector<int>()[0]});
  EXPECT_THAT(tape.gradient(reduce_sum(noise * deviation), mean), Missing(Cause::kUnused, "add", line));
}

TEST(Cases, gru_cell_interim_weight) {
  const Variable w_z(fill({4, 2}, 0.1f), "w_z"), w_h(fill({4, 2}, 0.2f), "w_h"), interim(fill({2, 2}, 0.3f), "interim");
  const std::vector<Tensor> seq = {constant({{0.1f, 0.2f}}), constant({{0.4f, -0.3f}}), constant({{0.0f, 0.9f}})};
  int line = 0;
  const auto step = [&](const Tensor& x, const Tensor& h) {
    const Tensor xh = concat({x, h}, 1);
    const Tensor z = sigmoid(matmul(xh, w_z)), cand = tanh(matmul(xh, w_h));
    const Tensor mixed = matmul(h, interim);
    line = __LINE__ - 1;
    return (1.0f - z) * h + z * cand;
  };
  GradientTape tape;
  Tensor h = zeros({1, 2});
  for (const Tensor& x : seq) h = step(x, h);
  const Gradients g = tape.gradient(reduce_sum(square(h)), {w_z, w_h, interim});
  EXPECT_THAT(g[0], Present());
  EXPECT_THAT(g[1], Present());
  EXPECT_THAT(g[2], Missing(Cause::kUnused, "matmul", line));
}

TEST(Cases, hidden_layer_overwritten) {
  const Variable w1 = variable({{0.2f, 0.1f}, {-0.4f, 0.3f}}, "w1"), w2 = variable({{0.5f, -0.2f}, {0.1f, 0.6f}}, "w2"),
                 w3 = variable({{1.0f}, {-1.0f}}, "w3");
  const Tensor x = constant({{1.0f, 0.5f}, {0.2f, -0.7f}}), y = constant({{0.0f}, {1.0f}});
  GradientTape tape;
  Tensor h = tanh(matmul(x, w1));
  const int line = __LINE__ - 1;
  h = tanh(matmul(x, w2));
  const Gradients g = tape.gradient(reduce_mean(square(matmul(h, w3) - y)), {w1, w2, w3});
  EXPECT_THAT(g[0], Missing(Cause::kUnused, "tanh", line));
  EXPECT_THAT(g[1], Present());
}

TEST(Cases, model_call_ignores_its_argument) {
  const Tensor x = constant({{1.0f, 2.0f}, {3.0f, 4.0f}});
  const Variable kernel(ones({2, 1}), "kernel"), probe = variable({{5.0f, 5.0f}}, "probe");
  int line = 0;
  const auto model = [&](const Tensor&) {
    line = __LINE__ + 1;
    return matmul(x, kernel);
  };
  GradientTape tape;
  const Gradients g = tape.gradient(reduce_mean(square(model(constant(0.0f)) - 1.0f)), {probe, kernel});
  EXPECT_THAT(g[0], Missing(Cause::kUnused, "matmul", line));
  EXPECT_THAT(g[1], Present());
}

TEST(Cases, integrated_gradients_wrong_tensor) {
  const Variable w = variable({0.5f, -1.0f, 2.0f}, "w");
  const Tensor x = constant({{0.2f, 0.4f, 0.6f}}), baseline = zeros_like(x), steps = reshape(linspace(0.1, 1.0, 4), {4, 1});
  GradientTape tape;
  tape.watch(x);
  const Tensor samples = baseline + steps * (x - baseline);
  const int line = __LINE__ - 1;
  const Tensor loss = reduce_sum(reduce_sum(square(x) * w, 1));
  const Gradients g = tape.gradient(loss, {samples, x});
  EXPECT_THAT(g[0], Missing(Cause::kWrongSource, "add", line));
  EXPECT_THAT(g[1], Present());
}

TEST(Cases, maml_copy_by_value) {
  const Variable meta = variable({1.0f, -2.0f}, "meta");
  const Tensor support = constant({0.2f, 0.1f}), query = constant({0.0f, -0.5f});
  const auto task_loss = [](const Variable& weights, const Tensor& target) { return reduce_sum(square(sin(weights) - target)); };
  GradientTape test_tape;
  const Variable fast(meta, "fast");
  const int line = __LINE__ - 1;
  {
    GradientTape train_tape;
    const Tensor inner = task_loss(fast, support);
    fast.assign_sub(0.1f * *train_tape.gradient(inner, fast));
  }
  const Gradients g = test_tape.gradient(task_loss(fast, query), {meta, fast});
  EXPECT_THAT(g[0], Missing(Cause::kWrongSource, "variable", line));
  EXPECT_THAT(g[1], Present());
}

TEST(Cases, pde_derivative_wrt_column_slice) {
  const Variable w1 = variable({{0.5f, -0.3f}, {0.8f, 0.2f}}, "w1"), w2 = variable({{1.0f}, {0.7f}}, "w2");
  const Tensor xt = constant({{0.1f, 0.2f}, {0.5f, 0.9f}});
  GradientTape tape;
  tape.watch(xt);
  const Tensor t = slice(xt, {0, 1}, {2, 1});
  const int line = __LINE__ - 1;
  const Tensor u = matmul(tanh(matmul(xt, w1)), w2);
  const Gradients g = tape.gradient(reduce_sum(u), {t, xt});
  EXPECT_THAT(g[0], Missing(Cause::kWrongSource, "slice", line));
  EXPECT_THAT(g[1], Present());
}

TEST(WrongSource, two_tensors_of_the_same_elements) {
  const Tensor asked = constant({1.0f, 2.0f, 3.0f});
  const Tensor used = constant({1.0f, 2.0f, 3.0f});
  const int line = __LINE__ - 1;
  GradientTape tape;
  tape.watch(asked);
  const Gradient g = tape.gradient(reduce_sum(square(used)), asked);
  EXPECT_THAT(g, Missing(Cause::kWrongSource, "", line));
  EXPECT_EQ(finding(g).confidence, Confidence::kLikely);
}

TEST(Cases, unrelated_class_channel_target) {
  const Tensor feature_map = ones({1, 4, 4, 1});
  GradientTape tape;
  tape.watch(feature_map);
  const Tensor pooled = reduce_mean(feature_map);
  const Tensor class_channel = constant({4.43f});
  const int line = __LINE__ - 1;
  EXPECT_THAT(tape.gradient(reduce_sum(class_channel), feature_map), Missing(Cause::kWrongTarget, "", line));
}

TEST(WrongTarget, another_variable) {
  const Variable w = variable(2.0f, "w");
  const Variable other = variable(3.0f, "other");
  const int line = __LINE__ - 1;
  GradientTape tape;
  const Tensor loss = w * other;
  EXPECT_THAT(tape.gradient(other, w), Missing(Cause::kWrongTarget, "", line));
}

TEST(WrongTarget, target_and_source_are_swapped) {
  const Variable x = variable(3.0f, "x");
  GradientTape tape;
  const Tensor y = square(x);
  EXPECT_THAT(tape.gradient(x, y), Missing(Cause::kWrongTarget, "", __LINE__));
}

TEST(WrongTarget, labels_that_are_compared_with_themselves) {
  const Variable w = variable({0.5f, 0.1f}, "w");
  const Tensor labels = constant({0.0f, 1.0f});
  GradientTape tape;
  const Tensor prediction = nn::softmax(w);
  const Tensor difference = labels - labels;
  const int line = __LINE__ - 1;
  EXPECT_THAT(tape.gradient(reduce_mean(square(difference)), w), Missing(Cause::kWrongTarget, "subtract", line));
}

TEST(WrongTarget, none_at_all) {
  const Variable w = variable(2.0f, "w");
  GradientTape tape;
  const Tensor loss = square(w);
  EXPECT_THAT(tape.gradient(Targets(std::vector<Tensor>{}), w), Missing(Cause::kWrongTarget, "", __LINE__));
}

TEST(Controls, have_their_gradients) {
  const Variable w = variable({{0.3f, -0.6f}, {0.2f, 0.8f}}, "w");
  const Tensor x = constant({{1.0f, 0.5f}});
  const auto sign_st = [](const Tensor& t) {
    return custom_gradient([](const Tensor& in) { return std::pair(sign(in), UnaryBackward([](const Tensor& dy) { return dy; })); }, t);
  };
  GradientTape tape({.persistent = true});
  const Tensor scale = stop_gradient(reduce_mean(abs(w)));
  const Tensor loss = reduce_sum(square(matmul(x, sign_st(w / scale) * scale) - 0.2f));
  EXPECT_THAT(tape.gradient(loss, w), Present());
  EXPECT_TRUE(explain(tape, loss, w).empty());
}

TEST(Controls, gather_selected_q_values) {
  const Variable q_w = variable({{0.2f, 0.5f, -0.1f}, {0.3f, -0.4f, 0.6f}}, "q_w");
  const Tensor s = constant({{1.0f, 0.5f}, {0.2f, -0.8f}});
  GradientTape tape({.persistent = true});
  const Tensor q = matmul(s, q_w);
  const Tensor chosen = gather(transpose(q), argmax(q, 1));
  const Tensor loss = reduce_mean(square(chosen - 1.0f));
  EXPECT_THAT(tape.gradient(loss, q_w), Present());
  EXPECT_TRUE(explain(tape, loss, q_w).empty());
}

}  // namespace
}  // namespace whygrad::testing
