// Who turns the calls of a thread into a graph, instead of having them computed.
//
// NOTE [a trace is what the log heard]
// While a function is traced, its arguments are abstract tensors (ops/abstract.hpp), so that the same apply() infers and records and does not
// execute. The records of that time are the trace: ops, attributes, places and scopes are the log's own. A tracer is asked for what the log does not
// know: what stands for a tensor from outside of the function, what a variable holds at this point of the trace, and what is to be done to the
// outside each time the graph runs. The log records everything while one is there, and keeps with each record the (abstract) values that a gradient
// rule may read.
#pragma once

#include "tensor/build.hpp"
#include "tensor/log.hpp"

#include <whygrad/base/gradient_flow.hpp>
#include <whygrad/tensor/spec.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace whygrad::internal {

struct VariableImpl;

// A function of the host that runs each time the graph does, in its place among everything else that has an effect.
struct HostCall {
  const OpDef* op = nullptr;  // the event that stands in the log for it
  // Called with the values of the inputs; returns as many values as `results` has.
  std::function<std::vector<Tensor>(const std::vector<Tensor>&)> run = nullptr;
  std::vector<TensorSpec> results = {};
  // Variables that it may write.
  std::vector<std::shared_ptr<VariableImpl>> writes = {};
};

// The functions of a loop. Both take the loop variables.
struct LoopFunctions {
  std::function<Tensor(const std::vector<Tensor>&)> condition;
  std::function<std::vector<Tensor>(const std::vector<Tensor>&)> body;
};

// As Log::append() takes its inputs. The tensors must outlive the result.
inline std::vector<const Tensor*> pointers_to(std::span<const Tensor> tensors) {
  std::vector<const Tensor*> pointers;
  pointers.reserve(tensors.size());
  for (const Tensor& t : tensors) pointers.push_back(&t);
  return pointers;
}

// An abstract tensor that is laid out as `t`. No id yet.
inline Tensor make_abstract_like(const Tensor& t) { return make_view(make_abstract(spec_of(t)), t.shape(), t.impl()->strides, 0); }

class Tracer {
 public:
  Tracer();
  virtual ~Tracer();
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  // What stands in the trace for a value: itself if it was made there, else an abstract stand-in.
  virtual Tensor inside(const Tensor& value) = 0;
  // Remembers a value with elements which an op of the trace reads.
  virtual void use(const Tensor& constant) = 0;
  // The present value of a variable.
  virtual Tensor read(const std::shared_ptr<VariableImpl>& variable) = 0;
  // `now` is what the trace reads from it from here on.
  virtual void written(const std::shared_ptr<VariableImpl>& variable, const Tensor& now) = 0;
  // Something that the log does not say may have written the variable.
  virtual void forget(const std::shared_ptr<VariableImpl>& variable) = 0;
  // Elements for a value that depends on no argument: a variable made while tracing needs them.
  virtual Tensor evaluate(const Tensor& value, const Where& where) = 0;
  // The elements that a value has in the call for which the function is traced, computed without side effects. Empty if the arguments are not known.
  virtual Tensor example(const Tensor& value) = 0;
  // The value with the elements that it has in that call, for what has to know them to go on tracing: an op whose result has as many elements as they
  // say, or a loop whose variables grow. The trace is one for calls in which they are the same. Empty if they are not known, or if another run would
  // not compute them from the arguments alone.
  virtual Tensor settle(const Tensor& value) = 0;
  // What gradients are asked of inside of a trace, without a tape (tf.gradients): a value, or a variable with all reads of it.
  struct Source {
    Tensor value;
    std::shared_ptr<VariableImpl> variable;
  };
  // The gradients of the sum of targets[i] * dy[i]. Empty where no differentiable path leads.
  virtual std::vector<Tensor> gradients(const std::vector<Tensor>& targets, const std::vector<Tensor>& dy, const std::vector<Source>& sources) = 0;
  // A choice that is made when the graph runs: bodies[i]() for a predicate that is true (0) or false (1), or for an index, where one out of range
  // takes the last. `construct` is named in messages and explanations.
  virtual std::vector<Tensor> branch(Construct construct, const Tensor& predicate, const std::vector<std::function<std::vector<Tensor>()>>& bodies,
                                     const Where& where) = 0;
  // A loop whose number of trips is found when the graph runs. `predicate` is the condition of the given variables. Below 0, `maximum_iterations` is
  // no limit.
  virtual std::vector<Tensor> loop(const LoopFunctions& functions, const Tensor& predicate, const std::vector<Tensor>& variables,
                                   std::int64_t maximum_iterations, const Where& where) = 0;
  virtual std::vector<Tensor> call_host(HostCall call, const std::vector<Tensor>& inputs, const Where& where) = 0;
  // Of the function that is traced, for messages.
  virtual const std::string& name() const = 0;

  Tracer* outer() const { return outer_; }

  // The calling thread's; null where nothing is traced.
  static Tracer* mine() noexcept { return count_.load(std::memory_order_relaxed) == 0 ? nullptr : Log::mine().tracer; }

 private:
  static std::atomic<int> count_;  // of all threads, so that a program that traces nothing pays one plain load
  Tracer* outer_;
};

// "model.py:12"; empty if unknown.
std::string line_of(const Where& where);
// Notes that traces of `function` have this log, so that a value of it can be recognised elsewhere.
void note_trace_log(const std::shared_ptr<Log>& log, const std::string& function);
// Throws ValueError, with the function and the line that made it, if the value was made while a function was traced. `op` is what meets it elsewhere.
void refuse_leaked(const char* op, const Tensor& value);

}  // namespace whygrad::internal
