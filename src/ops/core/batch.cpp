// Calls of ops for many rows at once.
#include "ops/core/batch.hpp"

#include "ops/core/context.hpp"
#include "tensor/tracer.hpp"

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad {

bool BatchContext::all_have_rows() const {
  return std::all_of(call_.has_rows.begin(), call_.has_rows.end(), [](char has) { return has != 0; });
}

Shape BatchContext::input_shape(int i) const { return has_rows(i) ? Shape(input(i).shape().extents().subspan(1)) : input(i).shape(); }

Shape BatchContext::with_rows(const Shape& row) const {
  Shape shape{rows()};
  for (const std::int64_t extent : row) shape.push_back(extent);
  return shape;
}

Tensor BatchContext::input_rows(int i) const { return has_rows(i) ? input(i) : broadcast_to(input(i), with_rows(input(i).shape()), where()); }

Tensor BatchContext::input_aligned(int i, int rank) const {
  if (!has_rows(i) || input_rank(i) >= rank) return input(i);
  Shape shape{rows()};
  for (int added = rank - input_rank(i); added > 0; --added) shape.push_back(1);
  for (const std::int64_t extent : input_shape(i)) shape.push_back(extent);
  return reshape(input(i), shape, where());
}

std::vector<Tensor> BatchContext::all_input_rows() const {
  std::vector<Tensor> inputs;
  inputs.reserve(static_cast<std::size_t>(input_count()));
  for (int i = 0; i < input_count(); ++i) inputs.push_back(input_rows(i));
  return inputs;
}

void BatchContext::give_call(const std::vector<Tensor>& inputs, const void* attrs, std::size_t attrs_bytes) {
  std::vector<Tensor> outputs = apply_many(op(), internal::pointers_to(inputs), attrs, attrs_bytes, where());
  std::move(outputs.begin(), outputs.end(), given_.begin());
}

void BatchContext::give_each(const void* attrs, std::size_t attrs_bytes) {
  std::vector<std::vector<Tensor>> columns(static_cast<std::size_t>(input_count()));
  for (int i = 0; i < input_count(); ++i) {
    if (has_rows(i)) columns[static_cast<std::size_t>(i)] = unstack(input(i), 0, where());
  }
  std::vector<std::vector<Tensor>> results(given_.size());
  std::vector<const Tensor*> inputs(inputs_.begin(), inputs_.end());
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows()); ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (!columns[i].empty()) inputs[i] = &columns[i][row];
    }
    std::vector<Tensor> outputs = apply_many(op(), inputs, attrs, attrs_bytes, where());
    for (std::size_t k = 0; k < results.size(); ++k) results[k].push_back(std::move(outputs[k]));
  }
  for (std::size_t k = 0; k < results.size(); ++k) given_[k] = stack(results[k], 0, where());
}

void BatchContext::unfold_given() {
  for (Tensor& output : given_) output = internal::unfold_rows(*this, output);
}

namespace internal {
namespace {

// A tensor has at most Shape::kMaxRank axes, and the rows are one of them.
bool has_room(const BatchContext& c) {
  for (int i = 0; i < c.input_count(); ++i) {
    if (c.input_rank(i) >= Shape::kMaxRank) return false;
  }
  for (int k = 0; k < c.output_count(); ++k) {
    if (c.output_shape(k).rank() >= Shape::kMaxRank) return false;
  }
  return true;
}

[[noreturn]] void refuse_given(const BatchContext& c, int k, const Tensor& given) {
  refuse_record(c.op(),
                fmt::format("its rule of many rows gave {} for output {}, {} in each of {} rows",
                            given.defined() ? given.signature() : std::string("nothing"), k, c.output_shape(k).to_string(), c.rows()),
                "call c.give(k, output) with the axis of the rows in front for every output, or for none");
}

}  // namespace

void call_rows(const BatchContext::Call& call, std::span<Tensor> outputs) {
  BatchContext c(call, outputs);
  if (!has_room(c)) throw ShapeError(call.op.name, "an operand has as many axes as a tensor can have, and no room for one more", "run it row by row");
  if (call.op.batch != nullptr) call.op.batch(c);
  if (std::none_of(outputs.begin(), outputs.end(), [](const Tensor& t) { return t.defined(); })) {
    if (call.op.kernel != nullptr || call.op.view != nullptr) return c.give_each();
    throw ValueError(call.op.name, "it cannot be run for many rows at once", "run it row by row");
  }
  for (int k = 0; k < c.output_count(); ++k) {
    const Tensor& given = outputs[static_cast<std::size_t>(k)];
    if (!given.defined() || given.dtype() != call.outputs[static_cast<std::size_t>(k)].dtype || given.shape() != c.with_rows(c.output_shape(k)))
      refuse_given(c, k, given);
  }
}

void batch_elementwise(BatchContext& c) {
  int rank = 0;
  for (int i = 0; i < c.input_count(); ++i) rank = std::max(rank, c.input_rank(i));
  std::vector<Tensor> inputs;
  inputs.reserve(static_cast<std::size_t>(c.input_count()));
  for (int i = 0; i < c.input_count(); ++i) inputs.push_back(c.input_aligned(i, rank));
  c.give_call(inputs);
}

void batch_onto_first(BatchContext& c) {
  std::vector<Tensor> inputs;
  inputs.reserve(static_cast<std::size_t>(c.input_count()));
  inputs.push_back(c.input_rows(0));
  for (int i = 1; i < c.input_count(); ++i) inputs.push_back(c.input_aligned(i, c.input_rank(0)));
  c.give_call(inputs);
}

void batch_last_axes(BatchContext& c) { c.give_call(c.all_input_rows()); }

Tensor fold_rows(const BatchContext& c, const Tensor& t) {
  Shape shape(t.shape().extents().subspan(1));
  shape[0] *= c.rows();
  return reshape(t, shape, c.where());
}

Tensor unfold_rows(const BatchContext& c, const Tensor& t) {
  Shape shape = c.with_rows(t.shape());
  shape[1] /= c.rows();
  return reshape(t, shape, c.where());
}

Ints behind_rows(const Ints& axes) {
  Ints shifted = axes;
  for (int i = 0; i < shifted.size(); ++i) shifted[i] = behind_rows(shifted[i]);
  return shifted;
}

Ints after(std::int64_t first, std::span<const std::int64_t> numbers) {
  Ints all{first};
  for (const std::int64_t n : numbers) all.push_back(n);
  return all;
}

Tensor row_numbers(const BatchContext& c, int rank, DType dtype) {
  Ints shape{c.rows()};
  while (shape.size() < rank) shape.push_back(1);
  return reshape(range(0, c.rows(), 1, dtype, c.where()), shape, c.where());
}

}  // namespace internal
}  // namespace whygrad
