// The workloads that are also run by the peers, in the same shapes.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace whygrad::bench {

struct Workload {
  std::string group;  // what is asked for: "chain"
  std::string name;   // what is reported: "chain-record"
  double per;         // one step counts as so many
  // Makes the state and returns the step.
  std::function<std::function<void()>()> make;
};

const std::vector<Workload>& workloads();

}  // namespace whygrad::bench
