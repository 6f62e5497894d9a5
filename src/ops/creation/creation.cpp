// Tensors of regular content: zeros, ones, constants, ranges, identity matrices.
#include "kernels/layout.hpp"
#include "kernels/movement.hpp"
#include "ops/core/batch.hpp"
#include "ops/core/context.hpp"
#include "ops/families.hpp"

#include <whygrad/ops/creation.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <complex>

namespace whygrad {
namespace internal {
namespace {

// One element of any dtype.
using Element = std::complex<double>;

struct FillAttrs {
  Shape shape;
  Number value = 0.0;
  DType dtype;
};
// For an op that computes its numbers itself.
struct PlainAttrs {
  Shape shape;
  DType dtype;
};

template <class Attrs>
void infer_fill(InferContext& c) {
  c.output(c.attrs<Attrs>().dtype, c.attrs<Attrs>().shape);
}
void fill_with(const KernelContext& g, const Number& value) {
  Element element;
  value.store(g.output().dtype(), &element, g.op().name);
  kernels::fill(g.out(), &element);
}
template <int Value>
void run_plain(KernelContext& g) {
  fill_with(g, Value);
}

constexpr OpDef kZeros = define_op({
    .name = "zeros",
    .doc = "A tensor of zeros.",
    .attrs = {attr<&PlainAttrs::shape>("shape", "extents"), attr<&PlainAttrs::dtype>("dtype", "element type")},
    .infer = infer_fill<PlainAttrs>,
    .kernel = run_plain<0>,
    .source = true,
});
constexpr OpDef kOnes = define_op({
    .name = "ones",
    .doc = "A tensor of ones.",
    .attrs = {attr<&PlainAttrs::shape>("shape", "extents"), attr<&PlainAttrs::dtype>("dtype", "element type")},
    .infer = infer_fill<PlainAttrs>,
    .kernel = run_plain<1>,
    .source = true,
});
constexpr OpDef kFill = define_op({
    .name = "fill",
    .doc = "A tensor in which every element is `value`.",
    .attrs = {attr<&FillAttrs::shape>("shape", "extents"), attr<&FillAttrs::value>("value", "what every element is", Attr::kResolved),
              attr<&FillAttrs::dtype>("dtype", "element type")},
    .infer = infer_fill<FillAttrs>,
    .kernel = [](KernelContext& g) { fill_with(g, g.attrs<FillAttrs>().value); },
    .source = true,
});

constexpr NotDifferentiable kOnlyTheShape = {"it takes the shape and dtype of its input, not its values",
                                             "compute with the input itself where its values should matter"};

void infer_like(InferContext& c) { c.output(c.input(0).dtype(), c.input(0).shape()); }
constexpr OpDef kZerosLike = define_op({
    .name = "zeros_like",
    .doc = "Zeros of the shape and dtype of x.",
    .inputs = {{"x", kOnlyTheShape, Role::kShape}},
    .infer = infer_like,
    .kernel = run_plain<0>,
    .batch = batch_last_axes,
});
constexpr OpDef kOnesLike = define_op({
    .name = "ones_like",
    .doc = "Ones of the shape and dtype of x.",
    .inputs = {{"x", kOnlyTheShape, Role::kShape}},
    .infer = infer_like,
    .kernel = run_plain<1>,
    .batch = batch_last_axes,
});

struct RangeAttrs {
  Number start = 0.0, delta = 1.0;
  std::int64_t count = 0;
  DType dtype;
};

constexpr OpDef kRange = define_op({
    .name = "range",
    .doc = "start + i * delta for i in [0, count).",
    .attrs = {attr<&RangeAttrs::count>("count", "number of elements"), attr<&RangeAttrs::dtype>("dtype", "element type"),
              attr<&RangeAttrs::start>("start", "the first number"), attr<&RangeAttrs::delta>("delta", "the step from each number to the next")},
    .infer =
        [](InferContext& c) {
          const auto& a = c.attrs<RangeAttrs>();
          if (a.dtype == DType::kBool || is_complex(a.dtype))
            c.dtype_error(fmt::format("a range of {}", name_of(a.dtype)), "a range is of integers or floating numbers; cast it afterwards");
          c.output(a.dtype, {a.count});
        },
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<RangeAttrs>();
          Element start, delta;
          a.start.store(a.dtype, &start, g.op().name);
          a.delta.store(a.dtype, &delta, g.op().name);
          kernels::range(g.out(), &start, &delta);
        },
    .source = true,
});

struct LinspaceAttrs {
  double start, stop;
  std::int64_t count = 0;
  DType dtype;
};

constexpr OpDef kLinspace = define_op({
    .name = "linspace",
    .doc = "`count` numbers at equal distances from start to stop, both included.",
    .type = "LinSpace",
    .attrs = {attr<&LinspaceAttrs::start>("start", "first number"), attr<&LinspaceAttrs::stop>("stop", "last number"),
              attr<&LinspaceAttrs::count>("count", "how many"), attr<&LinspaceAttrs::dtype>("dtype", "element type")},
    .infer =
        [](InferContext& c) {
          const auto& a = c.attrs<LinspaceAttrs>();
          if (a.count < 0) c.value_error(fmt::format("count is {}", a.count), "a count is 0 or more");
          if (!is_floating(a.dtype)) c.dtype_error(fmt::format("{} is no floating type", name_of(a.dtype)), "use range for integers");
          c.output(a.dtype, {a.count});
        },
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<LinspaceAttrs>();
          const Tensor wide = make_tensor(float64, {a.count});  // so that a narrow type rounds each number once
          const double step = a.count == 1 ? 0 : (a.stop - a.start) / static_cast<double>(a.count - 1);
          kernels::range(view_of(wide), &a.start, &step);
          if (a.count > 1) kernels::fill(kernels::Layout::part(view_of(wide), 0, a.count - 1, 1), &a.stop);
          kernels::cast(view_of(wide), g.out());
        },
    .source = true,
});

constexpr OpDef kEye = define_op({
    .name = "eye",
    .doc = "[rows, columns]: ones on the diagonal, zeros elsewhere.",
    .attrs = {attr<&PlainAttrs::shape>("shape", "rows and columns"), attr<&PlainAttrs::dtype>("dtype", "element type")},
    .infer =
        [](InferContext& c) {
          const auto& a = c.attrs<PlainAttrs>();
          if (a.shape.rank() != 2) c.shape_error(fmt::format("shape is {}", a.shape.to_string()), "give two numbers: rows and columns");
          infer_fill<PlainAttrs>(c);
        },
    .kernel =
        [](KernelContext& g) {
          fill_with(g, 0);
          Element one;
          Number(1).store(g.output().dtype(), &one, g.op().name);
          kernels::fill(kernels::Layout::diagonal(g.out()), &one);
        },
    .source = true,
});

constexpr const OpDef* kOps[] = {&kEye, &kFill, &kLinspace, &kOnes, &kOnesLike, &kRange, &kZeros, &kZerosLike};

[[noreturn]] void refuse_range(const Number& start, const Number& limit, const Number& delta, const char* what, const char* help) {
  const auto text = [](const Number& n) { return n.is_whole() ? fmt::format("{}", n.whole()) : fmt::format("{}", n.real()); };
  throw ValueError("range", fmt::format("{} (start is {}, limit {}, delta {})", what, text(start), text(limit), text(delta)), help);
}

// The number of steps from start to limit in the arithmetic of the result's type, whose rounding decides whether `limit` is reached.
template <class T>
double float_steps(const Number& start, const Number& limit, const Number& delta) {
  const auto rounded = [](double x) { return static_cast<float>(T(static_cast<float>(x))); };
  const float distance = rounded(static_cast<double>(rounded(limit.real()) - rounded(start.real())));
  return static_cast<double>(rounded(static_cast<double>(distance / rounded(delta.real()))));
}
double steps_between(const Number& start, const Number& limit, const Number& delta, DType dtype) {
  switch (dtype) {
    case DType::kF16: return float_steps<Half>(start, limit, delta);
    case DType::kBF16: return float_steps<BFloat16>(start, limit, delta);
    case DType::kF32: return float_steps<float>(start, limit, delta);
    default: return (limit.real() - start.real()) / delta.real();
  }
}

std::int64_t range_count(const Number& start, const Number& limit, const Number& delta, DType dtype) {
  const char* const kFinite = "delta must not be 0, and all three must be finite";
  const char* const kDirection = "the numbers go up for a positive delta and down for a negative one";
  if (is_integer(dtype) && start.is_whole() && limit.is_whole() && delta.is_whole()) {
    if (delta.whole() == 0) refuse_range(start, limit, delta, "delta is 0", kFinite);
    const bool up = Number::less(0, delta);
    if (up ? Number::less(limit, start) : Number::less(start, limit)) {
      refuse_range(start, limit, delta, "delta leads away from limit", kDirection);
    }
    // Unsigned, so that it can hold every distance between two integers.
    const auto from = static_cast<std::uint64_t>(up ? start.whole() : limit.whole()),
               to = static_cast<std::uint64_t>(up ? limit.whole() : start.whole());
    const std::uint64_t step = up ? static_cast<std::uint64_t>(delta.whole()) : std::uint64_t{0} - static_cast<std::uint64_t>(delta.whole());
    const std::uint64_t count = (to - from) / step + ((to - from) % step != 0 ? 1 : 0);
    if (count >> 62 != 0) refuse_range(start, limit, delta, "the numbers are too many to be counted", "use larger steps");
    return static_cast<std::int64_t>(count);
  }
  const double steps = steps_between(start, limit, delta, dtype);
  if (!std::isfinite(steps) || steps > 0x1p62) refuse_range(start, limit, delta, "no count of numbers leads from start to limit", kFinite);
  if (steps < 0) refuse_range(start, limit, delta, "delta leads away from limit", kDirection);
  return static_cast<std::int64_t>(std::ceil(steps));
}

}  // namespace

