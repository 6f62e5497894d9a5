// The log: what happened to values, kept as plain numbers so that it can be always on.
//
// NOTE [the log]
// Every thread keeps one log. Each op, constant, host read and assignment appends one Record: which op, where in the user's program, the ids of its
// inputs, shapes and dtypes; no strings, no heap memory of its own. A value's id is its position in the log, so a record is found from an id without
// a hash table, and a gradient tape is no second recording: it is a window [begin, end) over the log (autodiff/tape_state.hpp). Nested tapes share
// the records.
//
//   id = log serial (20 bits) | sequence number (44 bits)
//
// Records live in chunks of kChunkIds consecutive ids. Off the tape the log holds the last kRetainedChunks chunks (65,536 values) and older ones are
// freed, so a loop may run for hours; an open tape pins its window. Whoever must be able to explain later (a closed tape, a missing gradient) holds
// references to the chunks themselves.
//
// A record keeps buffers only where a gradient rule may read them (`saved`), and counts the tapes that may still ask (`holders`); the last one to
// finish drops the buffers while the record stays, as evidence, until its chunk goes. Nothing here refers to another record, so nothing recurses.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <atomic>
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

namespace whygrad {

struct OpDef;  // of the ops layer; here only a name for what made a value

namespace internal {

inline constexpr int kSequenceBits = 44;
inline constexpr std::uint64_t kSequenceMask = (std::uint64_t{1} << kSequenceBits) - 1;
inline constexpr int kChunkBits = 10;
inline constexpr std::uint64_t kChunkIds = std::uint64_t{1} << kChunkBits;
inline constexpr std::uint64_t kRetainedChunks = 64;

// An object that a record keeps alive beside tensors: the closure of a custom gradient, say. Dropped together with the saved tensors.
class Kept {
 public:
  virtual ~Kept() = default;
};

struct Record {
  const OpDef* op;
  Where where;
  ValueId first;  // id of the first output; a record without outputs owns this id all the same
  ValueId cause;  // in a backward pass: the record whose gradient rule made this one; else 0
  Kept* kept;
  std::uint32_t scope;       // name scope, 0 for none
  std::uint32_t saved_mask;  // bit i: input i, bit 16 + k: output k
  std::uint16_t inputs, outputs;
  std::uint16_t attrs_bytes;
  std::uint16_t saved_count;
  std::uint32_t holders;  // open tapes that may still differentiate this record
  std::uint32_t extent_count;

  // Behind the struct lie: input ids, dtype and rank of each value (inputs first), saved tensors, the values' extents, the attributes.
  const ValueId* input_ids() const { return reinterpret_cast<const ValueId*>(this + 1); }
  // The saved tensors in rising order of their bits; null once dropped.
  TensorImpl** saved() const { return reinterpret_cast<TensorImpl**>(const_cast<std::uint8_t*>(kinds()) + kinds_bytes(inputs + outputs)); }
  TensorImpl* saved_at(int bit) const { return saved()[std::popcount(saved_mask & ((std::uint32_t{1} << bit) - 1))]; }

  // Shape and dtype of value i: inputs first, then outputs.
  DType dtype(int i) const { return static_cast<DType>(kinds()[2 * i]); }
  int rank(int i) const { return kinds()[2 * i + 1]; }
  Shape shape(int i) const;
  const void* attrs() const { return extents() + extent_count; }

 private:
  friend class Log;
  static std::size_t kinds_bytes(int values) { return (2 * static_cast<std::size_t>(values) + 7) & ~std::size_t{7}; }
  const std::uint8_t* kinds() const { return reinterpret_cast<const std::uint8_t*>(input_ids() + inputs); }
  const std::int64_t* extents() const { return reinterpret_cast<const std::int64_t*>(saved() + saved_count); }
};

// A run of kChunkIds ids and the memory of their records. A record whose ids would straddle two chunks begins the next one instead, so only one with
// more than kChunkIds outputs reaches into further chunks. Counted, because tapes and explanations outlive the log's interest.
struct Chunk {
  std::atomic<std::uint32_t> references{1};
  std::uint64_t number;        // sequence number / kChunkIds
  std::uint64_t serial;        // of the log, in id position
  Record* records[kChunkIds];  // by id; null where nothing was recorded
  struct Block;
  Block* blocks = nullptr;
  std::uint32_t saving = 0;  // records that hold saved tensors or an object; those are looked for when the chunk goes
  Chunk* before = nullptr;   // counted: the chunk that holds a record with more outputs than one chunk has ids, whose later ids lie here
  char* next = nullptr;
  char* end = nullptr;

