// whygrad-bench [Google Benchmark's flags] | --lines WORKLOADS [MODES] | --memory WORKLOAD MODE | --profile WORKLOAD MODE | --branches
//   | --growth [CURVES]
#include "branches.hpp"
#include "growth.hpp"
#include "lines.hpp"
#include "neighbour.hpp"
#include "workloads.hpp"

#include <whygrad/base/error.hpp>

#include <benchmark/benchmark.h>

#include <cstring>
#include <iostream>

int main(int argc, char** argv) {
  try {
    if (argc >= 2 && std::strcmp(argv[1], "--lines") == 0) {
      whygrad::bench::print_lines(argc > 2 ? argv[2] : "mlp,cnn,gpt,lstm,pointwise,gmm,chain", argc > 3 ? argv[3] : "");
      return 0;
    }
    if (argc == 4 && std::strcmp(argv[1], "--memory") == 0) {
      whygrad::bench::print_peak_memory(argv[2], argv[3]);
      return 0;
    }
    if (argc == 2 && std::strcmp(argv[1], "--branches") == 0) {
      whygrad::bench::print_branches();
      return 0;
    }
    if (argc >= 2 && std::strcmp(argv[1], "--growth") == 0) {
      whygrad::bench::print_growth(argc > 2 ? argv[2] : "functions,eager,batch,sequence");
      return 0;
    }
    if (argc == 4 && std::strcmp(argv[1], "--profile") == 0) {
      whygrad::bench::print_profile(argv[2], argv[3]);
      return 0;
    }
    for (const whygrad::bench::Workload& workload : whygrad::bench::workloads()) {
      benchmark::RegisterBenchmark(("workload/" + workload.name).c_str(), [&workload](benchmark::State& state) {
        const std::function<void()> step = workload.make(whygrad::bench::Mode::kEager);
        for (auto _ : state) step();
      })->Unit(benchmark::kMillisecond);
      if (workload.per != 1) continue;
      benchmark::RegisterBenchmark(("neighbour/" + workload.name).c_str(),
                                   [&workload](benchmark::State& state) { whygrad::bench::run_beside_neighbour(state, workload); })
          ->Unit(benchmark::kMillisecond)
          ->UseManualTime()
          ->MinTime(4);
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
