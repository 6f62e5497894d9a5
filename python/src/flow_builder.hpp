// The log of a program that runs on another engine: what a collector in Python saw of its ops, values, variables and tapes.
//
// NOTE [a log of numbers, facts when asked]
// A collector receives every op. The log therefore keeps only what could not be found out later: the op's type, the ids of its values, the place, and
// whether recording was paused. Everything else is looked up when a gradient is missing, and only for the ops that are relevant to the question
// (relevant_ops()): why an op passes no gradient, which ops a traced function consists of, and what the elements are. Then the log is drawn as a
// FlowGraph (FlowDrawing), and explain() judges the graph as it judges a tape.
//
// The collector identifies a tensor by a key, a number that no other living tensor has. A value or an op is identified by its position in the log,
// which never changes. forget() drops the oldest ones.
#pragma once

#include "module.hpp"

#include <whygrad/base/where.hpp>
#include <whygrad/flow/flow_graph.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace whygrad::python {

// The position in the log of a value, an op, a variable or a definition.
using LogId = std::int64_t;
inline constexpr LogId kNowhere = -1;

// One recording of the program: the windows of moments in which it recorded, and the values that it watches, each with its first moment.
struct FlowTape {
  struct Window {
    LogId begin = 0, end = kNowhere;  // kNowhere: open
    FlowGraph::Standing after = FlowGraph::Standing::kAfter;
    Where ended_at;
  };
  Where made_at, asked_at;
  bool watches_variables = true;
  std::vector<Window> windows, forgotten;
  std::unordered_map<LogId, LogId> watched;  // value to the moment since when it is watched
  std::unordered_set<LogId> variables;       // variables for which the program called watch()
};

struct FlowQuestion {
  std::shared_ptr<const FlowTape> tape;
  std::vector<LogId> targets;  // values
  struct Source {
    LogId value = kNowhere;  // for a variable its present value
    LogId variable = kNowhere;
    bool replaced = false;  // the engine answered zeros instead of an absent gradient
  };
  std::vector<Source> sources;
  FlowGraph::Question question = FlowGraph::Question::kAbsent;
  std::uint32_t asked_variables = 0, asked_tensors = 0;  // numbers of sources, including those that have a gradient
};

class FlowBuilder {
 public:
  struct Value {
    LogId op = kNowhere;        // the op that computed it; kNowhere if the log did not record one
    LogId variable = kNowhere;  // the variable whose value it is or was
    std::uint64_t key = 0;
    std::uint32_t shape = 0;  // for shape_at()
    FlowDType dtype{};
    nb::object tensor;           // held while its elements may be needed
    const char* path = nullptr;  // as in FlowGraph::Value
  };
  // What the collector saw of a call, if that decides whether the op passes a gradient.
  struct CallFacts {
    bool recording = true;    // gradients were recorded
    std::uint64_t needs = 0;  // bit i: input i required a gradient; the last bit stands for all inputs from the 64th on
    bool gives = false;       // a result requires a gradient
    bool changes = false;     // the call changes an input
    bool again = false;       // its results were not kept, because the same call computes them again
  };
  struct Op {
    Where where;
    LogId moment = 0;
    LogId rule_of = kNowhere;     // the op whose gradient rule called it
    LogId definition = kNowhere;  // set when the op is settled
    std::uint32_t type = 0;       // for type_name()
    OpKind kind = OpKind::kCompute;
    bool stopped = false;  // recording was paused for this op only
    bool hidden = false;   // not drawn: another record stands for it, or it served a question that is answered
    bool backward_pass = false;
    bool within = false;  // one of the ops that another op consists of
    CallFacts facts;
    std::uint16_t inputs = 0, outputs = 0;
    std::uint64_t first = 0;  // position of its first input in the list of inputs and outputs
    std::uint64_t print = 0, bytes = 0;
    std::int64_t choice = 0;
    double written = std::numeric_limits<double>::quiet_NaN();
    Where returns_at;
    Where stopped_at;                            // the place that paused recording, if known
    nb::object call;                             // whatever the collector needs to know of the call later
    nb::object tensors;                          // its inputs and outputs, held while their elements may be needed
    std::unique_ptr<std::vector<LogId>> inside;  // the ops that it consists of; null until it is opened
  };
  struct Variable {
    std::string name;
    const char* noun = FlowGraph::Variable{}.noun;
    bool named = false;
    bool trainable = true;
    Where where;
    std::uint32_t shape = 0;
    FlowDType dtype{};
    LogId version = kNowhere;  // its present value
    std::vector<LogId> values;
  };

  FlowBuilder() = default;
  FlowBuilder(const FlowBuilder&) = delete;
  FlowBuilder& operator=(const FlowBuilder&) = delete;

  // ---- Recording ----

