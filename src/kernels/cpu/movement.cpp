// Copies from one layout to another, fills and ranges.
#include "kernels/movement.hpp"
#include "kernels/cpu/table.hpp"

#include "device/parallel.hpp"
#include "kernels/cpu/halves.hpp"
#include "kernels/cpu/strided.hpp"

#include <whygrad/base/error.hpp>

#include <algorithm>
#include <cstring>
#include <string>

namespace whygrad::kernels::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 16;
constexpr std::int64_t kTile = 32;  // so that a tile of the widest elements takes a third of L1

template <std::size_t kSize>
struct Cell {
  std::byte bytes[kSize];
};

// to[r * to_row + c * to_column] = from[r * from_row + c * from_column] for one tile, by way of a buffer: so each line of either side is used up at
// once, and lines that share a cache set (a power of two apart, as in large matrices) do not evict each other halfway.
template <std::size_t kSize>
void transpose_tile(const std::byte* from, std::int64_t from_row, std::int64_t from_column, std::byte* to, std::int64_t to_row,
                    std::int64_t to_column, std::int64_t rows, std::int64_t columns) {
  const auto* source = reinterpret_cast<const Cell<kSize>*>(from);
  auto* target = reinterpret_cast<Cell<kSize>*>(to);
  Cell<kSize> tile[kTile * kTile];
  for (std::int64_t c = 0; c < columns; ++c) {
    for (std::int64_t r = 0; r < rows; ++r) tile[c * kTile + r] = source[r * from_row + c * from_column];
  }
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) target[r * to_row + c * to_column] = tile[c * kTile + r];
  }
}

using Tile = void (*)(const std::byte*, std::int64_t, std::int64_t, std::byte*, std::int64_t, std::int64_t, std::int64_t, std::int64_t);
Tile tile_for(std::size_t size) {
  switch (size) {
    case 1: return transpose_tile<1>;
    case 2: return transpose_tile<2>;
    case 4: return transpose_tile<4>;
    case 8: return transpose_tile<8>;
    default: return transpose_tile<16>;
  }
}

// View 0 is the source and view 1 the target of a copy.
enum { kFrom, kTo };

// Whole rows where both sides have them without gaps.
void copy_rows(const Space<2>& space, const std::byte* from, std::byte* to, std::int64_t size, std::int64_t total) {
  const std::int64_t row_size = space.row_size();
  device::parallel_for(total, kGrain, [&](std::int64_t begin, std::int64_t end) {
    RowCursor<2> row(space, begin / row_size);
    for (std::int64_t column = begin % row_size; begin < end; column = 0, row.next()) {
      const std::int64_t n = std::min(end - begin, row_size - column);
      std::memcpy(to + (row.offset(kTo) + column) * size, from + (row.offset(kFrom) + column) * size, static_cast<std::size_t>(n * size));
      begin += n;
    }
  });
}

std::int64_t magnitude(std::int64_t stride) { return stride < 0 ? -stride : stride; }

// Moves axis `from` to position `to`, the others keeping their order.
void move_axis(Space<2>& space, int from, int to) {
  const auto rotate = [&](std::int64_t* values) {
    if (from < to) std::rotate(values + from, values + from + 1, values + to + 1);
    if (from > to) std::rotate(values + to, values + from, values + from + 1);
  };
  rotate(space.shape);
  rotate(space.strides[kFrom]);
  rotate(space.strides[kTo]);
}

// Puts the axis of the target's smallest stride last and the one of the source's smallest stride before it: the plane in which tiles lie.
void order_axes(Space<2>& space) {
  const int last = space.rank - 1;
  const auto nearest = [&](int view, int count) {
    int best = count - 1;
    for (int axis = count - 1; axis >= 0; --axis) {
      if (magnitude(space.strides[view][axis]) < magnitude(space.strides[view][best])) best = axis;
    }
    return best;
  };
  move_axis(space, nearest(kTo, space.rank), last);
  if (space.rank > 1) move_axis(space, nearest(kFrom, last), last - 1);
}

// Axes in any order: tiles over the two fastest axes, so that each cache line of either side is used up while it is near.
void copy_tiles(Space<2> space, const std::byte* from, std::byte* to, std::size_t size) {
  order_axes(space);
  if (space.rank == 1) {  // one line is a plane of one row
    space.rank = 2;
    move_axis(space, 0, 1);
    space.shape[0] = 1;
    space.strides[kFrom][0] = space.strides[kTo][0] = 0;
  }
  const int last = space.rank - 1;
  const std::int64_t rows = space.shape[last - 1], columns = space.shape[last];
  const std::int64_t tiles_down = (rows + kTile - 1) / kTile, tiles_across = (columns + kTile - 1) / kTile;
  Space<2> planes = space;  // its rows stand for planes
  planes.rank = last;
  const std::int64_t* from_stride = space.strides[kFrom] + last - 1;
  const std::int64_t* to_stride = space.strides[kTo] + last - 1;
  std::int64_t plane_count = 1;
  for (int axis = 0; axis < last - 1; ++axis) plane_count *= space.shape[axis];
  const Tile tile = tile_for(size);
  const std::int64_t bytes = static_cast<std::int64_t>(size);
  device::parallel_for(plane_count * tiles_down, std::max<std::int64_t>(1, kGrain / (kTile * columns)), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t band = begin; band < end; ++band) {
      const RowCursor<2> plane(planes, band / tiles_down);
      const std::int64_t r = band % tiles_down * kTile, height = std::min(kTile, rows - r);
      for (std::int64_t t = 0; t < tiles_across; ++t) {
        const std::int64_t c = t * kTile, width = std::min(kTile, columns - c);
        tile(from + (plane.offset(kFrom) + r * from_stride[0] + c * from_stride[1]) * bytes, from_stride[0], from_stride[1],
             to + (plane.offset(kTo) + r * to_stride[0] + c * to_stride[1]) * bytes, to_stride[0], to_stride[1], height, width);
      }
    }
  });
}

