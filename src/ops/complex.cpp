// Complex numbers: construction and parts. The gradient of a real function of a complex x is dy times the conjugate of its derivative, as in
// TensorFlow.
#include <whygrad/ops/complex.hpp>

#include "kernels/movement.hpp"
#include "ops/core/events.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"

#include <whygrad/ops/creation.hpp>

#include <numbers>

namespace whygrad {
namespace internal {
namespace {

using kernels::Binary;
using kernels::Layout;
using kernels::Unary;

DType part_dtype(DType dtype) { return dtype == DType::kC64 ? DType::kF32 : DType::kF64; }

void check_complex(const InferContext& c) {
  if (!is_complex(c.input(0).dtype())) refuse_dtype(c, "complex numbers");
}

constexpr OpDef kComplex = define_op({
    .name = "complex",
    .doc = "re + i im, elementwise with broadcasting; f32 give c64, f64 c128. dre = real(dy), dim = imag(dy).",
    .inputs = {{"re", Differentiable{}}, {"im", Differentiable{}}},
    .infer =
        [](InferContext& c) {
          c.same_dtype(0, 1);
          const DType dtype = c.input(0).dtype();
          if (dtype != DType::kF32 && dtype != DType::kF64) refuse_dtype(c, "float32 or float64");
          c.output(dtype == DType::kF32 ? DType::kC64 : DType::kC128, broadcast_shape(c, c.input(0).shape(), c.input(1).shape()));
        },
    .kernel =
        [](KernelContext& g) {
          for (int part = 0; part < 2; ++part) {
            kernels::copy(broadcast(g.input(part), g.output().shape()), Layout::component(g.out(), part));
          }
        },
    .vjp =
        [](VjpContext& g) {
          if (g.needs(0)) give_summed(g, 0, real(g.dy()));
          if (g.needs(1)) give_summed(g, 1, imag(g.dy()));
        },
    .batch = batch_elementwise,
});

constexpr OpDef kReal = unary_op<Unary::kReal>("real", "The real part, elementwise; complex. dx = dy.", Differentiable{},
                                               [](VjpContext& g) { g.give(0, complex(g.dy(), zeros_for_gradient(g.dy().dtype(), g.dy().shape()))); });

constexpr OpDef kImag = unary_op<Unary::kImag>("imag", "The imaginary part, elementwise; complex. dx = i * dy.", Differentiable{},
                                               [](VjpContext& g) { g.give(0, complex(zeros_for_gradient(g.dy().dtype(), g.dy().shape()), g.dy())); });

constexpr OpDef kConj = unary_op<Unary::kConj>("conj", "The complex conjugate, elementwise. dx = conj(dy).", Differentiable{},
                                               [](VjpContext& g) { g.give(0, conj(g.dy())); });

constexpr OpDef kComplexAbs = define_op({
    .name = "complex_abs",
    .doc = "The magnitude of complex x, elementwise; real. dx = dy * x / |x|, 0 where x is 0.",
    .inputs = {{"x", Differentiable{input(0)}}},
    .infer =
        [](InferContext& c) {
          check_complex(c);
          infer_unary<Unary::kAbs>(c);
        },
    .kernel = run_unary<Unary::kAbs>,
    .vjp =
        [](VjpContext& g) {
          const Tensor x = g.input(0);
          g.give(0, cast(divide_no_nan(g.dy(), abs(x)), x.dtype()) * x);
        },
    .batch = batch_elementwise,
    .zero = {ZeroGradient::kFlat, "start away from 0, where a magnitude has no direction and its gradient is taken as 0"},
});

constexpr OpDef kAngle = define_op({
    .name = "angle",
    .doc = "The angle of complex x in (-pi, pi], elementwise; real. dx = -dy / (imag(x) + i * real(x)), not finite where x is 0.",
    .inputs = {{"x", Differentiable{input(0)}}},
    .infer =
        [](InferContext& c) {
          check_complex(c);
          c.output(part_dtype(c.input(0).dtype()), c.input(0).shape());
        },
    .kernel = [](KernelContext& g) { kernels::binary(Binary::kAtan2, Layout::component(g.in(0), 1), Layout::component(g.in(0), 0), g.out()); },
    .vjp =
        [](VjpContext& g) {
          // Computed for each part: in a product of complex numbers an infinite part would make the other one NaN.
          const Tensor x = g.input(0), turned = reciprocal(complex(imag(x), real(x))), dy = negative(g.dy());
          g.give(0, complex(dy * real(turned), dy * imag(turned)));
        },
    .batch = batch_elementwise,
    .nonfinite = {NonFinite::kDivisionByZero,
                  "keep x away from 0, where it has no angle: put a small number in its place with where(x == 0, eps, x)"},
});

constexpr const OpDef* kOps[] = {&kComplex, &kReal, &kImag, &kConj, &kComplexAbs, &kAngle};

// Whether `x` may have two parts. An empty handle counts, so that the op refuses it.
bool is_complex_or_empty(const Tensor& x) { return !x.defined() || is_complex(x.dtype()); }

}  // namespace

OpFamily complex_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor complex(const Tensor& re, const Tensor& im, Where where) { return apply(kComplex, {&re, &im}, where); }
Tensor real(const Tensor& x, Where where) { return is_complex_or_empty(x) ? apply(kReal, {&x}, where) : x; }
Tensor imag(const Tensor& x, Where where) { return is_complex_or_empty(x) ? apply(kImag, {&x}, where) : zeros_like(x, where); }
Tensor conj(const Tensor& x, Where where) { return is_complex_or_empty(x) ? apply(kConj, {&x}, where) : x; }
Tensor complex_abs(const Tensor& x, Where where) { return apply(kComplexAbs, {&x}, where); }
Tensor angle(const Tensor& x, Where where) {
  if (is_complex_or_empty(x)) return apply(kAngle, {&x}, where);
  return whygrad::where(less(x, 0, where), multiply(ones_like(x, where), std::numbers::pi, where), zeros_like(x, where), where);
}

}  // namespace whygrad
