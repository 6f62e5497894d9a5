// The largest, the smallest and the product of parts that bear one id.
#include "kernels/movement.hpp"
#include "ops/core/defined.hpp"
#include "ops/core/packed.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"
#include "ops/index/index.hpp"
#include "ops/index/segment.hpp"

#include <whygrad/ops/index.hpp>
#include <whygrad/ops/segment.hpp>
#include <whygrad/ops/shape_ops.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace whygrad {
namespace internal {
namespace {

enum class Reduce { kMax, kMin, kProd };

void infer_segments(InferContext& c) {
  if (!is_floating(c.input(0).dtype()) && !is_integer(c.input(0).dtype())) refuse_dtype(c, "real numbers");
  c.output(c.input(0).dtype(), segments_shape(c));
}

// What an id that no part bears gets: the smallest or largest finite number of the result's dtype, or 1.
template <class T>
T start_of(Reduce how, DType dtype) {
  if (how == Reduce::kProd) return 1;
  const auto bound = [&]() -> T {
    switch (dtype) {
      case DType::kF16: return static_cast<T>(65504);
      case DType::kBF16: return static_cast<T>(3.3895313892515355e38);
      case DType::kF32: return static_cast<T>(std::numeric_limits<float>::max());
      case DType::kU8: return static_cast<T>(how == Reduce::kMax ? 0 : 255);
      case DType::kI8: return static_cast<T>(127);
      case DType::kI16: return static_cast<T>(32767);
      case DType::kI32: return static_cast<T>(std::numeric_limits<std::int32_t>::max());
      default: return std::numeric_limits<T>::max();
    }
  }();
  if (how == Reduce::kMin) return bound;
  if (dtype == DType::kU8) return 0;
  return is_integer(dtype) ? static_cast<T>(-bound - 1) : static_cast<T>(-bound);
}

template <class T, DType kWide>
void reduce(KernelContext& g, Reduce how) {
  const Tensor data = make_tensor(kWide, g.input(0).shape()), out = make_tensor(kWide, g.output().shape());
  const Tensor ids = segment_ids_of(g).ids;
  kernels::cast(g.in(0), view_of(data));
  const std::int64_t count = g.attrs<SegmentAttrs>().num_segments, width = ids.size() == 0 ? 0 : data.size() / ids.size();
  T* const to = view_of(out).as<T>();
  std::fill_n(to, out.size(), start_of<T>(how, g.output().dtype()));
  for (std::int64_t i = 0; i < ids.size(); ++i) {
    const std::int64_t id = view_of(ids).as<std::int64_t>()[i];
    if (id == count) continue;
    const T* const from = view_of(data).as<T>() + i * width;
    for (std::int64_t k = 0; k < width; ++k) {
      T& element = to[id * width + k];
      element = how == Reduce::kProd ? element * from[k] : how == Reduce::kMax ? std::max(element, from[k]) : std::min(element, from[k]);
    }
  }
  kernels::cast(view_of(out), g.out());
}

template <Reduce How>
void run(KernelContext& g) {
  if (is_integer(g.output().dtype())) return reduce<std::int64_t, DType::kI64>(g, How);
  reduce<double, DType::kF64>(g, How);
}

// Elements that are equal to the extreme share its gradient evenly.
void give_to_extremes(VjpContext& g) {
  const std::int64_t count = g.attrs<SegmentAttrs>().num_segments;
  const Tensor ids = g.input(1), data = g.input(0), selected = cast(equal(data, gather_by_id(g.output(), ids)), data.dtype());
  const Tensor shares = divide_no_nan(g.dy(), unsorted_segment_sum(selected, ids, count));
  g.give(0, multiply(selected, gather_by_id(shares, ids)));
}

// The product of the others: of all, divided by the element; with one 0 among them, that of all but the 0.
void give_products(VjpContext& g) {
  const std::int64_t count = g.attrs<SegmentAttrs>().num_segments;
  const Tensor ids = g.input(1), data = g.input(0);
  const Tensor is_zero = equal(data, 0), zeros_in = unsorted_segment_sum(cast(is_zero, data.dtype()), ids, count);
  const Tensor dy = where(greater(zeros_in, 1), multiply(g.dy(), 0), g.dy());
  const Tensor filled = where(is_zero, add(multiply(data, 0), 1), data);
  const Tensor others = gather_by_id(unsorted_segment_prod(filled, ids, count), ids);
  const Tensor partial = where(is_zero, others, where(greater(gather_by_id(zeros_in, ids), 0), multiply(others, 0), divide(others, filled)));
  g.give(0, multiply(gather_by_id(dy, ids), partial));
}

consteval OpDef define_extreme(const char* name, const char* doc, void (*kernel)(KernelContext&), void (*vjp)(VjpContext&), ZeroHazard zero) {
  return define_op({
      .name = name,
      .doc = doc,
      .inputs = {{"data", Differentiable{input(0) | input(1) | output(0)}}, {"segment_ids", kPosition, Role::kIndex}},
      .attrs = {attr<&SegmentAttrs::num_segments>("num_segments", "how many ids there are", Attr::kRequired)},
      .infer = infer_segments,
      .kernel = kernel,
      .vjp = vjp,
      .zero = zero,
  });
}

constexpr ZeroHazard kOthers{ZeroHazard::kMasked, "only the extreme of each id gets a gradient; a mean or a sum gives every part one"};
constexpr ZeroHazard kZeroFactor{ZeroHazard::kMasked, "two parts of one id are 0: keep the factors away from 0, or add logarithms"};

constexpr OpDef kMax =
    define_extreme("unsorted_segment_max",
                   "The largest of the parts of data [i.., k..] that bear one id of segment_ids [i..]: [num_segments, k..]. dy goes to "
                   "the largest, equal ones share it.",
                   run<Reduce::kMax>, give_to_extremes, kOthers);
constexpr OpDef kMin =
    define_extreme("unsorted_segment_min",
                   "The smallest of the parts of data [i.., k..] that bear one id of segment_ids [i..]: [num_segments, k..]. dy goes to "
                   "the smallest, equal ones share it.",
                   run<Reduce::kMin>, give_to_extremes, kOthers);
constexpr OpDef kProd =
    define_extreme("unsorted_segment_prod",
                   "The product of the parts of data [i.., k..] that bear one id of segment_ids [i..]: [num_segments, k..]. ddata = dy "
                   "times the product of the other parts.",
                   run<Reduce::kProd>, give_products, kZeroFactor);

constexpr const OpDef* kOps[] = {&kMax, &kMin, &kProd};

}  // namespace

OpFamily segment_extreme_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor unsorted_segment_max(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where) {
  return apply(kMax, {&data, &segment_ids}, where, SegmentAttrs{num_segments});
}
Tensor unsorted_segment_min(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where) {
  return apply(kMin, {&data, &segment_ids}, where, SegmentAttrs{num_segments});
}
Tensor unsorted_segment_prod(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where) {
  return apply(kProd, {&data, &segment_ids}, where, SegmentAttrs{num_segments});
}

}  // namespace whygrad