  std::uint32_t type(std::string_view name);
  LogId make(std::uint64_t key, FlowDType dtype, std::uint32_t shape, nb::object tensor = {});
  LogId find(std::uint64_t key) const;
  // From now on the key identifies this value.
  void alias(std::uint64_t key, LogId value);
  LogId record(OpKind kind, std::uint32_t type, const std::vector<LogId>& inputs, const std::vector<LogId>& outputs, const Where& where);
  // Records one of the ops that `whole` consists of. It gets the moment of `whole`.
  LogId record_inside(LogId whole, OpKind kind, std::uint32_t type, const std::vector<LogId>& inputs, const std::vector<LogId>& outputs,
                      const Where& where);
  LogId add_variable(Variable variable, std::uint64_t key);
  LogId variable_of(std::uint64_t key) const;
  void name_variable(std::uint64_t key, LogId variable) { variable_keys_[key] = variable; }
  // Returns the value that a read gives now. Recording tapes watch it from `since` on, unless that is kNowhere.
  LogId read(LogId variable, LogId since);
  // From now on the variable has this value.
  void set_version(LogId variable, LogId value);

  // Returns the number of a shape. Extents may be kUnknownExtent.
  std::uint32_t shape(const std::int64_t* extents, std::size_t rank);
  // The number of a shape whose rank is unknown.
  static constexpr std::uint32_t unknown_shape() { return ~std::uint32_t{0}; }

  // ---- Tapes ----

  void start(const std::shared_ptr<FlowTape>& tape);
  void stop(const std::shared_ptr<FlowTape>& tape, FlowGraph::Standing after, const Where& where);
  void reset(FlowTape& tape, const Where& where) const;
  const std::vector<std::shared_ptr<FlowTape>>& recording() const { return recording_; }
  LogId moment() const { return moment_; }
  LogId tick() { return ++moment_; }

  // ---- Memory ----

  // Drops the oldest ops and the values that they computed, until `most` ops are left. Does nothing while a tape records.
  void forget(std::size_t most);
  // Releases the tensors of the ops since that moment, because their elements are not needed any more.
  void let_go(LogId since);

  // ---- Looking ----

  bool has_op(LogId op) const { return op >= first_op_ && op < first_op_ + static_cast<LogId>(ops_.size()); }
  bool has_value(LogId v) const { return v >= first_value_ && v < first_value_ + static_cast<LogId>(values_.size()); }
  Op& op(LogId id) { return ops_[static_cast<std::size_t>(id - first_op_)]; }
  const Op& op(LogId id) const { return ops_[static_cast<std::size_t>(id - first_op_)]; }
  Value& value(LogId id) { return values_[static_cast<std::size_t>(id - first_value_)]; }
  const Value& value(LogId id) const { return values_[static_cast<std::size_t>(id - first_value_)]; }
  Variable& variable(LogId id) { return variables_[static_cast<std::size_t>(id)]; }
  const Variable& variable(LogId id) const { return variables_[static_cast<std::size_t>(id)]; }
  std::size_t variable_count() const { return variables_.size(); }
  LogId input(const Op& op, std::size_t i) const { return links_[static_cast<std::size_t>(op.first - first_link_) + i]; }
  LogId output(const Op& op, std::size_t k) const { return input(op, op.inputs + k); }
  std::size_t size() const { return ops_.size(); }
  LogId first_op() const { return first_op_; }
  LogId first_value() const { return first_value_; }
  LogId value_count() const { return static_cast<LogId>(values_.size()); }
  const std::string& type_name(std::uint32_t type) const { return types_[type]; }
  const std::vector<std::int64_t>& shape_at(std::uint32_t shape) const { return shapes_[shape]; }
  const FlowGraph::Def& definition(LogId id) const { return definitions_[static_cast<std::size_t>(id)]; }
  // Returns the number of the definition with this key. `make` makes the definition if there is none yet.
  template <class F>
  LogId define(const std::string& key, F&& make) {
    const auto [at, added] = definition_at_.try_emplace(key, static_cast<LogId>(definitions_.size()));
    if (added) definitions_.push_back(make());
    return at->second;
  }
  // All ops in the order in which they ran. An opened call is replaced by the ops that it consists of.
  std::vector<LogId> in_order() const;

  int busy = 0;  // more than 0 while the collector itself runs ops, which are not recorded
  bool keeps_values = false;

 private:
  LogId append(OpKind kind, std::uint32_t type, const std::vector<LogId>& inputs, const std::vector<LogId>& outputs, const Where& where);

  std::deque<Op> ops_;
  std::deque<Value> values_;
  std::deque<LogId> links_;  // the inputs and outputs of each op, one op after the other
  LogId first_op_ = 0, first_value_ = 0;
  std::uint64_t first_link_ = 0;
  LogId moment_ = 0;
  std::unordered_map<std::uint64_t, LogId> keys_, variable_keys_;
  std::deque<Variable> variables_;
  std::vector<std::shared_ptr<FlowTape>> recording_;

  std::deque<std::string> types_;
  std::unordered_map<std::string_view, std::uint32_t> type_at_;  // views of the names in types_
  std::deque<std::vector<std::int64_t>> shapes_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> shape_at_;  // by hash
  std::deque<FlowGraph::Def> definitions_;
  std::unordered_map<std::string, LogId> definition_at_;
};

// A copy of the text that lives as long as the process, because graphs outlive the log. It is for names of ops, files and functions, which are few.
const char* interned(std::string_view text);

// The ops that are relevant to a question, found by sweeps over the log.
struct RelevantOps {
  std::vector<LogId> ops;
  // By constant: the value that it seems to repeat, which was read to the host before.
  std::unordered_map<LogId, LogId> read_back;
};
RelevantOps relevant_ops(const FlowBuilder& log, const FlowQuestion& question);

}  // namespace whygrad::python
