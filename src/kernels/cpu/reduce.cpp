// Drivers of reductions: the choice of axes and the order of loops.
#include "kernels/reduce.hpp"
#include "kernels/cpu/table.hpp"

#include "device/parallel.hpp"
#include "device/workspace.hpp"
#include "kernels/cpu/fold.hpp"
#include "kernels/cpu/staging.hpp"
#include "kernels/cpu/strided.hpp"

#include <whygrad/base/error.hpp>

#include <algorithm>
#include <string>

namespace whygrad::kernels::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 16;  // elements per thread that justify a parallel region

// The number of results computed at a time, and of elements reduced into one partial total. Both are fixed, so that the order of additions does not
// depend on the number of threads.
constexpr std::int64_t kRowsAtOnce = 16, kColumnsAtOnce = 256, kChunk = 1 << 16;

FoldLoops find_fold(Reduce op, DType dtype) {
  return dtype == DType::kF32 || dtype == DType::kF64 ? find_float_fold(op, dtype) : find_plain_fold(op, dtype);
}

// The axes of x whose bit in the mask is set (or not set), as a space of its own.
Space<1> axes_of(const View& x, std::uint32_t axes_mask, bool masked) {
  std::int64_t shape[kMaxRank], strides[kMaxRank];
  int rank = 0;
  for (int axis = 0; axis < x.rank; ++axis) {
    if (((axes_mask >> axis) & 1u) != static_cast<std::uint32_t>(masked)) continue;
    shape[rank] = x.shape[axis];
    strides[rank++] = x.strides[axis];
  }
  const View part{x.data, shape, strides, rank, x.dtype, x.device};
  return merge_axes<1>({&part});
}
std::int64_t size_of(const Space<1>& space) {
  std::int64_t size = 1;
  for (int axis = 0; axis < space.rank; ++axis) size *= space.shape[axis];
  return size;
}

// Position of element i of a space, in elements.
std::int64_t offset_of(const Space<1>& space, std::int64_t i) {
  return RowCursor<1>(space, i / space.row_size()).offset(0) + i % space.row_size() * space.row_stride(0);
}

class Reduction {
 public:
  Reduction(const FoldLoops& loops, const View& x, std::uint32_t axes_mask, const View& out)
      : loops_(loops),
        x_(x),
        out_(out),
        kept_(axes_of(x, axes_mask, false)),
        folded_(axes_of(x, axes_mask, true)),
        kept_size_(size_of(kept_)),
        folded_size_(size_of(folded_)),
        element_(static_cast<std::int64_t>(whygrad::size_of(x.dtype))) {}

