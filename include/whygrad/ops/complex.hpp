// Complex numbers: construction, parts, magnitude and angle.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad {

// re + i im, with broadcasting: two f32 tensors give c64, two f64 c128. dre = real(dy), dim = imag(dy). Throws DTypeError, ShapeError.
WG_API Tensor complex(const Tensor& re, const Tensor& im, Where where = Where::here());
// The real part; of a real tensor the tensor itself. dx = dy.
WG_API Tensor real(const Tensor& x, Where where = Where::here());
// The imaginary part; of a real tensor zeros, which carry no gradient. dx = i dy.
WG_API Tensor imag(const Tensor& x, Where where = Where::here());
// The conjugate; of a real tensor the tensor itself. dx = conj(dy).
WG_API Tensor conj(const Tensor& x, Where where = Where::here());
// |x| of complex x, real; abs(x) does it for any x. dx = dy x / |x|, 0 where x is 0. Throws DTypeError for real x.
WG_API Tensor complex_abs(const Tensor& x, Where where = Where::here());
// The angle of x in (-pi, pi]; of real x 0 or pi, which carries no gradient. dx = -dy / (imag(x) + i real(x)), not finite where x is 0.
WG_API Tensor angle(const Tensor& x, Where where = Where::here());

}  // namespace whygrad
