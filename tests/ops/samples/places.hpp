// References that are written place by place.
#pragma once

#include "ops/samples/samples.hpp"

namespace whygrad::samples {

using Place = std::vector<std::int64_t>;

// The element of `a` at a place.
inline double at(const Array& a, const Place& place) {
  std::int64_t i = 0;
  for (int axis = 0; axis < a.shape.rank(); ++axis) i = i * a.shape[axis] + place.at(static_cast<std::size_t>(axis));
  return a.values.at(static_cast<std::size_t>(i));
}

// The array of `shape` whose element at each place is f(place).
inline Array by_place(const Shape& shape, const std::function<double(const Place&)>& f) {
  Array result{shape, {}};
  Place place(static_cast<std::size_t>(shape.rank()), 0);
  for (std::int64_t n = 0; n < shape.size(); ++n) {
    result.values.push_back(f(place));
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      if (++place[static_cast<std::size_t>(axis)] < shape[axis]) break;
      place[static_cast<std::size_t>(axis)] = 0;
    }
  }
  return result;
}

}  // namespace whygrad::samples
