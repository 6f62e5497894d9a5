// A traced function: the records of its trace, and the graph that was made of them.
//
// NOTE [values, and functions of them]
// A derivative is a traced function too. The derivative of y = f(x) for the gradient dy is dx = b(x, dy): a function of f's own inputs, not of what f
// saved. What f's call saved is only known to b as values that need not be computed again. So the derivative of b is again b's graph with more nodes,
// to any order, and nothing has to be saved for it in advance.
#pragma once

#include "autodiff/backprop.hpp"
#include "autodiff/id_map.hpp"
#include "graph/graph.hpp"
#include "graph/program.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace whygrad::internal {

// The log of one function and of all its derivatives. The program's own log knows their calls only.
struct TraceLog {
  std::shared_ptr<Log> log = Log::make_own();
  std::recursive_mutex tracing;
  std::vector<Window> windows;  // of the traces, in their order
  std::vector<Watch> watches;   // what stands for the inputs
  IdMap watch_index;
  std::unordered_map<ValueId, Tensor> constants;  // values with elements, which ops of the traces read
};

class TracedFunction : public std::enable_shared_from_this<TracedFunction> {
 public:
  ~TracedFunction();
  TracedFunction(const TracedFunction&) = delete;
  TracedFunction& operator=(const TracedFunction&) = delete;

  // What a call is given beside the caller's arguments.
  struct Input {
    Tensor stand_in;
    Tensor captured;                         // a value from outside of the function
    std::shared_ptr<VariableImpl> variable;  // whose value at the call it is
    std::vector<ValueId> reads;              // all that was read of the variable, this input first
  };
  // Which gradients arrive and which inputs need one.
  struct Asked {
    std::vector<bool> arriving;  // by result
    std::vector<bool> wanted;    // by input
    friend bool operator<(const Asked& a, const Asked& b) { return a.arriving != b.arriving ? a.arriving < b.arriving : a.wanted < b.wanted; }
  };

  // Calls `body` with one abstract tensor per spec. Throws what the body throws.
  static std::shared_ptr<TracedFunction> trace(std::string name, const Where& where, const std::vector<TensorSpec>& arguments,
                                               const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& body);

  const std::string& name() const { return name_; }
  const Where& where() const { return where_; }
  const std::vector<Input>& inputs() const { return inputs_; }
  std::size_t arguments() const { return arguments_; }
  const std::vector<Tensor>& results() const { return results_; }
  const Graph& graph() const { return graph_; }
  // Of each result, the value in the graph.
  const std::vector<Graph::Index>& outputs() const { return outputs_; }
  // Values that no other run would give again: random numbers, what was read from a variable that may have been written, what the host returned.
  const std::vector<Graph::Index>& once() const { return once_; }
  TraceLog& log() const { return *log_; }

  // What a call keeps, beside its inputs, for the gradient; decided when a gradient can be asked for the first time.
  const std::vector<Graph::Index>& saved();
  // The gradients of the wanted inputs, in their order, as a function of the inputs and of the arriving gradients; its result is an empty tensor
  // where no path leads. Traced when it is asked for the first time.
  std::shared_ptr<TracedFunction> derivative(const Asked& asked);

  // The program that runs it: with what a call keeps among the results, or without.
  const Program& program(bool saving);
  // The first node that is not of the function which this is the derivative of.
  Graph::Index first_own_node() const { return first_own_node_; }
  std::uint64_t number() const { return number_; }
  // The function of that number; null where it is gone.
  static std::shared_ptr<TracedFunction> find(std::uint64_t number);
  // What its results are made of and what it does to the outside, in order.
  struct Records {
    LogSlice slice;  // holds them
    std::vector<const Record*> needed;
  };
  Records records() const;
  // Of its own nodes: whether a run does something to the outside, and whether every run gives the same.
  bool has_effect() const { return has_effect_; }
  bool is_pure() const { return once_.empty() && !has_effect(); }
  // Variables that a run may write.
  std::vector<std::shared_ptr<VariableImpl>> writes() const;
  // The program that runs it in a branch: its results, and then once().
  const Program& body_program();
  // Values of the graph that the caller has: what the calls of the functions saved that this is the derivative of.
  const std::vector<Graph::Index>& given() const { return given_; }

 private:
  friend class Tracing;
  friend class GraphBuilder;
  TracedFunction() = default;
  static std::shared_ptr<TracedFunction> make(std::string name, const Where& where);
  std::shared_ptr<TracedFunction> trace_derivative(const Asked& asked);
  std::vector<Graph::Index> given_and_saved() const;

  std::uint64_t number_ = 0;  // unique in the process
  std::string name_;
  Where where_;
  std::shared_ptr<TraceLog> log_;
  std::vector<Input> inputs_;
  std::size_t arguments_ = 0;
  std::vector<Tensor> results_;
  Graph graph_;
  Window window_;  // of its trace
  bool has_effect_ = false;
  Graph::Index first_own_node_ = 0;  // those before belong to the function that this is the derivative of
  std::vector<Graph::Index> outputs_, once_, given_;
  std::unordered_map<ValueId, Graph::Index> known_;  // values of the traces in the graph
  std::optional<std::vector<Graph::Index>> saved_;
  std::map<Asked, std::shared_ptr<TracedFunction>> derivatives_;
  std::unique_ptr<Program> programs_[2], body_program_;
};

}  // namespace whygrad::internal
