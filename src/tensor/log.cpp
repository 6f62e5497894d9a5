// The log: how records are written, found and freed.
#include "tensor/log.hpp"

#include "tensor/data_events.hpp"
#include "tensor/forward.hpp"

#include "device/allocator.hpp"

#include <whygrad/base/environment.hpp>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <new>
#include <span>

namespace whygrad::internal {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 14;

std::size_t round_up(std::size_t bytes) { return (bytes + 7) & ~std::size_t{7}; }

std::atomic<bool>& explanations() {
  static std::atomic<bool> enabled{environment_flag("WHYGRAD_EXPLAIN", true)};
  return enabled;
}

// Log serials make ids unique among threads. They wrap after a million threads; by then the old ids are no longer in use.
std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> serial{1};
  constexpr std::uint64_t kSerials = std::uint64_t{1} << (64 - kSequenceBits);
  return (serial.fetch_add(1, std::memory_order_relaxed) % (kSerials - 1) + 1) << kSequenceBits;
}

std::size_t count_extents(const Entry& e) {
  std::size_t extents = 0;
  for (int i = 0; i < e.input_count; ++i) extents += static_cast<std::size_t>(e.inputs[i]->rank());
  for (int i = 0; i < e.output_count; ++i) extents += static_cast<std::size_t>(e.outputs[i].rank());
  return extents;
}

// Enters the record under each of its ids. `chunk` holds its memory; the last of `chunks` holds its last id.
void index_record(std::uint64_t sequence, std::uint64_t ids, std::span<const ChunkRef> chunks, Chunk& chunk, Record* r) {
  for (std::uint64_t s = sequence; s < sequence + ids; ++s) {
    Chunk& holder = *chunks[chunks.size() - 1 - (chunks.back()->number - (s >> kChunkBits))].get();
    holder.records[s & (kChunkIds - 1)] = r;
    if (&holder != &chunk && holder.before == nullptr) {
      chunk.references.fetch_add(1, std::memory_order_relaxed);
      holder.before = &chunk;
    }
  }
}

}  // namespace

bool explanations_enabled() noexcept { return explanations().load(std::memory_order_relaxed); }
void set_explanations_enabled(bool enabled) noexcept { explanations().store(enabled, std::memory_order_relaxed); }

Fingerprint fingerprint(const void* data, std::size_t bytes) noexcept {
  // FNV-1a over eight words: the whole of a small value, or samples from both ends and between of a large one.
  std::uint64_t hash = 0xcbf29ce484222325u ^ bytes;
  const auto mix = [&hash](std::uint64_t word) { hash = (hash ^ word) * 0x100000001b3u; };
  const auto* at = static_cast<const char*>(data);
  const auto word = [at](std::size_t offset, std::size_t count) {
    std::uint64_t w = 0;
    std::memcpy(&w, at + offset, count);
    return w;
  };
  if (bytes <= 64) {
    for (std::size_t i = 0; i < bytes; i += 8) mix(word(i, std::min<std::size_t>(8, bytes - i)));
  } else {
    for (std::size_t i = 0; i < 8; ++i) mix(word((bytes - 8) * i / 7, 8));
  }
  return {bytes, hash};
}

// ---- Record ----

Shape Record::shape(int i) const {
  const std::int64_t* at = extents();
  for (int j = 0; j < i; ++j) at += rank(j);
  return Shape(std::span(at, static_cast<std::size_t>(rank(i))));
}

bool Record::has_shape(int i, const Shape& shape) const {
  const std::int64_t* at = extents();
  for (int j = 0; j < i; ++j) at += rank(j);
  return shape.rank() == rank(i) && std::equal(shape.begin(), shape.end(), at);
}

namespace {

// Safe to repeat.
void drop_saved(Record& record) noexcept {
  if (record.saved_object != nullptr) {
    delete record.saved_object;
    record.saved_object = nullptr;
  }
  TensorImpl** saved = record.saved();
  for (int i = 0; i < record.saved_count; ++i) {
    if (saved[i] != nullptr) Tensor::adopt(std::exchange(saved[i], nullptr));
  }
}

}  // namespace

