// Products of matrices, of any layout and dtype.
#include "kernels/cpu/table.hpp"
#include "kernels/matmul.hpp"

#include <whygrad/base/error.hpp>

#include <algorithm>
#include <complex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "device/parallel.hpp"
#include "kernels/cpu/dnn_engine.hpp"
#include "kernels/cpu/dnn_gemm.hpp"
#include "kernels/cpu/dnn_scratch.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/movement.hpp"

namespace whygrad::kernels::cpu {
namespace {

// Element arithmetic of the plain loop. Integers wrap, which only the unsigned types may; complex products skip the C library's repair of infinities,
// as TensorFlow's do.
template <class T>
T multiply_add(T sum, T a, T b) {
  if constexpr (is_complex(dtype_of<T>)) {
    return {sum.real() + (a.real() * b.real() - a.imag() * b.imag()), sum.imag() + (a.real() * b.imag() + a.imag() * b.real())};
  } else {
    using Wide = std::uint64_t;
    return static_cast<T>(static_cast<Wide>(sum) + static_cast<Wide>(a) * static_cast<Wide>(b));
  }
}

template <class T>
void product(const Gemm<T>& g) {
  const std::int64_t row_work = std::max<std::int64_t>(1, g.n * g.k);
  device::parallel_for(g.m, std::max<std::int64_t>(1, (1 << 14) / row_work), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      T* c = g.c + i * g.c_row;
      if (!g.accumulate) std::fill_n(c, g.n, T{});
      for (std::int64_t p = 0; p < g.k; ++p) {
        const T a = g.a[i * g.a_row + p * g.a_col];
        const T* b = g.b + p * g.b_row;
        for (std::int64_t j = 0; j < g.n; ++j) c[j] = multiply_add(c[j], a, b[j * g.b_col]);
      }
    }
  });
}

void product(const Gemm<double>& g) { gemm(g); }

// An operand as BLAS wants it: rows of a row-major (or, transposed, of a column-major) matrix `leading` elements apart.
struct BlasOperand {
  char transposed;
  std::int64_t leading;
};
std::optional<BlasOperand> blas_operand(std::int64_t rows, std::int64_t columns, std::int64_t row_stride, std::int64_t column_stride) {
  if (columns == 1) column_stride = 1;
  if (column_stride == 1 && (rows == 1 || row_stride >= columns)) return BlasOperand{'N', rows == 1 ? columns : row_stride};
  if (rows == 1) row_stride = 1;
  if (row_stride == 1 && (columns == 1 || column_stride >= rows)) return BlasOperand{'T', columns == 1 ? rows : column_stride};
  return std::nullopt;
}

// NOTE [which product is whose]
// Our gemm's time in oneDNN's sgemm's, both at their best of many runs on one AVX-512 core: 0.21 for 8^3, 0.72 for 32^3, 0.88 for 64^3, 1.02 for
// 96^3. Few rows suit gemm, which reads a b in place that the L2 cache holds: 0.99 for 16 and 32 rows of b [256, 1024], as those of a recurrent
// layer; 1 to 1.15 if b is larger, and 2 for one row of it. Where b is stored by columns both pack it, sgemm more slowly from 16 rows on: gemm takes
// 0.52 of its time for 16 rows and b [1024, 256], 0.61 for 32, 0.83 for 128 and 0.98 for 192. Fewer rows of such a b, and one column, do not pay
// packing back: 2 to 6 times sgemm's time. oneDNN's matmul primitive needs 1.05 to 1.3 of sgemm's time on the products of a dense layer, as it copies
// b at each call.
constexpr std::int64_t kPackedRows = 12, kFewRows = 48, kFewRowsToPack = 160, kSmallB = 1 << 19;
bool suits_gemm(const Gemm<float>& g) {
  const std::int64_t work = g.m * g.n * g.k;
  if (work == 0) return true;
  if (g.n == 1 || (g.b_col != 1 && g.m < kPackedRows)) return false;
  if (work <= 64 * 64 * 64) return true;
  return g.k * g.n <= kSmallB && g.m >= 4 && g.m <= (g.b_col == 1 ? kFewRows : kFewRowsToPack);
}