  void run() const {
    if (kept_size_ == 0) return;
    const bool by_columns = !is_half(x_.dtype) && kept_.row_stride(0) == 1 && folded_.row_stride(0) != 1 && kept_.row_size() > 1;
    // Partial totals over a fixed number of reduced elements each. Columns reduce whole rows of width kept_.row_size() at a time.
    const std::int64_t width = by_columns ? kept_.row_size() : 1;
    const std::int64_t length = std::max<std::int64_t>(kChunk / std::min(width, kColumnsAtOnce), 1);
    const std::int64_t chunks = std::max<std::int64_t>((folded_size_ + length - 1) / length, 1);
    if (chunks == 1) return fold_kept(by_columns, 0, folded_size_, nullptr);
    device::Workspace<Total> partial(static_cast<std::size_t>(chunks * kept_size_));
    device::parallel_for(chunks, std::max<std::int64_t>(kGrain / (length * kept_size_), 1), [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t chunk = first; chunk < last; ++chunk) {
        fold_kept(by_columns, chunk * length, std::min(folded_size_, (chunk + 1) * length), partial.data() + chunk * kept_size_);
      }
    });
    for (std::int64_t chunk = 1; chunk < chunks; ++chunk) loops_.merge(partial.data() + chunk * kept_size_, partial.data(), kept_size_);
    finish(partial.data(), 0, kept_size_);
  }

 private:
  // Reduces the elements [begin, end) of the reduced axes for every result: into `totals` or, without them, into out.
  void fold_kept(bool by_columns, std::int64_t begin, std::int64_t end, Total* totals) const {
    const std::int64_t at_once = by_columns ? kColumnsAtOnce : kRowsAtOnce;
    const std::int64_t grain = std::max<std::int64_t>(kGrain / std::max<std::int64_t>((end - begin) * at_once, 1), 1);
    device::parallel_for((kept_size_ + at_once - 1) / at_once, grain, [&](std::int64_t first, std::int64_t last) {
      Total block[kColumnsAtOnce];
      for (std::int64_t i = first * at_once; first < last; ++first, i += at_once) {
        const std::int64_t n = std::min(at_once, kept_size_ - i);
        Total* into = totals != nullptr ? totals + i : block;
        loops_.start(into, n);
        by_columns ? fold_columns(i, n, begin, end, into) : fold_rows(i, n, begin, end, into);
        if (totals == nullptr) finish(block, i, n);
      }
    });
  }

  // Results [i, i + n), one after the other.
  void fold_rows(std::int64_t i, std::int64_t n, std::int64_t begin, std::int64_t end, Total* totals) const {
    const bool has_runs = folded_.row_stride(0) == 1 && !is_half(x_.dtype);
    const std::int64_t folded = end - begin;
    if (has_runs && folded_.rank == 1 && folded == folded_.row_size() && kept_.rank == 1 && kept_.row_stride(0) == folded)
      return loops_.rows(x_.as<const std::byte>() + i * folded * element_, folded, n, totals);
    RowCursor<1> row(kept_, i / kept_.row_size());
    std::int64_t column = i % kept_.row_size();
    for (std::int64_t k = 0; k < n; ++k) {
      const std::byte* base = x_.as<const std::byte>() + (row.offset(0) + column * kept_.row_stride(0)) * element_;
      has_runs ? fold_runs(base, begin, end, totals + k) : fold_packed(base, begin, end, totals + k);
      if (++column == kept_.row_size()) {
        column = 0;
        row.next();
      }
    }
  }
  void fold_runs(const std::byte* base, std::int64_t begin, std::int64_t end, Total* total) const {
    if (folded_.rank == 1) return loops_.row(base + begin * element_, end - begin, total);
    if (begin == end) return;
    const std::int64_t row_size = folded_.row_size();
    RowCursor<1> row(folded_, begin / row_size);
    for (std::int64_t column = begin % row_size; begin < end; column = 0, row.next()) {
      const std::int64_t n = std::min(end - begin, row_size - column);
      loops_.row(base + (row.offset(0) + column) * element_, n, total);
      begin += n;
    }
  }
  void fold_packed(const std::byte* base, std::int64_t begin, std::int64_t end, Total* total) const {
    alignas(64) std::byte packed[kBlock * kMaxElement];
    alignas(64) float widened[kBlock];
    for (; begin < end; begin += kBlock) {
      const std::int64_t n = std::min(kBlock, end - begin);
      pack(base, folded_, static_cast<std::size_t>(element_), begin, n, packed);
      if (is_half(x_.dtype)) widen(x_.dtype, packed, widened, static_cast<std::size_t>(n));
      loops_.row(is_half(x_.dtype) ? static_cast<const void*>(widened) : packed, n, total);
    }
  }

  // Results [i, i + n) side by side, as far as their rows extend.
  void fold_columns(std::int64_t i, std::int64_t n, std::int64_t begin, std::int64_t end, Total* totals) const {
    const std::int64_t width = kept_.row_size(), row_size = folded_.row_size(), stride = folded_.row_stride(0);
    while (n > 0 && begin < end) {
      const std::int64_t columns = std::min(n, width - i % width);
      const std::byte* base = x_.as<const std::byte>() + offset_of(kept_, i) * element_;
      RowCursor<1> row(folded_, begin / row_size);
      std::int64_t from = begin;
      for (std::int64_t start = begin % row_size; from < end; start = 0, row.next()) {
        const std::int64_t rows = std::min(end - from, row_size - start);
        loops_.columns(base + (row.offset(0) + start * stride) * element_, stride, rows, columns, totals);
        from += rows;
      }
      i += columns;
      n -= columns;
      totals += columns;
    }
  }

  void finish(const Total* totals, std::int64_t i, std::int64_t n) const {
    std::byte* out = out_.as<std::byte>() + i * element_;
    if (!is_half(out_.dtype)) return loops_.finish(totals, n, folded_size_, out);
    float wide_out[kBlock];
    for (std::int64_t done = 0; done < n; done += kBlock) {
      const std::int64_t count = std::min(kBlock, n - done);
      loops_.finish(totals + done, count, folded_size_, wide_out);
      narrow(out_.dtype, wide_out, out + done * element_, static_cast<std::size_t>(count));
    }
  }

  FoldLoops loops_;
  const View& x_;
  const View& out_;
  Space<1> kept_, folded_;
  std::int64_t kept_size_, folded_size_, element_;
};

}  // namespace

bool supports(Reduce op, DType dtype) { return find_fold(op, wide(dtype)).row != nullptr; }

void reduce(Reduce op, const View& x, std::uint32_t axes_mask, const View& out) {
  const FoldLoops loops = find_fold(op, wide(x.dtype));
  if (loops.row == nullptr)
    throw InternalError("reduce", "no loop for op " + std::to_string(static_cast<int>(op)) + " and dtype " + std::string(name_of(x.dtype)));
  Reduction(loops, x, axes_mask, out).run();
}

}  // namespace whygrad::kernels::cpu
