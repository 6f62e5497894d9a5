// map_fn, vectorized_map, foldl, foldr and scan with functions of Python.
#include <whygrad/autodiff/folds.hpp>

#include "convert.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <vector>

namespace whygrad::python {
namespace {

using Tensors = std::vector<Tensor>;

nb::object mapped(nb::handle fn, nb::handle elems, nb::handle kinds) {
  const Where where = caller();
  const auto result_of = [&](const Tensors& part) {
    const nb::object made = fn(wrap(part));
    if (kinds.is_none()) return to_tensors(made, where);
    if (nb::len(kinds) != nb::len(made)) {
      throw ValueError("map_fn", fmt::format("the function gives {} values, and fn_output_signature tells of {}", nb::len(made), nb::len(kinds)),
                       "tell the dtype of each");
    }
    Tensors values;
    for (std::size_t i = 0; i < nb::len(made); ++i) values.push_back(to_tensor(made[i], where, to_optional_dtype(kinds[i])));
    return values;
  };
  return wrap(map_fn(result_of, to_tensors(elems, where), where));
}

nb::object mapped_at_once(nb::handle fn, nb::handle elems, bool fallback) {
  const Where where = caller();
  const auto result_of = [&](const Tensors& slice) { return to_tensors(fn(wrap(slice)), where); };
  return wrap(vectorized_map(result_of, to_tensors(elems, where), {.fallback_to_while_loop = fallback}, where));
}

// What a function of Python gives; its numbers take the dtypes of the values that were there before if they are stacked with them.
FoldFunction called(nb::handle fn, bool alike, const Where& where) {
  return [fn, alike, &where](const Tensors& accumulated, const Tensors& part) {
    const nb::object made = fn(wrap(accumulated), wrap(part));
    if (!alike || nb::len(made) != accumulated.size()) return to_tensors(made, where);
    Tensors values;
    for (std::size_t i = 0; i < accumulated.size(); ++i) values.push_back(to_tensor_like(made[i], accumulated[i].dtype(), where));
    return values;
  };
}

template <Tensors (*F)(const FoldFunction&, const Tensors&, const Tensors&, Where)>
nb::object folded(nb::handle fn, nb::handle elems, nb::handle initial) {
  const Where where = caller();
  return wrap(F(called(fn, false, where), to_tensors(elems, where), to_tensors(initial, where), where));
}

nb::object scanned(nb::handle fn, nb::handle elems, nb::handle initial, bool reverse) {
  const Where where = caller();
  return wrap(scan(called(fn, true, where), to_tensors(elems, where), to_tensors(initial, where), {.reverse = reverse}, where));
}

}  // namespace

void bind_folds(nb::module_& m) {
  using nb::arg;
  m.def("map_fn", mapped, arg("fn"), arg("elems"), arg("kinds").none(), "fn(part) of each part of the elems, a list of tensors as a list, stacked.");
  m.def("vectorized_map", mapped_at_once, arg("fn"), arg("elems"), arg("fallback_to_while_loop"),
        "The same with all parts at once where that can be.");
  const auto bind_fold = [&m](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("fn"), arg("elems"), arg("initial"), doc);
  };
  bind_fold("foldl", folded<foldl>, "fn(accumulated, part) over the parts of the elems, all of them lists.");
  bind_fold("foldr", folded<foldr>, "The same from the last part to the first.");
  m.def("scan", scanned, arg("fn"), arg("elems"), arg("initial"), arg("reverse"), "All values that foldl goes through, stacked.");
}

}  // namespace whygrad::python
