// Runs fused loops tile by tile.
#include "kernels/fused.hpp"
#include "kernels/cpu/table.hpp"

#include "device/parallel.hpp"
#include "device/workspace.hpp"
#include "kernels/cpu/chain.hpp"
#include "kernels/cpu/fold.hpp"
#include "kernels/cpu/loops.hpp"
#include "kernels/cpu/strided.hpp"
#include "kernels/cpu/ternary.hpp"

#include <whygrad/base/error.hpp>

#include <algorithm>

namespace whygrad::kernels::cpu {
namespace {

// Elements of a tile at most: a call per op and tile is cheap beside them. Where many values are alive at a time, tiles are smaller, so that all of
// them together stay in the L1 cache.
constexpr std::int64_t kTile = 1024, kLeastTile = 256, kCacheBytes = 24 << 10;
// Rows at least this long are swept one by one, so that an operand that is the same in all columns, or in all rows, needs no copy.
constexpr std::int64_t kLongRow = 512;
constexpr std::size_t kAlignment = 64;
// Between two tiles in a thread's memory: tiles whose addresses differ by 4096 bytes would compete for the same lines of the cache.
constexpr std::int64_t kStagger = 5 * 64;
constexpr double kSelectGrain = 1 << 16, kFoldGrain = 1 << 16;
// Tiles of a long fold whose total is added up by itself, as in reduce.cpp.
constexpr std::int64_t kTilesOfChunk = (1 << 16) / kTile;

// Arrays this long are not in the cache when a loop begins.
constexpr std::int64_t kFarElements = 1 << 18;

using Kind = FusedLoop::Kind;

// How a tile of an input is found.
enum class Access : std::uint8_t {
  kRun,     // its elements are in place, one after the other
  kScalar,  // one element for the tile, which the loops take as it is
  kOnce,    // the tile is the same each time; it is packed once per thread
  kPacked,
};

struct Input {
  Access access = Access::kRun;
  Space<1> space{};         // of the input by itself
  std::int64_t offset = 0;  // into the thread's memory, where it is packed
};

// The axes of the inputs merged where all of them allow it.
class Axes {
 public:
  explicit Axes(const FusedLoop& loop, std::span<const View> inputs) {
    const int rank = static_cast<int>(loop.shape.size());
    for (int axis = 0; axis < rank; ++axis) {
      const std::int64_t extent = loop.shape[static_cast<std::size_t>(axis)];
      if (extent == 1) continue;
      const bool merges =
          rank_ > 0 && std::all_of(inputs.begin(), inputs.end(), [&](const View& v) { return v.strides[last_] == extent * v.strides[axis]; });
      if (!merges) ++rank_;
      row_ = merges ? row_ * extent : extent;
      last_ = axis;
      size_ *= extent;
    }
  }
  std::int64_t size() const { return size_; }
  std::int64_t row() const { return row_; }
  bool single() const { return rank_ <= 1; }
  // The stride of an input within a row.
  std::int64_t stride(const View& v) const { return rank_ == 0 ? 1 : v.strides[last_]; }

 private:
  int rank_ = 0, last_ = 0;
  std::int64_t row_ = 1, size_ = 1;
};

struct Call {
  Kind kind;
  UnaryLoop unary = nullptr;
  BinaryLoop binary = nullptr;
  std::size_t element = 0;  // of a selection
  FoldLoops fold{};
  std::int16_t total = 0;        // of a fold: its number among the folds
  const View* output = nullptr;  // of a fold
  std::int16_t inputs[3];
};

class Sweep {
 public:
  Sweep(const FusedLoop& loop, std::span<const View> inputs, std::span<const View> outputs)
      : loop_(loop), views_(inputs), outputs_(outputs), axes_(loop, inputs), long_folds_(loop.fold >= kTile) {
    choose_tiles();
    choose_access();
    choose_loops();
    choose_chains();
    place();
  }

