// Rules of many rows (OpDef::batch) that ops of several families share.
#pragma once

#include <whygrad/ops/op_context.hpp>

namespace whygrad::internal {

// Computes the outputs of a call for many rows, by the op's rule or row by row. An op that is not computed, such as the call of a function, needs a
// rule.
void call_rows(const BatchContext::Call& call, std::span<Tensor> outputs);

// For an op whose inputs broadcast against each other and whose attributes name no axes.
void batch_elementwise(BatchContext& c);

// For an op whose inputs broadcast to the shape of the first one.
void batch_onto_first(BatchContext& c);

// For an op that works along the last axes of all its inputs, and takes any number of axes before them, the same in all inputs.
void batch_last_axes(BatchContext& c);

// For an op on images or the like, [n, ..], whose attributes do not name the extents of its results: the axis of the rows goes into n. Inputs from
// `folded` on are the same for all images, and must be the same in all rows.
template <int Folded>
void batch_images(BatchContext& c);

// t [rows, n, ..] as [rows * n, ..], and back.
Tensor fold_rows(const BatchContext& c, const Tensor& t);
Tensor unfold_rows(const BatchContext& c, const Tensor& t);
// Input i, repeated for each row if need be, as [rows * n, ..].
inline Tensor folded_input(const BatchContext& c, int i) { return fold_rows(c, c.input_rows(i)); }

template <int Folded>
void batch_images(BatchContext& c) {
  std::vector<Tensor> inputs;
  inputs.reserve(static_cast<std::size_t>(c.input_count()));
  for (int i = 0; i < c.input_count(); ++i) {
    if (i >= Folded && c.has_rows(i)) return;
    inputs.push_back(i < Folded ? folded_input(c, i) : c.input(i));
  }
  c.give_call(inputs);
  c.unfold_given();
}

// The axis of a call with rows that is `axis` of a call without.
constexpr std::int64_t behind_rows(std::int64_t axis) { return axis < 0 ? axis : axis + 1; }
// The same of a list, and `shape` as a list, after `first`.
Ints behind_rows(const Ints& axes);
Ints after(std::int64_t first, std::span<const std::int64_t> numbers);

// The number of each row, [rows, 1..] of rank `rank`.
Tensor row_numbers(const BatchContext& c, int rank, DType dtype);

}  // namespace whygrad::internal
