// Elements of any real dtype in double precision, without gaps: what LAPACK and scalar functions work on.
#pragma once

#include "device/workspace.hpp"
#include "kernels/cpu/dnn_scratch.hpp"
#include "kernels/cpu/table.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace whygrad::kernels::cpu {

class Doubles {
 public:
  // As many as the view has elements, each `start`.
  explicit Doubles(const View& like, double start = 0)
      : numbers_(static_cast<std::size_t>(like.size()), start), layout_(Layout::contiguous(like, numbers_.data(), DType::kF64)) {}
  static Doubles of(const View& x) {
    Doubles doubles(x);
    cpu::cast(x, doubles.view());
    return doubles;
  }
  // `out` has the shape of the view that they were made for.
  void store(const View& out) { cpu::cast(view(), out); }

  View view() { return layout_; }
  double* data() { return numbers_.data(); }
  double& operator[](std::size_t i) { return numbers_[i]; }
  // Part b of parts of `size` numbers.
  std::span<double> part(std::int64_t b, std::int64_t size) {
    return std::span(numbers_).subspan(static_cast<std::size_t>(b * size), static_cast<std::size_t>(size));
  }

 private:
  device::Workspace<double> numbers_;
  Layout layout_;
};

}  // namespace whygrad::kernels::cpu
