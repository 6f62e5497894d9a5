// Counts and lookups: bincount, histograms, searchsorted, in_top_k.
#include <whygrad/ops/counting.hpp>

#include "kernels/counting.hpp"
#include "kernels/index.hpp"
#include "ops/core/defined.hpp"
#include "ops/core/element.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"
#include "ops/index/index.hpp"

#include <whygrad/ops/index.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad {
namespace internal {
namespace {

void check_real(const InferContext& c, int i) {
  const DType dtype = c.input(i).dtype();
  if (!is_integer(dtype) && !is_floating(dtype)) refuse_dtype(c, "real numbers");
}

constexpr NotDifferentiable kCounts{"the result counts; a count does not move when a number moves a little, until it jumps",
                                    "count softly: add up a smooth weight of each element, such as sigmoid((x - edge) / width)"};

struct HistogramAttrs {
  double low = 0, high = 1;
  std::int64_t nbins = 100;
};

constexpr OpDef kHistogram = define_op({
    .name = "histogram_fixed_width",
    .doc = "How many elements of x fall into each of nbins intervals of one width between low and high: int32 [nbins].",
    .inputs = {{"x", kCounts}},
    .attrs = {attr<&HistogramAttrs::low>("low", "where the first interval begins"), attr<&HistogramAttrs::high>("high", "where the last one ends"),
              attr<&HistogramAttrs::nbins>("nbins", "how many intervals")},
    .infer =
        [](InferContext& c) {
          const auto& a = c.attrs<HistogramAttrs>();
          check_real(c, 0);
          if (a.nbins < 1 || !(a.low < a.high)) {
            c.value_error(fmt::format("{} intervals between {} and {}", a.nbins, a.low, a.high), "ask for at least one, with low below high");
          }
          c.output(DType::kI32, {a.nbins});
        },
    .kernel =
        [](KernelContext& g) {
          const auto& a = g.attrs<HistogramAttrs>();
          if (!kernels::histogram(g.in(0), a.low, a.high, g.out())) {
            throw ValueError(g.op().name, "a NaN is among the numbers", "it falls into no interval: leave it out with boolean_mask");
          }
        },
});

struct BincountAttrs {
  std::int64_t minlength = 0, maxlength = -1;  // -1: as many as there are
  bool by_row = false;
  bool binary = false;
};

// One count for each number up to the largest, within the requested bounds; separate counts for each row if they are wanted by row.
void infer_bincount(InferContext& c, DType dtype) {
  check_index_dtype(c, 0);
  const auto& a = c.attrs<BincountAttrs>();
  if (a.by_row && c.input(0).rank() > 2) c.shape_error("there are no rows", "numbers that are counted by row are [rows, n]; reshape them");
  constexpr std::int64_t kMost = std::int64_t{1} << 28;
  const Tensor& x = c.elements(0);
  const auto [smallest, largest] = kernels::integer_range(view_of(x));
  if (smallest < 0 || largest > kMost) {
    const std::int64_t bad = integer_at(x, kernels::first_outside(view_of(x), 0, kMost + 1));
    c.value_error(fmt::format("{} is among the numbers", bad), "numbers to be counted are 0 to 2^28");
  }
  std::int64_t count = std::max({a.minlength, std::int64_t{0}, largest + 1});
  if (a.maxlength >= 0) count = std::min(count, a.maxlength);
  a.by_row&& c.input(0).rank() == 2 ? c.output(dtype, {c.input(0).shape()[0], count}) : c.output(dtype, {count});
}

constexpr AttrDef kMinlength = attr<&BincountAttrs::minlength>("minlength", "how many counts there are at least");
constexpr AttrDef kMaxlength = attr<&BincountAttrs::maxlength>("maxlength", "how many there are at most; what is larger is not counted. -1: all");
constexpr AttrDef kByRow = attr<&BincountAttrs::by_row>("by_row", "whether each row of x [rows, n] is counted by itself");
constexpr AttrDef kBinary = attr<&BincountAttrs::binary>("binary", "whether 1 is told instead of a count or a sum");

constexpr OpDef kBincount = define_op({
    .name = "bincount",
    .doc = "How often each whole number 0, 1, .. up to the largest occurs in x: int32 [max + 1], or [rows, max + 1].",
    .type = "DenseBincount",
    .inputs = {{"x", kCounts}},
    .attrs = {kMinlength, kMaxlength, kByRow, kBinary},
    .infer = [](InferContext& c) { infer_bincount(c, DType::kI32); },
    .kernel = [](KernelContext& g) { kernels::bincount(g.in(0), nullptr, g.attrs<BincountAttrs>().binary, g.out()); },
    .shape_reads = input(0),
});

constexpr OpDef kWeightedBincount = define_op({
    .name = "weighted_bincount",
    .doc = "The sum of the weights of each whole number 0, 1, .. in x: [max + 1] or [rows, max + 1], of the weights' dtype.",
    .type = "DenseBincount",
    .inputs = {{"x", kCounts, Role::kIndex},
               {"weights", NotImplemented{"as in TensorFlow, nobody wrote a rule for the weights that bincount adds up",
                                          "write unsorted_segment_sum(weights, x, n), which adds up the same and has a gradient"}}},
    .attrs = {kMinlength, kMaxlength, kByRow, kBinary},
    .infer =
        [](InferContext& c) {
          const DType dtype = c.input(1).dtype();
          if (!is_integer(dtype) && !is_floating(dtype)) refuse_dtype(c, "real weights");
          if (c.input(0).shape() != c.input(1).shape()) {
            c.shape_error(fmt::format("{} numbers and {} weights", c.input(0).shape().to_string(), c.input(1).shape().to_string()),
                          "each number has one weight");
          }
          infer_bincount(c, dtype);
        },
    .kernel =
        [](KernelContext& g) {
          const kernels::View weights = g.in(1);
          kernels::bincount(g.in(0), &weights, g.attrs<BincountAttrs>().binary, g.out());
        },
    .shape_reads = input(0),
});

struct SearchAttrs {
  bool right = false;
};

std::int64_t rows_of(const Shape& shape) {
  std::int64_t rows = 1;
  for (int i = 0; i + 1 < shape.rank(); ++i) rows *= shape[i];
  return rows;
}

constexpr NotDifferentiable kPlaces{"the result is a position; it does not move when a number moves a little",
                                    "interpolate between the elements that the positions name, so that their values carry the gradient"};

constexpr OpDef kSearchsorted = define_op({
    .name = "searchsorted",
    .doc = "Where each of values [.., m] would stand among the ascending elements of sorted_sequence [.., n]: int32 [.., m].",
    .type = "LowerBound",
    .inputs = {{"sorted_sequence", kPlaces}, {"values", kPlaces}},
    .attrs = {attr<&SearchAttrs::right>("right", "whether equal elements stay before")},
    .infer =
        [](InferContext& c) {
          c.same_dtype(0, 1);
          check_real(c, 0);
          const Shape &sequence = c.input(0).shape(), &values = c.input(1).shape();
          const bool fits = sequence.rank() > 0 && values.rank() > 0 && rows_of(sequence) == rows_of(values);
          if (!fits) c.shape_error("the rows do not go together", "both are [.., n] and [.., m], with as many rows in the one as in the other");
          c.output(DType::kI32, values);
        },
    .kernel = [](KernelContext& g) { kernels::searchsorted(g.in(0), g.in(1), g.attrs<SearchAttrs>().right, g.out()); },
});

struct InTopKAttrs {
  std::int64_t k = 1;
};

constexpr OpDef kInTopK = define_op({
    .name = "in_top_k",
    .doc = "Whether each row's target is among its k largest predictions: targets [b], predictions [b, c] give bool [b].",
    .type = "InTopKV2",
    .inputs = {{"targets", kPosition, Role::kIndex},
               {"predictions", NotDifferentiable{"the result is a truth value; it does not move when a prediction moves a little",
                                                 "train on sparse_softmax_cross_entropy_with_logits and keep in_top_k for the metric"}}},
    .attrs = {attr<&InTopKAttrs::k>("k", "how many", Attr::kRequired)},
    .infer =
        [](InferContext& c) {
          check_index_dtype(c, 0);
          check_real(c, 1);
          const Shape &targets = c.input(0).shape(), &predictions = c.input(1).shape();
          if (predictions.rank() != 2 || targets != Shape{predictions[0]}) {
            c.shape_error("targets and predictions do not go together", "predictions are [batch, classes] and targets [batch]");
          }
          c.output(DType::kBool, targets);
        },
    .kernel = [](KernelContext& g) { kernels::in_top_k(g.in(0), g.in(1), g.attrs<InTopKAttrs>().k, g.out()); },
});

constexpr const OpDef* kOps[] = {&kHistogram, &kBincount, &kWeightedBincount, &kSearchsorted, &kInTopK};

}  // namespace

OpFamily counting_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor histogram_fixed_width(const Tensor& x, double low, double high, std::int64_t nbins, Where where) {
  return apply(kHistogram, {&x}, where, HistogramAttrs{low, high, nbins});
}
Tensor bincount(const Tensor& x, const BincountOptions& o, Where where) {
  return apply(kBincount, {&x}, where, BincountAttrs{o.minlength, o.maxlength, o.by_row, o.binary});
}
Tensor weighted_bincount(const Tensor& x, const Tensor& weights, const BincountOptions& o, Where where) {
  return apply(kWeightedBincount, {&x, &weights}, where, BincountAttrs{o.minlength, o.maxlength, o.by_row, o.binary});
}
Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& values, bool right, DType out_type, Where where) {
  require_position_dtype("searchsorted", out_type, {int32, int64});
  return cast(apply(kSearchsorted, {&sorted_sequence, &values}, where, SearchAttrs{right}), out_type, where);
}

