// NOTE [fft]
// A length is a product of small primes in most programs. Stockham's form of the algorithm needs no reordering: each stage takes one factor p off the
// length n = p m of its part transforms and writes them `stride` apart, so that the elements which the inner loop takes lie side by side. A length
// with a prime factor above 31 becomes a convolution (Bluestein), since a stage of that radix would cost its square. Inverses are forward transforms
// with the real and imaginary parts exchanged before and after, which whoever copies the row does in passing.
#include "kernels/cpu/fft_plan.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <mutex>
#include <numbers>
#include <utility>

namespace whygrad::kernels::cpu {
namespace {

constexpr std::int64_t kLargestRadix = 31;

template <class T>
std::complex<T> product(std::complex<T> a, std::complex<T> b) {  // without the test for NaN that the operator makes
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}
// -i x
template <class T>
std::complex<T> turned(std::complex<T> x) {
  return {x.imag(), -x.real()};
}

// One butterfly over `stride` neighbours: k runs over the radix, `apart` is the distance between the elements read. The k-th result is multiplied by
// the k-th twiddle.
template <class T>
struct Butterfly {
  using Complex = std::complex<T>;
  std::int64_t stride, apart;
  const Complex* w;

  void two(const Complex* x, Complex* y) const {
    for (std::int64_t j = 0; j < stride; ++j) {
      const Complex a = x[j], b = x[j + apart];
      y[j] = a + b;
      y[j + stride] = product(a - b, w[0]);
    }
  }
  void three(const Complex* x, Complex* y) const {
    constexpr T kHalf = T(0.5), kSine = std::numbers::sqrt3_v<T> / 2;
    for (std::int64_t j = 0; j < stride; ++j) {
      const Complex a = x[j], b = x[j + apart], c = x[j + 2 * apart];
      const Complex sum = b + c, middle = a - kHalf * sum, side = turned(kSine * (b - c));
      y[j] = a + sum;
      y[j + stride] = product(middle + side, w[0]);
      y[j + 2 * stride] = product(middle - side, w[1]);
    }
  }
  void four(const Complex* x, Complex* y) const {
    for (std::int64_t j = 0; j < stride; ++j) {
      const Complex a = x[j], b = x[j + apart], c = x[j + 2 * apart], d = x[j + 3 * apart];
      const Complex ac = a + c, a_c = a - c, bd = b + d, b_d = turned(b - d);
      y[j] = ac + bd;
      y[j + stride] = product(a_c + b_d, w[0]);
      y[j + 2 * stride] = product(ac - bd, w[1]);
      y[j + 3 * stride] = product(a_c - b_d, w[2]);
    }
  }
  void five(const Complex* x, Complex* y) const {
    const T c1 = T(std::cos(2 * std::numbers::pi / 5)), c2 = T(std::cos(4 * std::numbers::pi / 5));
    const T s1 = T(std::sin(2 * std::numbers::pi / 5)), s2 = T(std::sin(4 * std::numbers::pi / 5));
    for (std::int64_t j = 0; j < stride; ++j) {
      const Complex a = x[j], b = x[j + apart], c = x[j + 2 * apart], d = x[j + 3 * apart], e = x[j + 4 * apart];
      const Complex be = b + e, cd = c + d, b_e = b - e, c_d = c - d;
      const Complex m1 = a + c1 * be + c2 * cd, m2 = a + c2 * be + c1 * cd;
      const Complex t1 = turned(s1 * b_e + s2 * c_d), t2 = turned(s2 * b_e - s1 * c_d);
      y[j] = a + be + cd;
      y[j + stride] = product(m1 + t1, w[0]);
      y[j + 2 * stride] = product(m2 + t2, w[1]);
      y[j + 3 * stride] = product(m2 - t2, w[2]);
      y[j + 4 * stride] = product(m1 - t1, w[3]);
    }
  }
  // Of any radix: the sums as they are defined. roots[r] is e^(-2 pi i r / radix).
  void any(std::int64_t radix, const Complex* roots, const Complex* x, Complex* y) const {
    for (std::int64_t j = 0; j < stride; ++j) {
      for (std::int64_t k = 0; k < radix; ++k) {
        Complex sum = x[j];
        for (std::int64_t i = 1, r = k; i < radix; ++i, r = r + k < radix ? r + k : r + k - radix) sum += product(x[j + i * apart], roots[r]);
        y[j + k * stride] = k == 0 ? sum : product(sum, w[k - 1]);
      }
    }
  }
};

// The factors of n: 4 as often as it goes, then primes. The last one is n's largest prime factor if that is above 4.
std::vector<std::int64_t> factors_of(std::int64_t n) {
  std::vector<std::int64_t> factors;
  for (; n % 4 == 0; n /= 4) factors.push_back(4);
  for (std::int64_t p = 2; p * p <= n; ++p) {
    for (; n % p == 0; n /= p) factors.push_back(p);
  }
  if (n > 1) factors.push_back(n);
  return factors;
}

}  // namespace

std::complex<double> root_of_unity(std::int64_t r, std::int64_t n) {
  // Within half of a quarter turn, where sine and cosine have every digit.
  const std::int64_t quarter = 4 * r / n, rest = 4 * r - quarter * n;
  const bool near = 2 * rest <= n;
  const double angle = std::numbers::pi / 2 * static_cast<double>(near ? rest : n - rest) / static_cast<double>(n);
  const double c = near ? std::cos(angle) : std::sin(angle), s = near ? std::sin(angle) : std::cos(angle);
  switch (quarter) {
    case 0: return {c, -s};
    case 1: return {-s, -c};
    case 2: return {-c, s};
    default: return {s, c};
  }
}

template <class T>
FftPlan<T>::FftPlan(std::int64_t n) : n_(n) {
  const std::vector<std::int64_t> factors = factors_of(n);
  if (!factors.empty() && factors.back() > kLargestRadix) {
    plan_chirp();
    return;
  }
  stages_.reserve(factors.size());
  for (const std::int64_t radix : factors) stages_.push_back({radix, 0, 0, 0});
  plan_stages();
}

template <class T>
void FftPlan<T>::plan_stages() {
  std::int64_t length = n_;
  for (Stage& stage : stages_) {
    stage.length = length;
    stage.twiddles = twiddles_.size();
    stage.roots = roots_.size();
    twiddles_.reserve(twiddles_.size() + static_cast<std::size_t>(length));
    for (std::int64_t q = 0; q < length / stage.radix; ++q) {
      for (std::int64_t k = 1; k < stage.radix; ++k) twiddles_.push_back(Complex(root_of_unity(q * k, length)));
    }
    if (stage.radix > 5) {
      for (std::int64_t r = 0; r < stage.radix; ++r) roots_.push_back(Complex(root_of_unity(r, stage.radix)));
    }
    length /= stage.radix;
  }
}

template <class T>
void FftPlan<T>::plan_chirp() {
  std::int64_t padded = 1;
  while (padded < 2 * n_ - 1) padded *= 2;
  inner_ = std::make_unique<FftPlan>(padded);
  chirp_.resize(static_cast<std::size_t>(n_));
  spectrum_.resize(static_cast<std::size_t>(padded));
  for (std::int64_t k = 0; k < n_; ++k) {
    const Complex w(root_of_unity(k * k % (2 * n_), 2 * n_));
    chirp_[static_cast<std::size_t>(k)] = w;
    spectrum_[static_cast<std::size_t>(k)] = spectrum_[static_cast<std::size_t>(k == 0 ? 0 : padded - k)] = std::conj(w);
  }
  std::vector<Complex> work(static_cast<std::size_t>(padded));
  inner_->run(spectrum_.data(), work.data());
  for (Complex& s : spectrum_) s /= static_cast<T>(padded);
}

template <class T>
void FftPlan<T>::run_stage(const Stage& stage, std::int64_t stride, const Complex* x, Complex* y) const {
  const std::int64_t p = stage.radix, parts = stage.length / p;
  Butterfly<T> butterfly{stride, stride * parts, twiddles_.data() + stage.twiddles};
  for (std::int64_t q = 0; q < parts; ++q, x += stride, y += p * stride, butterfly.w += p - 1) {
    switch (p) {
      case 2: butterfly.two(x, y); break;
      case 3: butterfly.three(x, y); break;
      case 4: butterfly.four(x, y); break;
      case 5: butterfly.five(x, y); break;
      default: butterfly.any(p, roots_.data() + stage.roots, x, y);
    }
  }
}

template <class T>
void FftPlan<T>::run_stages(Complex* row, Complex* work) const {
  Complex *from = row, *to = work;
  std::int64_t stride = 1;
  for (const Stage& stage : stages_) {
    run_stage(stage, stride, from, to);
    stride *= stage.radix;
    std::swap(from, to);
  }
  if (from != row) std::copy(from, from + n_, row);
}

template <class T>
void FftPlan<T>::run_chirp(Complex* row, Complex* work) const {
  const std::int64_t padded = inner_->n_;
  const auto exchanged = [](Complex z) { return Complex(z.imag(), z.real()); };
  Complex *a = work + n_, *more = a + padded;
  for (std::int64_t k = 0; k < n_; ++k) a[k] = product(row[k], chirp_[static_cast<std::size_t>(k)]);
  std::fill(a + n_, a + padded, Complex());
  inner_->run(a, more);
  for (std::int64_t k = 0; k < padded; ++k) a[k] = exchanged(product(a[k], spectrum_[static_cast<std::size_t>(k)]));
  inner_->run(a, more);
  for (std::int64_t k = 0; k < n_; ++k) row[k] = product(exchanged(a[k]), chirp_[static_cast<std::size_t>(k)]);
}

template <class T>
void FftPlan<T>::run(Complex* row, Complex* work) const {
  chirp_.empty() ? run_stages(row, work) : run_chirp(row, work);
}

template <class T>
std::shared_ptr<const FftPlan<T>> FftPlan<T>::of(std::int64_t n) {
  constexpr std::int64_t kMostKept = 1 << 16;  // beyond, a plan is large, and cheap beside the transform
  if (n > kMostKept) return std::make_shared<const FftPlan>(n);
  static std::mutex mutex;
  static std::array<std::shared_ptr<const FftPlan>, 8> recent;
  static std::size_t next = 0;
  const std::lock_guard lock(mutex);
  for (const auto& plan : recent) {
    if (plan != nullptr && plan->n_ == n) return plan;
  }
  auto plan = std::make_shared<const FftPlan>(n);
  recent[next++ % recent.size()] = plan;
  return plan;
}

template class FftPlan<float>;
template class FftPlan<double>;

}  // namespace whygrad::kernels::cpu
