// What gradient() and the jacobians share: checks of the arguments, the log's entry and the answer.
#pragma once

#include "autodiff/backprop.hpp"
#include "autodiff/gradient_event.hpp"
#include "autodiff/tape_state.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace whygrad::internal {

// Throws TapeError for a tape that is used up, or is another thread's.
void check_usable(const TapeState& tape, const char* op);

// The seed of target number `number`: ones where none is given. Throws for one that does not fit.
Tensor resolve_seed(const Seed& seed, const Tensor& target, std::size_t number, const Where& where);

// Checks that the tape can be used, and returns the observer of this call, if there is one.
GradientObserver* admit(const TapeState& tape, const char* op, const std::vector<Watchable>& sources, const Where& where);

// Releases the buffers of a tape at the end of the scope.
class ReleaseAtEnd {
 public:
  explicit ReleaseAtEnd(TapeState* tape) : tape_(tape) {}
  ~ReleaseAtEnd() {
    if (tape_ != nullptr) tape_->release_all();
  }
  ReleaseAtEnd(const ReleaseAtEnd&) = delete;
  ReleaseAtEnd& operator=(const ReleaseAtEnd&) = delete;

 private:
  TapeState* tape_;
};

struct Request {
  TapeState& tape;
  const std::vector<Watchable>& targets;
  const std::vector<Watchable>& sources;
  const GradientOptions& options;
  const Where& where;
  ValueId asked;  // the log's position

  std::shared_ptr<const TapeFacts> facts() const { return facts_of(tape, targets, sources, asked, where); }
};

// The values; where a source has none, the reason, or zeros if these were asked for. `replaced` says which are such zeros.
std::vector<Gradient> gradients_of(const Request& r, std::vector<DenseOrRows> values, std::vector<char>& replaced);

// Runs `compute`, which is one backward pass or several, and logs it.
template <class F>
std::vector<DenseOrRows> logged_pass(const Request& r, Question& question, F&& compute) {
  Log& log = Log::mine();
  const ValueId begin = log.next_id();
  question.quiet = log.recording() == 0 && log.tracer == nullptr && explanations_enabled();
  std::vector<DenseOrRows> values = compute();
  if (question.quiet) log_gradients(r.targets, r.sources, values, begin, r.where);
  return values;
}

}  // namespace whygrad::internal
