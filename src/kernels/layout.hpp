// Other layouts of the elements of a view. Nothing here reads or writes an element.
#pragma once

#include "kernels/view.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace whygrad::kernels {

// A View borrows its shape and strides; a Layout owns them. It is made from a view or another layout, and converts to a view, which is valid while
// the layout lives.
class Layout {
 public:
  // x unchanged.
  explicit Layout(const View& x);

  // Contiguous elements at `data`, of x's shape and of another dtype.
  static Layout contiguous(const View& like, void* data, DType dtype);
  // A contiguous x with another shape of the same size.
  static Layout reshape(const View& x, std::span<const std::int64_t> shape);
  // The same with a single axis, [n].
  static Layout flat(const View& x);
  // The same as a matrix [m, n]: the first `lead` axes merged, and the others merged.
  static Layout rows(const View& x, int lead);
  // Every `step`-th element along `axis`, `extent` of them from `begin` on; `step` may be negative.
  static Layout part(const View& x, int axis, std::int64_t begin, std::int64_t extent, std::int64_t step = 1);
  // Element i along `axis`, which is dropped.
  static Layout at(const View& x, int axis, std::int64_t i);
  // The diagonal of the last two axes, which are merged.
  static Layout diagonal(const View& x);
  // x broadcast to a shape: new leading axes and axes of extent 1 repeat their elements.
  static Layout broadcast(const View& x, std::span<const std::int64_t> shape);
  // A new last axis of extent `count`, along which each element repeats.
  static Layout repeat(const View& x, std::int64_t count);
  // The real (0) or imaginary (1) parts of complex elements.
  static Layout component(const View& x, int part);

  operator View() const { return {data_, shape_, strides_, rank_, dtype_, device_}; }

 private:
  // With x's memory and no axes yet.
  explicit Layout(const View& x, DType dtype) : data_(x.data), rank_(0), dtype_(dtype), device_(x.device) {}
  void push_back(std::int64_t extent, std::int64_t stride) {
    shape_[rank_] = extent;
    strides_[rank_++] = stride;
  }
  // Moves the first element by `count` elements.
  void advance(std::int64_t count) { data_ = static_cast<std::byte*>(data_) + count * static_cast<std::int64_t>(size_of(dtype_)); }

  void* data_;
  std::int64_t shape_[kMaxRank];
  std::int64_t strides_[kMaxRank];
  int rank_;
  DType dtype_;
  Device device_;
};

}  // namespace whygrad::kernels