std::span<const OpDef* const> creation_ops() { return kOps; }

}  // namespace internal

Tensor zeros(const Shape& shape, DType dtype, Where where) { return apply(internal::kZeros, {}, where, internal::PlainAttrs{shape, dtype}); }
Tensor ones(const Shape& shape, DType dtype, Where where) { return apply(internal::kOnes, {}, where, internal::PlainAttrs{shape, dtype}); }
Tensor fill(const Shape& shape, const Number& value, Where where) { return fill(shape, value, value.dtype(), where); }
Tensor fill(const Shape& shape, const Number& value, DType dtype, Where where) {
  return apply(internal::kFill, {}, where, internal::FillAttrs{shape, value, dtype});
}
Tensor zeros_like(const Tensor& x, Where where) { return apply(internal::kZerosLike, {&x}, where); }
Tensor ones_like(const Tensor& x, Where where) { return apply(internal::kOnesLike, {&x}, where); }

Tensor range(const Number& limit, Where where) { return range(0, limit, 1, limit.dtype(), where); }
Tensor range(const Number& start, const Number& limit, const Number& delta, Where where) {
  return range(start, limit, delta, std::max({start.dtype(), limit.dtype(), delta.dtype()}), where);
}
Tensor range(const Number& start, const Number& limit, const Number& delta, DType dtype, Where where) {
  if (!is_integer(dtype) && !is_floating(dtype)) {
    throw DTypeError("range", fmt::format("{} numbers cannot be counted through", name_of(dtype)), "use an integer or a floating type");
  }
  return apply(internal::kRange, {}, where, internal::RangeAttrs{start, delta, internal::range_count(start, limit, delta, dtype), dtype});
}

Tensor linspace(double start, double stop, std::int64_t count, DType dtype, Where where) {
  return apply(internal::kLinspace, {}, where, internal::LinspaceAttrs{start, stop, count, dtype});
}

Tensor eye(std::int64_t rows, std::int64_t columns, DType dtype, Where where) {
  return apply(internal::kEye, {}, where, internal::PlainAttrs{{rows, columns}, dtype});
}
Tensor eye(std::int64_t rows, Where where) { return eye(rows, rows, float32, where); }

}  // namespace whygrad
