// The state of a tape: windows of the log, watched values, held records.
#include "autodiff/tape_state.hpp"

#include "autodiff/forward.hpp"
#include "autodiff/watch_event.hpp"
#include "tensor/tracer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

namespace whygrad::internal {
namespace {

constexpr std::size_t kForgotten = 16;

thread_local VariableWatcher* innermost_watcher = nullptr;

}  // namespace

// ---- LogSlice ----

void LogSlice::add(std::vector<ChunkRef> chunks) {
  for (ChunkRef& chunk : chunks) {
    const auto at = std::lower_bound(chunks_.begin(), chunks_.end(), chunk->number, [](const ChunkRef& c, std::uint64_t n) { return c->number < n; });
    if (at == chunks_.end() || (*at)->number != chunk->number) chunks_.insert(at, std::move(chunk));
  }
}

Chunk* LogSlice::chunk_of(ValueId id) const noexcept {
  if (chunks_.empty() || (id & ~kSequenceMask) != chunks_.front()->serial) return nullptr;
  const std::uint64_t number = (id & kSequenceMask) >> kChunkBits;
  if (number < chunks_.front()->number || number > chunks_.back()->number) return nullptr;
  // Fast path: the chunks are usually consecutive.
  const std::size_t guess = static_cast<std::size_t>(number - chunks_.front()->number);
  if (guess < chunks_.size() && chunks_[guess]->number == number) return chunks_[guess].get();
  const auto at = std::lower_bound(chunks_.begin(), chunks_.end(), number, [](const ChunkRef& c, std::uint64_t n) { return c->number < n; });
  return (*at)->number == number ? at->get() : nullptr;
}

Record* LogSlice::find(ValueId id) const {
  const Chunk* chunk = chunk_of(id);
  return chunk != nullptr ? chunk->records[id & (kChunkIds - 1)] : nullptr;
}

void LogSlice::release(ValueId id) const noexcept {
  Chunk* chunk = chunk_of(id);
  Record* record = chunk != nullptr ? chunk->records[id & (kChunkIds - 1)] : nullptr;
  if (record != nullptr && record->first == id) internal::release_saved(*chunk, *record);
}

// ---- ThreadTapes ----

std::uint64_t next_tape_epoch() noexcept {
  static std::atomic<std::uint64_t> epoch{1};
  return epoch.fetch_add(1, std::memory_order_relaxed);
}

ThreadTapes& ThreadTapes::mine() {
  thread_local ThreadTapes tapes;
  return tapes;
}

bool reads_are_observed() noexcept { return Log::mine().recording() != 0 || innermost_watcher != nullptr; }

void note_access(const std::shared_ptr<VariableImpl>& variable) {
  note_forward(variable);
  if (!variable->trainable) return;
  ThreadTapes& tapes = ThreadTapes::mine();
  VariableWatcher::note(variable);
  if (variable->noted.load(std::memory_order_relaxed) == tapes.epoch) return;
  for (const auto& tape : tapes.recording) {
    if (tape->options().watch_accessed_variables) tape->watch(variable);
  }
  variable->noted.store(tapes.epoch, std::memory_order_relaxed);
}

VariableWatcher::VariableWatcher() : outer_(std::exchange(innermost_watcher, this)) {}
VariableWatcher::~VariableWatcher() { innermost_watcher = outer_; }

void VariableWatcher::note(const std::shared_ptr<VariableImpl>& variable) {
  for (VariableWatcher* w = innermost_watcher; w != nullptr; w = w->outer_) {
    if (std::find(w->variables_.begin(), w->variables_.end(), variable) == w->variables_.end()) w->variables_.push_back(variable);
  }
}

// ---- TapeState ----

constexpr OpDef kWatchEvent = define_event({
    .name = "watch",
    .doc = "A tape was told to watch a value.",
    .inputs = {{"value", NotDifferentiable{"watching makes nothing of the value", "nothing needs to change for it"}, Role::kShape}},
    .attrs = {attr<&WatchAttrs::tape>("tape", "its number"), attr<&WatchAttrs::made_at>("made_at", "where the tape was made")},
});

TapeState::TapeState(GradientTapeOptions options, const Where& where)
    : options_(options), log_(&Log::mine()), own_log_(log_->weak_from_this().lock()), made_at_(where), number_(++ThreadTapes::mine().made) {
  ++ThreadTapes::mine().unfinished;
}

void TapeState::check_thread(const char* op) const {
  if (&Log::mine() == log_) return;
  if (const Tracer* tracer = Tracer::mine(); tracer != nullptr) {
    throw TapeError(op, fmt::format("the tape was made outside of the function `{}`, which is being traced", tracer->name()),
                    "make the tape inside of the function, or use it where it was made, around the call");
  }
  throw TapeError(op, "the tape belongs to another thread", "a tape records and differentiates on the thread that made it; make one per thread");
}

// Reserves the room for one more element in advance.
template <class T>
static void make_room(std::vector<T>& list) {
  if (list.size() == list.capacity()) list.reserve(2 * list.size() + 1);
}

void TapeState::start(const Where&) {
  const ValueId now = log_->next_id();
  // Allocations come first. A tape that resumes has the room already.
  ThreadTapes& tapes = ThreadTapes::mine();
  make_room(windows_);
  make_room(tapes.recording);
  if (pinned_ == 0) {
    log_->pin(now);
    pinned_ = now;
  }
  windows_.push_back({.begin = now});
  log_->start_recording();
  tapes.recording.push_back(shared_from_this());
  entered_ = tapes.epoch = next_tape_epoch();
  recording_ = true;
}

void TapeState::resume() {
  const std::uint64_t entered = entered_;
  start({});
  entered_ = entered;
}

// Takes references to the chunks of the windows, so that the log may drop them.
void TapeState::hold_windows() {
  if (pinned_ == 0) return;
  for (const Window& w : windows_) {
    const ValueId end = w.end != 0 ? w.end : log_->next_id();
    if (end > pinned_) closed_.add(log_->chunks(w.begin, end));
  }
}

void TapeState::stop(Window::End how, const Where& where) {
  // Allocations come first.
  how == Window::End::kPaused ? make_room(windows_) : hold_windows();
  close(how, where);
  if (how != Window::End::kPaused) unpin();
}

void TapeState::close(Window::End how, const Where& where) noexcept {
  Window& w = windows_.back();
  w.end = log_->next_id();
  w.ended = how;
  w.ended_at = where;
  recording_ = false;
  log_->stop_recording();
  ThreadTapes& tapes = ThreadTapes::mine();
  std::erase_if(tapes.recording, [this](const auto& t) { return t.get() == this; });
  tapes.epoch = next_tape_epoch();
}

// From here on the log may drop the chunks that the tape itself does not hold.
void TapeState::unpin() noexcept {
  if (pinned_ == 0) return;
  log_->unpin(pinned_);
  pinned_ = 0;
}

void TapeState::add_watch(ValueId id, std::shared_ptr<VariableImpl> variable, bool looks_back) {
  if (const std::int32_t known = watch_index_.find(id); known != IdMap::kNone) {
    Watch& watch = watches_[static_cast<std::size_t>(known)];
    if (watch.variable == nullptr) watch.variable = std::move(variable);
    watch.looks_back |= looks_back;
    return;
  }
  watch_index_.set(id, static_cast<std::int32_t>(watches_.size()));
  watches_.push_back({id, log_->next_id(), std::move(variable), looks_back});
}

void TapeState::watch(const Tensor& given) {
  Tracer* const tracer = Tracer::mine();
  const Tensor tensor = tracer == nullptr ? given : tracer->inside(given);
  tensor.impl()->activity.store(TensorImpl::kWatched, std::memory_order_relaxed);
  add_watch(tensor.id(), nullptr, log_->recording() != 0);
  const WatchAttrs attrs{number_, made_at_};
  log_->append_event(kWatchEvent, &tensor, &attrs, sizeof(attrs), made_at_);
}

void TapeState::watch(const std::shared_ptr<VariableImpl>& variable) {
  const Tensor now = VariableImpl::present(variable);
  now.impl()->activity.store(TensorImpl::kWatched, std::memory_order_relaxed);
  add_watch(now.id(), variable, false);
}

std::vector<Variable> TapeState::watched_variables() const {
  std::vector<Variable> result;
  for (const Watch& w : watches_) {  // a variable that was assigned to was watched under each of its values
    if (w.variable != nullptr) result.emplace_back(w.variable);
  }
  std::sort(result.begin(), result.end(), [](const Variable& a, const Variable& b) { return a.impl().number < b.impl().number; });
  result.erase(std::unique(result.begin(), result.end(), [](const Variable& a, const Variable& b) { return a.impl().number == b.impl().number; }),
               result.end());
  return result;
}

void TapeState::reset(const Where& where) {
  const bool was_recording = recording_;
  if (was_recording) stop(Window::End::kReset, where);
  hold_windows();
  unpin();
  release_all();
  for (Window w : windows_) {
    w.ended = Window::End::kReset;
    w.ended_at = where;
    if (forgotten_.size() == kForgotten) forgotten_.erase(forgotten_.begin());
    forgotten_.push_back(w);
  }
  forgotten_watches_.clear();
  for (const Watch& w : watches_) {
    if (w.variable == nullptr) forgotten_watches_.push_back(w.id);
  }
  windows_.clear();
  closed_.clear();
  watches_.clear();
  watch_index_.clear();
  if (was_recording) start(where);
}

void TapeState::consume(const Where& where) {
  consumed_ = true;
  consumed_at_ = where;
  --ThreadTapes::mine().unfinished;
  if (ThreadTapes::mine().unfinished == 0) log_->end_generation();
}

void TapeState::release_all() noexcept {
  try {
    const LogSlice held = slice();
    for (const Window& w : windows_) {
      const ValueId end = w.end != 0 ? w.end : log_->next_id();
      for (ValueId id = w.begin; id < end; ++id) held.release(id);
    }
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): without memory to look for them, the buffers go with their chunks
  }
}

void TapeState::finish() noexcept {
  // Destroyed on another thread: the buffers are released with their chunks, and the tape's own thread is left alone.
  if (finished_ || &Log::mine() != log_) return;
  finished_ = true;
  if (recording_) close(Window::End::kExited, {});
  if (!consumed_) {
    release_all();
    consume({});
  }
  unpin();
  windows_.clear();
  closed_.clear();
}

LogSlice TapeState::slice() const {
  LogSlice result = closed_;
  for (const Window& w : windows_) {
    if (pinned_ != 0 && (w.end == 0 || w.end > pinned_)) result.add(log_->chunks(w.begin, w.end != 0 ? w.end : log_->next_id()));
  }
  return result;
}

}  // namespace whygrad::internal