  void run() {
    const std::int64_t segments = axes_.size() / segment_, units = segments * units_of_segment_;
    if (long_folds_) totals_.resize(static_cast<std::size_t>(units * folds_));
    const auto grain = std::max<std::int64_t>(static_cast<std::int64_t>(1 / (price_ * static_cast<double>(tile_ * tiles_of_unit_))), 1);
    device::parallel_for(units, grain, [&](std::int64_t first, std::int64_t last) {
      device::Workspace<Line> memory(static_cast<std::size_t>(bytes_) / kAlignment);
      auto* const scratch = reinterpret_cast<std::byte*>(memory.data());
      std::vector<std::byte*> at(loop_.dtypes.size());
      start(scratch, at);
      for (std::int64_t unit = first; unit < last; ++unit) run_unit(unit, scratch, at);
    });
    if (long_folds_) finish_folds(segments);
  }

 private:
  struct alignas(kAlignment) Line {
    std::byte bytes[kAlignment];
  };

  // A segment is what a tile may not reach beyond: a row that is swept by itself, or what a fold makes one of. Threads share units of some tiles.
  void choose_tiles() {
    const std::int64_t size = axes_.size(), row = axes_.row();
    by_rows_ = !axes_.single() && row >= kLongRow && row >= loop_.fold;
    segment_ = long_folds_ ? loop_.fold : by_rows_ ? row : size;
    tile_ = kTile;
    if (!long_folds_) {
      std::int64_t bytes = 0;  // of all values that a tile has at a time, for each element
      for (std::size_t v = 0; v < loop_.dtypes.size(); ++v) {
        const bool is_input = v < views_.size();
        if (is_input ? !is_scalar(views_[v]) : loop_.places[v - views_.size()].output != FusedLoop::kNone)
          bytes += static_cast<std::int64_t>(size_of(loop_.dtypes[v]));
      }
      bytes += loop_.buffers * static_cast<std::int64_t>(sizeof(float));
      while (tile_ > kLeastTile && tile_ * bytes > kCacheBytes) tile_ /= 2;
      // A tile has whole folds, and whole rows where these are short.
      const std::int64_t whole = std::max<std::int64_t>({loop_.fold, axes_.single() || by_rows_ ? 1 : row, 1});
      tile_ = std::min(std::max<std::int64_t>(tile_ / whole, 1) * whole, segment_);
    }
    fetches_ = size >= kFarElements;
    tiles_of_segment_ = (segment_ + tile_ - 1) / tile_;
    tiles_of_unit_ = long_folds_ ? kTilesOfChunk : 1;
    units_of_segment_ = (tiles_of_segment_ + tiles_of_unit_ - 1) / tiles_of_unit_;
  }

  void run_unit(std::int64_t unit, std::byte* scratch, std::vector<std::byte*>& at) {
    const std::int64_t begin = unit / units_of_segment_ * segment_, end = begin + segment_;
    const std::int64_t first = unit % units_of_segment_ * tiles_of_unit_;
    Total* const totals = long_folds_ ? totals_.data() + unit * folds_ : nullptr;
    if (totals != nullptr) {
      for (const Call& call : calls_) {
        if (call.kind == Kind::kFold) call.fold.start(totals + call.total, 1);
      }
    }
    for (std::int64_t tile = first; tile < std::min(first + tiles_of_unit_, tiles_of_segment_); ++tile) {
      const std::int64_t from = begin + tile * tile_;
      sweep(scratch, at, from, std::min(tile_, end - from), totals);
    }
  }

