// The layers. Shapes are written with their batch axis n.
#pragma once

#include <whygrad/nn/activation.hpp>
#include <whygrad/nn/layer.hpp>
#include <whygrad/ops/conv.hpp>

#include <array>
#include <concepts>
#include <cstdint>

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

// A number for height and width each; one number stands for both.
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
  std::int64_t groups = 1;  // of channels that are convolved by themselves
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
  Size2d strides = 0;  // 0: as far as the window is long
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
