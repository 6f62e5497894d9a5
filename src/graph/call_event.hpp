// The records that traces, and calls of traced functions, write to a log.
#pragma once

#include "graph/graph.hpp"

#include <memory>
#include <vector>

namespace whygrad::internal {

class TracedFunction;

// A read of a variable that something in the trace may have written before.
extern const OpDef kReadEvent;
struct SavedRead final : SavedObject {
  std::shared_ptr<VariableImpl> variable;
};

struct SavedHostCall final : SavedObject {
  std::shared_ptr<const HostCall> call;
};

// A call of a traced function. Inputs: those of the function. Within a trace they are followed by the values that the function must not compute again
// (TracedFunction::once). Outputs: the results that exist. Within a trace they are followed by the function's own values that another run would not
// reproduce.
extern const OpDef kCallEvent;
struct CallAttrs {
  std::uint64_t function;  // TracedFunction::number(), by which explanations find the function
};
struct SavedCall final : SavedObject {
  std::shared_ptr<TracedFunction> function;
  std::vector<Tensor> inputs;
  std::vector<Tensor> given;  // values for TracedFunction::given() of the derivative
  std::vector<Tensor> once;   // within a trace: values for TracedFunction::once() of the derivative
};

// Calls a traced function with these arguments. The function itself supplies its other inputs: captured values and the values of variables. `given`
// has the values of TracedFunction::given(), within a trace those of once(). A result that does not exist is an empty tensor.
std::vector<Tensor> call(const std::shared_ptr<TracedFunction>& function, const std::vector<Tensor>& arguments, const std::vector<Tensor>& given,
                         const Where& where);

// One result of a call whose ops are recorded one by one. A result is another value than the one inside of the function: no gradient of one result
// with respect to another exists, as in TensorFlow.
extern const OpDef kCallResultEvent;
struct ResultAttrs {
  const char* path;  // how the program takes it from what the call returned, "[1]['loss']"; never freed; nullptr: unknown
};
// The results of such a call: each non-empty tensor becomes the output of a record at `where`. paths: one for each result, or none.
std::vector<Tensor> results_of_call(const std::vector<Tensor>& results, const Where& where, const std::vector<const char*>& paths = {});

}  // namespace whygrad::internal
