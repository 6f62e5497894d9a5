// Comparison, logic, choice, conversion.
#include "ops/samples/samples.hpp"

#include <whygrad/ops/elementwise.hpp>

#include <algorithm>
#include <cmath>

namespace whygrad::samples {
namespace {

struct Comparison {
  const char* op;
  Tensor (*run)(const Operand&, const Operand&, Where);
  double (*reference)(double, double);
};
const Comparison kComparisons[] = {
    {"equal", equal, [](double a, double b) { return a == b ? 1.0 : 0.0; }},
    {"not_equal", not_equal, [](double a, double b) { return a != b ? 1.0 : 0.0; }},
    {"less", less, [](double a, double b) { return a < b ? 1.0 : 0.0; }},
    {"less_equal", less_equal, [](double a, double b) { return a <= b ? 1.0 : 0.0; }},
    {"greater", greater, [](double a, double b) { return a > b ? 1.0 : 0.0; }},
    {"greater_equal", greater_equal, [](double a, double b) { return a >= b ? 1.0 : 0.0; }},
};

struct Logic {
  const char* op;
  Tensor (*run)(const Tensor&, const Tensor&, Where);
  double (*reference)(double, double);
};
const Logic kLogic[] = {
    {"logical_and", logical_and, [](double a, double b) { return a != 0 && b != 0 ? 1.0 : 0.0; }},
    {"logical_or", logical_or, [](double a, double b) { return a != 0 || b != 0 ? 1.0 : 0.0; }},
    {"logical_xor", logical_xor, [](double a, double b) { return a != b ? 1.0 : 0.0; }},
};

struct Test {
  const char* op;
  Tensor (*run)(const Tensor&, Where);
  double (*reference)(double);
};
const Test kTests[] = {
    {"is_nan", is_nan, [](double x) { return std::isnan(x) ? 1.0 : 0.0; }},
    {"is_inf", is_inf, [](double x) { return std::isinf(x) ? 1.0 : 0.0; }},
    {"is_finite", is_finite, [](double x) { return std::isfinite(x) ? 1.0 : 0.0; }},
};

void add_predicates(SampleList& list) {
  for (const Comparison& row : kComparisons) {
    for (const Inputs& inputs :
         {Inputs{integers({3, 4}, 0, 2, 1), integers({4}, 0, 2, 2)}, Inputs{cast(integers({8}, 0, 2, 1), float64), numbers({}, {1})},
          Inputs{numbers({3}, {NAN, 1, INFINITY}), numbers({3}, {NAN, NAN, INFINITY})}}) {
      list.add({.op = row.op,
                .inputs = inputs,
                .run = [&row](const Inputs& x) { return outputs(row.run(x[0], x[1], Where::here())); },
                .expected = [&row](const Arrays& x) { return Arrays{map(row.reference, x[0], x[1])}; },
                .dtypes = {bool_}});
    }
    list.refuse({.op = row.op, .fragment = "do not broadcast", .call = [&row] { row.run(uniform({3}), uniform({2}), Where::here()); }});
    list.refuse(
        {.op = row.op, .fragment = "write cast(b, a.dtype())", .call = [&row] { row.run(uniform({3}), integers({3}, 0, 1), Where::here()); }});
  }
  for (const Logic& row : kLogic) {
    list.add({.op = row.op,
              .inputs = {booleans({3, 4}, 1), booleans({4}, 2)},
              .run = [&row](const Inputs& x) { return outputs(row.run(x[0], x[1], Where::here())); },
              .expected = [&row](const Arrays& x) { return Arrays{map(row.reference, x[0], x[1])}; }});
    list.refuse({.op = row.op, .fragment = "the op takes bool", .call = [&row] { row.run(uniform({3}), uniform({3}), Where::here()); }});
  }
  for (const Test& row : kTests) {
    list.add({.op = row.op,
              .inputs = {numbers({5}, {0, 1.5, NAN, INFINITY, -INFINITY})},
              .run = [&row](const Inputs& x) { return outputs(row.run(x[0], Where::here())); },
              .expected = [&row](const Arrays& x) { return Arrays{map(row.reference, x[0])}; },
              .dtypes = {bool_}});
    list.refuse({.op = row.op, .fragment = "bool has no meaning here", .call = [&row] { row.run(booleans({3}), Where::here()); }});
  }
  list.add({.op = "logical_not",
            .inputs = {booleans({7})},
            .run = [](const Inputs& x) { return outputs(logical_not(x[0])); },
            .expected = [](const Arrays& x) { return Arrays{map([](double v) { return 1 - v; }, x[0])}; }});
  list.refuse({.op = "logical_not", .fragment = "the op takes bool", .call = [] { logical_not(uniform({3})); }});
}

double select(double cond, double a, double b) { return cond != 0 ? a : b; }

void add_choices(SampleList& list) {
  const Shape shapes[][3] = {{{2, 3}, {2, 3}, {2, 3}}, {{3}, {2, 1}, {}}, {{2, 1, 1}, {3, 1}, {4}}};
  for (const auto& [cond, a, b] : shapes) {
    list.add({.op = "where",
              .inputs = {booleans(cond), uniform(a, -2, 2, 1), uniform(b, -2, 2, 2)},
              .run = [](const Inputs& x) { return outputs(whygrad::where(x[0], x[1], x[2])); },
              .expected =
                  [](const Arrays& x) {
                    // a where cond, 0 elsewhere; plus b where not.
                    const Array chosen = map([](double c, double v) { return select(c, v, 0); }, x[0], x[1]);
                    const Array other = map([](double c, double v) { return select(c, 0, v); }, x[0], x[2]);
                    return Arrays{map([](double v, double w) { return v + w; }, chosen, other)};
                  },
              .dtypes = {float64}});
  }
  list.refuse({.op = "where", .fragment = "a condition is bool", .call = [] { whygrad::where(uniform({2}), uniform({2}), 0); }});
  list.refuse({.op = "where", .fragment = "do not mix", .call = [] { whygrad::where(booleans({2}), uniform({2}), integers({2}, 0, 1)); }});
  list.refuse({.op = "where", .fragment = "do not broadcast", .call = [] { whygrad::where(booleans({2}), uniform({3}), 0); }});
  list.refuse({.op = "where", .fragment = "both values are bare numbers", .call = [] { whygrad::where(booleans({2}), 1, 0); }});

  const Shape bounds[][2] = {{{}, {}}, {{3}, {2, 1}}, {{2, 3}, {}}};
  for (const auto& [low, high] : bounds) {
    list.add({.op = "clip_by_value",
              .inputs = {uniform({2, 3}, -3, 3, 1, {-1.5, -1, -0.5, 0.5, 1, 1.5}), uniform(low, -1.5, -0.6, 2), uniform(high, 0.6, 1.5, 3)},
              .run = [](const Inputs& x) { return outputs(clip_by_value(x[0], x[1], x[2])); },
              .expected =
                  [](const Arrays& x) {
                    const Array raised = map([](double a, double b) { return std::max(a, b); }, x[0], x[1]);
                    return Arrays{map([](double a, double b) { return std::min(a, b); }, raised, x[2])};
                  }});
  }
  list.refuse(
      {.op = "clip_by_value", .fragment = "bool has no meaning here", .call = [] { clip_by_value(booleans({2}), booleans({2}), booleans({2})); }});
  list.refuse({.op = "clip_by_value", .fragment = "low is larger than x", .call = [] { clip_by_value(uniform({}), uniform({2}), 1.0); }});
  list.refuse({.op = "clip_by_value", .fragment = "do not mix", .call = [] { clip_by_value(uniform({2}), integers({2}, 0, 1), 1.0); }});
  list.refuse({.op = "clip_by_value", .fragment = "i64 cannot hold it", .call = [] { clip_by_value(integers({2}, 0, 4), 0, 1.5); }});
}

void add_conversions(SampleList& list) {
  for (const DType dtype : {float64, complex128, int32, bool_}) {
    list.add({.op = "cast",
              .inputs = {uniform({2, 3}, -3, 3, 1, {0})},
              .run = [dtype](const Inputs& x) { return outputs(cast(x[0], dtype)); },
              .expected =
                  [dtype](const Arrays& x) {
                    if (dtype == bool_) return Arrays{map([](double v) { return v != 0 ? 1.0 : 0.0; }, x[0])};
                    if (dtype == int32) return Arrays{map([](double v) { return std::trunc(v); }, x[0])};
                    if (dtype == float64) return Arrays{x[0]};
                    Array with_zeros{x[0].shape, {}};
                    with_zeros.shape.push_back(2);
                    for (const double v : x[0].values) with_zeros.values.insert(with_zeros.values.end(), {v, 0});
                    return Arrays{with_zeros};
                  },
              .dtypes = {dtype},
              .order = is_differentiable(dtype) ? 2 : 0});
  }
  list.refuse({.op = "cast", .fragment = "empty handle", .call = [] { cast(Tensor(), float32); }});
}

const Samples kSamples([](SampleList& list) {
  add_predicates(list);
  add_choices(list);
  add_conversions(list);
});

}  // namespace
}  // namespace whygrad::samples
