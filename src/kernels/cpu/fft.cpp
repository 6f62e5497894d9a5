// Fourier transforms over views. See NOTE [fft] in fft_plan.cpp.
#include "kernels/fft.hpp"

#include "device/parallel.hpp"
#include "device/workspace.hpp"
#include "kernels/cpu/fft_plan.hpp"
#include "kernels/cpu/table.hpp"
#include "kernels/layout.hpp"

#include <algorithm>
#include <complex>
#include <cstddef>

namespace whygrad::kernels::cpu {
namespace {

template <class T>
using Complex = std::complex<T>;

// Calls body(begin, end, work) over [0, n), on several threads, with `elements` of workspace for each.
template <class T, class Body>
void with_workspace(std::int64_t n, std::int64_t cost, std::int64_t elements, const Body& body) {
  constexpr std::int64_t kWorthAThread = 1 << 14;
  const std::int64_t wanted = std::min<std::int64_t>(device::thread_count(), std::max<std::int64_t>(1, n * cost / kWorthAThread));
  const std::int64_t pieces = device::in_parallel() ? 1 : std::max<std::int64_t>(1, std::min(wanted, n));
  device::Workspace<Complex<T>> work(static_cast<std::size_t>(pieces * elements));
  device::parallel_pieces(static_cast<int>(pieces),
                          [&](int piece) { body(n * piece / pieces, n * (piece + 1) / pieces, work.data() + piece * elements); });
}

// Forward is a plain copy; for an inverse the parts are exchanged, before and after.
template <class T>
Complex<T> moved(Complex<T> z, bool inverse) {
  return inverse ? Complex<T>(z.imag(), z.real()) : z;
}

// Transforms [outer, n, inner] along its middle axis, in place. Neighbouring columns are taken together, since they share cache lines.
template <class T>
void along_axis(Complex<T>* data, std::int64_t outer, std::int64_t n, std::int64_t inner, bool inverse) {
  const auto plan = FftPlan<T>::of(n);
  const std::int64_t width = std::min<std::int64_t>(inner, 8), blocks = (inner + width - 1) / width;
  const T scale = inverse ? T(1) / static_cast<T>(n) : T(1);
  with_workspace<T>(outer * blocks, n * width * 4, width * n + plan->workspace(), [&](std::int64_t begin, std::int64_t end, Complex<T>* work) {
    for (std::int64_t b = begin; b < end; ++b) {
      const std::int64_t first = b % blocks * width, columns = std::min(width, inner - first);
      Complex<T>* at = data + b / blocks * n * inner + first;
      for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t c = 0; c < columns; ++c) work[c * n + i] = moved(at[i * inner + c], inverse);
      }
      for (std::int64_t c = 0; c < columns; ++c) plan->run(work + c * n, work + width * n);
      for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t c = 0; c < columns; ++c) at[i * inner + c] = scale * moved(work[c * n + i], inverse);
      }
    }
  });
}

// The last `rank` axes of contiguous elements, except the last `skipped` ones.
template <class T>
void along_axes(const View& x, int rank, int skipped, bool inverse) {
  std::int64_t inner = 1, outer = x.size();
  if (outer == 0) return;
  for (int i = 0; i < rank; ++i) {
    const std::int64_t n = x.shape[x.rank - 1 - i];
    outer /= n;
    if (i >= skipped) along_axis(x.as<Complex<T>>(), outer, n, inner, inverse);
    inner *= n;
  }
}

// Between a real row of n elements and the first n / 2 + 1 of its transform. An even row is transformed as n / 2 complex elements.
template <class T>
class RealRows {
 public:
  explicit RealRows(std::int64_t n) : n_(n), even_(n % 2 == 0), plan_(FftPlan<T>::of(even_ ? n / 2 : n)) {
    if (!even_) return;
    roots_.reserve(static_cast<std::size_t>(n / 2 + 1));
    for (std::int64_t k = 0; k <= n / 2; ++k) roots_.push_back(Complex<T>(root_of_unity(k, n)));
  }
  std::int64_t workspace() const { return plan_->length() + plan_->workspace(); }

  void forward(const T* x, Complex<T>* out, Complex<T>* work) const {
    const std::int64_t h = plan_->length();
    for (std::int64_t i = 0; i < h; ++i) work[i] = even_ ? Complex<T>(x[2 * i], x[2 * i + 1]) : Complex<T>(x[i]);
    plan_->run(work, work + h);
    if (!even_) {
      std::copy(work, work + n_ / 2 + 1, out);
      return;
    }
    for (std::int64_t k = 0; k <= h; ++k) {
      const Complex<T> a = work[k == h ? 0 : k], b = std::conj(work[k == 0 ? 0 : h - k]), w = roots_[static_cast<std::size_t>(k)];
      const Complex<T> difference = a - b, turned(difference.imag(), -difference.real());  // -i (a - b)
      out[k] = T(0.5) * (a + b + times(turned, w));
    }
  }

