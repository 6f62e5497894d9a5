// Norms, clipping and normalisation.
#include <whygrad/ops/norm.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"
#include "slices.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/explain/diagnosis.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/linalg.hpp>
#include <whygrad/ops/reduce.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

#include <cmath>

namespace whygrad::python {
namespace {

double order_of(nb::handle ord) {
  if (!PyUnicode_Check(ord.ptr())) return nb::cast<double>(nb::module_::import_("builtins").attr("float")(ord));
  const auto name = nb::cast<std::string>(ord);
  if (name == "euclidean" || name == "fro") return 2;
  throw ValueError("norm", fmt::format("ord \"{}\"", name), "it is \"euclidean\", a positive number or inf");
}

// Of two axes the number 2 means another norm than "euclidean".
bool is_spectral(nb::handle ord, const Axes& axes) { return !axes.all && axes.size() == 2 && !PyUnicode_Check(ord.ptr()) && order_of(ord) == 2; }

nb::object norm_of(nb::handle tensor, nb::handle ord, nb::handle axis, nb::handle keepdims, nb::handle) {
  const Where where = caller();
  const NormOptions options{.ord = order_of(ord), .keepdims = !keepdims.is_none() && nb::cast<bool>(keepdims)};
  const Axes axes = to_axes(axis);
  const Tensor x = to_tensor(tensor, where);
  return wrap(is_spectral(ord, axes) ? spectral_norm(x, axes, options.keepdims, where) : norm(x, axes, options, where));
}

nb::object normalized(nb::handle x, nb::handle axis, double epsilon, nb::handle, nb::handle dim) {
  const Where where = caller();
  if (!axis.is_none() && !dim.is_none()) throw ValueError("l2_normalize", "both axis and dim are given", "dim is the old name of axis: give axis");
  return wrap(l2_normalize(to_tensor(x, where), to_axes(axis.is_none() ? dim : axis), epsilon, where));
}

double limit(nb::handle clip_norm) { return nb::cast<double>(nb::module_::import_("builtins").attr("float")(clip_norm)); }

// Of slices, the values.
Tensor values_in(nb::handle t, const Where& where) { return to_tensor(is_slices(t) ? nb::object(t.attr("values")) : nb::borrow(t), where); }
// `value` in the form of `given`: a tensor, or the values of slices.
nb::object in_the_form_of(nb::handle given, Tensor value) {
  nb::object wrapped = wrap(std::move(value));
  return is_slices(given) ? nb::object(given.attr("_with_gradient")(wrapped)) : wrapped;
}

nb::object clipped(nb::handle t, nb::handle clip_norm, nb::handle axes, nb::handle) {
  const Where where = caller();
  if (is_slices(t)) return in_the_form_of(t, clip_by_norm(values_in(t, where), limit(clip_norm), to_axes(axes), where));
  return wrap(clip_by_norm(to_tensor(t, where), limit(clip_norm), to_axes(axes), where));
}

// The tensors of a list; None is left out.
std::vector<Tensor> present(nb::handle list, const Where& where) {
  std::vector<Tensor> tensors;
  for (nb::handle item : nb::iter(list)) {
    if (!item.is_none()) tensors.push_back(values_in(item, where));
  }
  return tensors;
}

nb::object norm_of_all(nb::handle t_list, nb::handle) {
  const Where where = caller();
  return wrap(global_norm(present(t_list, where), where));
}

bool is_known_as_finite(const Tensor& scalar) {
  if (scalar.is_abstract()) return true;  // of a function that is traced
  const Tensor wide = cast(scalar, float64);
  return std::isfinite(*reinterpret_cast<const double*>(wide.impl()->data));
}

nb::object clipped_together(nb::handle t_list, nb::handle clip_norm, nb::handle use_norm, nb::handle) {
  const Where where = caller();
  const std::vector<Tensor> given = present(t_list, where);
  const bool known = !use_norm.is_none() && !given.empty();
  ClippedByGlobalNorm result = known ? clip_by_global_norm(given, limit(clip_norm), to_tensor_like(use_norm, given[0].dtype(), where), where)
                                     : clip_by_global_norm(given, limit(clip_norm), where);
  if (!is_known_as_finite(result.norm)) Diagnosis::report_spread(where);
  nb::list tensors;
  std::size_t next = 0;
  for (nb::handle item : nb::iter(t_list)) tensors.append(item.is_none() ? nb::none() : in_the_form_of(item, std::move(result.tensors[next++])));
  return nb::make_tuple(tensors, wrap(std::move(result.norm)));
}

nb::object moments_of(nb::handle x, nb::handle axes, nb::handle, bool keepdims, nb::handle) {
  const Where where = caller();
  Moments result = moments(to_tensor(x, where), to_axes(axes), keepdims, where);
  return nb::make_tuple(wrap(std::move(result.mean)), wrap(std::move(result.variance)));
}

nb::object divided_by_norm(nb::handle tensor, nb::handle ord, nb::handle axis, nb::handle) {
  const Where where = caller();
  const Axes axes = to_axes(axis);
  const Tensor x = to_tensor(tensor, where);
  if (is_spectral(ord, axes)) {
    Tensor length = cast(spectral_norm(x, axes, true, where), x.dtype(), where);
    const Tensor unit = divide(x, length, where);
    return nb::make_tuple(wrap(unit), wrap(std::move(length)));
  }
  Normalized result = normalize(x, axes, {.ord = order_of(ord)}, where);
  return nb::make_tuple(wrap(std::move(result.values)), wrap(std::move(result.norm)));
}

nb::object statistics_of(nb::handle x, nb::handle axes, nb::handle shift, bool keepdims, nb::handle) {
  const Where where = caller();
  const Tensor t = to_tensor(x, where);
  const Tensor center = shift.is_none() ? Tensor() : to_tensor_like(shift, t.dtype(), where);
  SufficientStatistics result = sufficient_statistics(t, to_axes(axes), center, keepdims, where);
  return nb::make_tuple(wrap(std::move(result.count)), wrap(std::move(result.sum)), wrap(std::move(result.sum_of_squares)),
                        shift.is_none() ? nb::none() : wrap(std::move(result.shift)));
}

nb::object moments_of_statistics(nb::handle counts, nb::handle mean_ss, nb::handle variance_ss, nb::handle shift, nb::handle) {
  const Where where = caller();
  const Tensor sum = to_tensor(mean_ss, where);
  const auto like = [&](nb::handle value) { return to_tensor_like(value, sum.dtype(), where); };
  const Moments result = normalize_moments({like(counts), sum, like(variance_ss), shift.is_none() ? Tensor() : like(shift)}, where);
  return nb::make_tuple(wrap(result.mean), wrap(result.variance));
}

nb::object moments_by_weight(nb::handle x, nb::handle axes, nb::handle frequency_weights, bool keepdims, nb::handle) {
  const Where where = caller();
  const Tensor t = to_tensor(x, where);
  const Moments result = weighted_moments(t, to_axes(axes), to_tensor_like(frequency_weights, t.dtype(), where), keepdims, where);
  return nb::make_tuple(wrap(result.mean), wrap(result.variance));
}

nb::object batch_normalized(nb::handle x, nb::handle mean, nb::handle variance, nb::handle offset, nb::handle scale, double variance_epsilon,
                            nb::handle) {
  const Where where = caller();
  const Tensor t = to_tensor(x, where);
  const auto like = [&](nb::handle value, double otherwise) {
    return to_tensor_like(value.is_none() ? nb::object(nb::float_(otherwise)) : nb::borrow(value), t.dtype(), where);
  };
  return wrap(nn::batch_normalization(t, like(mean, 0), like(variance, 1), like(offset, 0), like(scale, 1), variance_epsilon, where));
}

}  // namespace

void bind_norm(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("norm", norm_of, arg("tensor"), arg("ord") = "euclidean", arg("axis") = none, arg("keepdims") = none, arg("name") = none,
        "The norm of vectors along the axes, or of all elements.");
  m.def("normalize", divided_by_norm, arg("tensor"), arg("ord") = "euclidean", arg("axis") = none, arg("name") = none,
        "(tensor / its norm, the norm)");
  m.def("sufficient_statistics", statistics_of, arg("x"), arg("axes"), arg("shift") = none, arg("keepdims") = false, arg("name") = none,
        "(the number of elements, their sum, the sum of their squares, shift)");
  m.def("normalize_moments", moments_of_statistics, arg("counts"), arg("mean_ss"), arg("variance_ss"), arg("shift").none(), arg("name") = none,
        "(mean, variance) of sufficient statistics.");
  m.def("weighted_moments", moments_by_weight, arg("x"), arg("axes"), arg("frequency_weights"), arg("keepdims") = false, arg("name") = none,
        "(mean, variance) in which elements count as often as their weight says.");
  m.def("l2_normalize", normalized, arg("x"), arg("axis") = none, arg("epsilon") = 1e-12, arg("name") = none, arg("dim") = none,
        "x / sqrt(max(sum(x^2), epsilon)).");
  m.def("clip_by_norm", clipped, arg("t"), arg("clip_norm"), arg("axes") = none, arg("name") = none,
        "t, scaled down to this norm where its own is larger.");
  m.def("global_norm", norm_of_all, arg("t_list"), arg("name") = none, "The norm of all elements of all tensors; None is left out.");
  m.def("clip_by_global_norm", clipped_together, arg("t_list"), arg("clip_norm"), arg("use_norm") = none, arg("name") = none,
        "The tensors, scaled down together where their global norm is larger, and that norm.");
  m.def("moments", moments_of, arg("x"), arg("axes"), arg("shift") = none, arg("keepdims") = false, arg("name") = none,
        "The mean and the variance over the axes.");
  m.def("batch_normalization", batch_normalized, arg("x"), arg("mean"), arg("variance"), arg("offset").none(), arg("scale").none(),
        arg("variance_epsilon"), arg("name") = none, "(x - mean) / sqrt(variance + epsilon) * scale + offset.");
}

}  // namespace whygrad::python
