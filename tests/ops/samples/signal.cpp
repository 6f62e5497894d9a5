// Fourier transforms against the sums that define them.
#include "ops/samples/places.hpp"

#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/signal.hpp>

#include <cmath>
#include <complex>

namespace whygrad::samples {
namespace {

using Complex = std::complex<double>;
using Numbers = std::vector<Complex>;

// The transform of the last `rank` axes, one axis after the other. `sign` -1 is forward, 1 the inverse, which divides.
Numbers transformed(Numbers x, const Shape& shape, int rank, int sign) {
  if (x.empty()) return x;
  std::int64_t inner = 1;
  for (int axis = shape.rank() - 1; axis >= shape.rank() - rank; --axis) {
    const std::int64_t n = shape[axis], outer = static_cast<std::int64_t>(x.size()) / n / inner;
    Numbers y(x.size());
    for (std::int64_t o = 0; o < outer; ++o) {
      for (std::int64_t k = 0; k < n; ++k) {
        for (std::int64_t t = 0; t < n; ++t) {
          const Complex root = std::polar(1.0, sign * 2 * M_PI * static_cast<double>(k * t % n) / static_cast<double>(n));
          for (std::int64_t i = 0; i < inner; ++i) {
            const auto at = [&](std::int64_t j) { return static_cast<std::size_t>((o * n + j) * inner + i); };
            y[at(k)] += root * x[at(t)] / (sign > 0 ? static_cast<double>(n) : 1.0);
          }
        }
      }
    }
    x = y;
    inner *= n;
  }
  return x;
}

Shape without_parts(const Shape& shape) { return Shape(shape.extents().first(static_cast<std::size_t>(shape.rank() - 1))); }

Numbers numbers_of(const Array& a) {
  Numbers x;
  for (std::size_t i = 0; i < a.values.size(); i += 2) x.emplace_back(a.values[i], a.values[i + 1]);
  return x;
}
Array array_of(Shape shape, const Numbers& x) {
  shape.push_back(2);
  Array a{shape, {}};
  for (const Complex z : x) a.values.insert(a.values.end(), {z.real(), z.imag()});
  return a;
}

// The first `kept` of each row of n elements.
Numbers first_of_rows(const Numbers& x, std::int64_t n, std::int64_t kept) {
  Numbers y;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (static_cast<std::int64_t>(i) % n < kept) y.push_back(x[i]);
  }
  return y;
}

// The real numbers of which `x`, of this shape, is the first half of the transform.
Array real_inverse(Numbers x, Shape shape, int rank, std::int64_t n) {
  const std::int64_t kept = shape.back();
  if (rank > 1 && !x.empty()) {  // along the other axes, with the last one made the first of a transposed copy
    const std::int64_t outer = static_cast<std::int64_t>(x.size()) / kept;
    Numbers columns(x.size());
    for (std::int64_t o = 0; o < outer; ++o) {
      for (std::int64_t k = 0; k < kept; ++k) columns[static_cast<std::size_t>(k * outer + o)] = x[static_cast<std::size_t>(o * kept + k)];
    }
    Shape of_columns{kept};
    for (int i = 0; i < shape.rank() - 1; ++i) of_columns.push_back(shape[i]);
    columns = transformed(columns, of_columns, rank - 1, 1);
    for (std::int64_t o = 0; o < outer; ++o) {
      for (std::int64_t k = 0; k < kept; ++k) x[static_cast<std::size_t>(o * kept + k)] = columns[static_cast<std::size_t>(k * outer + o)];
    }
  }
  shape[shape.rank() - 1] = n;
  Array y{shape, {}};
  for (std::size_t row = 0; row < x.size(); row += static_cast<std::size_t>(kept)) {
    for (std::int64_t t = 0; t < n; ++t) {
      double sum = x[row].real();
      for (std::int64_t k = 1; k < kept; ++k) {
        const Complex turned =
            x[row + static_cast<std::size_t>(k)] * std::polar(1.0, 2 * M_PI * static_cast<double>(k * t % n) / static_cast<double>(n));
        sum += (2 * k == n ? 1 : 2) * turned.real();
      }
      y.values.push_back(sum / static_cast<double>(n));
    }
  }
  return y;
}

struct Row {
  const char* op;
  int rank;
  int sign;
  Tensor (*run)(const Tensor&, Where);
};
const Row kRows[] = {{"fft", 1, -1, signal::fft},  {"fft2d", 2, -1, signal::fft2d},  {"fft3d", 3, -1, signal::fft3d},
                     {"ifft", 1, 1, signal::ifft}, {"ifft2d", 2, 1, signal::ifft2d}, {"ifft3d", 3, 1, signal::ifft3d}};

void add_complex(SampleList& list) {
  for (const Row& row : kRows) {
    for (const Shape& shape : {Shape{2, 3, 4}, Shape{2, 1, 2, 3}, Shape{0, 2, 3, 2}}) {
      list.add({.op = row.op,
                .inputs = {complex_numbers(shape)},
                .run = [&row](const Inputs& x) { return outputs(row.run(x[0], Where::here())); },
                .expected =
                    [&row](const Arrays& x) {
                      const Shape whole = without_parts(x[0].shape);
                      return Arrays{array_of(whole, transformed(numbers_of(x[0]), whole, row.rank, row.sign))};
                    }});
    }
    list.refuse({.op = row.op, .fragment = "takes complex numbers", .call = [&row] { row.run(uniform({2, 2, 2}), Where::here()); }});
    list.refuse({.op = row.op, .fragment = "takes complex numbers", .call = [&row] { row.run(integers({2, 2, 2}, 0, 1), Where::here()); }});
    list.refuse({.op = row.op, .fragment = "too few axes", .call = [&row] { row.run(complex_numbers({}), Where::here()); }});
  }
  // Lengths with each kind of factor; 37 and 101 are primes for which there is no stage.
  for (const std::int64_t n : {1, 2, 5, 7, 8, 12, 30, 37, 49, 64, 101}) {
    list.add({.op = "fft",
              .inputs = {complex_numbers({2, n})},
              .run = [](const Inputs& x) { return outputs(signal::fft(x[0])); },
              .expected =
                  [](const Arrays& x) {
                    const Shape whole = without_parts(x[0].shape);
                    return Arrays{array_of(whole, transformed(numbers_of(x[0]), whole, 1, -1))};
                  },
              .order = 0});
  }
}

struct RealRow {
  const char *forward, *inverse;
  int rank;
  Tensor (*rfft)(const Tensor&, const Ints&, Where);
  Tensor (*irfft)(const Tensor&, const Ints&, Where);
};
const RealRow kRealRows[] = {{"rfft", "irfft", 1, signal::rfft, signal::irfft},
                             {"rfft2d", "irfft2d", 2, signal::rfft2d, signal::irfft2d},
                             {"rfft3d", "irfft3d", 3, signal::rfft3d, signal::irfft3d}};

void add_real(SampleList& list) {
  for (const RealRow& row : kRealRows) {
    for (const Shape& shape : {Shape{2, 3, 4}, Shape{2, 2, 5}, Shape{2, 3, 1}, Shape{1, 2, 37}, Shape{0, 2, 2}}) {
      const std::int64_t n = shape.back(), kept = n / 2 + 1;
      list.add({.op = row.forward,
                .inputs = {uniform(shape)},
                .run = [&row](const Inputs& x) { return outputs(row.rfft(x[0], {}, Where::here())); },
                .expected =
                    [&row, n, kept](const Arrays& x) {
                      const Numbers whole(x[0].values.begin(), x[0].values.end());
                      Shape half = x[0].shape;
                      half[half.rank() - 1] = kept;
                      return Arrays{array_of(half, first_of_rows(transformed(whole, x[0].shape, row.rank, -1), n, kept))};
                    },
                .dtypes = {complex128},
                .order = n > 10 ? 1 : 2});
      Shape half = shape;
      half[2] = kept;
      Ints lengths;
      for (int i = 3 - row.rank; i < 3; ++i) lengths.push_back(shape[i]);
      list.add({.op = row.inverse,
                .inputs = {complex_numbers(half)},
                .run = [&row, lengths](const Inputs& x) { return outputs(row.irfft(x[0], lengths, Where::here())); },
                .expected = [&row, n](const Arrays& x) { return Arrays{real_inverse(numbers_of(x[0]), without_parts(x[0].shape), row.rank, n)}; },
                .dtypes = {float64},
                .order = n > 10 ? 1 : 2});
    }
    list.refuse({.op = row.forward, .fragment = "float32 or float64", .call = [&row] { row.rfft(complex_numbers({2, 2, 2}), {}, Where::here()); }});
    list.refuse({.op = row.forward, .fragment = "too few axes", .call = [&row] { row.rfft(uniform({}), {}, Where::here()); }});
    list.refuse({.op = row.forward, .fragment = "fft_length has 4 numbers", .call = [&row] {
                   row.rfft(uniform({2, 2, 2}), {1, 1, 1, 1}, Where::here());
                 }});
    list.refuse({.op = row.inverse, .fragment = "complex numbers", .call = [&row] { row.irfft(uniform({2, 2, 2}), {}, Where::here()); }});
    list.refuse({.op = row.inverse, .fragment = "too few axes", .call = [&row] { row.irfft(complex_numbers({}), {}, Where::here()); }});
    list.refuse({.op = row.inverse, .fragment = "do not belong", .call = [&row] {
                   const Tensor x = complex_numbers({2, 2, 2});
                   const std::int64_t length = 9;
                   apply(*find_op(row.inverse), {&x}, Where::here(), length);
                 }});
  }
}

const Samples kSamples([](SampleList& list) {
  add_complex(list);
  add_real(list);
});

}  // namespace
}  // namespace whygrad::samples
