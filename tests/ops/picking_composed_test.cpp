// Functions that pick, count, cast and state shapes, which are made of ops: the values of TensorFlow 2.21, gradients against central differences,
// what they refuse.
#include "ops/composed.hpp"

#include <whygrad/ops/counting.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/linalg.hpp>
#include <whygrad/ops/segment.hpp>
#include <whygrad/ops/shape.hpp>
#include <whygrad/ops/sorting.hpp>
#include <whygrad/ops/strings.hpp>

namespace whygrad {
namespace {

using samples::Inputs;
using ::testing::ElementsAre;
using testing::expect_composed;
using ::testing::HasSubstr;
using testing::message_of;

Tensor d(const std::vector<double>& values, const Shape& shape) { return constant(values, shape); }
Tensor counting(const Shape& shape) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < shape.size(); ++i) values.push_back(static_cast<double>(i));
  return d(values, shape);
}
Tensor whole(const std::vector<std::int32_t>& values, const Shape& shape) { return constant(values, shape); }
std::vector<double> numbers(const Tensor& t) { return cast(t, float64).to_vector<double>(); }

const Tensor kX = d({1, -2, .5, 3, -1, 2}, {2, 3});

TEST(ComposedPicking, HasTensorFlowsValuesAndTheGradientOfDifferences) {
  const Tensor cube = counting({2, 3, 4});
  expect_composed({
      {"gather_nd, each entry by itself",
       {counting({2, 3, 2})},
       [](const Inputs& in) {
         return gather_nd(in[0], whole({2, 1, 0, 0, 1, 0, 2, 1}, {2, 2, 2}), 1);
       },
       {2, 2},
       {5, 0, 8, 11}},
      {"gather_nd, two shared axes",
       {counting({2, 3, 2})},
       [](const Inputs& in) {
         return gather_nd(in[0], whole({1, 0, 1, 0, 1, 0}, {2, 3, 1}), 2);
       },
       {2, 3},
       {1, 2, 5, 6, 9, 10}},
      {"tensor_scatter_nd_sub",
       {kX, d({1, 2, 3}, {3})},
       [](const Inputs& in) {
         return tensor_scatter_nd_sub(in[0], whole({0, 1, 1, 2, 0, 1}, {3, 2}), in[1]);
       },
       {2, 3},
       {1, -6, .5, 3, -1, 0}},
      {"strided_slice, an element",
       {cube},
       [](const Inputs& in) {
         return strided_slice(in[0], {0, 1, 0}, {2, 3, 4}, {1, 1, 2}, {.shrink_axis = 2});
       },
       {2, 2},
       {4, 6, 16, 18}},
      {"strided_slice, an ellipsis and a new axis",
       {cube},
       [](const Inputs& in) {
         return strided_slice(in[0], {0, 0, 1}, {0, 0, 3}, {}, {.ellipsis = 1, .new_axis = 2});
       },
       {2, 3, 1, 2},
       {1, 2, 5, 6, 9, 10, 13, 14, 17, 18, 21, 22}},
      {"strided_slice, backwards from end to end",
       {cube},
       [](const Inputs& in) {
         return strided_slice(in[0], {1, 5, 0}, {0, 0, 9}, {-1, -2, 3}, {.begin = 1, .end = 3});
       },
       {2, 2, 2},
       {20, 23, 12, 15, 8, 11, 0, 3}},
      {"strided_slice, elements from the end",
       {cube},
       [](const Inputs& in) {
         return strided_slice(in[0], {-1, -1}, {0, 0}, {}, {.shrink_axis = 3});
       },
       {4},
       {20, 21, 22, 23}},
      {"unsorted_segment_sqrt_n",
       {kX},
       [](const Inputs& in) {
         return unsorted_segment_sqrt_n(in[0], constant({1, 1}), 3);
       },
       {3, 3},
       {0, 0, 0, 2.82842712474619, -2.1213203435596424, 1.7677669529663687, 0, 0, 0}},
      {"unsorted_segment_sqrt_n, ids of elements",
       {kX},
       [](const Inputs& in) {
         return unsorted_segment_sqrt_n(in[0], whole({0, 1, 0, 2, 0, 0}, {2, 3}), 3);
       },
       {3},
       {1.25, -2, 3}},
      {"inv of the adjoint", {d({2, 1, 0, 3}, {2, 2})}, [](const Inputs& in) { return inv(in[0], true); }, {2, 2}, {.5, 0, -1 / 6.0, 1 / 3.0}},
      {"solve with the adjoint",
       {d({2, 1, 0, 3}, {2, 2}), d({1, 2}, {2, 1})},
       [](const Inputs& in) { return solve(in[0], in[1], true); },
       {2, 1},
       {.5, .5}},
      {"ensure_shape",
       {kX},
       [](const Inputs& in) {
         return ensure_shape(in[0], {kAnyExtent, 3});
       },
       {2, 3},
       {1, -2, .5, 3, -1, 2}},
  });
  EXPECT_THAT(numbers(eigvalsh(d({2, 1, 1, 3}, {2, 2}))),
              ::testing::Pointwise(::testing::DoubleNear(1e-14), {1.381966011250105, 3.6180339887498945}));
}

