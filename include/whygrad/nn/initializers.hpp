// Initializers: the initial values of parameters.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <cstdint>
#include <functional>

namespace whygrad::nn {

// Creates a tensor of a shape and a floating dtype. Equal seeds give equal numbers, on any number of threads.
using Initializer = std::function<Tensor(const Shape& shape, DType dtype, std::uint64_t seed)>;

// NOTE [fans]
// fan_in and fan_out of a kernel [inputs, outputs] are these extents; of a filter [kh, kw, inputs, outputs] both times kh kw. So each result is a sum
// of fan_in products. The formulas are those of Keras.
namespace initializers {

WG_API Initializer zeros();
WG_API Initializer ones();
WG_API Initializer constant(double value);
WG_API Initializer random_normal(double mean = 0, double stddev = 0.05);
WG_API Initializer random_uniform(double minval = -0.05, double maxval = 0.05);
// Redrawn until within two standard deviations.
WG_API Initializer truncated_normal(double mean = 0, double stddev = 0.05);

// Uniform in +-sqrt(6 / (fan_in + fan_out)). Glorot, Bengio 2010; the default for kernels.
WG_API Initializer glorot_uniform();
// Truncated normal of variance 2 / (fan_in + fan_out).
WG_API Initializer glorot_normal();
// Uniform in +-sqrt(6 / fan_in). He et al. 2015, for relu.
WG_API Initializer he_uniform();
// Truncated normal of variance 2 / fan_in.
WG_API Initializer he_normal();
// Uniform in +-sqrt(3 / fan_in). LeCun et al. 1998, for tanh and selu.
WG_API Initializer lecun_uniform();
// Truncated normal of variance 1 / fan_in.
WG_API Initializer lecun_normal();

// Orthonormal columns, or rows where there are more columns than rows, of the parameter as a matrix [.., last axis], times `gain`. Evenly distributed
// over all such matrices. Saxe et al. 2014; the default for recurrent kernels.
WG_API Initializer orthogonal(double gain = 1);

}  // namespace initializers
}  // namespace whygrad::nn
