#include "kernels/order.hpp"

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

}  // namespace
}  // namespace whygrad::kernels
