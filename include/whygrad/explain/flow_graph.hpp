// FlowGraph: a neutral picture of a computation, of where it stands to a tape, and of where gradient flows or stops. The analysis of missing
// gradients works on nothing else, so whatever can be drawn as a FlowGraph (a tape, later a compiled function or a file of another framework) can be
// explained.
//
// NOTE [a flow graph is numbers]
// A tape may hold a million ops, and a question about it should cost milliseconds. So a graph is a few arrays of small structs that refer to each
// other by index; texts are pointers, to literals or to what keep() holds. Ops stand in an order in which every value is made before it is used,
// which lets all analyses be plain loops: forwards for what follows from a value, backwards for what it was made from.
#pragma once

#include <whygrad/base/dtype.hpp>
#include <whygrad/base/export.hpp>
#include <whygrad/base/where.hpp>

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

namespace whygrad {

class WG_API FlowGraph {
 public:
  FlowGraph() = default;
  FlowGraph(FlowGraph&&) = default;
  FlowGraph& operator=(FlowGraph&&) = default;

  using Index = std::uint32_t;
  static constexpr Index kNone = 0xffffffffu;

  // What an op answers for one of its inputs.
  enum class Flow : std::uint8_t {
    kFlows,
    kUserRule,      // as far as a gradient rule of the user's lets it
    kNoDerivative,  // none exists
    kNoRule,        // one exists, but nobody wrote it
    kStopGradient,
    kState,     // written into a variable
    kCopy,      // the first value of another variable
    kHostRead,  // left the library
  };
  // What the input is for: only data is where a gradient is expected.
  enum class Role : std::uint8_t { kData, kIndex, kCondition, kSeed };

  struct Answer {
    const char* input = "";
    Flow flow = Flow::kFlows;
    Role role = Role::kData;
    const char* why = "";     // where gradient does not flow
    const char* remedy = "";  // likewise
  };

  enum class Kind : std::uint8_t { kCompute, kConstant, kVariable, kAssign, kHostRead, kChoice, kLoopEnd };

  // What all calls of one op have in common.
  struct Def {
    const char* name = "";
    const char* type = "";  // as TensorFlow's graphs name it
    Kind kind = Kind::kCompute;
    std::vector<Answer> answers;  // the last one stands for all further inputs
  };

  // Where an op stands to the tape: recorded by it, or computed while it did not record, and why it did not.
  enum class Standing : std::uint8_t { kRecorded, kBefore, kPaused, kBetween, kAfter, kReset };

  struct Op {
    Where where;
    Index def = kNone;
    Standing standing = Standing::kRecorded;
    std::uint16_t inputs = 0, outputs = 0;
    Index first_input = 0;      // in `inputs`
    Index first_output = 0;     // in `values`; outputs stand together
    Index boundary = kNone;     // in `boundaries`: what ended the recording before this op
    Index rule_of_def = kNone;  // in `defs`, for an op that a gradient rule called: the op that was differentiated
    Index rule_of = kNone;      // in `ops`, if that op is here too
    Index scope = kNone;        // in `scopes`
    std::uint64_t print = 0;    // of a constant's or a host read's elements; 0 where not taken
    std::int64_t choice = 0;    // of kChoice: what was chosen; of kLoopEnd: the trips
  };

  // How a value that no op of the graph made came to be unknown.
  enum class Origin : std::uint8_t { kMade, kOld, kForgotten, kForeign };

  struct Value {
    Index op = kNone;            // that made it
    Index variable = kNone;      // in `variables`, where it is or was a variable's value
    Index watched_from = kNone;  // the first op that the tape's watching of this value covers
    Index unwatched_at = kNone;  // in `boundaries`: the reset that made the tape forget to watch this value
    Index first_extent = 0;      // in `extents`
    DType dtype{};
    std::uint8_t rank = 0;
    Index numbers = kNone;          // in `numbers`: of its elements
    Index gradient = kNone;         // in `numbers`: of the gradient that arrived at it
    Origin origin = Origin::kMade;  // kOld: too old to depend on a source that was asked for
  };

  // The elements of a value or of a gradient, where they were looked at.
  struct Numbers {
    std::uint64_t count = 0, zeros = 0, nans = 0, infs = 0;
    double min = 0, max = 0, norm = 0;  // of the finite ones
  };

  struct Variable {
    const char* name = "";
    Where where;
    bool trainable = true;
  };

  // A source that was asked for: a tensor, or all values that a variable had.
  struct Source {
    std::vector<Index> values;  // the present one first
    Index variable = kNone;
  };

  struct Tape {
    Where made_at, asked_at;
    bool watches_variables = true;  // by itself, when they are read
  };

  std::vector<Def> defs;
  std::vector<Op> ops;
  std::vector<Index> inputs;  // values, by op
  std::vector<Index> passed;  // in `numbers`, one for each of `inputs`: of what the op passed back to it; empty where no numbers were looked at
  std::vector<Numbers> numbers;
  std::vector<Value> values;
  std::vector<std::int64_t> extents;
  std::vector<Variable> variables;
  std::vector<const char*> scopes;  // paths of name scopes: "encoder/block_3"
  std::vector<Where> boundaries;    // where the tape was paused, left, reset, asked
  std::vector<Index> targets;       // values
  std::vector<Source> sources;
  Tape tape;

  std::span<const Index> inputs_of(Index op) const { return {inputs.data() + ops[op].first_input, ops[op].inputs}; }
  const Def& def_of(Index op) const { return defs[ops[op].def]; }
  Kind kind_of(Index op) const { return def_of(op).kind; }
  const Answer& answer(Index op, std::size_t input) const {
    const std::vector<Answer>& answers = def_of(op).answers;
    return answers[input < answers.size() ? input : answers.size() - 1];
  }
  // The name that a user knows: of the op itself, or of the one whose gradient rule called it.
  const char* name_of(Index op) const { return defs[ops[op].rule_of_def != kNone ? ops[op].rule_of_def : ops[op].def].name; }
  bool recorded(Index op) const { return ops[op].standing == Standing::kRecorded; }
  std::span<const std::int64_t> shape_of(Index value) const { return {extents.data() + values[value].first_extent, values[value].rank}; }
  // "f32[128, 10]"
  std::string signature(Index value) const;
  // Holds a text for as long as the graph lives.
  const char* keep(std::string text) { return texts_.emplace_back(std::move(text)).c_str(); }

 private:
  std::deque<std::string> texts_;
};

}  // namespace whygrad
