// Common parts of reductions.
#pragma once

#include "kernels/reduce.hpp"
#include "ops/core/context.hpp"

#include <whygrad/ops/reduce.hpp>

namespace whygrad::internal {

// A set of axes: bit i is axis i.
class AxisSet {
 public:
  AxisSet() = default;
  AxisSet(std::uint32_t bits) : bits_(bits) {}
  // Throws IndexError for a number that cannot be an axis.
  explicit AxisSet(std::span<const std::int64_t> axes);
  operator std::uint32_t() const { return bits_; }
  // In memory that lives as long as the process.
  operator std::span<const std::int64_t>() const;

 private:
  std::uint32_t bits_ = 0;
};

struct ReduceAttrs {
  AxisSet axes;  // the reduced axes
  bool keepdims;
};

inline constexpr AttrDef kAxesAttr = attr<&ReduceAttrs::axes>("axis", "that are folded", Attr::kResolved);
inline constexpr AttrDef kKeepdimsAttr = attr<&ReduceAttrs::keepdims>("keepdims", "whether folded axes stay, with extent 1");

// The user's axes as bits; those of `x` if all are meant. Throws IndexError, or ValueError for a repeated axis.
std::uint32_t axes_mask(const char* op, const Tensor& x, const Axes& axes);

// `shape` after reducing the axes in the mask.
Shape folded_shape(const Shape& shape, std::uint32_t axes, bool keepdims);

// The number of elements of each reduction.
std::int64_t folded_count(const Shape& shape, std::uint32_t axes);

// A result, or the gradient of one, with the reduced axes as axes of 1, so that it broadcasts to input 0.
Tensor with_folded_axes(const VjpContext& g, const Tensor& t);

// The rule of many rows.
void batch_reduce(BatchContext& c);

// Runs a reduction with the user's axes.
Tensor apply_reduce(const OpDef& op, const Tensor& x, const Axes& axes, bool keepdims, const Where& where);

}  // namespace whygrad::internal