  // Joins the totals of the units of each segment, in their order.
  void finish_folds(std::int64_t segments) {
    for (const Call& call : calls_) {
      if (call.kind != Kind::kFold) continue;
      for (std::int64_t s = 0; s < segments; ++s) {
        Total* const total = totals_.data() + s * units_of_segment_ * folds_ + call.total;
        for (std::int64_t u = 1; u < units_of_segment_; ++u) call.fold.merge(total + u * folds_, total, 1);
        call.fold.finish(total, 1, loop_.fold, call.output->as<std::byte>() + s * static_cast<std::int64_t>(size_of(call.output->dtype)));
      }
    }
  }
  // The folds of a tile: the part of a long one, or some short ones.
  void fold(const Call& call, const std::byte* data, std::int64_t begin, std::int64_t n, Total* totals) const {
    if (totals != nullptr) return call.fold.row(data, n, totals + call.total);
    constexpr std::int64_t kAtOnce = 64;
    Total block[kAtOnce];
    const auto element = static_cast<std::int64_t>(size_of(call.output->dtype));
    std::byte* out = call.output->as<std::byte>() + begin / loop_.fold * element;
    for (std::int64_t left = n / loop_.fold; left > 0; left -= kAtOnce, out += kAtOnce * element) {
      const std::int64_t count = std::min(left, kAtOnce);
      call.fold.start(block, count);
      call.fold.rows(data, loop_.fold, count, block);
      data += count * loop_.fold * element;
      call.fold.finish(block, count, loop_.fold, out);
    }
  }

  // An operand that is one element for the tile can stay so only where it meets a tile in a binary op.
  void choose_access() {
    inputs_.resize(views_.size());
    for (std::size_t i = 0; i < views_.size(); ++i) {
      const View& v = views_[i];
      inputs_[i].space = merge_axes<1>({&v});
      const std::int64_t stride = axes_.stride(v);
      if (is_scalar(v)) {
        inputs_[i].access = Access::kScalar;
      } else if (by_rows_) {
        inputs_[i].access = stride == 1 ? Access::kRun : stride == 0 ? Access::kScalar : Access::kPacked;
      } else {
        inputs_[i].access = v.contiguous() ? Access::kRun : repeats_rows(v) ? Access::kOnce : Access::kPacked;
      }
    }
    for (const FusedLoop::Step& step : loop_.steps) {
      if (step.kind == Kind::kBinary && (!is_one(step.inputs[0]) || !is_one(step.inputs[1]))) continue;
      if (step.kind == Kind::kBinary) {
        spread(step.inputs[0]);
        continue;
      }
      for (int i = 0; i < FusedLoop::operands(step.kind); ++i) spread(step.inputs[i]);
    }
  }
  bool is_one(std::int16_t value) const { return value < loop_.inputs && inputs_[static_cast<std::size_t>(value)].access == Access::kScalar; }
  void spread(std::int16_t value) {
    if (!is_one(value)) return;
    const auto i = static_cast<std::size_t>(value);
    inputs_[i].access = is_scalar(views_[i]) ? Access::kOnce : Access::kPacked;
  }
  // Whether all rows of the merged axes are the same elements.
  bool repeats_rows(const View& v) const {
    std::int64_t within = 1;
    for (int axis = v.rank; axis-- > 0;) {
      if (within >= axes_.row() && v.shape[axis] != 1 && v.strides[axis] != 0) return false;
      within *= v.shape[axis];
    }
    return tile_ % axes_.row() == 0;
  }

  void choose_loops() {
    for (std::size_t s = 0; s < loop_.steps.size(); ++s) {
      const FusedLoop::Step& step = loop_.steps[s];
      Call call{.kind = step.kind, .inputs = {step.inputs[0], step.inputs[1], step.inputs[2]}};
      const DType dtype = loop_.dtypes[static_cast<std::size_t>(step.inputs[0])];
      double grain = kSelectGrain;
      if (step.kind == Kind::kUnary) {
        call.unary = find_loop(static_cast<Unary>(step.op), dtype).run;
        grain = static_cast<double>(grain_of(static_cast<Unary>(step.op)));
      } else if (step.kind == Kind::kBinary) {
        const BinaryLoops& loops = find_loop(static_cast<Binary>(step.op), dtype);
        call.binary = is_one(step.inputs[0]) ? loops.left_scalar : is_one(step.inputs[1]) ? loops.right_scalar : loops.both;
        grain = static_cast<double>(grain_of(static_cast<Binary>(step.op)));
      } else if (step.kind == Kind::kSelect) {
        call.element = size_of(loop_.dtypes[static_cast<std::size_t>(step.inputs[1])]);
      } else {
        call.fold = find_float_fold(static_cast<Reduce>(step.op), dtype);
        call.total = folds_++;
        call.output = &outputs_[static_cast<std::size_t>(loop_.places[s].output)];
        grain = kFoldGrain;
      }
      if (call.unary == nullptr && call.binary == nullptr && call.element == 0 && call.fold.row == nullptr)
        throw InternalError("fused", "an op of a fused loop has no loop");
      price_ += 1 / grain;
      calls_.push_back(call);
    }
  }

