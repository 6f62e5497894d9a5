// Elements picked and put by position.
#include "kernels/index.hpp"
#include "kernels/cpu/table.hpp"

#include "device/parallel.hpp"
#include "kernels/cpu/dnn_scratch.hpp"
#include "kernels/cpu/strided.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/layout.hpp"
#include "kernels/movement.hpp"

#include <whygrad/base/error.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace whygrad::kernels::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 14;  // elements per thread that are worth a parallel region

std::int64_t product(const std::int64_t* shape, int begin, int end) {
  std::int64_t size = 1;
  for (int i = begin; i < end; ++i) size *= shape[i];
  return size;
}

// The elements of an index view in row-major order.
class Indices {
 public:
  explicit Indices(const View& view) : view_(view), space_(merge_axes<1>({&view})), size_(view.size()) {}

  std::int64_t size() const { return size_; }
  std::int64_t at(std::int64_t i) const {
    const std::int64_t offset = RowCursor<1>(space_, i / space_.row_size()).offset(0) + i % space_.row_size() * space_.row_stride(0);
    return view_.dtype == DType::kI32 ? view_.as<std::int32_t>()[offset] : view_.as<std::int64_t>()[offset];
  }
  // The first position whose index lies outside [0, n), or -1.
  std::int64_t first_outside(std::int64_t n) const {
    for (std::int64_t i = 0; i < size_; ++i) {
      const std::int64_t index = at(i);
      if (index < 0 || index >= n) return i;
    }
    return -1;
  }

 private:
  const View& view_;
  Space<1> space_;
  std::int64_t size_;
};

// A part of a view: the axes [begin, end), starting `offset` elements in.
View part_of(const View& view, int begin, int end, std::int64_t offset) {
  return {view.as<std::byte>() + offset * static_cast<std::int64_t>(size_of(view.dtype)),
          view.shape + begin,
          view.strides + begin,
          end - begin,
          view.dtype,
          view.device};
}

// Offset in `view` of position i (row-major) over the axes [begin, end).
std::int64_t offset_over(const View& view, int begin, int end, std::int64_t i) {
  std::int64_t offset = 0;
  for (int axis = end - 1; axis >= begin; --axis) {
    offset += i % view.shape[axis] * view.strides[axis];
    i /= view.shape[axis];
  }
  return offset;
}

// The part of out that lies inside the padding, which has x's shape.
Layout inside(const View& x, const std::int64_t* before, const View& out) {
  Layout part(out);
  for (int axis = 0; axis < x.rank; ++axis) part = Layout::part(part, axis, before[axis], x.shape[axis]);
  return part;
}

// scatter_add of one batch.
std::int64_t add_slices(const View& indices, const View& updates, int axis, const View& out) {
  const Indices index(indices);
  const std::int64_t n = out.shape[axis];
  if (const std::int64_t bad = index.first_outside(n); bad >= 0) return bad;
  const std::int64_t outer = product(out.shape, 0, axis), inner = product(out.shape, axis + 1, out.rank), picks = index.size();
  if (outer * inner * picks == 0) return -1;
  const int tail = out.rank - axis - 1;  // axes within one slice
  const Binary sum = out.dtype == DType::kBool ? Binary::kLogicalOr : Binary::kAdd;
  // Threads share the outer positions, never the picks: two picks may name the same slice of out.
  device::parallel_for(outer, std::max<std::int64_t>(kGrain / (inner * picks), 1), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t o = begin; o < end; ++o) {
      for (std::int64_t p = 0; p < picks; ++p) {
        const View update = part_of(updates, updates.rank - tail, updates.rank, offset_over(updates, 0, updates.rank - tail, o * picks + p));
        const View slice = part_of(out, axis + 1, out.rank, (o * n + index.at(p)) * inner);
        cpu::binary(sum, slice, update, slice);
      }
    }
  });
  return -1;
}

}  // namespace

std::int64_t gather(const View& params, const View& indices, int axis, int batch_dims, const View& out) {
  const Indices index(indices);
  const std::int64_t n = params.shape[axis];
  if (const std::int64_t bad = index.first_outside(n); bad >= 0) return bad;
  const std::int64_t batches = product(params.shape, 0, batch_dims), outer = product(params.shape, batch_dims, axis);
  const std::int64_t inner = product(params.shape, axis + 1, params.rank);
  if (out.size() == 0) return -1;
  const std::int64_t picks = index.size() / batches, size = static_cast<std::int64_t>(size_of(params.dtype));
  const Space<1> slice = [&] {
    const View view = part_of(params, axis + 1, params.rank, 0);
    return merge_axes<1>({&view});
  }();
  device::parallel_for(batches * outer * picks, std::max<std::int64_t>(kGrain / inner, 1), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t batch = i / (outer * picks), from_outer = i / picks;
      const std::int64_t picked = index.at(batch * picks + i % picks);
      const std::int64_t offset = offset_over(params, 0, axis, from_outer) + picked * params.strides[axis];
      pack(params.as<const std::byte>() + offset * size, slice, static_cast<std::size_t>(size), 0, inner, out.as<std::byte>() + i * inner * size);
    }
  });
  return -1;
}

