// A recorded computation that is run for many rows at once.
//
// NOTE [many rows at once]
// What is asked for many rows (the seeds of a jacobian, the slices of vectorized_map) is called once with abstract values for what differs from row
// to row. A RowProgram hears of the records meanwhile: those that such a value leads to are a straight list, and the rest is computed as always,
// once. The list is then run over values that have one more axis in front, that of the rows, by the rule of each op (OpDef::batch). An op without a
// rule runs row by row and its results are stacked, so that a rule is never needed for the right answer. What cannot be run so at all, such as a rule
// of the user's that looks at elements, makes the caller do what it does without rows.
//
// Random numbers differ from row to row, so that an op that draws stands in the list whatever it is computed from.
//
// NOTE [scaffolds]
// The records of abstract values are of no use to anybody once the list has run: the ops of the rows are recorded where they were, with their place,
// scope and cause. So they are taken out of the log in the end, and neither tapes nor explanations meet them. A trace keeps them: nothing there is
// computed that no result needs.
#pragma once

#include "autodiff/tape_state.hpp"
#include "tensor/forward.hpp"

#include <whygrad/base/where.hpp>
#include <whygrad/ops/op_context.hpp>
#include <whygrad/tensor/spec.hpp>

#include <cstdint>
#include <exception>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace whygrad::internal {

// Thrown where a computation cannot be run for many rows.
class NotByRows final : public std::exception {
 public:
  explicit NotByRows(const char* what) : what_(what) {}
  // What cannot: the name of an op, or a few words.
  const char* what() const noexcept override { return what_; }

 private:
  const char* what_;
};

class RowProgram final : public RecordListener {
 public:
  // Begins to listen to the calling thread's records. If `quiet`, what is computed meanwhile leaves no records.
  explicit RowProgram(bool quiet);
  // Of records that are there, in order; `slice` keeps them. `constants` are the values with elements that they read.
  RowProgram(LogSlice slice, std::span<const Record* const> records, const std::unordered_map<ValueId, Tensor>& constants);
  ~RowProgram() override;

  // An abstract value for something that differs from row to row.
  Tensor add_input(const TensorSpec& row, const Where& where);
  // Ends the listening. What leads to the results is needed from now on. Throws NotByRows if an op that leads there cannot be run for many rows.
  void finish(std::vector<Tensor> results);

  // How many rows at once keep the memory of a run within bounds, at most `rows`.
  std::int64_t rows_at_once(std::int64_t rows) const;
  // A value of one run, and whether it has the axis of the rows in front or is the same in all of them.
  struct Value {
    Tensor tensor;
    bool has_rows = true;
  };
  using Values = std::unordered_map<ValueId, Value>;
  // The results for `rows` rows, [rows, ..] each; an empty tensor for an empty one. `inputs` have the axis of the rows in front, in the order in
  // which they were added.
  std::vector<Tensor> run(std::int64_t rows, std::span<const Tensor> inputs) const;
  // The same with any values given in advance.
  std::vector<Tensor> run(std::int64_t rows, Values values) const;

  // Whether a program of this thread listens.
  static bool any_listens() noexcept { return listening_programs_ != 0; }
  // How often programs of this thread ran, for tests: what could not be recorded runs without them.
  static std::uint64_t runs() noexcept { return runs_; }

  void recorded(const Entry& entry, Record& record) override;
  // Abstract values have no tangents outside of traces.
  void overtaken() override { overtaken_ = true; }

 private:
  struct Held {
    ChunkRef chunk;
    Record* at;
  };
  struct Step {
    const Record* record;
    std::vector<Tensor> inputs;
    std::vector<TensorSpec> outputs;
    bool needed = false;
  };

  void stop() noexcept;
  void hear(const Entry& entry, Record& record);
  void add_step(const Entry& entry, Record& record);
  void find_needed();
  std::int64_t bytes_of_row() const;
  ValueId cause_of(const Record& record, const Values& values) const;
  void run_step(const Step& step, std::int64_t rows, Values& values) const;

  static constinit thread_local std::uint64_t runs_;
  static constinit thread_local int listening_programs_;

  Log& log_;
  RecordListener* outer_;
  const bool quiet_;
  bool listening_ = true, overtaken_ = false;
  Where where_ = {};  // of whoever asks for the rows
  std::vector<ValueId> inputs_;
  std::unordered_set<ValueId> varying_;
  std::vector<Step> steps_;
  LogSlice slice_;
  std::vector<ChunkRef> chunks_;  // of the steps that were heard
  std::vector<Tensor> results_;
  std::unordered_map<ValueId, std::size_t> last_use_;  // by value: the last needed step that reads it; results are in none
  std::vector<Held> claimed_;                          // records whose saved objects are kept
  std::vector<Held> scaffolds_;
};

}  // namespace whygrad::internal
