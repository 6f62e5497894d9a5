// Areas: vectorized_map, jacobians of many rows at once: what runs at once, what falls back, what is recorded. The values are TensorFlow 2.21's.
#include "autodiff/rows.hpp"
#include "autodiff/tape_test.hpp"

#include <whygrad/autodiff/folds.hpp>
#include <whygrad/autodiff/forward.hpp>
#include <whygrad/autodiff/jacobian.hpp>
#include <whygrad/graph/function.hpp>
#include <whygrad/ops/random.hpp>

namespace whygrad::testing {
namespace {

using internal::RowProgram;
using Tensors = std::vector<Tensor>;

Tensor matrix() { return constant(std::vector<float>{1, 2, 3, 4, 5, 6}, Shape{3, 2}); }

// How many programs of rows ran in `call`.
template <class F>
std::uint64_t runs_in(F&& call) {
  const std::uint64_t before = RowProgram::runs();
  call();
  return RowProgram::runs() - before;
}

TEST(VectorizedMap, CallsTheFunctionOnce) {
  int calls = 0;
  Tensor y;
  EXPECT_EQ(runs_in([&] {
              y = vectorized_map(
                  [&](const Tensor& row) {
                    ++calls;
                    EXPECT_EQ(row.shape(), Shape({2}));
                    return reduce_sum(row * row);
                  },
                  matrix());
            }),
            1u);
  EXPECT_EQ(calls, 1);
  EXPECT_THAT(fs(y), ElementsAre(5, 25, 61));
}

TEST(VectorizedMap, TakesSeveralTensorsAndOneForAllSlices) {
  const Tensors y = vectorized_map(
      [](const Tensors& slice) {
        return Tensors{slice[0] * slice[1], c(7)};
      },
      {matrix(), constant(std::vector<float>{10, 100}, Shape{1, 2})});
  EXPECT_THAT(fs(y[0]), ElementsAre(10, 200, 30, 400, 50, 600));
  EXPECT_THAT(fs(y[1]), ElementsAre(7, 7, 7));
  EXPECT_THAT(fs(vectorized_map([](const Tensor& row) { return row * 2; }, ones({1, 2}))), ElementsAre(2, 2));
  EXPECT_EQ(vectorized_map([](const Tensor& row) { return reduce_sum(row); }, zeros({0, 2})).shape(), Shape({0}));
}

TEST(VectorizedMap, CallsTheFunctionForEachSliceWhereItLooksAtElements) {
  int calls = 0;
  const auto f = [&](const Tensor& row) {
    ++calls;
    return reduce_sum(row).item<float>() > 4 ? row * 2 : row;
  };
  EXPECT_THAT(fs(vectorized_map(f, matrix())), ElementsAre(1, 2, 6, 8, 10, 12));
  EXPECT_EQ(calls, 4);
  EXPECT_THAT(message_of<ValueError>([&] { vectorized_map(f, matrix(), {.fallback_to_while_loop = false}); }), HasSubstr("abstract"));
}

TEST(VectorizedMap, HasGradientsOfEveryOrder) {
  const Variable w(constant(std::vector<float>{1, -1}));
  GradientTape outer({.persistent = true}), inner;
  const Tensor y = reduce_sum(vectorized_map([&](const Tensor& row) { return reduce_prod(row * w); }, matrix()));
  const Tensor g = *inner.gradient(y, w);
  EXPECT_THAT(fs(g), ElementsAre(-44, 44));
  EXPECT_THAT(fs(*jacobian(outer, g, w)), ElementsAre(0, 44, 44, 0));
}

TEST(VectorizedMap, TakesGradientsOfEachExample) {
  const Variable w(constant(std::vector<float>{1, -1}));
  EXPECT_EQ(runs_in([&] {
              const Tensor g = vectorized_map(
                  [&](const Tensor& row) {
                    GradientTape tape;
                    const Tensor loss = square(reduce_sum(row * w));
                    return *tape.gradient(loss, w);
                  },
                  matrix());
              EXPECT_THAT(fs(g), ElementsAre(-2, -4, -6, -8, -10, -12));
            }),
            1u);
}

TEST(VectorizedMap, HasTangents) {
  const Tensor x = matrix();
  ForwardAccumulator forward(x, ones({3, 2}));
  EXPECT_THAT(fs(*forward.jvp(vectorized_map([](const Tensor& row) { return reduce_sum(row * row); }, x))), ElementsAre(6, 14, 22));
}

TEST(VectorizedMap, DrawsForEachSlice) {
  const Tensor y = vectorized_map([](const Tensor& row) { return random::uniform({2}) + row * 0; }, matrix());
  const std::vector<float> all = fs(y);
  EXPECT_NE(all[0], all[2]);
  EXPECT_NE(all[2], all[4]);
  const Tensor p = vectorized_map([](const Tensor& row) { return random::permutation(50) + cast(row, int64) * 0; }, ones({2, 1}));
  EXPECT_EQ(p.shape(), Shape({2, 50}));
}

TEST(VectorizedMap, NestsAndRunsInTraces) {
  const auto product = [](const Tensor& x) {
    return vectorized_map([&](const Tensor& row) { return vectorized_map([&](const Tensor& e) { return e * reduce_sum(row); }, row); }, x);
  };
  EXPECT_THAT(fs(product(matrix())), ElementsAre(3, 6, 21, 28, 55, 66));
  const auto traced = function(product);
  EXPECT_THAT(fs(traced(matrix())), ElementsAre(3, 6, 21, 28, 55, 66));
}

TEST(VectorizedMap, CallsTracedFunctions) {
  const auto f = function([](const Tensor& row) { return reduce_sum(row * row); });
  Tensor y;
  EXPECT_GE(runs_in([&] { y = vectorized_map([&](const Tensor& row) { return f(row); }, matrix()); }), 1u);
  EXPECT_THAT(fs(y), ElementsAre(5, 25, 61));
  const Tensor x = matrix();
  GradientTape tape;
  tape.watch(x);
  const Tensor z = vectorized_map([&](const Tensor& row) { return f(row); }, x);
  EXPECT_THAT(fs(tape.gradient(z, x)), ElementsAre(2, 4, 6, 8, 10, 12));
}

TEST(VectorizedMap, LeavesNothingOfTheAbstractRunInTheLog) {
  const ValueId before = internal::Log::mine().next_id();
  const Tensor y = vectorized_map([](const Tensor& row) { return exp(row) * 2; }, matrix());
  int exps = 0;
  for (ValueId id = before; id < internal::Log::mine().next_id(); ++id) {
    const internal::Record* r = internal::Log::mine().find(id);
    if (r != nullptr && r->op == find_op("exp")) ++exps;
  }
  EXPECT_EQ(exps, 1);
}

TEST(VectorizedMap, SaysWhatItCannotWalk) {
  const auto same = [](const Tensor& t) { return t; };
  EXPECT_THAT(message_of<ShapeError>([&] { vectorized_map(same, c(1)); }), HasSubstr("[vectorized_map] elems must have at least one axis"));
  EXPECT_THAT(message_of<ShapeError>([] {
                vectorized_map([](const Tensors& t) { return t; }, {ones({2}), ones({3})});
              }),
              HasSubstr("first axes of 2 and 3"));
  EXPECT_THAT(message_of<ValueError>([] { vectorized_map([](const Tensors& t) { return t; }, Tensors{}); }), HasSubstr("no tensor"));
  EXPECT_THAT(message_of<ShapeError>([&] { vectorized_map([](const Tensor& t) { return matmul(t, t); }, matrix()); }), HasSubstr("[matmul]"));
}

// ---- Jacobians ----

TEST(JacobianRows, RunAtOnceOrAsManyAsAllowed) {
  const Tensor x = constant(std::vector<float>{1, 2, 3, 4, 5});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = x * x * reduce_sum(x);
  const std::vector<float> expected = fs(jacobian(tape, y, x, {.use_pfor = false}));
  EXPECT_EQ(runs_in([&] { EXPECT_EQ(fs(jacobian(tape, y, x)), expected); }), 1u);
  EXPECT_EQ(runs_in([&] { EXPECT_EQ(fs(jacobian(tape, y, x, {.parallel_iterations = 2})), expected); }), 3u);
  EXPECT_EQ(runs_in([&] { jacobian(tape, y, x, {.use_pfor = false}); }), 0u);
}

TEST(JacobianRows, KeepTheirMemoryWithinBounds) {
  const Tensor x = ones({600});
  GradientTape tape;
  tape.watch(x);
  const Tensor wide = reduce_sum(tanh(reshape(x, {600, 1}) * ones({1, 100})), 1);  // 240 kB for each pass, and several values of them
  EXPECT_GE(runs_in([&] { EXPECT_EQ(jacobian(tape, wide, x)->shape(), Shape({600, 600})); }), 3u);
}

TEST(JacobianRows, OfRulesOfTheUsers) {
  const Tensor x = constant(std::vector<float>{1, 2, 3});
  for (const bool looks : {false, true}) {
    GradientTape tape;
    tape.watch(x);
    const Tensor y = custom_gradient(
        [looks](const Tensor& t) {
          return std::pair(t * t, UnaryBackward([looks](const Tensor& dy) { return looks && reduce_sum(dy).item<float>() > 2 ? dy : dy * 7; }));
        },
        x);
    EXPECT_EQ(runs_in([&] { EXPECT_THAT(fs(jacobian(tape, y, x)), ElementsAre(7, 0, 0, 0, 7, 0, 0, 0, 7)); }), looks ? 0u : 1u);
  }
}

TEST(JacobianRows, OfTracedFunctions) {
  const auto f = function([](const Tensor& t) { return tanh(t) * reduce_sum(t); });
  const Tensor x = constant(std::vector<float>{1, 2, 3});
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor y = f(x);
  const std::vector<float> expected = fs(jacobian(tape, y, x, {.use_pfor = false}));
  EXPECT_GE(runs_in([&] {
              const std::vector<float> got = fs(jacobian(tape, y, x));
              for (std::size_t i = 0; i < got.size(); ++i) EXPECT_FLOAT_EQ(got[i], expected[i]);
            }),
            1u);
}

TEST(JacobianRows, LeaveTheLogAsOnePassAfterTheOtherDoes) {
  const Tensor x = constant(std::vector<float>{1, 2, 3});
  std::vector<int> records;
  for (const bool at_once : {false, true}) {
    GradientTape tape;
    tape.watch(x);
    const Tensor y = tanh(x) * 2;
    const ValueId before = internal::Log::mine().next_id();
    jacobian(tape, y, x, {.use_pfor = at_once});
    int backward = 0;
    for (ValueId id = before; id < internal::Log::mine().next_id(); ++id) {
      const internal::Record* r = internal::Log::mine().find(id);
      if (r != nullptr && r->cause != 0) ++backward;
    }
    records.push_back(backward);
  }
  EXPECT_EQ(records[0], records[1]);
}

}  // namespace
}  // namespace whygrad::testing
