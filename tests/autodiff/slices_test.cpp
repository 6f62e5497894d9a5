// Area: gradients that are slices of a table. Tests named after an id, as IS_03, check the row of TensorFlow's conformance matrix.
#include <whygrad/ops/indexed_slices.hpp>

#include "autodiff/tape_test.hpp"

#include <whygrad/autodiff/jacobian.hpp>
#include <whygrad/graph/function.hpp>
#include <whygrad/ops/index.hpp>

namespace whygrad::testing {
namespace {

std::vector<std::int32_t> is(const Tensor& t) { return t.to_vector<std::int32_t>(); }

Tensor table() { return reshape(c(std::vector<float>{1, 2, 3, 4, 5, 6}), {3, 2}); }

template <class F>
Gradient gradient_of(const Tensor& x, const F& function) {
  GradientTape tape;
  tape.watch(x);
  const Tensor y = function(x);
  return tape.gradient(y, x);
}

TEST(Slices, AreMadeOfValuesAndIndices) {
  const IndexedSlices s(table(), constant({4, 0, 4}), 5);
  EXPECT_EQ(s.dense_shape(), (Shape{5, 2}));
  EXPECT_THAT(fs(to_dense(s)), ElementsAre(3, 4, 0, 0, 0, 0, 0, 0, 6, 8));
  const IndexedSlices distinct = sum_duplicates(s);
  EXPECT_THAT(is(distinct.indices()), ElementsAre(4, 0));
  EXPECT_THAT(fs(distinct.values()), ElementsAre(6, 8, 3, 4));
  const IndexedSlices both[] = {s, IndexedSlices(table(), cast(constant({1, 1, 1}), int64), 5)};
  const IndexedSlices joined = concat(both);
  EXPECT_EQ(joined.indices().signature(), "i64[6]");
  EXPECT_THAT(fs(to_dense(joined)), ElementsAre(3, 4, 9, 12, 0, 0, 0, 0, 6, 8));
}

TEST(Slices, ThatDoNotFitAreRefused) {
  EXPECT_THAT(message_of<ShapeError>([] { IndexedSlices(table(), constant({0, 1}), 5); }), HasSubstr("values are f32[3, 2] and indices i32[2]"));
  EXPECT_THAT(message_of<ShapeError>([] { IndexedSlices(c(1.0f), constant({0}), 5); }), HasSubstr("one index for each slice"));
  EXPECT_THAT(message_of<DTypeError>([] { IndexedSlices(table(), c(std::vector<float>{0, 1, 2}), 5); }), HasSubstr("positions of f32"));
  EXPECT_THAT(message_of<ValueError>([] { IndexedSlices(table(), constant({0, 1, 2}), -1); }), HasSubstr("-1 rows"));
  EXPECT_THAT(message_of<ValueError>([] { IndexedSlices(Tensor(), constant({0}), 1); }), HasSubstr("empty handle"));
  EXPECT_THROW(to_dense(IndexedSlices(table(), constant({0, 1, 7}), 5)), IndexError);
  const IndexedSlices unlike[] = {IndexedSlices(table(), constant({0, 1, 2}), 5), IndexedSlices(table(), constant({0, 1, 2}), 6)};
  EXPECT_THAT(message_of<ValueError>([&] { concat(unlike); }), HasSubstr("5 and of 6 rows"));
}

TEST(Slices, IS_03_OneAndSeveral) {
  const Gradient one = gradient_of(table(), [](const Tensor& x) { return gather(x, constant({2, 0, 2})) * 2.0f; });
  ASSERT_NE(one.rows(), nullptr);
  EXPECT_THAT(is(one.rows()->indices()), ElementsAre(2, 0, 2));
  EXPECT_THAT(fs(one.rows()->values()), ElementsAre(2, 2, 2, 2, 2, 2));
  EXPECT_THAT(fs(one), ElementsAre(2, 2, 0, 0, 4, 4));

  const Gradient several = gradient_of(table(), [](const Tensor& x) { return gather(x, constant({1})) + gather(x, constant({2})) * 3.0f; });
  ASSERT_NE(several.rows(), nullptr);
  EXPECT_EQ(several.rows()->indices().size(), 2);
  EXPECT_THAT(fs(several), ElementsAre(0, 0, 1, 1, 3, 3));

  const Gradient mixed = gradient_of(table(), [](const Tensor& x) { return reduce_sum(gather(x, constant({1}))) + reduce_sum(x * x); });
  EXPECT_EQ(mixed.rows(), nullptr);
  EXPECT_THAT(fs(mixed), ElementsAre(2, 4, 7, 9, 10, 12));
}

TEST(Slices, IS_09_ComeOfTheFirstAxis) {
  const auto is_slices = [](const auto& function) { return gradient_of(table(), function).rows() != nullptr; };
  EXPECT_TRUE(is_slices([](const Tensor& x) { return gather(x, constant(1)); }));
  EXPECT_TRUE(is_slices([](const Tensor& x) { return gather(x, constant({{1, 0}, {2, 2}})); }));
  EXPECT_FALSE(is_slices([](const Tensor& x) { return gather(x, constant({1, 0}), 1); }));
  EXPECT_TRUE(is_slices([](const Tensor& x) { return gather(x, constant({1}), -2); }));
  EXPECT_TRUE(is_slices([](const Tensor& x) { return gather_nd(x, constant({{1}, {1}})); }));
  EXPECT_FALSE(is_slices([](const Tensor& x) { return gather_nd(x, constant({{1, 1}})); }));
  EXPECT_TRUE(is_slices([](const Tensor& x) { return nn::embedding_lookup(x, constant({1})); }));
  EXPECT_TRUE(is_slices([](const Tensor& x) { return gather(identity(x), constant({1})); }));
  EXPECT_TRUE(is_slices([](const Tensor& x) { return gather(gather(x, constant({2, 1})), constant({0, 0})); }));
  EXPECT_FALSE(is_slices([](const Tensor& x) { return gather(x * 2.0f, constant({1})); }));
}

TEST(Slices, OfSlicesAreFlat) {
  const Gradient g = gradient_of(table(), [](const Tensor& x) { return gather(gather(x, constant({2, 1})), constant({0, 0, 1})); });
  EXPECT_THAT(is(g.rows()->indices()), ElementsAre(2, 2, 1));
  EXPECT_THAT(fs(g), ElementsAre(0, 0, 1, 1, 2, 2));
}

TEST(Slices, HaveDerivatives) {
  const Tensor x = table();
  GradientTape outer, inner;
  outer.watch(x);
  inner.watch(x);
  const Gradient first = inner.gradient(pow(gather(x, constant({0, 0, 2})), 3.0f), x);
  ASSERT_NE(first.rows(), nullptr);
  EXPECT_THAT(fs(outer.gradient(*first, x)), ElementsAre(12, 24, 0, 0, 30, 36));
}

TEST(Slices, GoThroughTracedFunctions) {
  const Variable v(table());
  const auto loss = function([&v](const Tensor& ids) { return reduce_sum(square(nn::embedding_lookup(v.value(), ids))); });
  for (int call = 0; call < 2; ++call) {
    GradientTape tape;
    const Tensor y = loss(constant({2, 1, 2}));
    const Gradient g = tape.gradient(y, v);
    ASSERT_NE(g.rows(), nullptr);
    EXPECT_THAT(is(g.rows()->indices()), ElementsAre(2, 1, 2));
    EXPECT_THAT(fs(g), ElementsAre(0, 0, 6, 8, 20, 24));
  }
}

TEST(Slices, JB_06_JacobiansAreWhole) {
  const Tensor x = table();
  GradientTape tape;
  tape.watch(x);
  const Gradient j = jacobian(tape, gather(x, constant({1})), x);
  EXPECT_EQ(j.rows(), nullptr);
  EXPECT_THAT(fs(j), ElementsAre(0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0));
}

}  // namespace
}  // namespace whygrad::testing
