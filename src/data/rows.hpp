// The source of a pipeline: tensors whose first axis counts the elements.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace whygrad::data {

// One tensor of the rows. `decode` converts stored elements to the dtype of the results, so that bytes can stay bytes until a batch needs numbers;
// null copies them.
struct Column {
  using Decode = void (*)(const char* stored, char* out, std::int64_t count);

  Tensor values;    // contiguous, [rows, ...]; a value in the log, made by the data set's event, if it was a tensor of the program
  Shape row_shape;  // of the results
  DType dtype{};    // of the results
  Decode decode = nullptr;
};

class Rows {
 public:
  enum class Axis { kFirst, kRemoved };

  // All columns have as many rows.
  explicit Rows(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // The columns of from_tensor_slices. Throws ShapeError and ValueError.
  static Rows of(std::span<const Tensor> tensors, const Where& where);
  // One row: the tensors themselves.
  static Rows of_one(std::span<const Tensor> tensors, const Where& where);

  std::int64_t count() const { return columns_[0].values.shape()[0]; }
  const std::vector<Column>& columns() const { return columns_; }
  // The numbered rows of each column, stacked: [numbers.size(), ...], or without that axis for a single row. No id yet.
  std::vector<Tensor> gather(std::span<const std::int64_t> numbers, Axis axis) const;

 private:
  std::vector<Column> columns_;
};

}  // namespace whygrad::data
