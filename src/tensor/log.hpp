// The log records every op, constant, host read and assignment as plain numbers. It is cheap enough to be always on.
//
// NOTE [the log]
// Every thread has one log. Each event appends one Record: the op, the place in the user's program, the ids, dtypes and shapes of its values. A
// record holds no strings and owns no heap memory. The id of a value is its position in the log, so a record is found by id without a hash table. A
// gradient tape does not record again: it is a window [begin, end) of the log (autodiff/tape_state.hpp), and nested tapes share the records.
//
//   id = log serial (20 bits) | sequence number (44 bits)
//
// Records are stored in chunks of kChunkIds consecutive ids. Without a tape the log keeps the last kRetainedChunks chunks (65,536 values) and frees
// older ones, so a loop may run for hours. An open tape pins its window. A closed tape and a missing gradient hold references to the chunks that
// their explanation needs.
//
// A record saves only the tensors that a gradient rule may read (`saved`), and counts the tapes that may still be asked (`holders`). The last of
// these tapes releases the tensors; the record itself stays until its chunk is freed. No record refers to another one, so nothing recurses.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace whygrad {

struct OpDef;  // of the ops layer; here only a name for what made a value

namespace internal {

class Tracer;

inline constexpr int kSequenceBits = 44;
inline constexpr std::uint64_t kSequenceMask = (std::uint64_t{1} << kSequenceBits) - 1;
inline constexpr int kChunkBits = 10;
inline constexpr std::uint64_t kChunkIds = std::uint64_t{1} << kChunkBits;
inline constexpr std::uint64_t kRetainedChunks = 64;

// A heap object that a record owns in addition to its tensors, such as the closure of a custom gradient. Released together with the saved tensors.
class SavedObject {
 public:
  virtual ~SavedObject() = default;
};

// The number of set bits of a mask in which few are set: baseline x86-64 has no instruction that counts them.
inline std::size_t count_bits(std::uint32_t mask) {
  std::size_t count = 0;
  for (; mask != 0; mask &= mask - 1) ++count;
  return count;
}

struct Record {
  const OpDef* op;
  Where where;
  ValueId first;  // id of the first output; a record without outputs uses one id too
  ValueId cause;  // the record whose gradient rule ran this op in a backward pass; else 0
  SavedObject* saved_object;
  std::uint32_t scope;       // name scope, 0 for none
  std::uint32_t saved_mask;  // bit i: input i, bit 16 + k: output k
  std::uint16_t inputs, outputs;
  std::uint16_t attrs_bytes;
  std::uint16_t saved_count;
  std::uint32_t holders;  // tapes that may still differentiate this record
  std::uint32_t extent_count;

  // After the struct in memory: input ids, dtype and rank of each value (inputs first), saved tensors, extents of the values, attributes.
  const ValueId* input_ids() const { return reinterpret_cast<const ValueId*>(this + 1); }
  // The saved tensors in the order of their bits; null once released.
  TensorImpl** saved() const { return reinterpret_cast<TensorImpl**>(const_cast<std::uint8_t*>(kinds()) + kinds_bytes(inputs + outputs)); }
  TensorImpl* saved_at(int bit) const { return saved()[count_bits(saved_mask & ((std::uint32_t{1} << bit) - 1))]; }

  // Shape and dtype of value i: inputs first, then outputs.
  DType dtype(int i) const { return static_cast<DType>(kinds()[2 * i]); }
  int rank(int i) const { return kinds()[2 * i + 1]; }
  Shape shape(int i) const;
  bool has_shape(int i, const Shape& shape) const;
  const void* attrs() const { return extents() + extent_count; }

 private:
  friend class Log;
  static std::size_t kinds_bytes(int values) { return (2 * static_cast<std::size_t>(values) + 7) & ~std::size_t{7}; }
  const std::uint8_t* kinds() const { return reinterpret_cast<const std::uint8_t*>(input_ids() + inputs); }
  const std::int64_t* extents() const { return reinterpret_cast<const std::int64_t*>(saved() + saved_count); }
};

// The records of kChunkIds consecutive ids, with their memory. A record whose ids would cross the end of a chunk starts the next chunk, so only a
// record with more than kChunkIds outputs extends into further chunks. Reference counted, because tapes and explanations may outlive the log's
// interest in it.
struct Chunk {
  std::atomic<std::uint32_t> references{1};
  std::uint64_t number;        // sequence number / kChunkIds
  std::uint64_t serial;        // of the log, in id position
  Record* records[kChunkIds];  // by id; null where nothing was recorded
  struct Block;
  Block* blocks = nullptr;
  std::uint32_t saving = 0;  // records that still hold saved tensors or an object; they are released with the chunk
  Chunk* before = nullptr;   // counted reference to the chunk with a record whose later ids belong to this chunk
  char* next = nullptr;
  char* end = nullptr;

  Chunk(std::uint64_t number, std::uint64_t serial);
  ~Chunk();
  void* allocate(std::size_t bytes) {
    if (static_cast<std::size_t>(end - next) < bytes) grow(bytes);
    // The memory was last used 64 chunks ago and is in no cache.
    for (std::size_t ahead = 256; ahead < 512; ahead += 64) __builtin_prefetch(next + ahead, 1);
    return std::exchange(next, next + bytes);
  }
  // Size of this chunk and its records, without the saved tensors.
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

// Ends one tape's claim to what the record saved. The last claim releases it. `chunk` is the record's.
void release_saved(Chunk& chunk, Record& record) noexcept;

// The contents of a new record.
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
  SavedObject* saved_object = nullptr;  // owned by the log from then on
};

class Log : public std::enable_shared_from_this<Log> {
 public:
  // The log of the calling thread. The first call creates it.
  static Log& mine() { return tls_log != nullptr ? *tls_log : start(); }

