// The elementwise ops of complex numbers, whose rules conjugate.
#include "ops/samples/samples.hpp"

#include <whygrad/ops/complex.hpp>
#include <whygrad/ops/reduce.hpp>

#include <complex>

namespace whygrad::samples {
namespace {

using Complex = std::complex<double>;

struct UnaryRow {
  const char* op;
  Tensor (*run)(const Tensor&, Where);
  Complex (*reference)(Complex);
};
const UnaryRow kUnary[] = {
    {"negative", negative, [](Complex x) { return -x; }},
    {"sign", sign, [](Complex x) { return x / std::abs(x); }},
    {"square", square, [](Complex x) { return x * x; }},
    {"sqrt", sqrt, [](Complex x) { return std::sqrt(x); }},
    {"rsqrt", rsqrt, [](Complex x) { return 1.0 / std::sqrt(x); }},
    {"reciprocal", reciprocal, [](Complex x) { return 1.0 / x; }},
    {"exp", exp, [](Complex x) { return std::exp(x); }},
    {"log", log, [](Complex x) { return std::log(x); }},
    {"sigmoid", sigmoid, [](Complex x) { return 1.0 / (1.0 + std::exp(-x)); }},
    {"sin", sin, [](Complex x) { return std::sin(x); }},
    {"cos", cos, [](Complex x) { return std::cos(x); }},
    {"tan", tan, [](Complex x) { return std::tan(x); }},
    {"sinh", sinh, [](Complex x) { return std::sinh(x); }},
    {"cosh", cosh, [](Complex x) { return std::cosh(x); }},
    {"tanh", tanh, [](Complex x) { return std::tanh(x); }},
};

struct BinaryRow {
  const char* op;
  Tensor (*run)(const Operand&, const Operand&, Where);
  Complex (*reference)(Complex, Complex);
};
const BinaryRow kBinary[] = {
    {"add", add, [](Complex a, Complex b) { return a + b; }},
    {"subtract", subtract, [](Complex a, Complex b) { return a - b; }},
    {"multiply", multiply, [](Complex a, Complex b) { return a * b; }},
    {"divide", divide, [](Complex a, Complex b) { return a / b; }},
    {"squared_difference", squared_difference, [](Complex a, Complex b) { return Complex(std::norm(a - b)); }},
    {"pow", pow, [](Complex a, Complex b) { return std::pow(a, b); }},
};

// Arrays of complex tensors hold both parts side by side.
Complex at(const Array& a, std::size_t i) { return {a.values[2 * i], a.values[2 * i + 1]}; }
void append(Array& a, Complex v) { a.values.insert(a.values.end(), {v.real(), v.imag()}); }

// In the right half plane, away from 0 and from the cuts of sqrt, log and pow.
Tensor right_half(const Shape& shape, int seed) { return cast(uniform(shape, 0.5, 1.5, seed), complex128) + complex_numbers(shape, seed) * 0.2; }

void add_parts(SampleList& list) {
  // Parts of complex numbers, which as an array [3] are [3, 2].
  const auto part = [](int offset) {
    return [offset](const Arrays& x) {
      Array y{Shape(x[0].shape.extents().first(1)), {}};
      for (std::size_t i = static_cast<std::size_t>(offset); i < x[0].values.size(); i += 2) y.values.push_back(x[0].values[i]);
      return Arrays{y};
    };
  };
  list.add({.op = "real",
            .inputs = {complex_numbers({3})},
            .run = [](const Inputs& x) { return outputs(real(x[0])); },
            .expected = part(0),
            .dtypes = {float64}});
  list.add({.op = "imag",
            .inputs = {complex_numbers({3})},
            .run = [](const Inputs& x) { return outputs(imag(x[0])); },
            .expected = part(1),
            .dtypes = {float64}});
  list.add({.op = "conj",
            .inputs = {complex_numbers({3})},
            .run = [](const Inputs& x) { return outputs(conj(x[0])); },
            .expected =
                [](const Arrays& x) {
                  Array y = x[0];
                  for (std::size_t i = 1; i < y.values.size(); i += 2) y.values[i] = -y.values[i];
                  return Arrays{y};
                }});
  list.refuse({.op = "real", .fragment = "empty handle", .call = [] { real(Tensor()); }});
  list.refuse({.op = "imag", .fragment = "empty handle", .call = [] { imag(Tensor()); }});
  list.refuse({.op = "conj", .fragment = "empty handle", .call = [] { conj(Tensor()); }});
}

const Samples kSamples([](SampleList& list) {
  add_parts(list);
  for (const UnaryRow& row : kUnary) {
    list.add({.op = row.op,
              .inputs = {right_half({4}, 1)},
              .run = [&row](const Inputs& x) { return outputs(row.run(x[0], Where::here())); },
              .expected =
                  [&row](const Arrays& x) {
                    Array y{x[0].shape, {}};
                    for (std::size_t i = 0; i < 4; ++i) append(y, row.reference(at(x[0], i)));
                    return Arrays{y};
                  }});
  }
  list.add({.op = "complex_abs",
            .inputs = {right_half({4}, 1)},
            .run = [](const Inputs& x) { return outputs(abs(x[0])); },
            .expected =
                [](const Arrays& x) {
                  Array y{{4}, {}};
                  for (std::size_t i = 0; i < 4; ++i) y.values.push_back(std::abs(at(x[0], i)));
                  return Arrays{y};
                },
            .dtypes = {float64}});
  list.add({.op = "angle",
            .inputs = {right_half({4}, 1)},
            .run = [](const Inputs& x) { return outputs(angle(x[0])); },
            .expected =
                [](const Arrays& x) {
                  Array y{{4}, {}};
                  for (std::size_t i = 0; i < 4; ++i) y.values.push_back(std::arg(at(x[0], i)));
                  return Arrays{y};
                },
            .dtypes = {float64}});
  list.add({.op = "complex",
            .inputs = {uniform({3, 1}, -2, 2, 1), uniform({2}, -2, 2, 2)},
            .run = [](const Inputs& x) { return outputs(complex(x[0], x[1])); },
            .expected =
                [](const Arrays& x) {
                  Array y{{3, 2, 2}, {}};
                  for (const double re : x[0].values) {
                    for (const double im : x[1].values) append(y, {re, im});
                  }
                  return Arrays{y};
                },
            .dtypes = {complex128}});
  list.refuse({.op = "complex", .fragment = "do not mix", .call = [] { complex(uniform({2}), cast(uniform({2}), float32)); }});
  list.refuse({.op = "complex", .fragment = "the op takes float32 or float64", .call = [] { complex(integers({2}, 0, 1), integers({2}, 0, 1)); }});
  list.refuse({.op = "complex", .fragment = "do not broadcast", .call = [] { complex(uniform({2}), uniform({3})); }});
  list.refuse({.op = "angle", .fragment = "the op takes complex numbers", .call = [] {
                 const Tensor x = uniform({3});
                 apply(*find_op("angle"), {&x}, Where::here());
               }});
  list.refuse({.op = "complex_abs", .fragment = "the op takes complex numbers", .call = [] { complex_abs(uniform({3})); }});
  list.refuse({.op = "abs", .fragment = "use complex_abs(x)", .call = [] {
                 const Tensor z = complex_numbers({3});
                 apply(*find_op("abs"), {&z}, Where::here());
               }});
  for (const BinaryRow& row : kBinary) {
    list.add({.op = row.op,
              .inputs = {right_half({4}, 1), right_half({}, 2)},
              .run = [&row](const Inputs& x) { return outputs(row.run(x[0], x[1], Where::here())); },
              .expected =
                  [&row](const Arrays& x) {
                    Array y{x[0].shape, {}};
                    for (std::size_t i = 0; i < 4; ++i) append(y, row.reference(at(x[0], i), at(x[1], 0)));
                    return Arrays{y};
                  }});
  }
  for (const bool product : {false, true}) {
    const auto reference = [product](const Arrays& x) {
      Complex total = product ? 1 : 0;
      for (std::size_t i = 0; i < 4; ++i) total = product ? total * at(x[0], i) : total + at(x[0], i);
      Array y{{2}, {}};
      append(y, total);
      return Arrays{y};
    };
    list.add({.op = product ? "reduce_prod" : "reduce_sum",
              .inputs = {right_half({4}, 1)},
              .run = [product](const Inputs& x) { return outputs(product ? reduce_prod(x[0]) : reduce_sum(x[0])); },
              .expected = reference});
    list.add({.op = product ? "cumprod" : "cumsum",
              .inputs = {right_half({4}, 1)},
              .run = [product](const Inputs& x) { return outputs(product ? cumprod(x[0]) : cumsum(x[0])); },
              .expected =
                  [product](const Arrays& x) {
                    Array y{x[0].shape, {}};
                    Complex total = product ? 1 : 0;
                    for (std::size_t i = 0; i < 4; ++i) {
                      total = product ? total * at(x[0], i) : total + at(x[0], i);
                      append(y, total);
                    }
                    return Arrays{y};
                  }});
  }
});

}  // namespace
}  // namespace whygrad::samples
