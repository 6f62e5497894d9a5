// Common parts of `train` and `demo`: data, optimizer settings and the progress output of an epoch.
#pragma once

#include "commands.hpp"
#include "terminal.hpp"

#include <whygrad/data/dataset.hpp>
#include <whygrad/optim/learning_rate.hpp>
#include <whygrad/train/fit.hpp>
#include <whygrad/train/progress_bar.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace whygrad::cli {

struct Data {
  data::Dataset<2> train;  // shuffled batches
  data::Dataset<2> test;   // batches in order
  std::int64_t train_size;
  std::int64_t test_size;
};
// The IDX files in `folder`. Throws IoError, which names the Debian package if the folder is missing.
Data load_data(const std::string& folder, const RunOptions& run);

optim::LearningRate learning_rate(const RunOptions& run, std::int64_t steps_per_epoch);

// The results of an epoch.
struct EpochSummary {
  double loss = 0;
  double seconds = 0;              // training only
  std::int64_t images = 0;         // trained on in these seconds
  std::vector<double> norms = {};  // of each variable's gradient: means over every tenth step
  double images_per_second() const { return seconds > 0 ? static_cast<double>(images) / seconds : 0; }
};

// Draws the progress bar of the current epoch on standard error and collects its statistics.
class EpochView {
 public:
  explicit EpochView(std::int64_t epochs) : terminal_(Terminal::of(2)), epochs_(epochs) {}

  void on_step(const train::StepReport& step);
  // Removes the bar from the screen.
  EpochSummary on_epoch(const train::EpochReport& epoch);

 private:
  void start(const train::StepReport& step);

  Terminal terminal_;
  std::int64_t epochs_;
  std::unique_ptr<train::ProgressBar> bar_;
  std::int64_t begun_at_ = 0, images_ = 0;  // examples of the epoch: before this view started, and now
  std::int64_t norm_count_ = 0;
  double global_norm_ = 0;
  std::vector<double> norm_sums_;
};

}  // namespace whygrad::cli