// A product cut into blocks of c, one for each thread. Ends are multiples of what oneDNN computes at once.
class Blocks {
 public:
  // A block copies its rows of a and its columns of b, so the grid is the one whose blocks have the least of both.
  Blocks(const Gemm<float>& g, int threads) : g_(g) {
    for (int rows = 1; rows <= threads; ++rows) {
      const int columns = threads / rows;
      if (rows * columns != threads || rows > (g.m + kRows - 1) / kRows || columns > (g.n + kColumns - 1) / kColumns) continue;
      if (count() == 0 || g.m / rows + g.n / columns < g.m / rows_ + g.n / columns_) rows_ = rows, columns_ = columns;
    }
  }
  // 0 where c has too few rows and columns.
  int count() const { return rows_ * columns_; }

  Gemm<float> block(int number) const {
    Gemm<float> g = g_;
    const auto [row, end_row] = cut(g.m, kRows, rows_, number / columns_);
    const auto [column, end_column] = cut(g.n, kColumns, columns_, number % columns_);
    g.m = end_row - row;
    g.n = end_column - column;
    g.a += row * g.a_row;
    g.b += column * g.b_col;
    g.c += row * g.c_row + column;
    return g;
  }

 private:
  static constexpr std::int64_t kRows = 8, kColumns = 16;
  static std::pair<std::int64_t, std::int64_t> cut(std::int64_t length, std::int64_t step, int parts, int part) {
    const std::int64_t steps = (length + step - 1) / step;
    return {steps * part / parts * step, std::min(length, steps * (part + 1) / parts * step)};
  }

  const Gemm<float>& g_;
  int rows_ = 0, columns_ = 0;
};

// The layouts are those of the whole product, of which g may be a block.
void sgemm(const Gemm<float>& g, const BlasOperand& a, const BlasOperand& b) {
  const auto status =
      dnnl_sgemm(a.transposed, b.transposed, g.m, g.n, g.k, 1.0f, g.a, a.leading, g.b, b.leading, g.accumulate ? 1.0f : 0.0f, g.c, g.c_row);
  if (status != dnnl_success) gemm(g);  // it fails for want of memory only, and gemm needs none
}

// Multiplications that a further thread is worth, as in dnn_gemm.cpp.
constexpr std::int64_t kGrain = 1 << 19;

void product(const Gemm<float>& g) {
  const auto a = blas_operand(g.m, g.k, g.a_row, g.a_col), b = blas_operand(g.k, g.n, g.b_row, g.b_col);
  if (suits_gemm(g) || !a || !b) return gemm(g);
  const int threads = static_cast<int>(std::min<std::int64_t>(dnn_threads(), 1 + g.m * g.n * g.k / kGrain));
  const Blocks blocks(g, threads);
  if (blocks.count() == 0) {  // few sums of very many numbers: oneDNN cuts the sums
    const DnnThreads own(threads);
    return sgemm(g, *a, *b);
  }
  device::parallel_pieces(blocks.count(), [&](int number) {
    const DnnThreads own(1);
    sgemm(blocks.block(number), *a, *b);
  });
}

// Where one matrix of an operand lies: the batch axes, then rows and columns in the product's sense.
struct Matrices {
  Matrices(const View& view, bool transposed) : batch_strides(view.strides), row(view.strides[view.rank - 2]), column(view.strides[view.rank - 1]) {
    if (transposed) std::swap(row, column);
  }
  const std::int64_t* batch_strides;
  std::int64_t row, column;
};

struct BatchOffsets {
  std::int64_t a = 0, b = 0;
};
// The offsets of one product's matrices, from its row-major number.
BatchOffsets batch_offsets(std::int64_t number, const View& out, const Matrices& a, const Matrices& b) {
  BatchOffsets offsets;
  for (int axis = out.rank - 3; axis >= 0; --axis) {
    const std::int64_t index = number % out.shape[axis];
    number /= out.shape[axis];
    offsets.a += index * a.batch_strides[axis];
    offsets.b += index * b.batch_strides[axis];
  }
  return offsets;
}

// True where the batch of a is one tall matrix and all share one b: a dense layer on [batch, time, features].
bool folds_into_rows(const View& out, const Matrices& a, const Matrices& b) {
  std::int64_t expected = a.row * out.shape[out.rank - 2];
  for (int axis = out.rank - 3; axis >= 0; --axis) {
    if (out.shape[axis] != 1 && (b.batch_strides[axis] != 0 || a.batch_strides[axis] != expected)) return false;
    expected *= out.shape[axis];
  }
  return true;
}

