// Where time goes: the ops that a thread runs, by op and place.
#pragma once

#include <whygrad/base/export.hpp>
#include <whygrad/base/where.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace whygrad {

namespace internal {
class Profiler;
}

// Measures the ops that this thread runs while it lives, or until stop(): those that are called one by one, those of backward passes, and the steps
// of traced functions. Profiles may be nested; each sees what happens while it lives. Without a profile, an op pays for one test of a flag.
//
//   Profile profile;
//   train_one_epoch();
//   std::cout << profile.table();
class WG_API Profile {
 public:
  Profile();
  ~Profile();
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;

  // Ends the measurement; any thread may do so. Does nothing if it has ended.
  void stop();

  struct Row {
    std::string op;     // of a fused step all of its ops: "fused: add, tanh"
    std::string place;  // "model.cpp:12"; empty if it is not known
    std::uint64_t calls = 0;
    double seconds = 0;
    double bytes = 0;  // of inputs and outputs
    double flops = 0;  // of products of matrices; 0 for other ops
  };
  // By op and place, the longest first.
  std::vector<Row> rows() const;
  // From the start to the end, or to now.
  double seconds() const;

  // The rows as text: calls, time, GB/s or GFLOP/s, and their share of what this machine was found to do in one thread. What the ops do not account
  // for is the last row. At most `most` rows.
  std::string table(std::size_t most = 30) const;
  // All calls in time, as JSON that chrome://tracing and ui.perfetto.dev show.
  std::string trace() const;

 private:
  std::shared_ptr<internal::Profiler> profiler_;
};

}  // namespace whygrad
