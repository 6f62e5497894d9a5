#include "ops/samples/unary.hpp"

#include <whygrad/ops/elementwise.hpp>

#include <cmath>

namespace whygrad::samples {
namespace {

double sign_of(double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0; }
double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }

const UnaryRow kUnary[] = {
    {"negative", negative, [](double x) { return -x; }, -2, 2, {}},
    {"abs", abs, [](double x) { return std::abs(x); }, -2, 2, {0}},
    {"sign", sign, sign_of, -2, 2, {0}},
    {"square", square, [](double x) { return x * x; }, -2, 2, {}},
    {"sqrt", sqrt, [](double x) { return std::sqrt(x); }, 0.1, 4, {}},
    {"rsqrt", rsqrt, [](double x) { return 1 / std::sqrt(x); }, 0.2, 4, {}},
    {"reciprocal", reciprocal, [](double x) { return 1 / x; }, -2, 2, {-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3}},
    {"exp", exp, [](double x) { return std::exp(x); }, -2, 2, {}},
    {"expm1", expm1, [](double x) { return std::expm1(x); }, -2, 2, {}},
    {"log", log, [](double x) { return std::log(x); }, 0.2, 4, {}},
    {"log1p", log1p, [](double x) { return std::log1p(x); }, -0.7, 3, {}},
    {"sigmoid", sigmoid, sigmoid_of, -4, 4, {}},
    {"log_sigmoid", log_sigmoid, [](double x) { return -std::log1p(std::exp(-x)); }, -4, 4, {}},
    {"erf", erf, [](double x) { return std::erf(x); }, -2, 2, {}},
    {"erfc", erfc, [](double x) { return std::erfc(x); }, -2, 2, {}},
    {"sin", sin, [](double x) { return std::sin(x); }, -4, 4, {}},
    {"cos", cos, [](double x) { return std::cos(x); }, -4, 4, {}},
    {"tan", tan, [](double x) { return std::tan(x); }, -1.2, 1.2, {}},
    {"asin", asin, [](double x) { return std::asin(x); }, -0.9, 0.9, {}},
    {"acos", acos, [](double x) { return std::acos(x); }, -0.9, 0.9, {}},
    {"atan", atan, [](double x) { return std::atan(x); }, -4, 4, {}},
    {"sinh", sinh, [](double x) { return std::sinh(x); }, -2, 2, {}},
    {"cosh", cosh, [](double x) { return std::cosh(x); }, -2, 2, {}},
    {"tanh", tanh, [](double x) { return std::tanh(x); }, -2, 2, {}},
    {"asinh", asinh, [](double x) { return std::asinh(x); }, -4, 4, {}},
    {"acosh", acosh, [](double x) { return std::acosh(x); }, 1.2, 4, {}},
    {"atanh", atanh, [](double x) { return std::atanh(x); }, -0.9, 0.9, {}},
    {"floor", floor, [](double x) { return std::floor(x); }, -3, 3, {-3, -2, -1, 0, 1, 2, 3}},
    {"ceil", ceil, [](double x) { return std::ceil(x); }, -3, 3, {-3, -2, -1, 0, 1, 2, 3}},
    {"round", round, [](double x) { return std::nearbyint(x); }, -3, 3, {-2.5, -1.5, -0.5, 0.5, 1.5, 2.5}},
    {"rint", rint, [](double x) { return std::nearbyint(x); }, -3, 3, {-2.5, -1.5, -0.5, 0.5, 1.5, 2.5}},
};

struct BinaryRow {
  const char* op;
  Tensor (*run)(const Operand&, const Operand&, Where);
  double (*reference)(double, double);
  double low, high;  // of both operands
  std::vector<double> kinks;
};

const BinaryRow kBinary[] = {
    {"add", add, [](double a, double b) { return a + b; }, -2, 2, {}},
    {"subtract", subtract, [](double a, double b) { return a - b; }, -2, 2, {}},
    {"multiply", multiply, [](double a, double b) { return a * b; }, -2, 2, {}},
    {"divide", divide, [](double a, double b) { return a / b; }, 0.5, 2, {}},
    {"floordiv", floordiv, [](double a, double b) { return std::floor(a / b); }, 0.5, 4, {}},
    {"floormod", floormod, [](double a, double b) { return a - std::floor(a / b) * b; }, 0.5, 4, {}},
    {"maximum", maximum, [](double a, double b) { return a > b ? a : b; }, -2, 2, {}},
    {"minimum", minimum, [](double a, double b) { return a < b ? a : b; }, -2, 2, {}},
    {"squared_difference", squared_difference, [](double a, double b) { return (a - b) * (a - b); }, -2, 2, {}},
    {"pow", pow, [](double a, double b) { return std::pow(a, b); }, 0.5, 3, {}},
    {"atan2", atan2, [](double a, double b) { return std::atan2(a, b); }, 0.5, 2, {}},
    {"xlogy", xlogy, [](double a, double b) { return a * std::log(b); }, 0.5, 2, {}},
    {"xlog1py", xlog1py, [](double a, double b) { return a * std::log1p(b); }, 0.5, 2, {}},
    {"xdivy", xdivy, [](double a, double b) { return a / b; }, 0.5, 2, {}},
    {"multiply_no_nan", multiply_no_nan, [](double a, double b) { return a * b; }, 0.5, 2, {}},
    {"divide_no_nan", divide_no_nan, [](double a, double b) { return a / b; }, 0.5, 2, {}},
};

void add_binary(SampleList& list, const BinaryRow& row) {
  const Shape shapes[][2] = {{{2, 3}, {2, 3}}, {{2, 3}, {3}}, {{4, 1, 3}, {2, 1}}, {{}, {2, 2}}, {{}, {}}, {{0, 2}, {1, 2}}};
  for (const auto& [a, b] : shapes) {
    list.add({.op = row.op,
              .inputs = {uniform(a, row.low, row.high, 1, row.kinks), uniform(b, row.low, row.high, 2, row.kinks)},
              .run = [&row](const Inputs& x) { return outputs(row.run(x[0], x[1], Where::here())); },
              .expected = [&row](const Arrays& x) { return Arrays{map(row.reference, x[0], x[1])}; }});
  }
  list.refuse({.op = row.op, .fragment = "do not broadcast: 3 meets 2", .call = [&row] { row.run(uniform({3}), uniform({2}), Where::here()); }});
  list.refuse({.op = row.op, .fragment = "f64 and i64 do not mix", .call = [&row] { row.run(uniform({3}), integers({3}, 1, 2), Where::here()); }});
  list.refuse({.op = row.op, .fragment = "bool", .call = [&row] { row.run(booleans({3}), booleans({3}), Where::here()); }});
  list.refuse({.op = row.op, .fragment = "both operands are bare numbers", .call = [&row] { row.run(1.0, 2.0, Where::here()); }});
}

const Samples kSamples([](SampleList& list) {
  for (const UnaryRow& row : kUnary) add_unary(list, row);
  for (const BinaryRow& row : kBinary) add_binary(list, row);

  list.refuse({.op = "divide", .fragment = "a quotient of i64 is not i64", .call = [] { divide(integers({2}, 1, 3), integers({2}, 1, 3)); }});
  list.refuse({.op = "floordiv", .fragment = "divided by 0", .call = [] { floordiv(integers({2}, 1, 3), integers({2}, 0, 0)); }});
  list.refuse({.op = "floormod", .fragment = "divided by 0", .call = [] { floormod(integers({2}, 1, 3), integers({2}, 0, 0)); }});
  list.refuse({.op = "add", .fragment = "i64 cannot hold it", .call = [] { add(integers({2}, 1, 3), 0.5); }});

  // Exponents at which the gradient of the base is special; negative bases.
  list.add({.op = "pow",
            .inputs = {numbers({5}, {-1.5, -0.5, 0.5, 1.5, 2.0}), numbers({5}, {2, 3, 1, 2, 1})},
            .run = [](const Inputs& x) { return outputs(pow(x[0], x[1])); },
            .expected = [](const Arrays& x) { return Arrays{map([](double a, double b) { return std::pow(a, b); }, x[0], x[1])}; },
            .differentiate = {0}});

  for (const int count : {1, 2, 4}) {
    Inputs inputs;
    for (int i = 0; i < count; ++i) inputs.push_back(uniform({2, 3}, -2, 2, i + 1));
    list.add({.op = "add_n",
              .inputs = inputs,
              .run = [](const Inputs& x) { return outputs(add_n(x)); },
              .expected =
                  [](const Arrays& x) {
                    Array sum = x[0];
                    for (std::size_t i = 1; i < x.size(); ++i) sum = map([](double a, double b) { return a + b; }, sum, x[i]);
                    return Arrays{sum};
                  }});
  }
  list.refuse({.op = "add_n", .fragment = "0 inputs given", .call = [] { add_n({}); }});
  list.refuse({.op = "add_n", .fragment = "input 1 is [3] and the first is [2]", .call = [] { add_n(Inputs{uniform({2}), uniform({3})}); }});
  list.refuse({.op = "add_n", .fragment = "do not mix", .call = [] { add_n(Inputs{uniform({2}), integers({2}, 0, 1)}); }});
  list.refuse({.op = "add_n", .fragment = "bool has no meaning", .call = [] { add_n(Inputs{booleans({2})}); }});
});

}  // namespace
}  // namespace whygrad::samples
