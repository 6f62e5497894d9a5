// Functions of matrices. Exponential: scaling and squaring with the Pade approximant of order 13 (Higham, The Scaling and Squaring Method for the
// Matrix Exponential Revisited, 2005). Square root: of the triangle of a Schur decomposition (Bjorck and Hammarling, 1983). Logarithm: square roots
// of that triangle until it is near 1, then a Pade approximant written as a sum of fractions (Higham, Functions of Matrices, 2008, chapter 11).
#include "kernels/cpu/matrix_functions.hpp"

#include "device/workspace.hpp"
#include "kernels/cpu/decompose.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace whygrad::kernels::cpu {
namespace {

using Complex = std::complex<double>;
template <class T>
using Matrix = device::Workspace<T>;

template <class T>
Matrix<T> product(std::span<const T> a, std::span<const T> b, std::int64_t n) {
  Matrix<T> c(a.size());
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t k = 0; k < n; ++k) {
      const T factor = a[static_cast<std::size_t>(i * n + k)];
      for (std::int64_t j = 0; j < n; ++j) c[static_cast<std::size_t>(i * n + j)] += factor * b[static_cast<std::size_t>(k * n + j)];
    }
  }
  return c;
}

// The largest sum of magnitudes in a column of a - shift.
template <class T>
double column_norm(std::span<const T> a, std::int64_t n, double shift) {
  double most = 0;
  for (std::int64_t j = 0; j < n; ++j) {
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) sum += std::abs(a[static_cast<std::size_t>(i * n + j)] - (i == j ? shift : 0.0));
    most = std::max(most, sum);
  }
  return most;
}

template <class T>
void add_to_diagonal(std::span<T> a, std::int64_t n, double number) {
  for (std::int64_t i = 0; i < n; ++i) a[static_cast<std::size_t>(i * n + i)] += number;
}

Matrix<Complex> conjugate_transpose(std::span<const Complex> a, std::int64_t n) {
  Matrix<Complex> b(a.size());
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < n; ++j) b[static_cast<std::size_t>(j * n + i)] = std::conj(a[static_cast<std::size_t>(i * n + j)]);
  }
  return b;
}

// r where r r = t, both upper triangular, in the place of t. Returns false if there is none.
bool triangular_root(std::span<Complex> t, std::int64_t n) {
  const auto at = [&](std::int64_t i, std::int64_t j) -> Complex& { return t[static_cast<std::size_t>(i * n + j)]; };
  for (std::int64_t j = 0; j < n; ++j) {
    at(j, j) = std::sqrt(at(j, j));
    for (std::int64_t i = j - 1; i >= 0; --i) {
      Complex rest = at(i, j);
      for (std::int64_t k = i + 1; k < j; ++k) rest -= at(i, k) * at(k, j);
      const Complex sum = at(i, i) + at(j, j);
      if (sum == 0.0 && rest != 0.0) return false;
      at(i, j) = sum == 0.0 ? Complex() : rest / sum;
    }
  }
  return true;
}

// log(t) of an upper triangular t with column_norm(t - 1) of at most 0.25, in its place.
void logarithm_near_one(std::span<Complex> t, std::int64_t n) {
  // Nodes and weights of Gauss and Legendre on [0, 1].
  constexpr std::array kNodes{0.9491079123427585, 0.7415311855993945, 0.4058451513773972, 0.0};
  constexpr std::array kWeights{0.1294849661688697, 0.2797053914892766, 0.3818300505051189, 0.4179591836734694};
  add_to_diagonal(t, n, -1);
  const Matrix<Complex> x(t.begin(), t.end());
  std::fill(t.begin(), t.end(), Complex());
  for (int term = -3; term <= 3; ++term) {
    const auto which = static_cast<std::size_t>(3 - std::abs(term));
    const double node = (1 + (term < 0 ? -1 : 1) * kNodes[which]) / 2, weight = kWeights[which] / 2;
    Matrix<Complex> denominator(x.size()), fraction(x);
    std::transform(x.begin(), x.end(), denominator.begin(), [&](Complex z) { return node * z; });
    add_to_diagonal(std::span(denominator), n, 1);
    triangular_solve<Complex>(denominator, n, false, false, fraction, n);
    for (std::size_t i = 0; i < t.size(); ++i) t[i] += weight * fraction[i];
  }
}

