// Special functions of one number, in double precision. Rare enough to go without loops per SIMD target.
#pragma once

namespace whygrad::kernels::cpu {

// log(|gamma(x)|); Inf at 0 and the negative integers.
double log_gamma(double x);
// The derivative of log_gamma; NaN at 0 and the negative integers.
double digamma(double x);
// The n-th derivative of digamma for n = 0, 1, ..; NaN for another n. At 0 and the negative integers Inf for odd n, NaN for even n, as TensorFlow has
// it.
double polygamma(double n, double x);
// The inverse of the error function; NaN outside [-1, 1].
double inverse_erf(double x);
// The inverse of the standard normal distribution function; NaN outside [0, 1].
double inverse_normal(double p);

}  // namespace whygrad::kernels::cpu
