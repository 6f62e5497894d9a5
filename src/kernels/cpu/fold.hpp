// The inner loops of reductions: fold contiguous elements into wide totals. The driver in reduce.cpp brings every reduction into this form.
#pragma once

#include "kernels/reduce.hpp"

#include <cstddef>

namespace whygrad::kernels::cpu {

// One running total: a double for floating types, 64 bits for integers (whose low bits are the wrapped result) and bool, two doubles for complex.
// Elements are added up in their own type in short stretches only, so that the error of a long f32 sum stays near that of one f32 rounding.
union Total {
  double as_double;
  std::int64_t as_integer;
  double as_complex[2];
};

struct FoldLoops {
  // The total of no elements.
  void (*start)(Total* totals, std::int64_t n) = nullptr;
  // Folds x[0, n) into *total.
  void (*row)(const void* x, std::int64_t n, Total* total) = nullptr;
  // Folds x[i * n, (i + 1) * n) into totals[i], for i < count.
  void (*rows)(const void* x, std::int64_t n, std::int64_t count, Total* totals) = nullptr;
  // Folds x[r * stride + c] for r < rows into totals[c], for c < columns.
  void (*columns)(const void* x, std::int64_t stride, std::int64_t rows, std::int64_t columns, Total* totals) = nullptr;
  // Folds from[i] into totals[i].
  void (*merge)(const Total* from, Total* totals, std::int64_t n) = nullptr;
  // Writes the totals of `count` elements each as elements of the type.
  void (*finish)(const Total* totals, std::int64_t n, std::int64_t count, void* out) = nullptr;
};

// Null loops where the op does not take the dtype. f16 and bf16 are folded as f32.
FoldLoops find_float_fold(Reduce op, DType dtype);
FoldLoops find_plain_fold(Reduce op, DType dtype);

}  // namespace whygrad::kernels::cpu
