// Softmax loops on one row of f32 or f64, per SIMD target; the drivers in softmax.cpp bring halves and many rows before them.
#pragma once

#include <whygrad/base/dtype.hpp>

#include <cstdint>

namespace whygrad::kernels::cpu {

struct SoftmaxRows {
  // out = softmax(x); out may be x.
  void (*softmax)(const void* x, void* out, std::int64_t n);
  void (*log_softmax)(const void* x, void* out, std::int64_t n);
  // Gradients from the output y; out may be y or dy.
  void (*softmax_grad)(const void* y, const void* dy, void* out, std::int64_t n);
  void (*log_softmax_grad)(const void* y, const void* dy, void* out, std::int64_t n);
  // backprop = softmax(x) - onehot(label); returns the loss.
  double (*sparse_loss)(const void* x, std::int64_t label, void* backprop, std::int64_t n);
  // backprop = softmax(x) - labels; returns the loss. backprop may be x or labels.
  double (*loss)(const void* x, const void* labels, void* backprop, std::int64_t n);
};

// `dtype` is kF32 or kF64.
SoftmaxRows find_softmax(DType dtype);

}  // namespace whygrad::kernels::cpu
