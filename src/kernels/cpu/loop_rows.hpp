// What is known of each elementwise op: which family of loops it is found in, what an element costs, the dtype of the result.
//
// NOTE [one row per loop]
// A switch without a default: an op without a row does not compile, and its place among the enumerators means nothing.
#pragma once

#include "kernels/elementwise.hpp"

#include <cstdint>

namespace whygrad::kernels::cpu {

// Of the loops for f32 and f64. Integers, truth values and complex numbers have one family each for all ops.
enum class Family : std::uint8_t { kNone, kArithmetic, kExponential, kTrigonometric, kPower, kGradient, kPredicate, kComparison };

// How many elements a thread must have for a parallel region to pay.
enum class Price : std::int32_t { kNone = 0, kDear = 1 << 13, kMiddle = 1 << 15, kCheap = 1 << 16 };

enum class Result : std::uint8_t { kSame, kBool, kRealPart };  // kRealPart: the real dtype of a complex one

struct LoopRow {
  Family family = Family::kNone;
  Price price = Price::kNone;  // kNone: no row
  Result result = Result::kSame;
};

constexpr LoopRow row_of(Unary op) {
  using enum Unary;
  switch (op) {
    case kAbs: return {Family::kArithmetic, Price::kCheap, Result::kRealPart};
    case kNegative:
    case kSign:
    case kSquare:
    case kReciprocal:
    case kSqrt:
    case kRsqrt:
    case kFloor:
    case kCeil:
    case kRound:
    case kRint:
    case kRelu:
    case kRelu6:
    case kSoftsign: return {Family::kArithmetic, Price::kCheap};
    case kExp:
    case kExpm1:
    case kLog:
    case kLog1p:
    case kSigmoid:
    case kLogSigmoid:
    case kSoftplus:
    case kTanh:
    case kSinh:
    case kCosh:
    case kElu:
    case kSelu:
    case kSilu: return {Family::kExponential, Price::kMiddle};
    case kSin:
    case kCos:
    case kAsin:
    case kAcos:
    case kAtan:
    case kAsinh:
    case kAcosh:
    case kAtanh: return {Family::kTrigonometric, Price::kMiddle};
    case kTan:
    case kErf:
    case kErfc:
    case kGelu: return {Family::kTrigonometric, Price::kDear};
    case kIsNan:
    case kIsInf:
    case kIsFinite:
    case kLogicalNot: return {Family::kPredicate, Price::kCheap, Result::kBool};
    case kReal:
    case kImag: return {Family::kNone, Price::kCheap, Result::kRealPart};
    case kConj:
    case kInvert: return {Family::kNone, Price::kCheap};
  }
  return {};
}

constexpr LoopRow row_of(Binary op) {
  using enum Binary;
  switch (op) {
    case kAdd:
    case kSubtract:
    case kMultiply:
    case kDivide:
    case kFloorDiv:
    case kMaximum:
    case kMinimum:
    case kSquaredDifference:
    case kMultiplyNoNan:
    case kDivideNoNan:
    case kXdivy: return {Family::kArithmetic, Price::kCheap};
    case kFloorMod: return {Family::kArithmetic, Price::kDear};
    case kPow:
    case kAtan2: return {Family::kPower, Price::kDear};
    case kXlogy:
    case kXlog1py: return {Family::kPower, Price::kMiddle};
    case kEqual:
    case kNotEqual:
    case kLess:
    case kLessEqual:
    case kGreater:
    case kGreaterEqual:
    case kLogicalAnd:
    case kLogicalOr:
    case kLogicalXor: return {Family::kComparison, Price::kCheap, Result::kBool};
    case kSoftplusGrad: return {Family::kGradient, Price::kMiddle};
    case kSigmoidGrad:
    case kTanhGrad:
    case kReluGrad:
    case kRelu6Grad:
    case kEluGrad:
    case kSeluGrad:
    case kSoftsignGrad:
    case kSqrtGrad:
    case kRsqrtGrad:
    case kReciprocalGrad: return {Family::kGradient, Price::kCheap};
    case kBitAnd:
    case kBitOr:
    case kBitXor:
    case kShiftLeft:
    case kShiftRight: return {Family::kNone, Price::kCheap};
  }
  return {};
}

// How many ops there are: the enumerators count up from 0.
template <class Op>
consteval int op_count() {
  int count = 0;
  while (row_of(static_cast<Op>(count)).price != Price::kNone) ++count;
  return count;
}

}  // namespace whygrad::kernels::cpu