  void choose_chains() {
    std::vector<bool> is_one(inputs_.size());
    std::transform(inputs_.begin(), inputs_.end(), is_one.begin(), [](const Input& input) { return input.access == Access::kScalar; });
    chains_ = find_chains(loop_, is_one, tile_);
  }

  // Lays out a thread's memory: packed inputs, then the buffers.
  void place() {
    const auto lines = [this](std::size_t element) {
      return (tile_ * static_cast<std::int64_t>(element) + static_cast<std::int64_t>(kAlignment) - 1) / static_cast<std::int64_t>(kAlignment) *
             static_cast<std::int64_t>(kAlignment);
    };
    std::size_t widest = 1;
    for (std::size_t v = 0; v < loop_.dtypes.size(); ++v) {
      const std::size_t element = size_of(loop_.dtypes[v]);
      if (v >= inputs_.size()) widest = std::max(widest, element);
      if (v >= inputs_.size() || (inputs_[v].access != Access::kOnce && inputs_[v].access != Access::kPacked)) continue;
      inputs_[v].offset = bytes_;
      bytes_ += lines(element) + kStagger;
    }
    buffer_bytes_ = lines(widest) + kStagger;
    buffers_ = bytes_;
    bytes_ += buffer_bytes_ * loop_.buffers;
  }

  // What stays the same for all tiles of a thread.
  void start(std::byte* scratch, std::vector<std::byte*>& at) const {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      at[i] = views_[i].as<std::byte>();
      if (inputs_[i].access == Access::kOnce || inputs_[i].access == Access::kPacked) at[i] = scratch + inputs_[i].offset;
      if (inputs_[i].access == Access::kOnce) pack_tile(i, at[i], 0, tile_);
    }
    for (std::size_t s = 0; s < loop_.steps.size(); ++s)
      at[inputs_.size() + s] = scratch + buffers_ + std::max<std::int64_t>(loop_.places[s].buffer, 0) * buffer_bytes_;
  }
  void pack_tile(std::size_t i, std::byte* to, std::int64_t begin, std::int64_t n) const {
    pack(views_[i].as<std::byte>(), inputs_[i].space, size_of(views_[i].dtype), begin, n, to);
  }

