// The log of a program that runs on another engine: what a collector in Python saw of its ops, values, variables and tapes.
//
// NOTE [a log of numbers, facts when asked]
// A collector is told of every op, so what is kept of one is what would be gone later: its type, the ids of its values, the place, and whether
// recording was paused. Why an op passes no gradient, what a traced function does inside and what elements are is looked up when a gradient is
// missing, and only for the ops that a question is about (relevant()). Then the log is drawn as a FlowGraph (FlowDrawing), which explain() judges as
// it judges a tape.
//
// A tensor is known by a key that the collector chooses, a number that no other living tensor has. Values and ops are known by their place in the
// log, which never changes; forget() drops the oldest.
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

// The place of a value, an op, a variable or a definition in the log.
using LogId = std::int64_t;
inline constexpr LogId kNowhere = -1;

// One recording of a program's, as a span of moments: it records in windows, and knows which values it watches and since when.
struct FlowTape {
  struct Window {
    LogId begin = 0, end = kNowhere;  // kNowhere: open
    FlowGraph::Standing after = FlowGraph::Standing::kAfter;
    Where ended_at;
  };
  Where made_at, asked_at;
  bool watches_variables = true;
  std::vector<Window> windows, forgotten;
  std::unordered_map<LogId, LogId> watched;  // values, and since when
  std::unordered_set<LogId> variables;       // that were asked to be watched
};

struct FlowQuestion {
  std::shared_ptr<const FlowTape> tape;
  std::vector<LogId> targets;  // values
  struct Source {
    LogId value = kNowhere;  // of a variable the present one
    LogId variable = kNowhere;
    bool replaced = false;  // zeros were answered in its place
  };
  std::vector<Source> sources;
  FlowGraph::Question question = FlowGraph::Question::kAbsent;
  std::uint32_t asked_variables = 0, asked_tensors = 0;  // with those that have a gradient
};

class FlowBuilder {
 public:
  struct Value {
    LogId op = kNowhere;        // that made it; none for what the log never saw made
    LogId variable = kNowhere;  // whose value it is or was
    std::uint64_t key = 0;
    std::uint32_t shape = 0;  // in shapes()
    FlowDType dtype{};
    nb::object tensor;  // while its elements may be asked for
  };
  // What was seen of a call, where the collector knows an op's gradient by that.
  struct CallFacts {
    bool recording = true;    // gradients were
    std::uint64_t needs = 0;  // inputs that required a gradient, as bits; of what lies behind the 64th the last bit tells
    bool gives = false;       // a result does
    bool changes = false;     // an input
    bool again = false;       // its results were not kept, since the same call gives them once more
  };
  struct Op {
    Where where;
    LogId moment = 0;
    LogId rule_of = kNowhere;     // the op whose gradient rule called it
    LogId definition = kNowhere;  // once it is settled
    std::uint32_t type = 0;       // in types()
    OpKind kind = OpKind::kCompute;
    bool stopped = false;  // recording was paused for it alone
    bool hidden = false;   // stands for another
    bool backward_pass = false;
    bool within = false;  // of what another op is made of
    CallFacts facts;
    std::uint16_t inputs = 0, outputs = 0;
    std::uint64_t first = 0;  // in the list of inputs and outputs
    std::uint64_t print = 0, bytes = 0;
    std::int64_t choice = 0;
    double written = std::numeric_limits<double>::quiet_NaN();
    Where returns_at;
    Where stopped_at;                            // what paused it, where that is known
    nb::object call;                             // what the collector wants to know of it later
    nb::object tensors;                          // its inputs and outputs, while somebody may ask for elements
    std::unique_ptr<std::vector<LogId>> inside;  // the ops that it is made of, once somebody looked
  };
  struct Variable {
    std::string name;
    const char* noun = FlowGraph::Variable{}.noun;
    bool named = false;
    bool trainable = true;
    Where where;
    std::uint32_t shape = 0;
    FlowDType dtype{};
    LogId version = kNowhere;  // the present value
    std::vector<LogId> values;
  };

  FlowBuilder() = default;
  FlowBuilder(const FlowBuilder&) = delete;
  FlowBuilder& operator=(const FlowBuilder&) = delete;

