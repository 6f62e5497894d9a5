// Sorting, masks, scattering and products over named axes.
#include <whygrad/ops/sorting.hpp>

#include "convert.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/counting.hpp>
#include <whygrad/ops/einsum.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/random.hpp>
#include <whygrad/ops/shape_ops.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

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

void check_policy(const char* op, nb::handle policy) {
  if (policy.equal(nb::str("ERROR")) || policy.equal(nb::str("DEFAULT"))) return;
  require_default(op, "bad_indices_policy", policy, nb::str(""), "an index out of range is an error here, as it is on TensorFlow's processors");
}

nb::object chosen(nb::handle condition, nb::handle x, nb::handle y, nb::handle) {
  const Where where = caller();
  const Tensor at = to_tensor(condition, where);
  if (x.is_none() && y.is_none()) return wrap(whygrad::where(at, where));
  if (x.is_none() || y.is_none()) throw ValueError("where", "one of x and y is given", "give both, or none for the places where the condition holds");
  const Tensor first = is_value(x) || !is_value(y) ? to_tensor(x, where) : to_tensor_like(x, to_tensor(y, where).dtype(), where);
  const Tensor second = to_tensor_like(y, first.dtype(), where);
  return wrap(unlocked(at.size(), [&] { return whygrad::where(at, first, second, where); }));
}

nb::object masked(nb::handle tensor, nb::handle mask, nb::handle axis, nb::handle) {
  const Where where = caller();
  return wrap(boolean_mask(to_tensor(tensor, where), to_tensor(mask, where), axis.is_none() ? 0 : to_int(axis), where));
}

nb::object scattered(nb::handle indices, nb::handle updates, nb::handle shape, nb::handle bad_indices_policy, nb::handle) {
  const Where where = caller();
  check_policy("scatter_nd", bad_indices_policy);
  return wrap(scatter_nd(to_tensor(indices, where), to_tensor(updates, where), to_shape(shape), where));
}

template <Tensor (*F)(const Tensor&, const Tensor&, const Tensor&, Where)>
nb::object updated(nb::handle tensor, nb::handle indices, nb::handle updates, nb::handle) {
  const Where where = caller();
  const Tensor x = to_tensor(tensor, where);
  return wrap(F(x, to_tensor(indices, where), to_tensor_like(updates, x.dtype(), where), where));
}

nb::object added_at(nb::handle tensor, nb::handle indices, nb::handle updates, nb::handle bad_indices_policy, nb::handle name) {
  check_policy("tensor_scatter_nd_add", bad_indices_policy);
  return updated<tensor_scatter_nd_add>(tensor, indices, updates, name);
}

nb::object summed_products(const std::string& equation, const nb::args& inputs, const nb::kwargs&) {
  const Where where = caller();
  return wrap(einsum(equation, to_tensors(inputs, where), where));
}

nb::object contracted(nb::handle a, nb::handle b, nb::handle axes, nb::handle) {
  const Where where = caller();
  const Tensor left = to_tensor(a, where), right = to_tensor_like(b, left.dtype(), where);
  Ints of_left, of_right;
  if (PyLong_Check(axes.ptr()) != 0) {
    const std::int64_t count = to_int(axes);
    for (std::int64_t i = 0; i < count; ++i) {
      of_left.push_back(left.rank() - count + i);
      of_right.push_back(i);
    }
  } else {
    of_left = Ints(to_ints(axes[0]));
    of_right = Ints(to_ints(axes[1]));
  }
  return wrap(tensordot(left, right, of_left, of_right, where));
}

nb::object drawn(nb::handle logits, nb::handle num_samples, nb::handle dtype, nb::handle seed, nb::handle) {
  const Where where = caller();
  random::CategoricalOptions options{.dtype = to_optional_dtype(dtype).value_or(int64)};
  if (!seed.is_none()) options.seed = static_cast<std::uint64_t>(to_int(seed));
  return wrap(random::categorical(to_tensor(logits, where), to_int(num_samples), options, where));
}

nb::object histogram(nb::handle values, nb::handle value_range, nb::handle nbins, nb::handle dtype, nb::handle) {
  const Where where = caller();
  const nb::object to_float = nb::module_::import_("builtins").attr("float");
  const auto end = [&](int i) {
    const nb::object bound = nb::steal(PyObject_GetItem(value_range.ptr(), nb::int_(i).ptr()));
    if (!bound.is_valid()) throw nb::python_error();
    return nb::cast<double>(to_float(bound));
  };
  const Tensor counts = histogram_fixed_width(to_tensor(values, where), end(0), end(1), to_int(nbins), where);
  return wrap(cast(counts, to_dtype(dtype), where));
}

nb::object not_zero(nb::handle input, nb::handle axis, nb::handle keepdims, nb::handle dtype, nb::handle) {
  const Where where = caller();
  const bool keeps = !keepdims.is_none() && nb::cast<bool>(keepdims);
  return wrap(cast(count_nonzero(to_tensor(input, where), to_axes(axis), keeps, where), to_dtype(dtype), where));
}

}  // namespace

void bind_picking(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  const auto bind_order = [&m, &none](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("values"), arg("axis") = -1, arg("direction") = "ASCENDING", arg("name") = none, doc);
  };
  bind_order("sort", ordered<sort>, "Sorted along the axis.");
  m.def("argsort", ranked, arg("values"), arg("axis") = -1, arg("direction") = "ASCENDING", arg("stable") = false, arg("name") = none,
        "Where the sorted elements stand along the axis. No gradient.");
  m.def("where", chosen, arg("condition"), arg("x") = none, arg("y") = none, arg("name") = none,
        "x where the condition is true, else y; with the condition alone, the places where it is true.");
  m.def("boolean_mask", masked, arg("tensor"), arg("mask"), arg("axis") = none, arg("name") = none, "The parts where the mask is true.");
  m.def("scatter_nd", scattered, arg("indices"), arg("updates"), arg("shape"), arg("bad_indices_policy") = "", arg("name") = none,
        "Zeros to which the updates are added at the places.");
  m.def("tensor_scatter_nd_update", updated<tensor_scatter_nd_update>, arg("tensor"), arg("indices"), arg("updates"), arg("name") = none,
        "The tensor with the updates at the places.");
  m.def("tensor_scatter_nd_add", added_at, arg("tensor"), arg("indices"), arg("updates"), arg("bad_indices_policy") = "", arg("name") = none,
        "The tensor to which the updates are added at the places.");
  m.def("einsum", summed_products, arg("equation"), arg("inputs"), arg("kwargs"), "Sums of products over named axes: einsum(\"ij,jk->ik\", a, b).");
  m.def("tensordot", contracted, arg("a"), arg("b"), arg("axes"), arg("name") = none, "The products of a and b summed over these axes of each.");
  m.def("random_categorical", drawn, arg("logits"), arg("num_samples"), arg("dtype") = none, arg("seed") = none, arg("name") = none,
        "Classes drawn with the probabilities softmax(logits). No gradient.");
  m.def("histogram_fixed_width", histogram, arg("values"), arg("value_range"), arg("nbins") = 100, arg("dtype") = "int32", arg("name") = none,
        "How many elements fall into each interval. No gradient.");
  m.def("count_nonzero", not_zero, arg("input"), arg("axis") = none, arg("keepdims") = none, arg("dtype") = "int64", arg("name") = none,
        "How many elements are not 0. No gradient.");
}

}  // namespace whygrad::python
