// Shape: the extent of each axis, without heap memory.
#pragma once

#include <whygrad/base/export.hpp>

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>

namespace whygrad {

// At most kMaxRank extents, each >= 0. A scalar has rank 0 and size 1.
class WG_API Shape {
 public:
  static constexpr int kMaxRank = 8;

  constexpr Shape() = default;
  // Throws ShapeError for a negative extent, more than kMaxRank axes, or a number of elements over 2^62.
  Shape(std::initializer_list<std::int64_t> extents) : Shape(std::span(extents.begin(), extents.size())) {}
  explicit Shape(std::span<const std::int64_t> extents);

  int rank() const { return rank_; }
  bool is_scalar() const { return rank_ == 0; }
  // Number of elements.
  std::int64_t size() const {
    std::int64_t n = 1;
    for (int i = 0; i < rank_; ++i) n *= extents_[i];
    return n;
  }
  // `axis` must be in [0, rank); use normalize_axis for a user's number.
  std::int64_t operator[](int axis) const { return extents_[axis]; }
  std::int64_t& operator[](int axis) { return extents_[axis]; }
  // Extent counted from the end: back(0) is the last axis.
  std::int64_t back(int i = 0) const { return extents_[rank_ - 1 - i]; }
  const std::int64_t* begin() const { return extents_; }
  const std::int64_t* end() const { return extents_ + rank_; }
  std::span<const std::int64_t> extents() const { return {extents_, static_cast<std::size_t>(rank_)}; }

  // Adds an axis at the end. Throws ShapeError beyond kMaxRank axes.
  void push_back(std::int64_t extent);

  friend bool operator==(const Shape& a, const Shape& b) {
    if (a.rank_ != b.rank_) return false;
    for (int i = 0; i < a.rank_; ++i) {
      if (a.extents_[i] != b.extents_[i]) return false;
    }
    return true;
  }

  // "[128, 10]"; "[]" for a scalar.
  std::string to_string() const;

 private:
  std::int64_t extents_[kMaxRank] = {};
  int rank_ = 0;
};

}  // namespace whygrad

// As a range, a Shape consists of its rank() extents. size() is the number of elements, so it must not be used as the size of the range.
template <>
inline constexpr bool std::ranges::disable_sized_range<whygrad::Shape> = true;

namespace whygrad {

// Maps axis in [-rank, rank) to [0, rank). Throws IndexError naming `op` otherwise.
WG_API int normalize_axis(const char* op, std::int64_t axis, int rank);

// Writes to_string().
WG_API std::ostream& operator<<(std::ostream& out, const Shape& shape);

}  // namespace whygrad
