#include "workloads.hpp"

#include "train.hpp"

#include <cmath>
#include <memory>

namespace whygrad::bench {
namespace {

std::vector<Batch> batches(const Shape& shape) {
  std::vector<Batch> result;
  for (int i = 0; i < kBatches; ++i) {
    const Tensor labels = floor(random::uniform({shape[0]}, {.minval = 0, .maxval = 10}));
    result.push_back({random::normal(shape), cast(labels, int64)});
  }
  return result;
}

std::function<void()> training_step(nn::Sequential model, const std::vector<Batch>& data, Mode mode) {
  std::vector<Variable> variables = model.trainable_variables();
  return train([model = std::move(model)](const Tensor& x, const Tensor& y) { return nn::sparse_categorical_crossentropy(y, model(x)); },
               std::move(variables), data, mode);
}

std::function<void()> cnn(Mode mode) {
  const nn::ConvLayerOptions same{.padding = nn::same, .activation = nn::relu};
  return training_step(nn::Sequential({28, 28, 1}, {nn::Conv2D(32, 5, same), nn::MaxPool2D(2), nn::Conv2D(64, 5, same), nn::MaxPool2D(2),
                                                    nn::Flatten(), nn::Dense(512, {.activation = nn::relu}), nn::Dense(10)}),
                       batches({64, 28, 28, 1}), mode);
}

// One layer of 64 steps over characters, written out: input, forget, cell and output gates.
struct Lstm {
  static constexpr std::int64_t kBatch = 32, kSteps = 64, kVocabulary = 65, kEmbed = 128, kHidden = 256;

  Variable embed = weight({kVocabulary, kEmbed}, "embed"), x = weight({kEmbed, 4 * kHidden}, "x"), x_bias = bias(4 * kHidden, "x_bias"),
           h = weight({kHidden, 4 * kHidden}, "h"), head = weight({kHidden, kVocabulary}, "head"), head_bias = bias(kVocabulary, "head_bias");
  std::vector<Variable> variables{embed, x, x_bias, h, head, head_bias};

  Tensor logits(const Tensor& ids) const {
    const Tensor z = reshape(linear(reshape(gather(embed, ids), {kBatch * kSteps, kEmbed}), x, x_bias), {kBatch, kSteps, 4 * kHidden});
    Tensor state = zeros({kBatch, kHidden}), cell = state;
    std::vector<Tensor> states;
    for (const Tensor& u : unstack(z, 1)) {
      const std::vector<Tensor> gates = split(u + matmul(state, h), 4, -1);
      cell = sigmoid(gates[1]) * cell + sigmoid(gates[0]) * tanh(gates[2]);
      state = sigmoid(gates[3]) * tanh(cell);
      states.push_back(state);
    }
    return linear(reshape(stack(states, 1), {kBatch * kSteps, kHidden}), head, head_bias);
  }
};

std::function<void()> lstm(Mode mode) {
  const Lstm model;
  return train([model](const Tensor& x, const Tensor& y) { return nn::sparse_categorical_crossentropy(y, model.logits(x)); }, model.variables,
               texts(Lstm::kBatch, Lstm::kSteps, Lstm::kVocabulary), mode);
}

// x = x * a + b, 500 times, on 64 floats.
struct Chain {
  Tensor x = random::normal({64}), a = fill({64}, 0.999f), b = fill({64}, 0.001f), seed = ones({64});

  Tensor forward() const {
    Tensor y = x;
    for (int i = 0; i < 500; ++i) y = y * a + b;
    return y;
  }
};

std::function<void()> chain_record(Mode) {
  return [chain = Chain()] {
    GradientTape tape;
    tape.watch(chain.x);
    (void)chain.forward();
  };
}

std::function<void()> chain_record_and_backward(Mode) {
  return [chain = Chain()] {
    GradientTape tape;
    tape.watch(chain.x);
    (void)tape.gradient(chain.forward(), chain.x, {.output_gradients = {chain.seed}}).value();
  };
}

std::function<void()> chain_off_tape(Mode) {
  return [chain = Chain()] { (void)chain.forward(); };
}

// Twelve ops on four million floats, and the gradient.
Tensor twelve_ops(const Tensor& x) {
  Tensor y = tanh(x * 1.5 + 0.5);
  y = y * sigmoid(x);
  y = y + exp(-x * x);
  y = y - 0.1 * sin(y);
  return reduce_sum(y * y);
}

std::function<void()> pointwise(Mode mode) {
  const auto step = [](const Tensor& x) {
    GradientTape tape;
    tape.watch(x);
    const Tensor value = twelve_ops(x);
    return std::pair(value, *tape.gradient(value, x));
  };
  const std::vector<Tensor> xs{random::normal({1 << 22}), random::normal({1 << 22})};
  if (mode == Mode::kEager) return [step, xs, i = 0]() mutable { (void)step(xs[static_cast<std::size_t>(i++ % 2)]); };
  return [step = function(step), xs, i = 0]() mutable { (void)step(xs[static_cast<std::size_t>(i++ % 2)]); };
}

std::vector<Workload> all_workloads() {
  std::vector<Workload> all = {
      {"mlp", "mlp", 1, [](Mode mode) { return mlp(mode, 128); }},
      {"cnn", "cnn", 1, cnn},
      {"gpt", "gpt", 1, [](Mode mode) { return gpt(mode, 16, 128); }},
      {"lstm", "lstm", 1, lstm},
      {"pointwise", "pointwise", 1, pointwise},
      {"chain", "chain-record", 1000, chain_record},
      {"chain", "chain-record-and-backward", 1000, chain_record_and_backward},
      {"chain", "chain-off-tape", 1000, chain_off_tape},
  };
  for (Workload& mixture : mixtures()) all.push_back(std::move(mixture));
  return all;
}

}  // namespace

std::function<void()> mlp(Mode mode, std::int64_t batch) {
  const nn::DenseOptions relu{.activation = nn::relu};
  return training_step(nn::Sequential({784}, {nn::Dense(512, relu), nn::Dense(512, relu), nn::Dense(10)}), batches({batch, 784}), mode);
}

const std::vector<Workload>& workloads() {
  static const std::vector<Workload> all = all_workloads();
  return all;
}

}  // namespace whygrad::bench
