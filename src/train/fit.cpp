// fit: the training loop.
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/nn/losses.hpp>
#include <whygrad/nn/metrics.hpp>
#include <whygrad/train/fit.hpp>

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

namespace whygrad::train {
namespace {

double number(const Tensor& loss, const Where& where) {
  return loss.dtype() == float64 ? loss.item<double>(where) : static_cast<double>(loss.item<float>(where));
}

Tensor loss_of(const FitOptions& options, const Tensor& labels, const Tensor& outputs, const Where& where) {
  return options.loss ? options.loss(labels, outputs) : nn::sparse_categorical_crossentropy(labels, outputs, {}, where);
}

// The values of variables that are not trained but may change in a forward pass, such as counters of random numbers.
class States {
 public:
  explicit States(const nn::Sequential& model) {
    for (const auto& [path, variable] : model.parameters()) {
      if (!variable.trainable()) values_.emplace_back(variable, variable.value());
    }
  }
  void restore(const Where& where) const {
    for (const auto& [variable, value] : values_) variable.assign(value, where);
  }

 private:
  std::vector<std::pair<Variable, Tensor>> values_;
};

}  // namespace

bool fit(const nn::Sequential& model, optim::Optimizer& optimizer, const data::Dataset<2>& batches, Progress& progress, const FitOptions& options,
         Where where) {
  const Sources variables(model.trainable_variables());
  const std::int64_t steps_per_epoch = batches.size();
  while (progress.epoch < options.epochs) {
    data::Epoch<2> epoch = batches.iterate({.epoch = progress.epoch, .skip = progress.step});
    for (auto at = epoch.begin(where); at != epoch.end(); ++at) {
      const auto& [inputs, labels] = *at;
      const auto forward = [&, &x = inputs, &y = labels] { return loss_of(options, y, model(x, {.training = true}, where), where); };
      std::optional<States> before;
      if (options.on_gradients) before.emplace(model);
      GradientTape tape({}, where);
      const Tensor loss = forward();
      if (options.on_tape) options.on_tape({progress, tape});
      const Gradients gradients = tape.gradient(loss, variables, {}, where);
      if (before) {
        const std::function<void()> repeat = [&] {
          const States after(model);
          before->restore(where);
          GradientTape again({}, where);
          again.gradient(forward(), variables, {}, where);
          after.restore(where);
        };
        options.on_gradients({progress, gradients, repeat});
      }
      optimizer.apply_gradients(gradients, where);

      const double value = number(loss, where);
      const std::int64_t examples = inputs.shape()[0];
      progress.step += 1;
      progress.examples += examples;
      progress.loss_sum += value * static_cast<double>(examples);
      if (options.on_step && !options.on_step({progress, steps_per_epoch, value, gradients})) return false;
    }
    if (progress.examples == 0)
      throw ValueError("fit", fmt::format("epoch {} has no batches", progress.epoch), "train on a data set that is not empty");
    const double mean = progress.loss_sum / static_cast<double>(progress.examples);
    progress = {.epoch = progress.epoch + 1};
    if (options.on_epoch && !options.on_epoch({progress.epoch - 1, mean, progress})) return false;
  }
  return true;
}

Evaluation evaluate(const nn::Sequential& model, const data::Dataset<2>& batches, Where where) {
  nn::AccuracyCount count;
  nn::Mean loss;
  data::Epoch<2> epoch = batches.iterate({});
  for (auto at = epoch.begin(where); at != epoch.end(); ++at) {
    const auto& [inputs, labels] = *at;
    const Tensor outputs = model(inputs, where);
    count.update(labels, outputs, where);
    loss.update(number(nn::sparse_categorical_crossentropy(labels, outputs, {}, where), where), static_cast<double>(labels.size()));
  }
  return {.correct = count.correct(), .total = count.total(), .loss = loss.result()};
}

}  // namespace whygrad::train
