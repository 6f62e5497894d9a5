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

}  // namespace
}  // namespace whygrad::kernels::cpu
