// Derivatives of every element of a target.
#pragma once

#include <whygrad/autodiff/tape.hpp>

#include <initializer_list>

namespace whygrad {

// Returns the derivative of every element of the target [t..] with respect to every element of each source [s..]: [t.., s..]. Runs one backward pass
// for each element of the target. A tape that is not persistent is used up. A derivative may be absent, as in GradientTape::gradient; that of a
// target without elements is an empty tensor. Throws as gradient() does.
WG_API Gradients jacobian(GradientTape& tape, const Watchable& target, const Sources& sources,
                          UnconnectedGradients unconnected_gradients = UnconnectedGradients::none, Where where = Where::here());

WG_API Gradients jacobian(GradientTape& tape, const Watchable& target, std::initializer_list<Watchable> sources,
                          UnconnectedGradients unconnected_gradients = UnconnectedGradients::none, Where where = Where::here());
WG_API Gradient jacobian(GradientTape& tape, const Watchable& target, const Watchable& source,
                         UnconnectedGradients unconnected_gradients = UnconnectedGradients::none, Where where = Where::here());

// The same for independent rows: row i of the target [b, t..] depends on row i of the source [b, s..] alone. Returns [b, t.., s..] and runs one
// backward pass for each element of a row. Throws ShapeError unless both have at least two axes and the same first extent.
WG_API Gradient batch_jacobian(GradientTape& tape, const Watchable& target, const Watchable& source,
                               UnconnectedGradients unconnected_gradients = UnconnectedGradients::none, Where where = Where::here());

}  // namespace whygrad
