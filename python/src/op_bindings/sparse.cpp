// Sparse tensors: the engine's own, under a class of Python that has TensorFlow's spellings (whygrad/tf/_sparse.py).
#include <whygrad/ops/sparse.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include "ops/sparse/sparse.hpp"
#include "tensor/build.hpp"
#include "tensor/data_events.hpp"

#include <whygrad/ops/elementwise.hpp>

namespace whygrad::python {
namespace {

void make(SparseTensor* self, nb::handle indices, nb::handle values, nb::handle dense_shape) {
  const Where where = caller();
  new (self) SparseTensor{to_tensor(indices, where, int64), to_tensor(values, where), to_shape(dense_shape)};
}

nb::object product(const SparseTensor& a, nb::handle b, bool adjoint_a, bool adjoint_b) {
  const Where where = caller();
  return wrap(sparse_dense_matmul(a, to_tensor_like(b, a.values.dtype(), where), {.adjoint_a = adjoint_a, .adjoint_b = adjoint_b}, where));
}

// The numbers, as worked out of another tensor of integers.
nb::object positions(nb::handle numbers, const Tensor& from) {
  const Where where = caller();
  const Tensor found = to_tensor(numbers, where);
  Tensor made = internal::make_view(found, found.shape(), found.impl()->strides, 0);
  internal::log_fed(made, internal::positions_op(), from, where);
  return wrap(std::move(made));
}

nb::object whole(const SparseTensor& x, nb::handle otherwise) {
  const Where where = caller();
  if (otherwise.is_none()) return wrap(sparse_to_dense(x, where));
  return wrap(sparse_to_dense(x, to_tensor_like(otherwise, x.values.dtype(), where), where));
}

}  // namespace

void bind_sparse(nb::module_& m) {
  using nb::arg;
  nb::class_<SparseTensor>(m, "SparseTensor", "values[i] stands at indices[i] of a tensor of this shape; everything else is 0.")
      .def("__init__", make, arg("indices"), arg("values"), arg("dense_shape"))
      .def_prop_ro("indices", [](const SparseTensor& x) { return wrap(Tensor(x.indices)); })
      .def_prop_ro("values", [](const SparseTensor& x) { return wrap(Tensor(x.values)); })
      .def_prop_ro("dtype", [](const SparseTensor& x) { return wrap(x.values.dtype()); })
      .def_prop_ro("shape", [](const SparseTensor& x) { return wrap(x.dense_shape); });
  m.def("positions", positions, arg("numbers"), arg("from_"));
  m.def("sparse_dense_matmul", product, arg("a"), arg("b"), arg("adjoint_a"), arg("adjoint_b"));
  m.def("sparse_to_dense", whole, arg("x"), arg("otherwise").none());
  m.def(
      "sparse_from_dense",
      [](nb::handle x) {
        const Where where = caller();
        return sparse_from_dense(to_tensor(x, where), where);
      },
      arg("x"));
  m.def(
      "sparse_transpose", [](const SparseTensor& x, nb::handle perm) { return sparse_transpose(x, Ints(to_ints(perm)), caller()); }, arg("x"),
      arg("perm").none());
  m.def(
      "sparse_reduce_sum",
      [](const SparseTensor& x, nb::handle axis, bool keepdims) { return wrap(sparse_reduce_sum(x, to_axes(axis), keepdims, caller())); }, arg("x"),
      arg("axis").none(), arg("keepdims"));
}

}  // namespace whygrad::python
