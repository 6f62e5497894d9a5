// `whygrad train`: trains a model on a data set and reports on its gradients.
#include "commands.hpp"
#include "memory_report.hpp"
#include "models.hpp"
#include "session.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/optim/adam.hpp>
#include <whygrad/train/checkpoint.hpp>
#include <whygrad/train/fit.hpp>

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>

namespace whygrad::cli {
namespace {

using Notes = train::Checkpoint::Notes;

volatile std::sig_atomic_t interrupted = 0;

// The first Ctrl-C ends training after the current step, the second one ends the program.
void on_interrupt(int) {
  interrupted = 1;
  std::signal(SIGINT, SIG_DFL);
}

// The parameters of the run in the checkpoint.
Notes notes_of(const RunOptions& run, const Data& data) {
  return {{"model", run.model},
          {"epochs", std::to_string(run.epochs)},
          {"batch", std::to_string(run.batch)},
          {"learning-rate", fmt::format("{}", run.learning_rate)},
          {"schedule", run.schedule},
          {"seed", std::to_string(run.seed)},
          {"images", std::to_string(data.train_size)}};
}

// A run may only be resumed with the same parameters. Its length may change as long as the learning rate does not depend on it.
void check_same_run(const Notes& now, const Notes& then, const std::string& path) {
  for (const auto& [name, value] : now) {
    const auto at = then.find(name);
    const std::string was = at == then.end() ? "not noted" : at->second;
    if (was == value || (name == "epochs" && now.at("schedule") == "constant")) continue;
    throw ValueError("train", fmt::format("{} is {}, and was {} in the run of {}", name, value, was, path),
                     "resume with the options of that run, or train anew with another --checkpoint");
  }
}

std::optional<train::Checkpoint> find_checkpoint(const TrainOptions& options) {
  if (options.resume && options.checkpoint.empty()) throw ValueError("train", "--resume without --checkpoint", "say which file to go on from");
  if (options.checkpoint.empty()) return std::nullopt;
  const bool exists = std::filesystem::exists(options.checkpoint);
  if (exists && !options.resume) {
    throw ValueError("train", fmt::format("{} exists already", options.checkpoint), "go on from it with --resume, or name another file");
  }
  if (options.resume) return train::Checkpoint::load(options.checkpoint);
  return std::nullopt;
}

class Run {
 public:
  explicit Run(const TrainOptions& options)
      : options_(options),
        data_(load_data(options.folder, options.run)),
        notes_(notes_of(options.run, data_)),
        model_(make_model(options.run.model, options.run.seed)),
        adam_({.learning_rate = learning_rate(options.run, data_.train.size())}),
        view_(options.run.epochs) {}

  void restore(const train::Checkpoint& checkpoint) {
    check_same_run(notes_, checkpoint.notes(), options_.checkpoint);
    checkpoint.restore(model_.parameters(), adam_);
    progress_ = checkpoint.progress();
  }

  void announce() const {
    fmt::print("{} images to train on, {} to test with\n\n{}\n", train::grouped(data_.train_size), train::grouped(data_.test_size), model_.summary());
    if (adam_.iterations() > 0) fmt::print("going on with epoch {} after {} steps\n", progress_.epoch + 1, progress_.step);
    std::fflush(stdout);
  }

  // Returns false if the user interrupted it.
  bool finish() {
    return train::fit(model_, adam_, data_.train, progress_,
                      {.epochs = options_.run.epochs,
                       .on_step = [this](const train::StepReport& step) { return on_step(step); },
                       .on_epoch = [this](const train::EpochReport& epoch) { return on_epoch(epoch); },
                       .on_tape = tape_watch()});
  }

  void save() const {
    if (!options_.checkpoint.empty()) train::Checkpoint(model_.parameters(), adam_, progress_, notes_).save(options_.checkpoint);
  }

  void print_result() {
    if (test_.total == 0) test_ = train::evaluate(model_, data_.test);
    fmt::print("test accuracy {:.2f}% ({} of {}), loss {:.4f}\n", 100 * test_.accuracy(), train::grouped(test_.correct), train::grouped(test_.total),
               test_.loss);
  }

  const train::Progress& progress() const { return progress_; }

 private:
  std::function<void(const train::TapeReport&)> tape_watch() {
    if (!options_.memory) return {};
    return [this](const train::TapeReport& tape) { memory_.on_tape(tape); };
  }

  bool on_step(const train::StepReport& step) {
    if (options_.memory) {
      fmt::print("{}", memory_.on_step(step, model_, adam_));
      std::fflush(stdout);
    }
    view_.on_step(step);
    if (options_.checkpoint_every > 0 && step.progress.step % options_.checkpoint_every == 0) save();
    return interrupted == 0;
  }

  bool on_epoch(const train::EpochReport& epoch) {
    const EpochSummary summary = view_.on_epoch(epoch);
    save();
    test_ = train::evaluate(model_, data_.test);
    fmt::print("epoch {:>2}/{}   loss {:.4f}   test {:.2f}%   {} images/s   {}\n", epoch.epoch + 1, options_.run.epochs, epoch.loss,
               100 * test_.accuracy(), train::grouped(static_cast<std::int64_t>(summary.images_per_second())), train::clock_text(summary.seconds));
    std::fflush(stdout);
    return true;
  }

  const TrainOptions& options_;
  Data data_;
  Notes notes_;
  nn::Sequential model_;
  optim::Adam adam_;
  train::Progress progress_;
  EpochView view_;
  MemoryReport memory_;
  train::Evaluation test_;
};

}  // namespace

int train(const TrainOptions& options) {
  const std::optional<train::Checkpoint> saved = find_checkpoint(options);
  Run run(options);
  if (saved) run.restore(*saved);
  run.announce();
  std::signal(SIGINT, on_interrupt);
  const bool finished = run.finish();
  std::signal(SIGINT, SIG_DFL);
  if (finished) {
    run.print_result();
    return kDone;
  }
  run.save();
  fmt::print(stderr, "\ninterrupted in epoch {} after {} steps{}\n", run.progress().epoch + 1, run.progress().step,
             options.checkpoint.empty() ? "" : "; --resume goes on from there");
  return kInterrupted;
}

}  // namespace whygrad::cli
