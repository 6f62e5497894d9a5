// The state of a tape: windows of its thread's log, and the watched values.
//
// NOTE [a tape is a window]
// The log records every op once (tensor/log.hpp). A tape only notes the ids between which it was open. So a nested tape costs nothing per op, and the
// ops before, between and after its windows are available to explanations. gradient() finds out by a sweep over the windows which values carry a
// gradient.
#pragma once

#include "autodiff/id_map.hpp"
#include "autodiff/variable_impl.hpp"
#include "tensor/log.hpp"

#include <whygrad/autodiff/tape.hpp>

#include <atomic>
#include <memory>
#include <unordered_map>
#include <vector>

namespace whygrad::internal {

// The log ids [begin, end) during which a tape recorded, and how the recording ended.
struct Window {
  enum class End : std::uint8_t { kOpen, kPaused, kExited, kReset, kAsked };
  ValueId begin = 0;
  ValueId end = 0;  // 0 while open
  End ended = End::kOpen;
  Where ended_at = {};
};

// NOTE [watched late]
// A watched value. Ops with an id below `since` were not recorded on its behalf. A record made on behalf of another value holds all inputs, so a
// tensor that was watched late still gets the gradient of these records. A variable does not: only a read after it was watched counts.
struct Watch {
  ValueId id;
  ValueId since;
  std::shared_ptr<VariableImpl> variable;  // null for a tensor
  bool looks_back = false;                 // a tensor that was watched while a tape of the thread recorded
};

// A set of log records, found by id.
class LogSlice {
 public:
  LogSlice() = default;
  void add(std::vector<ChunkRef> chunks);  // in any order; chunks already held are skipped
  Record* find(ValueId id) const;
  // Ends one tape's claim to what the record that begins at `id` saved, if there is such a record.
  void release(ValueId id) const noexcept;
  const std::vector<ChunkRef>& chunks() const { return chunks_; }
  void clear() { chunks_.clear(); }

 private:
  Chunk* chunk_of(ValueId id) const noexcept;

  std::vector<ChunkRef> chunks_;  // ascending numbers, one log
};

class TapeState : public std::enable_shared_from_this<TapeState> {
 public:
  TapeState(GradientTapeOptions options, const Where& where);

  const GradientTapeOptions& options() const { return options_; }
  bool recording() const { return recording_; }
  bool consumed() const { return consumed_; }
  // Whether the end of a pause may resume it: it was not asked, exited or destroyed in the meantime.
  bool can_resume() const { return !recording_ && !consumed_ && !windows_.empty() && windows_.back().ended == Window::End::kPaused; }
  const Where& made_at() const { return made_at_; }
  std::uint64_t number() const { return number_; }  // of this thread's tapes, in order of construction
  // When it began to record: of two that record, the outer one has the smaller number.
  std::uint64_t entered() const { return entered_; }
  const Where& consumed_at() const { return consumed_at_; }
  const std::vector<Window>& windows() const { return windows_; }
  const std::vector<Window>& forgotten() const { return forgotten_; }
  // Tensors that were watched until the last reset.
  const std::vector<ValueId>& forgotten_watches() const { return forgotten_watches_; }
  const std::vector<Watch>& watches() const { return watches_; }
  const IdMap& watch_index() const { return watch_index_; }
  std::vector<Variable> watched_variables() const;

  // Throws TapeError when called from another thread than the tape's.
  void check_thread(const char* op) const;
  void start(const Where& where);
  // Records again after a pause that the program did not ask for: its place in the order of entering stays.
  void resume();
  void stop(Window::End how, const Where& where);
  void watch(const Tensor& tensor);
  void watch(const std::shared_ptr<VariableImpl>& variable);
  void reset(const Where& where);
  // From here on no further gradient may be asked for.
  void consume(const Where& where);
  // Called when the tape object is destroyed: releases all that it holds.
  void finish() noexcept;

  // All records of the windows, including the open one.
  LogSlice slice() const;
  void release_all() noexcept;