void release_saved(Chunk& chunk, Record& record) noexcept {
  if (record.holders == 0 || --record.holders != 0) return;
  drop_saved(record);
  --chunk.saving;
}

// ---- Chunk ----

struct Chunk::Block {
  Block* next;
  std::size_t bytes;
};

Chunk::Chunk(std::uint64_t n, std::uint64_t s) : number(n), serial(s) { std::memset(records, 0, sizeof(records)); }

Chunk::~Chunk() {
  // Only a tape that was dropped on another thread leaves something to release here.
  for (std::uint64_t i = 0; saving != 0 && i < kChunkIds; ++i) {
    Record* record = records[i];
    if (record != nullptr && (record->saved_mask != 0 || record->saved_object != nullptr)) drop_saved(*record);
  }
  const ChunkRef last(std::exchange(before, nullptr));
  while (blocks != nullptr) {
    Block* block = blocks;
    blocks = block->next;
    device::deallocate(block, block->bytes);
  }
}

std::size_t Chunk::bytes() const noexcept {
  std::size_t total = sizeof(Chunk);
  for (const Block* block = blocks; block != nullptr; block = block->next) total += block->bytes;
  return total;
}

void Chunk::grow(std::size_t bytes) {
  const std::size_t size = std::max(kBlockBytes, bytes + sizeof(Block));
  blocks = new (device::allocate(size)) Block{blocks, size};
  next = reinterpret_cast<char*>(blocks + 1);
  end = reinterpret_cast<char*>(blocks) + size;
}

void ChunkRef::drop() noexcept {
  if (chunk_ != nullptr && chunk_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    chunk_->~Chunk();
    device::deallocate(chunk_, sizeof(Chunk));
  }
}

// ---- Log ----

constinit thread_local Log* Log::tls_log = nullptr;
constinit thread_local RecordListener* RecordListener::mine = nullptr;

struct LogOwner {
  Log log;
  LogOwner() { Log::tls_log = &log; }
  ~LogOwner() { Log::tls_log = nullptr; }
};

// After the thread's own destructors have run (a static Variable that reads itself, say) a second log serves; it is never freed.
Log& Log::start() {
  thread_local bool started = false;
  if (started) return (new LogOwner)->log;
  started = true;
  thread_local LogOwner owner;
  return owner.log;
}

Log::Log() : serial_(next_serial()) {}

std::shared_ptr<Log> Log::make_own() {
  std::shared_ptr<Log> log(new Log);
  log->pin(log->next_id());
  return log;
}

std::shared_ptr<Log> Log::make_own(ValueId first) {
  std::shared_ptr<Log> log(new Log);
  log->serial_ = first & ~kSequenceMask;
  log->next_ = first & kSequenceMask;
  log->pin(first);
  return log;
}

void Log::start_recording() {
  static std::atomic<std::uint64_t> generation{TensorImpl::kNobodys + 1};
  if (generation_ == 0) generation_ = generation.fetch_add(1, std::memory_order_relaxed);
  ++recording_;
}

void Log::pin(ValueId begin) { pins_.push_back(begin & kSequenceMask); }

void Log::unpin(ValueId begin) noexcept {
  const auto at = std::find(pins_.begin(), pins_.end(), begin & kSequenceMask);
  if (at != pins_.end()) pins_.erase(at);
}

void Log::new_chunk(std::uint64_t number) {
  std::uint64_t oldest = number < kRetainedChunks ? 0 : number - kRetainedChunks + 1;
  for (const std::uint64_t pin : pins_) oldest = std::min(oldest, pin >> kChunkBits);
  // What can fail comes first, so that a log without memory is the log as it was.
  ChunkRef made(new (device::allocate(sizeof(Chunk))) Chunk(number, serial_));
  chunks_.push_back(made);
  current_ = made.get();
  const auto keep = std::find_if(chunks_.begin(), chunks_.end(), [oldest](const ChunkRef& c) { return c->number >= oldest; });
  chunks_.erase(chunks_.begin(), keep);
}

