#include "kernels/sorting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace whygrad::kernels {
namespace {

using ::testing::ElementsAre;

template <class T>
std::vector<std::int32_t> order_of(std::vector<T> x, bool descending, std::int64_t k) {
  const std::int64_t n = static_cast<std::int64_t>(x.size()), stride = 1;
  std::vector<std::int32_t> positions(static_cast<std::size_t>(k));
  order(descending, {x.data(), &n, &stride, 1, dtype_of<T>, {}}, k, {positions.data(), &k, &stride, 1, DType::kI32, {}});
  return positions;
}

TEST(Order, EqualElementsKeepTheirOrder) {
  EXPECT_THAT(order_of<double>({2, 1, 2, 1}, false, 4), ElementsAre(1, 3, 0, 2));
  EXPECT_THAT(order_of<double>({2, 1, 2, 1}, true, 4), ElementsAre(0, 2, 1, 3));
  EXPECT_THAT(order_of<double>({0.0, -0.0, 0.0}, true, 3), ElementsAre(0, 1, 2));
}
TEST(Order, NanComesFirst) {
  EXPECT_THAT(order_of<double>({1, NAN, INFINITY, NAN}, false, 4), ElementsAre(1, 3, 0, 2));
  EXPECT_THAT(order_of<float>({1, NAN, INFINITY, NAN}, true, 4), ElementsAre(1, 3, 2, 0));
}
TEST(Order, OfTheFirstFew) {
  EXPECT_THAT(order_of<std::int64_t>({5, -9, 7, 3}, true, 2), ElementsAre(2, 0));
  EXPECT_THAT(order_of<std::uint8_t>({5, 255, 7, 3}, false, 1), ElementsAre(3));
  EXPECT_THAT(order_of<std::int8_t>({5, -128, 7, 127}, false, 0), ElementsAre());
}
TEST(Order, OfHalves) { EXPECT_THAT(order_of<Half>({Half(0.5f), Half(-2.0f), Half(1.0f)}, false, 3), ElementsAre(1, 0, 2)); }

std::vector<std::int32_t> numbers_of(std::vector<double> x, std::int64_t* count) {
  const std::int64_t n = static_cast<std::int64_t>(x.size()), stride = 1;
  std::vector<std::int32_t> numbers(x.size());
  *count = number_distinct({x.data(), &n, &stride, 1, DType::kF64, {}}, {numbers.data(), &n, &stride, 1, DType::kI32, {}});
  return numbers;
}

TEST(Distinct, AreNumberedAsTheyOccur) {
  std::int64_t count = 0;
  EXPECT_THAT(numbers_of({7, 2, 7, 1, 2}, &count), ElementsAre(0, 1, 0, 2, 1));
  EXPECT_EQ(count, 3);
  EXPECT_THAT(numbers_of({}, &count), ElementsAre());
  EXPECT_EQ(count, 0);
}
TEST(Distinct, EveryNanIsANewOne) {
  std::int64_t count = 0;
  EXPECT_THAT(numbers_of({NAN, 0.0, NAN, -0.0}, &count), ElementsAre(0, 1, 2, 1));
  EXPECT_EQ(count, 3);
}

TEST(Distinct, FirstPlaceOfEach) {
  std::int32_t numbers[] = {0, 1, 0, 2, 1}, places[3];
  const std::int64_t n = 5, count = 3, stride = 1;
  first_of_each({numbers, &n, &stride, 1, DType::kI32, {}}, {places, &count, &stride, 1, DType::kI32, {}});
  EXPECT_THAT(places, ElementsAre(0, 1, 3));
}

TEST(OrderRows, IsLexicographicAndStable) {
  std::int64_t x[] = {2, 0, 1, 9, 2, 0, 1, -9}, order[4];
  const std::int64_t shape[] = {4, 2}, strides[] = {2, 1};
  order_rows({x, shape, strides, 2, DType::kI64, {}}, {order, shape, strides + 1, 1, DType::kI64, {}});
  EXPECT_THAT(order, ElementsAre(3, 1, 0, 2));
  const std::int64_t across[] = {1, 4};  // the rows {2, 2}, {0, 0}, {1, 1}, {9, -9}
  order_rows({x, shape, across, 2, DType::kI64, {}}, {order, shape, strides + 1, 1, DType::kI64, {}});
  EXPECT_THAT(order, ElementsAre(1, 2, 0, 3));
}

}  // namespace
}  // namespace whygrad::kernels
