// Conversion of the user's axes of a reduction.
#include "ops/reduce/reduce.hpp"

#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <array>

namespace whygrad::internal {
namespace {

struct AxisList {
  std::array<std::int64_t, Shape::kMaxRank> axes{};
  std::size_t count = 0;
};

// The axes of each mask. A record keeps 4 bytes instead of a list; an attribute refers to a list that must be owned by someone.
constexpr auto kLists = [] {
  std::array<AxisList, 1 << Shape::kMaxRank> lists{};
  for (std::uint32_t mask = 0; mask < lists.size(); ++mask) {
    for (int i = 0; i < Shape::kMaxRank; ++i) {
      if ((mask >> i & 1) != 0) lists[mask].axes[lists[mask].count++] = i;
    }
  }
  return lists;
}();

}  // namespace

AxisSet::AxisSet(std::span<const std::int64_t> axes) {
  for (const std::int64_t axis : axes) bits_ |= std::uint32_t{1} << normalize_axis("axis", axis < 0 ? Shape::kMaxRank : axis, Shape::kMaxRank);
}
AxisSet::operator std::span<const std::int64_t>() const {
  const AxisList& list = kLists[bits_];
  return {list.axes.data(), list.count};
}

std::uint32_t axes_mask(const char* op, const Tensor& x, const Axes& axes) {
  if (!x.defined()) return 0;  // apply() throws the error
  if (axes.all) return (std::uint32_t{1} << x.rank()) - 1;
  std::uint32_t mask = 0;
  for (const std::int64_t axis : axes) {
    const std::uint32_t bit = std::uint32_t{1} << normalize_axis(op, axis, x.rank());
    if ((mask & bit) != 0) throw ValueError(op, fmt::format("axis {} is named twice", axis), "name each axis once; -1 is the last axis");
    mask |= bit;
  }
  return mask;
}

Shape folded_shape(const Shape& shape, std::uint32_t axes, bool keepdims) {
  Shape folded;
  for (int i = 0; i < shape.rank(); ++i) {
    const bool fold = (axes >> i & 1) != 0;
    if (!fold || keepdims) folded.push_back(fold ? 1 : shape[i]);
  }
  return folded;
}

std::int64_t folded_count(const Shape& shape, std::uint32_t axes) {
  std::int64_t count = 1;
  for (int i = 0; i < shape.rank(); ++i) {
    if ((axes >> i & 1) != 0) count *= shape[i];
  }
  return count;
}

Tensor with_folded_axes(const VjpContext& g, const Tensor& t) {
  const auto& attrs = g.attrs<ReduceAttrs>();
  return attrs.keepdims ? t : reshape(t, folded_shape(g.input_shape(0), attrs.axes, true));
}

void batch_reduce(BatchContext& c) {
  const auto& a = c.attrs<ReduceAttrs>();
  c.give_call({c.input(0)}, ReduceAttrs{std::uint32_t{a.axes} << 1, a.keepdims});
}

Tensor apply_reduce(const OpDef& op, const Tensor& x, const Axes& axes, bool keepdims, const Where& where) {
  return apply(op, {&x}, where, ReduceAttrs{axes_mask(op.name, x, axes), keepdims});
}

}  // namespace whygrad::internal
