#include "kernels/cpu/special.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace whygrad::kernels::cpu {
namespace {

void expect_close(double got, double want) { EXPECT_LE(std::abs(got - want), 4e-15 * std::abs(want)) << got << " instead of " << want; }

// Abramowitz and Stegun, 6.3 and 6.4; NIST Digital Library of Mathematical Functions, 5.4 and 25.6.
TEST(Digamma, KnownValues) {
  const double euler = 0.57721566490153286061;
  expect_close(digamma(1), -euler);
  expect_close(digamma(0.5), -euler - 2 * std::log(2.0));
  expect_close(digamma(4), -euler + 1 + 1.0 / 2 + 1.0 / 3);
  EXPECT_TRUE(std::isnan(digamma(0)));
  EXPECT_TRUE(std::isnan(digamma(-3)));
  EXPECT_EQ(digamma(INFINITY), INFINITY);
}
TEST(Polygamma, KnownValues) {
  const double pi = M_PI, apery = 1.2020569031595942854;
  expect_close(polygamma(1, 1), pi * pi / 6);
  expect_close(polygamma(1, 0.5), pi * pi / 2);
  expect_close(polygamma(2, 1), -2 * apery);
  expect_close(polygamma(3, 1), std::pow(pi, 4) / 15);
  expect_close(polygamma(0, 1), digamma(1));
  expect_close(polygamma(1, -0.5), pi * pi / 2 + 4);
  EXPECT_TRUE(std::isnan(polygamma(1.5, 1)));
  EXPECT_TRUE(std::isnan(polygamma(-1, 1)));
}
// Far from 0 on the negative side no term is added up one by one.
TEST(Polygamma, OfHugeNegativeNumbers) { expect_close(polygamma(1, -1e15 + 0.5), M_PI * M_PI); }

TEST(Inverses, UndoTheirFunctions) {
  for (double x = -0.9995; x < 1; x += 0.001) EXPECT_NEAR(std::erf(inverse_erf(x)), x, 3e-16) << x;
  for (const double p : {1e-300, 1e-30, 1e-5, 0.07, 0.2, 0.5, 0.93, 0.99999}) {
    const double back = std::erfc(-inverse_normal(p) / std::sqrt(2)) / 2;
    EXPECT_NEAR(back / p, 1, 1e-12) << p;
  }
}
TEST(Inverses, AtTheirEnds) {
  EXPECT_EQ(inverse_erf(1), INFINITY);
  EXPECT_EQ(inverse_erf(-1), -INFINITY);
  EXPECT_TRUE(std::isnan(inverse_erf(1.1)));
  EXPECT_EQ(inverse_normal(0), -INFINITY);
  EXPECT_EQ(inverse_normal(1), INFINITY);
  EXPECT_TRUE(std::isnan(inverse_normal(-0.1)));
  EXPECT_TRUE(std::isnan(inverse_normal(NAN)));
}

// Digital Library of Mathematical Functions, chapters 5, 6, 7, 8, 10 and 25; large and small arguments, where another formula takes over.
TEST(Bessel, ScaledFunctionsJoinWhereTheAsymptoticSeriesBegins) {
  for (double (*f)(double) : {bessel_i0e, bessel_i1e, bessel_k0e, bessel_k1e}) {
    const double below = f(std::nextafter(600.0, 0)), above = f(std::nextafter(600.0, 1000));
    EXPECT_NEAR(below / above, 1, 1e-13);
    EXPECT_GT(f(1e300), 0);
  }
  expect_close(bessel_j0(0), 1);
  EXPECT_NEAR(bessel_j0(2.404825557695773), 0, 1e-15);
}
TEST(Integrals, JoinWhereAnotherFormulaBegins) {
  const auto joins = [](double (*f)(double), double at) {
    EXPECT_NEAR(f(std::nextafter(at, 0)), f(std::nextafter(at, 2 * at)), 1e-14 * std::abs(f(at))) << at;
  };
  joins(dawson, 7);
  joins(fresnel_cos, 1.6);
  joins(fresnel_sin, 1.6);
  joins(spence, 0.5);
  joins(spence, 2);
  expect_close(spence(0), M_PI * M_PI / 6);
  expect_close(spence(2), -M_PI * M_PI / 12);
  EXPECT_NEAR(fresnel_cos(1e9), 0.5, 1e-9);
  EXPECT_EQ(fresnel_sin(-INFINITY), -0.5);
}
TEST(Zeta, KnownValues) {
  expect_close(zeta(2, 1), M_PI * M_PI / 6);
  expect_close(zeta(4, 1), std::pow(M_PI, 4) / 90);
  expect_close(zeta(2, 0.5), M_PI * M_PI / 2);
  EXPECT_EQ(zeta(1, 3), INFINITY);
  EXPECT_TRUE(std::isnan(zeta(0.5, 3)));
  EXPECT_TRUE(std::isnan(zeta(2.5, -0.5)));
}
TEST(Igamma, KnownValues) {
  for (const double x : {0.1, 1.0, 7.0, 30.0}) {
    expect_close(igammac(1, x), std::exp(-x));
    EXPECT_NEAR(igamma(0.5, x), std::erf(std::sqrt(x)), 1e-15);
    EXPECT_NEAR(igamma(3, x) + igammac(3, x), 1, 1e-15);
  }
}
// Against differences of the function, on both sides of where the series gives way to the fraction.
TEST(Igamma, SlopeAlongA) {
  for (const double a : {0.3, 2.0, 50.0, 1e4}) {
    for (const double ratio : {0.5, 0.99, 1.0, 1.01, 1.7}) {
      const double x = a * ratio, h = 1e-3 * std::sqrt(a);
      const double slope = (8 * (igamma(a + h, x) - igamma(a - h, x)) - (igamma(a + 2 * h, x) - igamma(a - 2 * h, x))) / (12 * h);
      EXPECT_NEAR(igamma_grad_a(a, x), slope, 1e-9 / std::sqrt(a)) << a << " " << x;
    }
  }
}
TEST(IncompleteBeta, KnownValues) {
  for (const double x : {0.0, 0.2, 0.7, 1.0}) {
    EXPECT_NEAR(incomplete_beta(1, 1, x), x, 1e-15);
    EXPECT_NEAR(incomplete_beta(3, 1, x), x * x * x, 1e-15);
    EXPECT_NEAR(incomplete_beta(0.5, 0.5, x), 2 / M_PI * std::asin(std::sqrt(x)), 1e-15);
  }
  EXPECT_TRUE(std::isnan(incomplete_beta(0, 1, 0.5)));
  EXPECT_TRUE(std::isnan(incomplete_beta(1, 1, 1.5)));
}

}  // namespace
}  // namespace whygrad::kernels::cpu