  // Assigns ids to the outputs and writes the record. Writes no record if explanations are off and no tape needs it. Returns the first id.
  ValueId append(const Entry& entry);
  // Records an event about a value without outputs, such as a host read. Returns its id, or 0 if nothing is recorded.
  ValueId append_event(const OpDef& op, const Tensor* value, const void* attrs, std::size_t attrs_bytes, const Where& where);
  void host_read(const Tensor& value, const void* bytes, std::size_t count, const Where& where);

  // The id of the next value.
  ValueId next_id() const { return serial_ | next_; }
  bool owns(ValueId id) const { return (id & ~kSequenceMask) == serial_; }

  // The record of `id`; null if the value belongs to another thread, was not recorded, or is no longer held.
  const Record* find(ValueId id) const;
  // The chunk of a record that find() finds.
  ChunkRef chunk_of(const Record& record) const;
  // References to the held chunks that overlap [begin, end).
  std::vector<ChunkRef> chunks(ValueId begin, ValueId end) const;

  // Takes a record away, so that nobody finds it any more, and releases what it saved. Its memory stays with its chunk.
  void forget(Record& record) noexcept;

  // Keeps all records from `begin` on until unpin() with the same id.
  void pin(ValueId begin);
  void unpin(ValueId begin) noexcept;

  // NOTE [activity]
  // While tapes record, an op must know at once whether a tape may ask for its gradient, because only then it saves tensors. A watched leaf carries
  // TensorImpl::kWatched forever. A value computed from one carries the recording generation, a number that identifies the thread and the period in
  // which it had a tape open. The mark may be set without need (after a nested tape has ended), but it is never missing. gradient() works out the
  // exact answer from the records. An op with one marked input saves what the rules of all its inputs read, because another input may still be
  // watched later (NOTE [watched late] in autodiff/tape_state.hpp).
  int recording() const { return recording_; }
  // Whether a record must save what gradient rules read.
  bool saves() const { return recording_ != 0 || tracer != nullptr; }

  static std::uint64_t mark_of(const Tensor& t) { return t.impl()->activity.load(std::memory_order_relaxed); }
  bool is_active(std::uint64_t mark) const { return mark == TensorImpl::kWatched || (mark != 0 && mark == generation_); }
  bool active(const Tensor& t) const { return is_active(mark_of(t)); }
  void mark_active(const Tensor& t) const { t.impl()->activity.store(generation_, std::memory_order_relaxed); }
  void start_recording();
  void stop_recording() noexcept { --recording_; }
  // While one of these lives, the ops of this thread are recorded neither by the log nor by tapes, except tapes that begin meanwhile.
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
  // Makes `log` the calling thread's while it lives: what is computed meanwhile is another story than the program's.
  class Use {
   public:
    explicit Use(Log& log) : before_(&mine()) { tls_log = &log; }
    ~Use() { tls_log = before_; }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    Log* before_;
  };
  // A log that belongs to no thread and forgets nothing.
  static std::shared_ptr<Log> make_own();
  // The same with the numbers of another log, from the id `first` on: for a copy of it in which something is put in between.
  static std::shared_ptr<Log> make_own(ValueId first);
  // Called when the last unfinished tape of this thread has ended.
  void end_generation() noexcept { generation_ = 0; }

  // Place and cause of the ops that a gradient rule calls: those of the op that is differentiated. If `quiet`, they leave no records, because no tape
  // records the pass; one record then represents the whole pass (autodiff/gradient_event.hpp).
  struct Backward {
    const Where* where = nullptr;
    ValueId cause = 0;
    bool quiet = false;
  };
  Backward backward;
  std::uint32_t scope = 0;
  // While tapes record, each record saves all inputs and outputs, for explanations that look at numbers.
  bool keep_values = false;
  // Set while a function is traced: everything is recorded, and every record saves the values of its call (tensor/tracer.hpp).
  Tracer* tracer = nullptr;

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

// Whether an op leaves a record if no tape needs it. On by default; WHYGRAD_EXPLAIN=0 in the environment turns it off, to measure its cost.
// Process-wide.
WG_API bool explanations_enabled() noexcept;
WG_API void set_explanations_enabled(bool enabled) noexcept;

// Identifies the elements of a host read or a constant, to recognise a value that left the library and came back.
struct Fingerprint {
  std::uint64_t bytes;
  std::uint64_t hash;  // of at most 64 bytes, sampled at both ends and between
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};
Fingerprint fingerprint(const void* data, std::size_t bytes) noexcept;

// Attributes of the record of a value that came from the host: constant(...), a file, a batch.
struct ConstantAttrs {
  Fingerprint print;                                          // bytes == 0: not computed, as for a literal number in an expression
  double written = std::numeric_limits<double>::quiet_NaN();  // the value of a single number before it was rounded to its dtype
};
// Assigns an id to a tensor that the library filled, and records it as a constant.
void log_constant(Tensor& tensor, const ConstantAttrs& attrs, const Where& where);

// The op records of host reads and constants; defined by the ops layer.
const OpDef& host_read_op();
const OpDef& constant_op();

}  // namespace internal
}  // namespace whygrad