template <class T>
void range_as(const View& out, const void* start, const void* step) {
  // Integers count in unsigned steps, which wrap; floats multiply, which does not pile up rounding errors as adding would.
  using Steps = std::conditional_t<std::is_integral_v<T>, std::uint64_t, T>;
  const Steps first = static_cast<Steps>(*static_cast<const T*>(start)), by = static_cast<Steps>(*static_cast<const T*>(step));
  T* to = out.as<T>();
  device::parallel_for(out.size(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) to[i] = static_cast<T>(first + static_cast<Steps>(i) * by);
  });
}
template <class H>
void range_as_half(const View& out, const void* start, const void* step) {
  const float first = static_cast<float>(*static_cast<const H*>(start)), by = static_cast<float>(*static_cast<const H*>(step));
  H* to = out.as<H>();
  for (std::int64_t i = 0, n = out.size(); i < n; ++i) to[i] = H(first + static_cast<float>(i) * by);
}

template <std::size_t kSize>
void fill_cells(const View& out, const void* element) {
  Cell<kSize> cell;
  std::memcpy(&cell, element, kSize);
  auto* to = out.as<Cell<kSize>>();
  if (!out.contiguous()) {
    const std::int64_t still[kMaxRank] = {};
    return cpu::copy(out.under(&cell, out.shape, still, out.rank), out);
  }
  device::parallel_for(out.size(), kGrain, [&](std::int64_t begin, std::int64_t end) { std::fill(to + begin, to + end, cell); });
}

}  // namespace

void copy(const View& x, const View& out) {
  const std::int64_t total = x.size();
  if (total == 0) return;
  const Space<2> space = merge_axes<2>({&x, &out});
  const std::byte* from = x.as<const std::byte>();
  const std::size_t size = size_of(x.dtype);
  const bool has_rows = space.row_stride(kFrom) == 1 && space.row_stride(kTo) == 1;
  if (has_rows || total == 1) return copy_rows(space, from, out.as<std::byte>(), static_cast<std::int64_t>(size), total);
  copy_tiles(space, from, out.as<std::byte>(), size);
}

void fill(const View& out, const void* element) {
  switch (size_of(out.dtype)) {
    case 1: return fill_cells<1>(out, element);
    case 2: return fill_cells<2>(out, element);
    case 4: return fill_cells<4>(out, element);
    case 8: return fill_cells<8>(out, element);
    default: return fill_cells<16>(out, element);
  }
}

void range(const View& out, const void* start, const void* step) {
  switch (out.dtype) {
    case DType::kU8:  // an unsigned type has the bits of the signed one of its width
    case DType::kI8: return range_as<std::int8_t>(out, start, step);
    case DType::kU16:
    case DType::kI16: return range_as<std::int16_t>(out, start, step);
    case DType::kU32:
    case DType::kI32: return range_as<std::int32_t>(out, start, step);
    case DType::kU64:
    case DType::kI64: return range_as<std::int64_t>(out, start, step);
    case DType::kF16: return range_as_half<Half>(out, start, step);
    case DType::kBF16: return range_as_half<BFloat16>(out, start, step);
    case DType::kF32: return range_as<float>(out, start, step);
    case DType::kF64: return range_as<double>(out, start, step);
    default: throw InternalError("range", "no loop for dtype " + std::string(name_of(out.dtype)));
  }
}

void band_part(const View& x, std::int64_t lower, std::int64_t upper, const View& out) {
  cpu::copy(x, out);
  const std::int64_t rows = out.shape[out.rank - 2], columns = out.shape[out.rank - 1], all = rows + columns;
  const std::int64_t below = std::min(lower, all), above = std::min(upper, all), size = static_cast<std::int64_t>(size_of(out.dtype));
  if (out.size() == 0) return;
  device::parallel_for(out.size() / columns, std::max<std::int64_t>(kGrain / columns, 1), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      auto* cells = out.as<std::byte>() + row * columns * size;
      const std::int64_t kept = std::clamp<std::int64_t>(row % rows - below, 0, columns),
                         last = std::clamp<std::int64_t>(row % rows + above + 1, 0, columns);
      std::memset(cells, 0, static_cast<std::size_t>(kept * size));
      std::memset(cells + last * size, 0, static_cast<std::size_t>((columns - last) * size));
    }
  });
}

}  // namespace whygrad::kernels::cpu
