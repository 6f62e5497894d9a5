// What a trace and a call of a traced function leave in a log.
#pragma once

#include "graph/graph.hpp"

#include <memory>
#include <vector>

namespace whygrad::internal {

class TracedFunction;

// A variable is read after something in the trace may have written it.
extern const OpDef kReadEvent;
struct SavedRead final : SavedObject {
  std::shared_ptr<VariableImpl> variable;
};

struct SavedHostCall final : SavedObject {
  std::shared_ptr<const HostCall> call;
};

// A traced function was called. Inputs: the function's; in a trace behind them the values that it must not compute anew (TracedFunction::once).
// Outputs: its results, as far as there are any; in a trace behind them the values of its own that no other run would give again.
extern const OpDef kCallEvent;
struct CallAttrs {
  std::uint64_t function;  // its number, for explanations
};
struct SavedCall final : SavedObject {
  std::shared_ptr<TracedFunction> function;
  std::vector<Tensor> inputs;
  std::vector<Tensor> given;  // for TracedFunction::given() of the derivative
  std::vector<Tensor> once;   // in a trace: for TracedFunction::once() of the derivative
};

// Calls a traced function with its arguments; what else it reads, captured values and variables, it has by itself. `given` are the values of
// TracedFunction::given(), or in a trace of once(). A result that does not exist is an empty tensor.
std::vector<Tensor> call(const std::shared_ptr<TracedFunction>& function, const std::vector<Tensor>& arguments, const std::vector<Tensor>& given,
                         const Where& where);

}  // namespace whygrad::internal
