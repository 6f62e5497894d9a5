// The state of a forward accumulator, and the tangents of single records.
//
// NOTE [tangents as ops run]
// The log tells the thread's accumulators of each record. An accumulator looks up the tangents of the inputs, computes those of the outputs and keeps
// them by value id. So a tangent needs no record of its own past, the values that a rule reads are released at once, and memory is that of the
// program twice. Accumulators are served in the order in which they were entered. While one computes, it and all tapes and accumulators that were
// entered later are suspended, and the earlier ones record: these have the tangents of the op's own outputs already, which a rule may read. A tangent
// goes when nobody else holds its value any more; this is looked for whenever the number of tangents has doubled.
//
// NOTE [transposed twice]
// A vjp is linear in dy: dx = A^T dy. So its own vjp with respect to dy, for the gradient v, is A v. The rule runs with an abstract dy: what it makes
// of dy is recorded without being computed, and what it makes of saved values alone is computed. Then a backward pass over these records with v in
// place of a gradient computes the tangent, and nothing else. A user's rule need not be linear and may look at elements, and the derivative of a body
// wants values for all its inputs: both get ones.
#pragma once

#include "autodiff/tape_state.hpp"
#include "tensor/forward.hpp"

#include <whygrad/autodiff/forward.hpp>

#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace whygrad::internal {

// Finds the tangents of the inputs through which a derivative flows. False, and none, if there is none.
bool tangents_of_inputs(const Record& record, const std::function<Tensor(ValueId)>& find, std::vector<Tensor>& tangents);
// The tangents of the outputs, from those of the inputs; an empty tensor stands for none. The record has saved what its gradient rule reads.
std::vector<Tensor> jvp_of(const Record& record, std::span<const Tensor> tangents);

// Tangents by value, in a part of a log that is swept in order.
class Tangents {
 public:
  void set(ValueId id, Tensor tangent) { of_[id] = std::move(tangent); }
  Tensor find(ValueId id) const {
    const auto at = of_.find(id);
    return at != of_.end() ? at->second : Tensor();
  }
  // Computes those of the record's outputs, if an input has one.
  void advance(const Record& record);

 private:
  std::unordered_map<ValueId, Tensor> of_;
};

class ForwardState : public std::enable_shared_from_this<ForwardState> {
 public:
  explicit ForwardState(const Where& where);

  void check_thread(const char* op) const;
  bool recording() const { return recording_; }
  void start();
  void stop(const Where& where);
  void finish() noexcept;
  void watch(const Watchable& primal, const Tensor& tangent, const Where& where);
  // The read of a variable.
  void read(const std::shared_ptr<VariableImpl>& variable);
  Tensor tangent_of(const Watchable& target) const;
  // The tangents of the record's inputs; false if there is none.
  bool moves(const Record& record, std::vector<Tensor>& tangents) const;
  void advance(const Entry& entry, const Record& record, const std::vector<Tensor>& tangents);
  Log& log() const { return *log_; }
  std::uint64_t entered() const { return entered_; }

  const std::vector<Watchable>& primals() const { return primals_; }
  std::shared_ptr<const TapeFacts> facts(const Watchable& target, ValueId asked, const Where& where) const;

 private:
  struct Moving {
    Tensor value, tangent;
  };
  void set(const Tensor& value, Tensor tangent);
  void drop_dead();
  const Moving* find(ValueId id) const {
    const auto at = moving_.find(id);
    return at != moving_.end() ? &at->second : nullptr;
  }

  Log* log_;
  std::shared_ptr<Log> own_log_;  // of a function that is traced
  Where made_at_;
  std::uint64_t number_, entered_ = 0;
  bool recording_ = false, finished_ = false;
  std::vector<Window> windows_;
  std::vector<Watch> watches_;
  std::vector<Watchable> primals_;
  std::unordered_map<const VariableImpl*, Tensor> variables_;
  std::unordered_map<ValueId, Moving> moving_;
  std::size_t look_again_ = 64;
};

// A variable was read: accumulators that move it note its value.
void note_forward(const std::shared_ptr<VariableImpl>& variable);

}  // namespace whygrad::internal
