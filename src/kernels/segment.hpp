// Reductions of slices with the same id. Inputs may have any strides, outputs are contiguous.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

enum class SegmentFold : std::uint8_t {
  kSum,   // of any numbers, sequentially in the elements' own type; 0 for an id without slices
  kMax,   // extremes and products take real dtypes: the smallest finite number for an id without slices
  kMin,   // the largest finite number
  kProd,  // in int64 or double, rounded once; 1
};

// out[s, k..] = the reduction of the slices data[i.., k..] for which ids[i..] is s, in row-major order of ids, i32 or i64. Slices with a negative id
// are left out. Returns -1, or the row-major position of the first id that is not below the extent of out's first axis; out is then unspecified.
std::int64_t segment_fold(SegmentFold fold, const View& data, const View& ids, const View& out);

// Of a vector of ids, i32 or i64: whether it is ascending and, if so, whether it contains every id from 0 to the last; the first and the last id, 0
// and -1 if there are none.
struct IdSequence {
  bool ascending, gapless;
  std::int64_t first, last;
};
IdSequence id_sequence(const View& ids);

}  // namespace whygrad::kernels
