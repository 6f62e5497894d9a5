// Shared memory without a copy: NumPy arrays and DLPack (https://dmlc.github.io/dlpack, version 0.8: DLManagedTensor).
#include "convert.hpp"
#include "places.hpp"

#include "tensor/build.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>

#include <fmt/format.h>
#include <nanobind/ndarray.h>

#include <memory>

namespace whygrad::python {
namespace {

namespace dl = nb::dlpack;

dl::dtype dlpack_type(DType dtype) {
  const auto of = [dtype](dl::dtype_code code) {
    return dl::dtype{static_cast<std::uint8_t>(code), static_cast<std::uint8_t>(8 * size_of(dtype)), 1};
  };
  if (dtype == DType::kBool) return of(dl::dtype_code::Bool);
  if (is_unsigned(dtype)) return of(dl::dtype_code::UInt);
  if (dtype == DType::kBF16) return of(dl::dtype_code::Bfloat);
  if (is_integer(dtype)) return of(dl::dtype_code::Int);
  return of(is_complex(dtype) ? dl::dtype_code::Complex : dl::dtype_code::Float);
}

DType dtype_of(dl::dtype type) {
  for (int i = 0; i < kDTypeCount; ++i) {
    const dl::dtype mine = dlpack_type(static_cast<DType>(i));
    if (mine.code == type.code && mine.bits == type.bits && type.lanes == 1) return static_cast<DType>(i);
  }
  throw DTypeError("from_dlpack", fmt::format("no tensor has elements of kind {} with {} bits", type.code, type.bits), "convert the array first");
}

using Array = nb::ndarray<nb::ro, nb::device::cpu>;

// The array's elements in place. The tensor and its views keep the array alive.
nb::object adopt_array(Array array) {
  const Where where = caller();
  const DType dtype = dtype_of(array.dtype());
  Shape shape;
  std::int64_t step = 1;
  bool packed = true;
  for (std::size_t i = 0; i < array.ndim(); ++i) shape.push_back(static_cast<std::int64_t>(array.shape(i)));
  for (std::size_t i = array.ndim(); i-- > 0;) {
    packed &= array.shape(i) == 1 || array.stride(i) == step;
    step *= static_cast<std::int64_t>(array.shape(i));
  }
  if (!packed)
    throw ShapeError("from_dlpack", "the array is not laid out row by row without gaps",
                     "share numpy.ascontiguousarray(array), or copy it with constant(array)");
  auto held = std::make_unique<Array>(std::move(array));
  const auto release = [](void* context) {
    if (!Py_IsInitialized()) return;  // after the interpreter's end nothing can be released
    locked([context] { delete static_cast<Array*>(context); });
  };
  const void* data = held->data();
  Tensor t = adopt(dtype, shape, data, release, held.get(), where);
  held.release();
  return wrap(std::move(t));
}

// Elements in place. The array's owner, a copy of the tensor's handle, keeps them alive.
nb::ndarray<nb::ro> share_elements(const Tensor& t) {
  std::size_t shape[Shape::kMaxRank];
  for (int i = 0; i < t.rank(); ++i) shape[i] = static_cast<std::size_t>(t.shape()[i]);
  const nb::object owner = wrap(t);
  return {internal::elements_of(t),
          static_cast<std::size_t>(t.rank()),
          shape,
          owner,
          t.impl()->strides,
          dlpack_type(t.dtype()),
          nb::device::cpu::value,
          0};
}

}  // namespace

void bind_exchange(nb::module_& m) {
  m.def("from_dlpack", adopt_array, nb::arg("array").noconvert(),
        "A tensor over the memory of an array (NumPy, DLPack), which must not be written while the tensor or a view of it lives.");
  m.def(
      "to_dlpack", [](const Tensor& t) { return share_elements(t); }, nb::arg("tensor"),
      "The tensor's memory, read-only, as a DLPack capsule's owner.");
}

}  // namespace whygrad::python
