#include <whygrad/autodiff/tape.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace whygrad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Gather, TakesBothIndexTypesAndAnyElementType) {
  for (const DType index : {int32, int64}) {
    EXPECT_THAT(gather(constant({true, false}), constant({1, 0, 0}, index)).to_string(), "[False  True  True]");
    EXPECT_EQ(gather(constant({1, 2}, float16), constant({1}, index)).signature(), "f16[1]");
    EXPECT_EQ(gather(zeros({3, 2}, complex128), constant({{0}, {2}}, index), 0).signature(), "c128[2, 1, 2]");
  }
}

TEST(Gather, AnEmptyIndexGivesAnEmptyResult) {
  EXPECT_EQ(gather(ones({3, 2}), zeros({0}, int64)).shape(), (Shape{0, 2}));
  EXPECT_EQ(gather(ones({0, 2}), zeros({0}, int64)).shape(), (Shape{0, 2}));
}

TEST(Gather, AddsTheGradientsOfRepeatedIndices) {
  const Tensor table = constant({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}}), indices = constant({2, 0, 2});
  GradientTape tape;
  tape.watch(table);
  const Tensor loss = reduce_sum(gather(table, indices) * constant({{1.0, 1.0}, {10.0, 10.0}, {100.0, 100.0}}));
  EXPECT_THAT(tape.gradient(loss, table)->to_vector<float>(), ElementsAre(10, 10, 0, 0, 101, 101));
}

TEST(Gather, NamesABadIndexInAStridedTensor) {
  const Tensor indices = transpose(constant({{0, 1}, {2, 9}, {0, 0}}));
  try {
    gather(ones({3}), indices);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const IndexError& error) {
    EXPECT_THAT(error.what(), HasSubstr("indices[1, 1] is 9, which is not in [0, 3)"));
  }
}

TEST(OneHot, GivesF32ByDefault) {
  EXPECT_EQ(one_hot(constant({1, 0}), 3).to_string(), "[[0. 1. 0.]\n [1. 0. 0.]]");
  EXPECT_EQ(one_hot(constant(1), 2).to_string(), "[0. 1.]");
  EXPECT_EQ(one_hot(constant({5}), 0).shape(), (Shape{1, 0}));
  EXPECT_EQ(one_hot(constant({0}), 2, {.dtype = int64}).to_string(), "[[1 0]]");
  EXPECT_EQ(one_hot(constant({0}), 2, {.on_value = true, .off_value = false, .dtype = bool_}).to_string(), "[[ True False]]");
}

}  // namespace
}  // namespace whygrad
