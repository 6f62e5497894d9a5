// Counts: bincount, histograms, searchsorted and their kin.
#include <whygrad/ops/counting.hpp>

#include "kernels/movement.hpp"
#include "ops/core/defined.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"
#include "ops/index/index.hpp"

#include <whygrad/ops/reduce.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace whygrad {
namespace internal {
namespace {

// NOTE [exact comparison] Integers are compared and added up as int64, floats as double: each of the two holds all numbers of its kind, and neither
// those of the other.

// The elements of x, row by row, as doubles or as int64.
template <class T>
Tensor widened(const Tensor& x) {
  Tensor wide = make_tensor(dtype_of<T>, x.shape());
  kernels::cast(view_of(x), view_of(wide));
  return wide;
}
template <class T>
std::span<const T> elements(const Tensor& wide) {
  return {view_of(wide).as<const T>(), static_cast<std::size_t>(wide.size())};
}

// Calls run(T{}) with the wide type that holds every element of a real dtype.
template <class Run>
void in_wide_type(DType dtype, const Run& run) {
  is_integer(dtype) ? run(std::int64_t{}) : run(double{});
}

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

// How far v stands above low. Between integers the difference is taken first: a double holds it where it does not hold v.
double above(double v, double low) { return v - low; }
double above(std::int64_t v, double low) {
  const bool whole = low == std::floor(low) && std::abs(low) < 0x1p62 && v > -(std::int64_t{1} << 62) && v < std::int64_t{1} << 62;
  return whole ? static_cast<double>(v - static_cast<std::int64_t>(low)) : static_cast<double>(v) - low;
}

template <class T>
void count_in_bins(KernelContext& g) {
  const auto& a = g.attrs<HistogramAttrs>();
  const Tensor wide = widened<T>(g.input(0));
  // In the order of TensorFlow's operations, so that numbers at a bound fall to the same side.
  const auto nbins = static_cast<double>(a.nbins);
  const double width = a.high / nbins - a.low / nbins;
  auto* counts = g.out().as<std::int32_t>();
  for (const T v : elements<T>(wide)) {
    if (v != v) throw ValueError(g.op().name, "a NaN is among the numbers", "it falls into no interval: leave it out with boolean_mask");
    const double place = above(v, a.low) / width;
    ++counts[static_cast<std::int64_t>(std::clamp(place, 0.0, nbins - 1))];
  }
}

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
          std::fill_n(g.out().as<std::int32_t>(), g.attrs<HistogramAttrs>().nbins, 0);
          in_wide_type(g.input(0).dtype(), [&]<class T>(T) { count_in_bins<T>(g); });
        },
});

struct BincountAttrs {
  std::int64_t minlength = 0, maxlength = -1;  // -1: as many as there are
  bool by_row = false;
  bool binary = false;
};

// One count for each number up to the largest, within the bounds that were asked for; for each row its own where they are wanted by row.
void infer_bincount(InferContext& c, DType dtype) {
  check_index_dtype(c, 0);
  const auto& a = c.attrs<BincountAttrs>();
  if (a.by_row && c.input(0).rank() > 2) c.shape_error("there are no rows", "numbers that are counted by row are [rows, n]; reshape them");
  constexpr std::int64_t kMost = std::int64_t{1} << 28;
  const Tensor wide = widened<std::int64_t>(c.elements(0));
  std::int64_t count = std::max<std::int64_t>(a.minlength, 0);
  for (const std::int64_t v : elements<std::int64_t>(wide)) {
    if (v < 0 || v > kMost) c.value_error(fmt::format("{} is among the numbers", v), "numbers to be counted are 0 to 2^28");
    count = std::max(count, v + 1);
  }
  if (a.maxlength >= 0) count = std::min(count, a.maxlength);
  a.by_row&& c.input(0).rank() == 2 ? c.output(dtype, {c.input(0).shape()[0], count}) : c.output(dtype, {count});
}

