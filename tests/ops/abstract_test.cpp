// Tensors without elements.
#include "tensor/log.hpp"

#include <whygrad/autodiff/control_flow.hpp>
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/autodiff/variable.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/ops/abstract.hpp>
#include <whygrad/ops/counting.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/segment.hpp>
#include <whygrad/ops/shape.hpp>
#include <whygrad/ops/sorting.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace whygrad {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

Tensor abstract_f32(const Shape& shape) { return abstract({float32, shape}); }

TEST(Abstract, HasASpecButNoElements) {
  const Tensor t = abstract_f32({2, 3});
  EXPECT_TRUE(t.defined());
  EXPECT_TRUE(t.is_abstract());
  EXPECT_EQ(spec_of(t), (TensorSpec{float32, {2, 3}}));
  EXPECT_EQ(t.size(), 6);
  EXPECT_NE(t.id(), 0u);
  EXPECT_EQ(t.to_string(), "abstract f32[2, 3]");
}

TEST(Abstract, ATensorOfNoElementsIsNotAbstract) {
  EXPECT_FALSE(zeros({0, 3}).is_abstract());
  EXPECT_TRUE(abstract_f32({0, 3}).is_abstract());
}

TEST(Abstract, ReadingItTeaches) {
  const Tensor t = abstract_f32({1});
  const auto refuses = ThrowsMessage<ValueError>(AllOf(HasSubstr("f32[1] is abstract"), HasSubstr("help: ")));
  EXPECT_THAT([&] { t.item<float>(); }, refuses);
  EXPECT_THAT([&] { t.to_vector<float>(); }, refuses);
  EXPECT_THAT([&] { t.span<float>(); }, refuses);
  EXPECT_THAT([&] { Variable v(t); }, refuses);
  EXPECT_THAT([&] { Variable(zeros({1})).assign(t); }, refuses);
  EXPECT_THAT(
      [&] {
        cond(
            abstract({bool_, {}}), [] { return zeros({}); }, [] { return zeros({}); });
      },
      ThrowsMessage<ValueError>(HasSubstr("bool[] is abstract")));
}

TEST(Abstract, OneAbstractInputIsEnough) {
  const Tensor y = matmul(abstract_f32({4, 2}), ones({2, 3}));
  EXPECT_TRUE(y.is_abstract());
  EXPECT_EQ(spec_of(y), (TensorSpec{float32, {4, 3}}));
  EXPECT_TRUE(transpose(y).is_abstract());  // a view
  EXPECT_FALSE(matmul(ones({4, 2}), ones({2, 3})).is_abstract());
}

TEST(Abstract, InputsAreCheckedAsEver) {
  EXPECT_THROW(matmul(abstract_f32({4, 2}), abstract_f32({3, 2})), ShapeError);
  EXPECT_THROW(add(abstract_f32({2}), abstract({float64, {2}})), DTypeError);
}

TEST(Abstract, AShapeThatDependsOnElementsIsRefusedByTheOp) {
  const Tensor numbers = abstract({int64, {4}});
  const auto refusal = [](const char* op) {
    return ThrowsMessage<ValueError>(
        AllOf(HasSubstr(std::string("[") + op), HasSubstr("is abstract"), HasSubstr("depends on its elements"), HasSubstr("help: ")));
  };
  EXPECT_THAT([&] { unique(numbers); }, refusal("unique"));
  EXPECT_THAT([&] { bincount(numbers); }, refusal("bincount"));
  EXPECT_THAT([&] { whygrad::where(numbers); }, refusal("where"));
  EXPECT_THAT([&] { segment_sum(ones({4}), numbers); }, refusal("segment_sum"));
}

TEST(Abstract, ACallIsRecordedAsWithElements) {
  const Tensor x = abstract_f32({2, 2}), y = matmul(x, x);
  const internal::Record* record = internal::Log::mine().find(y.id());
  ASSERT_NE(record, nullptr);
  EXPECT_STREQ(record->op->name, "matmul");
  EXPECT_EQ(record->input_ids()[0], x.id());
  EXPECT_EQ(record->shape(2), (Shape{2, 2}));
}

TEST(Abstract, GradientsAreAbstractToo) {
  const Tensor x = abstract_f32({3, 2});
  const Variable w(ones({2, 4}), "w"), unrelated(ones({2}), "unrelated");
  GradientTape tape({.persistent = true});
  tape.watch(x);
  const Tensor loss = reduce_sum(square(matmul(x, w)) + square(matmul(x, w)));
  const Gradient dx = tape.gradient(loss, x), dw = tape.gradient(loss, w);
  ASSERT_TRUE(dx && dw);
  EXPECT_EQ(spec_of(*dx), spec_of(x));
  EXPECT_TRUE((*dw).is_abstract());
  EXPECT_EQ(spec_of(*dw), spec_of(w.value()));
  EXPECT_FALSE(tape.gradient(loss, unrelated));
}

TEST(Abstract, ABackwardPassStopsWhereOneWithElementsDoes) {
  const Tensor x = abstract_f32({3});
  GradientTape tape;
  tape.watch(x);
  EXPECT_FALSE(tape.gradient(cast(argmax(x, 0), float32), x));
}

TEST(SpecOf, RefusesAnEmptyHandle) { EXPECT_THROW(spec_of(Tensor()), ValueError); }

}  // namespace
}  // namespace whygrad
