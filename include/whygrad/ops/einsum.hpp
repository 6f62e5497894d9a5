// Sums of products over named axes. Composed of transpose, reshape, reduce_sum and matmul, which explanations name.
#pragma once

#include <whygrad/ops/op.hpp>

#include <string_view>
#include <vector>

namespace whygrad {

// "bij,bjk->bik": letters name the axes of each operand. Axes with the same name are iterated together, and names that the result leaves out are
// summed over. A repeated name within an operand is a diagonal; "..." stands for leading axes that broadcast. Without "->" the result has the axes of
// "..." followed by the names that occur once, in alphabetical order. Throws ValueError for another form, ShapeError if ranks or extents do not fit.
WG_API Tensor einsum(std::string_view equation, const std::vector<Tensor>& operands, Where where = Where::here());

// The sum of products over pairs of axes, a's axes_a[i] with b's axes_b[i]; the result has a's other axes followed by b's. Throws ValueError if the
// lists differ in length or repeat an axis, IndexError, ShapeError.
WG_API Tensor tensordot(const Tensor& a, const Tensor& b, const Ints& axes_a, const Ints& axes_b, Where where = Where::here());

}  // namespace whygrad
