// Checkpoints: all that a training run needs to go on as if it had never stopped, in one safetensors file.
#pragma once

#include <whygrad/nn/layer.hpp>
#include <whygrad/optim/optimizer.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace whygrad::train {

// Where a run stands.
struct Progress {
  std::int64_t epoch = 0;     // the present one, from 0
  std::int64_t step = 0;      // batches seen in it
  std::int64_t examples = 0;  // seen in it
  double loss_sum = 0;        // over these examples

  friend bool operator==(const Progress&, const Progress&) = default;
};

// The state of a model, of its optimizer and of a run at one moment. Whether a run was interrupted between two steps makes no difference to its
// numbers, to the last bit, if the number of threads and the processor stay the same.
class WG_API Checkpoint {
 public:
  // Words that the program wants back, such as the model's kind and the seed of the data set.
  using Notes = std::map<std::string, std::string>;

  // Takes the state. Throws ValueError where two parameters have one path, or the optimizer has moved a variable that is not among them.
  Checkpoint(const nn::Parameters& parameters, const optim::Optimizer& optimizer, const Progress& progress, Notes notes = {},
             Where where = Where::here());
  // Reads it from a file. Throws IoError where that is damaged, or no checkpoint.
  static Checkpoint load(const std::string& path, Where where = Where::here());

  // Writes the file: a crash at any moment leaves the old one or the new one. Throws IoError.
  void save(const std::string& path, Where where = Where::here()) const;

  // Gives parameters, and the optimizer, the state that they had. Throws ValueError, ShapeError or DTypeError, and changes nothing, where the
  // checkpoint is of another model or optimizer.
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