  Chunk(std::uint64_t number, std::uint64_t serial);
  ~Chunk();
  void* allocate(std::size_t bytes) {
    if (static_cast<std::size_t>(end - next) < bytes) grow(bytes);
    // The memory comes from a chunk that went 64 chunks ago, and is in no cache.
    for (std::size_t ahead = 256; ahead < 512; ahead += 64) __builtin_prefetch(next + ahead, 1);
    return std::exchange(next, next + bytes);
  }
  // Of this chunk and its records; the tensors that they save are not counted.
  std::size_t bytes() const noexcept;

 private:
  void grow(std::size_t bytes);
};

class ChunkRef {
 public:
  ChunkRef() = default;
  explicit ChunkRef(Chunk* adopt) : chunk_(adopt) {}
  ChunkRef(const ChunkRef& o) : chunk_(o.chunk_) {
    if (chunk_ != nullptr) chunk_->references.fetch_add(1, std::memory_order_relaxed);
  }
  ChunkRef(ChunkRef&& o) noexcept : chunk_(std::exchange(o.chunk_, nullptr)) {}
  ChunkRef& operator=(ChunkRef o) noexcept {
    std::swap(chunk_, o.chunk_);
    return *this;
  }
  ~ChunkRef() { drop(); }
  Chunk* operator->() const { return chunk_; }
  Chunk* get() const { return chunk_; }

 private:
  void drop() noexcept;
  Chunk* chunk_ = nullptr;
};

// Releases for one tape what the record saved; it goes with the last one. The chunk is the record's.
void let_go(Chunk& chunk, Record& record) noexcept;

// What the caller of Log::append knows of a new record.
struct Entry {
  const OpDef* op = nullptr;
  const Where* where = nullptr;
  const Tensor* const* inputs = nullptr;
  int input_count = 0;
  Tensor* outputs = nullptr;
  int output_count = 0;
  const void* attrs = nullptr;
  std::size_t attrs_bytes = 0;
  std::uint32_t saved_mask = 0;
  Kept* kept = nullptr;  // taken over
};

class Log {
 public:
  // The calling thread's log, made at its first use.
  static Log& mine() { return tls_log != nullptr ? *tls_log : start(); }

  // Gives the outputs their ids and writes the record. With explanations off and no tape that needs it, only the ids are given. Returns the first id.
  ValueId append(const Entry& entry);
  // A record without outputs, for an event at a value (a host read, a tape's pause). Returns its id, or 0 where nothing is recorded.
  ValueId append_event(const OpDef& op, const Tensor* value, const void* attrs, std::size_t attrs_bytes, const Where& where);
  void host_read(const Tensor& value, const void* bytes, std::size_t count, const Where& where);

  // The id that the next value will get.
  ValueId next_id() const { return serial_ | next_; }
  bool owns(ValueId id) const { return (id & ~kSequenceMask) == serial_; }

  // The record of `id`, or null: another thread's value, one that is no longer held, or one that was not recorded.
  const Record* find(ValueId id) const;
  // References to the held chunks that overlap [begin, end).
  std::vector<ChunkRef> chunks(ValueId begin, ValueId end) const;

  // Keeps everything from `begin` on until unpin with the same number.
  void pin(ValueId begin);
  void unpin(ValueId begin) noexcept;

