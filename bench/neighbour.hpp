// A step beside another busy process.
#pragma once

#include "workloads.hpp"

#include <benchmark/benchmark.h>

namespace whygrad::bench {

// Measures the steps of a workload first alone and then beside a process that only counts, which it starts and ends. Counters: the median of the
// quiet steps in milliseconds, and of the others the median and the worst, in milliseconds and as multiples of that.
void run_beside_neighbour(benchmark::State& state, const Workload& workload);

}  // namespace whygrad::bench
