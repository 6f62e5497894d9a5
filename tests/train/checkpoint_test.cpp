#include "train/train_test.hpp"

#include <whygrad/io/safetensors.hpp>

namespace whygrad::testing {
namespace {

using ::testing::HasSubstr;
using train::Checkpoint;

// What a run leaves behind.
struct Outcome {
  std::vector<std::vector<std::uint32_t>> weights;
  std::vector<double> losses;  // of each epoch
  train::Evaluation test;
};

constexpr std::int64_t kEpochs = 4;

// Trains until `stop_step` steps were taken in all, or to the end; then goes on from a file in a new model with a new optimizer.
Outcome train_interrupted_after(std::int64_t stop_step) {
  const TemporaryFolder folder;
  const data::Dataset<2> train = points(230, 1, 50).prefetch(2), test = points(100, 2, 50);
  const auto adam_options = [] { return optim::AdamOptions{.learning_rate = optim::cosine_decay(0.02, 20), .global_clipnorm = 1}; };
  Outcome outcome;
  const auto note_loss = [&](const train::EpochReport& epoch) {
    outcome.losses.push_back(epoch.loss);
    return true;
  };
  train::Progress progress;
  {
    const nn::Sequential model = small_model();
    optim::Adam adam(adam_options());
    train::fit(model, adam, train, progress,
               {.epochs = kEpochs, .on_step = [&](const train::StepReport&) { return adam.iterations() != stop_step; }, .on_epoch = note_loss});
    Checkpoint(model.parameters(), adam, progress, {{"kind", "small"}}).save(folder / "run.safetensors");
  }
  const Checkpoint checkpoint = Checkpoint::load(folder / "run.safetensors");
  EXPECT_EQ(checkpoint.progress(), progress);
  EXPECT_EQ(checkpoint.notes().at("kind"), "small");
  const nn::Sequential model = small_model(99);
  optim::Adam adam(adam_options());
  checkpoint.restore(model.parameters(), adam);
  progress = checkpoint.progress();
  EXPECT_TRUE(train::fit(model, adam, train, progress, {.epochs = kEpochs, .on_epoch = note_loss}));
  outcome.weights = bits(model);
  outcome.test = train::evaluate(model, test);
  return outcome;
}

TEST(Checkpoint, ResumesToTheLastBitWhereverTheRunStopped) {
  const Outcome whole = train_interrupted_after(-1);
  ASSERT_EQ(whole.losses.size(), static_cast<std::size_t>(kEpochs));
  for (const std::int64_t stop : {1, 5, 8, 19}) {  // in the first epoch, at the end of one, within the second and the last
    const Outcome resumed = train_interrupted_after(stop);
    EXPECT_EQ(resumed.weights, whole.weights) << stop;
    EXPECT_EQ(resumed.losses, whole.losses) << stop;
    EXPECT_EQ(resumed.test, whole.test) << stop;
  }
}

// A trained model and its optimizer.
struct Trained {
  nn::Sequential model = small_model();
  optim::Adam adam;
  Trained() {
    train::Progress progress;
    train::fit(model, adam, points(20, 1, 10), progress);
  }
};

TEST(Checkpoint, IsASnapshot) {
  Trained t;
  const Checkpoint checkpoint(t.model.parameters(), t.adam, {});
  const auto before = bits(t.model);
  train::Progress progress;
  train::fit(t.model, t.adam, points(20, 1, 10), progress);
  EXPECT_NE(bits(t.model), before);
  checkpoint.restore(t.model.parameters());
  EXPECT_EQ(bits(t.model), before);
}

TEST(Checkpoint, TheFileIsTheSameForTheSameState) {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b"}) {
    const Trained t;
    Checkpoint(t.model.parameters(), t.adam, {.epoch = 1}).save(folder / name);
  }
  EXPECT_EQ(read_bytes(folder / "a"), read_bytes(folder / "b"));
}

TEST(Checkpoint, NamesStandInTheFile) {
  const TemporaryFolder folder;
  const Trained t;
  Checkpoint(t.model.parameters(), t.adam, {.epoch = 3, .loss_sum = 0.1}, {{"seed", "7"}}).save(folder / "c");
  const io::SafeTensors file = io::load_safetensors(folder / "c");
  EXPECT_EQ(file.tensors.at("model/dense/kernel").shape(), Shape({2, 32}));
  EXPECT_EQ(file.tensors.at("model/dropout/seed").dtype(), int64);
  EXPECT_EQ(file.tensors.at("optimizer/dense_1/bias/v").shape(), Shape({10}));
  EXPECT_EQ(file.tensors.at("progress/epoch").item<std::int64_t>(), 3);
  EXPECT_EQ(file.tensors.at("progress/loss_sum").item<double>(), 0.1);
  EXPECT_EQ(file.metadata.at("note/seed"), "7");
}

TEST(Checkpoint, OfAnotherModelIsRefusedAndChangesNothing) {
  Trained t;
  const Checkpoint checkpoint(t.model.parameters(), t.adam, {});
  const auto refused = [&](const nn::Sequential& model) {
    optim::Adam adam;
    const auto before = bits(model);
    std::string message;
    try {
      checkpoint.restore(model.parameters(), adam);
      ADD_FAILURE() << "it was restored";
    } catch (const Error& error) {
      message = error.what();
    }
    EXPECT_EQ(bits(model), before);
    EXPECT_EQ(adam.iterations(), 0);
    return message;
  };
  EXPECT_THAT(refused({{2}, {nn::Dense(31), nn::Dropout(0.1), nn::Dense(10)}}),
              HasSubstr("`dense/kernel` is f32[2, 32] in the checkpoint and f32[2, 31]"));
  EXPECT_THAT(refused({{2}, {nn::Dense(32), nn::Dropout(0.1)}}), HasSubstr("it has 5 parameters and the model 3"));
  EXPECT_THAT(refused({{2}, {nn::Dense(32), nn::Dropout(0.1), nn::Dense(10), nn::Dense(1)}}), HasSubstr("no parameter `dense_2/kernel`"));
  optim::SGD sgd({.momentum = 0.9});
  const auto before = bits(t.model);
  EXPECT_THROW(checkpoint.restore(t.model.parameters(), sgd), ValueError);  // Adam's state
  EXPECT_EQ(bits(t.model), before);
}

TEST(Checkpoint, OtherFilesAreRefused) {
  const TemporaryFolder folder;
  io::save_safetensors(folder / "other", {{"x", zeros({2})}});
  EXPECT_THROW(Checkpoint::load(folder / "other"), IoError);
  io::save_safetensors(folder / "incomplete", {{"progress/epoch", zeros({2})}}, {{"format", "whygrad checkpoint 1"}});
  EXPECT_THROW(Checkpoint::load(folder / "incomplete"), IoError);
  EXPECT_THROW(Checkpoint::load(folder / "missing"), IoError);
}

}  // namespace
}  // namespace whygrad::testing
