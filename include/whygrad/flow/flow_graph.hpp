// FlowGraph: an engine-independent description of a computation, of its relation to a tape, and of where gradient flows or stops. The analysis of
// missing gradients uses nothing else. So it can explain whatever is described by a FlowGraph: a tape, a compiled function, a file of another
// framework.
//
// NOTE [a flow graph is numbers]
// A tape may hold a million ops, and a question about it should take milliseconds. So a graph is a few arrays of small structs that refer to each
// other by index. Texts are pointers to literals or to what keep() holds. Ops are in an order in which every value is computed before it is used, so
// all analyses are plain loops: forward for what depends on a value, backward for what it depends on.
#pragma once

#include <whygrad/base/export.hpp>
#include <whygrad/base/gradient_flow.hpp>
#include <whygrad/base/where.hpp>
#include <whygrad/flow/flow_dtype.hpp>

#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace whygrad {

class WG_API FlowGraph {
 public:
  using Index = std::uint32_t;
  static constexpr Index kNone = 0xffffffffu;

  // How an op treats one of its inputs.
  struct Answer {
    const char* input = "";
    GradientFlow flow = GradientFlow::kFlows;
    Role role = Role::kData;
    const char* why = "";     // why no gradient flows
    const char* remedy = "";  // for the case that none flows
    bool factor = false;      // the op adds up products of this input and another factor
  };

  // The common properties of all calls of one op.
  struct Def {
    const char* name = "";
    const char* type = "";  // as TensorFlow's graphs name it
    OpKind kind = OpKind::kCompute;
    std::vector<Answer> answers;  // the last one applies to all further inputs
    ZeroGradient zero;
    NonFinite nonfinite;
    IntegerResults integers;
    Construct construct = Construct::kCond;  // of kChoice and kLoopEnd
    bool in_metrics = false;                 // a comparison, sum, mean or layout op: the ops of which metrics are made
    bool backward_pass = false;              // a complete backward pass that no tape recorded
  };

  // The relation of an op to the tape: recorded, or why not.
  enum class Standing : std::uint8_t { kRecorded, kBefore, kPaused, kBetween, kAfter, kReset };

  struct Op {
    Where where;
    Index def = kNone;
    Standing standing = Standing::kRecorded;
    std::uint16_t inputs = 0, outputs = 0;
    Index first_input = 0;                                      // in `inputs`
    Index first_output = 0;                                     // in `values`; the outputs are consecutive
    Index boundary = kNone;                                     // in `boundaries`: what ended the recording before this op
    Index rule_of_def = kNone;                                  // in `defs`: the op that was differentiated, for an op that a gradient rule called
    Index rule_of = kNone;                                      // in `ops`, if that op is in the graph too
    Index scope = kNone;                                        // in `scopes`
    Index returns_at = kNone;                                   // in `boundaries`: where the rule of a user's custom gradient returns
    std::uint64_t print = 0;                                    // hash of the elements of a constant or a host read; 0 if not computed
    std::int64_t choice = 0;                                    // of kChoice: the branch; of kLoopEnd: the number of iterations
    double written = std::numeric_limits<double>::quiet_NaN();  // a constant's only number as written, or what an op writes into a tensor
  };

  // Unknown parts of a shape: an extent that a traced function leaves open, or the rank.
  static constexpr std::int64_t kUnknownExtent = -1;
  static constexpr std::uint8_t kUnknownRank = 0xff;

  // Why the origin of a value is unknown, if no op of the graph computed it.
  enum class Origin : std::uint8_t { kMade, kOld, kForgotten, kForeign };

  struct Value {
    Index op = kNone;                 // the op that computed it
    Index variable = kNone;           // in `variables`, if it is or was the value of a variable
    Index watched_from = kNone;       // the first op for which the tape watched this value
    bool looks_back = false;          // the tape also watched it for those earlier ops that it recorded on behalf of another value
    Index unwatched_at = kNone;       // in `boundaries`: the reset after which the tape no longer watched this value
    Index watched_elsewhere = kNone;  // in `boundaries`: where another tape that watches it was created
    Index first_extent = 0;           // in `extents`
    FlowDType dtype{};
    std::uint8_t rank = 0;
    const char* path = nullptr;  // how the program takes it from what the call returned: "", "[1]", "['loss']"; nullptr: by its number as an output
    Index numbers = kNone;       // in `numbers`: of its elements
    Index gradient = kNone;      // in `numbers`: of its incoming gradient
    Origin origin = Origin::kMade;  // kOld: too old to depend on any of the sources
  };

  // Statistics of the elements of a value or of a gradient, if they were inspected.
  struct Numbers {
    std::uint64_t count = 0, zeros = 0, ones = 0, nans = 0, infs = 0;  // ones: elements of magnitude 1
    double min = 0, max = 0, norm = 0;                                 // of the finite elements; of their magnitudes if they are complex
    std::array<std::uint64_t, 16> bins{};                              // the number of elements in each sixteenth of [min, max]

    bool all_zero() const { return count != 0 && zeros == count; }
    bool finite() const { return nans == 0 && infs == 0; }
    double largest() const { return max > -min ? max : 0 - min; }
  };

