// Common parts of the commands that train: data, learning rates, and the output of each epoch.
#include "session.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/data/mnist.hpp>

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <iostream>
#include <numeric>

namespace whygrad::cli {

Data load_data(const std::string& folder, const RunOptions& run) {
  if (!std::filesystem::is_directory(folder)) {
    throw IoError("data", fmt::format("there is no folder {}", folder),
                  fmt::format("Fashion-MNIST is in Debian's package dataset-fashion-mnist: `apt install dataset-fashion-mnist` puts it into {}",
                              kFashionMnist));
  }
  constexpr std::int64_t kTestBatch = 500;
  const data::Dataset<2> train = data::mnist(folder);
  const data::Dataset<2> test = data::mnist(folder, {.split = data::Split::kTest});
  return {.train = train.shuffle(data::kAll, {.seed = run.seed}).batch(run.batch).prefetch(2),
          .test = test.batch(kTestBatch).prefetch(2),
          .train_size = train.size(),
          .test_size = test.size()};
}

optim::LearningRate learning_rate(const RunOptions& run, std::int64_t steps_per_epoch) {
  if (run.schedule == "constant") return run.learning_rate;
  return optim::cosine_decay(run.learning_rate, run.epochs * steps_per_epoch);
}

void EpochView::start(const train::StepReport& step) {
  const std::int64_t epoch = step.progress.epoch + 1;
  bar_ = std::make_unique<train::ProgressBar>(std::cerr, fmt::format("epoch {}/{}", epoch, epochs_), step.steps_per_epoch,
                                              train::ProgressBarOptions{.terminal = terminal_.interactive, .columns = terminal_.columns});
  begun_at_ = step.progress.examples;
  norm_count_ = 0;
  norm_sums_.assign(step.gradients.size(), 0);
}

void EpochView::on_step(const train::StepReport& step) {
  if (!bar_) start(step);
  images_ = step.progress.examples;
  if (step.progress.step % 10 == 1) {
    const std::vector<double> norms = optim::gradient_norms(step.gradients);
    for (std::size_t i = 0; i < norms.size(); ++i) norm_sums_[i] += norms[i];
    global_norm_ = std::sqrt(std::inner_product(norms.begin(), norms.end(), norms.begin(), 0.0));
    ++norm_count_;
  }
  if (!bar_->due()) return;
  const auto rate = static_cast<std::int64_t>(static_cast<double>(images_ - begun_at_) / bar_->seconds());
  const double loss = step.progress.loss_sum / static_cast<double>(step.progress.examples);
  bar_->show(step.progress.step, fmt::format("{} images/s   loss {:.4f}   gradient norm {:.3f}", train::grouped(rate), loss, global_norm_));
}

EpochSummary EpochView::on_epoch(const train::EpochReport& epoch) {
  if (!bar_) return {.loss = epoch.loss};  // resumed after its last step
  EpochSummary summary{.loss = epoch.loss, .seconds = bar_->seconds(), .images = images_ - begun_at_, .norms = norm_sums_};
  for (double& norm : summary.norms) norm /= static_cast<double>(norm_count_);
  bar_->clear();
  bar_.reset();
  return summary;
}

}  // namespace whygrad::cli
