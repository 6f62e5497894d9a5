#include <whygrad/ops/counting.hpp>

#include "kernels/cpu/movement.hpp"
#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"
#include "ops/index/index.hpp"

#include <whygrad/ops/reduce.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad {
namespace internal {
namespace {

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
          const Tensor wide = widened<double>(g.input(0));
          auto* counts = g.out().as<std::int32_t>();
          std::fill_n(counts, a.nbins, 0);
          for (const double v : elements<double>(wide)) {
            if (v != v) continue;
            const double place = (v - a.low) / (a.high - a.low) * static_cast<double>(a.nbins);
            ++counts[static_cast<std::int64_t>(std::clamp(place, 0.0, static_cast<double>(a.nbins - 1)))];
          }
        },
});

struct BincountAttrs {
  std::int64_t minlength = 0, maxlength = -1;  // -1: as many as there are
};

// One count for each number up to the largest, within the bounds that were asked for.
void infer_bincount(InferContext& c, DType dtype) {
  check_index_dtype(c, 0);
  const auto& a = c.attrs<BincountAttrs>();
  constexpr std::int64_t kMost = std::int64_t{1} << 28;
  const Tensor wide = widened<std::int64_t>(c.input(0));
  std::int64_t count = std::max<std::int64_t>(a.minlength, 0);
  for (const std::int64_t v : elements<std::int64_t>(wide)) {
    if (v < 0 || v > kMost) c.value_error(fmt::format("{} is among the numbers", v), "numbers to be counted are 0 to 2^28");
    count = std::max(count, v + 1);
  }
  c.output(dtype, {a.maxlength >= 0 ? std::min(count, a.maxlength) : count});
}

constexpr OpDef kBincount = define_op({
    .name = "bincount",
    .doc = "How often each whole number 0, 1, .. up to the largest occurs in x: int32 [max + 1].",
    .type = "DenseBincount",
    .inputs = {{"x", kCounts}},
    .attrs = {attr<&BincountAttrs::minlength>("minlength", "how many counts there are at least"),
              attr<&BincountAttrs::maxlength>("maxlength", "how many there are at most; what is larger is not counted. -1: all")},
    .infer = [](InferContext& c) { infer_bincount(c, DType::kI32); },
    .kernel =
        [](KernelContext& g) {
          const Tensor wide = widened<std::int64_t>(g.input(0));
          auto* counts = g.out().as<std::int32_t>();
          std::fill_n(counts, g.output().size(), 0);
          for (const std::int64_t v : elements<std::int64_t>(wide)) {
            if (v < g.output().size()) ++counts[v];
          }
        },
});

constexpr OpDef kWeightedBincount = define_op({
    .name = "weighted_bincount",
    .doc = "The sum of the weights of each whole number 0, 1, .. in x: [max + 1], of the weights' dtype.",
    .type = "DenseBincount",
    .inputs = {{"x", kCounts, Role::kIndex},
               {"weights", NotImplemented{"as in TensorFlow, nobody wrote a rule for the weights that bincount adds up",
                                          "write unsorted_segment_sum(weights, x, n), which adds up the same and has a gradient"}}},
    .attrs = {attr<&BincountAttrs::minlength>("minlength", "how many sums there are at least"),
              attr<&BincountAttrs::maxlength>("maxlength", "how many there are at most; what is larger is left out. -1: all")},
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
          const Tensor wide = widened<std::int64_t>(g.input(0)), weights = widened<double>(g.input(1));
          const Tensor sums = make_tensor(DType::kF64, g.output().shape());
          auto* sum = view_of(sums).as<double>();
          std::fill_n(sum, sums.size(), 0);
          const auto number = elements<std::int64_t>(wide);
          const auto weight = elements<double>(weights);
          for (std::size_t i = 0; i < number.size(); ++i) {
            if (number[i] < sums.size()) sum[number[i]] += weight[i];
          }
          kernels::cast(view_of(sums), g.out());
        },
});

struct SearchAttrs {
  bool right = false;
};

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
          bool fits = sequence.rank() == values.rank() && sequence.rank() > 0;
          for (int i = 0; fits && i + 1 < sequence.rank(); ++i) fits = sequence[i] == values[i];
          if (!fits) c.shape_error("the rows do not go together", "both are [.., n] and [.., m] with equal leading axes");
          c.output(DType::kI32, values);
        },
    .kernel =
        [](KernelContext& g) {
          const Tensor sequence = widened<double>(g.input(0)), values = widened<double>(g.input(1));
          const std::int64_t n = sequence.shape().back(), m = values.shape().back();
          const double* begin = view_of(sequence).as<double>();
          const double* value = view_of(values).as<double>();
          auto* place = g.out().as<std::int32_t>();
          for (std::int64_t i = 0; i < values.size(); ++i) {
            const double* row = begin + i / m * n;
            const double* at = g.attrs<SearchAttrs>().right ? std::upper_bound(row, row + n, value[i]) : std::lower_bound(row, row + n, value[i]);
            place[i] = static_cast<std::int32_t>(at - row);
          }
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
          const Tensor targets = widened<std::int64_t>(g.input(0)), predictions = widened<double>(g.input(1));
          const std::int64_t classes = predictions.shape()[1];
          for (std::int64_t row = 0; row < targets.size(); ++row) {
            const std::int64_t target = elements<std::int64_t>(targets)[static_cast<std::size_t>(row)];
            const double* of_class = view_of(predictions).as<double>() + row * classes;
            const bool exists = target >= 0 && target < classes;
            const auto larger = exists ? std::count_if(of_class, of_class + classes, [&](double p) { return p > of_class[target]; }) : 0;
            g.out().as<bool>()[row] = exists && larger < g.attrs<InTopKAttrs>().k;
          }
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
Tensor count_nonzero(const Tensor& x, const Ints& axes, bool keepdims, Where where) {
  return reduce_sum(cast(not_equal(x, 0, where), int64, where), axes, keepdims, where);
}

}  // namespace whygrad