TEST(ComposedPicking, SaysWhatIsNotThere) {
  const Tensor x = ones({1, 3});
  const auto slice_error = [&](const Ints& begin, const Ints& strides, const SliceMasks& masks) {
    return [=] { strided_slice(x, begin, begin, strides, masks); };
  };
  EXPECT_EQ(message_of<IndexError>(slice_error({0, 5}, {}, {.shrink_axis = 2})),
            "[strided_slice] element 5 of axis 1 of f32[1, 3] is out of range\nhelp: the axis has extent 3");
  EXPECT_THAT(message_of<IndexError>(slice_error({0, 0, 0}, {}, {})), HasSubstr("3 entries for f32[1, 3]"));
  EXPECT_THAT(message_of<ValueError>(slice_error({0, 0}, {1, -1}, {.shrink_axis = 2})), HasSubstr("the stride of a single element is -1"));
  EXPECT_THAT(message_of<ValueError>(slice_error({0, 0}, {}, {.ellipsis = 3})), HasSubstr("two ellipses"));
  EXPECT_THAT(message_of<ValueError>(slice_error({0}, {0}, {})), HasSubstr("stride of axis 0 is 0"));
  EXPECT_THAT(message_of<ShapeError>(slice_error({0}, {1, 1}, {})), HasSubstr("1, 1 and 2 numbers"));
  EXPECT_EQ(
      message_of<ShapeError>([&] {
        gather_nd(x, whole({0, 0}, {2, 1}), 1);
      }),
      "[gather_nd] batch_dims is 1, params f32[1, 3] and indices i32[2, 1]\nhelp: the leading batch_dims axes of both are the same, and indices "
      "has at least one more");
  EXPECT_EQ(
      message_of<ShapeError>([&] {
        ensure_shape(x, {kAnyExtent, 2});
      }),
      "[ensure_shape] Shape of tensor x, f32[1, 3], is not compatible with expected shape [?, 2]\nhelp: reshape it, or look where it got another "
      "shape than the program counts on");
  EXPECT_THAT(message_of<ValueError>([] { ensure_shape(Tensor(), {}); }), HasSubstr("empty handle"));
}

TEST(StatedShapes, BroadcastWithExtentsThatAreNotKnown) {
  const auto together = [](const Ints& a, const Ints& b) {
    const Ints both = broadcast_static_shape(a, b);
    return std::vector<std::int64_t>(both.begin(), both.end());
  };
  EXPECT_THAT(together({2, 1}, {3}), ElementsAre(2, 3));
  EXPECT_THAT(together({}, {3}), ElementsAre(3));
  EXPECT_THAT(together({0}, {1}), ElementsAre(0));
  EXPECT_THAT(together({kAnyExtent, 1}, {3}), ElementsAre(kAnyExtent, 3));
  EXPECT_THAT(together({kAnyExtent, 4}, {5, 1}), ElementsAre(5, 4));
  EXPECT_THAT(together({kAnyExtent}, {1}), ElementsAre(kAnyExtent));
  EXPECT_EQ(
      message_of<ShapeError>([&] {
        together({2, kAnyExtent}, {3, 1});
      }),
      "[broadcast_static_shape] Incompatible shapes for broadcasting: [2, ?] and [3, 1]\nhelp: axes are aligned at the end; they must be equal or 1");
}

TEST(SaturateCast, GivesTheNearestNumberThatFits) {
  const auto cast_to = [](const Tensor& x, DType dtype) { return numbers(saturate_cast(x, dtype)); };
  EXPECT_THAT(cast_to(d({300, -5, 7}, {3}), uint8), ElementsAre(255, 0, 7));
  EXPECT_THAT(cast_to(d({3e9, -3e9}, {2}), int32), ElementsAre(2147483647, -2147483648.0));
  EXPECT_THAT(cast_to(constant(std::vector<float>{3e9f}), int32), ElementsAre(2147483520)) << "the largest float among the integers";
  EXPECT_THAT(cast_to(d({1e20, -1e20}, {2}), int64), ElementsAre(9223372036854774784.0, -9223372036854775808.0));
  EXPECT_THAT(cast_to(d({1e10, -1e10}, {2}), float16), ElementsAre(65504, -65504));
  EXPECT_THAT(cast_to(d({-1e39}, {1}), float32), ElementsAre(-3.4028234663852886e38));
  EXPECT_THAT(cast_to(constant({300, -300, 5}), int8), ElementsAre(127, -128, 5));
  EXPECT_THAT(cast_to(constant(std::vector<std::int64_t>{-1, 1}), uint8), ElementsAre(0, 1));
  EXPECT_THAT(cast_to(constant({100000, -100000}), float16), ElementsAre(65504, -65504));
  EXPECT_THAT(cast_to(cast(constant({200}), uint8), int8), ElementsAre(127));
  EXPECT_THAT(cast_to(complex(d({300}, {1}), d({4}, {1})), uint8), ElementsAre(255)) << "the real part";
  EXPECT_EQ(saturate_cast(kX, complex128).dtype(), complex128);
  EXPECT_EQ(message_of<DTypeError>([] { saturate_cast(kX, bool_); }), "[saturate_cast] f64 to bool\nhelp: a truth value has no bounds: write cast");
  EXPECT_THROW(saturate_cast(constant({true}), float32), DTypeError);
}

