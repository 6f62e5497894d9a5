// The steps of a pipeline.
//
// NOTE [rows, not tensors]
// An element that still is a row of the source is passed on as its number. Shuffling, taking and skipping move numbers; the elements are copied once,
// by the batch that contains them. A tensor for each row would cost more than copying the row.
#pragma once

#include "data/rows.hpp"

#include <whygrad/data/pipeline.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace whygrad::data {

struct Element {
  const Rows* rows = nullptr;  // if set: row `row` of these; they live as long as the cursor that returned the element
  std::int64_t row = 0;
  std::vector<Tensor> values;   // otherwise; without ids if the pipeline made them
  std::vector<Tensor> origins;  // the values in the log that they came from, one each; for a batch those of its first element

  // Copies a row out.
  void materialise() {
    if (rows == nullptr) return;
    values = rows->gather({&row, 1}, Rows::Axis::kRemoved);
    come_from(*rows);
    rows = nullptr;
  }
  void come_from(const Rows& source) {
    origins.clear();
    for (const Column& column : source.columns()) origins.push_back(column.values);
  }
  Tensor origin(std::size_t k) const { return values[k].id() != 0 ? values[k] : k < origins.size() ? origins[k] : Tensor(); }
};

// One pass over a step's elements.
class Cursor {
 public:
  Cursor() = default;
  virtual ~Cursor() = default;
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  // Writes the next element. Returns false at the end.
  virtual bool next(Element& element) = 0;
  // Skips `count` elements, computing as little of them as possible.
  virtual void skip(std::int64_t count) {
    Element element;
    while (count-- > 0 && next(element)) {
    }
  }
};

class Stage {
 public:
  Stage() = default;
  virtual ~Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // Elements in an epoch, or kEndless.
  virtual std::int64_t size() const = 0;
  // The stage must outlive the cursor.
  virtual std::unique_ptr<Cursor> open(std::uint64_t epoch) const = 0;
};
using StagePtr = std::shared_ptr<const Stage>;

StagePtr rows_stage(Rows rows);
StagePtr shuffle_stage(StagePtr upstream, std::int64_t buffer, ShuffleOptions options);
StagePtr batch_stage(StagePtr upstream, std::int64_t size, BatchOptions options);
StagePtr map_stage(StagePtr upstream, Pipeline::Function function);
StagePtr repeat_stage(StagePtr upstream, std::int64_t count);
StagePtr take_stage(StagePtr upstream, std::int64_t count);
StagePtr skip_stage(StagePtr upstream, std::int64_t count);
StagePtr prefetch_stage(StagePtr upstream, std::int64_t count);

}  // namespace whygrad::data
