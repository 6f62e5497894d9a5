// A traced function: the records of its trace, and the graph that is made from them.
//
// NOTE [values, and functions of them]
// A derivative is a traced function too. The derivative of y = f(x) for the gradient dy is dx = b(x, dy), a function of f's own inputs and not of the
// values that f saved. To b the saved values are only values that need not be computed again. The derivative of b is therefore again b's graph with
// more nodes, to any order, and nothing has to be saved for it in advance.
#pragma once

#include "autodiff/backprop.hpp"
#include "autodiff/id_map.hpp"
#include "graph/graph.hpp"
#include "graph/program.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace whygrad::internal {

// The log of the traces of one function and all its derivatives. The program's own log records only their calls.
struct TraceLog {
  std::shared_ptr<Log> log = Log::make_own();
  std::recursive_mutex tracing;
  std::vector<Window> windows;  // one for each trace, in order
  std::vector<Watch> watches;   // the stand-ins of the inputs
  IdMap watch_index;
  std::unordered_map<ValueId, Tensor> constants;  // values with elements that ops of the traces read
};

class TracedFunction : public std::enable_shared_from_this<TracedFunction> {
 public:
  ~TracedFunction();
  TracedFunction(const TracedFunction&) = delete;
  TracedFunction& operator=(const TracedFunction&) = delete;

  // An input: one of the caller's arguments, or a value that the function supplies to each call itself.
  struct Input {
    Tensor stand_in;
    Tensor captured;                         // a value from outside of the function
    std::shared_ptr<VariableImpl> variable;  // the variable whose value at the call is the input
    std::vector<ValueId> reads;              // the ids of all reads of the variable in the trace; the first is this input
  };
  // The results for which gradients arrive, and the inputs whose gradients are wanted.
  struct Asked {
    std::vector<bool> arriving;  // by result
    std::vector<bool> wanted;    // by input
    bool slices = false;         // a gradient that is slices of a table stays so: two results, values and indices
    friend bool operator<(const Asked& a, const Asked& b) {
      return std::tie(a.arriving, a.wanted, a.slices) < std::tie(b.arriving, b.wanted, b.slices);
    }
  };

  // Traces `body` by calling it with one abstract tensor per spec. `examples` are the arguments of the call for which this is done, or nothing
  // (Tracer::example). Throws what the body throws.
  static std::shared_ptr<TracedFunction> trace(std::string name, const Where& where, const std::vector<TensorSpec>& arguments,
                                               const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& body,
                                               std::vector<Tensor> examples = {});

  // A run computes values again rather than needs more than that many bytes at once, without its arguments and the values of variables; a call whose
  // gradient is asked for later keeps no more. To be said before the first run. The derivatives have the same budget.
  void set_memory_budget(std::size_t bytes) { budget_ = bytes; }

  const std::string& name() const { return name_; }
  const Where& where() const { return where_; }
  const std::vector<Input>& inputs() const { return inputs_; }
  std::size_t arguments() const { return arguments_; }
  const std::vector<Tensor>& results() const { return results_; }
  const Graph& graph() const { return graph_; }
  // The value in the graph of each result; kNone for a result that does not exist.
  const std::vector<Graph::Index>& outputs() const { return outputs_; }
  // The values that another run would not reproduce: random numbers, reads of variables that may have been written, results of the host's functions.
  const std::vector<Graph::Index>& once() const { return once_; }
  TraceLog& log() const { return *log_; }

  // NOTE [settled values]
  // Where a shape depends on elements, tracing goes on with those of the call for which the function is traced (Tracer::settle). The trace is then
  // one of several for arguments of these specs, and a call takes one in which all such elements are what the call's arguments make of them. They are
  // computed before the call, from its arguments and the values of variables alone, so a call whose trace is yet to be made has had no effects.
  //
  // Whether the trace is one for a call with these arguments.
  bool is_for(const std::vector<Tensor>& arguments) const;
  // Whether it is for all arguments of its specs.
  bool is_for_all() const { return settled_program_ == nullptr; }

  // The values that a call keeps for the gradient, besides its inputs. They are chosen at the first call for which a gradient may be requested.
  const std::vector<Graph::Index>& saved();
  // The gradients of the wanted inputs, in their order, as a function of the inputs and the arriving gradients. A result is an empty tensor if no
  // path leads to the input. The function is traced at the first request.
  std::shared_ptr<TracedFunction> derivative(const Asked& asked);

