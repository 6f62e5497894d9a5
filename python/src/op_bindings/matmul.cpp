// Products of matrices.
#include <whygrad/ops/matmul.hpp>

#include "convert.hpp"
#include "op_bindings/op_bindings.hpp"
#include "places.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>
#include <nanobind/stl/string.h>

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

// The channels are the last axis, or with NC.. the second.
nb::object bias_add(nb::handle value, nb::handle bias, nb::handle data_format, nb::handle) {
  const Where where = caller();
  const std::string format = data_format.is_none() ? "N" : nb::cast<std::string>(data_format);
  const bool first = format.starts_with("NC");
  if (!first && !format.starts_with('N')) throw ValueError("bias_add", fmt::format("data_format {}", format), "it is N...C or NC...");
  const Tensor x = to_tensor(value, where), b = to_tensor_like(bias, x.dtype(), where);
  if (!first || x.rank() <= 2) return wrap(unlocked(x.size(), [&] { return nn::bias_add(x, b, where); }));
  Ints turn = {0}, back = {0, x.rank() - 1};
  for (int i = 2; i < x.rank(); ++i) turn.push_back(i);
  turn.push_back(1);
  for (int i = 1; i < x.rank() - 1; ++i) back.push_back(i);
  return wrap(unlocked(x.size(), [&] { return transpose(nn::bias_add(transpose(x, turn, where), b, where), back, where); }));
}

}  // namespace

void bind_matmul(nb::module_& m) {
  using nb::arg;
  const auto none = nb::none();
  m.def("matmul", product, arg("a"), arg("b"), arg("transpose_a") = false, arg("transpose_b") = false, arg("adjoint_a") = false,
        arg("adjoint_b") = false, arg("a_is_sparse") = false, arg("b_is_sparse") = false, arg("output_type") = none, arg("grad_a") = false,
        arg("grad_b") = false, arg("name") = none, "a @ b of the last two axes; leading axes broadcast.");
  m.def("bias_add", bias_add, arg("value"), arg("bias"), arg("data_format") = none, arg("name") = none, "value [..., c] + bias [c].");
}

}  // namespace whygrad::python
