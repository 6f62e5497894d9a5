// The table of elementwise loops by op and dtype, and what a loop costs.
#include "kernels/cpu/loops.hpp"

#include "kernels/cpu/halves.hpp"

namespace whygrad::kernels::cpu {
namespace {

UnaryLoop ask_families(Unary op, DType dtype) {
  if (dtype == DType::kF32 || dtype == DType::kF64) {
    if (op <= Unary::kSoftsign) return find_float_arithmetic(op, dtype);
    if (op <= Unary::kSilu) return find_exponential(op, dtype);
    if (op <= Unary::kGelu) return find_trigonometric(op, dtype);
    return find_predicate(op, dtype);
  }
  if (is_complex(dtype)) return find_complex(op, dtype);
  return dtype == DType::kBool ? find_predicate(op, dtype) : find_integer(op, dtype);
}

BinaryLoops ask_families(Binary op, DType dtype) {
  if (op >= Binary::kEqual && op <= Binary::kLogicalXor) return find_comparison(op, dtype);
  if (dtype == DType::kF32 || dtype == DType::kF64) {
    if (op <= Binary::kXdivy) return find_float_arithmetic(op, dtype);
    return op <= Binary::kXlog1py ? find_float_power(op, dtype) : find_gradient(op, dtype);
  }
  return is_complex(dtype) ? find_complex(op, dtype) : find_integer(op, dtype);
}

struct LoopTable {
  UnaryLoop unary[kUnaryCount][kDTypeCount];
  BinaryLoops binary[kBinaryCount][kDTypeCount];

  LoopTable() {
    for (int d = 0; d < kDTypeCount; ++d) {
      const DType dtype = wide(static_cast<DType>(d));
      for (int op = 0; op < kUnaryCount; ++op) unary[op][d] = ask_families(static_cast<Unary>(op), dtype);
      for (int op = 0; op < kBinaryCount; ++op) binary[op][d] = ask_families(static_cast<Binary>(op), dtype);
    }
  }
};
LoopTable& table() {
  static LoopTable loops;
  return loops;
}

}  // namespace

UnaryLoop find_loop(Unary op, DType dtype) { return table().unary[static_cast<int>(op)][static_cast<int>(dtype)]; }
const BinaryLoops& find_loop(Binary op, DType dtype) { return table().binary[static_cast<int>(op)][static_cast<int>(dtype)]; }
void resolve_loops() { table() = LoopTable(); }

std::int64_t grain_of(Unary op) {
  const bool dear = op == Unary::kTan || op == Unary::kErf || op == Unary::kErfc || op == Unary::kGelu;
  return dear ? 1 << 13 : op > Unary::kSoftsign && op <= Unary::kGelu ? 1 << 15 : 1 << 16;
}
std::int64_t grain_of(Binary op) {
  const bool dear = op == Binary::kPow || op == Binary::kAtan2 || op == Binary::kFloorMod;
  return dear ? 1 << 13 : op == Binary::kXlogy || op == Binary::kXlog1py || op == Binary::kSoftplusGrad ? 1 << 15 : 1 << 16;
}

}  // namespace whygrad::kernels::cpu
