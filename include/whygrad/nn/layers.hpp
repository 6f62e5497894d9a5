// The layers. Shapes are written with their batch axis n.
#pragma once

#include <whygrad/nn/activation.hpp>
#include <whygrad/nn/layer.hpp>
#include <whygrad/ops/conv.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <functional>
#include <utility>

namespace whygrad::nn {

struct DenseOptions {
  ActivationFunction activation = {};
  bool use_bias = true;
  Initializer kernel_initializer = initializers::glorot_uniform();
  Initializer bias_initializer = initializers::zeros();
};

// activation(x @ kernel + bias) over the last axis: [n, .., k] -> [n, .., units]. Parameters: kernel [k, units], bias [units].
class WG_API Dense : public Layer {
 public:
  explicit Dense(std::int64_t units, DenseOptions options = {});
  std::string_view kind() const override { return "dense"; }
  Shape build(const Shape& input, const Builder& builder) override;
  Tensor call(const Tensor& x, const CallOptions& options, const Where& where) const override;

 private:
  std::int64_t units_;
  DenseOptions options_;
  Variable kernel_, bias_;
};

// Numbers for height and width; a single number stands for both.
class Size2d {
 public:
  constexpr Size2d(std::integral auto both) : extents_{both, both} {}
  constexpr Size2d(std::int64_t height, std::int64_t width) : extents_{height, width} {}
  constexpr const std::array<std::int64_t, 2>& extents() const { return extents_; }

 private:
  std::array<std::int64_t, 2> extents_;
};

struct ConvLayerOptions {
  Size2d strides = 1;
  Padding padding = valid;
  Size2d dilations = 1;
  std::int64_t groups = 1;  // groups of channels that are convolved separately
  ActivationFunction activation = {};
  bool use_bias = true;
  Initializer kernel_initializer = initializers::glorot_uniform();
  Initializer bias_initializer = initializers::zeros();
};

// activation(conv2d(x, kernel) + bias): [n, h, w, c] -> [n, p, q, filters]. Parameters: kernel [kh, kw, c / groups, filters], bias [filters].
class WG_API Conv2D : public Layer {
 public:
  Conv2D(std::int64_t filters, Size2d kernel, ConvLayerOptions options = {});
  std::string_view kind() const override { return "conv2d"; }
  Shape build(const Shape& input, const Builder& builder) override;
  Tensor call(const Tensor& x, const CallOptions& options, const Where& where) const override;

 private:
  std::int64_t filters_;
  Size2d kernel_size_;
  ConvLayerOptions options_;
  Variable kernel_, bias_;
};

struct PoolLayerOptions {
  Size2d strides = 0;  // 0: the extent of the window
  Padding padding = valid;
};

// The largest element of each window: [n, h, w, c] -> [n, p, q, c].
class WG_API MaxPool2D : public Layer {
 public:
  explicit MaxPool2D(Size2d window, PoolLayerOptions options = {}) : window_(window), options_(options) {}
  std::string_view kind() const override { return "max_pool2d"; }
  Shape build(const Shape& input, const Builder& builder) override;
  Tensor call(const Tensor& x, const CallOptions& options, const Where& where) const override;

 private:
  Size2d window_;
  PoolLayerOptions options_;
};

// The mean of each window's elements inside the image: [n, h, w, c] -> [n, p, q, c].
class WG_API AvgPool2D : public Layer {
 public:
  explicit AvgPool2D(Size2d window, PoolLayerOptions options = {}) : window_(window), options_(options) {}
  std::string_view kind() const override { return "avg_pool2d"; }
  Shape build(const Shape& input, const Builder& builder) override;
  Tensor call(const Tensor& x, const CallOptions& options, const Where& where) const override;

 private:
  Size2d window_;
  PoolLayerOptions options_;
};

// [n, a, b, ..] -> [n, a b ..].
class WG_API Flatten : public Layer {
 public:
  std::string_view kind() const override { return "flatten"; }
  Shape build(const Shape& input, const Builder& builder) override;
  Tensor call(const Tensor& x, const CallOptions& options, const Where& where) const override;