// The chunk of `sequence`; makes those of all `ids` ids from there on.
Chunk& Log::chunk_for(std::uint64_t sequence, std::uint64_t ids) {
  const std::uint64_t first = sequence >> kChunkBits, last = (sequence + ids - 1) >> kChunkBits;
  if (current_ != nullptr && first > current_->number + kRetainedChunks && pins_.empty()) {  // explanations were off in between
    chunks_.clear();
    current_ = nullptr;
  }
  if (chunks_.empty()) new_chunk(first);
  Chunk* chunk = current_;
  try {
    while (current_->number < last) {
      new_chunk(current_->number + 1);
      if (current_->number <= first) chunk = current_;
    }
  } catch (...) {
    // The next record begins in the chunk of its first id, so none may stand behind that.
    while (current_ != chunk) {
      chunks_.pop_back();
      current_ = chunks_.back().get();
    }
    throw;
  }
  return *chunk;
}

Record* Log::write(const Entry& e, std::uint64_t sequence) {
  std::unique_ptr<SavedObject> object(e.saved_object);
  const int values = e.input_count + e.output_count;
  const auto saved_count = e.saved_mask == 0 ? std::size_t{0} : count_bits(e.saved_mask);
  const std::size_t extents = count_extents(e);
  const std::size_t bytes =
      sizeof(Record) + Record::kinds_bytes(values) + 8 * (static_cast<std::size_t>(e.input_count) + saved_count + extents) + round_up(e.attrs_bytes);
  const std::uint64_t ids = e.output_count > 1 ? static_cast<std::uint64_t>(e.output_count) : 1;
  Chunk& chunk = current_ != nullptr && (sequence + ids - 1) >> kChunkBits == current_->number && sequence >> kChunkBits == current_->number
                     ? *current_
                     : chunk_for(sequence, ids);
  auto* r = new (chunk.allocate(bytes)) Record;
  r->op = e.op;
  r->where = backward.where != nullptr ? *backward.where : *e.where;
  r->first = serial_ | sequence;
  r->cause = backward.cause;
  r->saved_object = object.release();
  r->scope = scope;
  r->saved_mask = e.saved_mask;
  r->inputs = static_cast<std::uint16_t>(e.input_count);
  r->outputs = static_cast<std::uint16_t>(e.output_count);
  r->attrs_bytes = static_cast<std::uint16_t>(e.attrs_bytes);
  r->saved_count = static_cast<std::uint16_t>(saved_count);
  r->holders = e.saved_mask != 0 || e.saved_object != nullptr ? static_cast<std::uint32_t>(recording_) + (tracer != nullptr ? 1 : 0) : 0;
  r->extent_count = static_cast<std::uint32_t>(extents);
  if (e.saved_mask != 0 || e.saved_object != nullptr) ++chunk.saving;

  auto* input_id = reinterpret_cast<ValueId*>(r + 1);
  auto* kind = reinterpret_cast<std::uint8_t*>(input_id + e.input_count);
  auto** saved = r->saved();
  auto* extent = reinterpret_cast<std::int64_t*>(saved + saved_count);
  const auto describe = [&](const TensorImpl& t) {
    const int rank = t.shape.rank();
    *kind++ = static_cast<std::uint8_t>(t.dtype);
    *kind++ = static_cast<std::uint8_t>(rank);
    for (int i = 0; i < rank; ++i) *extent++ = t.shape[i];
  };
  const auto save = [&](TensorImpl* t) {
    t->references.fetch_add(1, std::memory_order_relaxed);
    *saved++ = t;
  };
  for (int i = 0; i < e.input_count; ++i) {
    TensorImpl* t = e.inputs[i]->impl();
    *input_id++ = t->id;
    if (i < 16 && (e.saved_mask >> i & 1) != 0) save(t);
    describe(*t);
  }
  for (int i = 0; i < e.output_count; ++i) {
    TensorImpl* t = e.outputs[i].impl();
    if (i < 16 && (e.saved_mask >> (16 + i) & 1) != 0) save(t);
    describe(*t);
  }
  if (e.attrs_bytes != 0) std::memcpy(extent, e.attrs, e.attrs_bytes);
  if (ids == 1) {
    chunk.records[sequence & (kChunkIds - 1)] = r;
  } else {
    index_record(sequence, ids, chunks_, chunk, r);
  }
  return r;
}

