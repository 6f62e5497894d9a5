#include "tensor/log.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/shape.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace whygrad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <class E, class F>
std::string message_of(F&& call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Constant, NumbersTakeTensorFlowsTypes) {
  EXPECT_EQ(constant(2).signature(), "i32[]");
  EXPECT_EQ(constant(2.0).signature(), "f32[]");
  EXPECT_EQ(constant(2.0f).signature(), "f32[]");
  EXPECT_EQ(constant(true).signature(), "bool[]");
  EXPECT_EQ(constant(std::int64_t{2}).signature(), "i64[]");
  EXPECT_EQ(constant(std::uint8_t{2}).signature(), "u8[]");
  EXPECT_EQ(constant(std::complex<float>(1, 2)).signature(), "c64[]");
  EXPECT_EQ(constant(Half(1.5f)).signature(), "f16[]");
  EXPECT_EQ(constant(2.5, float64).item<double>(), 2.5);
}

TEST(Constant, ListsGiveTheirShape) {
  EXPECT_EQ(constant({1, 2, 3}).signature(), "i32[3]");
  EXPECT_EQ(constant({{1.0, 2.0}, {3.0, 4.0}}).signature(), "f32[2, 2]");
  EXPECT_EQ(constant({{1}}).signature(), "i32[1, 1]");
  EXPECT_EQ(constant({{{{1}}, {{2}}}}).signature(), "i32[1, 2, 1, 1]");
  EXPECT_EQ(constant({}).signature(), "f32[0]");
  EXPECT_EQ(constant({{}, {}}).signature(), "f32[2, 0]");
  EXPECT_THAT(constant({{1, 2}, {3, 4}}).to_vector<int>(), ElementsAre(1, 2, 3, 4));
}

TEST(Constant, MixedNumbersTakeTheWidestType) {
  EXPECT_THAT(constant({1, 2.5}).to_vector<float>(), ElementsAre(1, 2.5f));
  EXPECT_EQ(constant({1, std::int64_t{2}}).dtype(), int64);
  EXPECT_EQ(constant({std::uint8_t{1}, std::int8_t{-1}}).dtype(), int16);
  EXPECT_EQ(constant({Half(1), BFloat16(2)}).dtype(), float32);
  EXPECT_EQ(constant({1.0, std::complex<float>(0, 1)}).dtype(), complex64);
  EXPECT_THAT(message_of<DTypeError>([] { constant({1, true}); }), HasSubstr("[constant] a list holds both bool and i32"));
}

TEST(Constant, RaggedListsAreRefusedWithTheirPlace) {
  EXPECT_THAT(message_of<ShapeError>([] {
                constant({{1, 2}, {3}});
              }),
              HasSubstr("[constant] the list is ragged: [0] is a list of 2 and [1] is a list of 1\nhelp: "));
  EXPECT_THAT(message_of<ShapeError>([] { constant({{{1}, {2}}, {{3}, {4, 5}}}); }), HasSubstr("[0, 0] is a list of 1 and [1, 1] is a list of 2"));
  EXPECT_THAT(message_of<ShapeError>([] { constant({1, {2}}); }), HasSubstr("[0] is a number and [1] is a list of 1"));
}

