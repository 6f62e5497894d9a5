// Powers and roots, and products and quotients with a special rule for 0.
#include "kernels/index.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/elementwise/gradients.hpp"
#include "ops/elementwise/loop_of.hpp"
#include "ops/families.hpp"

#include <fmt/format.h>

namespace whygrad {
namespace internal {
namespace {

using kernels::Binary;
using kernels::Unary;

constexpr OpDef kSquare =
    unary_op<Unary::kSquare>("square", "x^2, elementwise. dx = 2 * dy * x.", Differentiable{input(0)},
                             [](VjpContext& g) { g.give(0, g.dy() * (conj_if_complex(g.input(0)) * 2.0)); },
                             {.zero = {ZeroGradient::kFlat, "start away from 0: a square has no slope there"},
                              .nonfinite = {NonFinite::kOverflow, "scale the data so that squares stay in range, or use abs(x)"}});

// The kernels of sqrt_grad, rsqrt_grad and reciprocal_grad take real numbers only.
void sqrt_vjp(VjpContext& g) {
  const Tensor y = g.output();
  g.give(0, is_complex(y.dtype()) ? g.dy() * 0.5 / conj(y) : sqrt_grad(g.dy(), y));
}
constexpr OpDef kSqrt = unary_op<Unary::kSqrt>(
    "sqrt", "x^(1/2), elementwise. dx = dy / (2 y), 0 where dy is 0.", Differentiable{output(0)}, sqrt_vjp,
    {.nonfinite = {
         .kind = NonFinite::kRootOfZero,
         .remedy = "keep the root away from 0: write sqrt(x + 1e-12)",
         .low = 0,
         .out_of_domain = "a negative number has no root: write sqrt(abs(x) + 1e-12), or make it positive before, with softplus(x) or square(x)"}});

void rsqrt_vjp(VjpContext& g) {
  const Tensor y = g.output();
  g.give(0, is_complex(y.dtype()) ? g.dy() * -0.5 * conj(y * square(y)) : rsqrt_grad(g.dy(), y));
}
constexpr OpDef kRsqrt = unary_op<Unary::kRsqrt>(
    "rsqrt", "x^(-1/2), elementwise. dx = -dy y^3 / 2, 0 where dy is 0.", Differentiable{output(0)}, rsqrt_vjp,
    {.nonfinite = {
         .kind = NonFinite::kRootOfZero,
         .remedy = "keep the root away from 0: write rsqrt(x + 1e-12)",
         .low = 0,
         .out_of_domain = "a negative number has no root: write rsqrt(abs(x) + 1e-12), or make it positive before, with softplus(x) or square(x)"}});

void reciprocal_vjp(VjpContext& g) {
  const Tensor y = g.output();
  g.give(0, is_complex(y.dtype()) ? negative(g.dy()) * conj(square(y)) : reciprocal_grad(g.dy(), y));
}
constexpr OpDef kReciprocal =
    unary_op<Unary::kReciprocal>("reciprocal", "1 / x, elementwise. dx = -dy y^2, 0 where dy is 0.", Differentiable{output(0)}, reciprocal_vjp,
                                 {.nonfinite = {NonFinite::kDivisionByZero, "keep x away from 0: write reciprocal(x + 1e-7)"}});

// log(a), or 0 where no real logarithm exists: pow is not a function of its exponent there.
Tensor safe_log(const Tensor& a) {
  const Tensor has_log = is_complex(a.dtype()) ? a != 0 : a > 0;
  return where(has_log, log(where(has_log, a, 1)), 0);
}

constexpr OpDef kPow = define_op({
    .name = "pow",
    .doc = "a^b, elementwise with broadcasting. da = dy * b * a^(b - 1); db = dy * y * log(a), with 0 for log(a) where a <= 0.",
    .inputs = {{"a", Differentiable{input(0) | input(1)}}, {"b", Differentiable{input(0) | output(0)}}},
    .infer = infer_binary<Binary::kPow>,
    .kernel = run_pow,
    .vjp =
        [](VjpContext& g) {
          if (g.needs(0)) {
            const Tensor a = conj_if_complex(g.input(0)), b = conj_if_complex(g.input(1));
            give_summed(g, 0, g.dy() * (b * pow(a, b - 1)));
          }
          if (g.needs(1)) give_summed(g, 1, g.dy() * (conj_if_complex(g.output()) * safe_log(conj_if_complex(g.input(0)))));
        },
    .batch = batch_elementwise,
    .zero = {ZeroGradient::kFlat, "start away from 0 where the exponent is above 1, and use no exponent of 0"},
    .nonfinite = {.kind = NonFinite::kPower,
                  .remedy = "keep the base above 0: write pow(a + 1e-6, b), or use square, or products for whole exponents",
                  .low = 0,
                  .out_of_domain = "a negative base has powers with whole exponents only: write pow(abs(a) + 1e-6, b)"},
});

// 1 where a is not 0, else 0: the factor a in the gradients of the ops below.
Tensor not_zero(const Tensor& a) { return cast(a != 0, a.dtype()); }

constexpr Differentiable kFromBoth{input(0) | input(1)};

constexpr OpDef kXlogy = define_op({
    .name = "xlogy",
    .doc = "a * log(b), 0 where a is 0, elementwise with broadcasting. da = dy * log(b), db = dy * a / b, both 0 where a is 0.",
    .inputs = {{"a", kFromBoth}, {"b", kFromBoth}},
    .infer = infer_binary<Binary::kXlogy>,
    .kernel = run_binary<Binary::kXlogy>,
    .vjp =
        [](VjpContext& g) {
          if (g.needs(0)) give_summed(g, 0, g.dy() * xlogy(not_zero(g.input(0)), g.input(1)));
          if (g.needs(1)) give_summed(g, 1, g.dy() * xdivy(g.input(0), g.input(1)));
        },
    .batch = batch_elementwise,
    .zero = {ZeroGradient::kZeroFactor, "where a is 0 the product is left out with its gradient; use a * log(b) if it should count"},
    .nonfinite = {NonFinite::kLogOfZero, "keep b away from 0: write xlogy(a, b + 1e-7)"},
});

constexpr OpDef kXlog1py = define_op({
    .name = "xlog1py",
    .doc = "a * log(1 + b), 0 where a is 0, elementwise with broadcasting. da = dy * log(1 + b), db = dy * a / (1 + b), both 0 where a is 0.",
    .inputs = {{"a", kFromBoth}, {"b", kFromBoth}},
    .infer = infer_binary<Binary::kXlog1py>,
    .kernel = run_binary<Binary::kXlog1py>,
    .vjp =
        [](VjpContext& g) {
          if (g.needs(0)) give_summed(g, 0, g.dy() * xlog1py(not_zero(g.input(0)), g.input(1)));
          if (g.needs(1)) give_summed(g, 1, g.dy() * xdivy(g.input(0), g.input(1) + 1));
        },
    .batch = batch_elementwise,
    .zero = {ZeroGradient::kZeroFactor, "where a is 0 the product is left out with its gradient; use a * log1p(b) if it should count"},
    .nonfinite = {NonFinite::kLogOfZero, "keep b away from -1: write xlog1py(a, b + 1e-6)"},
});

constexpr OpDef kXdivy = define_op({
    .name = "xdivy",
    .doc = "a / b, 0 where a is 0, elementwise with broadcasting. da = dy / b, db = -dy * a / b^2, both 0 where a is 0.",
    .inputs = {{"a", kFromBoth}, {"b", kFromBoth}},
    .infer = infer_binary<Binary::kXdivy>,
    .kernel = run_binary<Binary::kXdivy>,
    .vjp =
        [](VjpContext& g) {
          if (g.needs(0)) give_summed(g, 0, g.dy() * xdivy(not_zero(g.input(0)), g.input(1)));
          if (g.needs(1)) give_summed(g, 1, g.dy() * xdivy(negative(g.input(0)), square(g.input(1))));
        },
    .batch = batch_elementwise,
    .zero = {ZeroGradient::kZeroFactor, "where a is 0 the quotient is left out with its gradient; use a / b if it should count"},
    .nonfinite = {NonFinite::kDivisionByZero, "keep b away from 0: write xdivy(a, b + 1e-7)"},
});

constexpr OpDef kMultiplyNoNan = define_op({
    .name = "multiply_no_nan",
    .doc = "a * b, 0 where b is 0 even if a is NaN or Inf, elementwise with broadcasting. da = dy * b, db = dy * a by the same rule.",
    .type = "MulNoNan",
    .inputs = {{"a", Differentiable{input(1)}}, {"b", Differentiable{input(0)}}},
    .infer = infer_binary<Binary::kMultiplyNoNan>,
    .kernel = run_binary<Binary::kMultiplyNoNan>,
    .vjp =
        [](VjpContext& g) {
          if (g.needs(0)) give_summed(g, 0, multiply_no_nan(g.dy(), g.input(1)));
          if (g.needs(1)) give_summed(g, 1, multiply_no_nan(g.input(0), g.dy()));
        },
    .batch = batch_elementwise,
    .zero = {ZeroGradient::kZeroFactor, "where b is 0 nothing is learned through a: keep b away from 0 where it should count"},
    .nonfinite = kLargeFactors,
    .factors = input(0) | input(1),
});

constexpr OpDef kDivideNoNan = define_op({
    .name = "divide_no_nan",
    .doc = "a / b, 0 where b is 0, elementwise with broadcasting. da = dy / b, db = -dy * a / b^2, both 0 where b is 0.",
    .type = "DivNoNan",
    .inputs = {{"a", Differentiable{input(1)}}, {"b", kFromBoth}},
    .infer = infer_binary<Binary::kDivideNoNan>,
    .kernel = run_binary<Binary::kDivideNoNan>,
    .vjp =
        [](VjpContext& g) {
          if (g.needs(0)) give_summed(g, 0, divide_no_nan(g.dy(), g.input(1)));
          if (g.needs(1)) give_summed(g, 1, g.dy() * divide_no_nan(divide_no_nan(negative(g.input(0)), g.input(1)), g.input(1)));
        },
    .batch = batch_elementwise,
    .zero = {ZeroGradient::kZeroFactor,
             "where b is 0 the quotient is left out with its gradient: nothing is learned from it; write a / (b + 1e-7) if it should count"},
    .nonfinite = {NonFinite::kDivisionByZero, "keep b away from 0: write a / (b + 1e-7)"},
    .in_metrics = true,
});

constexpr const OpDef* kOps[] = {&kSquare, &kSqrt, &kRsqrt, &kReciprocal, &kPow, &kXlogy, &kXlog1py, &kXdivy, &kMultiplyNoNan, &kDivideNoNan};

}  // namespace

OpFamily power_ops() { return kOps; }

void run_pow(KernelContext& g) {
  const Tensor& b = g.input(1);
  if (is_integer(b.dtype())) {
    if (const std::int64_t exponent = kernels::integer_range(g.in(1)).smallest; exponent < 0) {
      throw ValueError(g.op().name, fmt::format("an integer to the power of {} is no integer", exponent),
                       "keep exponents at 0 or above, or cast both to float32");
    }
  }
  run_binary<Binary::kPow>(g);
}

}  // namespace internal

using namespace internal;

Tensor square(const Tensor& x, Where where) { return apply(kSquare, {&x}, where); }
Tensor sqrt(const Tensor& x, Where where) { return apply(kSqrt, {&x}, where); }
Tensor rsqrt(const Tensor& x, Where where) { return apply(kRsqrt, {&x}, where); }
Tensor reciprocal(const Tensor& x, Where where) { return apply(kReciprocal, {&x}, where); }
Tensor pow(const Operand& a, const Operand& b, Where where) { return apply_binary(kPow, a, b, where); }
Tensor xlogy(const Operand& a, const Operand& b, Where where) { return apply_binary(kXlogy, a, b, where); }
Tensor xlog1py(const Operand& a, const Operand& b, Where where) { return apply_binary(kXlog1py, a, b, where); }
Tensor xdivy(const Operand& a, const Operand& b, Where where) { return apply_binary(kXdivy, a, b, where); }
Tensor multiply_no_nan(const Operand& a, const Operand& b, Where where) { return apply_binary(kMultiplyNoNan, a, b, where); }
Tensor divide_no_nan(const Operand& a, const Operand& b, Where where) { return apply_binary(kDivideNoNan, a, b, where); }

}  // namespace whygrad
