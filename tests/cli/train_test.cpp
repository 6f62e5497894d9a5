// Training from the command line: what it prints, and that interruption changes nothing.
#include "cli/pictures.hpp"
#include "cli/program.hpp"

#include <chrono>
#include <sstream>
#include <thread>

namespace whygrad::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> train_arguments(const std::string& folder, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = {"train", folder, "--model", "small", "--batch", "8", "--epochs", "30", "--seed", "5", "--threads", "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::string last_line(const std::string& text) {
  std::istringstream lines(text);
  std::string line, last;
  while (std::getline(lines, line)) last = line;
  return last;
}

// Waits until the file is there. The program makes it; should it fail to, the test ends by its own time limit.
void wait_for(const std::string& path) {
  while (!std::filesystem::exists(path)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST(Train, PrintsPlainTextWhereNobodyLooks) {
  const PictureFolder pictures;
  const Finished r = run(train_arguments(pictures.path()));
  EXPECT_EQ(r.status, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("96 images to train on, 40 to test with"), HasSubstr("conv2d_1"), HasSubstr("epoch 30/30")));
  EXPECT_THAT(last_line(r.out), ContainsRegex("^test accuracy [0-9.]+% \\([0-9]+ of 40\\), loss [0-9.]+$"));
  for (const std::string& text : {r.out, r.err}) EXPECT_THAT(text, AllOf(Not(HasSubstr("\r")), Not(HasSubstr("\x1b"))));
}

TEST(Train, AKilledRunGoesOnAsIfNothingHadHappened) {
  const PictureFolder pictures;
  const TemporaryFolder folder;
  const std::string whole = folder / "whole", killed = folder / "killed";
  const Finished uninterrupted = run(train_arguments(pictures.path(), {"--checkpoint", whole}));
  EXPECT_EQ(uninterrupted.status, 0) << uninterrupted.err;

  Program first(train_arguments(pictures.path(), {"--checkpoint", killed, "--checkpoint-every", "1"}));
  wait_for(killed);
  first.send(SIGKILL);
  EXPECT_EQ(first.wait().status, 128 + SIGKILL);
  const Finished second = run(train_arguments(pictures.path(), {"--checkpoint", killed, "--resume"}));
  EXPECT_EQ(second.status, 0) << second.err;
  EXPECT_THAT(second.out, HasSubstr("going on with epoch 1 after "));
  EXPECT_EQ(last_line(second.out), last_line(uninterrupted.out));
  EXPECT_TRUE(read_bytes(killed) == read_bytes(whole));
}

TEST(Train, AnInterruptedRunSavesWhereItStands) {
  const PictureFolder pictures;
  const TemporaryFolder folder;
  const std::string whole = folder / "whole", interrupted = folder / "interrupted";
  run(train_arguments(pictures.path(), {"--checkpoint", whole}));

  Program first(train_arguments(pictures.path(), {"--checkpoint", interrupted, "--checkpoint-every", "1"}));
  wait_for(interrupted);
  first.send(SIGINT);
  const Finished stopped = first.wait();
  EXPECT_EQ(stopped.status, 130);
  EXPECT_THAT(stopped.err, AllOf(HasSubstr("interrupted in epoch"), HasSubstr("--resume goes on from there")));
  EXPECT_EQ(run(train_arguments(pictures.path(), {"--checkpoint", interrupted, "--resume"})).status, 0);
  EXPECT_TRUE(read_bytes(interrupted) == read_bytes(whole));
}

TEST(Train, ARunIsOnlyResumedAsWhatItWas) {
  const PictureFolder pictures;
  const TemporaryFolder folder;
  const std::string file = folder / "run";
  EXPECT_EQ(run(train_arguments(pictures.path(), {"--checkpoint", file})).status, 0);
  const Finished again = run(train_arguments(pictures.path(), {"--checkpoint", file}));
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, AllOf(HasSubstr("exists already"), HasSubstr("--resume")));
  const Finished other =
      run({"train", pictures.path(), "--model", "small", "--batch", "16", "--epochs", "30", "--seed", "5", "--checkpoint", file, "--resume"});
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.err, HasSubstr("batch is 16, and was 8"));
  EXPECT_EQ(run(train_arguments(pictures.path(), {"--resume"})).status, 1);
  EXPECT_EQ(run(train_arguments(pictures.path(), {"--checkpoint", folder / "none", "--resume"})).status, 1);
}

TEST(Train, PrintsWhereMemoryGoes) {
  const PictureFolder pictures;
  const Finished r = run(train_arguments(pictures.path(), {"--memory"}));
  EXPECT_EQ(r.status, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("memory of a step:"), HasSubstr("parameters"), HasSubstr("gradients"), HasSubstr("state of the optimizer"),
                           HasSubstr("kept for the gradient"), HasSubstr("conv2d_bias_relu"), HasSubstr("most at once")));
  EXPECT_EQ(r.out.find("memory of a step:"), r.out.rfind("memory of a step:"));
}

TEST(Demo, TrainsSavesAndExplainsThreeMistakes) {
  const PictureFolder pictures;
  const Finished r = run({"demo", "--data", pictures.path(), "--batch", "8", "--epochs", "2"});
  EXPECT_TRUE(r.status == 0 || r.status == 1) << r.err;  // 40 pictures after 24 steps: the goal may be missed
  EXPECT_THAT(r.out, AllOf(HasSubstr("gradient norms"), HasSubstr("images/s"), HasSubstr("the same: a new model with these weights gets"),
                           HasSubstr("a) Accuracy as the loss"), HasSubstr("b) The loss computed before the tape"),
                           HasSubstr("c) The weights replaced by a tensor"), HasSubstr("argmax"), HasSubstr("broken.cpp")));
  EXPECT_THAT(r.out, Not(HasSubstr("\x1b")));
}

// The code that the demo shows is the code that it runs.
TEST(Demo, ShowsTheCodeThatItRuns) {
  const std::string source = read_bytes(WG_SOURCE_DIR "/cli/broken.cpp");
  std::size_t shown = 0;
  for (std::size_t at = source.find("R\"(\n"); at != std::string::npos; at = source.find("R\"(\n", at)) {
    at += 4;
    const std::string code = source.substr(at, source.find(")\"", at) - at);
    const std::size_t first = source.find(code);
    EXPECT_LT(first, at) << "not run:\n" << code;
    ++shown;
  }
  EXPECT_EQ(shown, 3u);
}

}  // namespace
}  // namespace whygrad::testing
