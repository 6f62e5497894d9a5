// FlowGraph: a neutral picture of a computation, of where it stands to a tape, and of where gradient flows or stops. The analysis of missing
// gradients works on nothing else, so whatever can be drawn as a FlowGraph (a tape, later a compiled function or a file of another framework) can be
// explained.
//
// NOTE [a flow graph is numbers]
// A tape may hold a million ops, and a question about it should cost milliseconds. So a graph is a few arrays of small structs that refer to each
// other by index; texts are pointers, to literals or to what keep() holds. Ops stand in an order in which every value is made before it is used,
// which lets all analyses be plain loops: forwards for what follows from a value, backwards for what it was made from.
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

  // What an op answers for one of its inputs.
  struct Answer {
    const char* input = "";
    GradientFlow flow = GradientFlow::kFlows;
    Role role = Role::kData;
    const char* why = "";     // where gradient does not flow
    const char* remedy = "";  // likewise
    bool factor = false;      // the op adds up products of it and another factor
  };

  // What all calls of one op have in common.
  struct Def {
    const char* name = "";
    const char* type = "";  // as TensorFlow's graphs name it
    OpKind kind = OpKind::kCompute;
    std::vector<Answer> answers;  // the last one stands for all further inputs
    ZeroGradient zero;
    NonFinite nonfinite;
    IntegerResults integers;
    Construct construct = Construct::kCond;  // of kChoice and kLoopEnd
    bool in_metrics = false;                 // compares, adds up, averages or lays out: what metrics are made of
    bool backward_pass = false;              // a whole one, that no tape recorded
  };

  // Where an op stands to the tape: recorded by it, or computed while it did not record, and why it did not.
  enum class Standing : std::uint8_t { kRecorded, kBefore, kPaused, kBetween, kAfter, kReset };

  struct Op {
    Where where;
    Index def = kNone;
    Standing standing = Standing::kRecorded;
    std::uint16_t inputs = 0, outputs = 0;
    Index first_input = 0;                                      // in `inputs`
    Index first_output = 0;                                     // in `values`; outputs stand together
    Index boundary = kNone;                                     // in `boundaries`: what ended the recording before this op
    Index rule_of_def = kNone;                                  // in `defs`, for an op that a gradient rule called: the op that was differentiated
    Index rule_of = kNone;                                      // in `ops`, if that op is here too
    Index scope = kNone;                                        // in `scopes`
    Index returns_at = kNone;                                   // in `boundaries`: where the rule of a user's custom gradient returns
    std::uint64_t print = 0;                                    // of a constant's or a host read's elements; 0 where not taken
    std::int64_t choice = 0;                                    // of kChoice: what was chosen; of kLoopEnd: the trips
    double written = std::numeric_limits<double>::quiet_NaN();  // of a constant of one number: as it was written, before its type rounded it
  };

  // What was not known when the graph was drawn: an extent that a traced function leaves open, a shape of which not even the rank is known.
  static constexpr std::int64_t kUnknownExtent = -1;
  static constexpr std::uint8_t kUnknownRank = 0xff;

  // How a value that no op of the graph made came to be unknown.
  enum class Origin : std::uint8_t { kMade, kOld, kForgotten, kForeign };

  struct Value {
    Index op = kNone;                 // that made it
    Index variable = kNone;           // in `variables`, where it is or was a variable's value
    Index watched_from = kNone;       // the first op that the tape's watching of this value covers
    bool looks_back = false;          // of ops before that one, it covers those that the tape recorded for another value
    Index unwatched_at = kNone;       // in `boundaries`: the reset that made the tape forget to watch this value
    Index watched_elsewhere = kNone;  // in `boundaries`: where another tape that watches it was made
    Index first_extent = 0;           // in `extents`
    FlowDType dtype{};
    std::uint8_t rank = 0;
    Index numbers = kNone;          // in `numbers`: of its elements
    Index gradient = kNone;         // in `numbers`: of the gradient that arrived at it
    Origin origin = Origin::kMade;  // kOld: too old to depend on a source that was asked for
  };

  // The elements of a value or of a gradient, where they were looked at.
  struct Numbers {
    std::uint64_t count = 0, zeros = 0, ones = 0, nans = 0, infs = 0;  // ones: of magnitude 1
    double min = 0, max = 0, norm = 0;                                 // of the finite ones; of magnitudes where they are complex
    std::array<std::uint64_t, 16> bins{};                              // how many of them lie in each 16th of [min, max]

    bool all_zero() const { return count != 0 && zeros == count; }
    bool finite() const { return nans == 0 && infs == 0; }
    double largest() const { return max > -min ? max : 0 - min; }
  };

  // The first element that is not finite of what an op made out of finite elements.
  struct Spot {
    Index op = kNone;
    Index input = kNone;           // whose gradient it made; kNone: it made its output
    std::vector<std::int64_t> at;  // the element's position
    double made = 0;
    // Elements that it was made from, where they line up: of values, and for kNone of the gradient that arrived.
    std::vector<std::pair<Index, double>> given;
  };

  struct Variable {
    const char* name = "";
    Where where;
    bool trainable = true;
    const char* apart = "";         // what tells it from others of this name, such as "line 5"; empty where the name suffices
    const char* noun = "variable";  // what such a thing is called where the program runs: "parameter"
  };

  // A source that was asked for: a tensor, or all values that a variable had.
  struct Source {
    std::vector<Index> values;  // the present one first
    Index variable = kNone;
    Index gradient = kNone;        // in `numbers`: of the answer, where there is one and its numbers were looked at
    bool replaced = false;         // there is none, but zeros were answered in its place
    const char* replaced_by = "";  // the function that answers zeros by itself; empty where they were asked for
  };

  // What is asked of the sources: why a gradient is absent that is known to be; what stands between them and the targets, which may be nothing; which
  // paths contribute nothing to gradients that are there. A source whose gradient's numbers were looked at is judged by these in either of the first.
  enum class Question : std::uint8_t { kAbsent, kOpen, kPartial };

  struct Tape {
    Where made_at, asked_at;
    bool watches_variables = true;  // by itself, when they are read
    // How many sources the program asked for, those with a gradient too; 0: not known.
    Index asked_variables = 0, asked_tensors = 0;
    Question question = Question::kOpen;
  };

  std::vector<Def> defs;
  std::vector<Op> ops;
  std::vector<Index> inputs;  // values, by op
  std::vector<Index> passed;  // in `numbers`, one for each of `inputs`: of what the op passed back to it; empty where no numbers were looked at
  std::vector<Numbers> numbers;
  std::vector<Spot> spots;
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
  OpKind kind_of(Index op) const { return def_of(op).kind; }
  const Answer& answer(Index op, std::size_t input) const {
    const std::vector<Answer>& answers = def_of(op).answers;
    return answers[input < answers.size() ? input : answers.size() - 1];
  }
  // The name that a user knows: of the op itself, or of the one whose gradient rule called it.
  const char* name_of(Index op) const { return defs[ops[op].rule_of_def != kNone ? ops[op].rule_of_def : ops[op].def].name; }
  const char* type_of(Index op) const { return defs[ops[op].rule_of_def != kNone ? ops[op].rule_of_def : ops[op].def].type; }
  // Whether its values are the program's data: constants, and what a data set gave out.
  bool gives_data(Index op) const { return kind_of(op) == OpKind::kConstant || kind_of(op) == OpKind::kFeed; }
  bool recorded(Index op) const { return ops[op].standing == Standing::kRecorded; }
  // Null where they were not looked at.
  const Numbers* numbers_at(Index index) const { return index != kNone ? &numbers[index] : nullptr; }
  const Numbers* numbers_of(Index value) const { return numbers_at(values[value].numbers); }
  const Numbers* gradient_of(Index value) const { return numbers_at(values[value].gradient); }
  // Of what the op passed back to its input; null as well where it passed nothing.
  const Numbers* passed_to(Index op, std::size_t input) const { return passed.empty() ? nullptr : numbers_at(passed[ops[op].first_input + input]); }
  // Its extents, kUnknownExtent among them; empty for a scalar and where the rank is unknown.
  std::span<const std::int64_t> shape_of(Index value) const {
    return {extents.data() + values[value].first_extent, values[value].rank == kUnknownRank ? 0u : values[value].rank};
  }
  // Whether rank and all extents are known.
  bool knows_shape(Index value) const;
  // Whether both are known and equal: two unknown extents need not be the same number.
  bool same_shape(Index a, Index b) const;
  // From the numbers where they were looked at, else from the shape; nothing where that is not known.
  std::optional<std::uint64_t> elements_of(Index value) const;
  // "f32[128, 10]"; "f32[?, 10]" and "f32[...]" where an extent or the rank is unknown.
  std::string signature(Index value) const;
  // Holds a text for as long as the graph or a copy of it lives.
  const char* keep(std::string text);

 private:
  // Copies share the texts that were kept before; each keeps further ones for itself.
  struct Texts {
    std::deque<std::string> own;
    std::shared_ptr<const Texts> before;
  };
  std::shared_ptr<Texts> texts_;
};

}  // namespace whygrad
