#include "tensor/build.hpp"
#include "tensor/log.hpp"

#include <whygrad/autodiff/tape.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace whygrad {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

bool shares_elements(const Tensor& a, const Tensor& b) { return a.impl()->storage == b.impl()->storage; }

Tensor counting(const Shape& shape) { return reshape(range(shape.size()), shape); }
std::vector<std::int64_t> values(const Tensor& t) { return t.to_vector<std::int64_t>(); }

TEST(Views, ShareTheElements) {
  const Tensor x = counting({2, 3, 4});
  EXPECT_TRUE(shares_elements(x, identity(x)));
  EXPECT_TRUE(shares_elements(x, stop_gradient(x)));
  EXPECT_TRUE(shares_elements(x, reshape(x, {6, 4})));
  EXPECT_TRUE(shares_elements(x, expand_dims(x, 0)));
  EXPECT_TRUE(shares_elements(x, transpose(x)));
  EXPECT_TRUE(shares_elements(x, broadcast_to(x, {5, 2, 3, 4})));
  EXPECT_TRUE(shares_elements(x, slice(x, {0, 1, 1}, {1, 1, 2})));
  EXPECT_TRUE(shares_elements(x, strided_slice(x, {1}, {kToEnd})));
  EXPECT_TRUE(shares_elements(x, reverse(x, {1})));
  EXPECT_TRUE(shares_elements(x, split(x, 2, 2)[1]));
  EXPECT_TRUE(shares_elements(x, unstack(x, 1)[2]));
  EXPECT_FALSE(shares_elements(x, copy(x)));
}

TEST(Views, HaveIdsOfTheirOwn) {
  const Tensor x = counting({2});
  EXPECT_NE(identity(x).id(), x.id());
  const std::vector<Tensor> parts = unstack(x);
  EXPECT_NE(parts[0].id(), parts[1].id());
}

// Every shape that 24 elements can be cut into, over every order of three axes: right whether or not a view is possible.
TEST(Reshape, OfAnyLayoutGivesRowMajorOrder) {
  const std::vector<Shape> shapes = {{24},      {2, 12},   {12, 2},      {4, 6},  {6, 4},     {3, 8},  {8, 3},         {2, 3, 4},
                                     {4, 3, 2}, {3, 2, 4}, {2, 2, 2, 3}, {1, 24}, {2, 1, 12}, {24, 1}, {1, 4, 1, 6, 1}};
  const Tensor x = counting({2, 3, 4});
  for (const Ints& perm : {Ints{0, 1, 2}, Ints{0, 2, 1}, Ints{1, 0, 2}, Ints{1, 2, 0}, Ints{2, 0, 1}, Ints{2, 1, 0}}) {
    const Tensor turned = transpose(x, perm);
    for (const Shape& shape : shapes) {
      const Tensor y = reshape(turned, shape);
      EXPECT_EQ(y.shape(), shape);
      EXPECT_EQ(values(y), values(turned)) << shape.to_string();
    }
  }
}

TEST(Reshape, CopiesOnlyWhereItMust) {
  const Tensor x = counting({4, 6}), turned = transpose(x);
  EXPECT_TRUE(shares_elements(turned, reshape(turned, {2, 3, 4})));  // cuts an axis
  EXPECT_TRUE(shares_elements(turned, reshape(turned, {6, 1, 4})));
  EXPECT_FALSE(shares_elements(turned, reshape(turned, {24})));
  const Tensor rows = slice(x, {1, 0}, {2, 6}), columns = slice(x, {0, 1}, {4, 2});
  EXPECT_TRUE(shares_elements(x, reshape(rows, {12})));
  EXPECT_FALSE(shares_elements(x, reshape(columns, {8})));
  const Tensor repeated = broadcast_to(counting({1, 6}), {4, 6});
  EXPECT_FALSE(shares_elements(repeated, reshape(repeated, {24})));
  EXPECT_TRUE(shares_elements(repeated, reshape(repeated, {2, 2, 6})));
}