  void sweep(std::byte* scratch, std::vector<std::byte*>& at, std::int64_t begin, std::int64_t n, Total* totals) const {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const auto element = static_cast<std::int64_t>(size_of(views_[i].dtype));
      if (inputs_[i].access == Access::kPacked) {
        pack_tile(i, scratch + inputs_[i].offset, begin, n);
      } else if (by_rows_ && inputs_[i].access != Access::kOnce) {
        const Space<1>& space = inputs_[i].space;
        at[i] = views_[i].as<std::byte>() + offset_of(space, begin) * element;
      } else if (inputs_[i].access == Access::kRun) {
        at[i] = views_[i].as<std::byte>() + begin * element;
      }
    }
    for (std::size_t s = 0; s < calls_.size(); ++s) {
      const std::int16_t output = loop_.places[s].output;
      if (output == FusedLoop::kNone) continue;
      const View& view = outputs_[static_cast<std::size_t>(output)];
      if (calls_[s].kind != Kind::kFold) at[inputs_.size() + s] = view.as<std::byte>() + begin * static_cast<std::int64_t>(size_of(view.dtype));
    }
    if (fetches_) fetch_next(at, n);
    std::size_t done = 0;
    for (const Chain& chain : chains_) {
      for (std::size_t s = done; s < chain.first; ++s) run_step(s, at, begin, 0, n, totals);
      run_chain(chain, at, begin, n);
      done = chain.last;
    }
    for (std::size_t s = done; s < calls_.size(); ++s) run_step(s, at, begin, 0, n, totals);
  }
  // Asks for the elements of the next tile while this one is computed: from one page of memory to the next the machine does not see them coming.
  void fetch_next(const std::vector<std::byte*>& at, std::int64_t n) const {
    const auto lines = [n](const std::byte* data, DType dtype, auto fetch) {
      const std::int64_t bytes = n * static_cast<std::int64_t>(size_of(dtype));
      for (std::int64_t line = 0; line < bytes; line += static_cast<std::int64_t>(kAlignment)) fetch(data + bytes + line);
    };
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (inputs_[i].access == Access::kRun) lines(at[i], views_[i].dtype, [](const std::byte* line) { __builtin_prefetch(line, 0); });
    }
    for (std::size_t s = 0; s < calls_.size(); ++s) {
      const std::int16_t output = loop_.places[s].output;
      if (output == FusedLoop::kNone || calls_[s].kind == Kind::kFold) continue;
      lines(at[inputs_.size() + s], outputs_[static_cast<std::size_t>(output)].dtype, [](const std::byte* line) { __builtin_prefetch(line, 1); });
    }
  }
  void run_chain(const Chain& chain, std::vector<std::byte*>& at, std::int64_t begin, std::int64_t n) const {
    const auto block = static_cast<std::int64_t>(chain.loops.block);
    const std::int64_t blocks = n / block;
    if (blocks > 0) chain.loops.run(chain.links.data(), at.data(), static_cast<std::size_t>(blocks));
    if (blocks * block == n) return;
    for (std::size_t s = chain.first; s < chain.last; ++s) run_step(s, at, begin, blocks * block, n, nullptr);
  }
  // A step on the elements [from, n) of the tile that begins at `begin`.
  void run_step(std::size_t s, const std::vector<std::byte*>& at, std::int64_t begin, std::int64_t from, std::int64_t n, Total* totals) const {
    const Call& call = calls_[s];
    const auto place = [&](std::size_t value) {
      const bool is_one = value < inputs_.size() && inputs_[value].access == Access::kScalar;
      return at[value] + (is_one ? 0 : from * static_cast<std::int64_t>(size_of(loop_.dtypes[value])));
    };
    const auto in = [&](int i) -> const std::byte* { return place(static_cast<std::size_t>(call.inputs[i])); };
    std::byte* const out = place(inputs_.size() + s);
    const auto count = static_cast<std::size_t>(n - from);
    switch (call.kind) {
      case Kind::kUnary: call.unary(in(0), out, count); break;
      case Kind::kBinary: call.binary(in(0), in(1), out, count); break;
      case Kind::kSelect: select_run(call.element, in(0), in(1), in(2), out, count); break;
      case Kind::kFold: fold(call, in(0), begin, n, totals); break;
    }
  }
  // Position of element i of a space, in elements.
  static std::int64_t offset_of(const Space<1>& space, std::int64_t i) {
    return RowCursor<1>(space, i / space.row_size()).offset(0) + i % space.row_size() * space.row_stride(0);
  }

  const FusedLoop& loop_;
  std::span<const View> views_, outputs_;
  Axes axes_;
  bool long_folds_, by_rows_ = false, fetches_ = false;
  std::int64_t tile_ = kTile, segment_ = 1, tiles_of_segment_ = 1, tiles_of_unit_ = 1, units_of_segment_ = 1;
  std::int16_t folds_ = 0;
  device::Workspace<Total> totals_;  // of long folds: by unit, then by fold
  std::vector<Input> inputs_;
  std::vector<Call> calls_;
  std::vector<Chain> chains_;
  double price_ = 0;  // of an element, in parts of what a thread must have to do
  std::int64_t buffers_ = 0, buffer_bytes_ = 0, bytes_ = 0;
};

}  // namespace

void run_fused(const FusedLoop& loop, std::span<const View> inputs, std::span<const View> outputs) { Sweep(loop, inputs, outputs).run(); }

}  // namespace whygrad::kernels::cpu
