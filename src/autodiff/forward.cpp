// Forward accumulators: which tangents are known, and when they are computed.
#include "autodiff/forward.hpp"

#include "autodiff/observer.hpp"
#include "autodiff/watch_event.hpp"
#include "tensor/tracer.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace whygrad {
namespace internal {
namespace {

constexpr const char* kName = "ForwardAccumulator";

// The accumulators of a thread that record, in the order in which they were entered.
class ThreadAccumulators final : public RecordListener {
 public:
  static ThreadAccumulators& get() {
    thread_local ThreadAccumulators all;
    return all;
  }

  void recorded(const Entry& entry, Record& record) override;
  void read(const std::shared_ptr<VariableImpl>& variable);
  void add(std::shared_ptr<ForwardState> state) {
    if (mine != nullptr && mine != this) mine->overtaken();
    if (recording_.empty() && mine != this) outer_ = std::exchange(mine, this);
    recording_.push_back({std::move(state)});
  }
  void remove(const ForwardState* state) noexcept {
    std::erase_if(recording_, [state](const Recorder& r) { return r.state.get() == state; });
    if (recording_.empty() && mine == this) mine = std::exchange(outer_, nullptr);
  }

 private:
  struct Recorder {
    std::shared_ptr<ForwardState> state;
    bool suspended = false;
  };
  class Suspension;

  std::vector<Recorder> recording_;
  RecordListener* outer_ = nullptr;  // who listened before the first of them
};

// Suspends an accumulator and all that was entered after it.
class ThreadAccumulators::Suspension {
 public:
  Suspension(ThreadAccumulators& all, const ForwardState& by) : all_(all), log_(by.log()) {
    for (Recorder& r : all.recording_) {
      if (r.suspended || &r.state->log() != &log_ || r.state->entered() < by.entered()) continue;
      r.suspended = true;
      log_.stop_recording();
      suspended_.push_back(r.state);
    }
    for (const auto& tape : ThreadTapes::mine().recording) {
      if (tape->entered() > by.entered()) paused_.push_back(tape);
    }
    for (const auto& tape : paused_) tape->stop(Window::End::kPaused, tape->made_at());
  }
  ~Suspension() {
    for (const auto& tape : paused_) {
      if (tape->can_resume()) tape->resume();
    }
    for (Recorder& r : all_.recording_) {
      if (std::find(suspended_.begin(), suspended_.end(), r.state) == suspended_.end()) continue;
      r.suspended = false;
      log_.start_recording();
    }
  }
  Suspension(const Suspension&) = delete;
  Suspension& operator=(const Suspension&) = delete;

