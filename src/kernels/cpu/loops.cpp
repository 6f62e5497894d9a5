// The table of elementwise loops by op and dtype, and what a loop costs.
#include "kernels/cpu/loops.hpp"

#include "kernels/cpu/halves.hpp"
#include "kernels/cpu/loop_rows.hpp"

namespace whygrad::kernels::cpu {
namespace {

constexpr int kUnaryCount = op_count<Unary>(), kBinaryCount = op_count<Binary>();

// The loop for floating numbers.
UnaryLoops ask(Family family, Unary op, DType dtype) {
  switch (family) {
    case Family::kArithmetic: return find_float_arithmetic(op, dtype);
    case Family::kExponential: return find_exponential(op, dtype);
    case Family::kTrigonometric: return find_trigonometric(op, dtype);
    case Family::kPredicate: return {find_predicate(op, dtype)};
    default: return {};
  }
}

BinaryLoops ask(Family family, Binary op, DType dtype) {
  switch (family) {
    case Family::kArithmetic: return find_float_arithmetic(op, dtype);
    case Family::kPower: return find_float_power(op, dtype);
    case Family::kGradient: return find_gradient(op, dtype);
    default: return {};
  }
}

UnaryLoops ask_families(Unary op, DType dtype) {
  if (dtype == DType::kF32 || dtype == DType::kF64) return ask(row_of(op).family, op, dtype);
  if (is_complex(dtype)) return {find_complex(op, dtype)};
  return {dtype == DType::kBool ? find_predicate(op, dtype) : find_integer(op, dtype)};
}

BinaryLoops ask_families(Binary op, DType dtype) {
  if (row_of(op).family == Family::kComparison) return find_comparison(op, dtype);
  if (dtype == DType::kF32 || dtype == DType::kF64) return ask(row_of(op).family, op, dtype);
  return is_complex(dtype) ? find_complex(op, dtype) : find_integer(op, dtype);
}

struct LoopTable {
  UnaryLoops unary[kUnaryCount][kDTypeCount];
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

const UnaryLoops& find_loop(Unary op, DType dtype) { return table().unary[static_cast<int>(op)][static_cast<int>(dtype)]; }
const BinaryLoops& find_loop(Binary op, DType dtype) { return table().binary[static_cast<int>(op)][static_cast<int>(dtype)]; }
void resolve_loops() { table() = LoopTable(); }

std::int64_t grain_of(Unary op) { return static_cast<std::int64_t>(row_of(op).price); }
std::int64_t grain_of(Binary op) { return static_cast<std::int64_t>(row_of(op).price); }

}  // namespace whygrad::kernels::cpu
