// The models that `whygrad train` knows by name.
#include "models.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/nn/layers.hpp>

namespace whygrad::cli {
namespace {

const Shape kImage = {28, 28, 1};

// Two rounds of convolution and pooling, then two dense layers.
nn::Sequential two_convolutions(std::int64_t kernel, std::int64_t first, std::int64_t second, std::int64_t dense, std::uint64_t seed) {
  const nn::ConvLayerOptions options = {.padding = nn::same, .activation = nn::relu};
  return {kImage,
          {nn::Conv2D(first, kernel, options), nn::MaxPool2D(2), nn::Conv2D(second, kernel, options), nn::MaxPool2D(2), nn::Flatten(),
           nn::Dense(dense, {.activation = nn::relu}), nn::Dense(10)},
          {.seed = seed}};
}

}  // namespace

const std::vector<std::string>& model_kinds() {
  static const std::vector<std::string> kinds = {"cnn", "mlp", "small"};
  return kinds;
}

nn::Sequential make_model(const std::string& kind, std::uint64_t seed) {
  if (kind == "cnn") return two_convolutions(5, 32, 64, 1024, seed);
  if (kind == "small") return two_convolutions(3, 16, 32, 64, seed);
  if (kind == "mlp") {
    return {
        kImage, {nn::Flatten(), nn::Dense(512, {.activation = nn::relu}), nn::Dense(512, {.activation = nn::relu}), nn::Dense(10)}, {.seed = seed}};
  }
  throw ValueError("whygrad", "there is no model `" + kind + "`", "take cnn, mlp or small");
}

}  // namespace whygrad::cli
