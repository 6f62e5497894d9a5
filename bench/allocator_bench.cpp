// The caching allocator against plain aligned new: take a buffer, write all of it once, give it back, as an elementwise op does with its output.
#include "device/allocator.hpp"

#include <benchmark/benchmark.h>

#include <cstring>
#include <new>

namespace {

void caching(benchmark::State& state) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    void* block = whygrad::device::allocate(bytes);
    std::memset(block, 1, bytes);
    benchmark::DoNotOptimize(block);
    whygrad::device::deallocate(block, bytes);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * static_cast<std::int64_t>(state.iterations()));
}

void plain(benchmark::State& state) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    void* block = ::operator new(bytes, std::align_val_t(64));
    std::memset(block, 1, bytes);
    benchmark::DoNotOptimize(block);
    ::operator delete(block, std::align_val_t(64));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * static_cast<std::int64_t>(state.iterations()));
}

}  // namespace

BENCHMARK(caching)->Name("allocator/caching")->RangeMultiplier(16)->Range(256, 64 << 20);
BENCHMARK(plain)->Name("allocator/aligned_new")->RangeMultiplier(16)->Range(256, 64 << 20);
