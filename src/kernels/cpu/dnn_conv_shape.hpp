// The sizes of one convolution, read off its operands. Private to dnn_conv*.cpp.
#pragma once

#include "kernels/conv.hpp"

#include <cstdint>

namespace whygrad::kernels::cpu {

struct ConvShape {
  // Any of the views may be a gradient of the same shape.
  ConvShape(const View& x, const View& filter, const View& y, const ConvParams& p)
      : n(x.shape[0]),
        h(x.shape[1]),
        w(x.shape[2]),
        c(x.shape[3]),
        kh(filter.shape[0]),
        kw(filter.shape[1]),
        o(filter.shape[3]),
        oh(y.shape[1]),
        ow(y.shape[2]),
        params(p) {}

  std::int64_t group_inputs() const { return c / params.groups; }
  std::int64_t group_outputs() const { return o / params.groups; }
  // Elements of one image, and of one image of the result.
  std::int64_t input_size() const { return h * w * c; }
  std::int64_t output_size() const { return oh * ow * o; }

  std::int64_t n, h, w, c, kh, kw, o, oh, ow;
  ConvParams params;
};

}  // namespace whygrad::kernels::cpu
