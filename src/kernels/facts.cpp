// Properties of the functions that hold on every device.
#include "kernels/cpu/facts.hpp"
#include "kernels/cpu/loop_rows.hpp"

namespace whygrad::kernels {

// Every device supports the dtypes for which the CPU has loops.
bool supports(Unary op, DType dtype) { return cpu::supports(op, dtype); }
bool supports(Binary op, DType dtype) { return cpu::supports(op, dtype); }
bool supports(Reduce op, DType dtype) { return cpu::supports(op, dtype); }

PhiloxBlock philox4x32(PhiloxBlock counter, std::array<std::uint32_t, 2> key) { return cpu::philox4x32(counter, key); }

namespace {

DType result_of(cpu::Result result, DType dtype) {
  switch (result) {
    case cpu::Result::kSame: return dtype;
    case cpu::Result::kBool: return DType::kBool;
    case cpu::Result::kRealPart: return is_complex(dtype) ? (dtype == DType::kC64 ? DType::kF32 : DType::kF64) : dtype;
  }
  return dtype;
}

}  // namespace

DType result_dtype(Unary op, DType dtype) { return result_of(cpu::row_of(op).result, dtype); }
DType result_dtype(Binary op, DType dtype) { return result_of(cpu::row_of(op).result, dtype); }

}  // namespace whygrad::kernels
