// Coordinates of grids.
#include <whygrad/ops/grid.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <string>
#include <vector>

namespace whygrad::python {
namespace {

nb::object grid_of(const nb::args& args, const std::string& indexing, nb::handle) {
  const Where where = caller();
  if (indexing != "xy" && indexing != "ij") throw ValueError("meshgrid", fmt::format("indexing is \"{}\"", indexing), "it is \"xy\" or \"ij\"");
  std::vector<Tensor> coordinates;
  for (nb::handle item : nb::iter(args)) coordinates.push_back(to_tensor(item, where));
  return wrap(meshgrid(coordinates, indexing == "xy" ? Indexing::kXy : Indexing::kIj, where));
}

nb::object mask_of(nb::handle lengths, nb::handle maxlen, nb::handle dtype, nb::handle) {
  const Where where = caller();
  const std::int64_t longest = maxlen.is_none() ? -1 : std::max<std::int64_t>(to_int(maxlen), 0);
  return wrap(sequence_mask(to_tensor(lengths, where), longest, to_dtype(dtype), where));
}

nb::object coordinates_of(nb::handle indices, nb::handle dims, nb::handle) {
  const Where where = caller();
  return wrap(unravel_index(to_tensor(indices, where), Ints(to_ints(dims)), where));
}

}  // namespace

void bind_grid(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("meshgrid", grid_of, arg("args"), nb::kw_only(), arg("indexing") = "xy", arg("name") = none,
        "The coordinates of all points of a grid: one tensor for each axis.");
  m.def("sequence_mask", mask_of, arg("lengths"), arg("maxlen") = none, arg("dtype") = "bool", arg("name") = none,
        "Rows that are true up to their length.");
  m.def("unravel_index", coordinates_of, arg("indices"), arg("dims"), arg("name") = none,
        "The coordinates of places in the flat order: one row for each axis.");
}

}  // namespace whygrad::python
