// Specs of tensors.
#include <whygrad/tensor/spec.hpp>

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

namespace whygrad {

std::string TensorSpec::signature() const { return fmt::format("{}{}", name_of(dtype), shape.to_string()); }

TensorSpec spec_of(const Tensor& tensor) {
  if (!tensor.defined()) {
    throw ValueError("spec_of", "an empty handle has no spec", "a default-made or moved-from Tensor holds no value; assign one before it is used");
  }
  return {tensor.dtype(), tensor.shape(), tensor.device()};
}

}  // namespace whygrad
