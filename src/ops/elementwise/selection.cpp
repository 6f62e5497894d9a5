// Selection and conversion: where, clip_by_value, cast.
#include "kernels/movement.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/elementwise/loop_of.hpp"
#include "ops/families.hpp"

#include <fmt/format.h>

namespace whygrad {
namespace internal {
namespace {

constexpr OpDef kWhere = define_op({
    .name = "where",
    .doc = "a where cond is true, else b, elementwise with broadcasting. da = dy where cond is true, else 0; db = dy - da.",
    .type = "SelectV2",
    .inputs = {{"cond",
                NotDifferentiable{
                    "a condition only chooses between the two values; moving what it was computed from a little does not change the choice",
                    "to learn the choice, weigh both values with a probability, such as p = sigmoid(margin): p * a + (1 - p) * b"},
                Role::kCondition},
               {"a", Differentiable{input(0)}},
               {"b", Differentiable{input(0)}}},
    .infer =
        [](InferContext& c) {
          if (c.input(0).dtype() != DType::kBool) c.dtype_error("a condition is bool", "write a comparison, such as x > 0, or cast(cond, bool_)");
          c.same_dtype(1, 2);
          c.output(c.input(1).dtype(), broadcast_shape(c, broadcast_shape(c, c.input(0).shape(), c.input(1).shape()), c.input(2).shape()));
        },
    .kernel = run_select,
    .vjp =
        [](VjpContext& g) {
          if (g.needs(1)) give_summed(g, 1, where(g.input(0), g.dy(), 0));
          if (g.needs(2)) give_summed(g, 2, where(g.input(0), 0, g.dy()));
        },
    .batch = batch_elementwise,
    .zero = {ZeroGradient::kMasks, "let the condition choose this value where it should learn: the value that is not chosen gets no gradient"},
});

constexpr Differentiable kFromAll{input(0) | input(1) | input(2)};

constexpr OpDef kClipByValue = define_op({
    .name = "clip_by_value",
    .doc =
        "max(min(x, high), low), elementwise; low and high broadcast to x. dx = dy where low <= x <= high, else 0; the bound that was taken gets dy.",
    .type = "Maximum",  // the last of the two ops that TensorFlow composes it of
    .inputs = {{"x", kFromAll}, {"low", kFromAll}, {"high", kFromAll}},
    .infer =
        [](InferContext& c) {
          const InputSpec x = c.input(0);
          c.same_dtype(0, 1);
          c.same_dtype(0, 2);
          if (x.dtype() == DType::kBool || is_complex(x.dtype())) refuse_dtype(c, "real numbers");
          for (int i = 1; i < 3; ++i) {
            if (broadcast_shape(c, x.shape(), c.input(i).shape()) != x.shape()) {
              c.shape_error(fmt::format("{} is larger than x", input_def(c.op(), i).name),
                            "the bounds broadcast to x; use minimum and maximum to grow x");
            }
          }
          c.output(x.dtype(), x.shape());
        },
    .kernel =
        [](KernelContext& g) {
          const Shape& shape = g.output().shape();
          kernels::clip(g.in(0), broadcast(g.input(1), shape), broadcast(g.input(2), shape), g.out());
        },
    .vjp =
        [](VjpContext& g) {
          // As max(min(x, high), low): both comparisons are false for a NaN, so its dy goes to a bound.
          const Tensor x = g.input(0), low = g.input(1), high = g.input(2);
          const Tensor above_low = minimum(x, high) >= low;
          const Tensor lowered_dy = where(above_low, g.dy(), 0);
          const Tensor below_high = x <= high;
          if (g.needs(0)) g.give(0, where(below_high, lowered_dy, 0));
          if (g.needs(1)) give_summed(g, 1, where(above_low, 0, g.dy()));
          if (g.needs(2)) give_summed(g, 2, where(below_high, 0, lowered_dy));
        },
    .batch = batch_onto_first,
    .zero = {ZeroGradient::kClips, "widen the bounds, or let the gradient pass with x + stop_gradient(clip_by_value(x, low, high) - x)"},
});

struct CastAttrs {
  DType dtype;
};

constexpr OpDef kCast = define_op({
    .name = "cast",
    .doc = "x as another dtype, elementwise. dx = dy, cast back; nothing flows through integers and bool.",
    .inputs = {{"x", Differentiable{}}},
    .attrs = {attr<&CastAttrs::dtype>("dtype", "of the result")},
    .infer = [](InferContext& c) { c.output(c.attrs<CastAttrs>().dtype, c.input(0).shape()); },
    .kernel = [](KernelContext& g) { kernels::cast(g.in(0), g.out()); },
    .vjp = [](VjpContext& g) { g.give(0, cast(g.dy(), g.input_dtype(0))); },
    .batch = batch_elementwise,
    .nonfinite = {NonFinite::kOverflow, "scale the numbers into the range of the narrower type, 65,504 for float16, or use bfloat16"},
    .in_metrics = true,
});

constexpr const OpDef* kOps[] = {&kWhere, &kClipByValue, &kCast};

}  // namespace

OpFamily selection_ops() { return kOps; }

void run_select(KernelContext& g) {
  const Shape& shape = g.output().shape();
  kernels::select(broadcast(g.input(0), shape), broadcast(g.input(1), shape), broadcast(g.input(2), shape), g.out());
}

}  // namespace internal

using namespace internal;

Tensor where(const Tensor& cond, const Operand& a, const Operand& b, Where where) {
  if (a.is_number() && b.is_number()) {
    throw ValueError("where", "both values are bare numbers", "a number takes the type of a tensor; make one of the two a constant");
  }
  const Tensor& typed = a.is_number() ? b.tensor() : a.tensor();
  if (!typed.defined()) return apply(kWhere, {&cond, &typed, &typed}, where);
  const Tensor a_tensor = to_tensor(a, typed.dtype(), kWhere, where), b_tensor = to_tensor(b, typed.dtype(), kWhere, where);
  return apply(kWhere, {&cond, &a_tensor, &b_tensor}, where);
}

Tensor clip_by_value(const Tensor& x, const Operand& low, const Operand& high, Where where) {
  if (!x.defined()) return apply(kClipByValue, {&x, &x, &x}, where);
  const Tensor low_tensor = to_tensor(low, x.dtype(), kClipByValue, where), high_tensor = to_tensor(high, x.dtype(), kClipByValue, where);
  return apply(kClipByValue, {&x, &low_tensor, &high_tensor}, where);
}

Tensor cast(const Tensor& x, DType dtype, Where where) {
  if (x.defined() && x.dtype() == dtype) return x;
  return apply(kCast, {&x}, where, CastAttrs{dtype});
}

}  // namespace whygrad
