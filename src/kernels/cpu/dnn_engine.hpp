// What the oneDNN kernels share: the engine, and primitives that are built once per thread and run many times. Private to dnn_*.cpp.
#pragma once

#include <whygrad/base/error.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <unordered_map>

#include <dnnl.hpp>

namespace whygrad::kernels::cpu {

const dnnl::engine& dnn_engine();

// True where oneDNN uses AVX-512.
bool dnn_has_avx512();
// True where oneDNN multiplies bf16 with the CPU's own instructions (AVX512-BF16 or AMX) and not by emulation.
bool dnn_has_bf16();

// How many threads of its own oneDNN may use for work that is not cut into pieces: none inside of one.
int dnn_threads();

// Lets oneDNN use so many while it lives, in the calling thread. Work that is cut into pieces for the pool wants 1: oneDNN's threads belong to
// OpenMP, and those keep their processors busy for some milliseconds after they have ended and while they wait for each other.
class DnnThreads {
 public:
  explicit DnnThreads(int count);
  ~DnnThreads();
  DnnThreads(const DnnThreads&) = delete;
  DnnThreads& operator=(const DnnThreads&) = delete;

 private:
  int before_, count_;
};

// A built primitive whose operands get their addresses at each run.
class DnnOperation {
 public:
  struct Operand {
    int argument;  // DNNL_ARG_SRC and its like
    dnnl::memory::desc desc;
  };

  // The primitive must have been made with scratchpad_mode::user: its scratchpad then comes from the caching allocator and is gone after the run. An
  // operand with an empty description does not exist; only the last may be one.
  DnnOperation(const dnnl::primitive& primitive, const dnnl::memory::desc& scratchpad, std::initializer_list<Operand> operands);

  // The addresses in the order of the operands; that of an operand that does not exist is not looked at.
  void run(std::initializer_list<const void*> addresses) const;

 private:
  static constexpr std::size_t kMaxOperands = 4;
  dnnl::primitive primitive_;
  std::size_t scratchpad_bytes_;
  std::size_t count_ = 0;
  std::array<int, kMaxOperands + 1> arguments_{};
  std::array<dnnl::memory, kMaxOperands + 1> memories_;
};

// Up to kCapacity values by a key of plain numbers. Building a primitive costs tens of microseconds, finding it well under one. When it is full it
// starts anew: a program with that many shapes has no favourites that keeping would serve.
template <std::size_t kNumbers, class Value>
class DnnCache {
 public:
  using Key = std::array<std::int64_t, kNumbers>;

  // The value of `key`, made by make() where there is none. What oneDNN refuses becomes an InternalError of `op`.
  template <class Make>
  const Value& find(const char* op, const Key& key, Make&& make) {
    if (const auto found = values_.find(key); found != values_.end()) return *found->second;
    if (values_.size() >= kCapacity) values_.clear();
    try {
      return *values_.emplace(key, std::make_unique<Value>(make())).first->second;
    } catch (const dnnl::error& error) {
      if (error.status == dnnl_out_of_memory) throw std::bad_alloc();
      throw InternalError(op, std::string("oneDNN answers: ") + error.what());
    }
  }

 private:
  static constexpr std::size_t kCapacity = 256;
  struct Hash {
    std::size_t operator()(const Key& key) const {
      std::uint64_t h = 0;
      for (const std::int64_t number : key) h = (h ^ static_cast<std::uint64_t>(number)) * 0x9e3779b97f4a7c15u, h ^= h >> 32;
      return h;
    }
  };
  std::unordered_map<Key, std::unique_ptr<Value>, Hash> values_;
};

}  // namespace whygrad::kernels::cpu
