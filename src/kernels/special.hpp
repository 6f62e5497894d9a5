// Special functions of one number, computed in double precision.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

enum class Special : std::uint8_t {
  kLogGamma,       // log(|gamma(x)|); Inf at 0 and the negative integers
  kDigamma,        // the derivative of log_gamma; NaN at 0 and the negative integers
  kInverseErf,     // NaN outside [-1, 1]
  kInverseNormal,  // of the standard normal distribution function; NaN outside [0, 1]
};

// out = f(x), elementwise. x floating, of out's shape, with any strides; out contiguous, of x's dtype.
void special(Special f, const View& x, const View& out);

// The n-th derivative of digamma at x for n = 0, 1, ..; NaN for another n. At 0 and the negative integers Inf for odd n, NaN for even n, as
// TensorFlow has it. n and x as x of special().
void polygamma(const View& n, const View& x, const View& out);

}  // namespace whygrad::kernels
