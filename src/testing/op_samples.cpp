// Inputs and reference functions for samples.
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/testing/op_samples.hpp>

#include <algorithm>
#include <cmath>
#include <complex>
#include <random>

namespace whygrad::testing {
namespace {

// In [0, 1). The standard distributions differ between libraries.
double next(std::mt19937_64& random) { return static_cast<double>(random() >> 11) * 0x1p-53; }

// The coordinates of element i of a row-major array.
std::vector<std::int64_t> coordinates(const Shape& shape, std::int64_t i) {
  std::vector<std::int64_t> at(static_cast<std::size_t>(shape.rank()));
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    at[static_cast<std::size_t>(axis)] = i % shape[axis];
    i /= shape[axis];
  }
  return at;
}
// The element of `a` at the last coordinates of `at`, with axes of extent 1 repeated.
double element(const Array& a, const std::vector<std::int64_t>& at) {
  std::int64_t i = 0;
  const std::size_t added = at.size() - static_cast<std::size_t>(a.shape.rank());
  for (int axis = 0; axis < a.shape.rank(); ++axis) i = i * a.shape[axis] + (a.shape[axis] == 1 ? 0 : at[added + static_cast<std::size_t>(axis)]);
  return a.values[static_cast<std::size_t>(i)];
}

Array empty_array(const Shape& shape) { return {shape, std::vector<double>(static_cast<std::size_t>(shape.size()))}; }

}  // namespace

Tensor uniform(const Shape& shape, double low, double high, int seed, const std::vector<double>& kinks) {
  std::mt19937_64 random(static_cast<std::uint64_t>(seed));
  std::vector<double> values(static_cast<std::size_t>(shape.size()));
  for (double& v : values) {
    do {
      v = low + (high - low) * next(random);
    } while (std::any_of(kinks.begin(), kinks.end(), [v](double kink) { return std::abs(v - kink) < 0.05; }));
  }
  return constant(values, shape);
}

Tensor distinct(const Shape& shape, double low, double high, int seed) {
  std::mt19937_64 random(static_cast<std::uint64_t>(seed));
  std::vector<double> values(static_cast<std::size_t>(shape.size()));
  const auto n = static_cast<double>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = low + (high - low) * (static_cast<double>(i) + 0.5) / n;
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random() % i]);
  return constant(values, shape);
}

Tensor integers(const Shape& shape, std::int64_t low, std::int64_t high, int seed) {
  std::mt19937_64 random(static_cast<std::uint64_t>(seed));
  std::vector<std::int64_t> values(static_cast<std::size_t>(shape.size()));
  for (std::int64_t& v : values) v = low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1));
  return constant(values, shape);
}

Tensor complex_numbers(const Shape& shape, int seed) {
  std::mt19937_64 random(static_cast<std::uint64_t>(seed));
  std::vector<std::complex<double>> values(static_cast<std::size_t>(shape.size()));
  for (auto& v : values) v = {4 * next(random) - 2, 4 * next(random) - 2};
  return constant(values, shape);
}

Tensor booleans(const Shape& shape, int seed) { return cast(integers(shape, 0, 1, seed), bool_); }

Tensor numbers(const Shape& shape, const std::vector<double>& values) { return constant(values, shape); }

Array to_array(const Tensor& t) {
  if (!is_complex(t.dtype())) return {t.shape(), cast(t, float64).to_vector<double>()};
  Array a{t.shape(), {}};
  a.shape.push_back(2);
  for (const std::complex<double> v : cast(t, complex128).to_vector<std::complex<double>>()) a.values.insert(a.values.end(), {v.real(), v.imag()});
  return a;
}

Array map(double (*f)(double), const Array& a) {
  Array y = a;
  for (double& v : y.values) v = f(v);
  return y;
}

Array map(double (*f)(double, double), const Array& a, const Array& b) {
  Shape shape = a.shape.rank() >= b.shape.rank() ? a.shape : b.shape;
  for (int i = 0; i < shape.rank(); ++i) {
    std::int64_t& extent = shape[shape.rank() - 1 - i];
    if (extent == 1 && i < a.shape.rank()) extent = a.shape.back(i);
    if (extent == 1 && i < b.shape.rank()) extent = b.shape.back(i);
  }
  Array y = empty_array(shape);
  for (std::size_t i = 0; i < y.values.size(); ++i) {
    const auto at = coordinates(shape, static_cast<std::int64_t>(i));
    y.values[i] = f(element(a, at), element(b, at));
  }
  return y;
}

Array fold(const std::function<double(const std::vector<double>&)>& f, const Array& a, const std::vector<int>& axes, bool keepdims) {
  const auto folded = [&axes](int axis) { return std::find(axes.begin(), axes.end(), axis) != axes.end(); };
  Shape kept, dropped;
  for (int i = 0; i < a.shape.rank(); ++i) {
    kept.push_back(folded(i) ? 1 : a.shape[i]);
    if (!folded(i)) dropped.push_back(a.shape[i]);
  }
  Array y = empty_array(kept);
  std::vector<std::vector<double>> groups(y.values.size());
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const auto at = coordinates(a.shape, static_cast<std::int64_t>(i));
    std::int64_t group = 0;
    for (int axis = 0; axis < a.shape.rank(); ++axis) group = group * kept[axis] + (folded(axis) ? 0 : at[static_cast<std::size_t>(axis)]);
    groups[static_cast<std::size_t>(group)].push_back(a.values[i]);
  }
  for (std::size_t i = 0; i < groups.size(); ++i) y.values[i] = f(groups[i]);
  if (!keepdims) y.shape = dropped;
  return y;
}

Array along(const std::function<std::vector<double>(const std::vector<double>&)>& f, const Array& a, int axis) {
  std::int64_t step = 1;
  for (int i = axis + 1; i < a.shape.rank(); ++i) step *= a.shape[i];
  const auto stride = static_cast<std::size_t>(step), count = static_cast<std::size_t>(a.shape[axis]);
  Array y = a;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    if (i / stride % count != 0) continue;  // not the first of its row
    std::vector<double> run(count);
    for (std::size_t k = 0; k < count; ++k) run[k] = a.values[i + k * stride];
    run = f(run);
    for (std::size_t k = 0; k < count; ++k) y.values[i + k * stride] = run[k];
  }
  return y;
}

}  // namespace whygrad::testing
