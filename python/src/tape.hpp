// Python's tape objects.
#pragma once

#include "module.hpp"

#include <whygrad/autodiff/tape.hpp>

#include <vector>

namespace whygrad::python {

// The tape in a Tape object. Throws Python's TypeError for anything else.
const GradientTape& tape_in(nb::handle object);

// Tensors and variables from an iterable.
std::vector<Watchable> watchables(nb::handle values, const Where& where);

// A tensor or None for each gradient. Raises MissingRule if one is missing because an op has no rule.
nb::object values_of(const std::vector<Gradient>& gradients);

}  // namespace whygrad::python
