// Layers without windows: dense, flatten, activations, dropout, embedding.
#include "nn/built.hpp"
#include "tensor/tracer.hpp"

#include <whygrad/nn/layers.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/op.hpp>
#include <whygrad/ops/random.hpp>
#include <whygrad/ops/shape.hpp>

#include <fmt/format.h>

#include <array>
#include <bit>
#include <span>
#include <vector>

namespace whygrad::nn {

// ---- Dense ----

Dense::Dense(std::int64_t units, DenseOptions options) : units_(units), options_(std::move(options)) {
  if (units < 1) throw ValueError("Dense", fmt::format("{} units", units), "a layer has at least one");
}

Shape Dense::build(const Shape& input, const Builder& builder) {
  if (input.rank() < 1) {
    throw ShapeError(builder.path(), "its input has no axis beside the batch", "Dense takes [batch, .., features]; add an axis with expand_dims");
  }
  kernel_ = builder.parameter("kernel", {input.back(), units_}, options_.kernel_initializer);
  if (options_.use_bias) bias_ = builder.parameter("bias", {units_}, options_.bias_initializer);
  Shape output = input;
  output[output.rank() - 1] = units_;
  return output;
}

Tensor Dense::call(const Tensor& x, const CallOptions&, const Where& where) const {
  check_built(kernel_.defined(), kind());
  const ActivationFunction& activation = options_.activation;
  if (!options_.use_bias) return activation(matmul(x, kernel_, {}, where), where);
  return activation.after_fused(dense(x, kernel_, bias_, activation.fused(), where), where);
}

// ---- Flatten ----

Shape Flatten::build(const Shape& input, const Builder&) {
  size_ = input.size();
  return {size_};
}

Tensor Flatten::call(const Tensor& x, const CallOptions&, const Where& where) const {
  check_built(size_ >= 0, kind());
  return reshape(x, {x.shape()[0], size_}, where);
}

// ---- Activate ----

Shape Activate::build(const Shape& input, const Builder&) { return input; }
Tensor Activate::call(const Tensor& x, const CallOptions&, const Where& where) const { return function_(x, where); }

// ---- Lambda ----

Shape Lambda::build(const Shape& input, const Builder& builder) {
  std::vector<std::int64_t> one = {1};
  one.insert(one.end(), input.begin(), input.end());
  const Tensor y = function_(zeros(Shape(one), builder.dtype()), Where::here());
  if (y.rank() < 1) throw ShapeError(builder.path(), "its function gave a scalar", "keep the batch axis: reduce over the others only");
  return Shape(y.shape().extents().subspan(1));
}

Tensor Lambda::call(const Tensor& x, const CallOptions&, const Where& where) const { return function_(x, where); }

// ---- Embedding ----

Embedding::Embedding(std::int64_t rows, std::int64_t width, EmbeddingOptions options) : rows_(rows), width_(width), options_(std::move(options)) {
  if (rows < 1 || width < 1) throw ValueError("Embedding", fmt::format("a table of {} x {}", rows, width), "both are at least 1");
}

Shape Embedding::build(const Shape& input, const Builder& builder) {
  embeddings_ = builder.parameter("embeddings", {rows_, width_}, options_.embeddings_initializer);
  Shape output = input;
  output.push_back(width_);
  return output;
}

Tensor Embedding::call(const Tensor& x, const CallOptions&, const Where& where) const {
  check_built(embeddings_.defined(), kind());
  return gather(embeddings_, x, 0, 0, where);
}

// ---- Dropout ----

Dropout::Dropout(double rate) : rate_(rate) {
  if (!(rate >= 0 && rate < 1)) throw ValueError("Dropout", fmt::format("the rate is {}", rate), "it is the part that is dropped, in [0, 1)");
}

Shape Dropout::build(const Shape& input, const Builder& builder) {
  const std::array<std::int64_t, 2> key_and_draws = {std::bit_cast<std::int64_t>(builder.next_seed()), 0};
  seed_ = builder.state("seed", constant(key_and_draws));
  return input;
}

namespace {

constexpr OpDef kDrawEvent = define_event({
    .name = "random_uniform",
    .doc = "Numbers in [0, 1) from a layer's own stream, drawn each time a traced function runs.",
    .source = true,
    .stateful = true,
});

// The next numbers in [0, 1) of the stream whose key and number of draws `state` holds.
Tensor draw(const Variable& state, const TensorSpec& spec, const Where& where) {
  std::array<std::int64_t, 2> seed{};
  state.value().copy_to(std::span<std::int64_t>(seed), where);
  const auto [key, draws] = std::bit_cast<std::array<std::uint64_t, 2>>(seed);
  Tensor numbers = random::uniform(spec.shape, {.dtype = spec.dtype, .stream = {{key, draws}}}, where);
  ++seed[1];
  state.assign(constant(seed, where), where);
  return numbers;
}

}  // namespace

Tensor Dropout::call(const Tensor& x, const CallOptions& options, const Where& where) const {
  check_built(seed_.defined(), kind());
  if (!options.training || rate_ == 0) return x;
  const TensorSpec spec = spec_of(x);
  whygrad::internal::Tracer* const tracer = whygrad::internal::Tracer::mine();
  const auto later = [&] {
    const auto run = [state = seed_, spec, where](const std::vector<Tensor>&) { return std::vector<Tensor>{draw(state, spec, where)}; };
    return tracer->call_host({.op = &kDrawEvent, .run = run, .results = {spec}, .writes = {seed_.shared()}}, {}, where)[0];
  };
  const Tensor chance = tracer != nullptr ? later() : draw(seed_, spec, where);
  return whygrad::where(greater_equal(chance, rate_, where), multiply(x, 1 / (1 - rate_), where), 0, where);
}

}  // namespace whygrad::nn
