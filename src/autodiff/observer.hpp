// Observers of gradient() calls.
//
// NOTE [observers]
// A diagnosis inspects every gradient() call of its thread, and the numbers of the pass while they still exist. So gradient() looks for an observer,
// which costs a null test if there is none. If there is one, a tape that is used up keeps its buffers until the observer has seen the answer, and the
// backward pass can be replayed with a visitor, unrecorded. The pass that computes the answer is the same with and without an observer.
#pragma once

#include "autodiff/tape_state.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace whygrad::internal {

// Called for each record of a backward pass, with the incoming gradients of its outputs and those that its rule returned for its inputs. Empty
// tensors stand for absent gradients.
using BackwardVisitor = std::function<void(const Record& record, std::span<const Tensor> arrived, std::span<const Tensor> passed)>;

// The result of a gradient() call.
struct Answer {
  std::shared_ptr<const TapeFacts> facts;
  const std::vector<Gradient>& gradients;
  const std::vector<char>& replaced;  // by gradient: true if it does not exist and the caller asked for zeros instead
  // Replays the backward pass. Throws what a gradient rule throws.
  std::function<void(const BackwardVisitor&)> replay;
  // The function that returns zeros for absent gradients on its own account; null if the caller asked for them.
  const char* zeros_by = nullptr;
};

class GradientObserver {
 public:
  virtual ~GradientObserver();
  GradientObserver(const GradientObserver&) = delete;
  GradientObserver& operator=(const GradientObserver&) = delete;

  // Called before gradient() returns.
  virtual void answered(const Answer& answer) = 0;
  // Called before gradient() throws: the tape was used up; a gradient rule threw.
  virtual void used_up(const TapeState& tape, const std::vector<Watchable>& sources, const Where& asked_at) = 0;
  virtual void rule_threw(const Record& record, const std::exception& error) = 0;
  // Called before custom_gradient() throws because it cannot use its rule.
  virtual void rule_refused(const Where& at, const Error& error) = 0;

  // The innermost observer of the calling thread; null if there is none.
  static GradientObserver* mine() noexcept;
  GradientObserver* outer() const noexcept { return outer_; }

 protected:
  GradientObserver() noexcept;

 private:
  GradientObserver* outer_;
};

}  // namespace whygrad::internal
