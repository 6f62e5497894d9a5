// The workloads that are also run by the peers, in the same shapes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace whygrad::bench {

// Whether the step is run op by op or as a traced function.
enum class Mode { kEager, kFunction };

struct Workload {
  std::string group;  // what is asked for: "chain"
  std::string name;   // what is reported: "chain-record"
  double per;         // one step counts as so many
  // Makes the state and returns the step.
  std::function<std::function<void()>(Mode)> make;
};

const std::vector<Workload>& workloads();

// A step of training a network of dense layers.
std::function<void()> mlp(Mode mode, std::int64_t batch);
// A step of training a character-level transformer.
std::function<void()> gpt(Mode mode, std::int64_t batch, std::int64_t context);
// ADBench's mixture models, one for each of the files in the environment variable GMM, separated by commas.
std::vector<Workload> mixtures();

}  // namespace whygrad::bench
