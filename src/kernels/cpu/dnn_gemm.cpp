// Matrix products without oneDNN: panels of b packed, tiles of c in registers.
#include "kernels/cpu/dnn_gemm.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/dnn_gemm.cpp"
#include "kernels/cpu/simd.hpp"

#include <algorithm>

#include "device/parallel.hpp"

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// NOTE [gemm blocking] A tile of c stays in registers while it runs down one block of k: 6 rows of 4 vectors on AVX-512 and of 2 on AVX2, whose 24
// and 12 accumulators hide the latency of FMA at 10 loads for 24 of them. b is packed one panel at a time, kDepth rows of one tile's width: 32 KiB,
// which stay in L1 while all rows of a pass over it. a is read in place by its strides, as out-of-order execution hides its loads from L2.
constexpr int kRows = 6;
constexpr int kVectors = HWY_TARGET == HWY_AVX3 ? 4 : 2;
constexpr std::int64_t kDepth = 128;
constexpr std::int64_t kRowBlock = 768;

// Rows to multiply for which packing b pays where its rows are contiguous. Measured on one AVX-512 core, for b [256, 1024]: 32 rows take 148 us in
// place and 174 packed, 192 rows 884 and 919, 768 rows are 2 % faster packed.
constexpr std::int64_t kPackRows = 256;

template <class T>
struct Tile {
  const T* a;
  std::int64_t a_row, a_col;
  const T* b;  // rows b_row apart
  std::int64_t b_row;
  std::int64_t depth;
  T* c;
  std::int64_t c_row;
  std::int64_t columns;
  bool accumulate;
};

template <class T, int kTileRows, int kTileVectors>
void run_tile(const Tile<T>& t) {
  using D = hn::ScalableTag<T>;
  const D d;
  constexpr std::int64_t kLanes = HWY_LANES(T);
  hn::VFromD<D> acc[kTileRows][kTileVectors];
  HWY_UNROLL(6)
  for (int i = 0; i < kTileRows; ++i) {
    HWY_UNROLL(4)
    for (int j = 0; j < kTileVectors; ++j) acc[i][j] = hn::Zero(d);
  }
  // Only the last vector of a row may reach past the last column.
  const auto inside = hn::FirstN(d, static_cast<std::size_t>(t.columns - (kTileVectors - 1) * kLanes));
  const T *a = t.a, *b = t.b;
  const std::int64_t a_row = t.a_row, a_col = t.a_col, b_row = t.b_row;
  for (std::int64_t k = t.depth; k > 0; --k, a += a_col, b += b_row) {
    hn::VFromD<D> row[kTileVectors];
    for (int j = 0; j < kTileVectors - 1; ++j) row[j] = hn::LoadU(d, b + j * kLanes);
    row[kTileVectors - 1] = hn::MaskedLoad(inside, d, b + (kTileVectors - 1) * kLanes);
    for (int i = 0; i < kTileRows; ++i) {
      const auto element = hn::Set(d, a[i * a_row]);
      for (int j = 0; j < kTileVectors; ++j) acc[i][j] = hn::MulAdd(element, row[j], acc[i][j]);
    }
  }
  HWY_UNROLL(6)
  for (int i = 0; i < kTileRows; ++i) {
    T* c = t.c + i * t.c_row;
    HWY_UNROLL(4)
    for (int j = 0; j < kTileVectors - 1; ++j, c += kLanes) hn::StoreU(t.accumulate ? hn::Add(hn::LoadU(d, c), acc[i][j]) : acc[i][j], d, c);
    const auto last = acc[i][kTileVectors - 1];
    hn::BlendedStore(t.accumulate ? hn::Add(hn::MaskedLoad(inside, d, c), last) : last, inside, d, c);
  }
}

