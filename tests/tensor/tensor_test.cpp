#include "tensor/build.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/shape.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace whygrad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The message of the exception that `call` throws.
template <class E, class F>
std::string message_of(F&& call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Tensor, DefaultMadeIsEmpty) {
  const Tensor t;
  EXPECT_FALSE(t.defined());
  EXPECT_EQ(t.signature(), "empty");
  EXPECT_THAT(message_of<ValueError>([&] { t.item<float>(); }), HasSubstr("an empty handle has no elements"));
}

TEST(Tensor, CopiesShareAValueAndItsId) {
  const Tensor a = constant({1, 2});
  Tensor b = a;
  EXPECT_EQ(a.id(), b.id());
  EXPECT_EQ(a.span<int>().data(), b.span<int>().data());
  const Tensor c = std::move(b);
  EXPECT_FALSE(b.defined());  // NOLINT(bugprone-use-after-move): what a moved-from handle is, is the question
  EXPECT_EQ(c.id(), a.id());
}

TEST(Tensor, EveryValueHasAnIdOfItsOwn) {
  EXPECT_NE(constant(1).id(), constant(1).id());
  Tensor from_thread;
  std::thread([&] { from_thread = constant(1); }).join();
  EXPECT_NE(from_thread.id(), 0u);
  EXPECT_NE(from_thread.id(), constant(1).id());
}

TEST(Tensor, SelfAssignmentKeepsTheValue) {
  Tensor a = constant(3);
  const Tensor& same = a;
  a = same;
  EXPECT_EQ(a.item<int>(), 3);
}

TEST(Tensor, KnowsItsShapeAndType) {
  const Tensor t = zeros({2, 3}, float16);
  EXPECT_EQ(t.rank(), 2);
  EXPECT_EQ(t.size(), 6);
  EXPECT_EQ(t.dtype(), float16);
  EXPECT_EQ(t.signature(), "f16[2, 3]");
  EXPECT_TRUE(t.is_contiguous());
}

TEST(Tensor, ReadsElementsInRowMajorOrder) {
  const Tensor t = transpose(constant({{1, 2, 3}, {4, 5, 6}}));
  EXPECT_THAT(t.to_vector<int>(), ElementsAre(1, 4, 2, 5, 3, 6));
  int buffer[6];
  t.copy_to(std::span<int>(buffer));
  EXPECT_THAT(buffer, ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(reverse(constant({1, 2, 3}), {0}).to_vector<int>(), ElementsAre(3, 2, 1));
  EXPECT_THAT(broadcast_to(constant(7), {3}).to_vector<int>(), ElementsAre(7, 7, 7));
}

TEST(Tensor, ReadsOfAnotherTypeOrSizeAreRefused) {
  const Tensor t = constant({1.0, 2.0});
  EXPECT_THAT(message_of<DTypeError>([&] { t.to_vector<double>(); }), HasSubstr("f32[2] is read as f64\nhelp: read it as f32, or cast it first"));
  EXPECT_THAT(message_of<ShapeError>([&] { t.item<float>(); }), HasSubstr("f32[2] is read into 1 element\nhelp: item() is for one element"));
  float three[3];
  EXPECT_THAT(message_of<ShapeError>([&] { t.copy_to(std::span<float>(three)); }), HasSubstr("is read into 3 elements"));
}

TEST(Tensor, SpansNeedElementsWithoutGaps) {
  const Tensor t = constant({{1, 2}, {3, 4}});
  EXPECT_THAT(t.span<int>(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(message_of<ShapeError>([&] { transpose(t).span<int>(); }), HasSubstr("is a view with gaps or broadcast axes\nhelp: use to_vector()"));
}

TEST(Tensor, AxesOfExtentOneDoNotBreakContiguity) {
  EXPECT_TRUE(transpose(constant({{1, 2, 3}})).is_contiguous());
  EXPECT_FALSE(transpose(constant({{1, 2}, {3, 4}})).is_contiguous());
}

TEST(Tensor, StorageIsAlignedForTheWidestVectors) {
  for (const std::int64_t n : {1, 100, 100'000}) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(zeros({n}).impl()->storage->data) % 64, 0u) << n;
  }
}

TEST(Tensor, MoreBytesThanThereCanBeAreRefused) { EXPECT_THROW(zeros({std::int64_t{1} << 40, 1 << 20}, float64), MemoryError); }

TEST(Shape, HoldsExtents) {
  const Shape s = {2, 0, 3};
  EXPECT_EQ(s.rank(), 3);
  EXPECT_EQ(s.size(), 0);
  EXPECT_EQ(s.back(), 3);
  EXPECT_EQ(s.back(2), 2);
  EXPECT_EQ(s.to_string(), "[2, 0, 3]");
  EXPECT_EQ(Shape().size(), 1);
  EXPECT_EQ(Shape().to_string(), "[]");
  EXPECT_EQ(s, (Shape{2, 0, 3}));
  EXPECT_NE(s, (Shape{2, 0}));
}

TEST(Shape, RefusesWhatIsNone) {
  EXPECT_THAT(message_of<ShapeError>([] { Shape{2, -1}; }), HasSubstr("extent -1 is negative in [2, -1]"));
  EXPECT_THAT(message_of<ShapeError>([] { Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}; }), HasSubstr("more than 8 axes"));
  EXPECT_THAT(message_of<ShapeError>([] { Shape{std::int64_t{1} << 40, std::int64_t{1} << 40}; }), HasSubstr("more elements than can be counted"));
}

TEST(Shape, AxesCountFromTheEndToo) {
  EXPECT_EQ(normalize_axis("op", -1, 3), 2);
  EXPECT_EQ(normalize_axis("op", 0, 3), 0);
  EXPECT_THAT(message_of<IndexError>([] { normalize_axis("op", 3, 3); }),
              HasSubstr("[op] axis 3 is out of range for rank 3\nhelp: axes run from -3 to 2"));
  EXPECT_THAT(message_of<IndexError>([] { normalize_axis("op", 0, 0); }), HasSubstr("a scalar has no axes"));
}

}  // namespace
}  // namespace whygrad
