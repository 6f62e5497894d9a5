#include "growth.hpp"

#include "device/thread_pool.hpp"
#include "graph/trace.hpp"
#include "workloads.hpp"

#include <whygrad/whygrad.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <limits>
#include <vector>

namespace whygrad::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kMilliseconds = 1500;  // for each time, unless a single run takes longer
constexpr int kMostRuns = 200, kFewestRuns = 2;

double milliseconds(const std::function<void()>& f) {
  const Clock::time_point start = Clock::now();
  f();
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// Of the thread's processor time, which other programs leave as it is.
double own_milliseconds(const std::function<void()>& f) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
  };
  const double start = now();
  f();
  return now() - start;
}

double least(double (*time)(const std::function<void()>&), const std::function<void()>& f) {
  double best = std::numeric_limits<double>::infinity(), spent = 0;
  for (int run = 0; run < kFewestRuns || (run < kMostRuns && spent < kMilliseconds); ++run) {
    const double took = time(f);
    best = std::min(best, took);
    spent += took;
  }
  return best;
}

// x = x * a + b on 64 floats: two ops for each link.
struct Chain {
  Tensor x = random::normal({64}), a = fill({64}, 0.999f), b = fill({64}, 0.001f);

  using Body = std::vector<Tensor> (Chain::*)(const Tensor& from, std::int64_t ops) const;

  Tensor links(const Tensor& from, std::int64_t ops) const {
    Tensor y = from;
    for (std::int64_t i = 0; i < ops / 2; ++i) y = y * a + b;
    return y;
  }
  std::vector<Tensor> forward(const Tensor& from, std::int64_t ops) const { return {links(from, ops)}; }
  std::vector<Tensor> with_gradient(const Tensor& from, std::int64_t ops) const {
    GradientTape tape;
    tape.watch(from);
    const Tensor y = links(from, ops);
    return {y, tape.gradient(y, from).value()};
  }
};

struct FunctionTimes {
  double trace = std::numeric_limits<double>::infinity(), compile = trace, run = trace;
};

FunctionTimes times_of(const Chain& chain, Chain::Body body, std::int64_t ops) {
  FunctionTimes times;
  double spent = 0;
  for (int i = 0; i < kFewestRuns || (i < kMostRuns && spent < kMilliseconds); ++i) {
    std::shared_ptr<internal::TracedFunction> traced;
    const internal::Program* program = nullptr;
    const double trace = own_milliseconds([&] {
      traced = internal::TracedFunction::trace("chain", {}, {spec_of(chain.x)},
                                               [&](const std::vector<Tensor>& in) { return std::vector<Tensor>{(chain.*body)(in[0], ops)}; });
    });
    const double compile = own_milliseconds([&] { program = &traced->program(false); });
    std::vector<Tensor> inputs{chain.x};
    for (std::size_t k = 1; k < traced->inputs().size(); ++k) inputs.push_back(traced->inputs()[k].captured);
    const auto run = [&] { (void)program->run(inputs, {}); };
    run();  // makes the frame
    for (int k = 0; k < 5; ++k) times.run = std::min(times.run, own_milliseconds(run));
    times.trace = std::min(times.trace, trace);
    times.compile = std::min(times.compile, compile);
    spent += trace + compile;
  }
  return times;
}

void functions() {
  const Chain chain;
  std::puts("| ops | trace | compile | run | trace, with gradient | compile | run |\n|---|---|---|---|---|---|---|");
  for (std::int64_t ops = 10; ops <= 100'000; ops *= 10) {
    const FunctionTimes forward = times_of(chain, &Chain::forward, ops), both = times_of(chain, &Chain::with_gradient, ops);
    std::printf("| %lld | %.3g | %.3g | %.3g | %.3g | %.3g | %.3g |\n", static_cast<long long>(ops), forward.trace, forward.compile, forward.run,
                both.trace, both.compile, both.run);
    std::fflush(stdout);
  }
}

void eager() {
  const Chain chain;
  std::puts("| ops | eager | eager, forward and backward |\n|---|---|---|");
  for (std::int64_t ops = 10; ops <= 10'000'000; ops *= 10) {
    const double forward = least(own_milliseconds, [&] { (void)chain.forward(chain.x, ops); }),
                 both = least(own_milliseconds, [&] { (void)chain.with_gradient(chain.x, ops); });
    std::printf("| %lld | %.3g | %.3g |\n", static_cast<long long>(ops), forward, both);
    std::fflush(stdout);
  }
}

void steps(const char* size, std::int64_t from, std::int64_t to, std::int64_t factor,
           const std::function<std::function<void()>(Mode, std::int64_t)>& make) {
  const int threads = device::thread_count();
  std::printf("| %s |", size);
  for (int t = 1; t <= threads; ++t) std::printf(" eager, %d thread%s | function, %d thread%s |", t, t == 1 ? "" : "s", t, t == 1 ? "" : "s");
  std::printf("\n|---|");
  for (int t = 1; t <= threads; ++t) std::printf("---|---|");
  for (std::int64_t n = from; n <= to; n *= factor) {
    const std::function<void()> op_by_op = make(Mode::kEager, n), function = make(Mode::kFunction, n);
    std::printf("\n| %lld |", static_cast<long long>(n));
    for (int t = 1; t <= threads; ++t) {
      device::set_thread_count(t);
      const auto time = t == 1 ? own_milliseconds : milliseconds;
      std::printf(" %.3g |", least(time, op_by_op));
      std::printf(" %.3g |", least(time, function));
      std::fflush(stdout);
    }
  }
  std::puts("");
}

}  // namespace

void print_growth(const std::string& curves) {
  const auto wanted = [&](const char* name) { return ("," + curves + ",").find(std::string(",") + name + ",") != std::string::npos; };
  if (wanted("functions")) functions();
  if (wanted("eager")) eager();
  if (wanted("batch")) steps("batch", 1, 4096, 4, mlp);
  if (wanted("sequence")) steps("characters", 16, 1024, 4, [](Mode mode, std::int64_t context) { return gpt(mode, 4, context); });
}

}  // namespace whygrad::bench
