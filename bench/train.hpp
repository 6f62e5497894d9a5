// Training steps as all workloads have them: forward, loss, backward, Adam, and the loss read back.
#pragma once

#include "workloads.hpp"

#include <whygrad/whygrad.hpp>

#include <cmath>
#include <functional>
#include <vector>

namespace whygrad::bench {

constexpr int kBatches = 8;

struct Batch {
  Tensor inputs, labels;
};

inline Variable weight(const Shape& shape, const char* name) {
  return Variable(random::normal(shape, {.stddev = 0.5f / std::sqrt(static_cast<float>(shape[0]))}), name);
}
inline Variable bias(std::int64_t size, const char* name) { return Variable(zeros({size}), name); }

inline Tensor linear(const Tensor& in, const Variable& w, const Variable& b) { return nn::bias_add(matmul(in, w), b); }

// Characters [batch, steps], and for each the one that follows, in one row.
std::vector<Batch> texts(std::int64_t batch, std::int64_t steps, std::int64_t vocabulary);

std::function<void()> train(std::function<Tensor(const Tensor& inputs, const Tensor& labels)> loss, std::vector<Variable> variables,
                            std::vector<Batch> data, Mode mode);

}  // namespace whygrad::bench
