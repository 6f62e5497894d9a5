// Shapes and axes, checked.
#include <whygrad/base/error.hpp>
#include <whygrad/tensor/shape.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <ostream>

namespace whygrad {

Shape::Shape(std::span<const std::int64_t> extents) {
  std::int64_t size = 1;
  for (const std::int64_t extent : extents) {
    if (extent < 0)
      throw ShapeError("Shape", fmt::format("extent {} is negative in [{}]", extent, fmt::join(extents, ", ")), "extents are 0 or more");
    if (extent > 0 && __builtin_mul_overflow(size, extent, &size)) {
      throw ShapeError("Shape", fmt::format("[{}] has more elements than can be counted", fmt::join(extents, ", ")),
                       "a tensor has at most 2^62 elements");
    }
    push_back(extent);
  }
}

void Shape::push_back(std::int64_t extent) {
  if (rank_ == kMaxRank) {
    throw ShapeError("Shape", fmt::format("more than {} axes", kMaxRank), "merge axes with reshape; no op here takes more");
  }
  extents_[rank_++] = extent;
}

std::string Shape::to_string() const { return fmt::format("[{}]", fmt::join(begin(), end(), ", ")); }

std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << shape.to_string(); }

int normalize_axis(const char* op, std::int64_t axis, int rank) {
  if (axis < -rank || axis >= rank) {
    throw IndexError(op, fmt::format("axis {} is out of range for rank {}", axis, rank),
                     rank == 0 ? "a scalar has no axes" : fmt::format("axes run from {} to {}", -rank, rank - 1));
  }
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

}  // namespace whygrad
