// Axes merged, and runs of strided elements copied.
#include "kernels/cpu/strided.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

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

// As memcpy, without its call where there are few bytes: moves of a constant size, the last two of which may overlap.
inline void copy_bytes(const std::byte* from, std::byte* to, std::size_t bytes) {
  const auto move = [&](auto size) {
    constexpr std::size_t kSize = decltype(size)::value;
    std::size_t at = 0;
    for (; at + kSize < bytes; at += kSize) std::memcpy(to + at, from + at, kSize);
    std::memcpy(to + bytes - kSize, from + bytes - kSize, kSize);
  };
  if (bytes > 256) {
    std::memcpy(to, from, bytes);
  } else if (bytes >= 32) {
    move(std::integral_constant<std::size_t, 32>());
  } else if (bytes >= 8) {
    move(std::integral_constant<std::size_t, 8>());
  } else {
    for (std::size_t i = 0; i < bytes; ++i) to[i] = from[i];
  }
}

// Fills `bytes` bytes with repetitions of the first `done` of them.
void repeat_bytes(std::byte* data, std::size_t done, std::size_t bytes) {
  while (done < bytes) {
    const std::size_t more = std::min(done, bytes - done);
    copy_bytes(data, data + done, more);
    done += more;
  }
}

template <std::size_t kSize>
void pack_cells(const std::byte* data, const Space<1>& space, std::int64_t begin, std::int64_t n, std::byte* to) {
  const std::int64_t row_size = space.row_size(), stride = space.row_stride(0);
  const bool rows_repeat = space.rank > 1 && space.strides[0][space.rank - 2] == 0;
  RowCursor<1> row(space, begin / row_size);
  std::int64_t column = begin % row_size;
  while (n > 0) {
    const std::int64_t count = std::min(n, row_size - column);
    const std::byte* const from = data + (row.offset(0) + column * stride) * static_cast<std::int64_t>(kSize);
    const std::size_t bytes = static_cast<std::size_t>(count) * kSize;
    if (stride == 1) {
      copy_bytes(from, to, bytes);
    } else {
      copy_cells<kSize>(from, stride, to, count);
    }
    std::int64_t rows = 1;
    if (rows_repeat && column == 0) {
      rows = std::max<std::int64_t>(std::min(row.left(), n / row_size), 1);
      repeat_bytes(to, bytes, static_cast<std::size_t>(rows) * bytes);
    }
    column = 0;
    to += static_cast<std::size_t>(rows) * bytes;
    n -= rows * count;
    row.next(rows);
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
