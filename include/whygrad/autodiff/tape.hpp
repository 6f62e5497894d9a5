// GradientTape: records what is computed while it is open, and differentiates it.
#pragma once

#include <whygrad/autodiff/gradient.hpp>
#include <whygrad/ops/op.hpp>

#include <concepts>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whygrad {

namespace internal {
class TapeState;
}

struct GradientTapeOptions {
  // gradient() may be called more than once; keeps its buffers until it is destroyed or reset.
  bool persistent = false;
  // Watches trainable variables when they are read.
  bool watch_accessed_variables = true;
};

// The result for a gradient that does not exist.
enum class UnconnectedGradients : std::uint8_t { none, zero };
// By TensorFlow's names, "none" and "zero". Throws ValueError for any other.
WG_API UnconnectedGradients unconnected_gradients_from_name(std::string_view name);

// The incoming gradient of a target: a tensor of its shape, a number for every element, or by default ones.
class WG_API Seed {
 public:
  Seed() = default;
  Seed(const Tensor& tensor) : tensor_(tensor) {}
  template <class T>
  requires std::is_arithmetic_v<T> Seed(T number) : number_(static_cast<double>(number)) {}
  const Tensor& tensor() const { return tensor_; }
  const std::optional<double>& number() const { return number_; }

 private:
  Tensor tensor_;
  std::optional<double> number_;
};

struct GradientOptions {
  // One per target; if empty, ones.
  std::vector<Seed> output_gradients = {};
  UnconnectedGradients unconnected_gradients = UnconnectedGradients::none;
};

// What is differentiated: one tensor or variable, or several, whose gradients are summed.
class WG_API Targets {
 public:
  Targets(const Tensor& target) : items_{target} {}
  Targets(const Variable& target) : items_{target} {}
  Targets(const Gradient& target) : items_{target.value()} {}  // of an earlier gradient: second order
  Targets(std::initializer_list<Watchable> targets) : items_(targets) {}
  Targets(std::vector<Watchable> targets) : items_(std::move(targets)) {}
  Targets(const std::vector<Tensor>& targets) : items_(targets.begin(), targets.end()) {}
  Targets(const Gradients& targets);
  const std::vector<Watchable>& items() const { return items_; }

 private:
  std::vector<Watchable> items_;
};

// With respect to what: several tensors or variables.
class WG_API Sources {
 public:
  Sources(std::vector<Watchable> sources) : items_(std::move(sources)) {}
  Sources(const std::vector<Variable>& sources) : items_(sources.begin(), sources.end()) {}
  Sources(const std::vector<Tensor>& sources) : items_(sources.begin(), sources.end()) {}
  const std::vector<Watchable>& items() const { return items_; }

 private:
  std::vector<Watchable> items_;
};

// Reverse-mode automatic differentiation with TensorFlow's semantics (tf.GradientTape). Records from construction, or from enter(), until exit(), the
// first gradient() unless persistent, or destruction.
//
//   GradientTape tape;
//   Tensor loss = reduce_mean(square(matmul(x, w) - y));
//   Gradient g = tape.gradient(loss, w);
//
// A tape belongs to the thread that created it and records that thread's ops; a call from another thread throws TapeError. Each thread may have its
// own tapes, also over shared variables. Tapes nest: an outer open tape records a gradient() call, which gives higher orders.
class WG_API GradientTape {
 public:
  explicit GradientTape(GradientTapeOptions options = {}, Where where = Where::here());
  ~GradientTape();
  GradientTape(const GradientTape&) = delete;
  GradientTape& operator=(const GradientTape&) = delete;

  // Stops recording. The recorded ops can still be differentiated. Throws TapeError if the tape is not recording.
  void exit(Where where = Where::here());
  // Continues recording. Throws TapeError if it is recording already, or used up.
  void enter(Where where = Where::here());
  bool recording() const noexcept;

  // Makes a tensor, or a variable that is not watched by default, a possible source of what is computed from now on. An integer tensor is accepted,
  // but has no gradient. Throws TapeError on a tape that is used up.
  void watch(const Watchable& value, Where where = Where::here());
  void watch(std::initializer_list<Watchable> values, Where where = Where::here());
  // In the order of construction.
  std::vector<Variable> watched_variables() const;

  // Forgets all recorded ops and watched values.
  void reset(Where where = Where::here());

  // Suspends this tape while the returned object lives. Throws TapeError on a tape that is not recording.
  class WG_API [[nodiscard]] Pause {
   public:
    explicit Pause(std::shared_ptr<internal::TapeState> tape) : tape_(std::move(tape)) {}
    Pause(Pause&&) noexcept = default;
    Pause& operator=(Pause&&) = delete;
    ~Pause();

   private:
    std::shared_ptr<internal::TapeState> tape_;
  };
  Pause stop_recording(Where where = Where::here());

  // The gradient of the sum of all elements of the targets, each weighted by its output gradient (ones by default), with respect to the source:
  // dx = sum over targets t of (dt/dx)^T output_gradient_t, of the source's shape and dtype.
  //
  // An absent gradient is a result, not an error: the Gradient is then empty and explains itself. Throws TapeError when a non-persistent tape is used
  // twice, ValueError when the number of output gradients is not that of the targets, ShapeError and DTypeError for an output gradient that does not
  // fit its target, and whatever a custom gradient throws.
  Gradient gradient(const Targets& targets, const Watchable& source, const GradientOptions& options = {}, Where where = Where::here());
  Gradients gradient(const Targets& targets, std::initializer_list<Watchable> sources, const GradientOptions& options = {},
                     Where where = Where::here());
  Gradients gradient(const Targets& targets, const Sources& sources, const GradientOptions& options = {}, Where where = Where::here());
  // The result has the keys of the sources.
  template <class Key>
  std::map<Key, Gradient> gradient(const Targets& targets, const std::map<Key, Watchable>& sources, const GradientOptions& options = {},
                                   Where where = Where::here()) {
    std::vector<Watchable> items;
    for (const auto& [key, source] : sources) items.push_back(source);
    const Gradients gradients = gradient(targets, Sources(std::move(items)), options, where);
    std::map<Key, Gradient> result;
    std::size_t i = 0;
    for (const auto& [key, source] : sources) result.emplace(key, gradients[i++]);
    return result;
  }

  const std::shared_ptr<internal::TapeState>& state() const noexcept { return state_; }

 private:
  std::shared_ptr<internal::TapeState> state_;
};

// Suspends every tape of this thread while it lives.
class WG_API [[nodiscard]] StopRecording {
 public:
  explicit StopRecording(Where where = Where::here());
  ~StopRecording();
  StopRecording(const StopRecording&) = delete;
  StopRecording& operator=(const StopRecording&) = delete;

 private:
  std::vector<std::shared_ptr<internal::TapeState>> paused_;
};

}  // namespace whygrad
