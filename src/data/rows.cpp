// Rows of tensors as a data set.
#include "data/rows.hpp"

#include "data/stage.hpp"
#include "tensor/build.hpp"
#include "tensor/data_events.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace whygrad::data {
namespace {

Tensor contiguous(const Tensor& tensor) {
  if (tensor.is_contiguous()) return tensor;
  Tensor copy = internal::make_host_tensor(tensor.dtype(), tensor.shape(), "Dataset");
  internal::copy_elements(tensor, copy.impl()->data);
  return copy;
}

Tensor gather_column(const Column& column, std::span<const std::int64_t> numbers, const Shape& shape) {
  Tensor out = internal::make_host_tensor(column.dtype, shape, "Dataset");
  const std::int64_t elements = column.row_shape.size();
  const std::int64_t stored_bytes = elements * static_cast<std::int64_t>(size_of(column.values.dtype()));
  const std::int64_t bytes = elements * static_cast<std::int64_t>(size_of(column.dtype));
  const char* from = internal::elements_of(column.values);
  char* to = out.impl()->data;
  for (const std::int64_t number : numbers) {
    if (column.decode != nullptr) {
      column.decode(from + number * stored_bytes, to, elements);
    } else {
      std::memcpy(to, from + number * stored_bytes, static_cast<std::size_t>(bytes));
    }
    to += bytes;
  }
  return out;
}

class RowsCursor : public Cursor {
 public:
  explicit RowsCursor(const Rows& rows) : rows_(rows) {}
  bool next(Element& element) override {
    if (next_ == rows_.count()) return false;
    element.values.clear();
    element.rows = &rows_;
    element.row = next_++;
    return true;
  }
  void skip(std::int64_t count) override { next_ += std::min(count, rows_.count() - next_); }

 private:
  const Rows& rows_;
  std::int64_t next_ = 0;
};

class RowsStage : public Stage {
 public:
  explicit RowsStage(Rows rows) : rows_(std::move(rows)) {}
  std::int64_t size() const override { return rows_.count(); }
  std::unique_ptr<Cursor> open(std::uint64_t) const override { return std::make_unique<RowsCursor>(rows_); }

 private:
  Rows rows_;
};

// The rows of `tensor` as a value that the event `op` made from it. No gradient passes this point.
Column column_of(const Tensor& tensor, const Shape& rows, const OpDef& op, const Where& where) {
  const Tensor whole = contiguous(tensor);
  std::int64_t strides[Shape::kMaxRank] = {};
  std::int64_t stride = 1;
  for (int i = rows.rank(); i-- > 0; stride *= rows[i]) strides[i] = stride;
  Column column{.values = internal::make_view(whole, rows, strides, 0), .dtype = tensor.dtype()};
  column.row_shape = Shape(rows.extents().subspan(1));
  internal::log_fed(column.values, op, tensor, where);
  return column;
}

}  // namespace

Rows Rows::of_one(std::span<const Tensor> tensors, const Where& where) {
  std::vector<Column> columns;
  for (const Tensor& tensor : tensors) {
    if (!tensor.defined()) throw ValueError("from_tensors", "an empty handle has no elements", "assign a tensor to it first");
    Shape rows = {1};
    for (const std::int64_t extent : tensor.shape()) rows.push_back(extent);
    columns.push_back(column_of(tensor, rows, internal::whole_op(), where));
  }
  return Rows(std::move(columns));
}

Rows Rows::of(std::span<const Tensor> tensors, const Where& where) {
  constexpr const char* kOp = "from_tensor_slices";
  std::vector<Column> columns;
  for (const Tensor& tensor : tensors) {
    if (!tensor.defined()) throw ValueError(kOp, "an empty handle has no elements", "assign a tensor to it first");
    if (tensor.rank() == 0) throw ShapeError(kOp, tensor.signature() + " has no axis to slice along", "from_tensors takes tensors as they are");
    if (tensor.shape()[0] != tensors[0].shape()[0]) {
      throw ShapeError(kOp, fmt::format("the tensors differ along the first axis: {} and {}", tensors[0].signature(), tensor.signature()),
                       "each tensor needs one entry per element");
    }
    columns.push_back(column_of(tensor, tensor.shape(), internal::slices_op(), where));
  }
  return Rows(std::move(columns));
}

std::vector<Tensor> Rows::gather(std::span<const std::int64_t> numbers, Axis axis) const {
  std::vector<Tensor> result;
  result.reserve(columns_.size());
  for (const Column& column : columns_) {
    Shape shape;
    if (axis == Axis::kFirst) shape.push_back(static_cast<std::int64_t>(numbers.size()));
    for (const std::int64_t extent : column.row_shape) shape.push_back(extent);
    result.push_back(gather_column(column, numbers, shape));
  }
  return result;
}

StagePtr rows_stage(Rows rows) { return std::make_shared<RowsStage>(std::move(rows)); }

}  // namespace whygrad::data
