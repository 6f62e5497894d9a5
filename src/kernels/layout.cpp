// Layouts: shapes and strides over the same memory.
#include "kernels/layout.hpp"

#include <algorithm>

namespace whygrad::kernels {
namespace {

std::int64_t product(const std::int64_t* shape, int begin, int end) {
  std::int64_t size = 1;
  for (int axis = begin; axis < end; ++axis) size *= shape[axis];
  return size;
}

}  // namespace

Layout::Layout(const View& x) : Layout(x, x.dtype) {
  for (int axis = 0; axis < x.rank; ++axis) push_back(x.shape[axis], x.strides[axis]);
}

Layout Layout::contiguous(const View& like, void* data, DType dtype) {
  return reshape({data, nullptr, nullptr, 0, dtype, like.device}, {like.shape, static_cast<std::size_t>(like.rank)});
}

Layout Layout::reshape(const View& x, std::span<const std::int64_t> shape) {
  Layout whole(x, x.dtype);
  std::int64_t stride = 1;
  for (const std::int64_t extent : shape) whole.push_back(extent, 0);
  for (int axis = whole.rank_ - 1; axis >= 0; --axis) {
    whole.strides_[axis] = stride;
    stride *= whole.shape_[axis];
  }
  return whole;
}

Layout Layout::flat(const View& x) {
  Layout flat(x, x.dtype);
  flat.push_back(x.size(), 1);
  return flat;
}

Layout Layout::rows(const View& x, int lead) {
  Layout rows(x, x.dtype);
  const std::int64_t columns = product(x.shape, lead, x.rank);
  rows.push_back(product(x.shape, 0, lead), columns);
  rows.push_back(columns, 1);
  return rows;
}

Layout Layout::part(const View& x, int axis, std::int64_t begin, std::int64_t extent, std::int64_t step) {
  Layout part(x);
  // An empty slice has no first element, and `begin` may lie after the last one.
  if (extent != 0) part.advance(begin * x.strides[axis]);
  part.shape_[axis] = extent;
  part.strides_[axis] *= step;
  return part;
}

Layout Layout::at(const View& x, int axis, std::int64_t i) {
  Layout at(x, x.dtype);
  for (int other = 0; other < x.rank; ++other) {
    if (other != axis) at.push_back(x.shape[other], x.strides[other]);
  }
  at.advance(i * x.strides[axis]);
  return at;
}

Layout Layout::diagonal(const View& x) {
  Layout diagonal(x);
  const int last = --diagonal.rank_ - 1;
  diagonal.shape_[last] = std::min(x.shape[last], x.shape[last + 1]);
  diagonal.strides_[last] += x.strides[last + 1];
  return diagonal;
}

Layout Layout::broadcast(const View& x, std::span<const std::int64_t> shape) {
  Layout spread(x, x.dtype);
  const int rank = static_cast<int>(shape.size()), added = rank - x.rank;
  for (int axis = 0; axis < rank; ++axis) {
    const bool repeats = axis < added || x.shape[axis - added] == 1;
    spread.push_back(shape[static_cast<std::size_t>(axis)], repeats ? 0 : x.strides[axis - added]);
  }
  return spread;
}

Layout Layout::repeat(const View& x, std::int64_t count) {
  Layout repeat(x);
  repeat.push_back(count, 0);
  return repeat;
}

Layout Layout::component(const View& x, int part) {
  Layout component(x, x.dtype == DType::kC64 ? DType::kF32 : DType::kF64);
  for (int axis = 0; axis < x.rank; ++axis) component.push_back(x.shape[axis], 2 * x.strides[axis]);
  component.advance(part);
  return component;
}

}  // namespace whygrad::kernels
