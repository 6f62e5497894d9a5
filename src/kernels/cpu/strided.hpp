// Walking strided views: merging axes, rows of an iteration space, packing into contiguous blocks.
#pragma once

#include "kernels/view.hpp"

#include <cstddef>
#include <cstdint>

namespace whygrad::kernels::cpu {

// The common shape of N views with neighbouring axes merged wherever all of them allow it. Axes of length 1 are gone; the rank is at least 1.
// The last axis is called a row.
template <int N>
struct Space {
  int rank;
  std::int64_t shape[kMaxRank];
  std::int64_t strides[N][kMaxRank];

  std::int64_t row_size() const { return shape[rank - 1]; }
  std::int64_t row_stride(int view) const { return strides[view][rank - 1]; }
};

template <int N>
Space<N> merge_axes(const View* const (&views)[N]) {
  Space<N> space;
  space.rank = 0;
  const View& first = *views[0];
  for (int axis = 0; axis < first.rank; ++axis) {
    if (first.shape[axis] == 1) continue;
    const int last = space.rank - 1;
    bool merges = space.rank > 0;
    for (int v = 0; v < N && merges; ++v) merges = space.strides[v][last] == first.shape[axis] * views[v]->strides[axis];
    const int to = merges ? last : space.rank++;
    space.shape[to] = merges ? space.shape[to] * first.shape[axis] : first.shape[axis];
    for (int v = 0; v < N; ++v) space.strides[v][to] = views[v]->strides[axis];
  }
  if (space.rank == 0) {
    space.rank = 1;
    space.shape[0] = 1;
    for (int v = 0; v < N; ++v) space.strides[v][0] = 0;
  }
  return space;
}

// Where the rows of a space begin in each view, in elements, row after row.
template <int N>
class RowCursor {
 public:
  RowCursor(const Space<N>& space, std::int64_t row) : space_(space) {
    for (int v = 0; v < N; ++v) offset_[v] = 0;
    for (int axis = space.rank - 2; axis >= 0; --axis) {
      index_[axis] = row % space.shape[axis];
      row /= space.shape[axis];
      for (int v = 0; v < N; ++v) offset_[v] += index_[axis] * space.strides[v][axis];
    }
  }

  std::int64_t offset(int view) const { return offset_[view]; }

  // How many rows there are from this one on along the last axis but one, which there must be.
  std::int64_t left() const { return space_.shape[space_.rank - 2] - index_[space_.rank - 2]; }

  void next() { next(1); }
  // Steps over at most `left()` rows.
  void next(std::int64_t rows) {
    for (int axis = space_.rank - 2; axis >= 0; --axis, rows = 1) {
      for (int v = 0; v < N; ++v) offset_[v] += rows * space_.strides[v][axis];
      index_[axis] += rows;
      if (index_[axis] < space_.shape[axis]) return;
      for (int v = 0; v < N; ++v) offset_[v] -= space_.strides[v][axis] * space_.shape[axis];
      index_[axis] = 0;
    }
  }

 private:
  const Space<N>& space_;
  std::int64_t index_[kMaxRank];
  std::int64_t offset_[N];
};

// Whether one element is broadcast to all positions.
bool is_scalar(const View& view);

// to[i] = from[i * stride] for i < n, elements of `size` bytes (1, 2, 4, 8 or 16).
void copy_strided(const std::byte* from, std::int64_t stride, std::byte* to, std::int64_t n, std::size_t size);

// Writes the elements [begin, begin + n) of a view, in row-major order, to `to` without gaps.
void pack(const std::byte* data, const Space<1>& space, std::size_t size, std::int64_t begin, std::int64_t n, std::byte* to);

}  // namespace whygrad::kernels::cpu
