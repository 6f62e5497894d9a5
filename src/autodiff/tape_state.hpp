// What a tape is inside: windows over its thread's log, and the values it watches.
//
// NOTE [a tape is a window]
// The log records every op once (tensor/log.hpp). A tape only notes from which id to which it was open, so a nested tape costs nothing per op, and
// the ops before, between and after its windows are still there to explain what was missed. Which values carry a gradient is worked out when a
// gradient is asked for, by one sweep over the windows.
#pragma once

#include "autodiff/id_map.hpp"
#include "autodiff/variable_impl.hpp"
#include "tensor/log.hpp"

#include <whygrad/autodiff/tape.hpp>

#include <atomic>
#include <memory>
#include <vector>

namespace whygrad::internal {

// [begin, end) of log ids during which a tape recorded, and how that ended.
struct Window {
  enum class End : std::uint8_t { kOpen, kPaused, kExited, kReset, kAsked };
  ValueId begin = 0;
  ValueId end = 0;  // 0 while open
  End ended = End::kOpen;
  Where ended_at = {};
};

// NOTE [watched late]
// A value that the tape watches, from the id `since` on: what is made of it before is not recorded for its sake. But what the tape recorded before,
// for the sake of another value, it recorded with all inputs, so that a tensor has its part of that even if it is watched only now. A variable has
// not: reading it is what counts, and that was before it was watched.
struct Watch {
  ValueId id;
  ValueId since;
  std::shared_ptr<VariableImpl> variable;  // null for a tensor
  bool looks_back = false;                 // a tensor, watched while a tape of the thread recorded
};

// Records held together, found by id.
class LogSlice {
 public:
  LogSlice() = default;
  void add(std::vector<ChunkRef> chunks);  // in any order; chunks already held are skipped
  Record* find(ValueId id) const;
  // Releases for one tape what the record that begins at `id` saved, if one does.
  void let_go(ValueId id) const noexcept;
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
  // Whether a pause that ends may start it again: it was not asked, left or destroyed meanwhile.
  bool can_resume() const { return !recording_ && !consumed_ && !windows_.empty() && windows_.back().ended == Window::End::kPaused; }
  const Where& made_at() const { return made_at_; }
  std::uint64_t number() const { return number_; }  // of this thread's tapes, in their order
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
  void stop(Window::End how, const Where& where);
  void watch(const Tensor& tensor);
  void watch(const std::shared_ptr<VariableImpl>& variable);
  void reset(const Where& where);
  // No further gradient may be asked for.
  void consume(const Where& where);
  // The tape object is gone: gives back all that it holds.
  void finish() noexcept;

  // Everything recorded in the windows, which may still be open.
  LogSlice slice() const;
  void let_go_all() noexcept;

 private:
  void hold_windows();
  void close(Window::End how, const Where& where) noexcept;
  void unpin() noexcept;
  void add_watch(ValueId id, std::shared_ptr<VariableImpl> variable, bool looks_back);

  GradientTapeOptions options_;
  Log* log_;
  Where made_at_, consumed_at_;
  std::uint64_t number_;
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

// True where a read of a variable has to be noted: a tape records, or a custom gradient runs.
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

// What is known when gradients are missing: enough to explain them later, whatever happens to the tape meanwhile.
struct TapeFacts {
  LogSlice log;  // all that the thread still remembered, the tape's windows included
  std::vector<Window> windows, forgotten;
  std::vector<Watch> watches;
  std::vector<ValueId> forgotten_watches;
  IdMap watch_index;
  GradientTapeOptions options;
  Where tape_made_at, asked_at;
  std::uint64_t tape = 0;                // its number
  std::vector<std::uint64_t> recording;  // numbers of all tapes that recorded at the question
  ValueId asked = 0;                     // the log's position at the question
  struct Value {
    ValueId id;  // 0 where there is none
    DType dtype;
    Shape shape;
    std::shared_ptr<VariableImpl> variable;  // null for a tensor
  };
  std::vector<Value> targets, sources;
};

// Whether the tape recorded an op that has a derivative, but no rule for it.
bool lacks_a_rule(const TapeFacts& facts);

// A variable's present value, unnoticed by the tapes; or the tensor.
Tensor tensor_of(const Watchable& w);
// Throws ValueError for an empty handle.
void check_asked(const std::vector<Watchable>& targets, const std::vector<Watchable>& sources);
// `asked` is the log's position at the question.
std::shared_ptr<const TapeFacts> facts_of(const TapeState& tape, const std::vector<Watchable>& targets, const std::vector<Watchable>& sources,
                                          ValueId asked, const Where& where);

}  // namespace whygrad::internal
