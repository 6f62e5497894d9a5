// A check for functions that inspect a tensor before an op does.
#pragma once

#include <whygrad/base/error.hpp>
#include <whygrad/tensor/tensor.hpp>

namespace whygrad::internal {

inline void require_defined(const char* op, const Tensor& x) {
  if (!x.defined()) throw ValueError(op, "x is an empty handle", "a default-made or moved-from Tensor holds no value; assign one before it is used");
}

}  // namespace whygrad::internal
