// The project's own matrix product: for f64, which oneDNN does not have, and for products so small or so oddly strided that a call of oneDNN does not
// pay (dnn_matmul.cpp chooses).
#pragma once

#include <cstdint>

namespace whygrad::kernels::cpu {

// c = a @ b, or c += a @ b with `accumulate`: a [m, k] and b [k, n] by any strides, c [m, n] with rows c_row apart and columns 1 apart.
template <class T>
struct Gemm {
  std::int64_t m, n, k;
  const T* a;
  std::int64_t a_row, a_col;
  const T* b;
  std::int64_t b_row, b_col;
  T* c;
  std::int64_t c_row;
  bool accumulate = false;
};

void gemm(const Gemm<float>& g);
void gemm(const Gemm<double>& g);

}  // namespace whygrad::kernels::cpu