TEST(Reshape, TakesAShapeOrAVector) {
  const Tensor x = counting({6});
  EXPECT_EQ(reshape(x, Shape{2, 3}).shape(), (Shape{2, 3}));
  EXPECT_EQ(reshape(x, std::vector<std::int64_t>{3, -1}).shape(), (Shape{3, 2}));
}

TEST(StridedSlice, IsPythonsSlice) {
  const Tensor x = counting({10});
  const auto cut = [&](std::int64_t begin, std::int64_t end, std::int64_t stride) { return values(strided_slice(x, {begin}, {end}, {stride})); };
  EXPECT_THAT(cut(2, 8, 3), ElementsAre(2, 5));
  EXPECT_THAT(cut(-3, kToEnd, 1), ElementsAre(7, 8, 9));
  EXPECT_THAT(cut(8, 2, -2), ElementsAre(8, 6, 4));
  EXPECT_THAT(cut(kToEnd, -100, -4), ElementsAre(9, 5, 1));
  EXPECT_THAT(cut(-100, 100, 100), ElementsAre(0));
  EXPECT_THAT(cut(3, 3, 1), ElementsAre());
  EXPECT_THAT(cut(2, 8, -1), ElementsAre());
  EXPECT_THAT(cut(0, kToEnd, kToEnd), ElementsAre(0));
}

TEST(Split, OfManyPartsIsOneRecord) {
  const Tensor x = counting({3000});
  const std::vector<Tensor> parts = split(x, 3000);
  ASSERT_EQ(parts.size(), 3000u);
  EXPECT_THAT(values(parts[2999]), ElementsAre(2999));
  EXPECT_EQ(values(concat(parts, 0)), values(x));
}

TEST(Split, GradientsOfUnusedPartsAreZero) {
  const Tensor x = constant({1.0, 2.0, 3.0});
  GradientTape tape;
  tape.watch(x);
  const std::vector<Tensor> parts = unstack(x);
  const Gradient g = tape.gradient(parts[1] * parts[1], x);
  EXPECT_THAT(g->to_vector<float>(), ElementsAre(0, 4, 0));
}

TEST(Repeat, RepeatsEachElement) {
  EXPECT_THAT(values(repeat(counting({2, 2}), 2, 0)), ElementsAre(0, 1, 0, 1, 2, 3, 2, 3));
  EXPECT_THAT(values(repeat(counting({2, 2}), 2, -1)), ElementsAre(0, 0, 1, 1, 2, 2, 3, 3));
  EXPECT_EQ(repeat(counting({2, 2}), 0, 0).shape(), (Shape{0, 2}));
  EXPECT_THROW(repeat(counting({2}), -1, 0), ValueError);
}

TEST(Repeat, SumsTheGradientsOfTheCopies) {
  const Tensor x = constant({1.0, 2.0});
  GradientTape tape;
  tape.watch(x);
  EXPECT_THAT(tape.gradient(reduce_sum(repeat(x, 3, 0) * constant({1.0, 2.0, 3.0, 4.0, 5.0, 6.0})), x)->to_vector<float>(), ElementsAre(6, 15));
}

TEST(Tile, OfHighRankHasAGradient) {
  const Tensor x = ones({1, 2, 1, 2, 1, 2, 1, 2});
  GradientTape tape;
  tape.watch(x);
  const Tensor y = tile(x, {2, 2, 2, 2, 2, 2, 2, 2});
  EXPECT_EQ(y.size(), 16 * 256);
  EXPECT_THAT(tape.gradient(reduce_sum(y), x)->to_vector<float>(), ElementsAreArray(std::vector<float>(16, 256)));
}

TEST(Concat, RefusesMoreTensorsThanARecordCanName) {
  const std::vector<Tensor> many(0x10000, constant({1}));
  try {
    concat(many, 0);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("65536 inputs given"));
  }
}

}  // namespace
}  // namespace whygrad
