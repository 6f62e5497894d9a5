// Optimizer steps: one pass over all parameters of a model, whatever their number and sizes. T is float or double.
//
// A step reads the old weights `w` and writes the new ones to `w_out`, which may be `w`; tensors are immutable, so it usually is a new buffer. The
// slots (m, v, average, momentum) are updated in place. Buffers of different slots do not overlap. The work is split by elements, so a large
// parameter among many small ones does not serialise a step.
#pragma once

#include <whygrad/device/device.hpp>

#include <cstdint>
#include <span>

namespace whygrad::kernels {

template <class T>
struct AdamSlot {
  const T* w;
  T* w_out;
  T* m;
  T* v;
  const T* g;
  std::int64_t n;
};

// Adam (Kingma, Ba 2015), TensorFlow's form: m += (g - m) * (1 - beta1); v += (g * g - v) * (1 - beta2); w_out = w - m * lr_t / (sqrt(v) + epsilon),
// where the caller gives lr_t = lr * sqrt(1 - beta2^t) / (1 - beta1^t). The numbers are doubles, since 1 - 0.999 in f32 is off by 1e-5 of its value.
void adam(Device device, std::span<const AdamSlot<float>> slots, double lr_t, double beta1, double beta2, double epsilon);
void adam(Device device, std::span<const AdamSlot<double>> slots, double lr_t, double beta1, double beta2, double epsilon);

template <class T>
struct SgdSlot {
  const T* w;
  T* w_out;
  T* momentum;  // not read, may be null, if the momentum factor is 0
  const T* g;
  std::int64_t n;
};

// momentum 0: w_out = w - lr * g. Otherwise the Keras form: a = momentum * a - lr * g; w_out = w + a, or with nesterov w + momentum * a - lr * g.
void sgd(Device device, std::span<const SgdSlot<float>> slots, float lr, float momentum, bool nesterov);
void sgd(Device device, std::span<const SgdSlot<double>> slots, double lr, double momentum, bool nesterov);

template <class T>
struct RmspropSlot {
  const T* w;
  T* w_out;
  T* v;         // running mean of g^2
  T* average;   // running mean of g; not read, may be null, unless centered
  T* momentum;  // not read, may be null, if the momentum factor is 0
  const T* g;
  std::int64_t n;
};

struct RmspropFactors {
  double lr, rho, momentum, epsilon;
  bool centered;
};

// Keras' form: v += (g * g - v) * (1 - rho); average += (g - average) * (1 - rho); step = lr * g / sqrt(v - average^2 + epsilon), where average^2 is
// left out unless centered; with momentum step = momentum * old step + step; w_out = w - step.
void rmsprop(Device device, std::span<const RmspropSlot<float>> slots, const RmspropFactors& factors);
void rmsprop(Device device, std::span<const RmspropSlot<double>> slots, const RmspropFactors& factors);

}  // namespace whygrad::kernels
