// Converts operands of any strides and of half precision for loops that require contiguous runs of full types.
#pragma once

#include "device/parallel.hpp"
#include "kernels/cpu/halves.hpp"
#include "kernels/cpu/strided.hpp"

#include <algorithm>
#include <cstddef>

namespace whygrad::kernels::cpu {

inline constexpr std::int64_t kBlock = 512;  // elements at a time: small enough for L1, large enough to hide the calls
inline constexpr std::size_t kMaxElement = 16;

enum class Halves : bool { kAsBits, kAsFloats };

// One input, read block by block. A block is the view's own memory where that is contiguous.
class BlockReader {
 public:
  BlockReader(const View& view, Halves halves)
      : view_(view),
        space_(merge_axes<1>({&view})),
        size_(size_of(view.dtype)),
        contiguous_(view.contiguous()),
        widens_(halves == Halves::kAsFloats && is_half(view.dtype)) {}

  const void* read(std::int64_t begin, std::int64_t n) {
    const std::byte* block = view_.as<const std::byte>() + begin * static_cast<std::int64_t>(size_);
    if (!contiguous_) {
      pack(view_.as<const std::byte>(), space_, size_, begin, n, packed_);
      block = packed_;
    }
    if (!widens_) return block;
    widen(view_.dtype, block, widened_, static_cast<std::size_t>(n));
    return widened_;
  }

 private:
  const View& view_;
  Space<1> space_;
  std::size_t size_;
  bool contiguous_, widens_;
  alignas(64) std::byte packed_[kBlock * kMaxElement];
  alignas(64) float widened_[kBlock];
};

// The contiguous output, converted likewise.
class BlockWriter {
 public:
  BlockWriter(const View& view, Halves halves) : view_(view), narrows_(halves == Halves::kAsFloats && is_half(view.dtype)) {}

  // Where the loop writes block [begin, ..).
  void* target(std::int64_t begin) { return narrows_ ? wide_ : at(begin); }
  // Called after the loop has written n elements there.
  void finish(std::int64_t begin, std::int64_t n) {
    if (narrows_) narrow(view_.dtype, wide_, at(begin), static_cast<std::size_t>(n));
  }

 private:
  void* at(std::int64_t begin) const { return view_.as<std::byte>() + begin * static_cast<std::int64_t>(size_of(view_.dtype)); }

  const View& view_;
  bool narrows_;
  alignas(64) float wide_[kBlock];
};

// Calls run(x, out, n) for all blocks of a loop over one input, run(a, b, out, n) over two and so on.
template <class Run, class... Views>
void run_staged(Halves halves, std::int64_t grain, const Run& run, const View& out, const Views&... inputs) {
  device::parallel_for(out.size(), grain, [&](std::int64_t begin, std::int64_t end) {
    BlockWriter writer(out, halves);
    const auto run_blocks = [&](auto&&... readers) {
      for (; begin < end; begin += kBlock) {
        const std::int64_t n = std::min(kBlock, end - begin);
        run(readers.read(begin, n)..., writer.target(begin), static_cast<std::size_t>(n));
        writer.finish(begin, n);
      }
    };
    run_blocks(BlockReader(inputs, halves)...);
  });
}

}  // namespace whygrad::kernels::cpu
