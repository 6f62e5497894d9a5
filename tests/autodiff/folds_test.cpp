// Areas: map_fn, foldl, foldr, scan. The values are TensorFlow 2.21's.
#include "autodiff/tape_test.hpp"

#include <whygrad/autodiff/folds.hpp>

namespace whygrad::testing {
namespace {

using Tensors = std::vector<Tensor>;

Tensor row(const std::vector<float>& values) { return constant(values); }

Tensors difference(const Tensors& accumulated, const Tensors& part) { return {accumulated[0] - part[0]}; }

TEST(Folds, GoFromTheLeftOrTheRight) {
  const Tensors x = {row({1, 2, 4})};
  EXPECT_EQ(f(foldl(difference, x)[0]), -5);
  EXPECT_EQ(f(foldr(difference, x)[0]), 1);
  EXPECT_EQ(f(foldl(difference, x, {c(10)})[0]), 3);
  EXPECT_EQ(f(foldr(difference, {zeros({0})}, {c(10)})[0]), 10) << "of no parts, the initial value";
}

TEST(Folds, AccumulateSeveralValuesOverSeveralTensors) {
  const auto step = [](const Tensors& a, const Tensors& part) { return Tensors{a[0] + part[0] * part[1], a[1] * part[1]}; };
  const Tensors result = foldl(step, {row({1, 2}), row({3, 5})}, {c(0), c(1)});
  EXPECT_EQ(f(result[0]), 13);
  EXPECT_EQ(f(result[1]), 15);
}

TEST(Folds, HaveTheGradientsOfTheirSteps) {
  const Variable x(row({2, 3, 5}));
  GradientTape tape({.persistent = true});
  const Tensor product = foldl([](const Tensors& a, const Tensors& part) { return Tensors{a[0] * part[0]}; }, {x})[0];
  const Tensor running = scan([](const Tensors& a, const Tensors& part) { return Tensors{a[0] * part[0]}; }, {x})[0];
  const Tensor squares = map_fn([](const Tensor& part) { return part * part; }, x);
  EXPECT_THAT(fs(tape.gradient(product, x)), ElementsAre(15, 10, 6));
  EXPECT_THAT(fs(tape.gradient(running, x)), ElementsAre(1 + 3 + 15, 2 + 10, 6));
  EXPECT_THAT(fs(tape.gradient(squares, x)), ElementsAre(4, 6, 10));
}

TEST(Scan, StacksWhatAFoldGoesThrough) {
  const Tensors x = {row({1, 2, 4})};
  EXPECT_THAT(fs(scan(difference, x)[0]), ElementsAre(1, -1, -5));
  EXPECT_THAT(fs(scan(difference, x, {c(10)})[0]), ElementsAre(9, 7, 3));
  EXPECT_THAT(fs(scan(difference, x, {}, {.reverse = true})[0]), ElementsAre(1, 2, 4));
  EXPECT_THAT(fs(scan(difference, x, {c(10)}, {.reverse = true})[0]), ElementsAre(3, 4, 6));
  EXPECT_EQ(scan(difference, {zeros({0})}, {ones({2})})[0].shape(), Shape({0, 2}));
}

TEST(MapFn, StacksTheResults) {
  EXPECT_THAT(fs(map_fn([](const Tensor& part) { return reduce_sum(part); }, constant(std::vector<float>{1, 2, 3, 4}, Shape{2, 2}))),
              ElementsAre(3, 7));
  const Tensors two = map_fn([](const Tensors& part) { return Tensors{part[0] + part[1], part[1]}; }, {row({1, 2}), row({3, 5})});
  EXPECT_THAT(fs(two[0]), ElementsAre(4, 7));
  EXPECT_THAT(fs(two[1]), ElementsAre(3, 5));
}

TEST(Folds, SayWhatTheyCannotWalk) {
  EXPECT_EQ(message_of<ValueError>([] { foldl(difference, {}); }), "[foldl] elems holds no tensor\nhelp: give at least one to go along");
  EXPECT_EQ(message_of<ValueError>([] { foldr(difference, {Tensor()}); }),
            "[foldr] elems holds an empty handle\nhelp: pass tensors that hold a value");
  EXPECT_EQ(message_of<ShapeError>([] { scan(difference, {c(1)}); }),
            "[scan] elems must have at least one axis to go along, and one is f32[]\nhelp: give tensors of rank 1 or more");
  EXPECT_EQ(message_of<ShapeError>([] {
              foldl(difference, {row({1}), row({1, 2})});
            }),
            "[foldl] elems have first axes of 1 and 2\nhelp: all need the same length");
  EXPECT_EQ(message_of<ValueError>([] { foldl(difference, {zeros({0})}); }),
            "[foldl] elems has no parts and there is no initial value\nhelp: give one of them");
  EXPECT_EQ(message_of<ValueError>([] { scan(difference, {row({1})}, {Tensor()}); }),
            "[scan] the initial value is an empty handle\nhelp: pass a tensor that holds a value");
  EXPECT_EQ(message_of<ValueError>([] { map_fn([](const Tensor& part) { return part; }, zeros({0})); }),
            "[map_fn] elems has no parts to map over\nhelp: give at least one");
}

TEST(Folds, SayWhatAFunctionDoesNotGive) {
  const auto gives = [](const Tensors& values) { return [values](const Tensors&, const Tensors&) { return values; }; };
  EXPECT_EQ(message_of<ValueError>([&] {
              foldl(gives({}), {row({1, 2})});
            }),
            "[foldl] the function gave 0 values, and 1 are wanted\nhelp: return one value for each that is accumulated, in their order");
  EXPECT_EQ(message_of<ValueError>([&] {
              scan(gives({Tensor()}), {row({1, 2})});
            }),
            "[scan] the function gave an empty handle\nhelp: return tensors that hold a value");
  EXPECT_THAT(message_of<ShapeError>([&] { scan(gives({row({1, 2})}), {row({1, 2})}); }), HasSubstr("[stack]"));
  EXPECT_THAT(message_of<ValueError>([] {
                std::size_t calls = 0;
                map_fn([&](const Tensors& part) { return Tensors(++calls, part[0]); }, {row({1, 2})});
              }),
              HasSubstr("[map_fn] the function gave 2 values, and 1 are wanted"));
}

}  // namespace
}  // namespace whygrad::testing
