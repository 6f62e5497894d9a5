// What holds for every optimizer: what it refuses, what it leaves alone, and its state.
#include "optim/optim_test.hpp"

#include <limits>

namespace whygrad::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

// The gradients of a loss that uses `used` only.
Gradients one_missing(const Variable& used, const Variable& unused) {
  GradientTape tape;
  return tape.gradient(reduce_sum(square(used)), {used, unused});
}

TEST(Missing, ThrowsWithEveryReasonAndMovesNothing) {
  const Variable a = variable({1}, "a"), lost = variable({1}, "lost"), forgotten = variable({1}, "forgotten");
  GradientTape tape;
  const Gradients gradients = tape.gradient(reduce_sum(square(a)), {a, lost, forgotten});
  optim::Adam adam;
  try {
    adam.apply_gradients(gradients);
    FAIL() << "a missing gradient went unnoticed";
  } catch (const MissingGradient& error) {
    EXPECT_EQ(error.missing().size(), 2u);
    EXPECT_THAT(error.what(), HasSubstr("2 gradients are missing"));
    EXPECT_THAT(error.what(), HasSubstr(gradients[1].why().findings()[0].why));
    EXPECT_THAT(error.what(), HasSubstr("`lost` f64[1], `forgotten` f64[1]"));
  }
  EXPECT_THAT(values(a), ElementsAre(1));
  EXPECT_EQ(adam.iterations(), 0);
}

TEST(Missing, CanBeReportedInstead) {
  const Variable a = variable({1}, "a"), lost = variable({1}, "lost");
  std::vector<std::string> reported;
  optim::SGD sgd({.learning_rate = 1, .on_missing = [&](const Variable& v, const Gradient& g) {
                    EXPECT_FALSE(g.why().empty());
                    reported.push_back(v.name());
                  }});
  sgd.apply_gradients(one_missing(a, lost));
  EXPECT_THAT(reported, ElementsAre("lost"));
  EXPECT_THAT(values(a), ElementsAre(-1));
  EXPECT_THAT(values(lost), ElementsAre(1));
}

TEST(Missing, CanBeSkipped) {
  const Variable a = variable({1}, "a"), lost = variable({1}, "lost");
  optim::SGD sgd({.learning_rate = 1, .on_missing = optim::skip_missing});
  sgd.apply_gradients(one_missing(a, lost));
  EXPECT_THAT(values(a), ElementsAre(-1));
}

TEST(Refused, AVariableThatComesTwice) {
  const Variable w = variable({1});
  optim::SGD sgd;
  EXPECT_THAT(message_of<ValueError>([&] { sgd.apply_gradients(Pairs{{gradient({1}), w}, {gradient({1}), w}}); }), HasSubstr("comes twice"));
  EXPECT_THAT(values(w), ElementsAre(1));
}

TEST(Refused, AVariableThatIsNotTrainable) {
  const Variable w = variable({1}, "w", {.trainable = false});
  optim::SGD sgd;
  EXPECT_THAT(message_of<ValueError>([&] { sgd.apply_gradients(Pairs{{gradient({1}), w}}); }), HasSubstr("not trainable"));
}

TEST(Refused, ATensorAsSource) {
  const Tensor x = constant({1.0, 2.0});
  GradientTape tape;
  tape.watch(x);
  const Gradients gradients = tape.gradient(reduce_sum(square(x)), {x});
  optim::SGD sgd;
  EXPECT_THAT(message_of<ValueError>([&] { sgd.apply_gradients(gradients); }), HasSubstr("source 0 is the tensor f32[2]"));
}

TEST(Refused, GradientsThatDoNotFit) {
  const Variable w = variable({1, 2});
  optim::SGD sgd;
  EXPECT_THAT(message_of<ShapeError>([&] { sgd.apply_gradients(Pairs{{gradient({1}), w}}); }), HasSubstr("`w` f64[2] has a gradient f64[1]"));
  EXPECT_THROW(sgd.apply_gradients(Pairs{{Gradient(zeros({2})), w}}), DTypeError);
  const Variable half(zeros({1}, float16), "half");
  EXPECT_THROW(sgd.apply_gradients(Pairs{{Gradient(zeros({1}, float16)), half}}), DTypeError);
}

TEST(Buffers, AreReusedWhereNobodyElseSeesThem) {
  const Variable w = variable({1, 2});
  optim::SGD sgd({.learning_rate = 1});
  const void* buffer = w.value().span<double>().data();
  sgd.apply_gradients(Pairs{{gradient({1, 1}), w}});
  EXPECT_EQ(w.value().span<double>().data(), buffer);
  EXPECT_THAT(values(w), ElementsAre(0, 1));
}

TEST(Buffers, ThatSomebodySeesStayAsTheyAre) {
  const Variable w = variable({1, 2});
  const Tensor before = w;
  const Tensor view = reverse(w.value(), {0});
  optim::SGD sgd({.learning_rate = 1});
  sgd.apply_gradients(Pairs{{gradient({1, 1}), w}});
  EXPECT_THAT(before.to_vector<double>(), ElementsAre(1, 2));
  EXPECT_THAT(view.to_vector<double>(), ElementsAre(2, 1));
  EXPECT_THAT(values(w), ElementsAre(0, 1));
}

