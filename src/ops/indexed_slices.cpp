// Slices of tensors: made whole, joined, added up.
#include <whygrad/ops/indexed_slices.hpp>

#include "ops/core/context.hpp"
#include "ops/index/index.hpp"

#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/segment.hpp>
#include <whygrad/ops/shape.hpp>
#include <whygrad/ops/sorting.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad {

namespace {

constexpr const char* kName = "IndexedSlices";

}  // namespace

IndexedSlices::IndexedSlices(Tensor values, Tensor indices, std::int64_t rows)
    : values_(std::move(values)), indices_(std::move(indices)), rows_(rows) {
  if (!values_.defined() || !indices_.defined())
    throw ValueError(kName, "values or indices are an empty handle", "give a tensor of slices and where they belong");
  internal::require_position_dtype(kName, indices_.dtype(), {DType::kI32, DType::kI64});
  if (values_.rank() < 1 || indices_.rank() != 1 || values_.shape()[0] != indices_.size()) {
    throw ShapeError(kName, fmt::format("values are {} and indices {}", values_.signature(), indices_.signature()),
                     "there is one index for each slice: values [n, k..] and indices [n]");
  }
  if (rows_ < 0) throw ValueError(kName, fmt::format("a tensor of {} rows", rows_), "say how many rows the whole tensor has");
}

Shape IndexedSlices::dense_shape() const {
  Shape shape = values_.shape();
  shape[0] = rows_;
  return shape;
}

Tensor to_dense(const IndexedSlices& slices, Where where) { return unsorted_segment_sum(slices.values(), slices.indices(), slices.rows(), where); }

IndexedSlices concat(std::span<const IndexedSlices> slices, Where where) {
  if (slices.empty()) throw ValueError("concat", "no slices are given", "give at least one");
  if (slices.size() == 1) return slices[0];
  std::vector<Tensor> values, indices;
  values.reserve(slices.size());
  indices.reserve(slices.size());
  const bool wide = std::any_of(slices.begin(), slices.end(), [](const IndexedSlices& s) { return s.indices().dtype() == DType::kI64; });
  for (const IndexedSlices& s : slices) {
    if (s.rows() != slices[0].rows())
      throw ValueError("concat", fmt::format("slices of {} and of {} rows", slices[0].rows(), s.rows()), "join slices of one tensor");
    values.push_back(s.values());
    indices.push_back(wide ? cast(s.indices(), DType::kI64, where) : s.indices());
  }
  return {whygrad::concat(values, 0, where), whygrad::concat(indices, 0, where), slices[0].rows()};
}

IndexedSlices sum_duplicates(const IndexedSlices& slices, Where where) {
  const auto [rows, order] = unique(slices.indices(), DType::kI32, where);
  return {unsorted_segment_sum(slices.values(), order, rows.size(), where), rows, slices.rows()};
}

namespace internal {

const IndexedSlices& DenseOrRows::rows() {
  Rows& all = *list();
  if (all.size() > 1) all = {concat(all)};
  return all.front();
}

void DenseOrRows::add_rows(const DenseOrRows& more) { list()->insert(list()->end(), more.list()->begin(), more.list()->end()); }

Shape DenseOrRows::shape() const { return is_rows() ? list()->front().dense_shape() : dense_.shape(); }
DType DenseOrRows::dtype() const { return is_rows() ? list()->front().dtype() : dense_.dtype(); }

const Tensor& DenseOrRows::densify() {
  *this = DenseOrRows(to_dense(rows()));
  return dense_;
}

}  // namespace internal
}  // namespace whygrad
