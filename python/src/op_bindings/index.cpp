// Elements picked and put by position.
#include <whygrad/ops/index.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/elementwise.hpp>

#include <nanobind/stl/string.h>

namespace whygrad::python {
namespace {

nb::object gathered(nb::handle params, nb::handle indices, nb::handle, nb::handle axis, std::int64_t batch_dims, nb::handle) {
  const Where where = caller();
  const Tensor from = to_tensor(params, where), at = to_tensor(indices, where);
  const std::int64_t along = axis.is_none() ? batch_dims : to_int(axis);
  return wrap(unlocked(at.size(), [&] { return gather(from, at, along, batch_dims, where); }));
}

nb::object make_one_hot(nb::handle indices, nb::handle depth, nb::handle on_value, nb::handle off_value, nb::handle axis, nb::handle dtype,
                        nb::handle) {
  const Where where = caller();
  OneHotOptions options;
  std::optional<DType> type = to_optional_dtype(dtype);
  if (!on_value.is_none()) {
    const Tensor on = to_tensor(on_value, where);
    if (!type) type = on.dtype();
    options.on_value = to_number(wrap(on), where);
  }
  if (!off_value.is_none()) {
    const Tensor off = to_tensor(off_value, where);
    if (!type) type = off.dtype();
    options.off_value = to_number(wrap(off), where);
  }
  options.dtype = type.value_or(float32);
  if (options.dtype == DType::kBool && on_value.is_none()) options.on_value = true;
  if (options.dtype == DType::kBool && off_value.is_none()) options.off_value = false;
  if (!axis.is_none()) options.axis = to_int(axis);
  return wrap(one_hot(to_tensor(indices, where), to_int(depth), options, where));
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

nb::object gathered_nd(nb::handle params, nb::handle indices, nb::handle batch_dims, nb::handle, nb::handle bad_indices_policy) {
  const Where where = caller();
  check_policy("gather_nd", bad_indices_policy);
  const Tensor from = to_tensor(params, where), at = to_tensor(indices, where);
  const std::int64_t shared = to_int(batch_dims);
  return wrap(unlocked(at.size(), [&] { return gather_nd(from, at, shared, where); }));
}

template <Tensor (*F)(const Tensor&, const Tensor&, const Tensor&, Where)>
nb::object updated_by_policy(nb::handle tensor, nb::handle indices, nb::handle updates, nb::handle bad_indices_policy, nb::handle name) {
  check_policy(F == tensor_scatter_nd_add   ? "tensor_scatter_nd_add"
               : F == tensor_scatter_nd_sub ? "tensor_scatter_nd_sub"
                                            : "tensor_scatter_nd",
               bad_indices_policy);
  return updated<F>(tensor, indices, updates, name);
}

nb::object rows_of_table(nb::handle params, nb::handle ids, nb::handle max_norm, nb::handle) {
  const Where where = caller();
  std::optional<double> limit;
  if (!max_norm.is_none()) limit = to_double(max_norm);
  return wrap(nn::embedding_lookup(to_tensor(params, where), to_tensor(ids, where), limit, where));
}

}  // namespace

void bind_index(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("gather", gathered, arg("params"), arg("indices"), arg("validate_indices") = none, arg("axis") = none, arg("batch_dims") = 0,
        arg("name") = none, "The parts of params, along the axis, that the indices name.");
  m.def("one_hot", make_one_hot, arg("indices"), arg("depth"), arg("on_value") = none, arg("off_value") = none, arg("axis") = none,
        arg("dtype") = none, arg("name") = none, "on_value where the new axis, `depth` long, equals the index, off_value elsewhere.");
  m.def("embedding_lookup", rows_of_table, arg("params"), arg("ids"), arg("max_norm") = none, arg("name") = none,
        "The rows of params that ids name, none longer than max_norm.");
  m.def("where", chosen, arg("condition"), arg("x") = none, arg("y") = none, arg("name") = none,
        "x where the condition is true, else y; with the condition alone, the places where it is true.");
  m.def("boolean_mask", masked, arg("tensor"), arg("mask"), arg("axis") = none, arg("name") = none, "The parts where the mask is true.");
  m.def("scatter_nd", scattered, arg("indices"), arg("updates"), arg("shape"), arg("bad_indices_policy") = "", arg("name") = none,
        "Zeros to which the updates are added at the places.");
  m.def("tensor_scatter_nd_update", updated<tensor_scatter_nd_update>, arg("tensor"), arg("indices"), arg("updates"), arg("name") = none,
        "The tensor with the updates at the places.");
  m.def("gather_nd", gathered_nd, arg("params"), arg("indices"), arg("batch_dims") = 0, arg("name") = none, arg("bad_indices_policy") = "",
        "params[indices[i]]: the last axis of indices says where, for each entry of the leading batch_dims axes on its own.");
  const auto bind_scatter = [&m, &none](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("tensor"), arg("indices"), arg("updates"), arg("bad_indices_policy") = "", arg("name") = none, doc);
  };
  bind_scatter("tensor_scatter_nd_add", updated_by_policy<tensor_scatter_nd_add>, "The tensor to which the updates are added at the places.");
  bind_scatter("tensor_scatter_nd_sub", updated_by_policy<tensor_scatter_nd_sub>, "The tensor from which the updates are subtracted at the places.");
  bind_scatter("tensor_scatter_nd_max", updated_by_policy<tensor_scatter_nd_max>, "The larger of the tensor and the updates at the places.");
  bind_scatter("tensor_scatter_nd_min", updated_by_policy<tensor_scatter_nd_min>, "The smaller of the tensor and the updates at the places.");
}

}  // namespace whygrad::python
