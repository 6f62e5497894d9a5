// Coordinates, composed of other ops. Each step has the caller's place.
#include <whygrad/ops/grid.hpp>

#include "kernels/index.hpp"
#include "ops/core/context.hpp"
#include "ops/core/defined.hpp"
#include "ops/core/element.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad {

std::vector<Tensor> meshgrid(const std::vector<Tensor>& coordinates, Indexing indexing, Where where) {
  for (const Tensor& t : coordinates) internal::require_defined("meshgrid", t);
  const std::size_t count = coordinates.size();
  const auto axis_of = [&](std::size_t i) { return indexing == Indexing::kXy && count > 1 && i < 2 ? 1 - i : i; };
  Ints extents;
  for (std::size_t i = 0; i < count; ++i) {
    const Tensor& along = coordinates[axis_of(i)];  // swaps the first two axes, here and below
    extents.push_back(along.size());
    if (along.dtype() != coordinates[0].dtype()) {
      throw DTypeError("meshgrid", fmt::format("the coordinates are {} and {}", coordinates[0].signature(), along.signature()),
                       "cast them to one dtype");
    }
  }
  const Shape whole(std::span<const std::int64_t>(extents.begin(), extents.end()));
  std::vector<Tensor> grids;
  for (std::size_t i = 0; i < count; ++i) {
    Ints spread;
    for (std::size_t axis = 0; axis < count; ++axis) spread.push_back(axis == axis_of(i) ? coordinates[i].size() : 1);
    grids.push_back(broadcast_to(reshape(coordinates[i], spread, where), whole, where));
  }
  return grids;
}

Tensor sequence_mask(const Tensor& lengths, std::int64_t longest, DType dtype, Where where) {
  internal::require_defined("sequence_mask", lengths);
  if (longest < 0) {
    const Tensor whole = is_integer(lengths.dtype()) ? lengths : cast(lengths, int64, where);
    longest = std::max<std::int64_t>(kernels::integer_range(view_of(whole)).largest, 0);
  }
  const Tensor mask = less(range(0, longest, 1, lengths.dtype(), where), expand_dims(lengths, -1, where), where);
  return dtype == DType::kBool ? mask : cast(mask, dtype, where);
}

Tensor unravel_index(const Tensor& places, const Ints& extents, Where where) {
  internal::require_defined("unravel_index", places);
  const std::int64_t count = Shape(std::span<const std::int64_t>(extents.begin(), extents.end())).size();
  const Tensor whole = is_integer(places.dtype()) ? places : cast(places, int64, where);
  if (const std::int64_t bad = kernels::first_outside(view_of(whole), 0, count); bad >= 0) {
    throw ValueError("unravel_index", fmt::format("place {} is not among {}", internal::integer_at(whole, bad), count),
                     "places count from 0, in row-major order");
  }
  std::vector<Tensor> rows;
  Tensor rest = places;
  for (std::size_t i = extents.size(); i-- > 0;) {
    rows.push_back(floormod(rest, extents[static_cast<int>(i)], where));
    rest = floordiv(rest, extents[static_cast<int>(i)], where);
  }
  std::reverse(rows.begin(), rows.end());
  return stack(rows, 0, where);
}

}  // namespace whygrad
