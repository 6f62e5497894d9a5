#include "branches.hpp"

#include "device/thread_pool.hpp"
#include "train.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

namespace whygrad::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Step = std::function<void()>;

constexpr double kSeconds = 4;

struct Program {
  std::string name;
  Step whole;
  Step halves[2];
};

double microseconds(const Step& step) {
  const Clock::time_point start = Clock::now();
  step();
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

// `count` towers of `depth` dense layers each: forward and the gradients of all weights.
Step towers(int count, int depth, std::int64_t batch, std::int64_t width) {
  std::vector<Variable> weights;
  for (int i = 0; i < count * depth; ++i) weights.push_back(weight({width, width}, "w"));
  const auto step = function([=](const Tensor& x) {
    GradientTape tape;
    Tensor sum;
    for (int t = 0; t < count; ++t) {
      Tensor y = x;
      for (int d = 0; d < depth; ++d) y = tanh(matmul(y, weights[static_cast<std::size_t>(t * depth + d)]));
      const Tensor value = reduce_sum(square(y));
      sum = sum.defined() ? sum + value : value;
    }
    std::vector<Tensor> all{sum};
    for (const Gradient& g : tape.gradient(sum, weights)) all.push_back(g.value());
    return all;
  });
  return [step, x = random::normal({batch, width})] { (void)step(x); };
}

Program towers_program(int count, int depth, std::int64_t batch, std::int64_t width) {
  return {
      std::to_string(count) + " towers of " + std::to_string(depth) + " layers, " + std::to_string(width) + " wide, batch " + std::to_string(batch),
      towers(count, depth, batch, width),
      {towers(count / 2, depth, batch, width), towers(count / 2, depth, batch, width)}};
}

// The two gradients of one product of matrices.
Program products(std::int64_t batch, std::int64_t width) {
  const Tensor x = random::normal({batch, width}), w = random::normal({width, width}), dy = random::normal({batch, width});
  const auto dx = function([](const Tensor& a, const Tensor& b) { return matmul(a, b, {.transpose_b = true}); });
  const auto dw = function([](const Tensor& a, const Tensor& b) { return matmul(a, b, {.transpose_a = true}); });
  const auto both = function([](const Tensor& a, const Tensor& b, const Tensor& d) {
    return std::pair(matmul(d, b, {.transpose_b = true}), matmul(a, d, {.transpose_a = true}));
  });
  return {"gradients of a product, " + std::to_string(width) + " wide, batch " + std::to_string(batch),
          [=] { (void)both(x, w, dy); },
          {[=] { (void)dx(dy, w); }, [=] { (void)dw(x, dy); }}};
}

void run_halves(const Program& program) {
  device::run_pieces(
      2, [](void* halves, int piece) { static_cast<const Step*>(halves)[piece](); }, const_cast<Step*>(program.halves));
}

// The time that one run in fifty is below: what a machine takes that nobody else uses at the moment.
double quiet(std::vector<double>& times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 50];
}

void measure(const Program& program) {
  std::vector<double> one, split, branches;
  for (int i = 0; i < 5; ++i) {
    program.whole();
    run_halves(program);
  }
  const Clock::time_point end = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(kSeconds));
  while (Clock::now() < end) {
    device::set_thread_count(1);
    one.push_back(microseconds(program.whole));
    device::set_thread_count(2);
    split.push_back(microseconds(program.whole));
    branches.push_back(microseconds([&] { run_halves(program); }));
  }
  std::printf("%-55s %9.1f %9.1f %9.1f\n", program.name.c_str(), quiet(one), quiet(split), quiet(branches));
  std::fflush(stdout);
}

}  // namespace

void print_branches() {
  std::printf("%-55s %9s %9s %9s\n", "microseconds", "1 thread", "split ops", "branches");
  for (const std::int64_t batch : {1, 8, 32, 128}) measure(towers_program(16, 4, batch, 64));
  measure(towers_program(2, 4, 32, 64));
  measure(towers_program(2, 4, 128, 256));
  measure(towers_program(2, 2, 128, 512));
  for (const std::int64_t width : {32, 64, 128, 256, 512}) measure(products(128, width));
}

}  // namespace whygrad::bench
