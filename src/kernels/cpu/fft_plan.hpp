// How one row of a length is transformed.
#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <vector>

namespace whygrad::kernels::cpu {

// e^(-2 pi i r / n), 0 <= r < n.
std::complex<double> root_of_unity(std::int64_t r, std::int64_t n);

// The factors and the roots of unity for one length. Immutable, so that threads may share it.
template <class T>
class FftPlan {
 public:
  using Complex = std::complex<T>;

  explicit FftPlan(std::int64_t n);
  std::int64_t length() const { return n_; }
  // How many elements run() needs beside the row.
  std::int64_t workspace() const { return chirp_.empty() ? n_ : n_ + 2 * inner_->n_; }
  // row = its forward transform.
  void run(Complex* row, Complex* work) const;

  // The plan of a length, n >= 1. A few are kept for the next call.
  static std::shared_ptr<const FftPlan> of(std::int64_t n);

 private:
  struct Stage {
    std::int64_t radix;
    std::int64_t length;   // of the part transforms at the start of this stage
    std::size_t twiddles;  // where its roots begin: radix - 1 for each position
    std::size_t roots;     // where the roots of order `radix` begin, for a radix without a butterfly of its own
  };
  void plan_stages();
  void plan_chirp();
  void run_stages(Complex* row, Complex* work) const;
  void run_chirp(Complex* row, Complex* work) const;
  void run_stage(const Stage& stage, std::int64_t stride, const Complex* x, Complex* y) const;

  std::int64_t n_;
  std::vector<Stage> stages_;
  std::vector<Complex> twiddles_;
  std::vector<Complex> roots_;
  // For a length with a large prime factor, by Bluestein: a convolution whose length is a power of 2.
  std::vector<Complex> chirp_, spectrum_;
  std::unique_ptr<FftPlan> inner_;
};

extern template class FftPlan<float>;
extern template class FftPlan<double>;

}  // namespace whygrad::kernels::cpu
