// Arithmetic: sums, products, quotients, extremes, signs.
#include "kernels/movement.hpp"
#include "ops/core/events.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"

#include <whygrad/ops/complex.hpp>

#include <fmt/format.h>

#include <vector>

namespace whygrad {
namespace internal {
namespace {

using kernels::Binary;
using kernels::Unary;

constexpr OpDef kAdd = define_op({
    .name = "add",
    .doc = "a + b, elementwise with broadcasting. da = dy, db = dy.",
    .type = "AddV2",
    .inputs = {{"a", Differentiable{}}, {"b", Differentiable{}}},
    .infer = infer_binary<Binary::kAdd>,
    .kernel = run_binary<Binary::kAdd>,
    .vjp =
        [](VjpContext& g) {
          for (int i = 0; i < 2; ++i) {
            if (g.needs(i)) give_summed(g, i, g.dy());
          }
        },
    .batch = batch_elementwise,
    .in_metrics = true,
});

constexpr OpDef kSubtract = define_op({
    .name = "subtract",
    .doc = "a - b, elementwise with broadcasting. da = dy, db = -dy.",
    .type = "Sub",
    .inputs = {{"a", Differentiable{}}, {"b", Differentiable{}}},
    .infer = infer_binary<Binary::kSubtract>,
    .kernel = run_binary<Binary::kSubtract>,
    .vjp =
        [](VjpContext& g) {
          if (g.needs(0)) give_summed(g, 0, g.dy());
          if (g.needs(1)) g.give(1, negative(sum_to(g.dy(), g.input_shape(1))));
        },
    .batch = batch_elementwise,
    .in_metrics = true,
});

constexpr OpDef kMultiply = define_op({
    .name = "multiply",
    .doc = "a * b, elementwise with broadcasting. da = dy * b, db = dy * a.",
    .type = "Mul",
    .inputs = {{"a", Differentiable{input(1)}}, {"b", Differentiable{input(0)}}},
    .infer = infer_binary<Binary::kMultiply>,
    .kernel = run_binary<Binary::kMultiply>,
    .vjp =
        [](VjpContext& g) {
          for (int i = 0; i < 2; ++i) {
            if (g.needs(i)) give_summed(g, i, g.dy() * conj_if_complex(g.input(1 - i)));
          }
        },
    .batch = batch_elementwise,
    .zero = {ZeroGradient::kZeroFactor,
             "look at the factor that is 0: no gradient passes it; start gates and scales at another number, and mask only what nothing is to learn "
             "from"},
    .nonfinite = kLargeFactors,
    .factors = input(0) | input(1),
    .in_metrics = true,
});

constexpr OpDef kDivide = define_op({
    .name = "divide",
    .doc = "a / b, elementwise with broadcasting; floating and complex. da = dy / b, db = -dy * a / b^2.",
    .type = "RealDiv",
    .inputs = {{"a", Differentiable{input(1)}}, {"b", Differentiable{input(0) | input(1)}}},
    .infer =
        [](InferContext& c) {
          c.same_dtype(0, 1);
          const DType dtype = c.input(0).dtype();
          if (!is_differentiable(dtype)) {
            c.dtype_error(fmt::format("a quotient of {} is not {}", name_of(dtype), name_of(dtype)),
                          "write cast(a, float32) / cast(b, float32) for the quotient, or floordiv(a, b) for its integer part");
          }
          infer_binary<Binary::kDivide>(c);
        },
    .kernel = run_binary<Binary::kDivide>,
    .vjp =
        [](VjpContext& g) {
          if (g.needs(0)) give_summed(g, 0, g.dy() / conj_if_complex(g.input(1)));
          if (g.needs(1)) {
            // Divided twice, since b * b may overflow.
            const Tensor b = conj_if_complex(g.input(1));
            give_summed(g, 1, g.dy() * (negative(conj_if_complex(g.input(0))) / b / b));
          }
        },
    .batch = batch_elementwise,
    .nonfinite = {NonFinite::kDivisionByZero, "keep the divisor away from 0: write a / (b + 1e-7)"},
    .in_metrics = true,
});

template <Binary Op>
void run_integer_division(KernelContext& g) {
  if (is_integer(g.input(1).dtype()) && kernels::contains_zero(g.in(1))) {
    throw ValueError(g.op().name, "an integer is divided by 0",
                     "keep zeros out of the divisor, for instance with maximum(b, 1), or cast both to float32");
  }
  run_binary<Op>(g);
}

constexpr NotDifferentiable kSteps{
    "the quotient is rounded down, so that it moves in steps: between them its derivative is 0 and nothing can be learned through it",
    "divide with a / b, or round after the loss"};

constexpr NonFinite kZeroDivisor{NonFinite::kDivisionByZero, "keep zeros out of the divisor: write floormod(a, where(b == 0, 1, b))"};

constexpr OpDef kFloorDiv = define_op({
    .name = "floordiv",
    .doc = "floor(a / b), elementwise with broadcasting.",
    .type = "FloorDiv",
    .inputs = {{"a", kSteps}, {"b", kSteps}},
    .infer = infer_binary<Binary::kFloorDiv>,
    .kernel = run_integer_division<Binary::kFloorDiv>,
    .batch = batch_elementwise,
    .nonfinite = kZeroDivisor,
});

constexpr OpDef kFloorMod = define_op({
    .name = "floormod",
    .doc = "a - floor(a / b) * b, with the sign of b, elementwise with broadcasting. da = dy, db = -dy * floor(a / b).",
    .type = "FloorMod",
    .inputs = {{"a", Differentiable{}}, {"b", Differentiable{input(0) | input(1)}}},
    .infer = infer_binary<Binary::kFloorMod>,
    .kernel = run_integer_division<Binary::kFloorMod>,
    .vjp =
        [](VjpContext& g) {
          if (g.needs(0)) give_summed(g, 0, g.dy());
          if (g.needs(1)) give_summed(g, 1, g.dy() * negative(floordiv(g.input(0), g.input(1))));
        },
    .batch = batch_elementwise,
    .nonfinite = kZeroDivisor,
});

// Gives dy to the chosen operand; `first` is true where that is `a`.
void give_to_chosen(VjpContext& g, const Tensor& first) {
  if (g.needs(0)) give_summed(g, 0, where(first, g.dy(), 0.0));
  if (g.needs(1)) give_summed(g, 1, where(first, 0.0, g.dy()));
}

constexpr Differentiable kFromBoth{input(0) | input(1)};

constexpr OpDef kMaximum = define_op({
    .name = "maximum",
    .doc = "The larger of a and b, elementwise with broadcasting. da = dy where a >= b, else 0; db = dy - da.",
    .inputs = {{"a", kFromBoth}, {"b", kFromBoth}},
    .infer = infer_binary<Binary::kMaximum>,
    .kernel = run_binary<Binary::kMaximum>,
    .vjp = [](VjpContext& g) { give_to_chosen(g, g.input(0) >= g.input(1)); },
    .batch = batch_elementwise,
    .zero = {ZeroGradient::kClips,
             "where the bound wins nothing is learned: let some slope past it, with bound + leaky_relu(x - bound) in place of maximum(x, bound)"},
});

constexpr OpDef kMinimum = define_op({
    .name = "minimum",
    .doc = "The smaller of a and b, elementwise with broadcasting. da = dy where a <= b, else 0; db = dy - da.",
    .inputs = {{"a", kFromBoth}, {"b", kFromBoth}},
    .infer = infer_binary<Binary::kMinimum>,
    .kernel = run_binary<Binary::kMinimum>,
    .vjp = [](VjpContext& g) { give_to_chosen(g, g.input(0) <= g.input(1)); },
    .batch = batch_elementwise,
    .zero = {ZeroGradient::kClips,
             "where the bound wins nothing is learned: let some slope past it, with bound - leaky_relu(bound - x) in place of minimum(x, bound)"},
});

constexpr OpDef kSquaredDifference = define_op({
    .name = "squared_difference",
    .doc = "(a - b)^2, elementwise with broadcasting; complex: |a - b|^2. da = 2 * dy * (a - b), db = -da.",
    .inputs = {{"a", kFromBoth}, {"b", kFromBoth}},
    .infer = infer_binary<Binary::kSquaredDifference>,
    .kernel = run_binary<Binary::kSquaredDifference>,
    .vjp =
        [](VjpContext& g) {
          // The result of complex operands is real, whatever its dtype.
          const Tensor dy = is_complex(g.dy().dtype()) ? cast(real(g.dy()), g.dy().dtype()) : g.dy();
          const Tensor da = dy * 2.0 * (g.input(0) - g.input(1));
          if (g.needs(0)) give_summed(g, 0, da);
          if (g.needs(1)) g.give(1, negative(sum_to(da, g.input_shape(1))));
        },
    .batch = batch_elementwise,
    .zero = {ZeroGradient::kFlat, "start where a and b differ: a square has its lowest point, and no slope, where they are equal"},
    .nonfinite = {NonFinite::kOverflow, "scale the data so that differences stay small, or use abs(a - b)"},
});

constexpr OpDef kNegative = unary_op<Unary::kNegative>("negative", "-x, elementwise. dx = -dy.", Differentiable{},
                                                       [](VjpContext& g) { g.give(0, negative(g.dy())); }, {.type = "Neg", .in_metrics = true});

constexpr OpDef kAbs = define_op({
    .name = "abs",
    .doc = "|x|, elementwise. dx = dy * sign(x).",
    .inputs = {{"x", Differentiable{input(0)}}},
    .infer =
        [](InferContext& c) {
          if (is_complex(c.input(0).dtype())) c.dtype_error("a complex magnitude is another op", "use complex_abs(x)");
          infer_unary<Unary::kAbs>(c);
        },
    .kernel = run_unary<Unary::kAbs>,
    .vjp = [](VjpContext& g) { g.give(0, g.dy() * sign(g.input(0))); },
    .batch = batch_elementwise,
    .zero = {ZeroGradient::kFlat, "start away from 0, where abs has no slope to follow"},
});

// A complex sign rotates with x: dx is the part of dy perpendicular to y, divided by |x|.
void sign_vjp(VjpContext& g) {
  const DType dtype = g.input_dtype(0);
  if (!is_complex(dtype)) return g.give(0, zeros_for_gradient(dtype, g.input_shape(0)));
  const Tensor x = g.input(0), y = sign(x);
  const Tensor across = g.dy() - y * cast(real(conj(y) * g.dy()), dtype);
  g.give(0, across * cast(divide_no_nan(1.0, abs(x)), dtype));
}
constexpr OpDef kSign = unary_op<Unary::kSign>(
    "sign", "-1, 0 or 1, elementwise; complex: x / |x|, or 0. dx = 0 for real x.", Differentiable{input(0)}, sign_vjp,
    {.zero = {ZeroGradient::kFlat, "to let the gradient pass as if sign were the identity, write x + stop_gradient(sign(x) - x); or use tanh(x)"}});

constexpr OpDef kAddN = define_op({
    .name = "add_n",
    .doc = "The sum of tensors of one shape and dtype. Every input gets dy.",
    .inputs = {{"inputs", Differentiable{}}},
    .variadic = true,
    .infer =
        [](InferContext& c) {
          const InputSpec first = c.input(0);
          for (int i = 1; i < c.input_count(); ++i) {
            c.same_dtype(0, i);
            if (c.input(i).shape() != first.shape()) {
              c.shape_error(fmt::format("input {} is {} and the first is {}", i, c.input(i).shape().to_string(), first.shape().to_string()),
                            "all inputs need one shape; use a + b where they should broadcast");
            }
          }
          if (!kernels::supports(Binary::kAdd, first.dtype())) refuse_dtype(c, "numbers");
          c.output(first.dtype(), first.shape());
        },
    .kernel =
        [](KernelContext& g) {
          if (g.input_count() == 1) return kernels::copy(g.in(0), g.out());
          kernels::binary(Binary::kAdd, g.in(0), g.in(1), g.out());
          for (int i = 2; i < g.input_count(); ++i) kernels::binary(Binary::kAdd, g.out(), g.in(i), g.out());
        },
    .vjp =
        [](VjpContext& g) {
          for (int i = 0; i < g.input_count(); ++i) {
            if (g.needs(i)) g.give(i, g.dy());
          }
        },
    .batch = batch_last_axes,
});

constexpr const OpDef* kOps[] = {&kAdd,     &kSubtract,          &kMultiply, &kDivide, &kFloorDiv, &kFloorMod, &kMaximum,
                                 &kMinimum, &kSquaredDifference, &kNegative, &kAbs,    &kSign,     &kAddN};

}  // namespace

OpFamily arithmetic_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor add(const Operand& a, const Operand& b, Where where) { return apply_binary(kAdd, a, b, where); }
Tensor subtract(const Operand& a, const Operand& b, Where where) { return apply_binary(kSubtract, a, b, where); }
Tensor multiply(const Operand& a, const Operand& b, Where where) { return apply_binary(kMultiply, a, b, where); }
Tensor divide(const Operand& a, const Operand& b, Where where) { return apply_binary(kDivide, a, b, where); }
Tensor floordiv(const Operand& a, const Operand& b, Where where) { return apply_binary(kFloorDiv, a, b, where); }
Tensor floormod(const Operand& a, const Operand& b, Where where) { return apply_binary(kFloorMod, a, b, where); }
Tensor maximum(const Operand& a, const Operand& b, Where where) { return apply_binary(kMaximum, a, b, where); }
Tensor minimum(const Operand& a, const Operand& b, Where where) { return apply_binary(kMinimum, a, b, where); }
Tensor squared_difference(const Operand& a, const Operand& b, Where where) { return apply_binary(kSquaredDifference, a, b, where); }
Tensor negative(const Tensor& x, Where where) { return apply(kNegative, {&x}, where); }
Tensor abs(const Tensor& x, Where where) { return x.defined() && is_complex(x.dtype()) ? complex_abs(x, where) : apply(kAbs, {&x}, where); }
Tensor sign(const Tensor& x, Where where) { return apply(kSign, {&x}, where); }

Tensor add_n(std::span<const Tensor> inputs, Where where) {
  std::vector<const Tensor*> pointers(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) pointers[i] = &inputs[i];
  Tensor sum;
  apply(kAddN, pointers, nullptr, 0, where, {&sum, 1});
  return sum;
}

}  // namespace whygrad
