// Steps with gradients that are slices of a table.
#include "optim/optim_test.hpp"

#include <whygrad/graph/function.hpp>
#include <whygrad/ops/index.hpp>

#include <functional>
#include <memory>

namespace whygrad::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Variable table(const char* name) { return Variable(reshape(constant(std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8}), {4, 2}), name); }

IndexedSlices slices(double scale, std::vector<std::int32_t> rows) {
  const auto n = static_cast<std::int64_t>(rows.size());
  return {multiply(reshape(cast(range(2 * n), float64), {n, 2}), scale), constant(rows), 4};
}

// Every optimizer moves the table by slices as by the whole gradient, also where slices name a row twice.
TEST(Slices, MoveATableAsTheWholeGradientDoes) {
  using Make = std::function<std::unique_ptr<optim::Optimizer>()>;
  const std::vector<Make> all = {
      [] { return std::unique_ptr<optim::Optimizer>(new optim::SGD({.learning_rate = 0.5})); },
      [] { return std::unique_ptr<optim::Optimizer>(new optim::SGD({.learning_rate = 0.5, .global_clipnorm = 1.5})); },
      [] { return std::unique_ptr<optim::Optimizer>(new optim::SGD({.learning_rate = 0.5, .momentum = 0.9})); },
      [] { return std::unique_ptr<optim::Optimizer>(new optim::Adam({.learning_rate = 0.5})); },
      [] { return std::unique_ptr<optim::Optimizer>(new optim::RMSprop({.learning_rate = 0.5})); },
  };
  for (const auto& make : all) {
    const Variable a = table("a"), b = table("b");
    const auto of_slices = make(), of_tensors = make();
    for (const auto& rows : {std::vector<std::int32_t>{2, 0, 2}, {1}, {3, 3, 0, 3}}) {
      const IndexedSlices s = slices(0.25, rows);
      of_slices->apply_gradients(Pairs{{Gradient(s), a}});
      of_tensors->apply_gradients(Pairs{{Gradient(to_dense(s)), b}});
      const std::vector<double> got = values(a), expected = values(b);
      for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-14);
    }
  }
}

TEST(Slices, LeaveOtherRowsAlone) {
  const Variable v = table("v");
  optim::SGD sgd({.learning_rate = 1.0});
  sgd.apply_gradients(Pairs{{Gradient(slices(1, {1})), v}});
  EXPECT_THAT(values(v), ElementsAre(1, 2, 3, 3, 5, 6, 7, 8));
}

TEST(Slices, OfOtherTablesAreRefused) {
  const Variable v = table("v");
  optim::SGD sgd;
  const auto step = [&](const IndexedSlices& s) { return [&sgd, &v, s] { sgd.apply_gradients(Pairs{{Gradient(s), v}}); }; };
  EXPECT_THAT(message_of<IndexError>(step(slices(1, {1, 4}))), HasSubstr("slice 1 of a gradient belongs to a row that is not in [0, 4)"));
  EXPECT_THAT(message_of<IndexError>(step(slices(1, {-1}))), HasSubstr("not in [0, 4)"));
  const IndexedSlices s = slices(1, {1});
  EXPECT_THAT(message_of<ShapeError>(step({s.values(), s.indices(), 5})), HasSubstr("has a gradient f64[5, 2]"));
  EXPECT_THAT(message_of<DTypeError>(step({cast(s.values(), float32), s.indices(), 4})), HasSubstr("has a gradient f32[4, 2]"));
  EXPECT_THAT(values(v), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
}

TEST(Slices, ThatComeTwiceHaveTheNormOfTheirSum) {
  const Variable v = table("v");
  const IndexedSlices s(reshape(constant(std::vector<double>{1, 0, 2, 4}), {2, 2}), constant({3, 3}), 4);
  EXPECT_DOUBLE_EQ(optim::global_norm(Gradients({v}, {Gradient(s)})), 5);
}

TEST(Slices, MoveATableInATracedFunction) {
  const Variable v = table("v");
  optim::SGD sgd({.learning_rate = 0.5});
  const auto step = function([&](const Tensor& ids) {
    GradientTape tape;
    const Tensor loss = reduce_sum(square(nn::embedding_lookup(v.value(), ids)));
    sgd.apply_gradients(tape.gradient(loss, {v}));
    return loss;
  });
  step(constant({0, 2}));
  EXPECT_THAT(values(v), ElementsAre(0, 0, 3, 4, 0, 0, 7, 8));
  step(constant({3, 3}));
  EXPECT_THAT(values(v), ElementsAre(0, 0, 3, 4, 0, 0, -7, -8));
}

TEST(Slices, OfOtherRowsAreRefusedInATracedFunctionToo) {
  const Variable v = table("v");
  optim::SGD sgd({.learning_rate = 0.5});
  const auto step = function([&](const Tensor& ids) {
    const IndexedSlices s = slices(1, {0, 1});
    sgd.apply_gradients(Pairs{{Gradient(IndexedSlices(s.values(), ids, 4)), v}});
    return ids;
  });
  for (const int wrong : {4, -1})
    EXPECT_THAT(message_of<IndexError>([&] { step(constant({0, wrong})); }), HasSubstr("belongs to a row that is not in [0, 4)"));
  EXPECT_THAT(values(v), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
}

}  // namespace
}  // namespace whygrad::testing
