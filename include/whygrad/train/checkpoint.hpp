// Checkpoints: the complete state of a training run in one safetensors file.
#pragma once

#include <whygrad/nn/layer.hpp>
#include <whygrad/optim/optimizer.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace whygrad::train {

// The progress of a run.
struct Progress {
  std::int64_t epoch = 0;     // the current one, from 0
  std::int64_t step = 0;      // batches of it that were trained on
  std::int64_t examples = 0;  // examples of it that were trained on
  double loss_sum = 0;        // over these examples

  friend bool operator==(const Progress&, const Progress&) = default;
};

// The state of a model, its optimizer and its run. A run that was interrupted between two steps and resumed computes the same numbers, to the last
// bit, if the number of threads and the processor stay the same.
class WG_API Checkpoint {
 public:
  // Texts that the program wants to restore, such as the model's kind and the seed of the data set.
  using Notes = std::map<std::string, std::string>;

  // Captures the state. Throws ValueError if two parameters have one path, or the optimizer has updated a variable that is not among them.
  Checkpoint(const nn::Parameters& parameters, const optim::Optimizer& optimizer, const Progress& progress, Notes notes = {},
             Where where = Where::here());
  // Reads it from a file. Throws IoError if that is damaged, or no checkpoint.
  static Checkpoint load(const std::string& path, Where where = Where::here());

  // Writes the file. A crash at any moment leaves the old file or the new one. Throws IoError.
  void save(const std::string& path, Where where = Where::here()) const;

  // Restores parameters, and the optimizer. Throws ValueError, ShapeError or DTypeError, and changes nothing, if the checkpoint belongs to another
  // model or optimizer.
  void restore(const nn::Parameters& parameters, Where where = Where::here()) const;
  void restore(const nn::Parameters& parameters, optim::Optimizer& optimizer, Where where = Where::here()) const;

  const Progress& progress() const { return progress_; }
  const Notes& notes() const { return notes_; }

 private:
  using Tensors = std::map<std::string, Tensor>;
  Checkpoint() = default;
  void check(const nn::Parameters& parameters) const;

  Tensors parameters_, optimizer_;
  Progress progress_;
  Notes notes_;
};

}  // namespace whygrad::train
