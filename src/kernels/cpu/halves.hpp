// f16 and bf16 to and from f32, in bulk: how the kernels compute with halves.
#pragma once

#include <whygrad/base/dtype.hpp>

#include <cstddef>

namespace whygrad::kernels::cpu {

constexpr bool is_half(DType dtype) { return dtype == DType::kF16 || dtype == DType::kBF16; }
// The dtype that elements of `dtype` are computed in.
constexpr DType wide(DType dtype) { return is_half(dtype) ? DType::kF32 : dtype; }

// `half` is kF16 or kBF16. Narrowing rounds to nearest even.
void widen(DType half, const void* from, float* to, std::size_t n);
void narrow(DType half, const float* from, void* to, std::size_t n);

}  // namespace whygrad::kernels::cpu
