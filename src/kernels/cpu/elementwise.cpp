// Drivers of the elementwise loops: contiguous, broadcast, strided and half-precision operands.
#include "kernels/elementwise.hpp"
#include "kernels/cpu/table.hpp"

#include "device/parallel.hpp"
#include "kernels/cpu/loops.hpp"
#include "kernels/cpu/staging.hpp"
#include "kernels/cpu/strided.hpp"

#include <whygrad/base/error.hpp>

#include <algorithm>
#include <string>

namespace whygrad::kernels::cpu {
namespace {

// Broadcast rows shorter than this go through packed blocks: a call per row would cost more than copying it.
constexpr std::int64_t kShortRow = 16;

[[noreturn]] void refuse(const char* kernel, int op, DType dtype) {
  throw InternalError(kernel, "no loop for op " + std::to_string(op) + " and dtype " + std::string(name_of(dtype)));
}

// The loop for operands that are each contiguous or one element, the common case; null for others.
BinaryLoop flat_loop(const BinaryLoops& loops, const View& a, const View& b) {
  if (is_half(a.dtype)) return nullptr;
  if (!a.contiguous()) return is_scalar(a) && b.contiguous() ? loops.left_scalar : nullptr;
  if (b.contiguous()) return loops.both;
  return is_scalar(b) ? loops.right_scalar : nullptr;
}

void run_flat(BinaryLoop loop, std::int64_t grain, const View& a, const View& b, const View& out) {
  const std::int64_t size = out.size();
  if (size <= grain) return loop(a.data, b.data, out.data, static_cast<std::size_t>(size));
  const std::int64_t in_size = static_cast<std::int64_t>(size_of(a.dtype)), out_size = static_cast<std::int64_t>(size_of(out.dtype));
  const std::int64_t step_a = a.contiguous() ? in_size : 0, step_b = b.contiguous() ? in_size : 0;
  device::parallel_for(size, grain, [&](std::int64_t begin, std::int64_t end) {
    loop(a.as<std::byte>() + begin * step_a, b.as<std::byte>() + begin * step_b, out.as<std::byte>() + begin * out_size,
         static_cast<std::size_t>(end - begin));
  });
}

// Rows in which each operand is a run or one element, at least one of them a run.
struct Rows {
  Space<2> space;
  BinaryLoop loop;
};

// The loop for the rows of broadcast operands; null where their strides or their length call for staging.
Rows rows_of(const BinaryLoops& loops, const View& a, const View& b) {
  Rows rows{merge_axes<2>({&a, &b}), nullptr};
  const std::int64_t stride_a = rows.space.row_stride(0), stride_b = rows.space.row_stride(1);
  if (is_half(a.dtype) || rows.space.row_size() < kShortRow) return rows;
  if (stride_a == 1 && stride_b == 1) rows.loop = loops.both;
  if (stride_a == 0 && stride_b == 1) rows.loop = loops.left_scalar;
  if (stride_a == 1 && stride_b == 0) rows.loop = loops.right_scalar;
  return rows;
}

void run_rows(const Rows& rows, std::int64_t grain, const View& a, const View& b, const View& out) {
  const std::int64_t in_size = static_cast<std::int64_t>(size_of(a.dtype)), out_size = static_cast<std::int64_t>(size_of(out.dtype));
  const std::int64_t row_size = rows.space.row_size();
  const std::int64_t step_a = rows.space.row_stride(0) * in_size, step_b = rows.space.row_stride(1) * in_size;
  device::parallel_for(out.size(), grain, [&](std::int64_t begin, std::int64_t end) {
    RowCursor<2> row(rows.space, begin / row_size);
    for (std::int64_t column = begin % row_size; begin < end; column = 0, row.next()) {
      const std::int64_t n = std::min(end - begin, row_size - column);
      rows.loop(a.as<std::byte>() + row.offset(0) * in_size + column * step_a, b.as<std::byte>() + row.offset(1) * in_size + column * step_b,
                out.as<std::byte>() + begin * out_size, static_cast<std::size_t>(n));
      begin += n;
    }
  });
}

}  // namespace

bool supports(Unary op, DType dtype) { return find_loop(op, dtype).run != nullptr; }
bool supports(Binary op, DType dtype) { return find_loop(op, dtype).both != nullptr; }

void unary(Unary op, const View& x, const View& out) {
  const UnaryLoop loop = find_loop(op, x.dtype).run;
  if (loop == nullptr) refuse("unary", static_cast<int>(op), x.dtype);
  if (is_half(x.dtype) || !x.contiguous()) return run_staged(Halves::kAsFloats, grain_of(op), loop, out, x);
  const std::int64_t in_size = static_cast<std::int64_t>(size_of(x.dtype)), out_size = static_cast<std::int64_t>(size_of(out.dtype));
  device::parallel_for(out.size(), grain_of(op), [&](std::int64_t begin, std::int64_t end) {
    loop(x.as<std::byte>() + begin * in_size, out.as<std::byte>() + begin * out_size, static_cast<std::size_t>(end - begin));
  });
}

void binary(Binary op, const View& a, const View& b, const View& out) {
  const BinaryLoops& loops = find_loop(op, a.dtype);
  if (loops.both == nullptr) refuse("binary", static_cast<int>(op), a.dtype);
  if (const BinaryLoop loop = flat_loop(loops, a, b)) return run_flat(loop, grain_of(op), a, b, out);
  const Rows rows = rows_of(loops, a, b);
  if (rows.loop == nullptr) return run_staged(Halves::kAsFloats, grain_of(op), loops.both, out, a, b);
  run_rows(rows, grain_of(op), a, b, out);
}

}  // namespace whygrad::kernels::cpu
