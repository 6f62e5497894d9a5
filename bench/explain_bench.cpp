// What an explanation costs, once somebody asks.
#include <whygrad/whygrad.hpp>

#include <benchmark/benchmark.h>

#include <optional>
#include <string>
#include <vector>

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

// The steps of the MLP that the peers run, whose loss divides 0 by 0: the step alone, inside of a Diagnosis that looks at numbers, and followed by
// explain(). The optimiser is given gradients of before, so that the weights stay finite.
enum class Explained : std::int64_t { kNot, kByDiagnosis, kOnRequest };

void step_with_a_nan(benchmark::State& state) {
  const auto explained = static_cast<Explained>(state.range(0));
  const wg::nn::DenseOptions relu{.activation = wg::nn::relu};
  const wg::nn::Sequential model({784}, {wg::nn::Dense(512, relu), wg::nn::Dense(512, relu), wg::nn::Dense(10)});
  const std::vector<wg::Variable> variables = model.trainable_variables();
  const wg::Tensor images = wg::random::normal({128, 784}), labels = wg::zeros({128}, wg::int64), none = wg::zeros({});
  wg::optim::Adam adam;
  const auto loss_of = [&] { return wg::nn::sparse_categorical_crossentropy(labels, model(images)); };
  const wg::Gradients sound = [&] {
    wg::GradientTape tape;
    return tape.gradient(loss_of(), variables);
  }();
  for (auto _ : state) {
    std::optional<wg::Diagnosis> report;
    if (explained == Explained::kByDiagnosis) report.emplace(wg::DiagnosisOptions{.values = true});
    wg::GradientTape tape({.persistent = explained == Explained::kOnRequest});
    const wg::Tensor loss = loss_of(), spoilt = loss * none / none;
    benchmark::DoNotOptimize(tape.gradient(spoilt, variables));
    if (explained == Explained::kOnRequest) benchmark::DoNotOptimize(wg::explain(tape, spoilt, variables, {.values = true}).findings().size());
    adam.apply_gradients(sound);
    if (report && report->empty()) state.SkipWithError("nothing was found");
  }
}

}  // namespace

BENCHMARK(why_on_a_long_tape)->Name("explain/why_of_100k_ops")->Unit(benchmark::kMillisecond);
BENCHMARK(why_of_diamonds)->Name("explain/why_of_100k_ops_in_diamonds")->Unit(benchmark::kMillisecond);
BENCHMARK(step_with_a_nan)->Name("explain/step_with_a_nan")->ArgName("explained")->DenseRange(0, 2)->Unit(benchmark::kMillisecond);
