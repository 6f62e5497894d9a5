// Derivatives of every element of a target.
#pragma once

#include <whygrad/autodiff/tape.hpp>

#include <cstdint>
#include <initializer_list>

namespace whygrad {

struct JacobianOptions {
  UnconnectedGradients unconnected_gradients = UnconnectedGradients::none;
  // Whether the backward pass is recorded once and run for many elements at once (experimental_use_pfor); otherwise one pass follows the other, as
  // they do where a pass cannot be recorded, such as one with a rule of the user's that looks at elements.
  bool use_pfor = true;
  // How many passes run at once at most; 0 for as many as 64 MiB hold the values of, or 4096.
  std::int64_t parallel_iterations = 0;
};

// Returns the derivative of every element of the target [t..] with respect to every element of each source [s..]: [t.., s..]. Runs a backward pass
// for each element of the target, many at once. A tape that is not persistent is used up. A derivative may be absent, as in GradientTape::gradient;
// that of a target without elements is an empty tensor. Throws as gradient() does.
WG_API Gradients jacobian(GradientTape& tape, const Watchable& target, const Sources& sources, const JacobianOptions& options = {},
                          Where where = Where::here());

WG_API Gradients jacobian(GradientTape& tape, const Watchable& target, std::initializer_list<Watchable> sources, const JacobianOptions& options = {},
                          Where where = Where::here());
WG_API Gradient jacobian(GradientTape& tape, const Watchable& target, const Watchable& source, const JacobianOptions& options = {},
                         Where where = Where::here());

// The same for independent rows: row i of the target [b, t..] depends on row i of the source [b, s..] alone. Returns [b, t.., s..] and runs a
// backward pass for each element of a row, many at once. Throws ShapeError unless both have at least two axes and the same first extent.
WG_API Gradient batch_jacobian(GradientTape& tape, const Watchable& target, const Watchable& source, const JacobianOptions& options = {},
                               Where where = Where::here());

}  // namespace whygrad
