// Elements of a data set in batches.
#include "data/stage.hpp"

#include "tensor/build.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <limits>

namespace whygrad::data {
namespace {

// Stacks tensor k of every element.
Tensor stack(const std::vector<Element>& elements, std::size_t k) {
  const Tensor& first = elements[0].values[k];
  Shape shape = {static_cast<std::int64_t>(elements.size())};
  for (const std::int64_t extent : first.shape()) shape.push_back(extent);
  Tensor out = internal::make_host_tensor(first.dtype(), shape, "batch");
  char* to = out.impl()->data;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const Tensor& t = elements[i].values[k];
    if (t.shape() != first.shape() || t.dtype() != first.dtype()) {
      throw ShapeError("batch", fmt::format("element {} of a batch has {} as tensor {}, the first has {}", i, t.signature(), k, first.signature()),
                       "a batch needs equal shapes; cut or pad the elements in map");
    }
    internal::copy_elements(t, to);
    to += static_cast<std::size_t>(t.size()) * size_of(t.dtype());
  }
  return out;
}

class BatchCursor : public Cursor {
 public:
  BatchCursor(std::unique_ptr<Cursor> upstream, std::int64_t size, bool drop_remainder)
      : upstream_(std::move(upstream)), size_(size), drop_remainder_(drop_remainder) {}

  bool next(Element& element) override {
    elements_.clear();
    rows_.clear();
    const Rows* rows = nullptr;
    Element part;
    std::int64_t count = 0;
    for (; count < size_ && upstream_->next(part); ++count) {
      rows = part.rows;
      if (rows != nullptr) {
        rows_.push_back(part.row);
      } else {
        elements_.push_back(std::move(part));
      }
    }
    if (count == 0 || (count < size_ && drop_remainder_)) return false;
    element.rows = nullptr;
    element.values.clear();
    if (rows != nullptr) {
      element.values = rows->gather(rows_, Rows::Axis::kFirst);
      element.come_from(*rows);
    } else {
      element.origins.clear();
      for (std::size_t k = 0; k < elements_[0].values.size(); ++k) {
        element.values.push_back(stack(elements_, k));
        element.origins.push_back(elements_[0].origin(k));
      }
    }
    elements_.clear();
    return true;
  }

  void skip(std::int64_t count) override {
    const std::int64_t most = std::numeric_limits<std::int64_t>::max() / size_;
    upstream_->skip(count > most ? most * size_ : count * size_);
  }

 private:
  std::unique_ptr<Cursor> upstream_;
  std::int64_t size_;
  bool drop_remainder_;
  std::vector<Element> elements_;   // either tensors
  std::vector<std::int64_t> rows_;  // or rows of one source: a pipeline has one source only
};

class BatchStage : public Stage {
 public:
  BatchStage(StagePtr upstream, std::int64_t size, BatchOptions options) : upstream_(std::move(upstream)), size_(size), options_(options) {}
  std::int64_t size() const override {
    const std::int64_t elements = upstream_->size();
    if (elements == kEndless) return kEndless;
    return elements / size_ + (elements % size_ != 0 && !options_.drop_remainder ? 1 : 0);
  }
  std::unique_ptr<Cursor> open(std::uint64_t epoch) const override {
    return std::make_unique<BatchCursor>(upstream_->open(epoch), size_, options_.drop_remainder);
  }

 private:
  StagePtr upstream_;
  std::int64_t size_;
  BatchOptions options_;
};

}  // namespace

StagePtr batch_stage(StagePtr upstream, std::int64_t size, BatchOptions options) {
  if (size < 1) throw ValueError("batch", fmt::format("batches of {} elements", size), "at least 1");
  return std::make_shared<BatchStage>(std::move(upstream), size, options);
}

}  // namespace whygrad::data