template <class T, int kTileVectors>
void run_rows(std::int64_t rows, const Tile<T>& t) {
  static_assert(kRows == 6);
  switch (rows) {
    case 1: return run_tile<T, 1, kTileVectors>(t);
    case 2: return run_tile<T, 2, kTileVectors>(t);
    case 3: return run_tile<T, 3, kTileVectors>(t);
    case 4: return run_tile<T, 4, kTileVectors>(t);
    case 5: return run_tile<T, 5, kTileVectors>(t);
    default: return run_tile<T, 6, kTileVectors>(t);
  }
}

template <class T>
void run(std::int64_t rows, std::int64_t vectors, const Tile<T>& t) {
  if (vectors == 1) return run_rows<T, 1>(rows, t);
  if (vectors == 2) return run_rows<T, 2>(rows, t);
  if constexpr (kVectors > 2) return vectors == 3 ? run_rows<T, 3>(rows, t) : run_rows<T, 4>(rows, t);
}

// A panel of b: `depth` rows of `columns` elements.
template <class T>
struct Panel {
  const T* b;
  std::int64_t b_row, b_col, depth, columns;
};

#if HWY_TARGET != HWY_SCALAR
// Transposes the square block whose rows (columns of b) start `from_row` apart; its side is what fits 128 bits.
template <class T>
void transpose_block(const T* from, std::int64_t from_row, T* to, std::int64_t to_row) {
  const hn::FixedTag<T, 16 / sizeof(T)> d;
  if constexpr (sizeof(T) == 4) {
    const auto r0 = hn::LoadU(d, from), r1 = hn::LoadU(d, from + from_row), r2 = hn::LoadU(d, from + 2 * from_row),
               r3 = hn::LoadU(d, from + 3 * from_row);
    const auto low02 = hn::InterleaveLower(d, r0, r2), low13 = hn::InterleaveLower(d, r1, r3);
    const auto high02 = hn::InterleaveUpper(d, r0, r2), high13 = hn::InterleaveUpper(d, r1, r3);
    hn::StoreU(hn::InterleaveLower(d, low02, low13), d, to);
    hn::StoreU(hn::InterleaveUpper(d, low02, low13), d, to + to_row);
    hn::StoreU(hn::InterleaveLower(d, high02, high13), d, to + 2 * to_row);
    hn::StoreU(hn::InterleaveUpper(d, high02, high13), d, to + 3 * to_row);
  } else {
    const auto r0 = hn::LoadU(d, from), r1 = hn::LoadU(d, from + from_row);
    hn::StoreU(hn::InterleaveLower(d, r0, r1), d, to);
    hn::StoreU(hn::InterleaveUpper(d, r0, r1), d, to + to_row);
  }
}
#endif

// Copies a panel into rows of `width` elements, zeros at their ends.
template <class T>
void pack(const Panel<T>& p, std::int64_t width, T* out) {
  const hn::ScalableTag<T> d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t row = 0;
  if (p.b_col == 1 && p.columns == width) {
    for (; row < p.depth; ++row) {
      for (std::int64_t j = 0; j < width; j += lanes) hn::StoreU(hn::LoadU(d, p.b + row * p.b_row + j), d, out + row * width + j);
    }
  }
#if HWY_TARGET != HWY_SCALAR
  constexpr std::int64_t kSide = 16 / sizeof(T);
  if (p.b_row == 1 && p.columns == width) {
    // One cache line of each column at a time: where columns are a power of two apart, the lines of the next columns drive it out.
    constexpr std::int64_t kLine = 64 / sizeof(T);
    while (row + kSide <= p.depth) {
      const std::int64_t end = row + std::min(kLine, (p.depth - row) / kSide * kSide);
      for (std::int64_t j = 0; j < width; j += kSide) {
        for (std::int64_t i = row; i < end; i += kSide) transpose_block(p.b + i + j * p.b_col, p.b_col, out + i * width + j, width);
      }
      row = end;
    }
  }
#endif
  for (; row < p.depth; ++row) {
    for (std::int64_t j = 0; j < p.columns; ++j) out[row * width + j] = p.b[row * p.b_row + j * p.b_col];
    std::fill(out + row * width + p.columns, out + (row + 1) * width, T{0});
  }
}

