// Numbers as a quantised type would hold them, computed in floating point: for training under quantisation. Gradients pass straight through where a
// number is among the levels.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad::quantization {

struct FakeQuantOptions {
  std::int64_t num_bits = 8;  // 2 to 16
  bool narrow_range = false;  // without the lowest level
};
// x at the nearest of 2^num_bits levels from `low` to `high`, both moved a little so that 0 is a level. low and high are scalars, or [channels] along
// the last axis of x. dx = dy between the bounds, 0 beyond them; dlow and dhigh = the sum of dy below and above. f32 and f64. Throws ShapeError,
// DTypeError, ValueError.
WG_API Tensor fake_quant(const Tensor& x, const Tensor& low, const Tensor& high, const FakeQuantOptions& options = {}, Where where = Where::here());

struct QuantizeOptions {
  bool signed_input = true;
  std::int64_t num_bits = 8;
  bool narrow_range = false;
  bool half_up = false;        // halves are rounded up; otherwise to the even neighbour
  bool range_given = true;     // otherwise the bounds are those of x itself
  bool clips_gradient = true;  // dx = 0 beyond the bounds; otherwise dy everywhere
};
// x at the nearest whole multiple of a step, the finest one with which num_bits reach both bounds, and clipped to them. low and high are scalars, or
// as many as x has elements along `axis`. They get no gradient. Throws as fake_quant does.
WG_API Tensor quantize_and_dequantize(const Tensor& x, const Tensor& low, const Tensor& high, const QuantizeOptions& options = {},
                                      Where where = Where::here());

}  // namespace whygrad::quantization
