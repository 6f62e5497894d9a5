// Reductions: sum, mean, product, extremes, any, all.
#include "ops/reduce/reduce.hpp"

#include "ops/elementwise/elementwise.hpp"
#include "ops/elementwise/loop_of.hpp"
#include "ops/families.hpp"

#include <whygrad/ops/shape.hpp>

#include <optional>
#include <utility>

namespace whygrad {
namespace internal {
namespace {

using kernels::Reduce;

template <Reduce Op>
void infer_reduce(InferContext& c) {
  const auto& attrs = c.attrs<ReduceAttrs>();
  const InputSpec x = c.input(0);
  if (!kernels::supports(Op, x.dtype()))
    refuse_dtype(c, kernels::supports(Op, DType::kBool) ? "bool" : kernels::supports(Op, DType::kC64) ? "numbers" : "real numbers");
  c.output(x.dtype(), folded_shape(x.shape(), attrs.axes, attrs.keepdims));
}

template <Reduce Op>
void run_reduce(KernelContext& g) {
  kernels::reduce(Op, g.in(0), g.attrs<ReduceAttrs>().axes, g.out());
}

template <Reduce Op>
consteval OpDef reduce_op(const char* name, const char* doc, GradientAnswer x, void (*vjp)(VjpContext&), OpNotes notes) {
  return define_op({
      .name = name,
      .doc = doc,
      .type = notes.type,
      .inputs = {{"x", x}},
      .attrs = {kAxesAttr, kKeepdimsAttr},
      .infer = infer_reduce<Op>,
      .kernel = run_reduce<Op>,
      .vjp = vjp,
      .batch = batch_reduce,
      .zero = notes.zero,
      .nonfinite = notes.nonfinite,
      .in_metrics = notes.in_metrics,
  });
}

void sum_vjp(VjpContext& g) { g.give(0, broadcast_to(with_folded_axes(g, g.dy()), g.input_shape(0))); }
constexpr OpDef kReduceSum =
    reduce_op<Reduce::kSum>("reduce_sum", "The sum over axes. dx = dy, repeated.", Differentiable{}, sum_vjp, {.type = "Sum", .in_metrics = true});

void mean_vjp(VjpContext& g) {
  const auto count = static_cast<double>(folded_count(g.input_shape(0), g.attrs<ReduceAttrs>().axes));
  g.give(0, broadcast_to(with_folded_axes(g, g.dy() / count), g.input_shape(0)));
}
constexpr OpDef kReduceMean = reduce_op<Reduce::kMean>(
    "reduce_mean", "The mean of n elements, over axes. dx = dy / n, repeated.", Differentiable{}, mean_vjp,
    {.type = "Mean",
     .nonfinite = {NonFinite::kEmptyMean, "the mean of no elements is NaN: look why none is left, and leave such batches out"},
     .in_metrics = true});

// For each element the product of all others in its reduction: of those before it and those after it, with the reduced axes merged.
Tensor product_of_others(const Tensor& x, std::uint32_t axes) {
  Ints kept_first, back;
  for (const bool folded : {false, true}) {
    for (int i = 0; i < x.rank(); ++i) {
      if (((axes >> i & 1) != 0) == folded) kept_first.push_back(i);
    }
  }
  for (int i = 0; i < x.rank(); ++i) back.push_back(0);
  for (int i = 0; i < x.rank(); ++i) back[static_cast<int>(kept_first[i])] = i;
  const Tensor moved = transpose(x, kept_first);
  const std::int64_t count = folded_count(x.shape(), axes);
  const Tensor rows = reshape(moved, {count == 0 ? 0 : x.size() / count, count});
  const Tensor others = cumprod(rows, 1, {.exclusive = true}) * cumprod(rows, 1, {.exclusive = true, .reverse = true});
  return transpose(reshape(others, moved.shape()), back);
}
void prod_vjp(VjpContext& g) {
  const Tensor others = product_of_others(conj_if_complex(g.input(0)), g.attrs<ReduceAttrs>().axes);
  g.give(0, with_folded_axes(g, g.dy()) * others);
}
constexpr OpDef kReduceProd = reduce_op<Reduce::kProd>(
    "reduce_prod", "The product over axes. dx = dy times the product of all other elements.", Differentiable{input(0)}, prod_vjp,
    {.type = "Prod",
     .zero = {ZeroGradient::kZeroFactor, "keep factors away from 0, or add their logarithms instead"},
     .nonfinite = {NonFinite::kOverflow, "add logarithms instead of multiplying"}});

void extreme_vjp(VjpContext& g) {
  const Tensor chosen = cast(with_folded_axes(g, g.output()) == g.input(0), g.input_dtype(0));
  const Tensor ties = reduce_sum(chosen, Ints(std::span<const std::int64_t>(g.attrs<ReduceAttrs>().axes)), true);
  g.give(0, chosen / ties * with_folded_axes(g, g.dy()));
}
constexpr OpDef kReduceMax = reduce_op<Reduce::kMax>(
    "reduce_max", "The largest element over axes. dx = dy at the largest; equal ones share it in equal parts.", Differentiable{input(0) | output(0)},
    extreme_vjp,
    {.type = "Max", .zero = {ZeroGradient::kFlat, "only the largest element learns; let all learn with reduce_logsumexp(x) or reduce_mean(x)"}});
constexpr OpDef kReduceMin = reduce_op<Reduce::kMin>(
    "reduce_min", "The smallest element over axes. dx = dy at the smallest; equal ones share it in equal parts.",
    Differentiable{input(0) | output(0)}, extreme_vjp,
    {.type = "Min", .zero = {ZeroGradient::kFlat, "only the smallest element learns; let all learn with -reduce_logsumexp(-x) or reduce_mean(x)"}});

constexpr NotDifferentiable kTruth{
    "the result is one truth value made of many; it does not move when what they were computed from moves a little",
    "put a smooth measure into the loss, such as the mean of sigmoid(margin), and keep this for metrics and conditions"};
constexpr OpDef kReduceAny =
    reduce_op<Reduce::kAny>("reduce_any", "Whether any element over axes is true; bool.", kTruth, nullptr, {.type = "Any", .in_metrics = true});
constexpr OpDef kReduceAll =
    reduce_op<Reduce::kAll>("reduce_all", "Whether all elements over axes are true; bool.", kTruth, nullptr, {.type = "All", .in_metrics = true});

constexpr const OpDef* kOps[] = {&kReduceSum, &kReduceMean, &kReduceProd, &kReduceMax, &kReduceMin, &kReduceAny, &kReduceAll};

}  // namespace

OpFamily reduce_ops() { return kOps; }

std::optional<Reduce> fold_of(const OpDef& op) {
  constexpr std::pair<const OpDef*, Reduce> kFolds[] = {{&kReduceSum, Reduce::kSum},
                                                        {&kReduceMean, Reduce::kMean},
                                                        {&kReduceProd, Reduce::kProd},
                                                        {&kReduceMax, Reduce::kMax},
                                                        {&kReduceMin, Reduce::kMin}};
  for (const auto& [record, fold] : kFolds) {
    if (record == &op) return fold;
  }
  return std::nullopt;
}

}  // namespace internal

using namespace internal;

Tensor reduce_sum(const Tensor& x, Axes axes, bool keepdims, Where where) { return apply_reduce(kReduceSum, x, axes, keepdims, where); }
Tensor reduce_mean(const Tensor& x, Axes axes, bool keepdims, Where where) { return apply_reduce(kReduceMean, x, axes, keepdims, where); }
Tensor reduce_prod(const Tensor& x, Axes axes, bool keepdims, Where where) { return apply_reduce(kReduceProd, x, axes, keepdims, where); }
Tensor reduce_max(const Tensor& x, Axes axes, bool keepdims, Where where) { return apply_reduce(kReduceMax, x, axes, keepdims, where); }
Tensor reduce_min(const Tensor& x, Axes axes, bool keepdims, Where where) { return apply_reduce(kReduceMin, x, axes, keepdims, where); }
Tensor reduce_any(const Tensor& x, Axes axes, bool keepdims, Where where) { return apply_reduce(kReduceAny, x, axes, keepdims, where); }
Tensor reduce_all(const Tensor& x, Axes axes, bool keepdims, Where where) { return apply_reduce(kReduceAll, x, axes, keepdims, where); }

}  // namespace whygrad
