// Evenly spaced numbers.
#include <whygrad/ops/creation.hpp>

#include "ops/core/defined.hpp"

#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

namespace whygrad {
namespace {

// stop - start, broadcast to a common shape.
Tensor gap_between(const Tensor& start, const Tensor& stop, Where where) {
  try {
    return subtract(stop, start, where);
  } catch (const ShapeError&) {
    throw ShapeError("linspace", fmt::format("start is {} and stop {}", start.signature(), stop.signature()),
                     "give both ends one shape, or shapes that broadcast");
  }
}

Tensor spread(const Tensor& end, const Shape& shape, Where where) { return end.shape() == shape ? end : broadcast_to(end, shape, where); }

}  // namespace

Tensor linspace(const Tensor& start, const Tensor& stop, std::int64_t count, std::int64_t axis, Where where) {
  internal::require_defined("linspace", start);
  internal::require_defined("linspace", stop);
  if (count < 0) throw ValueError("linspace", fmt::format("count is {}", count), "a count is 0 or more");
  if (start.dtype() != stop.dtype() || !is_differentiable(start.dtype())) {
    throw DTypeError("linspace", fmt::format("start is {} and stop {}", start.signature(), stop.signature()),
                     "give both ends one floating or complex type; write cast(start, stop.dtype())");
  }
  const Tensor gap = gap_between(start, stop, where);
  const int rank = gap.rank() + 1, at = normalize_axis("linspace", axis, rank);
  Tensor first = expand_dims(spread(start, gap.shape(), where), at, where);
  if (count == 1) return first;
  if (count == 0) {
    Ints begin, size;
    for (int i = 0; i < rank; ++i) {
      begin.push_back(0);
      size.push_back(i == at ? 0 : -1);
    }
    return slice(first, begin, size, where);
  }
  const Tensor last = expand_dims(spread(stop, gap.shape(), where), at, where);
  const Tensor step = divide(expand_dims(gap, at, where), static_cast<double>(count - 1), where);
  Ints along;
  for (int i = 0; i < rank; ++i) along.push_back(i == at ? count - 1 : 1);
  const Tensor steps = reshape(cast(range(0, count - 1, 1, int64, where), start.dtype(), where), along, where);
  return concat({add(first, multiply(step, steps, where), where), last}, at, where);  // so that the last one is exactly `stop`
}

}  // namespace whygrad
