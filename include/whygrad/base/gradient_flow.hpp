// How a gradient passes through an op, where it stops and what the numbers can do to it: the words that op records, flow graphs, judges and files
// share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace whygrad {

// Whether a gradient flows from an op's results to one of its inputs, and what stops it where it does not.
enum class GradientFlow : std::uint8_t {
  kFlows,
  kUserRule,      // as far as a gradient rule of the user's lets it
  kNoDerivative,  // none exists
  kNoRule,        // one exists, but nobody wrote it
  kStopGradient,
  kState,       // written into a variable, or put into a data set
  kCopy,        // the first value of another variable
  kHostRead,    // left the library
  kReplaced,    // the result of ops for which a gradient rule of the user's stands
  kUnanswered,  // a gradient rule of the user's was asked and returned nothing for it
};

// What an input is for. Only kData inputs carry the value that the op transforms; a path that enters through another role is no place where a
// gradient was expected, so an argmax that only feeds an index is innocent. Of a kShape input the values are not even read.
enum class Role : std::uint8_t { kData, kIndex, kCondition, kSeed, kShape };

// What a record stands for. kFeed: put values into a data set, or gave out what came from one.
enum class OpKind : std::uint8_t { kCompute, kConstant, kVariable, kAssign, kHostRead, kChoice, kLoopEnd, kFeed };

// The control flow that a choice or the end of a loop belongs to.
enum class Construct : std::uint8_t { kCond, kCase, kSwitchCase, kWhileLoop };
constexpr const char* name_of(Construct construct) {
  constexpr std::array kNames{"cond", "case", "switch_case", "while_loop"};
  const auto i = static_cast<std::size_t>(construct);
  return i < kNames.size() ? kNames[i] : "";
}

// How an op that has a gradient can pass on exactly 0 all the same. The explanation of a zero gradient names the op by it.
struct ZeroGradient {
  enum Kind : std::uint8_t {
    kNever,
    kDies,        // 0 for negative inputs: relu
    kSaturates,   // flat at the ends: sigmoid, tanh
    kUnderflows,  // saturates, and its result there is too small for the dtype and becomes 0: exp
    kNormalizes,  // to a constant sum: flat where one element has it all, and where all are pulled alike: softmax
    kClips,       // flat outside of bounds: clip_by_value, maximum with a number
    kFlat,        // flat nearly everywhere, or at this very point: sign, abs at 0
    kMasks,       // leaves elements out: where, slices, gather
    kZeroFactor,  // multiplies by what may be 0: multiply, matmul
    kTies,        // its vectors are not unique where values of its first output are equal: eigenvectors
  };
  Kind kind = kNever;
  const char* remedy = "";
  // What to write where the last axis, along which it works, has a single element: the share of the only one is always 1.
  const char* single_element = "";
};

// Where an op, or its derivative, is not finite though its inputs are. The explanation of a NaN or Inf names the op by it.
struct NonFinite {
  enum Kind : std::uint8_t {
    kNever,
    kRootOfZero,       // the slope of a root at 0 is infinite: sqrt, norms
    kLogOfZero,        // log, also of a determinant
    kDivisionByZero,   // by its last input
    kSingularMatrix,   // inverse, solve
    kEmptyRow,         // normalises rows of which nothing may be left: softmax
    kEmptyMean,        // the mean of no elements
    kPower,            // of 0 or of a negative base
    kDomainEdge,       // at the edge of its domain, or at a pole: asin at 1, tan at pi / 2
    kOverflow,         // its result can be too large for the dtype: exp, products
    kSpecialFunction,  // at the poles of gamma functions and their kin
  };
  Kind kind = kNever;
  const char* remedy = "";
  // Where its first input must lie, and what to write where it lies outside, which keeping away from the bound does not mend.
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  const char* out_of_domain = "";
  // True where -Inf stands for an element that is left out of its row, so that only a row of nothing else is a fault.
  bool inf_is_mask = false;
};

// What results of an integer dtype are that an op makes of numbers beside results that carry a gradient, such as positions beside values. Empty where
// the dtype says it all.
struct IntegerResults {
  const char* why = "";
  const char* remedy = "";
};

}  // namespace whygrad
