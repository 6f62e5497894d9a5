#include "workloads.hpp"

#include <whygrad/whygrad.hpp>

#include <cmath>
#include <memory>

namespace whygrad::bench {
namespace {

constexpr int kBatches = 8;

struct Batch {
  Tensor inputs, labels;
};

std::vector<Batch> batches(const Shape& shape) {
  std::vector<Batch> result;
  for (int i = 0; i < kBatches; ++i) {
    const Tensor labels = floor(random::uniform({shape[0]}, {.minval = 0, .maxval = 10}));
    result.push_back({random::normal(shape), cast(labels, int64)});
  }
  return result;
}

// A whole step: forward, loss, backward, Adam, and the loss read back.
std::function<void()> training_step(nn::Sequential model, std::vector<Batch> data) {
  struct State {
    State(nn::Sequential m, std::vector<Batch> d) : model(std::move(m)), data(std::move(d)), variables(model.trainable_variables()) {}
    nn::Sequential model;
    std::vector<Batch> data;
    std::vector<Variable> variables;
    optim::Adam adam{{.learning_rate = 1e-3, .epsilon = 1e-8}};
    std::size_t step = 0;
  };
  auto state = std::make_shared<State>(std::move(model), std::move(data));
  return [state] {
    const Batch& batch = state->data[state->step++ % state->data.size()];
    GradientTape tape;
    const Tensor loss = nn::sparse_categorical_crossentropy(batch.labels, state->model(batch.inputs));
    state->adam.apply_gradients(tape.gradient(loss, state->variables));
    (void)loss.item<float>();
  };
}

std::function<void()> mlp() {
  const nn::DenseOptions relu{.activation = nn::relu};
  return training_step(nn::Sequential({784}, {nn::Dense(512, relu), nn::Dense(512, relu), nn::Dense(10)}), batches({128, 784}));
}

std::function<void()> cnn() {
  const nn::ConvLayerOptions same{.padding = nn::same, .activation = nn::relu};
  return training_step(nn::Sequential({28, 28, 1}, {nn::Conv2D(32, 5, same), nn::MaxPool2D(2), nn::Conv2D(64, 5, same), nn::MaxPool2D(2),
                                                    nn::Flatten(), nn::Dense(512, {.activation = nn::relu}), nn::Dense(10)}),
                       batches({64, 28, 28, 1}));
}

// One layer of 64 steps over characters, written out: input, forget, cell and output gates.
struct Lstm {
  static constexpr std::int64_t kBatch = 32, kSteps = 64, kVocabulary = 65, kEmbed = 128, kHidden = 256;

  static Variable weight(const Shape& shape, const char* name) {
    return Variable(random::normal(shape, {.stddev = 0.5f / std::sqrt(static_cast<float>(shape[0]))}), name);
  }
  static Variable bias(std::int64_t size, const char* name) { return Variable(zeros({size}), name); }
  static Tensor characters() { return cast(floor(random::uniform({kBatch, kSteps}, {.minval = 0, .maxval = kVocabulary})), int32); }

  Variable embed = weight({kVocabulary, kEmbed}, "embed"), x = weight({kEmbed, 4 * kHidden}, "x"), x_bias = bias(4 * kHidden, "x_bias"),
           h = weight({kHidden, 4 * kHidden}, "h"), head = weight({kHidden, kVocabulary}, "head"), head_bias = bias(kVocabulary, "head_bias");
  std::vector<Variable> variables{embed, x, x_bias, h, head, head_bias};
  std::vector<Batch> data;
  optim::Adam adam{{.learning_rate = 1e-3, .epsilon = 1e-8}};
  std::size_t step = 0;

  Lstm() {
    for (int i = 0; i < kBatches; ++i) data.push_back({characters(), reshape(characters(), {kBatch * kSteps})});
  }

  static Tensor linear(const Tensor& in, const Variable& w, const Variable& b) { return nn::bias_add(matmul(in, w), b); }

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

  void train() {
    const Batch& batch = data[step++ % data.size()];
    GradientTape tape;
    const Tensor loss = nn::sparse_categorical_crossentropy(batch.labels, logits(batch.inputs));
    adam.apply_gradients(tape.gradient(loss, variables));
    (void)loss.item<float>();
  }
};

std::function<void()> lstm() {
  return [state = std::make_shared<Lstm>()] { state->train(); };
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

std::function<void()> chain_record() {
  return [chain = Chain()] {
    GradientTape tape;
    tape.watch(chain.x);
    (void)chain.forward();
  };
}

std::function<void()> chain_record_and_backward() {
  return [chain = Chain()] {
    GradientTape tape;
    tape.watch(chain.x);
    (void)tape.gradient(chain.forward(), chain.x, {.output_gradients = {chain.seed}}).value();
  };
}

std::function<void()> chain_off_tape() {
  return [chain = Chain()] { (void)chain.forward(); };
}

}  // namespace

const std::vector<Workload>& workloads() {
  static const std::vector<Workload> all = {
      {"mlp", "mlp", 1, mlp},
      {"cnn", "cnn", 1, cnn},
      {"lstm", "lstm", 1, lstm},
      {"chain", "chain-record", 1000, chain_record},
      {"chain", "chain-record-and-backward", 1000, chain_record_and_backward},
      {"chain", "chain-off-tape", 1000, chain_off_tape},
  };
  return all;
}

}  // namespace whygrad::bench