TEST(ComposedCounting, HasTensorFlowsValues) {
  EXPECT_THAT(numbers(bincount(whole({1, 2, 1, 0}, {2, 2}), {.minlength = 4, .by_row = true})), ElementsAre(0, 1, 1, 0, 1, 1, 0, 0));
  EXPECT_THAT(numbers(weighted_bincount(constant({1, 2, 1}), d({1, .5, 2}, {3}), {.maxlength = 2})), ElementsAre(0, 3));
  EXPECT_THAT(numbers(bincount(constant({1, 1, 3}), {.binary = true})), ElementsAre(0, 1, 0, 1));
  const Tensor places = searchsorted(d({1, 2, 2, 4}, {4}), d({2}, {1}), true, int64);
  EXPECT_EQ(places.dtype(), int64);
  EXPECT_THAT(numbers(places), ElementsAre(3));
  EXPECT_THAT(numbers(confusion_matrix(constant({0, 1, 2, 1}), constant({0, 2, 2, 1}), {.weights = d({.5, 1, 2, 3}, {4}), .dtype = float64})),
              ElementsAre(.5, 0, 0, 0, 3, 1, 0, 0, 2));
  EXPECT_THAT(numbers(confusion_matrix(whole({0, 1}, {2, 1}), constant({0, 1}), {.classes = 3})), ElementsAre(1, 0, 0, 0, 1, 0, 0, 0, 0));
  EXPECT_THROW(confusion_matrix(constant({0, 3}), constant({0, 1}), {.classes = 2}), IndexError);
  EXPECT_EQ(top_k(kX, 2, int16).indices.dtype(), int16);
  EXPECT_EQ(unique(constant({1, 1}), int64).idx.dtype(), int64);
  EXPECT_EQ(message_of<DTypeError>([] { searchsorted(kX, kX, false, float32); }), "[searchsorted] positions of f32\nhelp: they are i32 or i64");
  EXPECT_THROW(top_k(kX, 1, uint8), DTypeError);
  EXPECT_THROW(unique(constant({1}), int16), DTypeError);
}

std::string text(const Tensor& x, const strings::AsStringOptions& options) {
  const std::vector<std::uint8_t> bytes = strings::as_string(x, options).to_vector<std::uint8_t>();
  return {reinterpret_cast<const char*>(bytes.data())};
}

TEST(AsString, FillsUpAsPrintfDoes) {
  const Tensor x = constant(1.5f), infinity = constant(std::numeric_limits<float>::infinity()), three = constant(-3);
  EXPECT_EQ(text(x, {.width = 10}), "  1.500000");
  EXPECT_EQ(text(x, {.width = 10, .fill = '0'}), "001.500000");
  EXPECT_EQ(text(x, {.width = 10, .fill = '-'}), "1.500000  ");
  EXPECT_EQ(text(x, {.width = 10, .fill = '+'}), " +1.500000");
  EXPECT_EQ(text(x, {.fill = ' '}), " 1.500000");
  EXPECT_EQ(text(x, {.precision = 2, .width = 8, .fill = '0'}), "00001.50");
  EXPECT_EQ(text(constant(1e10f), {.scientific = true, .width = 20, .fill = '0'}), "000000001.000000e+10");
  EXPECT_EQ(text(infinity, {.width = 8, .fill = '0'}), "     inf");
  EXPECT_EQ(text(infinity, {.width = 8, .fill = '+'}), "    +inf");
  EXPECT_EQ(text(three, {.width = 8, .fill = '0'}), "-0000003");
  EXPECT_EQ(text(three, {.width = 8, .fill = '-'}), "-3      ");
  EXPECT_EQ(text(three, {.width = 8, .fill = '#'}), "      -3");
  EXPECT_EQ(text(constant(true), {.width = 8, .fill = '0'}), "true");
  EXPECT_EQ(text(x, {.width = 40}), std::string(32, ' ') + "1.500000") << "longer than texts are otherwise";
  EXPECT_THAT(message_of<ValueError>([&] { text(x, {.fill = 'x'}); }), HasSubstr("Fill argument not supported: 'x'"));
  EXPECT_THAT(message_of<ValueError>([&] { text(x, {.scientific = true, .shortest = true}); }), HasSubstr("both asked for"));
  EXPECT_THAT(message_of<ValueError>([&] { text(three, {.precision = 2}); }), HasSubstr("a precision or an exponent is asked for of i32"));
  EXPECT_THAT(message_of<ValueError>([&] { text(x, {.width = 1 << 20}); }), HasSubstr("width is 1048576"));
}

}  // namespace
}  // namespace whygrad