namespace {

// Without a last axis of extent 1 that `other` does not have.
Tensor without_last(const Tensor& x, const Tensor& other, const Where& where) {
  return x.rank() == other.rank() + 1 && x.shape().back() == 1 ? squeeze(x, {-1}, where) : x;
}

}  // namespace

Tensor confusion_matrix(const Tensor& labels, const Tensor& predictions, const ConfusionOptions& options, Where where) {
  require_defined("confusion_matrix", labels);
  require_defined("confusion_matrix", predictions);
  const Tensor real = without_last(cast(labels, int64, where), predictions, where);
  const Tensor found = without_last(cast(predictions, int64, where), labels, where);
  std::int64_t classes = options.classes;
  if (classes < 0) classes = maximum(reduce_max(real, {}, false, where), reduce_max(found, {}, false, where), where).item<std::int64_t>() + 1;
  const Tensor weights = options.weights.defined() ? cast(options.weights, options.dtype, where) : fill(found.shape(), 1, options.dtype, where);
  return scatter_nd(stack({real, found}, 1, where), weights, {classes, classes}, where);
}
Tensor in_top_k(const Tensor& targets, const Tensor& predictions, std::int64_t k, Where where) {
  return apply(kInTopK, {&targets, &predictions}, where, InTopKAttrs{k});
}
Tensor count_nonzero(const Tensor& x, Axes axes, bool keepdims, Where where) {
  const Tensor counted = x.defined() && x.dtype() == DType::kBool ? x : not_equal(x, 0, where);
  return reduce_sum(cast(counted, int64, where), axes, keepdims, where);
}

}  // namespace whygrad