 private:
  std::int64_t size_ = -1;
};

// A function without parameters as a layer: Activate(nn::tanh).
class WG_API Activate : public Layer {
 public:
  explicit Activate(ActivationFunction function) : function_(function) {}
  std::string_view kind() const override { return "activation"; }
  Shape build(const Shape& input, const Builder& builder) override;
  Tensor call(const Tensor& x, const CallOptions& options, const Where& where) const override;

 private:
  ActivationFunction function_;
};

// Any function without parameters as a layer: Lambda([](const Tensor& x, const Where& where) { return multiply(x, 2, where); }). The shape of its
// results is determined by a call with zeros for one example.
class WG_API Lambda : public Layer {
 public:
  using Function = std::function<Tensor(const Tensor& x, const Where& where)>;
  explicit Lambda(Function function) : function_(std::move(function)) {}
  std::string_view kind() const override { return "lambda"; }
  Shape build(const Shape& input, const Builder& builder) override;
  Tensor call(const Tensor& x, const CallOptions& options, const Where& where) const override;

 private:
  Function function_;
};

struct EmbeddingOptions {
  Initializer embeddings_initializer = initializers::random_uniform();
};

// The row of a table for each index: x i32 or i64 [n, ..] -> [n, .., width]. Parameter: embeddings [rows, width]. An index outside [0, rows) throws
// IndexError.
class WG_API Embedding : public Layer {
 public:
  Embedding(std::int64_t rows, std::int64_t width, EmbeddingOptions options = {});
  std::string_view kind() const override { return "embedding"; }
  Shape build(const Shape& input, const Builder& builder) override;
  Tensor call(const Tensor& x, const CallOptions& options, const Where& where) const override;

 private:
  std::int64_t rows_, width_;
  EmbeddingOptions options_;
  Variable embeddings_;
};

// The defaults are those of Keras.
struct BatchNormalizationOptions {
  std::int64_t axis = -1;  // of the channels c, counted with the batch axis
  double momentum = 0.99;  // of the moving statistics
  double epsilon = 1e-3;
  bool center = true;  // adds beta
  bool scale = true;   // multiplies by gamma
  Initializer beta_initializer = initializers::zeros();
  Initializer gamma_initializer = initializers::ones();
};

// gamma (x - mean) / sqrt(variance + epsilon) + beta for each channel: [n, .., c] -> [n, .., c]. Ioffe, Szegedy 2015. In training, mean and variance
// are those of the batch (of the batch as a whole, not an estimate), gradients flow through them, and
//   moving_mean = momentum moving_mean + (1 - momentum) mean, moving_variance likewise;
// otherwise the moving ones are used. Parameters: gamma [c], beta [c]; states: moving_mean [c], moving_variance [c].
class WG_API BatchNormalization : public Layer {
 public:
  explicit BatchNormalization(BatchNormalizationOptions options = {}) : options_(std::move(options)) {}
  std::string_view kind() const override { return "batch_normalization"; }
  Shape build(const Shape& input, const Builder& builder) override;
  Tensor call(const Tensor& x, const CallOptions& options, const Where& where) const override;

 private:
  // The batch's mean and variance, with which the moving ones are updated.
  std::pair<Tensor, Tensor> moments(const Tensor& x, const Where& where) const;

  BatchNormalizationOptions options_;
  int axis_ = 0;  // never 0 once built
  Variable gamma_, beta_, moving_mean_, moving_variance_;
};

// In training, sets each element to 0 with probability `rate` and scales the others by 1 / (1 - rate); otherwise the identity. Srivastava et al.
// 2014. State: seed, i64 [2], the key of its random numbers and how many times it drew; a checkpoint keeps it. The constructor throws ValueError
// unless 0 <= rate < 1.
class WG_API Dropout : public Layer {
 public:
  explicit Dropout(double rate);
  std::string_view kind() const override { return "dropout"; }
  Shape build(const Shape& input, const Builder& builder) override;
  Tensor call(const Tensor& x, const CallOptions& options, const Where& where) const override;

 private:
  double rate_;
  Variable seed_;
};

}  // namespace whygrad::nn
