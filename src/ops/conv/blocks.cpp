// space_to_depth and depth_to_space: three views and at most one copy each.
#include <whygrad/base/error.hpp>
#include <whygrad/ops/conv.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

namespace whygrad::nn {
namespace {

void check(const char* op, const Tensor& x, std::int64_t block) {
  if (x.rank() != 4) throw ShapeError(op, fmt::format("x is {}", x.signature()), "images are [batch, height, width, channels]");
  if (block < 2) throw ValueError(op, fmt::format("the block size is {}", block), "a block is 2 pixels wide or more");
}

}  // namespace

Tensor space_to_depth(const Tensor& x, std::int64_t block_size, Where where) {
  check("space_to_depth", x, block_size);
  const std::int64_t n = x.shape()[0], h = x.shape()[1] / block_size, w = x.shape()[2] / block_size, c = x.shape()[3];
  if (h * block_size != x.shape()[1] || w * block_size != x.shape()[2])
    throw ShapeError("space_to_depth", fmt::format("{} has no whole number of blocks of {} pixels", x.signature(), block_size),
                     "pad height and width to multiples of the block size");
  const Tensor blocks = reshape(x, {n, h, block_size, w, block_size, c}, where);
  return reshape(transpose(blocks, {0, 1, 3, 2, 4, 5}, where), {n, h, w, block_size * block_size * c}, where);
}

Tensor depth_to_space(const Tensor& x, std::int64_t block_size, Where where) {
  check("depth_to_space", x, block_size);
  const std::int64_t n = x.shape()[0], h = x.shape()[1], w = x.shape()[2], c = x.shape()[3] / (block_size * block_size);
  if (c * block_size * block_size != x.shape()[3])
    throw ShapeError("depth_to_space", fmt::format("{} channels make no blocks of {} x {} pixels", x.shape()[3], block_size, block_size),
                     "the number of channels must be a multiple of the square of the block size");
  const Tensor blocks = reshape(x, {n, h, w, block_size, block_size, c}, where);
  return reshape(transpose(blocks, {0, 1, 3, 2, 4, 5}, where), {n, h * block_size, w * block_size, c}, where);
}

}  // namespace whygrad::nn
