#include <whygrad/ops/linspace.hpp>

#include "ops/core/defined.hpp"

#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/shape_ops.hpp>

#include <fmt/format.h>

namespace whygrad {

Tensor linspace(const Tensor& start, const Tensor& stop, std::int64_t count, std::int64_t axis, Where where) {
  internal::require_defined("linspace", start);
  internal::require_defined("linspace", stop);
  if (count < 0) throw ValueError("linspace", fmt::format("count is {}", count), "a count is 0 or more");
  if (start.dtype() != stop.dtype() || !is_floating(start.dtype())) {
    throw DTypeError("linspace", fmt::format("start is {} and stop {}", start.signature(), stop.signature()),
                     "give both ends one floating type; write cast(start, stop.dtype())");
  }
  if (start.shape() != stop.shape()) {
    throw ShapeError("linspace", fmt::format("start is {} and stop {}", start.signature(), stop.signature()), "give both ends one shape");
  }
  const int at = normalize_axis("linspace", axis, start.rank() + 1);
  Tensor first = expand_dims(start, at, where);
  if (count == 1) return first;
  if (count == 0) {
    Ints begin, size;
    for (int i = 0; i <= start.rank(); ++i) {
      begin.push_back(0);
      size.push_back(i == at ? 0 : -1);
    }
    return slice(first, begin, size, where);
  }
  const Tensor last = expand_dims(stop, at, where), step = divide(subtract(last, first, where), static_cast<double>(count - 1), where);
  Ints along;
  for (int i = 0; i <= start.rank(); ++i) along.push_back(i == at ? count - 1 : 1);
  const Tensor steps = reshape(range(0, count - 1, 1, start.dtype(), where), along, where);
  return concat({add(first, multiply(step, steps, where), where), last}, at, where);  // so that the last one is `stop` to the bit
}

}  // namespace whygrad
