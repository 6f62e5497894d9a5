#include "files.hpp"
#include "tensor/data_events.hpp"

#include <whygrad/data/dataset.hpp>

#include <numeric>
#include <set>

namespace whygrad::data {
namespace {

using namespace whygrad::testing;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAreArray;

using Numbers = std::vector<std::int32_t>;

Numbers counting(std::int32_t count) {
  Numbers numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

// Elements 0, 1, ..., count - 1.
Dataset<1> numbers_to(std::int32_t count) { return from_tensor_slices(tensor_of<std::int32_t>({count}, counting(count))); }

// What comes in one epoch, batches one after the other.
template <class Range>
Numbers all_of(Range&& range) {
  Numbers result;
  for (auto [numbers] : range) {
    for (const std::int32_t n : numbers.template to_vector<std::int32_t>()) result.push_back(n);
  }
  return result;
}

Tensor plus_hundred(const Tensor& t) {
  Numbers values = t.to_vector<std::int32_t>();
  for (std::int32_t& v : values) v += 100;
  return tensor_of<std::int32_t>(t.shape(), values);
}

TEST(Dataset, SlicesTensorsAlongTheFirstAxis) {
  const Tensor images = ramp<float>({3, 2, 2}), labels = ramp<std::int64_t>({3});
  auto dataset = from_tensor_slices({images, labels});
  EXPECT_EQ(dataset.size(), 3);
  std::int64_t n = 0;
  for (auto [image, label] : dataset) {
    const auto first = static_cast<float>(4 * n);
    EXPECT_THAT(image, SameTensorAs(tensor_of<float>({2, 2}, {first, first + 1, first + 2, first + 3})));
    EXPECT_EQ(label.item<std::int64_t>(), n++);
  }
  EXPECT_EQ(n, 3);
}

TEST(Dataset, TakesTensorsAsOneElement) {
  auto dataset = from_tensors({ramp<float>({3, 2}), ramp<std::int64_t>({})});
  EXPECT_EQ(dataset.size(), 1);
  for (auto [a, b] : dataset) {
    EXPECT_THAT(a, SameTensorAs(ramp<float>({3, 2})));
    EXPECT_THAT(b, SameTensorAs(ramp<std::int64_t>({})));
  }
}

TEST(Dataset, ReadsAViewRowByRow) {
  const std::int64_t transposed[] = {1, 3};
  auto dataset = from_tensor_slices(internal::make_view(ramp<float>({2, 3}), {3, 2}, transposed, 0)).batch(3);
  for (auto [values] : dataset) EXPECT_THAT(values, SameTensorAs(tensor_of<float>({3, 2}, {0, 3, 1, 4, 2, 5})));
}

TEST(Dataset, BatchesKeepOrDropTheRemainder) {
  auto dataset = from_tensor_slices({ramp<float>({7, 2}), ramp<std::int32_t>({7})}).batch(3);
  EXPECT_EQ(dataset.size(), 3);
  std::vector<std::string> signatures;
  for (auto [a, b] : dataset) signatures.push_back(a.signature() + " " + b.signature());
  EXPECT_THAT(signatures, ElementsAre("f32[3, 2] i32[3]", "f32[3, 2] i32[3]", "f32[1, 2] i32[1]"));
  auto dropping = numbers_to(7).batch(3, {.drop_remainder = true});
  EXPECT_EQ(dropping.size(), 2);
  EXPECT_THAT(all_of(dropping), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(Dataset, BatchesOfBatches) {
  for (auto [values] : numbers_to(12).batch(2).batch(3)) EXPECT_EQ(values.signature(), "i32[3, 2]");
  EXPECT_THAT(all_of(numbers_to(12).batch(2).batch(3)), ElementsAreArray(counting(12)));
}

TEST(Dataset, MapsElementsAndBatches) {
  EXPECT_THAT(all_of(numbers_to(4).map(plus_hundred)), ElementsAre(100, 101, 102, 103));
  EXPECT_THAT(all_of(numbers_to(4).map(plus_hundred).batch(3)), ElementsAre(100, 101, 102, 103));
  EXPECT_THAT(all_of(numbers_to(4).batch(3).map(plus_hundred)), ElementsAre(100, 101, 102, 103));
}

TEST(Dataset, MapMayChangeTheNumberOfTensors) {
  auto two = numbers_to(2).map([](const Tensor& t) { return std::pair(t, plus_hundred(t)); });
  for (auto [a, b] : two) EXPECT_EQ(a.item<std::int32_t>() + 100, b.item<std::int32_t>());
  auto three = two.map([](const Tensor& a, const Tensor& b) { return std::tuple(b, a, b); });
  for (auto [a, b, c] : three) EXPECT_EQ(a.item<std::int32_t>() + c.item<std::int32_t>(), 2 * b.item<std::int32_t>() + 200);
  EXPECT_THAT(all_of(three.map([](const Tensor&, const Tensor& b, const Tensor&) { return b; })), ElementsAre(0, 1));
  for (auto [a, b] : three.map([](const Tensor&a, const Tensor&, const Tensor&c) { return Example<2>{a, c}; })) EXPECT_THAT(a, SameTensorAs(b));
}

TEST(Dataset, TakesSkipsAndRepeats) {
  EXPECT_THAT(all_of(numbers_to(5).take(3)), ElementsAre(0, 1, 2));
  EXPECT_THAT(all_of(numbers_to(5).take(9)), ElementsAreArray(counting(5)));
  EXPECT_THAT(all_of(numbers_to(5).skip(3)), ElementsAre(3, 4));
  EXPECT_THAT(all_of(numbers_to(5).skip(9)), ElementsAre());
  EXPECT_THAT(all_of(numbers_to(2).repeat(3)), ElementsAre(0, 1, 0, 1, 0, 1));
  EXPECT_THAT(all_of(numbers_to(2).repeat(0)), ElementsAre());
  EXPECT_THAT(all_of(numbers_to(2).repeat().take(5)), ElementsAre(0, 1, 0, 1, 0));
  EXPECT_THAT(all_of(numbers_to(3).repeat().batch(2).take(3)), ElementsAre(0, 1, 2, 0, 1, 2));
  EXPECT_THAT(all_of(numbers_to(0).repeat()), ElementsAre());
  EXPECT_THAT(all_of(numbers_to(5).batch(2).skip(1).take(1)), ElementsAre(2, 3));
}

TEST(Dataset, KnowsItsSize) {
  EXPECT_EQ(numbers_to(5).take(3).size(), 3);
  EXPECT_EQ(numbers_to(5).take(9).size(), 5);
  EXPECT_EQ(numbers_to(5).skip(9).size(), 0);
  EXPECT_EQ(numbers_to(5).repeat(3).shuffle(2).size(), 15);
  EXPECT_EQ(numbers_to(5).repeat().size(), kEndless);
  EXPECT_EQ(numbers_to(5).repeat().batch(2).skip(3).prefetch(1).size(), kEndless);
  EXPECT_EQ(numbers_to(5).repeat().take(7).size(), 7);
  EXPECT_EQ(numbers_to(0).repeat().size(), 0);
  EXPECT_EQ(numbers_to(5).batch(2).map([](const Tensor& t) { return t; }).size(), 3);
}

TEST(Dataset, RefusesWhatMakesNoSense) {
  EXPECT_THROW(from_tensor_slices(ramp<float>({})), ShapeError);
  EXPECT_THROW(from_tensor_slices({ramp<float>({3}), ramp<float>({4})}), ShapeError);
  EXPECT_THROW(from_tensor_slices(Tensor()), ValueError);
  EXPECT_THROW(from_tensors(Tensor()), ValueError);
  EXPECT_THROW(numbers_to(3).batch(0), ValueError);
  EXPECT_THROW(numbers_to(3).shuffle(0), ValueError);
  EXPECT_THROW(numbers_to(3).repeat().shuffle(), ValueError);
  EXPECT_THROW(numbers_to(3).take(-1), ValueError);
  EXPECT_THROW(numbers_to(3).skip(-1), ValueError);
  EXPECT_THROW(numbers_to(3).repeat(-1), ValueError);
  EXPECT_THROW(numbers_to(3).prefetch(0), ValueError);
  EXPECT_THROW(numbers_to(3).iterate({.epoch = -1}), ValueError);
  EXPECT_THROW(numbers_to(3).iterate({.skip = -1}), ValueError);
  EXPECT_THROW(all_of(numbers_to(3).map([](const Tensor&) { return Tensor(); })), ValueError);
}

TEST(Dataset, ABatchNeedsEqualShapes) {
  auto ragged = numbers_to(3).map([](const Tensor& t) { return ramp<std::int32_t>({t.item<std::int32_t>() + 1}); }).batch(2);
  try {
    all_of(ragged);
    FAIL() << "no error";
  } catch (const ShapeError& error) {
    EXPECT_THAT(error.what(), HasSubstr("[batch] element 1 of a batch has i32[2] as tensor 0, the first has i32[1]"));
  }
}

TEST(Dataset, APassFromAPipelineNeedsItsNumberOfTensors) {
  const Dataset<2> wrong(Pipeline::from_tensor_slices(std::vector<Tensor>{ramp<float>({2})}));
  EXPECT_THROW(wrong.iterate({}).begin(), ValueError);
}

// ---- shuffle ----

TEST(Shuffle, GivesEachElementOnceWithinReachOfTheBuffer) {
  for (const std::int64_t buffer : {std::int64_t{1}, std::int64_t{2}, std::int64_t{10}, std::int64_t{100}, std::int64_t{1000}, kAll}) {
    SCOPED_TRACE(buffer);
    const Numbers order = all_of(numbers_to(100).shuffle(buffer));
    EXPECT_THAT(order, UnorderedElementsAreArray(counting(100)));
    EXPECT_EQ(order == counting(100), buffer == 1);
    // An element cannot come before it was read, and at step i the first i + buffer were.
    for (std::size_t i = 0; buffer < 100 && i < order.size(); ++i) EXPECT_LT(order[i], static_cast<std::int64_t>(i) + buffer);
  }
}

TEST(Shuffle, GivesEveryOrderEquallyOften) {
  std::map<Numbers, int> seen;
  auto dataset = numbers_to(3).shuffle();
  constexpr int kEpochs = 6000;
  for (int epoch = 0; epoch < kEpochs; ++epoch) ++seen[all_of(dataset)];
  EXPECT_THAT(seen, SizeIs(6));
  for (const auto& [order, count] : seen) EXPECT_NEAR(count, kEpochs / 6, 150) << ::testing::PrintToString(order);  // five standard deviations
}

TEST(Shuffle, DependsOnSeedAndEpochOnly) {
  auto dataset = numbers_to(50).shuffle(20, {.seed = 3}), again = numbers_to(50).shuffle(20, {.seed = 3}),
       other = numbers_to(50).shuffle(20, {.seed = 4});
  std::set<Numbers> orders;
  for (int epoch = 0; epoch < 5; ++epoch) {
    const Numbers order = all_of(dataset);
    EXPECT_EQ(order, all_of(again));
    EXPECT_EQ(order, all_of(dataset.iterate({.epoch = epoch})));
    orders.insert(order);
    orders.insert(all_of(other));
  }
  EXPECT_THAT(orders, SizeIs(10));
}

TEST(Shuffle, KeepsItsOrderWhereAsked) {
  auto dataset = numbers_to(50).shuffle(kAll, {.seed = 3, .reshuffle = false});
  const Numbers order = all_of(dataset);
  EXPECT_EQ(all_of(dataset), order);
  EXPECT_NE(order, counting(50));
}

// The numbers stand here so that a change of the generator, which would break the resumption of saved training runs, is noticed.
TEST(Shuffle, StaysTheSameFromVersionToVersion) {
  EXPECT_THAT(all_of(numbers_to(10).shuffle(kAll, {.seed = 42}).iterate({.epoch = 7})), ElementsAre(5, 1, 7, 4, 8, 6, 2, 0, 3, 9));
}

TEST(Shuffle, ReshufflesEachRepetition) {
  auto dataset = numbers_to(20).shuffle(kAll, {.seed = 1});
  Numbers expected = all_of(dataset.iterate({.epoch = 2}));
  const Numbers second = all_of(dataset.iterate({.epoch = 3}));
  expected.insert(expected.end(), second.begin(), second.end());
  EXPECT_EQ(all_of(dataset.repeat(2).iterate({.epoch = 1})), expected);
}

// ---- taking up an interrupted epoch ----

TEST(Resume, SkippingComesToTheSameAsTaking) {
  const auto keep = [](const Tensor& t) { return t; };
  const std::pair<const char*, Dataset<1>> cases[] = {
      {"rows", numbers_to(40)},
      {"shuffle, batch", numbers_to(40).shuffle(15).batch(7)},
      {"shuffle, batch, prefetch", numbers_to(40).shuffle(15).batch(7).prefetch(2)},
      {"batch, shuffle", numbers_to(40).batch(3).shuffle(4)},
      {"map, batch, map", numbers_to(40).shuffle().map(keep).batch(6, {.drop_remainder = true}).map(keep)},
      {"repeat, batch", numbers_to(9).shuffle().repeat(4).batch(5)},
      {"batch, repeat", numbers_to(9).shuffle().batch(2).repeat(4)},
      {"endless", numbers_to(9).shuffle().repeat().batch(2).take(30)},
      {"endless twice", numbers_to(9).shuffle().repeat().repeat().batch(2).take(30)},
      {"skip, take", numbers_to(40).shuffle().skip(5).take(30).batch(4)},
      {"repeat, skip", numbers_to(9).repeat(3).skip(10).batch(2)},
  };
  for (const auto& [name, dataset] : cases) {
    SCOPED_TRACE(name);
    std::vector<Numbers> whole;
    for (auto [batch] : dataset.iterate({.epoch = 3})) whole.push_back(batch.to_vector<std::int32_t>());
    EXPECT_EQ(static_cast<std::int64_t>(whole.size()), dataset.size());
    for (std::size_t skip = 0; skip <= whole.size() + 1; ++skip) {
      std::vector<Numbers> rest;
      for (auto [batch] : dataset.iterate({.epoch = 3, .skip = static_cast<std::int64_t>(skip)})) rest.push_back(batch.to_vector<std::int32_t>());
      EXPECT_EQ(rest, std::vector<Numbers>(whole.begin() + static_cast<std::ptrdiff_t>(std::min(skip, whole.size())), whole.end()))
          << "skipping " << skip;
    }
  }
}

TEST(Resume, SkippingCallsNoMappedFunction) {
  int calls = 0;
  const auto dataset = numbers_to(10).map([&calls](const Tensor& t) {
    ++calls;
    return t;
  });
  EXPECT_THAT(all_of(dataset.batch(2).iterate({.skip = 4})), ElementsAre(8, 9));
  EXPECT_EQ(calls, 2);
}

// ---- what the log knows ----

TEST(Dataset, BatchesComeFromTheLineOfTheLoop) {
  const internal::Log& log = internal::Log::mine();
  auto dataset = numbers_to(4).map(plus_hundred).batch(2);
  const Where above = Where::here();
  for (auto [batch] : dataset) {
    const internal::Record* record = log.find(batch.id());
    ASSERT_NE(record, nullptr);
    EXPECT_EQ(record->op, &internal::element_op());
    EXPECT_STREQ(record->where.file, above.file);
    EXPECT_EQ(record->where.line, above.line + 1);
    EXPECT_FALSE(batch.impl()->activity.load());
  }
}

TEST(Dataset, SlicingATensorIsAnEventOfIt) {
  const internal::Log& log = internal::Log::mine();
  const Tensor t = ramp<float>({3});
  from_tensor_slices(t);
  const internal::Record* record = log.find(log.next_id() - 1);
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(record->op, &internal::slices_op());
  EXPECT_EQ(record->input_ids()[0], t.id());
}

}  // namespace
}  // namespace whygrad::data
