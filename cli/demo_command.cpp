// `whygrad demo`: trains a model, measures it, saves it and reads it back, and explains a gradient that is missing.
#include "commands.hpp"
#include "models.hpp"
#include "session.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/device/device.hpp>
#include <whygrad/optim/adam.hpp>
#include <whygrad/train/checkpoint.hpp>
#include <whygrad/train/fit.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

namespace whygrad::cli {
namespace {

std::string right_of(const train::Evaluation& test) {
  return fmt::format("{} of {} right, {:.2f}%", train::grouped(test.correct), train::grouped(test.total), 100 * test.accuracy());
}

void heading(const Terminal& terminal, std::string_view text) {
  fmt::print("\n{}\n\n", terminal.bold(text));
  std::fflush(stdout);
}

// One row per epoch: the loss, and the magnitude of each variable's gradient.
class EpochTable {
 public:
  explicit EpochTable(const nn::Parameters& parameters) {
    for (const auto& [path, variable] : parameters) {
      const std::size_t slash = path.rfind('/');
      columns_.push_back({path.substr(0, slash), path.substr(slash + 1)});
    }
  }

  void print_head(const Terminal& terminal) const {
    std::string layers, names, layer;
    for (const Column& column : columns_) {
      if (column.layer != layer) layers.resize(names.size(), ' ');
      if (column.layer != layer) layers += "  " + column.layer;
      names += fmt::format("{:>{}}", column.name, column.width());
      layer = column.layer;
    }
    fmt::print("{}\n", terminal.dim(fmt::format("{:30}gradient norms", "")));
    fmt::print("{}\n", terminal.dim(fmt::format("{:28}{}", "", layers)));
    fmt::print("{}\n", terminal.dim(fmt::format("{:>5}{:>7}{:>7}{:>9}{}", "epoch", "loss", "test", "images/s", names)));
    std::fflush(stdout);
  }

  void print_row(std::int64_t epoch, std::int64_t epochs, const EpochSummary& summary, const train::Evaluation& test) const {
    fmt::print("{:>5}{:>7.4f}{:>6.2f}%{:>9}", fmt::format("{}/{}", epoch, epochs), summary.loss, 100 * test.accuracy(),
               train::grouped(static_cast<std::int64_t>(summary.images_per_second())));
    for (std::size_t i = 0; i < columns_.size() && i < summary.norms.size(); ++i) fmt::print("{:>{}.3f}", summary.norms[i], columns_[i].width());
    fmt::print("\n");
    std::fflush(stdout);
  }

 private:
  struct Column {
    std::string layer, name;
    std::size_t width() const { return std::max<std::size_t>(name.size(), 5) + 1; }
  };
  std::vector<Column> columns_;
};

// A temporary folder that is removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_((std::filesystem::temp_directory_path() / "whygrad-demo-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) throw IoError("demo", "no temporary folder can be made: " + path_, "name a file with --checkpoint");
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

train::Evaluation train_model(const nn::Sequential& model, optim::Adam& adam, const Data& data, std::int64_t epochs, const Terminal& terminal) {
  const EpochTable table(model.parameters());
  table.print_head(terminal);
  EpochView view(epochs);
  train::Evaluation test;
  train::Progress progress;
  train::fit(model, adam, data.train, progress,
             {.epochs = epochs,
              .on_step =
                  [&](const train::StepReport& step) {
                    view.on_step(step);
                    return true;
                  },
              .on_epoch =
                  [&](const train::EpochReport& epoch) {
                    const EpochSummary summary = view.on_epoch(epoch);
                    test = train::evaluate(model, data.test);
                    table.print_row(epoch.epoch + 1, epochs, summary, test);
                    return true;
                  }});
  return test;
}

// Saves the model, loads it into a new one, and evaluates that one.
train::Evaluation measure_saved(const nn::Sequential& model, const optim::Adam& adam, const RunOptions& run, const Data& data,
                                const std::string& path) {
  train::Checkpoint(model.parameters(), adam, {.epoch = run.epochs}).save(path);
  const nn::Sequential restored = make_model(run.model, run.seed + 1);  // other weights, until they are loaded
  train::Checkpoint::load(path).restore(restored.parameters());
  return train::evaluate(restored, data.test);
}

}  // namespace

int demo(const DemoOptions& options) {
  const Terminal terminal = Terminal::of(1);
  const RunOptions& run = options.run;
  const Data data = load_data(options.folder, run);
  const nn::Sequential model = make_model(run.model, run.seed);

  heading(terminal, "1. Train a classifier on Fashion-MNIST");
  fmt::print("{} pictures of clothing to train on, {} to test with, of ten kinds; {} threads\n\n{}\n", train::grouped(data.train_size),
             train::grouped(data.test_size), num_threads(), model.summary());
  optim::Adam adam({.learning_rate = learning_rate(run, data.train.size())});
  const train::Evaluation test = train_model(model, adam, data, run.epochs, terminal);
  const bool reached = test.accuracy() >= options.goal;
  fmt::print("\n{}: {} on pictures that it never saw (goal {:.0f}%)\n", reached ? terminal.green("reached") : terminal.red("missed"), right_of(test),
             100 * options.goal);

  heading(terminal, "2. Save it, and read it back");
  const TemporaryFolder folder;
  const std::string path = options.checkpoint.empty() ? folder.path() + "/demo.safetensors" : options.checkpoint;
  const train::Evaluation again = measure_saved(model, adam, run, data, path);
  const bool same = again == test;
  fmt::print("{}, {} bytes\n", path, train::grouped(static_cast<std::int64_t>(std::filesystem::file_size(path))));
  fmt::print("{}: a new model with these weights gets {}\n", same ? terminal.green("the same") : terminal.red("different"), right_of(again));

  heading(terminal, "3. Break it in three ways");
  explain_broken_training(options.folder);
  return reached && same ? kDone : kFailed;
}

}  // namespace whygrad::cli
