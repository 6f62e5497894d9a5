// Sorted order.
#include <whygrad/ops/sorting.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <string>

namespace whygrad::python {
namespace {

Direction direction_of(const std::string& name) {
  if (name == "ASCENDING") return Direction::kAscending;
  if (name == "DESCENDING") return Direction::kDescending;
  throw ValueError("sort", fmt::format("direction \"{}\"", name), "it is \"ASCENDING\" or \"DESCENDING\"");
}

template <Tensor (*F)(const Tensor&, std::int64_t, Direction, Where)>
nb::object ordered(nb::handle values, std::int64_t axis, const std::string& direction, nb::handle) {
  const Where where = caller();
  const Tensor x = to_tensor(values, where);
  const Direction how = direction_of(direction);
  return wrap(unlocked(x.size(), [&] { return F(x, axis, how, where); }));
}
// Equal elements keep their order always, whether `stable` asks for it or not.
nb::object ranked(nb::handle values, std::int64_t axis, const std::string& direction, bool, nb::handle name) {
  return ordered<argsort>(values, axis, direction, name);
}

}  // namespace

void bind_sorting(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  const auto bind_order = [&m, &none](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("values"), arg("axis") = -1, arg("direction") = "ASCENDING", arg("name") = none, doc);
  };
  bind_order("sort", ordered<sort>, "Sorted along the axis.");
  m.def("argsort", ranked, arg("values"), arg("axis") = -1, arg("direction") = "ASCENDING", arg("stable") = false, arg("name") = none,
        "Where the sorted elements stand along the axis. No gradient.");
}

}  // namespace whygrad::python
