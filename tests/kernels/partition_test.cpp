// Parts dealt out by number, against loops written out.
#include "kernels/partition.hpp"

#include "kernels/kernel_test.hpp"

#include <gmock/gmock.h>

namespace whygrad::kernels {
namespace {

using testing::Array;
using ::testing::ElementsAre;

TEST(Partition, DealsOutPartsInTheirOrder) {
  Array<std::int32_t> numbers({2, 3}, {1, 0, 3, 1, 1, 3});
  Array<float> data({2, 3, 2}, {1, 4, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  std::int64_t counts[4] = {9, 9, 9, 9};
  ASSERT_EQ(count_numbers(numbers.view(), counts), -1);
  EXPECT_THAT(counts, ElementsAre(1, 3, 0, 2));
  Array<float> a({1, 2}), b({3, 2}), c({0, 2}), d({2, 2});
  const View parts[] = {a.view(), b.view(), c.view(), d.view()};
  partition(data.view(), numbers.view(), parts);
  const std::int64_t expected[] = {1, 0, 3, 4, 2, 5};  // which part of data stands where, over all that are dealt out
  Array<float>* outs[] = {&a, &b, &d};
  std::int64_t next = 0;
  for (Array<float>* out : outs) {
    for (std::int64_t i = 0; i < out->size(); ++i) EXPECT_EQ((*out)[i], data[expected[next + i / 2] * 2 + i % 2]);
    next += out->size() / 2;
  }
  Array<std::int64_t> places({6});
  places_by_number(numbers.view(), 4, places.view());
  for (std::int64_t i = 0; i < 6; ++i) EXPECT_EQ(expected[places[i]], i);
}

TEST(CountNumbers, NamesTheFirstWithoutACount) {
  std::int64_t counts[2];
  Array<std::int64_t> large({3}, {0, 2, -1}), negative({3}, {0, -1, 2});
  EXPECT_EQ(count_numbers(large.view(), counts), 1);
  EXPECT_EQ(count_numbers(negative.view(), counts), 1);
}

}  // namespace
}  // namespace whygrad::kernels
