// Reductions of several loops: log of a sum of exponentials, Euclidean norm, variance.
#include "kernels/elementwise.hpp"
#include "kernels/movement.hpp"
#include "ops/core/defined.hpp"
#include "ops/core/events.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"
#include "ops/reduce/reduce.hpp"

#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

namespace whygrad {
namespace internal {
namespace {

using kernels::Binary;
using kernels::Reduce;
using kernels::Unary;

void infer_floating_reduce(InferContext& c) {
  const auto& attrs = c.attrs<ReduceAttrs>();
  const InputSpec x = c.input(0);
  if (!is_floating(x.dtype())) refuse_dtype(c, "floating numbers");
  c.output(x.dtype(), folded_shape(x.shape(), attrs.axes, attrs.keepdims));
}

// log(sum(e^(x - m))) + m, where m is the largest x, or 0 where that is not finite.
void run_logsumexp(KernelContext& g) {
  const Tensor& x = g.input(0);
  const std::uint32_t axes = g.attrs<ReduceAttrs>().axes;
  const Shape kept = folded_shape(x.shape(), axes, true);

  const Tensor largest = make_tensor(x.dtype(), kept), finite = make_tensor(DType::kBool, kept), zero = internal::filled_scalar(x.dtype(), 0);
  const kernels::View m = view_of(largest);
  kernels::reduce(Reduce::kMax, g.in(0), axes, m);
  kernels::unary(Unary::kIsFinite, m, view_of(finite));
  kernels::select(view_of(finite), m, broadcast(zero, kept), m);

  const Tensor terms = make_tensor(x.dtype(), x.shape());
  kernels::binary(Binary::kSubtract, g.in(0), broadcast(largest, x.shape()), view_of(terms));
  kernels::unary(Unary::kExp, view_of(terms), view_of(terms));

  const kernels::Layout result = kernels::Layout::reshape(g.out(), kept.extents());  // with the folded axes
  const kernels::View out = result;
  kernels::reduce(Reduce::kSum, view_of(terms), axes, out);
  kernels::unary(Unary::kLog, out, out);
  kernels::binary(Binary::kAdd, out, m, out);
}

// e^(x - y) sums to 1 only as far as y is exact, which is a few digits for a large y. Dividing by the actual sum corrects that, and the shift
// cancels.
void logsumexp_vjp(VjpContext& g) {
  const Tensor y = stop_gradient(with_folded_axes(g, g.output()));
  const Tensor e = exp(g.input(0) - where(is_finite(y), y, zeros_like(y)));
  const Tensor sum = reduce_sum(e, Ints(std::span<const std::int64_t>(g.attrs<ReduceAttrs>().axes)), true);
  g.give(0, with_folded_axes(g, g.dy()) * (e / sum));
}

constexpr OpDef kReduceLogsumexp = define_op({
    .name = "reduce_logsumexp",
    .doc = "log(sum(e^x)) over axes, without overflow. dx = dy * e^x / sum(e^x).",
    .type = "Log",  // the last op of those that TensorFlow composes it of
    .inputs = {{"x", Differentiable{input(0) | output(0)}}},
    .attrs = {kAxesAttr, kKeepdimsAttr},
    .infer = infer_floating_reduce,
    .kernel = run_logsumexp,
    .vjp = logsumexp_vjp,
    .batch = batch_reduce,
    .zero = {ZeroGradient::kSaturates, "keep the elements close together: divide them by a temperature or normalise them"},
    .nonfinite = {.kind = NonFinite::kLogOfZero, .remedy = kEmptyRow, .inf_is_mask = true},
});

constexpr OpDef kReduceEuclideanNorm = define_op({
    .name = "reduce_euclidean_norm",
    .doc = "sqrt(sum(x^2)) over axes. dx = x / (y / dy).",
    .type = "EuclideanNorm",
    .inputs = {{"x", Differentiable{input(0) | output(0)}}},
    .attrs = {kAxesAttr, kKeepdimsAttr},
    .infer =
        [](InferContext& c) {
          const auto& attrs = c.attrs<ReduceAttrs>();
          const InputSpec x = c.input(0);
          if (x.dtype() == DType::kBool) refuse_dtype(c, "numbers");
          c.output(x.dtype(), folded_shape(x.shape(), attrs.axes, attrs.keepdims));
        },
    .kernel =
        [](KernelContext& g) {
          const DType own = g.input(0).dtype();
          const bool whole = is_integer(own);
          const Tensor squares = make_tensor(whole ? DType::kF64 : own, g.input(0).shape());
          const Tensor wide = whole ? make_tensor(DType::kF64, g.output().shape()) : Tensor();
          const kernels::View x = whole ? view_of(squares) : g.in(0), y = whole ? view_of(wide) : g.out();
          if (whole) kernels::cast(g.in(0), x);
          if (is_complex(own)) {
            kernels::unary(Unary::kConj, x, view_of(squares));
            kernels::binary(Binary::kMultiply, x, view_of(squares), view_of(squares));
          } else {
            kernels::unary(Unary::kSquare, x, view_of(squares));
          }
          kernels::reduce(Reduce::kSum, view_of(squares), g.attrs<ReduceAttrs>().axes, y);
          kernels::unary(Unary::kSqrt, y, y);
          if (whole) kernels::cast(y, g.out());  // truncated
        },
    .vjp = [](VjpContext& g) { g.give(0, g.input(0) / with_folded_axes(g, g.output() / g.dy())); },
    // dx is written as TensorFlow writes it, which does not look linear in dy.
    .jvp =
        [](JvpContext& g) {
          const auto& attrs = g.attrs<ReduceAttrs>();
          const Tensor product = multiply(conj_if_complex(g.input(0)), g.tangent(0));
          g.give(0, reduce_sum(product, Ints(std::span<const std::int64_t>(attrs.axes)), attrs.keepdims) / g.output());
        },
    .batch = batch_reduce,
    .nonfinite = {NonFinite::kRootOfZero, "keep the norm away from 0: write sqrt(reduce_sum(square(x)) + 1e-12)"},
});

constexpr const OpDef* kOps[] = {&kReduceLogsumexp, &kReduceEuclideanNorm};

void require_floating(const char* op, const Tensor& x) {
  require_defined(op, x);
  if (!is_floating(x.dtype()) && !is_complex(x.dtype())) {
    throw DTypeError(op, fmt::format("{} has no meaning here (x is {})", name_of(x.dtype()), x.signature()), "write cast(x, float32)");
  }
}

}  // namespace

OpFamily composite_reduce_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor reduce_logsumexp(const Tensor& x, Axes axes, bool keepdims, Where where) { return apply_reduce(kReduceLogsumexp, x, axes, keepdims, where); }
Tensor reduce_euclidean_norm(const Tensor& x, Axes axes, bool keepdims, Where where) {
  return apply_reduce(kReduceEuclideanNorm, x, axes, keepdims, where);
}

Tensor reduce_variance(const Tensor& x, Axes axes, bool keepdims, Where where) {
  require_floating("reduce_variance", x);
  const Tensor mean = reduce_mean(x, axes, true, where);
  if (!is_complex(x.dtype())) return reduce_mean(squared_difference(x, mean, where), axes, keepdims, where);
  const Tensor distance = subtract(x, mean, where);
  return reduce_mean(real(multiply(conj(distance, where), distance, where), where), axes, keepdims, where);
}

Tensor reduce_std(const Tensor& x, Axes axes, bool keepdims, Where where) {
  require_floating("reduce_std", x);
  return sqrt(reduce_variance(x, axes, keepdims, where), where);
}

}  // namespace whygrad
