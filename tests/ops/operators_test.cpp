// Operators: what they compute, what bare numbers become, and that they know their place.
#include "tensor/log.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/op.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace whygrad {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<float> floats(const Tensor& t) { return t.to_vector<float>(); }
std::vector<int> truths(const Tensor& t) { return cast(t, int32).to_vector<std::int32_t>(); }

const internal::Record& record_of(const Tensor& t) { return *internal::Log::mine().find(t.id()); }

TEST(Operators, ComputeOnTensors) {
  const Tensor a = constant({6.0f, -7.0f}), b = constant({4.0f, 2.0f});
  EXPECT_THAT(floats(a + b), ElementsAre(10, -5));
  EXPECT_THAT(floats(a - b), ElementsAre(2, -9));
  EXPECT_THAT(floats(a * b), ElementsAre(24, -14));
  EXPECT_THAT(floats(a / b), ElementsAre(1.5, -3.5));
  EXPECT_THAT(floats(a % b), ElementsAre(2, 1));
  EXPECT_THAT(floats(-a), ElementsAre(-6, 7));
}

TEST(Operators, Compare) {
  const Tensor a = constant({1.0f, 2.0f, 3.0f}), b = constant({2.0f, 2.0f, 2.0f});
  EXPECT_THAT(truths(a < b), ElementsAre(1, 0, 0));
  EXPECT_THAT(truths(a <= b), ElementsAre(1, 1, 0));
  EXPECT_THAT(truths(a > b), ElementsAre(0, 0, 1));
  EXPECT_THAT(truths(a >= b), ElementsAre(0, 1, 1));
  EXPECT_THAT(truths(a == b), ElementsAre(0, 1, 0));
  EXPECT_THAT(truths(a != b), ElementsAre(1, 0, 1));
  EXPECT_THAT(truths(a > 1 && a < 3), ElementsAre(0, 1, 0));
  EXPECT_THAT(truths(a < 2 || a > 2), ElementsAre(1, 0, 1));
  EXPECT_THAT(truths(!(a == b)), ElementsAre(1, 0, 1));
}

TEST(Operators, BareNumbersTakeTheTensorsType) {
  EXPECT_EQ((2 * constant({1.0f}) + 0.5).dtype(), float32);
  EXPECT_EQ((1.0 - cast(constant({1.0f}), bfloat16)).dtype(), bfloat16);
  EXPECT_EQ((3 - cast(constant({1.0f}), uint8)).dtype(), uint8);
  EXPECT_THAT(floats(maximum(constant({-1.0f, 1.0f}), 0)), ElementsAre(0, 1));
  EXPECT_THAT(floats(where(constant({-1.0f, 1.0f}) > 0, 5, constant(7.0f))), ElementsAre(7, 5));
}

TEST(Operators, NumbersWithoutAPlaceInTheTypeAreRefused) {
  const Tensor bytes = cast(constant({1.0f}), uint8);
  EXPECT_THROW(bytes + 0.5, DTypeError);
  EXPECT_THROW(bytes + 256, DTypeError);
  EXPECT_THROW(bytes - -1, DTypeError);
  EXPECT_THROW(equal(bytes == bytes, 1), DTypeError);
  try {
    (void)((bytes > 0) && 1);
    FAIL();
  } catch (const DTypeError& error) {
    EXPECT_THAT(error.what(), HasSubstr("[logical_and] a bare number is no truth value"));
  }
}

TEST(Operators, KnowTheirPlace) {
  const Tensor x = constant({1.0f}), y = constant({2.0f});
  const std::uint32_t line = __LINE__ + 1;
  const Tensor results[] = {x - y, 2.0 * x, -x, x < y, x % 2, !(x == y)};
  for (const Tensor& t : results) {
    EXPECT_EQ(record_of(t).where.line, line) << record_of(t).op->name;
    EXPECT_THAT(record_of(t).where.file, HasSubstr("operators_test.cpp"));
  }
}

TEST(Operators, LeaveTheOpsRecord) {
  const Tensor x = constant({1.0f});
  EXPECT_STREQ(record_of(x - x).op->name, "subtract");
  EXPECT_STREQ(record_of(x % x).op->name, "floormod");
  EXPECT_STREQ(record_of(x != x).op->name, "not_equal");
}

TEST(Cast, ToItsOwnTypeIsTheTensorItself) {
  const Tensor x = constant({1.0f});
  EXPECT_EQ(cast(x, float32).id(), x.id());
  EXPECT_EQ(real(x).id(), x.id());
  EXPECT_EQ(conj(x).id(), x.id());
  EXPECT_THAT(floats(imag(x)), ElementsAre(0));
}

}  // namespace
}  // namespace whygrad
