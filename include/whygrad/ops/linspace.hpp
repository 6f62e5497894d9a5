// linspace between tensors; between numbers it stands with the other constants in creation.hpp.
#pragma once

#include <whygrad/ops/creation.hpp>

namespace whygrad {

// `count` tensors at equal distances from `start` to `stop`, both included, side by side along a new axis that stands at `axis` of the result: start
// and stop [k..] give [count, k..] at axis 0. Composed of add, multiply and concat, so a gradient flows to both ends. Throws ValueError for
// a negative count, ShapeError unless the shapes broadcast, DTypeError unless both have one floating or complex dtype.
WG_API Tensor linspace(const Tensor& start, const Tensor& stop, std::int64_t count, std::int64_t axis = 0, Where where = Where::here());

}  // namespace whygrad