std::int64_t scatter_add(const View& indices, const View& updates, int axis, int batch_dims, const View& out) {
  const std::int64_t batches = product(out.shape, 0, batch_dims), picks = product(indices.shape, batch_dims, indices.rank);
  const auto part = [&](const View& v, std::int64_t batch) { return part_of(v, batch_dims, v.rank, offset_over(v, 0, batch_dims, batch)); };
  for (std::int64_t batch = 0; batch < batches; ++batch) {
    const std::int64_t bad = add_slices(part(indices, batch), part(updates, batch), axis - batch_dims, part(out, batch));
    if (bad >= 0) return batch * picks + bad;
  }
  return -1;
}

void one_hot(const View& indices, int axis, const void* on, const void* off, const View& out) {
  cpu::fill(out, off);
  const Indices index(indices);
  const std::int64_t depth = out.shape[axis], inner = product(out.shape, axis + 1, out.rank);
  const std::size_t size = size_of(out.dtype);
  for (std::int64_t i = 0; i < index.size(); ++i) {
    const std::int64_t hot = index.at(i);
    if (hot < 0 || hot >= depth) continue;
    const std::int64_t at = (i / inner * depth + hot) * inner + i % inner;
    std::memcpy(out.as<std::byte>() + at * static_cast<std::int64_t>(size), on, size);
  }
}

void pad(const View& x, const std::int64_t* before, const void* value, const View& out) {
  cpu::fill(out, value);
  cpu::copy(x, inside(x, before, out));
}

void mirror_pad(const View& x, const std::int64_t* before, Mirror mode, const View& out) {
  cpu::copy(x, inside(x, before, out));
  // Axis by axis, the border is filled from what stands in out already; by the last axis the corners are there too.
  std::array<std::int64_t, kMaxRank> shape, start;
  std::copy(x.shape, x.shape + x.rank, shape.begin());
  std::copy(before, before + x.rank, start.begin());
  const std::int64_t size = static_cast<std::int64_t>(size_of(out.dtype));
  const std::int64_t skip = mode == Mirror::kReflect ? 1 : 0;
  for (int axis = 0; axis < x.rank; ++axis) {
    const std::int64_t stride = out.strides[axis], first = start[axis], last = first + x.shape[axis] - 1;
    const std::int64_t after = out.shape[axis] - 1 - last;
    // Copies `count` planes beginning at `from`, walking backwards, to planes beginning at `to`, walking forwards.
    const auto mirror = [&](std::int64_t from, std::int64_t to, std::int64_t count) {
      std::int64_t origin = 0;
      for (int other = 0; other < x.rank; ++other) origin += other == axis ? 0 : start[other] * out.strides[other];
      std::array<std::int64_t, kMaxRank> backwards;
      std::copy(out.strides, out.strides + x.rank, backwards.begin());
      backwards[axis] = -stride;
      shape[axis] = count;
      cpu::copy(out.under(out.as<std::byte>() + (origin + from * stride) * size, shape.data(), backwards.data(), x.rank),
                out.under(out.as<std::byte>() + (origin + to * stride) * size, shape.data(), out.strides, x.rank));
    };
    mirror(first + skip + first - 1, 0, first);
    mirror(last - skip, last + 1, after);
    shape[axis] = out.shape[axis];
    start[axis] = 0;
  }
}

void reverse(const View& x, std::uint32_t axes_mask, const View& out) {
  std::array<std::int64_t, kMaxRank> strides;
  std::int64_t offset = 0;
  for (int axis = 0; axis < x.rank; ++axis) {
    const bool flips = (axes_mask >> axis & 1u) != 0;
    strides[axis] = flips ? -x.strides[axis] : x.strides[axis];
    if (flips && x.shape[axis] > 0) offset += (x.shape[axis] - 1) * x.strides[axis];
  }
  cpu::copy(x.under(x.as<std::byte>() + offset * static_cast<std::int64_t>(size_of(x.dtype)), x.shape, strides.data(), x.rank), out);
}

IntegerRange integer_range(const View& x) {
  const Staged wide(x, DType::kI64);
  const std::int64_t n = x.size();
  if (n == 0) return {0, -1};
  const auto* element = wide.view().as<const std::int64_t>();
  IntegerRange range{element[0], element[0]};
  for (std::int64_t i = 1; i < n; ++i) range = {std::min(range.smallest, element[i]), std::max(range.largest, element[i])};
  return range;
}

std::int64_t first_outside(const View& x, std::int64_t begin, std::int64_t end) {
  const Staged wide(x, DType::kI64);
  const auto* first = wide.view().as<const std::int64_t>();
  const auto* last = first + x.size();
  const auto* found = std::find_if(first, last, [=](std::int64_t i) { return i < begin || i >= end; });
  return found == last ? -1 : found - first;
}

}  // namespace whygrad::kernels::cpu
