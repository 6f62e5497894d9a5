// Some slices of a tensor, all others of which are 0: how the gradient of a large table is kept.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace whygrad {

// Slices of a tensor [rows, k..] along its first axis (tf.IndexedSlices): values[i] belongs at row indices[i], all other rows are 0. Slices of one
// row are added up. gather along axis 0, gather_nd by one number and nn::embedding_lookup have gradients of this kind; an optimizer moves the rows
// that it names.
class WG_API IndexedSlices {
 public:
  // values [n, k..] and indices int32 or int64 [n]. Throws ShapeError, DTypeError, or ValueError for fewer than 0 rows. An index of `rows` or
  // more is refused where it is used.
  IndexedSlices(Tensor values, Tensor indices, std::int64_t rows);

  const Tensor& values() const { return values_; }
  const Tensor& indices() const { return indices_; }
  std::int64_t rows() const { return rows_; }
  // [rows, k..]
  Shape dense_shape() const;
  DType dtype() const { return values_.dtype(); }

 private:
  Tensor values_, indices_;
  std::int64_t rows_;
};

// The whole tensor, in which slices of one row are added up. Throws as unsorted_segment_sum does.
WG_API Tensor to_dense(const IndexedSlices& slices, Where where = Where::here());
// All slices, in order; duplicates stay. Throws ValueError for no slices or tables of different numbers of rows.
WG_API IndexedSlices concat(std::span<const IndexedSlices> slices, Where where = Where::here());
// The same tensor with indices that differ, in the order in which they first occur: slices of one row are added up. How many these are depends on the
// elements of the indices, so it throws ValueError for abstract ones.
WG_API IndexedSlices sum_duplicates(const IndexedSlices& slices, Where where = Where::here());

}  // namespace whygrad
