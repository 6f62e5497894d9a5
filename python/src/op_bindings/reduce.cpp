// Ops that fold axes or run along one.
#include <whygrad/ops/reduce.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>

namespace whygrad::python {
namespace {

template <Tensor (*F)(const Tensor&, Axes, bool, Where)>
nb::object fold(nb::handle input_tensor, nb::handle axis, bool keepdims, nb::handle) {
  const Where where = caller();
  const Tensor x = to_tensor(input_tensor, where);
  const Axes axes = to_axes(axis);
  return wrap(unlocked(x.size(), [&] { return F(x, axes, keepdims, where); }));
}

template <Tensor (*F)(const Tensor&, std::int64_t, DType, Where)>
nb::object position(nb::handle input, nb::handle axis, nb::handle output_type, nb::handle) {
  const Where where = caller();
  const Tensor x = to_tensor(input, where);
  const DType dtype = to_dtype(output_type);
  const std::int64_t along = axis.is_none() ? 0 : to_int(axis);
  return wrap(unlocked(x.size(), [&] { return F(x, along, dtype, where); }));
}

template <Tensor (*F)(const Tensor&, std::int64_t, CumulativeOptions, Where)>
nb::object running(nb::handle x, nb::handle axis, bool exclusive, bool reverse, nb::handle) {
  const Where where = caller();
  const Tensor t = to_tensor(x, where);
  const std::int64_t along = to_int(axis);
  return wrap(unlocked(t.size(), [&] { return F(t, along, {.exclusive = exclusive, .reverse = reverse}, where); }));
}

}  // namespace

void bind_reduce(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  const auto bind_fold = [&m, &none](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("input_tensor"), arg("axis") = none, arg("keepdims") = false, arg("name") = none, doc);
  };
  bind_fold("reduce_sum", fold<reduce_sum>, "The sum over the axes, or over all of them.");
  bind_fold("reduce_mean", fold<reduce_mean>, "The mean over the axes, or over all of them.");
  bind_fold("reduce_prod", fold<reduce_prod>, "The product over the axes, or over all of them.");
  bind_fold("reduce_max", fold<reduce_max>, "The largest element over the axes; equal ones share the gradient.");
  bind_fold("reduce_min", fold<reduce_min>, "The smallest element over the axes; equal ones share the gradient.");
  bind_fold("reduce_any", fold<reduce_any>, "Whether any element over the axes is true. No gradient.");
  bind_fold("reduce_all", fold<reduce_all>, "Whether all elements over the axes are true. No gradient.");
  bind_fold("reduce_logsumexp", fold<reduce_logsumexp>, "log(sum(exp(x))) over the axes, without overflow.");
  bind_fold("reduce_euclidean_norm", fold<reduce_euclidean_norm>, "sqrt(sum(x^2)) over the axes.");
  bind_fold("reduce_variance", fold<reduce_variance>, "mean((x - mean(x))^2) over the axes.");
  bind_fold("reduce_std", fold<reduce_std>, "The square root of the variance over the axes.");
  const auto bind_position = [&m, &none](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("input"), arg("axis") = none, arg("output_type") = "int64", arg("name") = none, doc);
  };
  bind_position("argmax", position<argmax>, "The position of the largest element along the axis. No gradient.");
  bind_position("argmin", position<argmin>, "The position of the smallest element along the axis. No gradient.");
  const auto bind_running = [&m, &none](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("x"), arg("axis") = 0, arg("exclusive") = false, arg("reverse") = false, arg("name") = none, doc);
  };
  bind_running("cumsum", running<cumsum>, "The running sum along the axis.");
  bind_running("cumprod", running<cumprod>, "The running product along the axis.");
}

}  // namespace whygrad::python
