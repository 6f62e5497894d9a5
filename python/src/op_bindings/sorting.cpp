// Sorted order.
#include <whygrad/ops/sorting.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/op.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <string>
#include <utility>
#include <vector>

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

// Two tensors as the named tuple of the op's results.
nb::object pair_of(const char* op, Tensor first, Tensor second) {
  std::vector<Tensor> both;
  both.push_back(std::move(first));
  both.push_back(std::move(second));
  return named_results(*find_op(op), std::move(both));
}

// They are in falling order, which `sorted` only asks for.
nb::object largest(nb::handle input, nb::handle k, bool, nb::handle index_type, nb::handle) {
  const Where where = caller();
  const Tensor x = to_tensor(input, where);
  const std::int64_t count = to_int(k);
  const DType dtype = to_dtype(index_type);
  TopK found = unlocked(x.size(), [&] { return top_k(x, count, dtype, where); });
  return pair_of("top_k", std::move(found.values), std::move(found.indices));
}

nb::object distinct(nb::handle x, nb::handle out_idx, nb::handle) {
  const Where where = caller();
  Unique found = unique(to_tensor(x, where), to_dtype(out_idx), where);
  return pair_of("unique", std::move(found.y), std::move(found.idx));
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
  m.def("top_k", largest, arg("input"), arg("k") = 1, arg("sorted") = true, arg("index_type") = "int32", arg("name") = none,
        "(the k largest elements along the last axis, their places)");
  m.def("unique", distinct, arg("x"), arg("out_idx") = "int32", arg("name") = none,
        "(the distinct elements in the order in which they first occur, the place of each element among them)");
}

}  // namespace whygrad::python