inline bool Log::remembers() const { return (explanations_enabled() && !silent_ && !backward.quiet) || tracer != nullptr; }

ValueId Log::append(const Entry& e) {
  const std::uint64_t ids = e.output_count > 1 ? static_cast<std::uint64_t>(e.output_count) : 1;
  const std::uint64_t used = next_ & (kChunkIds - 1);
  const std::uint64_t sequence = used + ids > kChunkIds && used != 0 ? next_ + kChunkIds - used : next_;
  Record* record = nullptr;
  if (e.saved_mask != 0 || e.saved_object != nullptr || remembers() || recording_ != 0) record = write(e, sequence);
  next_ = sequence + ids;
  for (int i = 0; i < e.output_count; ++i) e.outputs[i].impl()->id = serial_ | (sequence + static_cast<std::uint64_t>(i));
  if (recording_ != 0 && RecordListener::mine != nullptr) [[unlikely]]
    RecordListener::mine->recorded(e, *record);
  return serial_ | sequence;
}

ValueId Log::append_event(const OpDef& op, const Tensor* value, const void* attrs, std::size_t attrs_bytes, const Where& where) {
  if (!remembers()) return 0;
  const Tensor* inputs[1] = {value};
  const std::uint64_t sequence = next_;
  write({.op = &op, .where = &where, .inputs = inputs, .input_count = value != nullptr ? 1 : 0, .attrs = attrs, .attrs_bytes = attrs_bytes},
        sequence);
  ++next_;
  return serial_ | sequence;
}

void Log::host_read(const Tensor& value, const void* bytes, std::size_t count, const Where& where) {
  if (!remembers()) return;
  const Fingerprint print = fingerprint(bytes, count);
  append_event(host_read_op(), &value, &print, sizeof(print), where);
}

void log_constant(Tensor& tensor, const ConstantAttrs& attrs, const Where& where) {
  Log::mine().append({.op = &constant_op(), .where = &where, .outputs = &tensor, .output_count = 1, .attrs = &attrs, .attrs_bytes = sizeof(attrs)});
}

void log_fed(Tensor& made, const OpDef& op, const Tensor& from, const Where& where) {
  const Tensor* inputs[] = {&from};
  const bool known = from.defined() && from.id() != 0;
  Log::mine().append({.op = &op, .where = &where, .inputs = inputs, .input_count = known ? 1 : 0, .outputs = &made, .output_count = 1});
}

const Record* Log::find(ValueId id) const {
  if (!owns(id) || chunks_.empty()) return nullptr;
  const std::uint64_t number = (id & kSequenceMask) >> kChunkBits, first = chunks_.front()->number;
  if (number < first || number > current_->number) return nullptr;
  return chunks_[number - first]->records[id & (kChunkIds - 1)];
}

void Log::forget(Record& record) noexcept {
  if (find(record.first) != &record) return;
  Chunk& own = *chunk_of(record).get();
  while (record.holders != 0) release_saved(own, record);
  const ValueId end = record.first + std::max<ValueId>(record.outputs, 1);
  for (ValueId id = record.first; id < end; ++id) {
    const std::uint64_t number = (id & kSequenceMask) >> kChunkBits;
    if (number <= current_->number) chunks_[number - chunks_.front()->number]->records[id & (kChunkIds - 1)] = nullptr;
  }
}

ChunkRef Log::chunk_of(const Record& record) const { return chunks_[((record.first & kSequenceMask) >> kChunkBits) - chunks_.front()->number]; }

std::vector<ChunkRef> Log::chunks(ValueId begin, ValueId end) const {
  std::vector<ChunkRef> result;
  for (const ChunkRef& chunk : chunks_) {
    const std::uint64_t first = chunk->number << kChunkBits;
    if (first + kChunkIds > (begin & kSequenceMask) && first < (end & kSequenceMask)) result.push_back(chunk);
  }
  return result;
}

}  // namespace whygrad::internal