  // NOTE [activity]
  // While tapes record, an op must know at once whether any of them may want its gradient, for only then it saves buffers. Watched leaves carry
  // TensorImpl::kWatched for good; values computed from them carry the recording generation, a number unique to this thread and to the span in
  // which it had a tape open. The mark may say yes too often (a nested tape that has ended), never no wrongly. The exact answer is worked out
  // from the records when a gradient is asked for. An op with one such input saves what the rules of all inputs read that anybody could still watch
  // (NOTE [watched late] in autodiff/tape_state.hpp).
  int recording() const { return recording_; }
  static std::uint64_t mark_of(const Tensor& t) { return t.impl()->activity.load(std::memory_order_relaxed); }
  bool is_active(std::uint64_t mark) const { return mark == TensorImpl::kWatched || (mark != 0 && mark == generation_); }
  bool active(const Tensor& t) const { return is_active(mark_of(t)); }
  void mark_active(const Tensor& t) const { t.impl()->activity.store(generation_, std::memory_order_relaxed); }
  void start_recording();
  void stop_recording() noexcept { --recording_; }
  // Nothing that this thread computes is recorded or remembered while one of these lives, but for tapes that begin meanwhile.
  class Silence {
   public:
    Silence() : log_(mine()), recording_(std::exchange(log_.recording_, 0)), silent_(std::exchange(log_.silent_, true)) {}
    ~Silence() {
      log_.recording_ = recording_;
      log_.silent_ = silent_;
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;

   private:
    Log& log_;
    int recording_;
    bool silent_;
  };
  // Called when the last unfinished tape of this thread ends.
  void end_generation() noexcept { generation_ = 0; }

  // Places and causes of the ops that a gradient rule calls: the user's op stands for them. They leave no record of their own where no tape records
  // them (`quiet`); one for the whole pass does (autodiff/gradient_event.hpp).
  struct Backward {
    const Where* where = nullptr;
    ValueId cause = 0;
    bool quiet = false;
  };
  Backward backward;
  std::uint32_t scope = 0;
  // While tapes record: every record saves all that it was given and made, for an explanation that looks at numbers.
  bool keep_values = false;

  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

 private:
  friend struct LogOwner;
  Log();
  static Log& start();
  Chunk& chunk_for(std::uint64_t sequence, std::uint64_t ids);
  void new_chunk(std::uint64_t number);
  Record* write(const Entry& entry, std::uint64_t sequence);
  bool remembers() const;

  static constinit thread_local Log* tls_log __attribute__((tls_model("initial-exec")));

  std::uint64_t serial_;
  std::uint64_t next_ = 1;
  std::uint64_t generation_ = 0;
  int recording_ = 0;
  bool silent_ = false;
  Chunk* current_ = nullptr;
  std::vector<ChunkRef> chunks_;  // consecutive numbers, oldest first
  std::vector<ValueId> pins_;
};

// Whether ops off the tape, and ops on it that carry no gradient, leave a record too. On by default; WHYGRAD_EXPLAIN=0 in the environment turns it
// off, to measure what it costs. Process-wide.
WG_API bool explanations_enabled() noexcept;
WG_API void set_explanations_enabled(bool enabled) noexcept;

// What a host read or a constant remembers of the elements.
struct Fingerprint {
  std::uint64_t bytes;
  std::uint64_t hash;  // of at most 64 bytes, taken at both ends and between
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};
Fingerprint fingerprint(const void* data, std::size_t bytes) noexcept;

// What the log remembers of a value that came from the host: constant(...), a file, a batch.
struct ConstantAttrs {
  Fingerprint print;                                          // bytes == 0: not taken, as for a literal number in an expression
  double written = std::numeric_limits<double>::quiet_NaN();  // of one number: before its type rounded it
};
// Gives a tensor that was filled by the library its id and a constant's record.
void log_constant(Tensor& tensor, const ConstantAttrs& attrs, const Where& where);

// The ops that stand for a host read and for a constant in the log; defined by the ops layer.
const OpDef& host_read_op();
const OpDef& constant_op();

}  // namespace internal
}  // namespace whygrad
