// The training loop, and evaluation.
#pragma once

#include <whygrad/autodiff/gradient.hpp>
#include <whygrad/autodiff/tape.hpp>
#include <whygrad/data/dataset.hpp>
#include <whygrad/nn/sequential.hpp>
#include <whygrad/optim/optimizer.hpp>
#include <whygrad/train/checkpoint.hpp>

#include <cstdint>
#include <functional>

namespace whygrad::train {

// The argument of on_step, after the optimizer's step.
struct StepReport {
  const Progress& progress;      // after this step
  std::int64_t steps_per_epoch;  // data::kEndless if the data set has no end
  double loss;                   // mean over this batch
  const Gradients& gradients;
};

// The argument of on_gradients, before the optimizer's step.
struct GradientsReport {
  const Progress& progress;  // before this step
  const Gradients& gradients;
  // Computes the loss and the gradients of this step again, for closer inspection. Model and random numbers are restored afterwards.
  const std::function<void()>& repeat;
};

// The argument of on_tape, between the loss and its gradients.
struct TapeReport {
  const Progress& progress;  // before this step
  const GradientTape& tape;
};

// The argument of on_epoch.
struct EpochReport {
  std::int64_t epoch;        // the one that has ended, from 0
  double loss;               // mean over all its examples, each measured when it was trained on
  const Progress& progress;  // of the first step of the next epoch
};

using Loss = std::function<Tensor(const Tensor& labels, const Tensor& outputs)>;

struct FitOptions {
  std::int64_t epochs = 1;  // the number of epochs to train, including those before `progress`
  Loss loss = {};           // sparse_categorical_crossentropy by default
  // Return false to end the training; `progress` then says where to continue.
  std::function<bool(const StepReport&)> on_step = {};
  std::function<bool(const EpochReport&)> on_epoch = {};
  std::function<void(const GradientsReport&)> on_gradients = {};
  std::function<void(const TapeReport&)> on_tape = {};
};

// Trains `model` on batches of inputs and labels, starting at `progress` and updating it. The batches depend on progress alone, so that a run
// restored from a checkpoint does what the interrupted one would have done. Returns false if a callback ended it. Throws MissingGradient, and
// exceptions of the callbacks.
WG_API bool fit(const nn::Sequential& model, optim::Optimizer& optimizer, const data::Dataset<2>& batches, Progress& progress,
                const FitOptions& options = {}, Where where = Where::here());

struct Evaluation {
  std::int64_t correct = 0;
  std::int64_t total = 0;
  double loss = 0;  // mean of sparse_categorical_crossentropy
  double accuracy() const { return static_cast<double>(correct) / static_cast<double>(total); }
  friend bool operator==(const Evaluation&, const Evaluation&) = default;
};

// Evaluates a classifier on one epoch of batches: images [n, ...] and labels i32 or i64 [n].
WG_API Evaluation evaluate(const nn::Sequential& model, const data::Dataset<2>& batches, Where where = Where::here());

}  // namespace whygrad::train