// Adds weight(i) to the count of number i of x, in the wide type T.
template <class T, class Weight>
void add_up(KernelContext& g, const Weight& weight) {
  const Tensor wide = widened<std::int64_t>(g.input(0)), sums = make_tensor(dtype_of<T>, g.output().shape());
  const std::int64_t bins = sums.rank() == 0 ? 0 : sums.shape().back(),
                     row = sums.rank() == 2 ? g.input(0).shape()[1] : std::max<std::int64_t>(wide.size(), 1);
  auto* sum = view_of(sums).as<T>();
  std::fill_n(sum, sums.size(), T{0});
  const auto number = elements<std::int64_t>(wide);
  for (std::size_t i = 0; i < number.size(); ++i) {
    if (number[i] >= bins) continue;
    T& at = sum[static_cast<std::int64_t>(i) / row * bins + number[i]];
    at = g.attrs<BincountAttrs>().binary ? T{1} : static_cast<T>(at + weight(i));
  }
  kernels::cast(view_of(sums), g.out());
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
    .kernel = [](KernelContext& g) { add_up<std::int64_t>(g, [](std::size_t) { return 1; }); },
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
          in_wide_type(g.output().dtype(), [&]<class T>(T) {
            const Tensor weights = widened<T>(g.input(1));
            const auto weight = elements<T>(weights);
            add_up<T>(g, [&](std::size_t i) { return weight[i]; });
          });
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
    .kernel =
        [](KernelContext& g) {
          in_wide_type(g.input(0).dtype(), [&]<class T>(T) {
            const Tensor sequence = widened<T>(g.input(0)), values = widened<T>(g.input(1));
            const std::int64_t n = sequence.shape().back(), m = values.shape().back();
            const T* begin = view_of(sequence).as<T>();
            const T* value = view_of(values).as<T>();
            auto* place = g.out().as<std::int32_t>();
            for (std::int64_t i = 0; i < values.size(); ++i) {
              const T* row = begin + i / m * n;
              const T* at = g.attrs<SearchAttrs>().right ? std::upper_bound(row, row + n, value[i]) : std::lower_bound(row, row + n, value[i]);
              place[i] = static_cast<std::int32_t>(at - row);
            }
          });
        },
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
    .kernel =
        [](KernelContext& g) {
          const Tensor targets = widened<std::int64_t>(g.input(0));
          in_wide_type(g.input(1).dtype(), [&]<class T>(T) {
            const Tensor predictions = widened<T>(g.input(1));
            const std::int64_t classes = predictions.shape()[1];
            for (std::int64_t row = 0; row < targets.size(); ++row) {
              const std::int64_t target = elements<std::int64_t>(targets)[static_cast<std::size_t>(row)];
              const T* of_class = view_of(predictions).as<T>() + row * classes;
              const bool exists = target >= 0 && target < classes;
              const auto larger = exists ? std::count_if(of_class, of_class + classes, [&](T p) { return p > of_class[target]; }) : 0;
              g.out().as<bool>()[row] = exists && larger < g.attrs<InTopKAttrs>().k;
            }
          });
        },
});

constexpr const OpDef* kOps[] = {&kHistogram, &kBincount, &kWeightedBincount, &kSearchsorted, &kInTopK};

}  // namespace

OpFamily counting_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor histogram_fixed_width(const Tensor& x, double low, double high, std::int64_t nbins, Where where) {
  return apply(kHistogram, {&x}, where, HistogramAttrs{low, high, nbins});
}
Tensor bincount(const Tensor& x, Where where) { return apply(kBincount, {&x}, where, BincountAttrs{}); }
Tensor weighted_bincount(const Tensor& x, const Tensor& weights, Where where) {
  return apply(kWeightedBincount, {&x, &weights}, where, BincountAttrs{});
}
Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& values, bool right, Where where) {
  return apply(kSearchsorted, {&sorted_sequence, &values}, where, SearchAttrs{right});
}
Tensor in_top_k(const Tensor& targets, const Tensor& predictions, std::int64_t k, Where where) {
  return apply(kInTopK, {&targets, &predictions}, where, InTopKAttrs{k});
}
Tensor count_nonzero(const Tensor& x, Axes axes, bool keepdims, Where where) {
  const Tensor counted = x.defined() && x.dtype() == DType::kBool ? x : not_equal(x, 0, where);
  return reduce_sum(cast(counted, int64, where), axes, keepdims, where);
}

}  // namespace whygrad
