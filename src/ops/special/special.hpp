// Common parts of the records of special functions.
#pragma once

#include "kernels/special.hpp"
#include "ops/elementwise/elementwise.hpp"

namespace whygrad::internal {

inline void infer_special(InferContext& c) {
  if (!is_floating(c.input(0).dtype())) refuse_dtype(c, "floating numbers");
  c.output(c.input(0).dtype(), c.input(0).shape());
}

inline void infer_special_of_two(InferContext& c) {
  c.same_dtype(0, 1);
  if (!is_floating(c.input(1).dtype())) refuse_dtype(c, "floating numbers");
  c.output(c.input(1).dtype(), broadcast_shape(c, c.input(0).shape(), c.input(1).shape()));
}

template <kernels::SpecialOfTwo F>
void run_special_of_two(KernelContext& g) {
  const Shape& shape = g.output().shape();
  kernels::special_of_two(F, broadcast(g.input(0), shape), broadcast(g.input(1), shape), g.out());
}

// A function of one number.
template <kernels::Special F>
consteval OpDef special_op(const char* name, const char* doc, Differentiable x, void (*vjp)(VjpContext&), OpNotes notes = {}) {
  return define_op({
      .name = name,
      .doc = doc,
      .inputs = {{"x", x}},
      .infer = infer_special,
      .kernel = [](KernelContext& g) { kernels::special(F, g.in(0), g.out()); },
      .vjp = vjp,
      .batch = batch_elementwise,
      .zero = notes.zero,
      .nonfinite = notes.nonfinite,
  });
}

}  // namespace whygrad::internal
