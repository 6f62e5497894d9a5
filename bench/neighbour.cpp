// How much longer a step takes where another process keeps a processor busy.
#include "neighbour.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <vector>

namespace whygrad::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kQuietSeconds = 1;

double milliseconds(const std::function<void()>& step) {
  const Clock::time_point start = Clock::now();
  step();
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// A process that counts until this one ends it, or ends itself.
class Neighbour {
 public:
  Neighbour() : id_(::fork()) {
    if (id_ < 0) throw std::runtime_error("the neighbour cannot be started");
    if (id_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NAME, "neighbour");
    for (volatile unsigned count = 0;;) count = count + 1;
  }
  ~Neighbour() {
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }
  Neighbour(const Neighbour&) = delete;
  Neighbour& operator=(const Neighbour&) = delete;

 private:
  pid_t id_;
};

double median(std::vector<double>& times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

}  // namespace

void run_beside_neighbour(benchmark::State& state, const Workload& workload) {
  const std::function<void()> step = workload.make(Mode::kEager);
  for (int warmup = 0; warmup < 10; ++warmup) step();
  std::vector<double> quiet, beside;
  for (double sum = 0; sum < kQuietSeconds * 1e3; sum += quiet.back()) quiet.push_back(milliseconds(step));
  const Neighbour neighbour;
  for (auto _ : state) {
    beside.push_back(milliseconds(step));
    state.SetIterationTime(beside.back() / 1e3);
  }
  const double alone = median(quiet), typical = median(beside), worst = beside.back();
  state.counters = {
      {"quiet_ms", alone}, {"median_ms", typical}, {"worst_ms", worst}, {"median_ratio", typical / alone}, {"worst_ratio", worst / alone}};
}

}  // namespace whygrad::bench
