// The models that the program can train.
#pragma once

#include <whygrad/nn/sequential.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace whygrad::cli {

// Names for --model.
const std::vector<std::string>& model_kinds();

// A classifier of images [28, 28, 1] into 10 classes, giving logits:
//   small  two 3x3 convolutions with 16 and 32 channels, dense 64: the demo's
//   cnn    two 5x5 convolutions with 32 and 64 channels, dense 1024
//   mlp    dense 512 and 512
nn::Sequential make_model(const std::string& kind, std::uint64_t seed);

}  // namespace whygrad::cli
