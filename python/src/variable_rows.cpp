// Methods of Variable that read and write rows and elements.
#include "convert.hpp"
#include "places.hpp"
#include "variable.hpp"

#include "autodiff/variable_impl.hpp"
#include "tensor/log.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/shape.hpp>

#include <nanobind/stl/string.h>

namespace whygrad::python {
namespace {

using Combine = Tensor (*)(const Tensor& now, const Tensor& places, const Tensor& values, const Where& where);

Tensor replaced(const Tensor& now, const Tensor& places, const Tensor& values, const Where& where) {
  return tensor_scatter_nd_update(now, places, values, where);
}
Tensor increased(const Tensor& now, const Tensor& places, const Tensor& values, const Where& where) {
  return tensor_scatter_nd_add(now, places, values, where);
}
Tensor decreased(const Tensor& now, const Tensor& places, const Tensor& values, const Where& where) {
  return tensor_scatter_nd_add(now, places, negative(values, where), where);
}
template <Tensor (*F)(const Tensor&, const Tensor&, Where)>
Tensor combined(const Tensor& now, const Tensor& places, const Tensor& values, const Where& where) {
  return tensor_scatter_nd_update(now, places, F(gather_nd(now, places, where), values, where), where);
}
Tensor times(const Tensor& a, const Tensor& b, Where where) { return multiply(a, b, where); }
Tensor over(const Tensor& a, const Tensor& b, Where where) { return divide(a, b, where); }
Tensor larger(const Tensor& a, const Tensor& b, Where where) { return maximum(a, b, where); }
Tensor smaller(const Tensor& a, const Tensor& b, Where where) { return minimum(a, b, where); }

consteval OpDef scatter_event(const char* name, const char* type) {
  return internal::write_event(
      name, type, "Places of a variable were given other values.",
      "make a tensor instead of writing: tensor_scatter_nd_update(table, indices, updates), or _add, _sub, _max, _min, and use that",
      {{"indices", NotDifferentiable{"indices only say where", "nothing needs to change for them"}, Role::kIndex}});
}
constexpr OpDef kUpdate = scatter_event("scatter_update", "ResourceScatterUpdate"), kAdd = scatter_event("scatter_add", "ResourceScatterAdd"),
                kSub = scatter_event("scatter_sub", "ResourceScatterSub"), kMul = scatter_event("scatter_mul", "ResourceScatterMul"),
                kDiv = scatter_event("scatter_div", "ResourceScatterDiv"), kMax = scatter_event("scatter_max", "ResourceScatterMax"),
                kMin = scatter_event("scatter_min", "ResourceScatterMin"), kNdUpdate = scatter_event("scatter_nd_update", "ResourceScatterNdUpdate"),
                kNdAdd = scatter_event("scatter_nd_add", "ResourceScatterNdAdd"), kNdSub = scatter_event("scatter_nd_sub", "ResourceScatterNdSub"),
                kNdMax = scatter_event("scatter_nd_max", "ResourceScatterNdMax"), kNdMin = scatter_event("scatter_nd_min", "ResourceScatterNdMin");

// One record, named after the call; the intermediate values of the computation are not the user's.
void write(const Variable& v, const OpDef& event, const Tensor& places, nb::handle given, Combine how, const Where& where) {
  const Tensor before = internal::VariableImpl::present(v.shared()), values = to_tensor_like(given, v.dtype(), where);
  Tensor next;
  {
    const internal::Log::Silence silence;
    next = how(before, places, values, where);
  }
  const Tensor* inputs[] = {&before, &places, &values};
  internal::write(v.shared(), event, inputs, std::move(next), where);
}

template <const OpDef& Event, Combine How>
nb::object scatter(nb::handle self, nb::handle slices, nb::handle, nb::handle) {
  const Where where = caller();
  if (!nb::hasattr(slices, "indices") || !nb::hasattr(slices, "values")) {
    nb::raise_type_error("sparse_delta is not IndexedSlices: %s\nhelp: tf.IndexedSlices(values, indices)", Py_TYPE(slices.ptr())->tp_name);
  }
  const Tensor rows = to_tensor(nb::object(slices.attr("indices")), where);
  write(*variable_in(self), Event, expand_dims(rows, -1, where), nb::object(slices.attr("values")), How, where);
  return nb::borrow(self);
}

template <const OpDef& Event, Combine How>
nb::object scatter_nd(nb::handle self, nb::handle indices, nb::handle updates, nb::handle) {
  const Where where = caller();
  write(*variable_in(self), Event, to_tensor(indices, where), updates, How, where);
  return nb::borrow(self);
}

nb::object rows(const Variable& v, nb::handle indices, nb::handle) {
  const Where where = caller();
  return wrap(gather(v.value(), to_tensor(indices, where), 0, 0, where));
}

nb::object places(const Variable& v, nb::handle indices, nb::handle) {
  const Where where = caller();
  return wrap(gather_nd(v.value(), to_tensor(indices, where), where));
}

void check_shape(const Variable& v, nb::handle shape) {
  if (!nb::cast<bool>(nb::object(wrap(v.shape()).attr("is_compatible_with")(shape)))) {
    throw ShapeError("set_shape", v.name() + " " + v.shape().to_string() + " is not of that shape", "a variable keeps the shape of its first value");
  }
}

}  // namespace

void bind_variable_rows(nb::class_<Variable>& c) {
  using nb::arg;
  const auto none = nb::none();
  c.def("sparse_read", rows, arg("indices"), arg("name") = none, "The rows that the indices name.");
  c.def("gather_nd", places, arg("indices"), arg("name") = none);
  const auto by_rows = [&](const char* name, auto function) {
    c.def(name, function, arg("sparse_delta"), arg("use_locking") = false, arg("name") = none);
  };
  by_rows("scatter_update", scatter<kUpdate, replaced>);
  by_rows("scatter_add", scatter<kAdd, increased>);
  by_rows("scatter_sub", scatter<kSub, decreased>);
  by_rows("scatter_mul", scatter<kMul, combined<times>>);
  by_rows("scatter_div", scatter<kDiv, combined<over>>);
  by_rows("scatter_max", scatter<kMax, combined<larger>>);
  by_rows("scatter_min", scatter<kMin, combined<smaller>>);
  const auto by_places = [&](const char* name, auto function) { c.def(name, function, arg("indices"), arg("updates"), arg("name") = none); };
  by_places("scatter_nd_update", scatter_nd<kNdUpdate, replaced>);
  by_places("scatter_nd_add", scatter_nd<kNdAdd, increased>);
  by_places("scatter_nd_sub", scatter_nd<kNdSub, decreased>);
  by_places("scatter_nd_max", scatter_nd<kNdMax, combined<larger>>);
  by_places("scatter_nd_min", scatter_nd<kNdMin, combined<smaller>>);
  c.def("initialized_value", [](const Variable& v) { return wrap(v.value()); });
  c.def_prop_ro("initial_value",
                [](const Variable&) { throw std::runtime_error("This property is not supported when eager execution is enabled."); });
  c.def_prop_ro(
      "initializer", [](const Variable&) { return nb::none(); }, "None: a variable has its value when it is made.");
  c.def_prop_ro("constraint", [](const Variable&) { return nb::none(); });
  c.def("set_shape", check_shape, arg("shape"));
}

}  // namespace whygrad::python
