// Common parts of ops that pick elements by position, and the gradient of gather, which other families use too.
#pragma once

#include "ops/core/context.hpp"

#include <whygrad/ops/index.hpp>

#include <initializer_list>

namespace whygrad::internal {

inline constexpr NotDifferentiable kPosition = {
    "an index says where to look, not how much: moving it a little means nothing",
    "weight the picked values instead, for example with softmax over scores, so that the scores are trained"};

// Throws DTypeError unless input i is i32 or i64.
void check_index_dtype(const InferContext& c, int i);
// Throws DTypeError unless positions are to be of one of these dtypes.
void require_position_dtype(const char* op, DType dtype, std::initializer_list<DType> allowed);
// Throws IndexError for the index at a row-major position of `indices`, which is not in [0, extent).
[[noreturn]] void refuse_index(const char* op, const Tensor& indices, std::int64_t position, std::int64_t extent);

struct GatherGradAttrs {
  std::int64_t axis;
  std::int64_t batch_dims;
  Shape shape;  // of gather's params
};

// Zeros of `shape` to which dy is added at the positions. dy has the shape that gather gives for such params and these indices.
Tensor gather_grad(const Tensor& dy, const Tensor& indices, const GatherGradAttrs& attrs);

// Gives `input`, a tensor [n, k..] of which row indices[i..] was taken for each output slice [i.., k..], its gradient: the slices of dy.
void give_rows(VjpContext& g, int input, const Tensor& indices);

}  // namespace whygrad::internal