  // The derivative of all results with respect to all inputs; null if a rule is missing on one of several paths, so that only other questions have an
  // answer.
  std::shared_ptr<TracedFunction> whole_derivative();
  // The function's results once more, of the same inputs. Without side effects: the call that it repeats has had them. Within a trace it is called
  // with the values of once().
  std::shared_ptr<TracedFunction> replay();
  // The tangents of the results, as a function of the inputs and of the tangents of those inputs that move, in their order. A result is an empty
  // tensor if it depends on none of these. The function is traced at the first request.
  std::shared_ptr<TracedFunction> forward(const std::vector<bool>& moving);

  // The function for `rows` rows at once: `varying` inputs have one more axis in front, and so have all results. Throws NotByRows if something in it
  // cannot be run so. The function is traced at the first request.
  std::shared_ptr<TracedFunction> for_rows(const std::vector<bool>& varying, std::int64_t rows);

  // The program that runs the function. If `saving`, its outputs are the results followed by saved().
  const Program& program(bool saving);
  // The first node of this function's own. Earlier nodes belong to the function that this one differentiates.
  Graph::Index first_own_node() const { return first_own_node_; }
  std::uint64_t number() const { return number_; }
  // The function with this number; null if it no longer exists.
  static std::shared_ptr<TracedFunction> find(std::uint64_t number);
  // The records that compute the results or have side effects, in order.
  struct Records {
    LogSlice slice;  // keeps the records alive
    std::vector<const Record*> needed;
  };
  Records records() const;
  // Whether a run has side effects, by the function's own nodes.
  bool has_effect() const { return has_effect_; }
  // Whether it has no side effects and every run gives the same results.
  bool is_pure() const { return once_.empty() && !has_effect(); }
  // The variables that a run may write.
  std::vector<std::shared_ptr<VariableImpl>> writes() const;
  // The program that runs the function as a body of a branch. Its outputs are the results followed by once().
  const Program& body_program();
  // For a derivative, the values of the graph that the caller has: those saved by the calls of the functions that it differentiates.
  const std::vector<Graph::Index>& given() const { return given_; }
  // Of a derivative, for each wanted gradient: the rows of the table if it is slices, which are two results; else -1.
  const std::vector<std::int64_t>& rows_of_gradients() const { return rows_of_gradients_; }

 private:
  friend class Tracing;
  friend class GraphBuilder;
  TracedFunction() = default;
  static std::shared_ptr<TracedFunction> make(std::string name, const Where& where);
  void note_settled(const std::vector<Tensor>& values);
  std::shared_ptr<TracedFunction> trace_derivative(const Asked& asked);
  // A function that continues this one's graph: of the same inputs, which are all arguments.
  std::shared_ptr<TracedFunction> continued() const;
  std::shared_ptr<TracedFunction> trace_rows(const std::vector<bool>& varying, std::int64_t rows) const;
  std::shared_ptr<TracedFunction> trace_forward(const std::vector<bool>& moving);
  std::vector<Graph::Index> given_and_saved() const;
  std::unique_ptr<Program> plan(const std::vector<Graph::Index>& more) const;
  void keep_less(TracedFunction& backward);
  // The results that exist, followed by `more`.
  std::vector<Graph::Index> results_and(const std::vector<Graph::Index>& more) const;

  std::uint64_t number_ = 0;  // unique in the process
  std::string name_;
  Where where_;
  std::shared_ptr<TraceLog> log_;
  std::vector<Input> inputs_;
  std::size_t arguments_ = 0;
  std::vector<Tensor> results_;
  Graph graph_;
  Window window_;  // the window of its trace
  bool has_effect_ = false;
  Graph::Index first_own_node_ = 0;  // earlier nodes belong to the function that this one differentiates
  std::vector<Graph::Index> outputs_, once_, given_;
  std::unordered_map<ValueId, Graph::Index> known_;  // the values in the graph, by the ids of the traces
  std::vector<std::int64_t> rows_of_gradients_;
  std::optional<std::vector<Graph::Index>> saved_;
  std::optional<std::size_t> budget_;
  std::unique_ptr<const Program> settled_program_;  // computes the settled values
  std::vector<std::vector<std::byte>> settled_;     // their elements
  std::map<Asked, std::shared_ptr<TracedFunction>> derivatives_;
  std::shared_ptr<TracedFunction> replay_;
  std::map<std::vector<bool>, std::shared_ptr<TracedFunction>> forwards_;
  std::map<std::pair<std::vector<bool>, std::int64_t>, std::shared_ptr<TracedFunction>> of_rows_;
  std::unique_ptr<Program> programs_[2], body_program_;
};

}  // namespace whygrad::internal
