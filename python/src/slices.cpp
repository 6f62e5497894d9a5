// IndexedSlices: Python's class and the engine's.
#include "slices.hpp"

#include "convert.hpp"
#include "places.hpp"

#include <whygrad/autodiff/variable.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/ops/elementwise.hpp>

namespace whygrad::python {
namespace {

nb::object slices_class() { return nb::module_::import_("whygrad._slices").attr("IndexedSlices"); }

nb::object dense_of(nb::handle object) {
  const Where where = caller();
  const Shape shape = to_shape(object.attr("dense_shape"));
  if (shape.rank() == 0) throw ShapeError("IndexedSlices", "dense_shape names no axis", "slices are of a tensor with one axis at least");
  const IndexedSlices slices = to_slices(object, shape[0], where);
  if (slices.dense_shape() != shape) {
    throw ShapeError("IndexedSlices", "values are " + slices.values().signature() + " and dense_shape is " + shape.to_string(),
                     "values [n, k..] are slices of a tensor [rows, k..]");
  }
  return wrap(to_dense(slices, where));
}

}  // namespace

bool is_slices(nb::handle object) { return nb::hasattr(object, "_of_parts") && nb::isinstance(object, slices_class()); }

nb::object wrap(const IndexedSlices& slices, const Where& where) {
  const Shape shape = slices.dense_shape();
  const std::vector<std::int64_t> extents(shape.begin(), shape.end());
  return slices_class()(wrap(Tensor(slices.values())), wrap(Tensor(slices.indices())), wrap(cast(constant(extents, where), int32, where)));
}

IndexedSlices to_slices(nb::handle object, std::int64_t rows, const Where& where) {
  return {to_tensor(object.attr("values"), where), to_tensor(object.attr("indices"), where), rows};
}

Gradient to_gradient(nb::handle object, const Variable& variable, const Where& where) {
  if (variable.shape().rank() != 0 && is_slices(object)) return Gradient(to_slices(object, variable.shape()[0], where));
  return Gradient(to_tensor_like(object, variable.dtype(), where));
}

void bind_slices(nb::module_& m) { m.def("dense_of_slices", dense_of, nb::arg("slices")); }

}  // namespace whygrad::python
