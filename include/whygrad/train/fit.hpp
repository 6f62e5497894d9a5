// The training loop, and measuring what it achieved.
#pragma once

#include <whygrad/autodiff/gradient.hpp>
#include <whygrad/data/dataset.hpp>
#include <whygrad/nn/sequential.hpp>
#include <whygrad/optim/optimizer.hpp>
#include <whygrad/train/checkpoint.hpp>

#include <cstdint>
#include <functional>

namespace whygrad::train {

// What on_step is told, after the optimizer's step.
struct StepReport {
  const Progress& progress;      // after this step
  std::int64_t steps_per_epoch;  // data::kEndless if the data set has no end
  double loss;                   // mean over this batch
  const Gradients& gradients;
};

// What on_gradients is told, before the optimizer's step.
struct GradientsReport {
  const Progress& progress;  // before this step
  const Gradients& gradients;
  // Computes the loss of this step and its gradients once more, for a closer look. Model and random numbers are left as they were.
  const std::function<void()>& repeat;
};

// What on_epoch is told.
struct EpochReport {
  std::int64_t epoch;        // the one that has ended, from 0
  double loss;               // mean over all its examples, each taken when it was trained on
  const Progress& progress;  // at the beginning of the next one
};

using Loss = std::function<Tensor(const Tensor& labels, const Tensor& outputs)>;

struct FitOptions {
  std::int64_t epochs = 1;  // train until so many are done, with those before `progress`
  Loss loss = {};           // sparse_categorical_crossentropy where not given
  // Return false to end the training there; `progress` then says where to go on.
  std::function<bool(const StepReport&)> on_step = {};
  std::function<bool(const EpochReport&)> on_epoch = {};
  std::function<void(const GradientsReport&)> on_gradients = {};
};

// Trains `model` on batches of inputs and labels, beginning where `progress` stands and keeping it up to date. Which batches come depends on progress
// alone, so that a run restored from a checkpoint does what the interrupted one would have done. Returns false where a callback ended it. Throws
// MissingGradient, and what the callbacks throw.
WG_API bool fit(const nn::Sequential& model, optim::Optimizer& optimizer, const data::Dataset<2>& batches, Progress& progress,
                const FitOptions& options = {}, Where where = Where::here());

struct Evaluation {
  std::int64_t correct = 0;
  std::int64_t total = 0;
  double loss = 0;  // mean of sparse_categorical_crossentropy
  double accuracy() const { return static_cast<double>(correct) / static_cast<double>(total); }
  friend bool operator==(const Evaluation&, const Evaluation&) = default;
};

// How well the model classifies one epoch of batches: images [n, ...] and labels i32 or i64 [n].
WG_API Evaluation evaluate(const nn::Sequential& model, const data::Dataset<2>& batches, Where where = Where::here());

}  // namespace whygrad::train
