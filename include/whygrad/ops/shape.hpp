// Ops that change the layout of a tensor and not its numbers. "View" says that the result shares the elements of x and costs no copy.
// An axis may be negative and then counts from the end; one out of range is an IndexError. Every op takes every dtype.
#pragma once

#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/op.hpp>

#include <array>
#include <limits>
#include <vector>

namespace whygrad {

// ---- The value as it is ----

// x. View. dx = dy.
WG_API Tensor identity(const Tensor& x, Where where = Where::here());
// A variable's value as a tensor of its own, which stands for this one reading of it. View. dx = dy.
WG_API Tensor read_value(const Tensor& x, Where where = Where::here());
// x, through which no gradient flows: what is computed from it counts as constant. View.
WG_API Tensor stop_gradient(const Tensor& x, Where where = Where::here());
// x in memory of its own, row-major without gaps. dx = dy.
WG_API Tensor copy(const Tensor& x, Where where = Where::here());

// ---- Another shape ----

// The elements of x, in row-major order, as `shape`, of which one extent may be -1: it is worked out from the others. View, except where x is
// itself a view whose elements no strides can lay out so: then they are copied first. dx = reshape(dy). Throws ShapeError where the number of
// elements differs.
WG_API Tensor reshape(const Tensor& x, const Ints& shape, Where where = Where::here());
// x with a new axis of extent 1 that stands at `axis` of the result: [3, 4] at 0 is [1, 3, 4], at -1 [3, 4, 1]. View.
WG_API Tensor expand_dims(const Tensor& x, std::int64_t axis, Where where = Where::here());
// x without the given axes, or without all axes of extent 1 where none are given. View. Throws ShapeError for an axis of another extent.
WG_API Tensor squeeze(const Tensor& x, const Ints& axes = {}, Where where = Where::here());
// Result axis i is axis perm[i] of x; without perm, the axes in reverse. View. dx = transpose(dy) by the inverse of perm.
WG_API Tensor transpose(const Tensor& x, const Ints& perm = {}, Where where = Where::here());
// x repeated along new leading axes and along its axes of extent 1, as in NumPy. View. dx = dy summed over these. Throws ShapeError.
WG_API Tensor broadcast_to(const Tensor& x, const Shape& shape, Where where = Where::here());

// ---- A part ----

// In strided_slice: the end of an axis, whatever its extent.
inline constexpr std::int64_t kToEnd = std::numeric_limits<std::int64_t>::max();

// The block of `size` elements from `begin` on, one number of each per axis; a size of -1 takes the rest of the axis. View. dx is dy amid zeros.
// Throws IndexError where the block leaves x.
WG_API Tensor slice(const Tensor& x, const Ints& begin, const Ints& size, Where where = Where::here());
// x[begin:end:stride] on each axis as in Python: negative numbers count from the end, bounds outside are cut to the axis, a negative stride runs
// backwards. Axes that are not named are kept whole; strides default to 1. View. dx is dy amid zeros. Throws ValueError for a stride of 0.
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
// x with its elements moved by shift[i] along axis[i], those that leave at one end coming in at the other. dx = dy moved back. Throws ValueError
// where the lists differ in length, IndexError.
WG_API Tensor roll(const Tensor& x, const Ints& shift, const Ints& axis, Where where = Where::here());

// `count` equal parts along `axis`. Views. dx = concat of the gradients. Throws ShapeError where the axis cannot be divided so.
WG_API std::vector<Tensor> split(const Tensor& x, std::int64_t count, std::int64_t axis = 0, Where where = Where::here());
// Parts of the given sizes along `axis`; one size may be -1, the rest. Throws ShapeError where they do not add up to the axis.
WG_API std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes, std::int64_t axis = 0, Where where = Where::here());
// The tensors that lie side by side along `axis`, each without it: stack undone. Views. dx = stack of the gradients.
WG_API std::vector<Tensor> unstack(const Tensor& x, std::int64_t axis = 0, Where where = Where::here());

// ---- Several into one, and repetition ----

// The tensors one after the other along `axis`; their other extents and dtypes must agree. dx_i = its part of dy. Throws ShapeError, DTypeError.
WG_API Tensor concat(const std::vector<Tensor>& tensors, std::int64_t axis, Where where = Where::here());
// Tensors of one shape side by side along a new axis that stands at `axis` of the result. dx_i = dy at i.
WG_API Tensor stack(const std::vector<Tensor>& tensors, std::int64_t axis = 0, Where where = Where::here());

// What stands around a padded tensor: one number everywhere; the elements mirrored at the border, without the border element (reflect) or with it.
enum class PadMode : std::uint8_t { kConstant, kReflect, kSymmetric };
struct PadOptions {
  PadMode mode = PadMode::kConstant;
  Number constant_value = 0;
};
// x with {before, after} more elements on each axis. dx = the part of dy that x became, plus, where mirrored, what its copies received.
// Throws ShapeError unless there is one pair per axis, none negative; mirrored padding may be at most the extent (symmetric) or one less (reflect).
WG_API Tensor pad(const Tensor& x, const std::vector<std::array<std::int64_t, 2>>& paddings, const PadOptions& options = {},
                  Where where = Where::here());

// x set side by side multiples[i] times along axis i. dx = the sum over the copies.
WG_API Tensor tile(const Tensor& x, const Ints& multiples, Where where = Where::here());
// Each element along `axis` `count` times in a row: [a, b] is [a, a, b, b]. dx = the sum over the copies.
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
