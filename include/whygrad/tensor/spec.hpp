// TensorSpec: the dtype, shape and device of a tensor without its elements.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <string>

namespace whygrad {

struct TensorSpec {
  DType dtype{};
  Shape shape;
  Device device{};

  // "f32[128, 10]"
  WG_API std::string signature() const;
  friend bool operator==(const TensorSpec&, const TensorSpec&) = default;
};

// Of a tensor with or without elements. Throws ValueError for an empty handle.
WG_API TensorSpec spec_of(const Tensor& tensor);

}  // namespace whygrad