 private:
  void hold_windows();
  void close(Window::End how, const Where& where) noexcept;
  void unpin() noexcept;
  void add_watch(ValueId id, std::shared_ptr<VariableImpl> variable, bool looks_back);

  GradientTapeOptions options_;
  Log* log_;
  std::shared_ptr<Log> own_log_;  // of a function that is traced, which may be gone before the tape is
  Where made_at_, consumed_at_;
  std::uint64_t number_, entered_ = 0;
  bool recording_ = false, consumed_ = false, finished_ = false;
  ValueId pinned_ = 0;
  std::vector<Window> windows_, forgotten_;
  LogSlice closed_;  // chunks of the closed windows
  std::vector<Watch> watches_;
  std::vector<ValueId> forgotten_watches_;
  IdMap watch_index_;
};

// The tapes of the calling thread.
struct ThreadTapes {
  std::vector<std::shared_ptr<TapeState>> recording;
  std::uint64_t epoch = 0;  // changes whenever `recording` does; unique among all threads
  int unfinished = 0;       // tapes that may still record or be asked
  std::uint64_t made = 0;   // tapes so far

  static ThreadTapes& mine();
};
// For ThreadTapes::epoch.
std::uint64_t next_tape_epoch() noexcept;

// Whether a read of a variable must be noted: a tape records, or a custom gradient runs.
bool reads_are_observed() noexcept;
void note_access(const std::shared_ptr<VariableImpl>& variable);

// Lists the trainable variables that are read while it lives, for custom gradients. Nests.
class VariableWatcher {
 public:
  VariableWatcher();
  ~VariableWatcher();
  VariableWatcher(const VariableWatcher&) = delete;
  VariableWatcher& operator=(const VariableWatcher&) = delete;
  const std::vector<std::shared_ptr<VariableImpl>>& variables() const { return variables_; }
  static void note(const std::shared_ptr<VariableImpl>& variable);

 private:
  VariableWatcher* outer_;
  std::vector<std::shared_ptr<VariableImpl>> variables_;
};

// What an explanation of missing gradients needs, independent of what happens to the tape later.
struct TapeFacts {
  LogSlice log;  // all that the thread's log still held, including the tape's windows
  std::vector<Window> windows, forgotten;
  std::vector<Watch> watches;
  std::vector<ValueId> forgotten_watches;
  IdMap watch_index;
  GradientTapeOptions options;
  Where tape_made_at, asked_at;
  std::uint64_t tape = 0;                // its number
  std::vector<std::uint64_t> recording;  // numbers of all tapes that recorded at the time of the request
  ValueId asked = 0;                     // the next id of the log at the time of the request
  // Where calls of traced functions were opened: the ids that values have in `log`, by those that they have in the program. Null where they are the
  // same.
  std::shared_ptr<const std::unordered_map<ValueId, ValueId>> renumbered;
  ValueId id_in_log(ValueId id) const {
    if (renumbered == nullptr) return id;
    const auto at = renumbered->find(id);
    return at != renumbered->end() ? at->second : id;
  }
  struct Value {
    ValueId id;  // 0 if there is none
    DType dtype;
    Shape shape;
    std::shared_ptr<VariableImpl> variable;  // null for a tensor
  };
  std::vector<Value> targets, sources;
};

// Whether the tape recorded an op whose gradient is not implemented.
bool lacks_a_rule(const TapeFacts& facts);

TapeFacts::Value fact_of(const Watchable& w);
// The current value of a variable, read without notice to the tapes; or the tensor.
Tensor tensor_of(const Watchable& w);
// Throws ValueError for an empty handle.
void check_asked(const std::vector<Watchable>& targets, const std::vector<Watchable>& sources);
// `asked` is the next id of the log at the time of the request.
std::shared_ptr<const TapeFacts> facts_of(const TapeState& tape, const std::vector<Watchable>& targets, const std::vector<Watchable>& sources,
                                          ValueId asked, const Where& where);

}  // namespace whygrad::internal
