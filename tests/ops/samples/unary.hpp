// Samples of elementwise functions of one operand.
#pragma once

#include "ops/samples/samples.hpp"

namespace whygrad::samples {

struct UnaryRow {
  const char* op;
  Tensor (*run)(const Tensor&, Where);
  double (*reference)(double);
  double low, high;
  std::vector<double> kinks;
};

inline void add_unary(SampleList& list, const UnaryRow& row) {
  for (const Shape& shape : {Shape{2, 3, 4}, Shape{}, Shape{0, 3}}) {
    list.add({.op = row.op,
              .inputs = {uniform(shape, row.low, row.high, 1, row.kinks)},
              .run = [&row](const Inputs& x) { return outputs(row.run(x[0], Where::here())); },
              .expected = [&row](const Arrays& x) { return Arrays{map(row.reference, x[0])}; }});
  }
  list.refuse({.op = row.op, .fragment = "bool has no meaning here", .call = [&row] { row.run(booleans({2}), Where::here()); }});
}

}  // namespace whygrad::samples
