// The commands of the program. Each throws Error, or returns the exit status.
#pragma once

#include "output.hpp"

#include <cstdint>
#include <string>

namespace whygrad::cli {

// Exit statuses.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;         // the job could not be done: missing or damaged files, an accuracy that was not reached, ...
inline constexpr int kUsage = 2;          // unknown command or option, unusable value
inline constexpr int kInterrupted = 130;  // Ctrl-C, after saving the checkpoint if there is one

inline constexpr const char* kFashionMnist = "/usr/share/datasets/fashion-mnist";

// The parameters of a training run; equal parameters give equal numbers.
struct RunOptions {
  std::string model = "cnn";
  std::int64_t epochs = 10;
  std::int64_t batch = 128;
  double learning_rate = 1e-3;
  std::string schedule = "cosine";
  std::uint64_t seed = 1;
};

struct TrainOptions {
  std::string folder;
  RunOptions run;
  std::string checkpoint;
  std::int64_t checkpoint_every = 0;  // steps; 0: after each epoch only
  bool resume = false;
  bool memory = false;  // print where memory goes in the first step
};
int train(const TrainOptions& options);

struct DemoOptions {
  std::string folder = kFashionMnist;
  RunOptions run = {.model = "small", .epochs = 6, .learning_rate = 2e-3};
  std::string checkpoint;  // empty: in a temporary folder, for the time of the demo
  double goal = 0.9;       // part of the test images
};
int demo(const DemoOptions& options);

// Trains three models in ways that cut the gradient, and prints the reason for each.
void explain_broken_training(const std::string& folder);

struct ExplainOptions {
  std::string file;  // .wgflow
  Output output;
};
// Renders what save_flow saved.
int explain(const ExplainOptions& options);

struct GraphOptions {
  std::string file;       // .wggraph
  bool compiled = false;  // after passes, for text and dot
  Output output;
};
// Renders what save_graph saved.
int graph(const GraphOptions& options);

struct OpsOptions {
  std::string name;       // one op in full; empty: all
  bool json = false;      // all that the records say, for programs
  bool markdown = false;  // docs/ops.md
};
// Prints all ops, or one in full where a name is given.
int list_ops(const OpsOptions& options);

}  // namespace whygrad::cli
