// A toy task for the tests of training: points around ten centres in the plane.
#pragma once

#include "files.hpp"

#include <whygrad/data/dataset.hpp>
#include <whygrad/nn/layers.hpp>
#include <whygrad/nn/sequential.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/random.hpp>
#include <whygrad/optim/adam.hpp>
#include <whygrad/optim/sgd.hpp>
#include <whygrad/train/checkpoint.hpp>
#include <whygrad/train/fit.hpp>

#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

namespace whygrad::testing {

inline data::Dataset<2> points(std::int64_t count, std::uint64_t seed, std::int64_t batch) {
  const std::vector<float> noise = random::normal({count, 2}, {.stddev = 0.1, .seed = seed}).to_vector<float>();
  std::vector<float> at(noise.size());
  std::vector<std::int64_t> labels(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    labels[i] = static_cast<std::int64_t>(i % 10);
    const double angle = 0.6283185307179586 * static_cast<double>(labels[i]);
    at[2 * i] = noise[2 * i] + static_cast<float>(std::cos(angle));
    at[2 * i + 1] = noise[2 * i + 1] + static_cast<float>(std::sin(angle));
  }
  return data::from_tensor_slices({constant(at, {count, 2}), constant(labels)}).shuffle(data::kAll, {.seed = 11}).batch(batch);
}

inline nn::Sequential small_model(std::uint64_t seed = 1) {
  return {{2}, {nn::Dense(32, {.activation = nn::relu}), nn::Dropout(0.1), nn::Dense(10)}, {.seed = seed}};
}

// The elements of all variables, bit for bit.
inline std::vector<std::vector<std::uint32_t>> bits(const nn::Sequential& model) {
  std::vector<std::vector<std::uint32_t>> result;
  for (const Variable& variable : model.trainable_variables()) {
    const std::vector<float> values = variable.value().to_vector<float>();
    result.emplace_back(values.size());
    std::memcpy(result.back().data(), values.data(), values.size() * sizeof(float));
  }
  return result;
}

}  // namespace whygrad::testing
