// The words, and the functions that give them.
#include "explain/explain_test.hpp"
#include "golden.hpp"

#include <sstream>

namespace whygrad::testing {
namespace {

TEST(Explanation, of_an_accuracy) {
  const Variable w = variable({{0.2f, -0.3f, 0.5f}, {0.8f, 0.1f, -0.6f}}, "w"), b = variable({0.0f, 0.1f, -0.1f}, "b");
  const Tensor x = constant({{1.0f, 0.5f}, {-0.4f, 0.9f}, {0.2f, -1.0f}}), y = constant(std::vector<std::int64_t>{0, 1, 2});
  GradientTape tape;
  const Tensor accuracy = reduce_mean(cast(equal(argmax(matmul(x, w) + b, 1), y), float32));
  expect_golden("explain/golden/accuracy.txt", text_of(tape.gradient(accuracy, w)));
}

TEST(Explanation, of_a_prediction_before_the_tape) {
  const Variable w = variable(0.5f, "w"), b = variable(0.0f, "b");
  const Tensor x = constant({1.0f, 2.0f, 3.0f});
  const Tensor hypothesis = w * x + b;
  GradientTape tape;
  const Tensor loss = reduce_mean(square(x - hypothesis));
  expect_golden("explain/golden/before_the_tape.txt", text_of(tape.gradient(loss, w)));
}

TEST(Explanation, of_a_long_path) {
  const Variable w = variable(0.5f, "encoder/block_3/attention/query/kernel");
  GradientTape tape;
  Tensor x = floor(w);
  for (int i = 0; i < 1000; ++i) x = -x;
  x = stop_gradient(x);
  for (int i = 0; i < 1000; ++i) x = -x;
  expect_golden("explain/golden/long_path.txt", text_of(tape.gradient(x, w)));
}

TEST(Explanation, of_an_unused_variable) {
  const Variable w1 = variable(0.2f, "w1"), w2 = variable(0.5f, "w2");
  const Tensor x = constant({1.0f, 2.0f});
  GradientTape tape;
  Tensor h = tanh(x * w1);
  h = tanh(x * w2);
  expect_golden("explain/golden/unused.txt", text_of(tape.gradient(reduce_sum(h), w1)));
}

TEST(Explanation, of_numbers_that_came_back) {
  const Variable w = variable({0.25f, 1.5f}, "w");
  GradientTape tape;
  const std::vector<float> numbers = exp(w).to_vector<float>();
  const Tensor back = constant(numbers);
  expect_golden("explain/golden/came_back.txt", text_of(tape.gradient(reduce_sum(back), w)));
}

TEST(Explanation, fits_in_a_hundred_columns) {
  const Variable w = variable({{0.2f, -0.3f}, {0.8f, 0.1f}}, "w");
  GradientTape tape;
  const Tensor loss = reduce_sum(round(floor(w)));
  std::istringstream lines(tape.gradient(loss, w).why().to_string());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

TEST(Explanation, is_what_a_missing_gradient_throws) {
  const Variable w = variable(0.3f, "w");
  GradientTape tape;
  const Gradient g = tape.gradient(round(w), w);
  try {
    (void)*g;
    FAIL() << "nothing was thrown";
  } catch (const MissingGradient& error) {
    EXPECT_THAT(error.what(), HasSubstr(g.why().to_string()));
    ASSERT_EQ(error.missing().size(), 1u);
    EXPECT_FALSE(error.missing()[0]);
  }
}

TEST(Explanation, outlives_tape_and_variables) {
  Gradient g;
  {
    const Variable w = variable(0.3f, "w");
    GradientTape tape;
    g = tape.gradient(round(w), w);
  }
  std::ostringstream out;
  out << g.why();
  EXPECT_THAT(out.str(), HasSubstr("`w`"));
}

TEST(Explanation, a_gradient_without_a_question_says_so) {
  const Gradient none;
  EXPECT_TRUE(none.why().empty());
  EXPECT_THROW((void)*none, ValueError);
}

TEST(Explain, asks_nothing_of_the_tape) {
  const Variable w = variable(0.3f, "w"), v = variable(0.5f, "v");
  GradientTape tape;
  const Tensor loss = round(w) * v;
  const int line = __LINE__ - 1;
  const Explanation before = explain(tape, loss, {w, v});
  ASSERT_EQ(before.findings().size(), 1u);
  EXPECT_EQ(before.findings()[0].source_name, "w");
  EXPECT_EQ(before.findings()[0].place.line, static_cast<std::uint32_t>(line));
  EXPECT_TRUE(tape.recording());
  EXPECT_THAT(tape.gradient(loss, v), Present());
  EXPECT_EQ(explain(tape, loss, w).findings().size(), 1u);  // and of one that is used up
  EXPECT_THROW(explain(tape, Tensor(), w), ValueError);
  EXPECT_THROW(explain(tape, Targets(std::vector<Tensor>{}), w), ValueError);
}

TEST(Explain, several_targets_have_one_path_each) {
  const Variable w = variable(0.3f, "w");
  GradientTape tape({.persistent = true});
  const Tensor a = round(floor(w)), b = floor(w);
  const int line = __LINE__ - 1;
  const Gradient g = tape.gradient({a, b}, w);
  EXPECT_THAT(g, Missing(Cause::kNondiffOp, "floor", line));
  EXPECT_TRUE(finding(g).others.empty());  // through b, only one thing has to be mended
}

TEST(Explain, a_second_order_break_names_the_users_op) {
  const Variable w = variable({0.3f, -0.7f}, "w");
  GradientTape outer({.persistent = true});
  GradientTape inner;
  const Tensor rounded = w * round(w);
  const Gradient g = inner.gradient(reduce_sum(rounded), w);  // round(w), in which only round leads to w
  const Gradient h = outer.gradient(*g, w);
  ASSERT_FALSE(h);
  EXPECT_EQ(finding(h).op, "round");
}

}  // namespace
}  // namespace whygrad::testing
