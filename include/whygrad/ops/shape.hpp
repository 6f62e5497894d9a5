// Ops that change the layout of a tensor and not its elements. "View" means that the result shares the memory of x and costs no copy. A negative axis
// counts from the end; one out of range throws IndexError. Every op takes every dtype.
#pragma once

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/op.hpp>

#include <array>
#include <limits>
#include <vector>

namespace whygrad {

// ---- The same value ----

// x. View. dx = dy.
WG_API Tensor identity(const Tensor& x, Where where = Where::here());
// The value of a variable as a tensor of its own, which represents this read. View. dx = dy.
WG_API Tensor read_value(const Tensor& x, Where where = Where::here());
// x as a constant: no gradient flows to x. View.
WG_API Tensor stop_gradient(const Tensor& x, Where where = Where::here());
// x in memory of its own, row-major without gaps. dx = dy.
WG_API Tensor copy(const Tensor& x, Where where = Where::here());

// ---- Other shapes ----

// The elements of x in row-major order under another shape, of which one extent may be -1 and is then inferred. View, unless no strides describe the
// result: then the elements are copied first. dx = reshape(dy). Throws ShapeError if the number of elements differs.
WG_API Tensor reshape(const Tensor& x, const Ints& shape, Where where = Where::here());
// x with a new axis of extent 1 at position `axis` of the result: [3, 4] at 0 is [1, 3, 4], at -1 [3, 4, 1]. View.
WG_API Tensor expand_dims(const Tensor& x, std::int64_t axis, Where where = Where::here());
// x without the given axes, or without all axes of extent 1 if none are given. View. Throws ShapeError for an axis of another extent.
WG_API Tensor squeeze(const Tensor& x, const Ints& axes = {}, Where where = Where::here());
// Result axis i is axis perm[i] of x; without perm, the axes in reverse. View. dx = transpose(dy) by the inverse of perm.
WG_API Tensor transpose(const Tensor& x, const Ints& perm = {}, Where where = Where::here());
// x repeated along new leading axes and along its axes of extent 1, as in NumPy. View. dx = dy summed over these. Throws ShapeError.
WG_API Tensor broadcast_to(const Tensor& x, const Shape& shape, Where where = Where::here());

// ---- Slices ----

// In strided_slice: the end of an axis, whatever its extent.
inline constexpr std::int64_t kToEnd = std::numeric_limits<std::int64_t>::max();

// The block of `size` elements from `begin` on, one number of each per axis; a size of -1 takes the rest of the axis. View. dx is dy padded with
// zeros. Throws IndexError if the block is not inside x.
WG_API Tensor slice(const Tensor& x, const Ints& begin, const Ints& size, Where where = Where::here());
// x[begin:end:stride] on each axis as in Python: negative numbers count from the end, bounds outside are clipped to the axis, a negative stride runs
// backwards. Further axes are kept whole; strides default to 1. View. dx is dy padded with zeros. Throws ValueError for a stride of 0.
WG_API Tensor strided_slice(const Tensor& x, const Ints& begin, const Ints& end, const Ints& strides = {}, Where where = Where::here());
// Bit i of a mask changes what entry i of begin, end and strides means. Of several for one entry the first one here counts.
struct SliceMasks {
  std::uint32_t ellipsis = 0;        // it stands for all axes that the others leave over
  std::uint32_t new_axis = 0;        // a new axis of extent 1 is put there
  std::uint32_t shrink_axis = 0;     // the element at begin[i] is taken, and the axis goes
  std::uint32_t begin = 0, end = 0;  // from the first element, to the last, in the direction of the stride
};
// The same, as tf.strided_slice has it. Throws IndexError for an element that is not there and for more entries than axes, ValueError for a second
// ellipsis and for the stride of an element other than 1.
WG_API Tensor strided_slice(const Tensor& x, const Ints& begin, const Ints& end, const Ints& strides, const SliceMasks& masks,
                            Where where = Where::here());
// The given axes run backwards. View. dx = reverse(dy).
WG_API Tensor reverse(const Tensor& x, const Ints& axes, Where where = Where::here());
// x rotated by shift[i] along axis[i]: elements that leave at one end come in at the other. dx = dy rotated back. Throws ValueError if the lists
// differ in length, IndexError.
WG_API Tensor roll(const Tensor& x, const Ints& shift, const Ints& axis, Where where = Where::here());

// `count` equal slices along `axis`. Views. dx = concat of the gradients. Throws ShapeError if the extent is not a multiple of count.
WG_API std::vector<Tensor> split(const Tensor& x, std::int64_t count, std::int64_t axis = 0, Where where = Where::here());
// Slices of the given sizes along `axis`; one size may be -1, the rest. Throws ShapeError if they do not add up to the extent.
WG_API std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes, std::int64_t axis = 0, Where where = Where::here());
// The slices along `axis`, each without that axis: the inverse of stack. Views. dx = stack of the gradients.
WG_API std::vector<Tensor> unstack(const Tensor& x, std::int64_t axis = 0, Where where = Where::here());