 private:
  ThreadAccumulators& all_;
  Log& log_;
  std::vector<std::shared_ptr<ForwardState>> suspended_;
  std::vector<std::shared_ptr<TapeState>> paused_;
};

// Whether the record was made of an abstract value in a program that runs: a rule that is transposed makes such values, and nobody else sees them.
bool is_scaffold(const Entry& entry, const Log& log) { return log.tracer == nullptr && entry.output_count != 0 && entry.outputs[0].is_abstract(); }

void ThreadAccumulators::recorded(const Entry& entry, Record& record) {
  if (outer_ != nullptr) outer_->recorded(entry, record);
  Log& log = Log::mine();
  const auto hears = [&log](const Recorder& r) { return !r.suspended && &r.state->log() == &log; };
  // Each accumulator that hears of the record has a claim on what it saves.
  struct Claims {
    ChunkRef chunk;
    Record& record;
    std::ptrdiff_t count;
    ~Claims() {
      for (std::ptrdiff_t i = 0; i < count; ++i) release_saved(*chunk.get(), record);
    }
  } const claims{log.chunk_of(record), record, std::count_if(recording_.begin(), recording_.end(), hears)};
  if (is_scaffold(entry, log)) return;
  for (std::size_t n = 0; n < recording_.size(); ++n) {
    if (!hears(recording_[n])) continue;
    const std::shared_ptr<ForwardState> state = recording_[n].state;
    std::vector<Tensor> tangents;
    if (!state->moves(record, tangents)) continue;
    const Suspension suspension(*this, *state);
    state->advance(entry, record, tangents);
  }
}

void ThreadAccumulators::read(const std::shared_ptr<VariableImpl>& variable) {
  for (const Recorder& r : recording_) {
    if (!r.suspended && &r.state->log() == &Log::mine()) r.state->read(variable);
  }
}

}  // namespace

void note_forward(const std::shared_ptr<VariableImpl>& variable) {
  if (RecordListener::mine != nullptr) ThreadAccumulators::get().read(variable);
}

ForwardState::ForwardState(const Where& where)
    : log_(&Log::mine()), own_log_(log_->weak_from_this().lock()), made_at_(where), number_(++ThreadTapes::mine().made) {
  ++ThreadTapes::mine().unfinished;
}

void ForwardState::check_thread(const char* op) const {
  if (&Log::mine() == log_) return;
  if (const Tracer* tracer = Tracer::mine(); tracer != nullptr) {
    throw TapeError(op, fmt::format("the accumulator was made outside of the function `{}`, which is being traced", tracer->name()),
                    "make it inside of the function, or use it where it was made, around the call");
  }
  throw TapeError(op, "the accumulator belongs to another thread", "an accumulator records on the thread that made it; make one per thread");
}

void ForwardState::start() {
  windows_.push_back({.begin = log_->next_id()});
  ThreadAccumulators::get().add(shared_from_this());
  log_->start_recording();
  entered_ = ThreadTapes::mine().epoch = next_tape_epoch();
  recording_ = true;
}

void ForwardState::stop(const Where& where) {
  recording_ = false;
  windows_.back().end = log_->next_id();
  windows_.back().ended = Window::End::kExited;
  windows_.back().ended_at = where;
  ThreadAccumulators::get().remove(this);
  log_->stop_recording();
  ThreadTapes::mine().epoch = next_tape_epoch();
  drop_dead();
}

void ForwardState::finish() noexcept {
  // Destroyed on another thread: its own thread is left alone.
  if (finished_ || &Log::mine() != log_) return;
  finished_ = true;
  if (recording_) {
    ThreadAccumulators::get().remove(this);
    log_->stop_recording();
    recording_ = false;
  }
  if (--ThreadTapes::mine().unfinished == 0) log_->end_generation();
  moving_.clear();
  variables_.clear();
}

void ForwardState::set(const Tensor& value, Tensor tangent) {
  if (moving_.size() >= look_again_) drop_dead();
  moving_.insert_or_assign(value.id(), Moving{value, std::move(tangent)});
}

void ForwardState::drop_dead() {
  std::erase_if(moving_, [](const auto& entry) { return entry.second.value.impl()->references.load(std::memory_order_acquire) == 1; });
  look_again_ = 2 * moving_.size() + 64;
}

void ForwardState::watch(const Watchable& primal, const Tensor& tangent, const Where& where) {
  Tensor value = tensor_of(primal);
  if (!value.defined() || !tangent.defined()) throw ValueError(kName, "a primal or a tangent is an empty handle", "give tensors that hold values");
  if (value.dtype() != tangent.dtype()) {
    throw DTypeError(kName, fmt::format("a tangent is {} and its primal {}", tangent.signature(), value.signature()),
                     "give each tangent the dtype of its primal");
  }
  if (value.shape() != tangent.shape()) {
    throw ShapeError(kName, fmt::format("a tangent is {} and its primal {}", tangent.signature(), value.signature()),
                     "give each tangent the shape of its primal: it says how fast each element moves");
  }
  Tensor moves = tangent;
  if (Tracer* tracer = Tracer::mine(); tracer != nullptr) {
    value = tracer->inside(value);
    moves = tracer->inside(moves);
  }
  primals_.push_back(primal);
  watches_.push_back({value.id(), log_->next_id(), primal.is_variable() ? primal.variable().shared() : nullptr});
  if (!is_differentiable(value.dtype())) return;
  value.impl()->activity.store(TensorImpl::kWatched, std::memory_order_relaxed);
  if (const Moving* known = find(value.id())) moves = add(known->tangent, moves, where);
  if (primal.is_variable()) variables_.insert_or_assign(primal.variable().shared().get(), moves);
  set(value, std::move(moves));
}

void ForwardState::read(const std::shared_ptr<VariableImpl>& variable) {
  const auto at = variables_.find(variable.get());
  if (at == variables_.end()) return;
  const Tensor now = VariableImpl::present(variable);
  if (find(now.id()) != nullptr) return;
  now.impl()->activity.store(TensorImpl::kWatched, std::memory_order_relaxed);
  set(now, at->second);
}

Tensor ForwardState::tangent_of(const Watchable& target) const {
  if (target.is_variable()) {
    const auto at = variables_.find(target.variable().shared().get());
    if (at != variables_.end()) return at->second;
  }
  Tensor value = tensor_of(target);
  if (Tracer* tracer = Tracer::mine(); tracer != nullptr) value = tracer->inside(value);
  const Moving* moving = find(value.id());
  return moving != nullptr ? moving->tangent : Tensor();
}

bool ForwardState::moves(const Record& record, std::vector<Tensor>& tangents) const {
  return tangents_of_inputs(
      record,
      [this](ValueId id) {
        const Moving* m = find(id);
        return m != nullptr ? m->tangent : Tensor();
      },
      tangents);
}

void ForwardState::advance(const Entry& entry, const Record& record, const std::vector<Tensor>& tangents) {
  std::vector<Tensor> made = jvp_of(record, tangents);
  for (std::size_t k = 0; k < made.size(); ++k) {
    if (made[k].defined()) set(entry.outputs[k], std::move(made[k]));
  }
}

std::shared_ptr<const TapeFacts> ForwardState::facts(const Watchable& target, ValueId asked, const Where& where) const {
  auto facts = std::make_shared<TapeFacts>();
  facts->log.add(log_->chunks(0, log_->next_id()));
  facts->windows = windows_;
  facts->watches = watches_;
  for (std::size_t i = 0; i < watches_.size(); ++i) facts->watch_index.set(watches_[i].id, static_cast<std::int32_t>(i));
  facts->tape_made_at = made_at_;
  facts->asked_at = where;
  facts->tape = number_;
  facts->asked = asked;
  facts->targets.push_back(fact_of(target));
  for (const Watchable& primal : primals_) facts->sources.push_back(fact_of(primal));
  return facts;
}

}  // namespace internal

