// Products of matrices, diagonals and segments.
#include "compositions.hpp"
#include "convert.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/diagonal.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/linalg.hpp>
#include <whygrad/ops/segment.hpp>

namespace whygrad::python {
namespace {

nb::object product(nb::handle a, nb::handle b, bool transpose_a, bool transpose_b, bool adjoint_a, bool adjoint_b, bool, bool, nb::handle output_type,
                   bool, bool, nb::handle) {
  const Where where = caller();
  if ((transpose_a && adjoint_a) || (transpose_b && adjoint_b)) {
    throw ValueError("matmul", "a matrix is to be transposed and adjoint", "adjoint is transposed and conjugate already: give one of the two");
  }
  Tensor left = is_value(a) || !is_value(b) ? to_tensor(a, where) : to_tensor_like(a, to_tensor(b, where).dtype(), where);
  Tensor right = to_tensor_like(b, left.dtype(), where);
  if (const auto type = to_optional_dtype(output_type); type && *type != left.dtype()) {
    left = cast(left, *type, where);
    right = cast(right, *type, where);
  }
  if (adjoint_a) left = conj(left, where);
  if (adjoint_b) right = conj(right, where);
  const MatmulOptions options{.transpose_a = transpose_a || adjoint_a, .transpose_b = transpose_b || adjoint_b};
  const std::int64_t work = left.size() * (right.rank() > 0 ? right.shape().back() : 1);
  return wrap(unlocked(work, [&] { return matmul(left, right, options, where); }));
}

template <Tensor (*F)(const Tensor&, const Tensor&, Where)>
nb::object segments(nb::handle data, nb::handle segment_ids, nb::handle) {
  const Where where = caller();
  return wrap(F(to_tensor(data, where), to_tensor(segment_ids, where), where));
}

nb::object means(nb::handle data, nb::handle segment_ids, nb::handle num_segments, nb::handle) {
  const Where where = caller();
  return wrap(unsorted_segment_mean(to_tensor(data, where), to_tensor(segment_ids, where), to_int(num_segments), where));
}

nb::object dealt(nb::handle data, nb::handle partitions, nb::handle num_partitions, nb::handle) {
  const Where where = caller();
  return wrap(dynamic_partition(to_tensor(data, where), to_tensor(partitions, where), to_int(num_partitions), where));
}

nb::object stitched(nb::handle indices, nb::handle data, nb::handle) {
  const Where where = caller();
  std::vector<Tensor> places;
  for (nb::handle item : nb::iter(indices)) places.push_back(to_tensor(item, where));
  return wrap(dynamic_stitch(places, to_tensors(data, where), where));
}

nb::object diagonal_sum(nb::handle x, nb::handle) {
  const Where where = caller();
  return wrap(trace(to_tensor(x, where), where));
}

}  // namespace

void bind_matrices(nb::module_& m) {
  bind_matrix_algebra(m);
  bind_grid(m);
  bind_formulas(m);
  bind_sparse(m);
  using nb::arg;
  const auto none = nb::none();
  m.def("matmul", product, arg("a"), arg("b"), arg("transpose_a") = false, arg("transpose_b") = false, arg("adjoint_a") = false,
        arg("adjoint_b") = false, arg("a_is_sparse") = false, arg("b_is_sparse") = false, arg("output_type") = none, arg("grad_a") = false,
        arg("grad_b") = false, arg("name") = none, "a @ b of the last two axes; leading axes broadcast.");
  const auto by_segment = [&](const char* name, auto function, const char* doc) {
    m.def(name, function, arg("data"), arg("segment_ids"), arg("name") = none, doc);
  };
  by_segment("segment_sum", segments<segment_sum>, "The parts of data that bear one id, added up; ids ascend.");
  by_segment("segment_mean", segments<segment_mean>, "The mean of the parts of data that bear one id; ids ascend.");
  by_segment("segment_max", segments<segment_max>, "The largest of the parts of data that bear one id; ids ascend.");
  by_segment("segment_min", segments<segment_min>, "The smallest of the parts of data that bear one id; ids ascend.");
  by_segment("segment_prod", segments<segment_prod>, "The product of the parts of data that bear one id; ids ascend.");
  m.def("unsorted_segment_mean", means, arg("data"), arg("segment_ids"), arg("num_segments"), arg("name") = none,
        "The mean of the parts of data that bear one id.");
  m.def("dynamic_partition", dealt, arg("data"), arg("partitions"), arg("num_partitions"), arg("name") = none,
        "The parts of data by the number that each is given, as a list.");
  m.def("dynamic_stitch", stitched, arg("indices"), arg("data"), arg("name") = none, "One tensor of the parts at their places; the last one stays.");
  m.def("trace", diagonal_sum, arg("x"), arg("name") = none, "The sum of the diagonal of each matrix.");
}

}  // namespace whygrad::python
