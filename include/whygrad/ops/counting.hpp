// Ops that count numbers or look them up. Their results are integers and booleans, so no gradient flows through them.
#pragma once

#include <whygrad/ops/reduce.hpp>

namespace whygrad {

// The number of elements of x in each of `nbins` intervals of equal width between `low` and `high`; elements outside count in the first or last:
// int32 [nbins]. Throws ValueError unless nbins > 0 and low < high, DTypeError unless x is real.
WG_API Tensor histogram_fixed_width(const Tensor& x, double low, double high, std::int64_t nbins = 100, Where where = Where::here());
struct BincountOptions {
  std::int64_t minlength = 0, maxlength = -1;  // how many counts there are at least and at most; what is larger is not counted. -1: all
  bool by_row = false;                         // each row of x [rows, n] by itself: [rows, max + 1]
  bool binary = false;                         // 1 in the place of a count or a sum
};
// How often each whole number 0, 1, .. occurs in x (int32 or int64, none negative), up to its largest: int32 [max + 1]; [0] for an empty x. Throws
// ValueError for a negative number or one above 2^28, DTypeError.
WG_API Tensor bincount(const Tensor& x, const BincountOptions& options = {}, Where where = Where::here());
// The same with a weight for each element of x to add up instead of 1: [max + 1] of the weights' dtype, integers summed as int64 and floats as
// float64. Throws ShapeError too.
WG_API Tensor weighted_bincount(const Tensor& x, const Tensor& weights, const BincountOptions& options = {}, Where where = Where::here());
// Where each of `values` [.., m] would have to stand to keep the ascending rows of sorted_sequence [.., n] in order, before equal elements or, for
// `right`, after them: int32 or int64 [.., m]. Throws ShapeError unless both have as many rows, DTypeError.
WG_API Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& values, bool right = false, DType out_type = int32,
                           Where where = Where::here());
// Whether each row's target class (int32 or int64 [b]) is among the k classes with the largest predictions [b, c]; equal ones count as among them.
// bool [b]. Throws ShapeError, DTypeError; a target outside [0, c) is in no one's top.
WG_API Tensor in_top_k(const Tensor& targets, const Tensor& predictions, std::int64_t k, Where where = Where::here());
struct ConfusionOptions {
  std::int64_t classes = -1;  // -1: one more than the largest label or prediction
  Tensor weights = {};        // how often each pair counts; an empty handle: once
  DType dtype = int32;        // of the result
};
// How often label i was predicted as j, [classes, classes]: whole numbers labels and predictions [n], of which one may be [n, 1]. Throws IndexError
// for a class that is not among them.
WG_API Tensor confusion_matrix(const Tensor& labels, const Tensor& predictions, const ConfusionOptions& options = {}, Where where = Where::here());
// How many elements of x are not 0, over `axes`: int64.
WG_API Tensor count_nonzero(const Tensor& x, Axes axes = {}, bool keepdims = false, Where where = Where::here());

}  // namespace whygrad
