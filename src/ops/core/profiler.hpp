// What a Profile remembers of each call, and how a call is timed.
#pragma once

#include <whygrad/ops/profile.hpp>
#include <whygrad/tensor/spec.hpp>
#include <whygrad/tensor/tensor.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace whygrad {

struct OpDef;

namespace internal {

class Profiler {
 public:
  using Clock = std::chrono::steady_clock;
  struct Event {
    std::string op;
    Where where;
    Clock::time_point begin, end;
    double bytes, flops;
  };

  // Remembers the calls of this thread from now on.
  static std::shared_ptr<Profiler> start();
  Profiler(const Profiler&) = delete;
  Profiler& operator=(const Profiler&) = delete;

  void stop();
  // Adds the event to all profiles of the thread.
  static void add(const Event& event);
  // Whether a profile exists on any thread.
  static bool any() { return profiles.load(std::memory_order_relaxed) != 0; }
  // Whether one exists on this thread.
  static bool here();

  const std::vector<Event>& events() const { return events_; }
  Clock::time_point begin() const { return begin_; }
  Clock::time_point end() const { return running_ ? Clock::now() : end_; }

 private:
  Profiler() = default;
  static inline std::atomic<int> profiles{0};

  std::vector<Event> events_;
  Clock::time_point begin_ = Clock::now(), end_{};
  std::atomic<bool> running_{true};
};

// Times what happens while it lives, for the profiles of the thread.
class ProfiledCall {
 public:
  ProfiledCall(const OpDef& op, const Where& where, std::span<const Tensor* const> inputs, std::span<const Tensor> outputs)
      : op_(op), where_(where), inputs_(inputs), outputs_(outputs) {
    if (Profiler::any()) [[unlikely]]
      start();
  }
  ~ProfiledCall() {
    if (on_) [[unlikely]]
      finish();
  }
  ProfiledCall(const ProfiledCall&) = delete;
  ProfiledCall& operator=(const ProfiledCall&) = delete;

  // For a step of a traced function, whose place is its own also where a gradient rule runs it. `fused` are the ops of a fused step; they must
  // outlive the call.
  void set_step(std::span<const OpDef* const> fused) {
    is_step_ = true;
    fused_ = fused;
  }

 private:
  void start();
  void finish() noexcept;

  const OpDef& op_;
  const Where& where_;
  std::span<const Tensor* const> inputs_;
  std::span<const Tensor> outputs_;
  std::span<const OpDef* const> fused_;
  bool on_ = false, is_step_ = false;
  Profiler::Clock::time_point begin_{};
};

// Multiplications and additions of a batch of products a [.., m, k] @ b [.., k, n]; 0 for an op that is none.
double flops_of(const OpDef& op, const Shape& a, const Shape& b, const TensorSpec& out);

}  // namespace internal
}  // namespace whygrad
