// Blocks of space as batches, dilation and erosion, neighbouring channels.
#include "ops/spatial/spatial.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/diagonal.hpp>
#include <whygrad/ops/einsum.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/operand.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/ops/shape.hpp>
#include <whygrad/ops/spatial.hpp>

#include <fmt/format.h>

#include <limits>

namespace whygrad::nn {
namespace {

using Pairs = std::vector<std::array<std::int64_t, 2>>;

void check_blocks(const char* op, const Tensor& x, const std::vector<std::int64_t>& block, const Pairs& pairs) {
  internal::require_defined(op, x);
  internal::require_positive(op, "block_shape", block);
  if (block.empty() || pairs.size() != block.size() || x.rank() < static_cast<int>(block.size()) + 1) {
    throw ShapeError(op, fmt::format("x is {}, with {} blocks and {} pairs", x.signature(), block.size(), pairs.size()),
                     "there is a block and a pair for each axis behind the first that is divided");
  }
  if (x.rank() + static_cast<int>(block.size()) > 8) {
    throw ShapeError(op, fmt::format("x is {}", x.signature()), "rank and number of blocks together are at most 8; reshape the last axes into one");
  }
  for (const auto& [before, after] : pairs) {
    if (before < 0 || after < 0) throw ValueError(op, fmt::format("a pair is {{{}, {}}}", before, after), "paddings and crops are 0 or more");
  }
}

// The extent times a number of blocks. Throws ShapeError if that is more than any tensor has.
std::int64_t times(const char* op, std::int64_t extent, std::int64_t blocks) {
  std::int64_t product = 0;
  if (!__builtin_mul_overflow(extent, blocks, &product)) return product;
  throw ShapeError(op, fmt::format("an extent of {} times {} is too large", extent, blocks), "give smaller blocks");
}

}  // namespace

Tensor space_to_batch(const Tensor& x, const std::vector<std::int64_t>& block, const Pairs& paddings, Where where) {
  check_blocks("space_to_batch", x, block, paddings);
  const int m = static_cast<int>(block.size());
  Pairs all(static_cast<std::size_t>(x.rank()), {0, 0});
  std::copy(paddings.begin(), paddings.end(), all.begin() + 1);
  const Tensor padded = pad(x, all, {}, where);
  Ints apart = {x.shape()[0]}, order, whole = {x.shape()[0]};
  for (int i = 0; i < m; ++i) {
    const std::int64_t extent = padded.shape()[1 + i], size = block[static_cast<std::size_t>(i)];
    if (extent % size != 0) {
      throw ShapeError("space_to_batch", fmt::format("an extent of {} with its padding has no whole number of blocks of {}", extent, size),
                       "pad it to a multiple of the block");
    }
    apart.push_back(extent / size);
    apart.push_back(size);
    order.push_back(2 + 2 * i);
    whole[0] = times("space_to_batch", whole[0], size);
    whole.push_back(extent / size);
  }
  order.push_back(0);
  for (int i = 0; i < m; ++i) order.push_back(1 + 2 * i);
  for (int i = 1 + m; i < x.rank(); ++i) {
    apart.push_back(x.shape()[i]);
    order.push_back(m + i);
    whole.push_back(x.shape()[i]);
  }
  return reshape(transpose(reshape(padded, apart, where), order, where), whole, where);
}

Tensor batch_to_space(const Tensor& x, const std::vector<std::int64_t>& block, const Pairs& crops, Where where) {
  check_blocks("batch_to_space", x, block, crops);
  const int m = static_cast<int>(block.size());
  std::int64_t blocks = 1;
  for (const std::int64_t size : block) blocks = times("batch_to_space", blocks, size);
  if (x.shape()[0] % blocks != 0) {
    throw ShapeError("batch_to_space", fmt::format("a batch of {} is no multiple of the {} parts of a block", x.shape()[0], blocks),
                     "the batch is that of space_to_batch");
  }
  const std::int64_t n = x.shape()[0] / blocks;
  Ints apart, order = {m}, whole = {n}, begin = {0}, size = {n};
  for (const std::int64_t b : block) apart.push_back(b);
  apart.push_back(n);
  for (int i = 0; i < m; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const std::int64_t extent = times("batch_to_space", x.shape()[1 + i], block[at]);
    order.push_back(m + 1 + i);
    order.push_back(i);
    whole.push_back(extent);
    begin.push_back(crops[at][0]);
    size.push_back(extent - crops[at][0] - crops[at][1]);
    if (size[1 + i] < 0) throw ShapeError("batch_to_space", fmt::format("crops leave nothing of an extent of {}", extent), "cut off less");
  }
  for (int i = 1; i < x.rank(); ++i) apart.push_back(x.shape()[i]);
  for (int i = 1 + m; i < x.rank(); ++i) {
    order.push_back(m + i);
    whole.push_back(x.shape()[i]);
    begin.push_back(0);
    size.push_back(x.shape()[i]);
  }
  return slice(reshape(transpose(reshape(x, apart, where), order, where), whole, where), begin, size, where);
}

Tensor dilation2d(const Tensor& x, const Tensor& filters, const Dilation2dOptions& options, Where where) {
  constexpr const char* kName = "dilation2d";
  internal::require_defined(kName, x);
  internal::require_defined(kName, filters);
  if (x.rank() != 4 || filters.rank() != 3 || filters.size() == 0 || filters.shape()[2] != x.shape()[3]) {
    throw ShapeError(kName, fmt::format("x is {} and the filters are {}", x.signature(), filters.signature()),
                     "x is [batch, height, width, channels] and the filters are [height, width, channels]");
  }
  internal::require_positive(kName, "strides", options.strides);
  internal::require_positive(kName, "dilations", options.rates);
  const Shape &s = x.shape(), &f = filters.shape();
  std::array<internal::AxisWindows, 2> windows{};
  for (std::size_t k = 0; k < 2; ++k) {
    const std::int64_t reach = (f[static_cast<int>(k)] - 1) * options.rates[k] + 1;
    windows[k] = internal::windows_along(kName, s[1 + static_cast<int>(k)], reach, options.strides[k], options.same);
  }
  const bool whole = is_integer(x.dtype());
  const auto with_border = [&](const Tensor& t, const Number& value) {
    return pad(t, {{0, 0}, {windows[0].before, windows[0].after}, {windows[1].before, windows[1].after}, {0, 0}}, {.constant_value = value}, where);
  };
  // What pads the image is never the largest. A sum with the lowest integer may wrap, so there the border is known by a mask.
  const Tensor padded = whole ? with_border(x, 0) : with_border(x, -std::numeric_limits<double>::infinity());
  const Tensor inside = whole ? with_border(ones({1, s[1], s[2], 1}, bool_, where), false) : Tensor();
  const std::int64_t p = windows[0].count, q = windows[1].count, places = f[0] * f[1];
  const auto in_windows = [&](const Tensor& t) {
    std::vector<Tensor> parts;
    parts.reserve(static_cast<std::size_t>(places));
    for (std::int64_t k = 0; k < places; ++k) {
      const std::int64_t top = k / f[1] * options.rates[0], left = k % f[1] * options.rates[1];
      parts.push_back(strided_slice(t, {0, top, left, 0},
                                    {t.shape()[0], top + (p - 1) * options.strides[0] + 1, left + (q - 1) * options.strides[1] + 1, t.shape()[3]},
                                    {1, options.strides[0], options.strides[1], 1}, where));
    }
    return stack(parts, 3, where);
  };
  const Tensor sums = add(in_windows(padded), reshape(filters, {places, s[3]}, where), where);
  if (whole) {  // no gradient, so no tie to decide
    const Tensor lowest = fill({}, Number(lowest_integer(x.dtype())), x.dtype(), where);
    return reduce_max(whygrad::where(in_windows(inside), sums, lowest, where), {3}, {}, where);
  }
  const Tensor largest = max_pool2d(reshape(sums, {s[0] * p * q, places, 1, s[3]}, where), {places, 1}, {}, where);
  return reshape(largest, {s[0], p, q, s[3]}, where);
}

Tensor erosion2d(const Tensor& x, const Tensor& filters, const Dilation2dOptions& options, Where where) {
  internal::require_defined("erosion2d", filters);
  if (filters.rank() != 3)
    throw ShapeError("erosion2d", fmt::format("the filters are {}", filters.signature()), "they are [height, width, channels]");
  if (is_unsigned(filters.dtype())) {
    throw DTypeError("erosion2d", fmt::format("the filters are {}", filters.signature()), "differences need a sign: cast to a signed type");
  }
  return negative(dilation2d(negative(x, where), reverse(filters, {0, 1}, where), options, where), where);
}

Tensor local_response_normalization(const Tensor& x, const NeighbourOptions& o, Where where) {
  constexpr const char* kName = "local_response_normalization";
  internal::require_defined(kName, x);
  if (x.rank() != 4) throw ShapeError(kName, fmt::format("x is {}", x.signature()), "images are [batch, height, width, channels]");
  if (o.depth_radius < 0) throw ValueError(kName, fmt::format("depth_radius is {}", o.depth_radius), "it counts channels on each side");
  const std::int64_t channels = x.shape()[3];
  const Tensor near = matrix_band_part(ones({channels, channels}, x.dtype(), where), o.depth_radius, o.depth_radius, where);
  const Tensor sums = tensordot(square(x, where), near, {-1}, {0}, where);
  return multiply(x, pow(add(multiply(sums, o.alpha, where), o.bias, where), -o.beta, where), where);
}

}  // namespace whygrad::nn
