// Kernels that pick elements by position. Inputs may have any strides, outputs are contiguous. dtype: any, the same for data and out.
#pragma once

#include "kernels/view.hpp"

#include <cstdint>

namespace whygrad::kernels {

// out[b.., o.., i.., k..] = params[b.., o.., indices[b.., i..], k..], where b are the `batch_dims` leading axes, o those up to `axis`.
// params [b.., o.., n, k..]; indices i32 or i64 [b.., i..]. Returns -1, or the position (row-major) of the first index outside [0, n); out is then
// unspecified.
std::int64_t gather(const View& params, const View& indices, int axis, int batch_dims, const View& out);

// The gradient of gather: out[b.., o.., indices[b.., i..], k..] += updates[b.., o.., i.., k..]. `out` holds the initial values; for bools the sum is
// "or". Repeated indices add in row-major order of `indices`, so the result is deterministic. Returns as gather does; after a bad index out is
// unspecified if there are batches, and unchanged otherwise.
std::int64_t scatter_add(const View& indices, const View& updates, int axis, int batch_dims, const View& out);

// out[.., d, ..] = indices[.., ..] == d ? on : off, with the new axis at position `axis` of out. indices i32 or i64; an index outside [0, depth)
// gives a row of `off`. `on` and `off` point at one element of out's dtype.
void one_hot(const View& indices, int axis, const void* on, const void* off, const View& out);

// out[i] = x[i - before] inside x and `*value` outside. `before` has one entry per axis; the rest of out's shape is the padding after x.
void pad(const View& x, const std::int64_t* before, const void* value, const View& out);

// Padding that mirrors x at its borders: without the border element itself (TensorFlow's REFLECT; padding < size) or with it (SYMMETRIC; <= size).
enum class Mirror : std::uint8_t { kReflect, kSymmetric };
void mirror_pad(const View& x, const std::int64_t* before, Mirror mode, const View& out);

// Reverses the axes whose bit is set in `axes_mask`.
void reverse(const View& x, std::uint32_t axes_mask, const View& out);

// The smallest and the largest element of integers x; {0, -1} if there are none.
struct IntegerRange {
  std::int64_t smallest, largest;
};
IntegerRange integer_range(const View& x);

// The row-major position of the first element of integers x that is not in [begin, end), or -1.
std::int64_t first_outside(const View& x, std::int64_t begin, std::int64_t end);

}  // namespace whygrad::kernels
