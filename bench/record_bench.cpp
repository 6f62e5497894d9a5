// What one record costs: an op on 64 floats off the tape and on it, with explanations and without; and the bytes that a tape takes per op.
#include "tensor/log.hpp"

#include <whygrad/autodiff/tape.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>

#include <benchmark/benchmark.h>

namespace {

namespace wg = whygrad;

// Argument 0: a tape records. Argument 1: explanations are on.
void multiply(benchmark::State& state) {
  wg::internal::set_explanations_enabled(state.range(1) != 0);
  const wg::Tensor x = wg::ones({64}), a = wg::ones({64});
  constexpr int kOps = 256;  // per tape, so that none grows without bound
  for (auto _ : state) {
    if (state.range(0) != 0) {
      wg::GradientTape tape;
      tape.watch(x);
      for (int i = 0; i < kOps; ++i) benchmark::DoNotOptimize(wg::multiply(x, a));
    } else {
      for (int i = 0; i < kOps; ++i) benchmark::DoNotOptimize(wg::multiply(x, a));
    }
  }
  state.SetItemsProcessed(state.iterations() * kOps);
  wg::internal::set_explanations_enabled(true);
}

// x * a + b with one axis: what the log takes per op, tensors left out.
void bytes_per_op(benchmark::State& state) {
  const wg::Tensor x = wg::ones({64}), a = wg::ones({64}), b = wg::ones({64});
  constexpr int kOps = 100'000;
  double bytes = 0;
  for (auto _ : state) {
    wg::GradientTape tape;
    tape.watch(x);
    const wg::ValueId begin = wg::internal::Log::mine().next_id();
    wg::Tensor y = x;
    for (int i = 0; i < kOps / 2; ++i) y = y * a + b;
    std::size_t held = 0;
    for (const wg::internal::ChunkRef& chunk : wg::internal::Log::mine().chunks(begin, wg::internal::Log::mine().next_id())) held += chunk->bytes();
    bytes = static_cast<double>(held) / kOps;
  }
  state.counters["bytes_per_op"] = bytes;
}

}  // namespace

BENCHMARK(multiply)->Name("record/multiply64")->ArgNames({"tape", "explain"})->ArgsProduct({{0, 1}, {0, 1}});
BENCHMARK(bytes_per_op)->Name("record/bytes_per_op")->Iterations(1);
