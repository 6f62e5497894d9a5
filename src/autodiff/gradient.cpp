// Gradients that are kept as slices of a table.
#include <whygrad/autodiff/gradient.hpp>

#include <mutex>

namespace whygrad {

namespace internal {

struct RowsGradient {
  explicit RowsGradient(IndexedSlices s) : slices(std::move(s)) {}
  const IndexedSlices slices;
  std::once_flag made;
  Tensor dense;
};

}  // namespace internal

Gradient::Gradient(IndexedSlices rows) : rows_(std::make_shared<internal::RowsGradient>(std::move(rows))) {}

const IndexedSlices* Gradient::rows() const noexcept { return rows_ != nullptr ? &rows_->slices : nullptr; }

const Tensor& Gradient::dense() const {
  if (rows_ == nullptr) throw_missing();
  std::call_once(rows_->made, [this] { rows_->dense = to_dense(rows_->slices); });
  return rows_->dense;
}

}  // namespace whygrad
