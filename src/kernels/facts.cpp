// What holds of the functions on every device.
#include "kernels/cpu/facts.hpp"

namespace whygrad::kernels {

// Every device takes what the CPU has loops for.
bool supports(Unary op, DType dtype) { return cpu::supports(op, dtype); }
bool supports(Binary op, DType dtype) { return cpu::supports(op, dtype); }
bool supports(Reduce op, DType dtype) { return cpu::supports(op, dtype); }

PhiloxBlock philox4x32(PhiloxBlock counter, std::array<std::uint32_t, 2> key) { return cpu::philox4x32(counter, key); }

DType result_dtype(Unary op, DType dtype) {
  if (op >= Unary::kIsNan && op <= Unary::kLogicalNot) return DType::kBool;
  if (is_complex(dtype) && (op == Unary::kAbs || op == Unary::kReal || op == Unary::kImag)) return dtype == DType::kC64 ? DType::kF32 : DType::kF64;
  return dtype;
}
DType result_dtype(Binary op, DType dtype) { return op >= Binary::kEqual && op <= Binary::kLogicalXor ? DType::kBool : dtype; }

}  // namespace whygrad::kernels
