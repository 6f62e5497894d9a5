#include "lines.hpp"

#include "tensor/log.hpp"
#include "workloads.hpp"

#include <whygrad/explain/diagnosis.hpp>
#include <whygrad/ops/profile.hpp>

#include <nlohmann/json.hpp>

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace whygrad::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kSeconds = 6;
constexpr int kWarmup = 3;
constexpr std::size_t kFewest = 5;

double milliseconds(const std::function<void()>& step) {
  const Clock::time_point start = Clock::now();
  step();
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

int cpus() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
}

struct Times {
  const char* mode;
  bool explain, diagnose;
  Mode made = Mode::kEager;
  double first = 0;
  std::vector<double> all = {};
};
const Times kModes[] = {{"unexplained", false, false}, {"eager", true, false}, {"diagnosed", true, true}, {"function", true, false, Mode::kFunction}};

// What print_peak_memory() says in a process of its own.
double peak_mib(const Workload& workload, const Times& mode) {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string command = "'" + program + "' --memory " + workload.name + " " + mode.mode;
  const std::unique_ptr<FILE, int (*)(FILE*)> output(popen(command.c_str(), "r"), pclose);
  char line[32] = {};
  if (output == nullptr || std::fgets(line, sizeof line, output.get()) == nullptr) return 0;
  return std::strtod(line, nullptr);
}

void print(const Workload& workload, Times& times, bool with_memory) {
  std::sort(times.all.begin(), times.all.end());
  const auto rounded = [&workload](double ms) { return std::round(ms / workload.per * 1e6) / 1e6; };
  nlohmann::json line{{"peer", "whygrad"},
                      {"version", "0.1.0"},
                      {"mode", times.mode},
                      {"workload", workload.name},
                      {"threads", cpus()},
                      {"median_ms", rounded(times.all[times.all.size() / 2])},
                      {"min_ms", rounded(times.all.front())},
                      {"max_ms", rounded(times.all.back())},
                      {"runs", times.all.size()},
                      {"first_ms", std::round(times.first * 100) / 100}};
  if (with_memory) line["peak_rss_mib"] = peak_mib(workload, times);
  std::cout << line.dump() << std::endl;
}

// One step, inside of a Diagnosis that looks at numbers or outside of any.
double timed(const Times& mode, const std::function<void()>& step) {
  internal::set_explanations_enabled(mode.explain);
  if (!mode.diagnose) return milliseconds(step);
  return milliseconds([&step] {
    const Diagnosis report({.values = true});
    step();
  });
}

// The modes take turns step by step, so that noise of the machine falls on all.
void measure(const Workload& workload, const std::string& wanted) {
  const std::function<void()> eager = workload.make(Mode::kEager), traced = workload.make(Mode::kFunction);
  std::vector<Times> modes(std::begin(kModes), std::end(kModes));
  if (workload.per != 1) modes.resize(2);
  if (!wanted.empty())
    std::erase_if(modes, [&](const Times& m) { return ("," + wanted + ",").find("," + std::string(m.mode) + ",") == std::string::npos; });
  if (modes.empty()) return;
  const auto run = [&](const Times& m) { return timed(m, m.made == Mode::kEager ? eager : traced); };
  for (Times& m : modes) {
    m.first = run(m);
    for (int i = 0; i < kWarmup; ++i) run(m);
  }
  const Clock::time_point end = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(kSeconds));
  while (Clock::now() < end || modes[0].all.size() < kFewest) {
    for (Times& m : modes) m.all.push_back(run(m));
  }
  internal::set_explanations_enabled(true);
  for (Times& m : modes) print(workload, m, wanted.empty());
}

}  // namespace

void print_lines(const std::string& groups, const std::string& wanted_modes) {
  std::stringstream list(groups);
  for (std::string group; std::getline(list, group, ',');) {
    for (const Workload& workload : workloads()) {
      if (workload.group == group) measure(workload, wanted_modes);
    }
  }
}

void print_profile(const std::string& workload, const std::string& mode) {
  constexpr int kSteps = 20;
  for (const Workload& w : workloads()) {
    if (w.name != workload) continue;
    const std::function<void()> step = w.make(mode == "function" ? Mode::kFunction : Mode::kEager);
    for (int i = 0; i < kWarmup; ++i) step();
    Profile profile;
    for (int i = 0; i < kSteps; ++i) step();
    profile.stop();
    std::cout << profile.table(60);
  }
}

void print_peak_memory(const std::string& workload, const std::string& mode) {
  constexpr int kSteps = 150;  // the log is full by then
  for (const Workload& w : workloads()) {
    if (w.name != workload) continue;
    for (const Times& m : kModes) {
      if (m.mode != mode) continue;
      const std::function<void()> step = w.make(m.made);
      for (int i = 0; i < kSteps; ++i) timed(m, step);
    }
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::cout << std::round(static_cast<double>(usage.ru_maxrss) / 102.4) / 10 << std::endl;
}

}  // namespace whygrad::bench
