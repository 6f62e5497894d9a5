// The dtypes that the CPU has loops for, and its block cipher.
#pragma once

#include "kernels/elementwise.hpp"
#include "kernels/random.hpp"
#include "kernels/reduce.hpp"

namespace whygrad::kernels::cpu {

bool supports(Unary op, DType dtype);
bool supports(Binary op, DType dtype);
bool supports(Reduce op, DType dtype);
PhiloxBlock philox4x32(PhiloxBlock counter, std::array<std::uint32_t, 2> key);

}  // namespace whygrad::kernels::cpu
