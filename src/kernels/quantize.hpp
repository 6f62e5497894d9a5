// Rounding to the levels of a quantised type, in floating numbers.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

struct Quantizer {
  // kNudged: levels from `low` to `high`, both moved so that 0 is a level, as TensorFlow's fake_quant has it. kScaled: whole multiples of a step, the
  // finest at which neither bound lies beyond the levels, as its quantize_and_dequantize has it.
  enum Kind : std::uint8_t { kNudged, kScaled };
  Kind kind = kNudged;
  std::int64_t least = 0, most = 255;  // the numbers of the levels
  bool clips = true;                   // of kScaled: whether what lies beyond the bounds is clipped to them
  bool half_up = false;                // of kScaled: halves are rounded up, not to the even neighbour
};

// out = x at the nearest level; region (i8) = where x lies: -1 below the levels, 0 among them, 1 above. low and high have x's shape and dtype, with
// any strides, 0 where they broadcast; out and region contiguous.
void quantize(const View& x, const View& low, const View& high, const Quantizer& quantizer, const View& out, const View& region);

}  // namespace whygrad::kernels
