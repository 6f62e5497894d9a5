// Elements of any dtype in double precision, without gaps: what LAPACK and scalar functions work on.
#pragma once

#include "device/workspace.hpp"
#include "kernels/cpu/dnn_scratch.hpp"
#include "kernels/cpu/table.hpp"

#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace whygrad::kernels::cpu {

// T is double for real dtypes, std::complex<double> for any.
template <class T>
class Wide {
 public:
  // As many as the view has elements, each `start`.
  explicit Wide(const View& like, T start = {})
      : numbers_(static_cast<std::size_t>(like.size()), start), layout_(Layout::contiguous(like, numbers_.data(), kDType)) {}
  static Wide of(const View& x) {
    Wide wide(x);
    cpu::cast(x, wide.view());
    return wide;
  }
  // `out` has the shape of the view that they were made for.
  void store(const View& out) { cpu::cast(view(), out); }

  View view() { return layout_; }
  T* data() { return numbers_.data(); }
  T& operator[](std::size_t i) { return numbers_[i]; }
  // Part b of parts of `size` numbers.
  std::span<T> part(std::int64_t b, std::int64_t size) {
    return std::span(numbers_).subspan(static_cast<std::size_t>(b * size), static_cast<std::size_t>(size));
  }

 private:
  static constexpr DType kDType = std::is_same_v<T, double> ? DType::kF64 : DType::kC128;
  device::Workspace<T> numbers_;
  Layout layout_;
};

using Doubles = Wide<double>;

}  // namespace whygrad::kernels::cpu