  // The first element of an op's result that is not finite although all operands of it are.
  struct Spot {
    Index op = kNone;
    Index input = kNone;           // the input whose gradient it belongs to; kNone for an element of the output
    std::vector<std::int64_t> at;  // the element's position
    double made = 0;
    // The elements from which it was computed, if the operands match elementwise. kNone stands for the incoming gradient.
    std::vector<std::pair<Index, double>> given;
  };

  struct Variable {
    const char* name = "";
    Where where;
    bool trainable = true;
    const char* apart = "";         // what tells it from others of this name, such as "line 5"; empty where the name suffices
    const char* noun = "variable";  // what such a thing is called where the program runs: "parameter"
  };

  // A source of the question: a tensor, or all values that a variable had.
  struct Source {
    std::vector<Index> values;  // the current value first
    Index variable = kNone;
    Index gradient = kNone;        // in `numbers`: of its gradient, if it has one and its numbers were inspected
    bool replaced = false;         // it has none, and zeros were returned instead
    const char* replaced_by = "";  // the function that returns zeros on its own account; empty if the caller asked for them
  };

  // The question about the sources. kAbsent: why a gradient is absent that is known to be absent. kOpen: what is between sources and targets, if
  // anything. kPartial: which paths contribute nothing to existing gradients. In the first two, a source whose gradient's numbers were inspected is
  // judged by them.
  enum class Question : std::uint8_t { kAbsent, kOpen, kPartial };

  struct Tape {
    Where made_at, asked_at;
    bool watches_variables = true;  // by default, when they are read
    // The number of sources in the request, including those with a gradient; 0 if unknown.
    Index asked_variables = 0, asked_tensors = 0;
    Question question = Question::kOpen;
  };

  std::vector<Def> defs;
  std::vector<Op> ops;
  std::vector<Index> inputs;  // values, by op
  std::vector<Index> passed;  // in `numbers`, one for each of `inputs`: of the op's gradient for it; empty if no numbers were inspected
  std::vector<Numbers> numbers;
  std::vector<Spot> spots;
  std::vector<Value> values;
  std::vector<std::int64_t> extents;
  std::vector<Variable> variables;
  std::vector<const char*> scopes;  // paths of name scopes: "encoder/block_3"
  std::vector<Where> boundaries;    // where the tape was paused, exited, reset, asked
  std::vector<Index> targets;       // values
  std::vector<Source> sources;
  Tape tape;

  std::span<const Index> inputs_of(Index op) const { return {inputs.data() + ops[op].first_input, ops[op].inputs}; }
  const Def& def_of(Index op) const { return defs[ops[op].def]; }
  OpKind kind_of(Index op) const { return def_of(op).kind; }
  const Answer& answer(Index op, std::size_t input) const {
    const std::vector<Answer>& answers = def_of(op).answers;
    return answers[input < answers.size() ? input : answers.size() - 1];
  }
  // The name that a user knows: of the op, or of the op whose gradient rule called it.
  const char* name_of(Index op) const { return defs[ops[op].rule_of_def != kNone ? ops[op].rule_of_def : ops[op].def].name; }
  const char* type_of(Index op) const { return defs[ops[op].rule_of_def != kNone ? ops[op].rule_of_def : ops[op].def].type; }
  // Whether its values are the program's data: constants, and elements of a data set.
  bool gives_data(Index op) const { return kind_of(op) == OpKind::kConstant || kind_of(op) == OpKind::kFeed; }
  bool recorded(Index op) const { return ops[op].standing == Standing::kRecorded; }
  // Null if they were not inspected.
  const Numbers* numbers_at(Index index) const { return index != kNone ? &numbers[index] : nullptr; }
  const Numbers* numbers_of(Index value) const { return numbers_at(values[value].numbers); }
  const Numbers* gradient_of(Index value) const { return numbers_at(values[value].gradient); }
  // Statistics of the op's gradient for this input; null also if the op passed on nothing.
  const Numbers* passed_to(Index op, std::size_t input) const { return passed.empty() ? nullptr : numbers_at(passed[ops[op].first_input + input]); }
  // The extents, with kUnknownExtent for unknown ones; empty for a scalar and if the rank is unknown.
  std::span<const std::int64_t> shape_of(Index value) const {
    return {extents.data() + values[value].first_extent, values[value].rank == kUnknownRank ? 0u : values[value].rank};
  }
  // Whether the rank and all extents are known.
  bool knows_shape(Index value) const;
  // Whether both shapes are known and equal: two unknown extents need not be the same number.
  bool same_shape(Index a, Index b) const;
  // From the numbers if they were inspected, else from the shape; empty if that is unknown.
  std::optional<std::uint64_t> elements_of(Index value) const;
  // "f32[128, 10]"; "f32[?, 10]" and "f32[...]" if an extent or the rank is unknown.
  std::string signature(Index value) const;
  // Stores a text for the lifetime of the graph and its copies.
  const char* keep(std::string text);

 private:
  // Copies share the texts that were stored before; each stores further ones for itself.
  struct Texts {
    std::deque<std::string> own;
    std::shared_ptr<const Texts> before;
  };
  std::shared_ptr<Texts> texts_;
};

}  // namespace whygrad
