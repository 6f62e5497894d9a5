// Activations that are made of other ops. Each step has the caller's place.
#include "ops/core/defined.hpp"

#include <whygrad/ops/activation.hpp>
#include <whygrad/ops/random.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

namespace whygrad::nn {

using internal::require_defined;

Tensor swish(const Tensor& x, const Operand& beta, Where where) {
  require_defined("swish", x);
  if (beta.is_number() && beta.number() == 1) return is_complex(x.dtype()) ? multiply(x, sigmoid(x, where), where) : silu(x, where);
  return multiply(x, sigmoid(multiply(beta, x, where), where), where);
}

Tensor crelu(const Tensor& x, std::int64_t axis, Where where) {
  require_defined("crelu", x);
  return relu(concat({x, negative(x, where)}, axis, where), where);
}

Tensor dropout(const Tensor& x, const Operand& rate, const DropoutOptions& options, Where where) {
  require_defined("dropout", x);
  if (rate.is_number() && !(rate.number() >= 0 && rate.number() < 1)) {
    throw ValueError("dropout", fmt::format("the rate is {}", rate.number()),
                     "rate must be a scalar tensor or a number in [0, 1): the part that is dropped");
  }
  if (!is_floating(x.dtype())) throw DTypeError("dropout", fmt::format("x is {}", x.signature()), "what is kept is scaled, so x must be floating");
  const Tensor chance = random::uniform(options.noise_shape.value_or(x.shape()), {.dtype = x.dtype(), .seed = options.seed}, where);
  const Tensor scaled = rate.is_number() ? divide(x, 1 - rate.number(), where) : divide(x, subtract(1, rate, where), where);
  return whygrad::where(greater_equal(chance, rate, where), scaled, zeros_like(x, where), where);
}

}  // namespace whygrad::nn
