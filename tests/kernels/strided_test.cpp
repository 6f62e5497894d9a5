#include "kernels/cpu/strided.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>
#include <random>
#include <vector>

namespace whygrad::kernels::cpu {
namespace {

// A view of random extents, in which axes are broadcast, reversed in order or apart, over bytes that are all different from their neighbours.
struct Case {
  std::vector<std::int64_t> shape, strides;
  std::vector<std::byte> data;
  std::size_t element;

  Case(std::mt19937& random, std::size_t size) : element(size) {
    const auto draw = [&](std::int64_t from, std::int64_t to) { return std::uniform_int_distribution<std::int64_t>(from, to)(random); };
    const auto rank = static_cast<std::size_t>(draw(1, 4));
    for (std::size_t axis = 0; axis < rank; ++axis) shape.push_back(draw(1, 2) == 1 ? draw(1, 4) : draw(1, 40));
    strides.resize(rank);
    std::vector<std::size_t> order(rank);
    std::iota(order.rbegin(), order.rend(), std::size_t{0});
    if (draw(0, 2) == 0) std::shuffle(order.begin(), order.end(), random);
    std::int64_t step = draw(1, 4) == 1 ? 2 : 1;
    for (const std::size_t axis : order) {
      const bool broadcast = draw(0, 2) == 0;
      strides[axis] = broadcast ? 0 : step;
      if (!broadcast) step *= shape[axis];
    }
    data.resize(static_cast<std::size_t>(step) * element);
    for (std::byte& byte : data) byte = static_cast<std::byte>(draw(0, 255));
  }

  std::int64_t elements() const { return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>()); }
  View view() {
    constexpr DType kOfSize[] = {DType::kI8, DType::kI16, DType::kF32, DType::kF64, DType::kC128};
    return {data.data(), shape.data(), strides.data(), static_cast<int>(shape.size()), kOfSize[std::countr_zero(element)], {}};
  }
  std::vector<std::byte> by_hand(std::int64_t begin, std::int64_t n) const {
    std::vector<std::byte> out;
    for (std::int64_t i = begin; i < begin + n; ++i) {
      std::int64_t rest = i, offset = 0;
      for (std::size_t axis = shape.size(); axis-- > 0; rest /= shape[axis]) offset += rest % shape[axis] * strides[axis];
      const std::byte* const from = data.data() + static_cast<std::size_t>(offset) * element;
      out.insert(out.end(), from, from + element);
    }
    return out;
  }
};

// Every part of a view, from the middle of a row or of a repetition too, and not a byte behind it.
TEST(Pack, PartsOfRandomViews) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    Case c(random, std::size_t{1} << round % 5);
    const View view = c.view();
    const Space<1> space = merge_axes<1>({&view});
    const std::int64_t begin = std::uniform_int_distribution<std::int64_t>(0, c.elements() - 1)(random);
    const std::int64_t n = std::uniform_int_distribution<std::int64_t>(1, c.elements() - begin)(random);
    std::vector<std::byte> out(static_cast<std::size_t>(n) * c.element);
    pack(c.data.data(), space, c.element, begin, n, out.data());
    ASSERT_EQ(out, c.by_hand(begin, n)) << "round " << round;
  }
}

}  // namespace
}  // namespace whygrad::kernels::cpu
