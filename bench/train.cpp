#include "train.hpp"

#include <memory>

namespace whygrad::bench {

std::vector<Batch> texts(std::int64_t batch, std::int64_t steps, std::int64_t vocabulary) {
  const auto characters = [&] {
    return cast(floor(random::uniform({batch, steps}, {.minval = 0, .maxval = static_cast<float>(vocabulary)})), int32);
  };
  std::vector<Batch> data;
  for (int i = 0; i < kBatches; ++i) data.push_back({characters(), reshape(characters(), {batch * steps})});
  return data;
}

std::function<void()> train(std::function<Tensor(const Tensor& inputs, const Tensor& labels)> loss, std::vector<Variable> variables,
                            std::vector<Batch> data, Mode mode) {
  struct State {
    State(std::function<Tensor(const Tensor&, const Tensor&)> f, std::vector<Variable> all, std::vector<Batch> batches)
        : loss(std::move(f)), variables(std::move(all)), data(std::move(batches)) {}
    std::function<Tensor(const Tensor&, const Tensor&)> loss;
    std::vector<Variable> variables;
    std::vector<Batch> data;
    optim::Adam adam{{.learning_rate = 1e-3, .epsilon = 1e-8}};
    std::size_t step = 0;
  };
  auto state = std::make_shared<State>(std::move(loss), std::move(variables), std::move(data));
  const auto step = [state](const Tensor& x, const Tensor& y) {
    GradientTape tape;
    const Tensor value = state->loss(x, y);
    state->adam.apply_gradients(tape.gradient(value, state->variables));
    return value;
  };
  const auto run = [state](const auto& f) {
    const Batch& batch = state->data[state->step++ % state->data.size()];
    (void)f(batch.inputs, batch.labels).template item<float>();
  };
  if (mode == Mode::kEager) return [run, step] { run(step); };
  return [run, step = function(step)] { run(step); };
}

}  // namespace whygrad::bench
