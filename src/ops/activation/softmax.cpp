// Softmax and its logarithm.
#include "ops/activation/softmax.hpp"

#include "kernels/softmax.hpp"
#include "ops/core/packed.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"

#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <utility>

namespace whygrad {
namespace internal {
namespace {

constexpr const char* kOneUnit = "for one unit use sigmoid, or give it two; or name the axis that has several elements";
constexpr ZeroGradient kOneWins{ZeroGradient::kNormalizes, "keep logits close together: divide them by a temperature or normalise them", kOneUnit};

// The records work along the last axis.

void infer_softmax(InferContext& c) {
  const InputSpec x = c.input(0);
  if (!is_floating(x.dtype())) refuse_dtype(c, "floating numbers");
  if (x.rank() == 0) c.shape_error("a scalar has no axis to normalise along", "reshape it, or use sigmoid for a single number");
  c.output(x.dtype(), x.shape());
}

// Inputs dy and y.
void infer_softmax_grad(InferContext& c) {
  c.same_dtype(0, 1);
  if (c.input(0).shape() != c.input(1).shape()) c.shape_error("dy and y differ in shape", "the gradient of a value has its shape");
  infer_softmax(c);
}

Tensor last_sum(const Tensor& t) { return reduce_sum(t, -1, true); }

constexpr OpDef kSoftmaxGrad = define_op({
    .name = "softmax_grad",
    .doc = "(dy - sum(dy * y)) * y along the last axis: the gradient of softmax from its output y.",
    .inputs = {{"dy", Differentiable{input(1)}}, {"y", Differentiable{input(0) | input(1)}}},
    .infer = infer_softmax_grad,
    .kernel = [](KernelContext& g) { kernels::softmax_grad(Packed(g.input(1)).view(), Packed(g.input(0)).view(), g.out()); },
    .vjp =
        [](VjpContext& g) {  // for u: softmax_grad(u, y), u (dy - sum(dy y)) - dy sum(u y)
          const Tensor u = g.dy(), y = g.input(1);
          if (g.needs(0)) g.give(0, softmax_grad(u, y));
          if (g.needs(1)) {
            const Tensor dy = g.input(0);
            g.give(1, u * (dy - last_sum(dy * y)) - dy * last_sum(u * y));
          }
        },
    .batch = batch_last_axes,
    .zero = kOneWins,
});

constexpr OpDef kSoftmax = define_op({
    .name = "softmax",
    .doc = "e^x / sum(e^x) along the last axis. dx = (dy - sum(dy * y)) * y.",
    .inputs = {{"logits", Differentiable{output(0)}}},
    .infer = infer_softmax,
    .kernel = [](KernelContext& g) { kernels::softmax(Packed(g.input(0)).view(), g.out()); },
    .vjp = [](VjpContext& g) { g.give(0, softmax_grad(g.dy(), g.output())); },
    .batch = batch_last_axes,
    .zero = {ZeroGradient::kNormalizes,
             "keep logits close together: divide them by a temperature or normalise them; as part of a loss, use a cross-entropy on logits",
             kOneUnit},
    .nonfinite = kMaskedRow,
});

constexpr OpDef kLogSoftmaxGrad = define_op({
    .name = "log_softmax_grad",
    .doc = "dy - e^y * sum(dy) along the last axis: the gradient of log_softmax from its output y.",
    .inputs = {{"dy", Differentiable{input(1)}}, {"y", Differentiable{input(0) | input(1)}}},
    .infer = infer_softmax_grad,
    .kernel = [](KernelContext& g) { kernels::log_softmax_grad(Packed(g.input(1)).view(), Packed(g.input(0)).view(), g.out()); },
    .vjp =
        [](VjpContext& g) {  // for u: u - sum(u e^y), -u e^y sum(dy)
          const Tensor weighted = g.dy() * exp(g.input(1));
          if (g.needs(0)) g.give(0, g.dy() - last_sum(weighted));
          if (g.needs(1)) g.give(1, negative(weighted) * last_sum(g.input(0)));
        },
    .batch = batch_last_axes,
    .zero = kOneWins,
});

constexpr OpDef kLogSoftmax = define_op({
    .name = "log_softmax",
    .doc = "x - log(sum(e^x)) along the last axis. dx = dy - e^y * sum(dy).",
    .inputs = {{"logits", Differentiable{output(0)}}},
    .infer = infer_softmax,
    .kernel = [](KernelContext& g) { kernels::log_softmax(Packed(g.input(0)).view(), g.out()); },
    .vjp = [](VjpContext& g) { g.give(0, log_softmax_grad(g.dy(), g.output())); },
    .batch = batch_last_axes,
    .zero = kOneWins,
    .nonfinite = kMaskedRow,
});

constexpr const OpDef* kOps[] = {&kSoftmax, &kSoftmaxGrad, &kLogSoftmax, &kLogSoftmaxGrad};

// Runs `op`, which works along the last axis, along another axis.
Tensor along(const OpDef& op, const Tensor& x, std::int64_t axis, const Where& where) {
  if (!x.defined() || x.rank() == 0) return apply(op, {&x}, where);
  const int at = normalize_axis(op.name, axis, x.rank()), last = x.rank() - 1;
  if (at == last) return apply(op, {&x}, where);
  Ints swapped;
  for (int i = 0; i < x.rank(); ++i) swapped.push_back(i);
  std::swap(swapped[at], swapped[last]);
  const Tensor moved = transpose(x, swapped, where);
  return transpose(apply(op, {&moved}, where), swapped, where);
}

}  // namespace

OpFamily softmax_ops() { return kOps; }

Tensor softmax_grad(const Tensor& dy, const Tensor& y, Where where) { return apply(kSoftmaxGrad, {&dy, &y}, where); }
Tensor log_softmax_grad(const Tensor& dy, const Tensor& y, Where where) { return apply(kLogSoftmaxGrad, {&dy, &y}, where); }

}  // namespace internal

Tensor nn::softmax(const Tensor& logits, std::int64_t axis, Where where) { return internal::along(internal::kSoftmax, logits, axis, where); }
Tensor nn::log_softmax(const Tensor& logits, std::int64_t axis, Where where) { return internal::along(internal::kLogSoftmax, logits, axis, where); }

}  // namespace whygrad