template <class T>
void serial_gemm(const Gemm<T>& g) {
  constexpr std::int64_t kLanes = HWY_LANES(T), kWidth = kVectors * kLanes;
  HWY_ALIGN T packed[kDepth * kWidth];
  for (std::int64_t m0 = 0; m0 < g.m; m0 += kRowBlock) {
    const std::int64_t rows = std::min(kRowBlock, g.m - m0), tiles = (rows + kRows - 1) / kRows;
    for (std::int64_t k0 = 0; k0 < g.k; k0 += kDepth) {
      for (std::int64_t n0 = 0; n0 < g.n; n0 += kWidth) {
        const Panel<T> panel{g.b + k0 * g.b_row + n0 * g.b_col, g.b_row, g.b_col, std::min(kDepth, g.k - k0), std::min(kWidth, g.n - n0)};
        const std::int64_t vectors = (panel.columns + kLanes - 1) / kLanes;
        const bool in_place = rows < kPackRows && g.b_col == 1;
        if (!in_place) pack(panel, vectors * kLanes, packed);
        for (std::int64_t i = 0; i < tiles; ++i) {
          const std::int64_t from = m0 + rows * i / tiles, to = m0 + rows * (i + 1) / tiles;
          run<T>(to - from, vectors,
                 {.a = g.a + from * g.a_row + k0 * g.a_col,
                  .a_row = g.a_row,
                  .a_col = g.a_col,
                  .b = in_place ? panel.b : packed,
                  .b_row = in_place ? g.b_row : vectors * kLanes,
                  .depth = panel.depth,
                  .c = g.c + from * g.c_row + n0,
                  .c_row = g.c_row,
                  .columns = panel.columns,
                  .accumulate = g.accumulate || k0 > 0});
        }
      }
    }
  }
}

void gemm_f32(const Gemm<float>& g) { serial_gemm(g); }
void gemm_f64(const Gemm<double>& g) { serial_gemm(g); }

}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whygrad::kernels::cpu {
namespace {

HWY_EXPORT(gemm_f32);
HWY_EXPORT(gemm_f64);

// Multiplications that a further thread is worth: what one core does in some ten microseconds. It has to fetch operands of which another core wrote a
// part.
constexpr std::int64_t kGrain = 1 << 19;

// Cuts the longer side of c, at the borders of tiles where it is wide enough.
template <class T, class Serial>
void parallel_gemm(const Gemm<T>& g, Serial serial) {
  if (g.k == 0) {
    for (std::int64_t i = 0; i < g.m && !g.accumulate; ++i) std::fill_n(g.c + i * g.c_row, g.n, T{0});
    return;
  }
  const bool by_rows = g.m >= g.n;
  const std::int64_t step = by_rows ? 6 : 64, length = by_rows ? g.m : g.n, steps = (length + step - 1) / step;
  const std::int64_t work = g.k * (by_rows ? g.n : g.m) * step;
  device::parallel_for(steps, std::max<std::int64_t>(1, kGrain / std::max<std::int64_t>(1, work)), [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t from = begin * step, size = std::min(length, end * step) - from;
    Gemm<T> part = g;
    if (by_rows) {
      part.a += from * g.a_row;
      part.c += from * g.c_row;
      part.m = size;
    } else {
      part.b += from * g.b_col;
      part.c += from;
      part.n = size;
    }
    serial(part);
  });
}

}  // namespace

void gemm(const Gemm<float>& g) { parallel_gemm(g, HWY_DYNAMIC_DISPATCH(gemm_f32)); }
void gemm(const Gemm<double>& g) { parallel_gemm(g, HWY_DYNAMIC_DISPATCH(gemm_f64)); }

}  // namespace whygrad::kernels::cpu
#endif
