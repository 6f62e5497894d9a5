// The vocabulary of gradient flow, shared by op records, flow graphs, judges and files: how a gradient passes through an op, where it stops, and how
// numbers harm it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace whygrad {

// Whether a gradient flows from the results of an op to one of its inputs and, if not, why.
enum class GradientFlow : std::uint8_t {
  kFlows,
  kUserRule,      // depends on a gradient rule of the user's
  kNoDerivative,  // none exists
  kNoRule,        // not implemented
  kStopGradient,
  kState,       // written into a variable, or put into a data set
  kCopy,        // the initial value of another variable
  kHostRead,    // left the library
  kReplaced,    // the result of ops that a user's gradient rule replaces
  kUnanswered,  // a user's gradient rule was called and returned nothing for it
};

// The purpose of an input. Only kData inputs carry the value that the op transforms. A path through any other role is not expected to carry a
// gradient, so an argmax that only computes an index is not accused. Of a kShape input the elements are not even read.
enum class Role : std::uint8_t { kData, kIndex, kCondition, kSeed, kShape };

// The kind of event that a record describes. kFeed: a value went into a data set, or came out of one.
enum class OpKind : std::uint8_t { kCompute, kConstant, kVariable, kAssign, kHostRead, kChoice, kLoopEnd, kFeed };

// The control flow construct of a choice or of the end of a loop.
enum class Construct : std::uint8_t { kCond, kCase, kSwitchCase, kWhileLoop };
constexpr const char* name_of(Construct construct) {
  constexpr std::array kNames{"cond", "case", "switch_case", "while_loop"};
  const auto i = static_cast<std::size_t>(construct);
  return i < kNames.size() ? kNames[i] : "";
}

// How an op with a gradient rule can pass on exactly 0. The explanation of a zero gradient names the op accordingly.
struct ZeroGradient {
  enum Kind : std::uint8_t {
    kNever,
    kDies,        // 0 for negative inputs: relu
    kSaturates,   // flat at the ends: sigmoid, tanh
    kUnderflows,  // saturates, and its result there is too small for the dtype and becomes 0: exp
    kNormalizes,  // to a constant sum: flat if one element has all of it, or if all elements get the same gradient: softmax
    kClips,       // flat outside of bounds: clip_by_value, maximum with a number
    kFlat,        // flat nearly everywhere, or at a single point: sign, abs at 0
    kMasks,       // leaves out elements: where, slices, gather
    kZeroFactor,  // multiplies by a value that may be 0: multiply, matmul
    kTies,        // its vectors are not unique if values of its first output are equal: eigenvectors
  };
  Kind kind = kNever;
  const char* remedy = "";
  // The remedy if the last axis, along which the op works, has a single element: the share of the only element is always 1.
  const char* single_element = "";
};

// Why an op or its derivative is not finite for finite inputs. The explanation of a NaN or Inf names the op accordingly.
struct NonFinite {
  enum Kind : std::uint8_t {
    kNever,
    kRootOfZero,       // the slope of a root at 0 is infinite: sqrt, norms
    kLogOfZero,        // log, also of a determinant
    kDivisionByZero,   // by its last input
    kSingularMatrix,   // inverse, solve
    kEmptyRow,         // normalises rows in which no element may be left: softmax
    kEmptyMean,        // the mean of no elements
    kPower,            // of 0 or of a negative base
    kDomainEdge,       // at the edge of the domain or at a pole: asin at 1, tan at pi / 2
    kOverflow,         // the result can be too large for the dtype: exp, products
    kSpecialFunction,  // at the poles of gamma functions and related functions
  };
  Kind kind = kNever;
  const char* remedy = "";
  // The domain of the first input, and the remedy if it lies outside, where keeping away from the bound does not help.
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  const char* out_of_domain = "";
  // True if -Inf stands for a masked element of a row, so that only a row of -Inf alone is a fault.
  bool inf_is_mask = false;
};

// The meaning of integer results that an op returns beside results with a gradient, such as positions beside values. Empty if the dtype says enough.
struct IntegerResults {
  const char* why = "";
  const char* remedy = "";
};

}  // namespace whygrad
