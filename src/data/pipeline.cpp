// Dataset: the chain of steps and its iterators.
#include "data/stage.hpp"
#include "tensor/build.hpp"
#include "tensor/data_events.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/data/pipeline.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad::data {
namespace {

// Makes `tensor` a value of the loop's thread. A tensor that map computed may have its id from the log of another thread. The loop gets the same
// elements under a new id, so that the records are the same with and without prefetch: values that came out of the data set. Their origin remains
// known.
Tensor hand_over(const Tensor& tensor, const Tensor& origin, const Where& where) {
  Tensor element = tensor.id() != 0 ? internal::make_view(tensor, tensor.shape(), tensor.impl()->strides, 0) : tensor;
  internal::log_fed(element, internal::element_op(), origin, where);
  return element;
}

// A cursor that keeps its stage alive.
class OwningCursor : public Cursor {
 public:
  OwningCursor(StagePtr stage, std::uint64_t epoch) : stage_(std::move(stage)), cursor_(stage_->open(epoch)) {}
  bool next(Element& element) override { return cursor_->next(element); }
  void skip(std::int64_t count) override { cursor_->skip(count); }

 private:
  StagePtr stage_;
  std::unique_ptr<Cursor> cursor_;
};

}  // namespace

Pass::Pass(std::unique_ptr<Cursor> cursor) : cursor_(std::move(cursor)) {}
Pass::Pass(Pass&&) noexcept = default;
Pass& Pass::operator=(Pass&&) noexcept = default;
Pass::~Pass() = default;

std::optional<std::vector<Tensor>> Pass::next(const Where& where) {
  Element element;
  if (!cursor_->next(element)) return {};
  element.materialise();
  for (std::size_t k = 0; k < element.values.size(); ++k) {
    const Tensor origin = element.origin(k);
    element.values[k] = hand_over(element.values[k], origin, where);
  }
  return std::move(element.values);
}

bool Pass::next(std::span<Tensor> tensors, const Where& where) {
  std::optional<std::vector<Tensor>> row = next(where);
  if (!row) return false;
  if (row->size() != tensors.size()) {
    throw ValueError("Dataset", fmt::format("an element has {} tensors, the loop takes {}", row->size(), tensors.size()));
  }
  std::move(row->begin(), row->end(), tensors.begin());
  return true;
}

Pipeline Pipeline::from_tensors(std::span<const Tensor> tensors, Where where) { return Pipeline(rows_stage(Rows::of_one(tensors, where))); }
Pipeline Pipeline::from_tensor_slices(std::span<const Tensor> tensors, Where where) { return Pipeline(rows_stage(Rows::of(tensors, where))); }

Pipeline Pipeline::shuffle(std::int64_t buffer, ShuffleOptions options) const { return Pipeline(shuffle_stage(stage_, buffer, options)); }
Pipeline Pipeline::batch(std::int64_t size, BatchOptions options) const { return Pipeline(batch_stage(stage_, size, options)); }
Pipeline Pipeline::map(Function function) const { return Pipeline(map_stage(stage_, std::move(function))); }
Pipeline Pipeline::repeat(std::int64_t count) const { return Pipeline(repeat_stage(stage_, count)); }
Pipeline Pipeline::take(std::int64_t count) const { return Pipeline(take_stage(stage_, count)); }
Pipeline Pipeline::skip(std::int64_t count) const { return Pipeline(skip_stage(stage_, count)); }
Pipeline Pipeline::prefetch(std::int64_t count) const { return Pipeline(prefetch_stage(stage_, count)); }

std::int64_t Pipeline::size() const { return stage_->size(); }

Pass Pipeline::pass(EpochOptions options) const {
  if (options.epoch < 0 || options.skip < 0) {
    throw ValueError("iterate", fmt::format("epoch {}, skipping {} elements", options.epoch, options.skip), "both count from 0");
  }
  auto cursor = std::make_unique<OwningCursor>(stage_, static_cast<std::uint64_t>(options.epoch));
  cursor->skip(options.skip);
  return Pass(std::move(cursor));
}

}  // namespace whygrad::data