namespace {

void check_primals(const std::vector<Watchable>& primals, const std::vector<Tensor>& tangents) {
  using internal::kName;
  if (primals.size() != tangents.size())
    throw ValueError(kName, fmt::format("{} tangents are given for {} primals", tangents.size(), primals.size()), "give one tangent for each primal");
  const auto same = [](const Watchable& a, const Watchable& b) {
    if (a.is_variable() || b.is_variable()) return a.is_variable() && b.is_variable() && a.variable().is(b.variable());
    return a.tensor().defined() && b.tensor().defined() && a.tensor().id() == b.tensor().id();
  };
  for (std::size_t i = 0; i < primals.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (same(primals[i], primals[j])) {
        throw ValueError(kName, fmt::format("primals {} and {} are the same: it was specified as a primal multiple times", j, i),
                         "add its tangents up if that is what you want");
      }
    }
  }
}

}  // namespace

ForwardAccumulator::ForwardAccumulator(const std::vector<Watchable>& primals, const std::vector<Tensor>& tangents, Where where)
    : state_(std::make_shared<internal::ForwardState>(where)) {
  try {
    check_primals(primals, tangents);
    for (std::size_t i = 0; i < primals.size(); ++i) state_->watch(primals[i], tangents[i], where);
    state_->start();
  } catch (...) {
    state_->finish();
    throw;
  }
}

ForwardAccumulator::ForwardAccumulator(const Watchable& primal, const Tensor& tangent, Where where)
    : ForwardAccumulator(std::vector<Watchable>{primal}, std::vector<Tensor>{tangent}, where) {}

ForwardAccumulator::~ForwardAccumulator() { state_->finish(); }

void ForwardAccumulator::exit(Where where) {
  state_->check_thread("exit");
  if (!state_->recording()) throw TapeError("exit", "the accumulator is not recording", "exit() once for each time it was entered");
  state_->stop(where);
}

void ForwardAccumulator::enter(Where) {
  state_->check_thread("enter");
  if (state_->recording()) throw TapeError("enter", "the accumulator is already recording", "exit() it first, or make another one to nest");
  state_->start();
}

bool ForwardAccumulator::recording() const noexcept { return state_->recording(); }

void ForwardAccumulator::watch(const Watchable& primal, const Tensor& tangent, Where where) {
  state_->check_thread("watch");
  state_->watch(primal, tangent, where);
}

Gradient ForwardAccumulator::jvp(const Watchable& target, UnconnectedGradients unconnected_gradients, Where where) {
  state_->check_thread("jvp");
  internal::check_asked({target}, {});
  if (Tensor tangent = state_->tangent_of(target); tangent.defined()) return Gradient(std::move(tangent));
  const bool zero = unconnected_gradients == UnconnectedGradients::zero;
  const std::shared_ptr<const internal::TapeFacts> facts = state_->facts(target, internal::Log::mine().next_id(), where);
  const Tensor value = internal::tensor_of(target);
  std::vector<Gradient> missing;
  missing.reserve(state_->primals().size());
  for (std::size_t i = 0; i < state_->primals().size(); ++i) missing.emplace_back(facts, i);
  if (internal::GradientObserver* observer = internal::GradientObserver::mine(); observer != nullptr && !missing.empty()) {
    observer->answered({facts, missing, std::vector<char>(missing.size(), zero ? 1 : 0), [](const internal::BackwardVisitor&) {}});
  }
  if (zero) return Gradient(zeros(value.shape(), value.dtype(), where));
  return missing.empty() ? Gradient() : missing[0];
}

}  // namespace whygrad
