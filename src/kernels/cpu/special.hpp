// Special functions of numbers in double precision. Rare enough to go without loops per SIMD target. kernels/special.hpp says what each one is, and
// where it is NaN.
#pragma once

namespace whygrad::kernels::cpu {

double log_gamma(double x);
double digamma(double x);
double inverse_erf(double x);
double inverse_normal(double p);
double polygamma(double n, double x);
double zeta(double x, double q);

// special_bessel.cpp
double bessel_i0(double x);
double bessel_i0e(double x);
double bessel_i1(double x);
double bessel_i1e(double x);
double bessel_j0(double x);
double bessel_j1(double x);
double bessel_k0(double x);
double bessel_k0e(double x);
double bessel_k1(double x);
double bessel_k1e(double x);
double bessel_y0(double x);
double bessel_y1(double x);

// special_integrals.cpp
double dawson(double x);
double expint(double x);
double fresnel_cos(double x);
double fresnel_sin(double x);
double spence(double x);

// special_incomplete.cpp
double igamma(double a, double x);
double igammac(double a, double x);
double igamma_grad_a(double a, double x);
double incomplete_beta(double a, double b, double x);

}  // namespace whygrad::kernels::cpu
