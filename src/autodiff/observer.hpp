// Who looks on when a gradient is asked for.
//
// NOTE [looking on]
// A diagnosis wants to know of every gradient() call of its thread, and of the numbers behind it while they are still there. So gradient() asks for
// an observer (a null test where there is none). Where there is one, a tape that is used up keeps its buffers until the observer has seen the answer,
// and the backward pass can be run once more with a visitor, unrecorded. The pass that computes the answer is the same with and without.
#pragma once

#include "autodiff/tape_state.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace whygrad::internal {

// One record on its way back: the gradients that arrived at its outputs and those that its rule gave for its inputs, empty where there is none.
using BackwardVisitor = std::function<void(const Record& record, std::span<const Tensor> arrived, std::span<const Tensor> passed)>;

// What gradient() answered.
struct Answer {
  std::shared_ptr<const TapeFacts> facts;
  const std::vector<Gradient>& gradients;
  const std::vector<char>& replaced;  // by gradient: it does not exist, and zeros were asked for in its place
  // Runs the backward pass again. Throws what a gradient rule throws.
  std::function<void(const BackwardVisitor&)> replay;
  // The function that answers zeros in the place of what does not exist by itself; null where they were asked for.
  const char* zeros_by = nullptr;
};

class GradientObserver {
 public:
  virtual ~GradientObserver();
  GradientObserver(const GradientObserver&) = delete;
  GradientObserver& operator=(const GradientObserver&) = delete;

  // Called before gradient() returns.
  virtual void answered(const Answer& answer) = 0;
  // Called before gradient() throws: the tape had been asked before; a gradient rule threw.
  virtual void used_up(const TapeState& tape, const std::vector<Watchable>& sources, const Where& asked_at) = 0;
  virtual void rule_threw(const Record& record, const std::exception& error) = 0;
  // Called before custom_gradient() throws since it cannot use the rule that it was given.
  virtual void rule_refused(const Where& at, const Error& error) = 0;

  // The calling thread's youngest; null where there is none.
  static GradientObserver* mine() noexcept;
  GradientObserver* outer() const noexcept { return outer_; }

 protected:
  GradientObserver() noexcept;

 private:
  GradientObserver* outer_;
};

}  // namespace whygrad::internal