  void inverse(const Complex<T>* x, T* out, Complex<T>* work) const {
    const std::int64_t h = plan_->length();
    const T scale = T(1) / static_cast<T>(n_);
    for (std::int64_t k = 0; k < h; ++k) {
      // What has no partner in a real row's transform counts as real.
      const auto element = [&](std::int64_t i) { return i == 0 || 2 * i == n_ ? Complex<T>(x[i].real()) : x[i]; };
      Complex<T> z = even_ || 2 * k <= n_ ? element(k) : std::conj(element(n_ - k));
      if (even_) {
        const Complex<T> b = std::conj(element(h - k)), difference = times(z - b, std::conj(roots_[static_cast<std::size_t>(k)]));
        z += b + Complex<T>(-difference.imag(), difference.real());
      }
      work[k] = moved(z, true);
    }
    plan_->run(work, work + h);
    for (std::int64_t i = 0; i < h; ++i) {
      const Complex<T> z = scale * moved(work[i], true);
      if (even_) {
        out[2 * i] = z.real();
        out[2 * i + 1] = z.imag();
      } else {
        out[i] = z.real();
      }
    }
  }

 private:
  static Complex<T> times(Complex<T> a, Complex<T> b) {
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
  }

  std::int64_t n_;
  bool even_;
  std::shared_ptr<const FftPlan<T>> plan_;
  std::vector<Complex<T>> roots_;  // for an even length
};

// x's elements without gaps; x itself if it has none.
class Packed {
 public:
  explicit Packed(const View& x) : bytes_(x.contiguous() ? 0 : static_cast<std::size_t>(x.size()) * size_of(x.dtype)), layout_(x) {
    if (x.contiguous()) return;
    layout_ = Layout::contiguous(x, bytes_.data(), x.dtype);
    cpu::copy(x, layout_);
  }
  View view() const { return layout_; }

 private:
  device::Workspace<std::byte> bytes_;
  Layout layout_;
};

template <class T>
void real_forward(const View& x, int rank, const View& out) {
  const std::int64_t n = x.shape[x.rank - 1], kept = n / 2 + 1, rows = n == 0 ? 0 : x.size() / n;
  if (rows == 0) return;
  const Packed packed(x);
  const T* from = packed.view().as<T>();
  const RealRows<T> real(n);
  with_workspace<T>(rows, n * 4, real.workspace(), [&](std::int64_t begin, std::int64_t end, Complex<T>* work) {
    for (std::int64_t r = begin; r < end; ++r) real.forward(from + r * n, out.as<Complex<T>>() + r * kept, work);
  });
  along_axes<T>(out, rank, 1, false);
}

template <class T>
void real_inverse(const View& x, int rank, const View& out) {
  const std::int64_t n = out.shape[out.rank - 1], kept = n / 2 + 1, rows = n == 0 ? 0 : out.size() / n;
  if (rows == 0) return;
  device::Workspace<Complex<T>> copy(static_cast<std::size_t>(rows * kept));
  const Layout spectrum = Layout::contiguous(x, copy.data(), x.dtype);
  cpu::copy(x, spectrum);
  along_axes<T>(spectrum, rank, 1, true);
  const RealRows<T> real(n);
  with_workspace<T>(rows, n * 4, real.workspace(), [&](std::int64_t begin, std::int64_t end, Complex<T>* work) {
    for (std::int64_t r = begin; r < end; ++r) real.inverse(copy.data() + r * kept, out.as<T>() + r * n, work);
  });
}

}  // namespace

void fft(const View& x, int rank, bool inverse, const View& out) {
  cpu::copy(x, out);
  x.dtype == DType::kC64 ? along_axes<float>(out, rank, 0, inverse) : along_axes<double>(out, rank, 0, inverse);
}
void rfft(const View& x, int rank, const View& out) {
  x.dtype == DType::kF32 ? real_forward<float>(x, rank, out) : real_forward<double>(x, rank, out);
}
void irfft(const View& x, int rank, const View& out) {
  x.dtype == DType::kC64 ? real_inverse<float>(x, rank, out) : real_inverse<double>(x, rank, out);
}

}  // namespace whygrad::kernels::cpu
