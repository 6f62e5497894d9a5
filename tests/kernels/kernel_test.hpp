// What kernel tests share: arrays with any strides, runs on every SIMD target, distances in ulp.
#pragma once

#include "kernels/cpu/loops.hpp"
#include "kernels/view.hpp"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace whygrad::kernels::testing {

using Dims = std::vector<std::int64_t>;

inline Dims row_major(const Dims& shape) {
  Dims strides(shape.size());
  std::int64_t next = 1;
  for (std::size_t i = shape.size(); i-- > 0; next *= shape[i]) strides[i] = next;
  return strides;
}

// A buffer and one way to look at it.
template <class T>
class Array {
 public:
  explicit Array(Dims shape) : Array(std::move(shape), {}) {}
  Array(Dims shape, std::vector<T> values) : shape_(std::move(shape)), strides_(row_major(shape_)), size_(1) {
    for (const std::int64_t n : shape_) size_ *= n;
    storage_ = std::vector<Cell>(values.empty() ? static_cast<std::size_t>(size_) : values.size());
    for (std::size_t i = 0; i < values.size(); ++i) storage_[i].value = values[i];
  }
  // Looks at `buffer` (row-major values of some larger or smaller array) through any strides, starting at `start`.
  Array(Dims shape, Dims strides, std::vector<T> buffer, std::int64_t start = 0) : Array(std::move(shape), std::move(buffer)) {
    strides_ = std::move(strides);
    start_ = start;
  }

  View view() { return {storage_.data() + start_, shape_.data(), strides_.data(), static_cast<int>(shape_.size()), dtype_of<T>, {}}; }
  std::int64_t size() const { return size_; }
  const Dims& shape() const { return shape_; }

  // Element i in row-major order.
  T& operator[](std::int64_t i) {
    std::int64_t at = start_;
    for (std::size_t axis = shape_.size(); axis-- > 0; i /= shape_[axis]) at += i % shape_[axis] * strides_[axis];
    return storage_[static_cast<std::size_t>(at)].value;
  }

 private:
  struct Cell {  // keeps std::vector<bool> away
    T value;
  };
  Dims shape_, strides_;
  std::vector<Cell> storage_;
  std::int64_t size_, start_ = 0;
};

// Numbers spread over [lo, hi), the same in every run.
template <class T>
std::vector<T> random_values(std::int64_t n, double lo, double hi, unsigned seed = 1) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<double> uniform(lo, hi);
  std::vector<T> values;
  for (std::int64_t i = 0; i < n; ++i) values.push_back(static_cast<T>(static_cast<float>(uniform(generator))));
  return values;
}

// Representable numbers between a and b; 0 for two NaNs, Inf for one.
template <class T>
double ulps(T a, T b) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  if (a != a || b != b) return a != a && b != b ? 0 : std::numeric_limits<double>::infinity();
  const auto ordered = [](T x) {
    const Bits bits = std::bit_cast<Bits>(x);
    return bits < 0 ? std::numeric_limits<Bits>::min() - bits : bits;
  };
  const Bits left = ordered(a), right = ordered(b);
  return static_cast<double>(static_cast<std::uint64_t>(std::max(left, right)) - static_cast<std::uint64_t>(std::min(left, right)));
}

// Every dispatched kernel runs on `target` while one of these lives.
class OnTarget {
 public:
  explicit OnTarget(std::int64_t target) { use(target); }
  ~OnTarget() { use(0); }
  OnTarget(const OnTarget&) = delete;
  OnTarget& operator=(const OnTarget&) = delete;

 private:
  static void use(std::int64_t targets) {
    hwy::SetSupportedTargetsForTest(targets);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    cpu::resolve_loops();
  }
};

// The targets that kernels are compiled for and that this machine has.
inline std::vector<std::int64_t> available_targets() {
  std::vector<std::int64_t> targets{HWY_STATIC_TARGET};  // Highway's portable fallback
  for (const std::int64_t target : {HWY_AVX2, HWY_AVX3}) {
    if ((hwy::SupportedTargets() & target) != 0) targets.push_back(target);
  }
  return targets;
}

// A suite whose TEST_Ps run once per target.
class PerTarget : public ::testing::TestWithParam<std::int64_t> {
 private:
  OnTarget on_target_{GetParam()};
};
inline std::string target_name(const ::testing::TestParamInfo<std::int64_t>& info) { return hwy::TargetName(info.param); }

}  // namespace whygrad::kernels::testing