// Calls product(Gemm<T>) for each matrix of the batch, or once for all of them.
template <class T, class Product>
void for_each_product(const View& a_view, const View& b_view, bool transpose_a, bool transpose_b, const View& out, const Product& product_of) {
  const Matrices a(a_view, transpose_a), b(b_view, transpose_b);
  Gemm<T> g{.m = out.shape[out.rank - 2],
            .n = out.shape[out.rank - 1],
            .k = a_view.shape[a_view.rank - (transpose_a ? 2 : 1)],
            .a = a_view.as<const T>(),
            .a_row = a.row,
            .a_col = a.column,
            .b = b_view.as<const T>(),
            .b_row = b.row,
            .b_col = b.column,
            .c = out.as<T>(),
            .c_row = out.shape[out.rank - 1]};
  const std::int64_t matrix = g.m * g.n, batch = matrix == 0 ? 0 : out.size() / matrix;
  if (batch == 0) return;
  if (batch == 1 || folds_into_rows(out, a, b)) {
    g.m *= batch;
    return product_of(g);
  }
  const auto run = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const BatchOffsets offsets = batch_offsets(i, out, a, b);
      Gemm<T> one = g;
      one.a += offsets.a;
      one.b += offsets.b;
      one.c += i * matrix;
      product_of(one);
    }
  };
  // One thread per product where there are enough products; where there are not, each splits itself.
  if (batch < device::thread_count()) return run(0, batch);
  device::parallel_for(batch, std::max<std::int64_t>(1, (1 << 17) / std::max<std::int64_t>(1, matrix * g.k)), run);
}

template <class T>
void products(const View& a, const View& b, bool transpose_a, bool transpose_b, const View& out, bool accumulate = false) {
  for_each_product<T>(a, b, transpose_a, transpose_b, out, [accumulate](Gemm<T> g) {
    g.accumulate = accumulate;
    product(g);
  });
}

// out = act(a @ b + bias) in the dtype T that the product is computed in.
template <class T>
void biased_products(const View& a, const View& b, const View& bias, Activation activation, const View& out) {
  std::int64_t strides[kMaxRank] = {};
  strides[out.rank - 1] = 1;
  cpu::copy(bias.under(bias.data, out.shape, strides, out.rank), out);
  products<T>(a, b, false, false, out, true);
  if (activation == Activation::kRelu) cpu::unary(Unary::kRelu, out, out);
}

// A half-precision operand in f32. Broadcast axes stay broadcast instead of being multiplied out.
class Widened {
 public:
  explicit Widened(const View& x) : single_(single(x)), staged_(single_, DType::kF32), layout_(Layout::broadcast(staged_.view(), extents(x))) {}
  View view() const { return layout_; }

 private:
  static std::span<const std::int64_t> extents(const View& x) { return {x.shape, static_cast<std::size_t>(x.rank)}; }
  // One element of each broadcast axis.
  static Layout single(const View& x) {
    Layout one(x);
    for (int axis = 0; axis < x.rank; ++axis) {
      if (x.strides[axis] == 0) one = Layout::part(one, axis, 0, 1);
    }
    return one;
  }

  Layout single_;
  Staged staged_;
  Layout layout_;
};

dnnl::memory::desc bf16_matrix(std::int64_t rows, std::int64_t columns, const BlasOperand& operand) {
  const bool transposed = operand.transposed == 'T';
  const dnnl::memory::dims strides = {transposed ? 1 : operand.leading, transposed ? operand.leading : 1};
  return {{rows, columns}, dnnl::memory::data_type::bf16, strides};
}

// Whether bf16_product can read the matrices of this operand.
bool is_blas_operand(const View& view) {
  return blas_operand(view.shape[view.rank - 2], view.shape[view.rank - 1], view.strides[view.rank - 2], view.strides[view.rank - 1]).has_value();
}