TEST(Buffers, AnyLayoutOfValueAndGradientWill) {
  const Variable w(zeros({2, 3}, float64), "w");
  w.assign(transpose(constant({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}}, float64)));
  optim::SGD sgd({.learning_rate = 1});
  sgd.apply_gradients(Pairs{{Gradient(broadcast_to(constant({1.0, 2.0, 3.0}, float64), {2, 3})), w}});
  EXPECT_THAT(values(w), ElementsAre(0, 1, 2, 1, 2, 3));
}

TEST(State, ResumesToTheLastBit) {
  const auto g = [](int i) { return gradient({0.1 * i, 1.0 / (i + 1)}); };
  const Variable whole = variable({1, 2}), first = variable({1, 2}), second = variable({0, 0});
  optim::Adam a, b;
  for (int i = 0; i < 10; ++i) a.apply_gradients(Pairs{{g(i), whole}});
  for (int i = 0; i < 4; ++i) b.apply_gradients(Pairs{{g(i), first}});

  optim::Adam c;
  c.load_state({{"layer/w", second}}, b.state({{"layer/w", first}}));
  second.assign(first);
  EXPECT_EQ(c.iterations(), 4);
  for (int i = 4; i < 10; ++i) c.apply_gradients(Pairs{{g(i), second}});
  EXPECT_EQ(values(second), values(whole));
}

TEST(State, HasStableNamesAndIsACopy) {
  const Variable w = variable({1}), never = variable({1}, "never");
  optim::Adam adam({.beta_1 = 0.5, .beta_2 = 0.5});
  adam.apply_gradients(Pairs{{gradient({2}), w}});
  const auto state = adam.state({{"dense/kernel", w}, {"never", never}});
  adam.apply_gradients(Pairs{{gradient({2}), w}});
  std::vector<std::string> names;
  for (const auto& [name, tensor] : state) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("dense/kernel/m", "dense/kernel/v", "iterations"));
  EXPECT_THAT(state.at("dense/kernel/m").to_vector<double>(), ElementsAre(1));
  EXPECT_THAT(state.at("dense/kernel/v").to_vector<double>(), ElementsAre(2));
  EXPECT_EQ(state.at("iterations").item<std::int64_t>(), 1);
}

TEST(State, HoldsTheSlotsThatAreUsed) {
  const auto slots = [](const optim::RMSpropOptions& options) {
    const Variable w = variable({1});
    optim::RMSprop rmsprop(options);
    rmsprop.apply_gradients(Pairs{{gradient({2}), w}});
    std::vector<std::string> names;
    for (const auto& [name, tensor] : rmsprop.state({{"w", w}})) names.push_back(name);
    return names;
  };
  EXPECT_THAT(slots({}), ElementsAre("iterations", "w/velocity"));
  EXPECT_THAT(slots({.momentum = 0.9}), ElementsAre("iterations", "w/momentum", "w/velocity"));
  EXPECT_THAT(slots({.centered = true}), ElementsAre("iterations", "w/average_gradient", "w/velocity"));
  EXPECT_THAT(slots({.momentum = 0.9, .centered = true}), ElementsAre("iterations", "w/average_gradient", "w/momentum", "w/velocity"));
}

TEST(State, OfPlainGradientDescentIsTheCountAlone) {
  const Variable w = variable({1});
  optim::SGD sgd;
  sgd.apply_gradients(Pairs{{gradient({2}), w}});
  EXPECT_EQ(sgd.state({{"w", w}}).size(), 1u);
}

TEST(State, ThatDoesNotFitIsRefusedAndChangesNothing) {
  const Variable w = variable({1}), other = variable({1, 2});
  optim::Adam adam;
  adam.apply_gradients(Pairs{{gradient({2}), w}});
  const auto state = adam.state({{"w", w}});
  const auto refused = [&]<class E>(E*, const optim::NamedVariables& variables, const std::map<std::string, Tensor>& entries) {
    optim::Adam fresh;
    EXPECT_THROW(fresh.load_state(variables, entries), E);
    EXPECT_EQ(fresh.iterations(), 0);
  };
  const auto without = [&](const char* name) {
    auto copy = state;
    copy.erase(name);
    return copy;
  };
  refused(static_cast<ShapeError*>(nullptr), {{"w", other}}, state);
  refused(static_cast<DTypeError*>(nullptr), {{"w", variable_f32({1})}}, state);
  refused(static_cast<ValueError*>(nullptr), {{"v", w}}, state);
  refused(static_cast<ValueError*>(nullptr), {{"w", w}}, without("w/m"));
  refused(static_cast<ValueError*>(nullptr), {{"w", w}}, without("iterations"));
  EXPECT_THROW(adam.state({{"other", other}}), ValueError);
  EXPECT_THROW(adam.state({{"w", w}, {"w", other}}), ValueError);
}

}  // namespace
}  // namespace whygrad::testing
