// Ops along one axis: positions of extremes, running sums and products.
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"
#include "ops/reduce/reduce.hpp"

#include <fmt/format.h>

namespace whygrad {
namespace internal {
namespace {

using kernels::Cumulative;

// The axis along which the op works. Throws IndexError if there is none.
template <class Attrs>
int axis_in(const OpContext& c) {
  return normalize_axis(c.op().name, c.attrs<Attrs>().axis, c.input(0).rank());
}

template <class Attrs>
void batch_along(BatchContext& c) {
  Attrs attrs = c.attrs<Attrs>();
  attrs.axis = behind_rows(attrs.axis);
  c.give_call({c.input(0)}, attrs);
}

// ---- Positions ----

struct ArgAttrs {
  std::int64_t axis = 0;
  DType output_dtype = DType::kI64;
};

void infer_arg(InferContext& c) {
  const auto& attrs = c.attrs<ArgAttrs>();
  const InputSpec x = c.input(0);
  if (is_complex(x.dtype())) refuse_dtype(c, "real numbers or truth values");
  if (attrs.output_dtype != DType::kI64 && attrs.output_dtype != DType::kI32 && signed_of(attrs.output_dtype) != DType::kI16) {
    c.dtype_error(fmt::format("positions of type {}", name_of(attrs.output_dtype)), "output_dtype is int64, int32, int16 or uint16");
  }
  const int axis = axis_in<ArgAttrs>(c);
  if (x.shape()[axis] == 0) c.shape_error(fmt::format("axis {} is empty, so nothing stands at any position", axis), "give at least one element");
  c.output(attrs.output_dtype, folded_shape(x.shape(), std::uint32_t{1} << axis, false));
}
template <bool Largest>
void run_arg(KernelContext& g) {
  kernels::arg_reduce(Largest, g.in(0), axis_in<ArgAttrs>(g), g.out());
}

constexpr OpDef kArgmax = define_op({
    .name = "argmax",
    .doc = "The position of the largest element along an axis, the first of equal ones: x [m, n] along axis 1 gives [m].",
    .type = "ArgMax",
    .inputs = {{"x",
                NotDifferentiable{
                    "argmax gives a position; a position does not move when its input moves a little, so it has no derivative",
                    "train on a loss of the values, such as sparse_softmax_cross_entropy_with_logits(labels, logits), and keep argmax for the "
                    "metric; reduce_max gives the largest value and carries a gradient"}}},
    .attrs = {attr<&ArgAttrs::axis>("axis", "that is searched"), attr<&ArgAttrs::output_dtype>("output_type", "int64 or int32")},
    .infer = infer_arg,
    .kernel = run_arg<true>,
    .batch = batch_along<ArgAttrs>,
    .in_metrics = true,
});

constexpr OpDef kArgmin = define_op({
    .name = "argmin",
    .doc = "The position of the smallest element along an axis, the first of equal ones: x [m, n] along axis 1 gives [m].",
    .type = "ArgMin",
    .inputs = {{"x",
                NotDifferentiable{
                    "argmin gives a position; a position does not move when its input moves a little, so it has no derivative",
                    "train on a loss of the values and keep argmin for the metric; reduce_min gives the smallest value and carries a gradient"}}},
    .attrs = {attr<&ArgAttrs::axis>("axis", "that is searched"), attr<&ArgAttrs::output_dtype>("output_type", "int64 or int32")},
    .infer = infer_arg,
    .kernel = run_arg<false>,
    .batch = batch_along<ArgAttrs>,
    .in_metrics = true,
});

// ---- Running sums and products ----

struct CumulativeAttrs {
  std::int64_t axis = 0;
  bool exclusive = false;
  bool reverse = false;
};
constexpr AttrDef kAxis = attr<&CumulativeAttrs::axis>("axis", "along which the result runs");
constexpr AttrDef kExclusive = attr<&CumulativeAttrs::exclusive>("exclusive", "whether each result leaves out its own element");
constexpr AttrDef kReverse = attr<&CumulativeAttrs::reverse>("reverse", "whether it runs from the end");

void infer_cumulative(InferContext& c) {
  if (c.input(0).dtype() == DType::kBool) refuse_dtype(c, "numbers");
  axis_in<CumulativeAttrs>(c);
  c.output(c.input(0).dtype(), c.input(0).shape());
}
template <Cumulative Op>
void run_cumulative(KernelContext& g) {
  const auto& attrs = g.attrs<CumulativeAttrs>();
  kernels::cumulative(Op, g.in(0), axis_in<CumulativeAttrs>(g), attrs.exclusive, attrs.reverse, g.out());
}

// The running sum of t in the opposite direction.
Tensor cumsum_back(const VjpContext& g, const Tensor& t) {
  const auto& attrs = g.attrs<CumulativeAttrs>();
  return cumsum(t, attrs.axis, {.exclusive = attrs.exclusive, .reverse = !attrs.reverse});
}

constexpr OpDef kCumsum = define_op({
    .name = "cumsum",
    .doc = "The running sum along an axis, of x's shape. dx: the running sum of dy in the other direction.",
    .inputs = {{"x", Differentiable{}}},
    .attrs = {kAxis, kExclusive, kReverse},
    .infer = infer_cumulative,
    .kernel = run_cumulative<Cumulative::kSum>,
    .vjp = [](VjpContext& g) { g.give(0, cumsum_back(g, g.dy())); },
    .batch = batch_along<CumulativeAttrs>,
});

constexpr OpDef kCumprod = define_op({
    .name = "cumprod",
    .doc = "The running product along an axis, of x's shape. dx = (running sum of dy * y in the other direction) / x, 0 where x is 0.",
    .inputs = {{"x", Differentiable{input(0) | output(0)}}},
    .attrs = {kAxis, kExclusive, kReverse},
    .infer = infer_cumulative,
    .kernel = run_cumulative<Cumulative::kProd>,
    .vjp =
        [](VjpContext& g) {
          const Tensor x = conj_if_complex(g.input(0)), sum = cumsum_back(g, g.dy() * conj_if_complex(g.output()));
          // TensorFlow's rule at 0, which it applies to complex numbers too.
          g.give(0, is_complex(x.dtype()) ? where(x == 0, 0, sum / where(x == 0, 1, x)) : divide_no_nan(sum, x));
        },
    .batch = batch_along<CumulativeAttrs>,
    .zero = {ZeroGradient::kZeroFactor, "keep factors away from 0, or add their logarithms with cumsum"},
    .nonfinite = {NonFinite::kOverflow, "add logarithms with cumsum instead of multiplying"},
});

constexpr const OpDef* kOps[] = {&kArgmax, &kArgmin, &kCumsum, &kCumprod};

}  // namespace

OpFamily along_axis_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor argmax(const Tensor& x, std::int64_t axis, DType output_dtype, Where where) {
  return apply(kArgmax, {&x}, where, ArgAttrs{axis, output_dtype});
}
Tensor argmin(const Tensor& x, std::int64_t axis, DType output_dtype, Where where) {
  return apply(kArgmin, {&x}, where, ArgAttrs{axis, output_dtype});
}
Tensor cumsum(const Tensor& x, std::int64_t axis, CumulativeOptions options, Where where) {
  return apply(kCumsum, {&x}, where, CumulativeAttrs{axis, options.exclusive, options.reverse});
}
Tensor cumprod(const Tensor& x, std::int64_t axis, CumulativeOptions options, Where where) {
  return apply(kCumprod, {&x}, where, CumulativeAttrs{axis, options.exclusive, options.reverse});
}

}  // namespace whygrad