// c = a @ b (+ bias), rounded once.
void bf16_product(const Gemm<BFloat16>& g, const View* bias) {
  const auto a_layout = *blas_operand(g.m, g.k, g.a_row, g.a_col), b_layout = *blas_operand(g.k, g.n, g.b_row, g.b_col);
  const DnnThreads own(dnn_threads());
  thread_local DnnCache<9, DnnOperation> cache;
  const DnnOperation& operation = cache.find(
      "matmul", {g.m, g.n, g.k, a_layout.transposed, a_layout.leading, b_layout.transposed, b_layout.leading, bias != nullptr, dnn_threads()}, [&] {
        const auto a = bf16_matrix(g.m, g.k, a_layout), b = bf16_matrix(g.k, g.n, b_layout);
        const auto c = bf16_matrix(g.m, g.n, {'N', g.n}), row = bf16_matrix(1, g.n, {'N', g.n});
        dnnl::primitive_attr attributes;
        attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
        const auto description = bias != nullptr ? dnnl::matmul::desc(a, b, row, c) : dnnl::matmul::desc(a, b, c);
        const dnnl::matmul::primitive_desc primitive(description, attributes, dnn_engine());
        return DnnOperation(
            dnnl::matmul(primitive), primitive.scratchpad_desc(),
            {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, c}, {DNNL_ARG_BIAS, bias != nullptr ? row : dnnl::memory::desc()}});
      });
  operation.run({g.a, g.b, g.c, bias != nullptr ? bias->data : nullptr});
}

// f16 and bf16. `bias` may be null.
void half_products(const View& a, const View& b, bool transpose_a, bool transpose_b, const View* bias, Activation activation, const View& out) {
  const bool empty = a.size() == 0 || b.size() == 0;
  if (out.dtype == DType::kBF16 && dnn_has_bf16() && !empty && is_blas_operand(a) && is_blas_operand(b)) {
    for_each_product<BFloat16>(a, b, transpose_a, transpose_b, out, [bias](const Gemm<BFloat16>& g) { bf16_product(g, bias); });
    if (activation == Activation::kRelu) cpu::unary(Unary::kRelu, out, out);
    return;
  }
  const Widened wide_a(a), wide_b(b);
  StagedResult result(out, DType::kF32);
  if (bias != nullptr) {
    biased_products<float>(wide_a.view(), wide_b.view(), Staged(*bias, DType::kF32).view(), activation, result.view());
  } else {
    products<float>(wide_a.view(), wide_b.view(), transpose_a, transpose_b, result.view());
  }
  result.finish();
}

}  // namespace

void matmul(const View& a, const View& b, bool transpose_a, bool transpose_b, const View& out) {
  switch (out.dtype) {
    case DType::kF32: return products<float>(a, b, transpose_a, transpose_b, out);
    case DType::kF64: return products<double>(a, b, transpose_a, transpose_b, out);
    case DType::kF16:
    case DType::kBF16: return half_products(a, b, transpose_a, transpose_b, nullptr, Activation::kNone, out);
    case DType::kC64: return products<std::complex<float>>(a, b, transpose_a, transpose_b, out);
    case DType::kC128: return products<std::complex<double>>(a, b, transpose_a, transpose_b, out);
    case DType::kU8:  // an unsigned type has the bits of the signed one of its width
    case DType::kI8: return products<std::int8_t>(a, b, transpose_a, transpose_b, out);
    case DType::kU16:
    case DType::kI16: return products<std::int16_t>(a, b, transpose_a, transpose_b, out);
    case DType::kU32:
    case DType::kI32: return products<std::int32_t>(a, b, transpose_a, transpose_b, out);
    case DType::kU64:
    case DType::kI64: return products<std::int64_t>(a, b, transpose_a, transpose_b, out);
    case DType::kBool: break;
  }
  throw InternalError("matmul", "no kernel for " + std::string(name_of(out.dtype)));
}

void matmul_add(const View& a, const View& b, bool transpose_a, bool transpose_b, const View& out) {
  switch (out.dtype) {
    case DType::kF32: return products<float>(a, b, transpose_a, transpose_b, out, true);
    case DType::kF64: return products<double>(a, b, transpose_a, transpose_b, out, true);
    default: throw InternalError("matmul_add", "no kernel for " + std::string(name_of(out.dtype)));
  }
}

void matmul_bias(const View& a, const View& b, const View& bias, Activation activation, const View& out) {
  switch (out.dtype) {
    case DType::kF32: return biased_products<float>(a, b, bias, activation, out);
    case DType::kF64: return biased_products<double>(a, b, bias, activation, out);
    case DType::kF16:
    case DType::kBF16: return half_products(a, b, false, false, &bias, activation, out);
    default: throw InternalError("matmul_bias", "no kernel for " + std::string(name_of(out.dtype)));
  }
}

}  // namespace whygrad::kernels::cpu

namespace whygrad::kernels {

bool prefers_rows_of_b(std::int64_t m, std::int64_t n, std::int64_t k) {
  return m >= cpu::kPackedRows && m <= cpu::kFewRows && n > 1 && k * n <= cpu::kSmallB;
}

}  // namespace whygrad::kernels
