// The other direction of max_pool2d_backward, for second derivatives.
#pragma once

#include "kernels/cpu/dnn_pool.hpp"

namespace whygrad::kernels {

// out = the element of x at each position that max_pool2d found, for any x of the pooled image's shape: the transpose of max_pool2d_backward as a
// linear map. x and positions may have any strides, out is contiguous.
void max_pool2d_pick(const View& x, const View& positions, const PoolParams& params, const View& out);

}  // namespace whygrad::kernels
