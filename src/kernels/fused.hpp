// Several elementwise ops in one sweep.
#pragma once

#include "kernels/elementwise.hpp"
#include "kernels/reduce.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace whygrad::kernels {

// NOTE [fused loops]
// The ops run one after the other on a tile of some thousand elements, which stays in the L1 cache, by the same loops as without fusion: every
// element has the same bits. Only the inputs and the results of the whole loop pass through memory. Interpreting a tile costs one indirect call per
// op and tile, and needs no compiler at run time. A device may run several steps in registers before it goes on to the next elements.
//
// Values are numbered: first the inputs, then the results of the steps in their order.
struct FusedLoop {
  enum class Kind : std::uint8_t { kUnary, kBinary, kSelect, kFold };
  struct Step {
    Kind kind;
    std::uint8_t op;  // a Unary, a Binary or a Reduce
    std::int16_t inputs[3];
  };
  static constexpr std::int16_t kNone = -1;
  // Where the result of a step is stored: in an output of the loop, else in a buffer of one tile. Buffers are used again.
  struct Place {
    std::int16_t output = kNone, buffer = kNone;
    bool stays = false;  // whether a step behind the next one reads it
  };

  std::vector<std::int64_t> shape;  // of every result of a step that is no fold
  std::int64_t fold = 0;            // how many elements each fold makes one of
  std::int16_t inputs = 0;
  std::vector<DType> dtypes;  // of all values
  std::vector<Step> steps;
  std::vector<Place> places;  // by step
  std::int16_t outputs = 0, buffers = 0;

  // How many operands a step has.
  static constexpr int operands(Kind kind) { return kind == Kind::kBinary ? 2 : kind == Kind::kSelect ? 3 : 1; }
};

// Chooses the buffers of the steps whose place is no output. A buffer is free again after the last step that reads it.
void place_buffers(FusedLoop& loop);

// `inputs` are broadcast to the loop's shape by strides of 0; `outputs` are contiguous and overlap no input. No dtype is a half.
void run_fused(const FusedLoop& loop, std::span<const View> inputs, std::span<const View> outputs);

}  // namespace whygrad::kernels
