// Initial values of weights.
#include <whygrad/base/error.hpp>
#include <whygrad/nn/initializers.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/linalg.hpp>
#include <whygrad/ops/matmul.hpp>
#include <whygrad/ops/random.hpp>
#include <whygrad/ops/shape.hpp>

#include <algorithm>
#include <cmath>

namespace whygrad::nn::initializers {
namespace {

struct Fans {
  double in, out;
};

// See NOTE [fans].
Fans fans(const Shape& shape) {
  if (shape.rank() < 2) {
    throw ShapeError("initializer", "a parameter of shape " + shape.to_string() + " has no fans", "use it for kernels; zeros() suits a bias");
  }
  const std::int64_t inputs = shape.back(1), outputs = shape.back(0);
  const double window = static_cast<double>(shape.size()) / static_cast<double>(inputs * outputs);
  return {window * static_cast<double>(inputs), window * static_cast<double>(outputs)};
}

using FanRule = double (*)(Fans);
double average(Fans f) { return (f.in + f.out) / 2; }
double in(Fans f) { return f.in; }

// Variance scale / fan.
Initializer scaled_uniform(double scale, FanRule fan) {
  return [=](const Shape& shape, DType dtype, std::uint64_t seed) {
    const double limit = std::sqrt(3 * scale / fan(fans(shape)));
    return random::uniform(shape, {.minval = -limit, .maxval = limit, .dtype = dtype, .seed = seed});
  };
}

Initializer scaled_normal(double scale, FanRule fan) {
  return [=](const Shape& shape, DType dtype, std::uint64_t seed) {
    constexpr double kTruncated = 0.87962566103423978;  // standard deviation of a standard normal cut at +-2
    return random::truncated_normal(shape, {.stddev = std::sqrt(scale / fan(fans(shape))) / kTruncated, .dtype = dtype, .seed = seed});
  };
}

}  // namespace

Initializer zeros() { return constant(0); }
Initializer ones() { return constant(1); }
Initializer constant(double value) {
  return [=](const Shape& shape, DType dtype, std::uint64_t) { return fill(shape, value, dtype); };
}

Initializer random_normal(double mean, double stddev) {
  return [=](const Shape& shape, DType dtype, std::uint64_t seed) {
    return random::normal(shape, {.mean = mean, .stddev = stddev, .dtype = dtype, .seed = seed});
  };
}
Initializer random_uniform(double minval, double maxval) {
  return [=](const Shape& shape, DType dtype, std::uint64_t seed) {
    return random::uniform(shape, {.minval = minval, .maxval = maxval, .dtype = dtype, .seed = seed});
  };
}
Initializer truncated_normal(double mean, double stddev) {
  return [=](const Shape& shape, DType dtype, std::uint64_t seed) {
    return random::truncated_normal(shape, {.mean = mean, .stddev = stddev, .dtype = dtype, .seed = seed});
  };
}

Initializer glorot_uniform() { return scaled_uniform(1, average); }
Initializer glorot_normal() { return scaled_normal(1, average); }
Initializer he_uniform() { return scaled_uniform(2, in); }
Initializer he_normal() { return scaled_normal(2, in); }
Initializer lecun_uniform() { return scaled_uniform(1, in); }
Initializer lecun_normal() { return scaled_normal(1, in); }

Initializer orthogonal(double gain) {
  return [=](const Shape& shape, DType dtype, std::uint64_t seed) {
    if (shape.rank() < 2) {
      throw ShapeError("initializer", "a parameter of shape " + shape.to_string() + " is no matrix",
                       "use orthogonal() for kernels; zeros() suits a bias");
    }
    const std::int64_t columns = shape.back(0), rows = shape.size() / std::max<std::int64_t>(columns, 1);
    if (shape.size() == 0) return whygrad::zeros(shape, dtype);
    const bool wide = columns > rows;
    const Tensor drawn = random::normal(wide ? Shape{columns, rows} : Shape{rows, columns}, {.dtype = DType::kF64, .seed = seed});
    // drawn = Q R, where R' R = drawn' drawn and the diagonal of R is positive: Q' is the solution of R' Q' = drawn'.
    const Tensor r = cholesky(matmul(drawn, drawn, {.transpose_a = true}));
    const Tensor q = matrix_triangular_solve(r, matrix_transpose(drawn));
    return cast(reshape(multiply(wide ? q : matrix_transpose(q), gain), shape.extents()), dtype);
  };
}

}  // namespace whygrad::nn::initializers
