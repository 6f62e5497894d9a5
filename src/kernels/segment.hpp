// Parts that bear one id folded into one. Inputs may have any strides, outputs are contiguous.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

enum class SegmentFold : std::uint8_t {
  kSum,   // of any numbers, one after the other in the elements' own type; 0 where no part bears the id
  kMax,   // the extremes and the product are of real dtypes: the smallest finite number where no part bears the id
  kMin,   // the largest finite number
  kProd,  // in int64 or double, rounded once; 1
};

// out[s, k..] = the fold of the parts data[i.., k..] for which ids[i..] is s, in row-major order of ids, i32 or i64. Parts with a negative id are
// left out. Returns -1, or the row-major position of the first id that is not below the extent of out's first axis; out is then unspecified.
std::int64_t segment_fold(SegmentFold fold, const View& data, const View& ids, const View& out);

// Of a vector of ids, i32 or i64: whether none is smaller than the one before it and, if so, whether they miss none from 0 to the last; the first and
// the last of them, 0 and -1 where there are none.
struct IdSequence {
  bool ascending, gapless;
  std::int64_t first, last;
};
IdSequence id_sequence(const View& ids);

}  // namespace whygrad::kernels
