// What an explanation costs, once somebody asks.
#include <whygrad/whygrad.hpp>

#include <benchmark/benchmark.h>

#include <string>

namespace {

namespace wg = whygrad;

constexpr int kOps = 100'000;

// why() at the end of a tape of 100,000 ops whose first one stops the gradient.
void why_on_a_long_tape(benchmark::State& state) {
  const wg::Variable w(wg::ones({4}), "w");
  wg::GradientTape tape;
  wg::Tensor x = wg::round(w);
  for (int i = 0; i < kOps; ++i) x = -x;
  const wg::Gradient gradient = tape.gradient(x, w);
  for (auto _ : state) benchmark::DoNotOptimize(std::string(gradient.why().to_string()));
}

// The same where every op doubles the number of paths.
void why_of_diamonds(benchmark::State& state) {
  const wg::Variable w(wg::ones({4}), "w");
  wg::GradientTape tape;
  wg::Tensor x = wg::round(w);
  for (int i = 0; i < kOps / 2; ++i) x = wg::multiply(0.5f, wg::add(x, x));
  const wg::Gradient gradient = tape.gradient(x, w);
  for (auto _ : state) benchmark::DoNotOptimize(std::string(gradient.why().to_string()));
}

// A deep network whose last layer takes the logarithm of 0: argument 0 runs the step alone, 1 the step and the explanation of its NaN gradients.
void step_with_a_nan(benchmark::State& state) {
  std::vector<wg::Variable> weights;
  for (int i = 0; i < 8; ++i) weights.emplace_back(wg::random::normal({256, 256}, {.stddev = 0.06f}), "w" + std::to_string(i));
  const wg::Tensor images = wg::random::normal({128, 256});
  for (auto _ : state) {
    wg::GradientTape tape({.persistent = true});
    wg::Tensor x = images;
    for (const wg::Variable& w : weights) x = wg::nn::relu(wg::matmul(x, w));
    const wg::Tensor loss = wg::reduce_mean(wg::log(x));
    benchmark::DoNotOptimize(tape.gradient(loss, weights));
    if (state.range(0) != 0) benchmark::DoNotOptimize(wg::explain(tape, loss, weights, {.values = true}).findings().size());
  }
}

}  // namespace

BENCHMARK(why_on_a_long_tape)->Name("explain/why_of_100k_ops")->Unit(benchmark::kMillisecond);
BENCHMARK(why_of_diamonds)->Name("explain/why_of_100k_ops_in_diamonds")->Unit(benchmark::kMillisecond);
BENCHMARK(step_with_a_nan)->Name("explain/step_with_a_nan")->ArgName("explained")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
