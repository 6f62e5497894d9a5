// Axes merged, and runs of strided elements copied.
#include "kernels/cpu/strided.hpp"

#include <algorithm>
#include <cstring>

namespace whygrad::kernels::cpu {
namespace {

// Bytes of one element, for moving it whatever its type.
template <std::size_t kSize>
struct Cell {
  std::byte bytes[kSize];
};

template <std::size_t kSize>
void copy_cells(const std::byte* from, std::int64_t stride, std::byte* to, std::int64_t n) {
  const auto* source = reinterpret_cast<const Cell<kSize>*>(from);
  auto* target = reinterpret_cast<Cell<kSize>*>(to);
  for (std::int64_t i = 0; i < n; ++i) target[i] = source[i * stride];
}

// Runs shorter than this are copied by a loop: a call would cost more.
constexpr std::int64_t kShortRun = 16;

template <std::size_t kSize>
void pack_cells(const std::byte* data, const Space<1>& space, std::int64_t begin, std::int64_t n, std::byte* to) {
  const std::int64_t row_size = space.row_size(), stride = space.row_stride(0);
  const auto* source = reinterpret_cast<const Cell<kSize>*>(data);
  auto* target = reinterpret_cast<Cell<kSize>*>(to);
  RowCursor<1> row(space, begin / row_size);
  for (std::int64_t column = begin % row_size; n > 0; column = 0, row.next()) {
    const std::int64_t count = std::min(n, row_size - column);
    const Cell<kSize>* const from = source + row.offset(0) + column * stride;
    if (stride == 1 && count >= kShortRun) {
      std::memcpy(target, from, static_cast<std::size_t>(count) * kSize);
    } else {
      for (std::int64_t i = 0; i < count; ++i) target[i] = from[i * stride];
    }
    target += count;
    n -= count;
  }
}

}  // namespace

bool is_scalar(const View& view) {
  for (int i = 0; i < view.rank; ++i) {
    if (view.shape[i] != 1 && view.strides[i] != 0) return false;
  }
  return true;
}

void copy_strided(const std::byte* from, std::int64_t stride, std::byte* to, std::int64_t n, std::size_t size) {
  if (stride == 1) {
    std::memcpy(to, from, static_cast<std::size_t>(n) * size);
    return;
  }
  switch (size) {
    case 1: return copy_cells<1>(from, stride, to, n);
    case 2: return copy_cells<2>(from, stride, to, n);
    case 4: return copy_cells<4>(from, stride, to, n);
    case 8: return copy_cells<8>(from, stride, to, n);
    default: return copy_cells<16>(from, stride, to, n);
  }
}

void pack(const std::byte* data, const Space<1>& space, std::size_t size, std::int64_t begin, std::int64_t n, std::byte* to) {
  switch (size) {
    case 1: return pack_cells<1>(data, space, begin, n, to);
    case 2: return pack_cells<2>(data, space, begin, n, to);
    case 4: return pack_cells<4>(data, space, begin, n, to);
    case 8: return pack_cells<8>(data, space, begin, n, to);
    default: return pack_cells<16>(data, space, begin, n, to);
  }
}

}  // namespace whygrad::kernels::cpu
