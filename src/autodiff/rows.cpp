// A recorded computation that is run for many rows at once.
#include "autodiff/rows.hpp"

#include "device/float_mode.hpp"
#include "ops/core/batch.hpp"
#include "tensor/tracer.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/abstract.hpp>
#include <whygrad/ops/shape.hpp>

#include <algorithm>
#include <utility>

namespace whygrad::internal {
namespace {

// What the values of the rows that run at once may take, and how many rows these are at most.
constexpr std::int64_t kMostBytes = std::int64_t{64} << 20;
constexpr std::int64_t kMostRows = 4096;

bool draws(const OpDef& op) { return op.draw != nullptr || op.stateful; }

bool is_computed(const OpDef& op) { return op.kernel != nullptr || op.view != nullptr; }

std::int64_t bytes_of(const TensorSpec& spec) { return spec.shape.size() * static_cast<std::int64_t>(size_of(spec.dtype)); }

// Ops are recorded as those of the step: at its place, in its scope.
class StepScope {
 public:
  StepScope(Log& log, const Record& r, ValueId cause, bool quiet) : log_(log), backward_(log.backward), scope_(log.scope) {
    log.backward = {&r.where, cause, quiet || backward_.quiet};
    log.scope = r.scope;
  }
  ~StepScope() {
    log_.backward = backward_;
    log_.scope = scope_;
  }
  StepScope(const StepScope&) = delete;
  StepScope& operator=(const StepScope&) = delete;

 private:
  Log& log_;
  Log::Backward backward_;
  std::uint32_t scope_;
};

Tensor repeated(const Tensor& t, std::int64_t rows, const Where& where) {
  Shape shape{rows};
  for (const std::int64_t extent : t.shape()) shape.push_back(extent);
  return broadcast_to(t, shape, where);
}

}  // namespace

constinit thread_local std::uint64_t RowProgram::runs_ = 0;
constinit thread_local int RowProgram::listening_programs_ = 0;

RowProgram::RowProgram(bool quiet) : log_(Log::mine()), outer_(std::exchange(mine, this)), quiet_(quiet) {
  ++listening_programs_;
  log_.start_recording();
}

RowProgram::RowProgram(LogSlice slice, std::span<const Record* const> records, const std::unordered_map<ValueId, Tensor>& constants)
    : log_(Log::mine()), outer_(nullptr), quiet_(false), listening_(false), slice_(std::move(slice)) {
  for (const Record* r : records) {
    Step step{r, {}, {}};
    for (int i = 0; i < r->inputs; ++i) {
      const ValueId id = r->input_ids()[i];
      if (const auto constant = constants.find(id); constant != constants.end()) {
        step.inputs.push_back(constant->second);
        continue;
      }
      step.inputs.push_back(make_abstract({r->dtype(i), r->shape(i), {}}));
      step.inputs.back().impl()->id = id;
    }
    for (int k = 0; k < r->outputs; ++k) {
      step.outputs.push_back({r->dtype(r->inputs + k), r->shape(r->inputs + k), {}});
      varying_.insert(r->first + static_cast<ValueId>(k));
    }
    steps_.push_back(std::move(step));
  }
}

RowProgram::~RowProgram() {
  stop();
  for (const Held& held : claimed_) release_saved(*held.chunk.get(), *held.at);
  for (const Held& held : scaffolds_) log_.forget(*held.at);
}

void RowProgram::stop() noexcept {
  if (!std::exchange(listening_, false)) return;
  --listening_programs_;
  if (mine == this) mine = outer_;
  log_.stop_recording();
}

Tensor RowProgram::add_input(const TensorSpec& row, const Where& where) {
  where_ = where;
  Tensor value = abstract(row, where);
  inputs_.push_back(value.id());
  varying_.insert(value.id());
  return value;
}

void RowProgram::recorded(const Entry& entry, Record& record) {
  if (listening_ && &Log::mine() == &log_) hear(entry, record);
  if (outer_ != nullptr) outer_->recorded(entry, record);
}

void RowProgram::hear(const Entry& entry, Record& record) {
  const bool is_abstract = entry.output_count != 0 && entry.outputs[0].is_abstract();
  bool depends = false, has_elements = draws(*entry.op);
  for (int i = 0; i < entry.input_count; ++i) {
    if (!varying_.contains(entry.inputs[i]->id())) continue;
    depends = true;
    has_elements |= !entry.inputs[i]->is_abstract();  // random numbers, and what is computed from them
  }
  // What an abstract value tells without elements, as its shape, is the same in all rows.
  const bool varies = (depends && is_abstract) || has_elements;
  if (varies) add_step(entry, record);
  ChunkRef chunk = log_.chunk_of(record);
  if (record.saved_object != nullptr && depends) {
    claimed_.push_back({chunk, &record});
  } else {
    release_saved(*chunk.get(), record);
  }
  if (log_.tracer == nullptr && (is_abstract || varies || log_.backward.quiet)) scaffolds_.push_back({std::move(chunk), &record});
}

void RowProgram::add_step(const Entry& entry, Record& record) {
  Step step{&record, {}, {}};
  step.inputs.reserve(static_cast<std::size_t>(entry.input_count));
  for (int i = 0; i < entry.input_count; ++i) step.inputs.push_back(*entry.inputs[i]);
  for (int k = 0; k < entry.output_count; ++k) {
    step.outputs.push_back(spec_of(entry.outputs[k]));
    varying_.insert(entry.outputs[k].id());
  }
  steps_.push_back(std::move(step));
  if (ChunkRef chunk = log_.chunk_of(record); chunks_.empty() || chunks_.back().get() != chunk.get()) chunks_.push_back(std::move(chunk));
}

void RowProgram::finish(std::vector<Tensor> results) {
  stop();
  results_ = std::move(results);
  find_needed();
  if (overtaken_ && log_.tracer == nullptr) throw NotByRows("forward mode");
  for (const Step& step : steps_) {
    const OpDef& op = *step.record->op;
    if (step.needed && !is_computed(op) && op.batch == nullptr) throw NotByRows(op.name);
  }
}

void RowProgram::find_needed() {
  std::unordered_set<ValueId> wanted;
  for (const Tensor& result : results_) {
    if (result.defined()) wanted.insert(result.id());
  }
  for (std::size_t s = steps_.size(); s-- > 0;) {
    Step& step = steps_[s];
    for (std::size_t k = 0; k < step.outputs.size(); ++k) step.needed |= wanted.contains(step.record->first + k);
    if (!step.needed) continue;
    for (const Tensor& input : step.inputs) {
      if (wanted.insert(input.id()).second) last_use_[input.id()] = s;
    }
  }
}

std::int64_t RowProgram::bytes_of_row() const {
  std::unordered_map<ValueId, std::int64_t> held;
  std::int64_t now = 0, most = 1;
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    const Step& step = steps_[s];
    if (!step.needed) continue;
    for (std::size_t k = 0; k < step.outputs.size(); ++k) now += held[step.record->first + k] = bytes_of(step.outputs[k]);
    most = std::max(most, now);
    for (const Tensor& input : step.inputs) {
      const auto use = last_use_.find(input.id());
      const auto at = held.find(input.id());
      if (use == last_use_.end() || use->second != s || at == held.end()) continue;
      now -= at->second;
      held.erase(at);
    }
  }
  return most;
}