// a = q f(t) q^H, where a = q t q^H with an upper triangular t and f(t) in the place of t.
template <class F>
bool by_schur(std::span<Complex> a, std::int64_t n, const F& f) {
  Matrix<Complex> q(a.size());
  if (!schur(a, n, q) || !f(a)) return false;
  const Matrix<Complex> left = product<Complex>(q, a, n), right = conjugate_transpose(q, n);
  const Matrix<Complex> result = product<Complex>(left, right, n);
  std::copy(result.begin(), result.end(), a.begin());
  return true;
}

}  // namespace

template <class T>
void matrix_exponential(std::span<T> a, std::int64_t n) {
  constexpr double kB[] = {64764752532480000,
                           32382376266240000,
                           7771770303897600,
                           1187353796428800,
                           129060195264000,
                           10559470521600,
                           670442572800,
                           33522128640,
                           1323241920,
                           40840800,
                           960960,
                           16380,
                           182,
                           1};
  constexpr double kLargestNorm = 5.371920351148152;
  const double norm = column_norm<T>(a, n, 0);
  const int squarings = norm > kLargestNorm ? std::max(0, static_cast<int>(std::ceil(std::log2(norm / kLargestNorm)))) : 0;
  const double scale = std::ldexp(1.0, -squarings);
  for (T& element : a) element *= scale;
  const Matrix<T> a2 = product<T>(a, a, n), a4 = product<T>(a2, a2, n), a6 = product<T>(a4, a2, n);
  // b0 + b2 a2 + b4 a4 + b6 a6 + a6 (b8 a2 + b10 a4 + b12 a6); the odd ones are multiplied by a in the end.
  const auto half = [&](int first) {
    Matrix<T> high(a.size());
    for (std::size_t i = 0; i < high.size(); ++i) high[i] = kB[first + 12] * a6[i] + kB[first + 10] * a4[i] + kB[first + 8] * a2[i];
    Matrix<T> sum = product<T>(a6, high, n);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += kB[first + 6] * a6[i] + kB[first + 4] * a4[i] + kB[first + 2] * a2[i];
    add_to_diagonal(std::span(sum), n, kB[first]);
    return sum;
  };
  const Matrix<T> odd = half(1), u = product<T>(a, odd, n);
  Matrix<T> v = half(0), denominator(v.size());
  for (std::size_t i = 0; i < v.size(); ++i) {
    denominator[i] = v[i] - u[i];
    v[i] += u[i];
  }
  device::Workspace<int> swaps(static_cast<std::size_t>(n));
  lu<T>(denominator, n, swaps);
  lu_solve<T>(denominator, n, swaps, v, n);
  for (int i = 0; i < squarings; ++i) v = product<T>(v, v, n);
  std::copy(v.begin(), v.end(), a.begin());
}

bool matrix_square_root(std::span<Complex> a, std::int64_t n) {
  return by_schur(a, n, [&](std::span<Complex> t) { return triangular_root(t, n); });
}

bool matrix_logarithm(std::span<Complex> a, std::int64_t n) {
  return by_schur(a, n, [&](std::span<Complex> t) {
    Matrix<Complex> diagonal(static_cast<std::size_t>(n));
    for (std::int64_t i = 0; i < n; ++i) {
      const Complex value = t[static_cast<std::size_t>(i * n + i)];
      if (value == 0.0) return false;
      diagonal[static_cast<std::size_t>(i)] = std::log(value);
    }
    constexpr int kMostRoots = 100;
    int roots = 0;
    for (; column_norm<Complex>(t, n, 1) > 0.25; ++roots) {
      if (roots == kMostRoots || !triangular_root(t, n)) return false;
    }
    logarithm_near_one(t, n);
    for (Complex& element : t) element *= std::ldexp(1.0, roots);
    for (std::int64_t i = 0; i < n; ++i) t[static_cast<std::size_t>(i * n + i)] = diagonal[static_cast<std::size_t>(i)];
    return true;
  });
}

template void matrix_exponential(std::span<double>, std::int64_t);
template void matrix_exponential(std::span<Complex>, std::int64_t);

}  // namespace whygrad::kernels::cpu