TEST(Constant, ConvertsToAnAskedTypeAndRefusesWhatItCannotHold) {
  EXPECT_THAT(constant({1, 2}, float64).to_vector<double>(), ElementsAre(1, 2));
  EXPECT_EQ(constant(1, bool_).item<bool>(), true);
  EXPECT_EQ(constant(std::int64_t{9007199254740993}, int64).item<std::int64_t>(), 9007199254740993);
  EXPECT_EQ(constant(-128, int8).item<std::int8_t>(), -128);
  EXPECT_EQ(constant({1}, complex128).item<std::complex<double>>(), 1.0);
  EXPECT_THAT(message_of<DTypeError>([] { constant(1.5, int32); }), HasSubstr("i32 cannot hold the number 1.5"));
  EXPECT_THAT(message_of<DTypeError>([] { constant(-129, int8); }), HasSubstr("i8 cannot hold the number -129"));
  EXPECT_THAT(message_of<DTypeError>([] { constant(256, uint8); }), HasSubstr("u8 cannot hold the number 256"));
  EXPECT_THAT(message_of<DTypeError>([] { constant(2, bool_); }), HasSubstr("bool cannot hold the number 2"));
  EXPECT_THAT(message_of<DTypeError>([] { constant(true, float32); }),
              HasSubstr("f32 cannot hold the number true\nhelp: bools mean no numbers here"));
  EXPECT_THAT(message_of<DTypeError>([] { constant(std::complex<float>(1, -2), float32); }), HasSubstr("f32 cannot hold the number 1-2i"));
}

TEST(Constant, VectorsAndSpansKeepTheirType) {
  const std::vector<double> values = {1, 2, 3, 4, 5, 6};
  EXPECT_EQ(constant(values).signature(), "f64[6]");
  EXPECT_EQ(constant(values, {2, 3}).signature(), "f64[2, 3]");
  EXPECT_EQ(constant(std::array<float, 2>{1, 2}).signature(), "f32[2]");
  EXPECT_EQ(constant(std::span(values).first(2)).signature(), "f64[2]");
  EXPECT_EQ(constant(std::vector<float>()).signature(), "f32[0]");
  EXPECT_THAT(message_of<ShapeError>([&] { constant(values, {4}); }), HasSubstr("[constant] 6 values are given for shape [4], which has 4"));
}

TEST(Constant, LeavesTheFingerprintOfItsElements) {
  const float value = 2.5f;
  const Tensor t = constant(value);
  const internal::Record* record = internal::Log::mine().find(t.id());
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(static_cast<const internal::ConstantAttrs*>(record->attrs())->print, internal::fingerprint(&value, sizeof(value)));
}

TEST(Adopt, LeavesTheElementsInPlaceAndReleasesThemOnce) {
  std::vector<float> memory = {1, 2, 3, 4};
  int released = 0;
  {
    Tensor view;
    {
      const Tensor t = adopt(
          float32, {2, 2}, memory.data(), [](void* count) { ++*static_cast<int*>(count); }, &released);
      EXPECT_EQ(t.span<float>().data(), memory.data());
      view = transpose(t);
    }
    EXPECT_EQ(released, 0);
    EXPECT_THAT(view.to_vector<float>(), ElementsAre(1, 3, 2, 4));
  }
  EXPECT_EQ(released, 1);
}

TEST(Adopt, RefusesPointersThatNoElementCanHave) {
  alignas(8) char memory[32] = {};
  const auto adopt_at = [](const void* at) {
    adopt(
        float64, {2}, at, [](void*) {}, nullptr);
  };
  EXPECT_THAT(message_of<ValueError>([&] { adopt_at(memory + 4); }), HasSubstr("must be a multiple of 8"));
  EXPECT_THAT(message_of<ValueError>([&] { adopt_at(nullptr); }), HasSubstr("must not be null"));
  EXPECT_THAT(message_of<ValueError>([&] { adopt(float64, {2}, memory, nullptr, nullptr); }), HasSubstr("no release function"));
}

TEST(Linspace, EndsExactly) {
  const std::vector<float> values = linspace(0, 0.7, 8).to_vector<float>();
  EXPECT_EQ(values.back(), 0.7f);
  EXPECT_EQ(values[1], 0.1f);
}

TEST(Range, TakesTheWidestOfItsNumbers) {
  EXPECT_EQ(range(3).dtype(), int32);
  EXPECT_EQ(range(0, std::int64_t{3}).dtype(), int64);
  EXPECT_EQ(range(0, 3, 0.5).dtype(), float32);
}

}  // namespace
}  // namespace whygrad
