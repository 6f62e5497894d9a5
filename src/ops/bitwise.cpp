// Ops on the bits of integers.
#include <whygrad/ops/bitwise.hpp>

#include "ops/elementwise/elementwise.hpp"
#include "ops/families.hpp"

namespace whygrad {
namespace internal {
namespace {

using kernels::Binary;
using kernels::Unary;

constexpr NotDifferentiable kBits{"the op works on the bits of integers; an integer does not move by a little, so it has no derivative",
                                  "keep bit patterns for indices, masks and hashes, and compute what is to be learned in floating numbers"};

template <Binary Op>
consteval OpDef bits(const char* name, const char* doc) {
  return binary_op<Op>(name, doc, {"x", kBits}, {"y", kBits});
}
constexpr OpDef kAnd = bits<Binary::kBitAnd>("bitwise_and", "The bits that are set in both x and y, elementwise with broadcasting; integers.");
constexpr OpDef kOr = bits<Binary::kBitOr>("bitwise_or", "The bits that are set in x or y, elementwise with broadcasting; integers.");
constexpr OpDef kXor = bits<Binary::kBitXor>("bitwise_xor", "The bits that are set in one of x and y, elementwise with broadcasting; integers.");
constexpr OpDef kLeft = bits<Binary::kShiftLeft>(
    "left_shift",
    "x with its bits moved up by y places, elementwise with broadcasting; integers. y is taken as at least 0 and below the width of x.");
constexpr OpDef kRight = bits<Binary::kShiftRight>("right_shift",
                                                   "x with its bits moved down by y places, its sign kept, elementwise with broadcasting; integers. "
                                                   "y is taken as at least 0 and below the width of x.");
constexpr OpDef kInvert = unary_op<Unary::kInvert>("invert", "Every bit of x turned over, elementwise; integers.", kBits);

constexpr const OpDef* kOps[] = {&kAnd, &kOr, &kXor, &kLeft, &kRight, &kInvert};

}  // namespace

OpFamily bitwise_ops() { return kOps; }

}  // namespace internal

using namespace internal;

Tensor bitwise::bitwise_and(const Operand& x, const Operand& y, Where where) { return apply_binary(kAnd, x, y, where); }
Tensor bitwise::bitwise_or(const Operand& x, const Operand& y, Where where) { return apply_binary(kOr, x, y, where); }
Tensor bitwise::bitwise_xor(const Operand& x, const Operand& y, Where where) { return apply_binary(kXor, x, y, where); }
Tensor bitwise::left_shift(const Operand& x, const Operand& y, Where where) { return apply_binary(kLeft, x, y, where); }
Tensor bitwise::right_shift(const Operand& x, const Operand& y, Where where) { return apply_binary(kRight, x, y, where); }
Tensor bitwise::invert(const Tensor& x, Where where) { return apply(kInvert, {&x}, where); }

}  // namespace whygrad