std::int64_t RowProgram::rows_at_once(std::int64_t rows) const {
  return std::max<std::int64_t>(1, std::min({rows, kMostRows, kMostBytes / bytes_of_row()}));
}

std::vector<Tensor> RowProgram::run(std::int64_t rows, std::span<const Tensor> inputs) const {
  Values values;
  for (std::size_t i = 0; i < inputs_.size(); ++i) values[inputs_[i]] = {inputs[i]};
  return run(rows, std::move(values));
}

std::vector<Tensor> RowProgram::run(std::int64_t rows, Values values) const {
  const device::FloatModeScope scope = device::FloatModeScope::flushing();
  ++runs_;
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    const Step& step = steps_[s];
    if (!step.needed) continue;
    run_step(step, rows, values);
    for (const Tensor& input : step.inputs) {
      const auto use = last_use_.find(input.id());
      if (use != last_use_.end() && use->second == s) values.erase(input.id());
    }
  }
  std::vector<Tensor> results;
  results.reserve(results_.size());
  for (const Tensor& result : results_) {
    const auto at = result.defined() ? values.find(result.id()) : values.end();
    const Tensor& value = at != values.end() ? at->second.tensor : result;
    const bool has_rows = at != values.end() && at->second.has_rows;
    results.push_back(has_rows || !value.defined() ? value : repeated(value, rows, where_));
  }
  return results;
}

// The cause of an op that a gradient rule called is the op of all rows, if that was run for them.
ValueId RowProgram::cause_of(const Record& r, const Values& values) const {
  if (!varying_.contains(r.cause)) return r.cause;
  const auto at = values.find(r.cause);
  return at != values.end() ? at->second.tensor.id() : 0;
}

void RowProgram::run_step(const Step& step, std::int64_t rows, Values& values) const {
  const Record& r = *step.record;
  std::vector<const Tensor*> inputs;
  std::vector<char> has_rows;
  inputs.reserve(step.inputs.size());
  has_rows.reserve(step.inputs.size());
  for (const Tensor& input : step.inputs) {
    const auto at = values.find(input.id());
    has_rows.push_back(at != values.end() && at->second.has_rows ? 1 : 0);
    inputs.push_back(at != values.end() ? &at->second.tensor : &input);
  }
  const StepScope scope(log_, r, cause_of(r, values), quiet_);
  std::vector<Tensor> outputs(step.outputs.size());
  const bool varies = std::find(has_rows.begin(), has_rows.end(), 1) != has_rows.end() || draws(*r.op) || !is_computed(*r.op);
  if (varies) {
    call_rows({*r.op, inputs, has_rows, r.attrs(), r.attrs_bytes, step.outputs, rows, r.where, r.saved_object}, outputs);
  } else {
    outputs = apply_many(*r.op, inputs, r.attrs(), r.attrs_bytes, r.where);
  }
  for (std::size_t k = 0; k < outputs.size(); ++k) values[r.first + k] = {std::move(outputs[k]), varies};
}

}  // namespace whygrad::internal