// ---- Joining and repetition ----

// The tensors joined along `axis`; their other extents and dtypes must agree. dx_i = its slice of dy. Throws ShapeError, DTypeError.
WG_API Tensor concat(const std::vector<Tensor>& tensors, std::int64_t axis, Where where = Where::here());
// Tensors of one shape stacked along a new axis at position `axis` of the result. dx_i = slice i of dy.
WG_API Tensor stack(const std::vector<Tensor>& tensors, std::int64_t axis = 0, Where where = Where::here());

// The padding: one number everywhere, or the elements mirrored at the border, without the border element (reflect) or with it (symmetric).
enum class PadMode : std::uint8_t { kConstant, kReflect, kSymmetric };
struct PadOptions {
  PadMode mode = PadMode::kConstant;
  Number constant_value = 0;
};
// x with {before, after} more elements on each axis. dx = dy at x plus, for mirrored padding, dy at its copies. Throws ShapeError unless there is one
// pair per axis, none negative; mirrored padding may be at most the extent (symmetric) or one less (reflect).
WG_API Tensor pad(const Tensor& x, const std::vector<std::array<std::int64_t, 2>>& paddings, const PadOptions& options = {},
                  Where where = Where::here());

// x repeated multiples[i] times along axis i. dx = the sum over the copies.
WG_API Tensor tile(const Tensor& x, const Ints& multiples, Where where = Where::here());
// Each element along `axis` repeated `count` times: [a, b] is [a, a, b, b]. dx = the sum over the copies.
WG_API Tensor repeat(const Tensor& x, std::int64_t count, std::int64_t axis, Where where = Where::here());

// ---- Shapes that are stated ----

// An extent that is not known.
inline constexpr std::int64_t kAnyExtent = -1;
// x, if it has this shape, in which kAnyExtent stands for any extent; else ShapeError. View. dx = dy.
WG_API Tensor ensure_shape(const Tensor& x, const Ints& shape, Where where = Where::here());
// The shape to which both broadcast. Where an extent is not known, another that is above 1 stands for both. Throws ShapeError.
WG_API Ints broadcast_static_shape(const Ints& a, const Ints& b);

// ---- Facts about the shape, as tensors for programs that compute with them; they carry no gradient ----

// The extents of x, [rank of x]. int32 or int64, else DTypeError.
WG_API Tensor shape(const Tensor& x, DType out_type = int32, Where where = Where::here());
// The number of elements of x, a scalar. int32 or int64, else DTypeError.
WG_API Tensor size(const Tensor& x, DType out_type = int32, Where where = Where::here());
// The number of axes of x, a scalar int32.
WG_API Tensor rank(const Tensor& x, Where where = Where::here());

}  // namespace whygrad