  // ---- Recording ----

  std::uint32_t type(std::string_view name);
  LogId make(std::uint64_t key, FlowDType dtype, std::uint32_t shape, nb::object tensor = {});
  LogId find(std::uint64_t key) const;
  // The key names this value from now on.
  void alias(std::uint64_t key, LogId value);
  LogId record(OpKind kind, std::uint32_t type, const std::vector<LogId>& inputs, const std::vector<LogId>& outputs, const Where& where);
  // Of ops that another one is made of, which happen when it happens.
  LogId record_inside(LogId whole, OpKind kind, std::uint32_t type, const std::vector<LogId>& inputs, const std::vector<LogId>& outputs,
                      const Where& where);
  LogId add_variable(Variable variable, std::uint64_t key);
  LogId variable_of(std::uint64_t key) const;
  void name_variable(std::uint64_t key, LogId variable) { variable_keys_[key] = variable; }
  // The value that a read gives now; tapes that record watch it from `since` on, unless that is kNowhere.
  LogId read(LogId variable, LogId since);
  // The variable has this value from now on.
  void set_version(LogId variable, LogId value);

  // Extents may be kUnknownExtent.
  std::uint32_t shape(const std::int64_t* extents, std::size_t rank);
  // Of which not even the rank is known.
  static constexpr std::uint32_t unknown_shape() { return ~std::uint32_t{0}; }

  // ---- Tapes ----

  void start(const std::shared_ptr<FlowTape>& tape);
  void stop(const std::shared_ptr<FlowTape>& tape, FlowGraph::Standing after, const Where& where);
  void reset(FlowTape& tape, const Where& where) const;
  const std::vector<std::shared_ptr<FlowTape>>& recording() const { return recording_; }
  LogId moment() const { return moment_; }
  LogId tick() { return ++moment_; }

  // ---- Memory ----

  // Drops the oldest ops, and the values that they made, until `most` are left. Nothing happens while a tape records.
  void forget(std::size_t most);
  // Lets go of the tensors of values made since the moment: nobody will ask for their elements.
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
  // The same number for the same text of `key`; `make` gives the definition where there is none.
  template <class F>
  LogId define(const std::string& key, F&& make) {
    const auto [at, added] = definition_at_.try_emplace(key, static_cast<LogId>(definitions_.size()));
    if (added) definitions_.push_back(make());
    return at->second;
  }
  // All ops in the order in which they happened, with what calls are made of in the place of the calls.
  std::vector<LogId> in_order() const;

  int busy = 0;  // more than 0: what happens is the collector's own doing
  bool keeps_values = false;

 private:
  LogId append(OpKind kind, std::uint32_t type, const std::vector<LogId>& inputs, const std::vector<LogId>& outputs, const Where& where);

  std::deque<Op> ops_;
  std::deque<Value> values_;
  std::deque<LogId> links_;  // inputs and outputs, by op
  LogId first_op_ = 0, first_value_ = 0;
  std::uint64_t first_link_ = 0;
  LogId moment_ = 0;
  std::unordered_map<std::uint64_t, LogId> keys_, variable_keys_;
  std::deque<Variable> variables_;
  std::vector<std::shared_ptr<FlowTape>> recording_;

  std::deque<std::string> types_;
  std::unordered_map<std::string_view, std::uint32_t> type_at_;  // names that types_ holds
  std::deque<std::vector<std::int64_t>> shapes_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> shape_at_;  // by hash
  std::deque<FlowGraph::Def> definitions_;
  std::unordered_map<std::string, LogId> definition_at_;
};

// The text for as long as the process lives, since graphs outlive the log: names of ops, files and functions, of which there are few.
const char* interned(std::string_view text);

// The ops that a question is about, found by sweeps over the log.
struct RelevantOps {
  std::vector<LogId> ops;
  // What a constant seems to repeat: a value that was read to the host before.
  std::unordered_map<LogId, LogId> read_back;
};
RelevantOps relevant_ops(const FlowBuilder& log, const FlowQuestion& question);

}  // namespace whygrad::python
