// What a Dataset does, without the number of tensors in its type. Users take Dataset (dataset.hpp); this face is for bindings.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace whygrad::data {

// size() of a data set that never ends.
inline constexpr std::int64_t kEndless = -1;
// shuffle(kAll): a buffer as large as the data set.
inline constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

struct ShuffleOptions {
  std::uint64_t seed = 0;
  bool reshuffle = true;  // another order in each epoch
};

struct BatchOptions {
  bool drop_remainder = false;  // leave out a last batch that is smaller than the others
};

// Which pass over the data, and how much of it was seen already. What comes is the same whether the elements before it were taken or skipped.
struct EpochOptions {
  std::int64_t epoch = 0;
  std::int64_t skip = 0;  // elements (batches, after batch)
};

class Stage;
class Cursor;

// One pass over the data.
class WG_API Pass {
 public:
  explicit Pass(std::unique_ptr<Cursor> cursor);
  Pass(Pass&&) noexcept;
  Pass& operator=(Pass&&) noexcept;
  ~Pass();
  // Writes the tensors of the next element, values of the calling thread made at `where`; false at the end. Throws what a mapped function threw,
  // ShapeError where elements of different shapes meet in a batch, and ValueError unless an element has tensors.size() tensors.
  bool next(std::span<Tensor> tensors, const Where& where);
  // The same for elements of any number of tensors; nothing at the end.
  std::optional<std::vector<Tensor>> next(const Where& where);

 private:
  std::unique_ptr<Cursor> cursor_;
};

// A description of how elements come about, each a row of tensors; cheap to copy, never changed. dataset.hpp says what the functions do.
class WG_API Pipeline {
 public:
  using Function = std::function<std::vector<Tensor>(std::span<const Tensor>)>;

  explicit Pipeline(std::shared_ptr<const Stage> stage) : stage_(std::move(stage)) {}
  static Pipeline from_tensors(std::span<const Tensor> tensors, Where where = Where::here());
  static Pipeline from_tensor_slices(std::span<const Tensor> tensors, Where where = Where::here());

  Pipeline shuffle(std::int64_t buffer, ShuffleOptions options) const;
  Pipeline batch(std::int64_t size, BatchOptions options) const;
  Pipeline map(Function function) const;
  Pipeline repeat(std::int64_t count) const;
  Pipeline take(std::int64_t count) const;
  Pipeline skip(std::int64_t count) const;
  Pipeline prefetch(std::int64_t count) const;

  std::int64_t size() const;
  Pass pass(EpochOptions options) const;

 private:
  std::shared_ptr<const Stage> stage_;
};

}  // namespace whygrad::data
