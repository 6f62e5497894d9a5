// Judges a source from which no data path leads to the target: what the program did instead.
#include "flow/judge_source.hpp"
#include "flow/reach.hpp"
#include "flow/verdict.hpp"
#include "flow/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
constexpr Index kNone = FlowGraph::kNone;

class Unconnected {
 public:
  explicit Unconnected(const SourceQuestion& q)
      : q_(q),
        g_(q.graph),
        target_(g_.targets[0]),
        follows_(descendants(g_, q.source.values)),
        leads_(ancestors(g_, g_.targets)),
        fed_(g_.values.size()) {
    for (Index op = 0; op < g_.ops.size(); ++op) look_at_feed(op);
    for (Index v = 0; v < g_.values.size(); ++v) {
      if (leads_[v] != 0 && fed_[v] == 0) look_at_ancestor(v);
    }
  }

  Verdict judge() const {
    using Attempt = std::optional<Verdict> (Unconnected::*)() const;
    // The strongest evidence first.
    for (const Attempt attempt :
         {&Unconnected::swapped, &Unconnected::decided, &Unconnected::left, &Unconnected::left_in_line, &Unconnected::twin, &Unconnected::sibling,
          &Unconnected::gradient_of_linear, &Unconnected::other_branch, &Unconnected::made_on_host, &Unconnected::read_before_dead_target,
          &Unconnected::dead_target, &Unconnected::unknown_target, &Unconnected::only_read}) {
      if (std::optional<Verdict> v = (this->*attempt)()) return *v;
    }
    return unused();
  }

 private:
  // ---- Facts ----

  // The result of a data set's function on another thread: the target depends on it, but its origin was not recorded.
  void look_at_feed(Index op) {
    if (g_.kind_of(op) != OpKind::kFeed || !leads(op)) return;
    for (const Index v : g_.inputs_of(op)) {
      if (g_.values[v].op == kNone && g_.values[v].origin == FlowGraph::Origin::kForeign) fed_[v] = 1;
    }
  }
  void look_at_ancestor(Index v) {
    const FlowGraph::Value& value = g_.values[v];
    const bool unknown = value.origin == FlowGraph::Origin::kForgotten || value.origin == FlowGraph::Origin::kForeign;
    // What holds no numbers, such as the iterator of a data set, passes no gradient wherever it comes from.
    if (unknown && value.dtype != FlowDType::kOther) unknown_ = v;
    opaque_ |= unknown && value.dtype == FlowDType::kOther;
    if (value.variable != kNone || value.watched_from != kNone) alive_ = true;
    if (value.op != kNone && g_.ops[value.op].inputs == 0 && g_.gives_data(value.op)) {
      if (is_computed_with(v) && (constant_ == kNone || g_.ops[value.op].print != 0)) constant_ = value.op;
    }
  }
  // Whether ops use the value as data or as a condition, and not only as an axis, an index or a size.
  bool is_computed_with(Index v) const {
    bool used = false;
    for (Index op = g_.values[v].op; op < g_.ops.size(); ++op) {
      const auto inputs = g_.inputs_of(op);
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (inputs[i] == v && (g_.answer(op, i).role == Role::kData || g_.answer(op, i).role == Role::kCondition)) return true;
        used |= inputs[i] == v;
      }
    }
    return !used;
  }
  // Since the tape was created: earlier ops do not explain why this tape found nothing.
  bool in_span(Index op) const { return g_.ops[op].standing != FlowGraph::Standing::kBefore && g_.ops[op].standing != FlowGraph::Standing::kReset; }
  bool follows(Index op) const {
    const auto inputs = g_.inputs_of(op);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (follows_[inputs[i]] != 0 && reads_values(g_, op, i)) return true;
    }
    return false;
  }
  bool leads(Index op) const {
    const FlowGraph::Op& o = g_.ops[op];
    for (Index v = o.first_output; v < o.first_output + o.outputs; ++v) {
      if (leads_[v] != 0) return true;
    }
    return false;
  }
  bool is_choice(Index op) const {
    if (g_.kind_of(op) == OpKind::kChoice || g_.kind_of(op) == OpKind::kLoopEnd) return true;
    return g_.kind_of(op) == OpKind::kHostRead && g_.values[g_.inputs_of(op)[0]].dtype == FlowDType::kBool;
  }
  std::string source() const { return source_text(g_, q_.source); }
  std::string target() const { return value_text(g_, target_); }
  // The last op that used the source, preferably since the tape was created.
  Index last_use() const {
    Index before = kNone;
    for (auto op = static_cast<Index>(g_.ops.size()); op-- > 0;) {
      const bool own = g_.ops[op].rule_of_def == kNone;  // not a step of a gradient
      if (!own || g_.kind_of(op) != OpKind::kCompute || !follows(op)) continue;
      if (in_span(op)) return op;
      if (before == kNone) before = op;
    }
    return before;
  }

  Verdict verdict(Cause cause, Index op) const {
    Verdict v;
    v.cause = cause;
    v.op = op;
    v.where = op != kNone ? g_.ops[op].where : g_.tape.asked_at;
    v.remedy = reason(cause).remedy;
    return v;
  }

  // ---- Attempts ----

  // The source was computed from the target.
  std::optional<Verdict> swapped() const {
    const Index value = q_.source.values[0];
    if (q_.source.variable != kNone || ancestors(g_, {value})[target_] == 0) return std::nullopt;
    Verdict v = verdict(Cause::kWrongTarget, kNone);
    v.also = {Cause::kWrongSource};
    v.why = fmt::format("{} was computed from {}, and not the other way round", source(), target());
    v.remedy = "the target, what was computed last, comes first, and behind it the sources that it was computed from";
    return v;
  }

  // The source only decides: a condition was computed from it.
  std::optional<Verdict> decided() const {
    // The number of remaining elements, after a mask for instance, depends on values too.
    const std::vector<std::uint8_t> known = descendants(g_, q_.source.values, Through::kShapesToo);
    Index choice = kNone;
    for (Index op = 0; op < g_.ops.size(); ++op) {
      const auto inputs = g_.inputs_of(op);
      if (!inputs.empty() && is_choice(op) && in_span(op) && known[inputs[0]] != 0) choice = op;
    }
    if (choice == kNone) return std::nullopt;
    const Index predicate = g_.values[g_.inputs_of(choice)[0]].op;
    const bool constant_result = !alive_ && constant_ != kNone && constant_ > choice;
    const bool named = predicate != kNone && g_.kind_of(predicate) == OpKind::kCompute;
    Verdict v = verdict(Cause::kControlFlow, constant_result ? constant_ : named ? predicate : choice);
    v.also = {Cause::kNondiffOp, Cause::kUnused};
    if (constant_result || used_beside(choice)) v.confidence = Confidence::kLikely;
    v.why = constant_result
                ? fmt::format("{} decided that this constant is the result; a constant depends on nothing", source())
                : fmt::format("{} only decides which code runs; the result does not move with it as long as the decision stays the same", source());
    v.evidence.push_back(chosen(choice));
    return v;
  }

  // Whether something was computed from the source that did not serve this choice.
  bool used_beside(Index choice) const {
    const std::vector<std::uint8_t> served = ancestors(g_, {g_.inputs_of(choice)[0]});
    for (Index op = 0; op < g_.ops.size(); ++op) {
      if (in_span(op) && g_.kind_of(op) == OpKind::kCompute && follows(op) && !makes_any(g_, op, served)) return true;
    }
    return false;
  }

  std::string chosen(Index op) const {
    const std::string place = at_place(g_.ops[op].where);
    const std::string_view name = g_.def_of(op).name;
    const std::int64_t choice = g_.ops[op].choice;
    if (g_.kind_of(op) == OpKind::kHostRead) return fmt::format("the condition was read to the host{}", place);
    if (g_.kind_of(op) == OpKind::kLoopEnd) {
      return choice < 0 ? fmt::format("{}{} ended", name, place) : fmt::format("{}{} ended after {} trips", name, place, choice);
    }
    if (g_.def_of(op).construct == Construct::kWhileLoop) return fmt::format("{}{} {}", name, place, choice != 0 ? "went on" : "ended");
    if (g_.def_of(op).construct == Construct::kSwitchCase) return fmt::format("{}{} ran branch {}", name, place, choice);
    return fmt::format("{}{} found its predicate {}", name, place, choice != 0 ? "true" : "false");
  }

  // Numbers of a value that depends on the source were read to the host, and the target uses a constant that was made later.
  std::optional<Verdict> left() const {
    Index read = kNone;
    for (Index op = 0; op < g_.ops.size(); ++op) {
      if (!in_span(op)) continue;
      if (g_.kind_of(op) == OpKind::kHostRead && follows(op)) read = op;
      if (read == kNone || g_.kind_of(op) != OpKind::kConstant || !leads(op)) continue;
      // A literal number in an expression is evidence only if the same line read one.
      if (g_.ops[op].print == 0 && !same_line(g_.ops[op].where, g_.ops[read].where)) continue;
      Verdict v = came_back(read, op);
      v.evidence.push_back(fmt::format("the target uses the constant made{} after that", at_place(g_.ops[op].where)));
      return v;
    }
    return std::nullopt;
  }
  Verdict came_back(Index read, Index with) const {
    Verdict v = verdict(Cause::kLeftFramework, read);
    v.back = with;
    v.confidence = Confidence::kLikely;
    v.also = {Cause::kUnused};
    v.why = fmt::format("{} was read to the host here; numbers remember nothing of where they came from, and no gradient follows them",
                        value_text(g_, g_.inputs_of(read)[0]));
    return v;
  }
  static bool same_line(const Where& a, const Where& b) {
    const Place p = place_of(a), q = place_of(b);
    return p.known() && p.line == q.line && p.file == q.file;
  }

  // A number that depends on the source was read to the host, and an op on the way to the target stands on the same line after that. Engines that
  // take plain numbers as arguments make no constant of them.
  std::optional<Verdict> left_in_line() const {
    for (auto read = static_cast<Index>(g_.ops.size()); read-- > 0;) {
      if (g_.kind_of(read) != OpKind::kHostRead || !in_span(read) || !follows(read) || g_.elements_of(g_.inputs_of(read)[0]) != 1) continue;
      for (Index op = read + 1; op < g_.ops.size(); ++op) {
        if (g_.kind_of(op) != OpKind::kCompute || !leads(op) || !same_line(g_.ops[op].where, g_.ops[read].where)) continue;
        Verdict v = came_back(read, op);
        v.evidence.push_back(fmt::format("`{}` on the same line leads to the target", op_text(g_, op)));
        return v;
      }
    }
    return std::nullopt;
  }

  // A constant with the same elements was used instead.
  std::optional<Verdict> twin() const {
    const Index value = q_.source.values[0], maker = g_.values[value].op;
    if (q_.source.variable != kNone || maker == kNone || g_.ops[maker].print == 0) return std::nullopt;
    for (Index op = 0; op < g_.ops.size(); ++op) {
      if (op == maker || g_.ops[op].print != g_.ops[maker].print || g_.kind_of(op) != OpKind::kConstant || !leads(op)) continue;
      const Index other = g_.ops[op].first_output;
      if (g_.values[other].dtype != g_.values[value].dtype || !g_.same_shape(other, value)) continue;
      Verdict v = verdict(Cause::kWrongSource, kNone);
      v.where = g_.ops[op].where;
      v.confidence = Confidence::kLikely;
      v.also = {Cause::kUnused};
      v.why = fmt::format("the target used {}, which holds the same elements as {} but is another tensor", value_text(g_, other), source());
      v.remedy = "make the tensor once, watch it, and use that very tensor in the target";
      return v;
    }
    return std::nullopt;
  }

  // The source was computed from something that the target used too: it is a part, a copy, or the result of another forward pass.
  std::optional<Verdict> sibling() const {
    const Index value = q_.source.values[0], maker = g_.values[value].op;
    if (q_.source.variable != kNone || maker == kNone || g_.kind_of(maker) != OpKind::kCompute) return std::nullopt;
    const std::vector<std::uint8_t> origins = ancestors(g_, {value});
    Index shared = kNone;
    for (Index v = 0; v < g_.values.size(); ++v) {
      if (v == value || origins[v] == 0 || leads_[v] == 0) continue;
      if (g_.values[v].variable != kNone || g_.values[v].watched_from != kNone) shared = v;
    }
    if (shared == kNone) return std::nullopt;
    Verdict v = verdict(Cause::kWrongSource, maker);
    v.also = {Cause::kUnused, Cause::kRebound};
    v.why = fmt::format("the target was computed from {} without passing through {}, which was made from it too", value_text(g_, shared),
                        value_text(g_, value));
    v.remedy = "compute the target from the very tensor that you ask for, or ask for the one that it was computed from";
    if (const Index repeated = same_op(maker); repeated != kNone) {
      v.evidence.push_back(fmt::format("the target used {} instead", value_text(g_, g_.ops[repeated].first_output)));
    }
    return v;
  }
  // An op on the target's side that did the same: of the same name, with an output of the same shape.
  Index same_op(Index maker) const {
    const Index value = g_.ops[maker].first_output;
    for (Index op = 0; op < g_.ops.size(); ++op) {
      if (op == maker || g_.ops[op].def != g_.ops[maker].def || !leads(op)) continue;
      if (g_.same_shape(g_.ops[op].first_output, value)) return op;
    }
    return kNone;
  }

  // The target is a gradient of something in which the source was linear.
  std::optional<Verdict> gradient_of_linear() const {
    Index used = kNone;
    for (Index op = 0; op < g_.ops.size(); ++op) {
      const Index of = g_.ops[op].rule_of;
      if (of == kNone || !leads(op) || !follows(of)) continue;
      if (has_users_rule(of)) return made_by_rule(of);
      if (used == kNone || of < used) used = of;
    }
    if (used == kNone) return std::nullopt;
    Verdict v = verdict(Cause::kSecondOrder, used);
    v.also = {Cause::kUnused};
    v.why = fmt::format(
        "the target is itself a gradient, and it does not depend on {}: what was differentiated is linear in it, or a sum of parts of which only the "
        "others were differentiated, so that its second derivative is 0",
        source());
    v.remedy = "pass UnconnectedGradients::zero if 0 is the answer that is wanted";
    return v;
  }

  bool has_users_rule(Index op) const { return g_.ops[op].inputs != 0 && is_users_rule(g_.answer(op, 0).flow); }
  // The result of a user's rule says nothing about the second derivative of the function.
  Verdict made_by_rule(Index op) const {
    Verdict v = verdict(Cause::kCustomGradient, op);
    v.also = {Cause::kSecondOrder, Cause::kUnused};
    if (unknown_ != kNone) v.confidence = Confidence::kLikely;
    v.why = fmt::format("the target is itself a gradient, which the backward function of `{}` returned, and it made that without {}", op_text(g_, op),
                        source());
    v.remedy = fmt::format(
        "compute what the backward function returns from {}, so that it has a derivative too; the argument of a custom gradient "
        "inside of it counts as well",
        source());
    if (const Index at = g_.ops[op].returns_at; at != kNone) v.evidence.push_back(fmt::format("it returns{}", at_place(g_.boundaries[at])));
    return v;
  }

  // The target was computed from nothing but data and what a function on the host returned, which may have used the source.
  std::optional<Verdict> made_on_host() const {
    if (alive_ || unknown_ != kNone) return std::nullopt;
    for (Index op = 0; op < g_.ops.size(); ++op) {
      const bool on_host = g_.kind_of(op) == OpKind::kCompute && !g_.def_of(op).answers.empty() && g_.answer(op, 0).flow == GradientFlow::kHostRead;
      if (!on_host || !leads(op)) continue;
      Verdict v = verdict(Cause::kLeftFramework, op);
      v.confidence = Confidence::kLikely;
      v.also = {Cause::kWrongTarget, Cause::kUnused};
      v.why = fmt::format("the target was computed from what `{}` returned here, and no gradient flows to anything that was computed inside of it",
                          op_text(g_, op));
      return v;
    }
    return std::nullopt;
  }

  // None of the target's ancestors can have a gradient, but numbers that depend on the source were read before it was made: as a size, or as an
  // index.
  std::optional<Verdict> read_before_dead_target() const {
    const Index maker = g_.values[target_].op;
    if (unknown_ != kNone || alive_ || maker == kNone) return std::nullopt;
    for (Index read = maker; read-- > 0;) {
      if (g_.kind_of(read) != OpKind::kHostRead || !in_span(read) || !follows(read)) continue;
      Verdict v = came_back(read, kNone);
      v.also = {Cause::kWrongTarget, Cause::kUnused};
      v.evidence.push_back(fmt::format("nothing else of {} can be in the target, {}, which was made from data only", source(), target()));
      return v;
    }
    return std::nullopt;
  }

  // None of the target's ancestors can have a gradient.
  std::optional<Verdict> dead_target() const {
    const FlowGraph::Value& t = g_.values[target_];
    const bool is_variable = t.variable != kNone && (t.op == kNone || g_.kind_of(t.op) == OpKind::kVariable);
    if (unknown_ != kNone || (alive_ && !is_variable)) return std::nullopt;
    // Data from before the tape are no mistake. What was computed from them is the place to look at.
    const bool given = constant_ != kNone && !in_span(constant_);
    Verdict v = verdict(Cause::kWrongTarget, given ? first_of_target(constant_) : constant_ != kNone ? constant_ : t.op);
    v.also = {Cause::kUnused, Cause::kWrongSource};
    if (is_variable) {
      v.where = g_.variables[t.variable].where;
      v.why = fmt::format("the target is {} itself, which was not computed from anything", target());
    } else {
      v.why = fmt::format("the target, {}, was made from data only: no variable and no watched tensor went into it", target());
    }
    v.remedy = fmt::format("pass the tensor that was computed from {} as the target", source());
    return v;
  }

  // The records of all of the target's ancestors are gone, so anything may have happened.
  std::optional<Verdict> unknown_target() const {
    if (unknown_ == kNone || q_.carries[target_] != 0) return std::nullopt;
    const Index use = last_use();
    if (use != kNone && in_span(use)) return std::nullopt;
    Verdict v = verdict(Cause::kUnknown, kNone);
    v.confidence = Confidence::kUnknown;
    v.also = {Cause::kOutsideTape, Cause::kUnused};
    v.why = fmt::format("the target depends on {} that was {}; whether it was made from {} is not known any more", value_text(g_, unknown_),
                        unknown_origin(g_, unknown_), source());
    return v;
  }

  // Code that did not run may have used it.
  std::optional<Verdict> other_branch() const {
    const Index use = last_use();
    if (use != kNone && in_span(use)) return std::nullopt;
    for (auto op = static_cast<Index>(g_.ops.size()); op-- > 0;) {
      if (!in_span(op)) continue;
      const bool loop = g_.def_of(op).construct == Construct::kWhileLoop;
      const bool no_trips = g_.kind_of(op) == OpKind::kLoopEnd && g_.ops[op].choice == 0;
      if (!no_trips && (loop || g_.kind_of(op) != OpKind::kChoice)) continue;
      Verdict v = verdict(Cause::kControlFlow, op);
      v.confidence = Confidence::kLikely;
      v.also = {Cause::kUnused};
      v.why = fmt::format("nothing that ran used {}, and `{}` chose what ran", source(), g_.def_of(op).name);
      v.evidence.push_back(chosen(op));
      v.remedy = "if the code that did not run uses it, the gradient is rightly absent: skip it this time, or pass UnconnectedGradients::zero";
      return v;
    }
    return std::nullopt;
  }

  // No op used the source, but its numbers were read. A computed value may well be read for a log; a source that is used nowhere else was read in
  // order to be used.
  std::optional<Verdict> only_read() const {
    const Index use = last_use();
    if (use != kNone && in_span(use)) return std::nullopt;
    for (auto op = static_cast<Index>(g_.ops.size()); op-- > 0;) {
      if (g_.kind_of(op) != OpKind::kHostRead || !in_span(op)) continue;
      const std::vector<Index>& values = q_.source.values;
      if (std::find(values.begin(), values.end(), g_.inputs_of(op)[0]) == values.end()) continue;
      Verdict v = verdict(Cause::kLeftFramework, op);
      v.confidence = Confidence::kLikely;
      v.also = {Cause::kUnused};
      v.why = fmt::format("{} was read to the host here, and no op used it; whatever the number did, no gradient follows it", source());
      return v;
    }
    return std::nullopt;
  }

  Verdict unused() const {
    Index use = last_use();
    const bool used = use != kNone && in_span(use);
    if (!used) use = first_of_target(use);
    Verdict v = verdict(Cause::kUnused, use);
    if (!used && q_.source.variable != kNone && !place_of(g_.tape.made_at).known() && place_of(g_.variables[q_.source.variable].where).known()) {
      v.op = kNone;  // without the block of a tape, point at the variable
      v.where = g_.variables[q_.source.variable].where;
    }
    if (used) {
      tell_dead_end(use, v);
    } else {
      v.why = fmt::format("no op used {} while the tape recorded; the target was computed without it", source());
      if (use != kNone && leads(use))
        v.evidence.push_back(fmt::format("the target's computation begins with `{}`{}", op_text(g_, use), at_place(g_.ops[use].where)));
      tell_read_before(v);
    }
    v.remedy = fmt::format("use {} in the target, or leave it out of the sources", source());
    if (unknown_ != kNone) {
      v.confidence = used ? Confidence::kLikely : Confidence::kUnknown;
      v.evidence.push_back(fmt::format("the target also depends on {} that was {}", value_text(g_, unknown_), unknown_origin(g_, unknown_)));
    } else if (opaque_) {
      v.confidence = Confidence::kLikely;
    } else if (std::find(fed_.begin(), fed_.end(), 1) != fed_.end()) {
      v.confidence = Confidence::kLikely;
      v.evidence.push_back("the target's data were made by a data set on another thread, of which there is no record here");
    }
    return q_.source.variable != kNone && !g_.variables[q_.source.variable].trainable ? left_alone(v) : v;
  }
  // It is unused, and would not be watched either.
  Verdict left_alone(const Verdict& unused) const {
    Verdict v = not_trainable(g_, q_.source.variable);
    v.also.insert(v.also.begin(), unused.cause);
    v.evidence = unused.evidence;
    v.evidence.insert(v.evidence.begin(), unused.why);
    v.confidence = unused.confidence;
    return v;
  }
  // Whether steps of a gradient lead to the target.
  bool is_gradient() const {
    for (Index op = 0; op < g_.ops.size(); ++op) {
      if (g_.ops[op].rule_of_def != kNone && leads(op)) return true;
    }
    return false;
  }
  // The numbers of what was computed last were read: the program may have gone on with them.
  void tell_read(Index use, Verdict& v) const {
    tell_first_read(use + 1, v, [this, use](Index value) { return g_.values[value].op == use; });
  }
  // The source itself was read before the tape was made, such as in a constructor.
  void tell_read_before(Verdict& v) const {
    const std::vector<Index>& values = q_.source.values;
    tell_first_read(0, v, [&values](Index value) { return std::find(values.begin(), values.end(), value) != values.end(); });
  }
  template <class F>
  void tell_first_read(Index from, Verdict& v, F&& is_meant) const {
    for (Index op = from; op < g_.ops.size(); ++op) {
      if (g_.kind_of(op) != OpKind::kHostRead || !is_meant(g_.inputs_of(op)[0])) continue;
      v.also.push_back(Cause::kLeftFramework);
      v.evidence.push_back(fmt::format("{} was read to the host{}; no gradient follows a number that was read", value_text(g_, g_.inputs_of(op)[0]),
                                       at_place(g_.ops[op].where)));
      return;
    }
  }
  // The last results computed from the source lead nowhere, or not to the target.
  void tell_dead_end(Index use, Verdict& v) const {
    tell_read(use, v);
    const FlowGraph::Op& o = g_.ops[use];
    const bool read = o.outputs != 1 || std::find(g_.inputs.begin(), g_.inputs.end(), o.first_output) != g_.inputs.end();
    if (read) {
      v.why = fmt::format("`{}` used {} last, and nothing made from it leads to the target", op_text(g_, use), source());
      return;
    }
    v.why = fmt::format("nothing uses {}, which is what {} went into last; nothing made from it leads to the target", value_text(g_, o.first_output),
                        source());
    if (is_gradient()) {
      v.also.push_back(Cause::kSecondOrder);
      v.why = fmt::format(
          "the target is itself a gradient, and it does not depend on {}: no op but perhaps a derivative used {}, which is what {} went into last",
          source(), value_text(g_, o.first_output), source());
    }
    if (const Index user = user_of_other(o.first_output); user != kNone) {
      v.evidence.push_back(fmt::format("`{}`{} used {}, which has the same shape", op_text(g_, user), at_place(g_.ops[user].where),
                                       value_text(g_, other_input(user, o.first_output))));
    }
  }
  // Data of the same dtype and shape, with several elements, that an op on the way to the target used.
  bool stands_in(Index other, Index value) const {
    const auto shape = g_.shape_of(value);
    if (other == value || follows_[other] != 0 || g_.values[other].variable != kNone || g_.values[other].dtype != g_.values[value].dtype)
      return false;
    const Index maker = g_.values[other].op;
    if (maker != kNone && !g_.gives_data(maker) && g_.ops[maker].inputs != 0 && in_span(maker)) return false;  // computed under the tape
    return !shape.empty() && std::any_of(shape.begin(), shape.end(), [](std::int64_t n) { return n > 1; }) && g_.same_shape(other, value);
  }
  Index other_input(Index op, Index value) const {
    const auto inputs = g_.inputs_of(op);
    const auto at = std::find_if(inputs.begin(), inputs.end(), [this, value](Index other) { return stands_in(other, value); });
    return at != inputs.end() ? *at : kNone;
  }
  Index user_of_other(Index value) const {
    for (Index op = 0; op < g_.ops.size(); ++op) {
      if (g_.recorded(op) && g_.kind_of(op) == OpKind::kCompute && leads(op) && other_input(op, value) != kNone) return op;
    }
    return kNone;
  }
  // Where the target's computation begins on the tape; otherwise the given place.
  Index first_of_target(Index otherwise) const {
    for (Index op = 0; op < g_.ops.size(); ++op) {
      if (g_.recorded(op) && g_.kind_of(op) == OpKind::kCompute && g_.ops[op].inputs != 0 && leads(op)) return op;
    }
    return otherwise;
  }

  const SourceQuestion& q_;
  const FlowGraph& g_;
  const Index target_;
  const std::vector<std::uint8_t> follows_, leads_;  // by value: descends from the source; is an ancestor of the target
  std::vector<std::uint8_t> fed_;                    // by value: computed by a data set on another thread
  bool alive_ = false;                               // the target descends from a variable or a watched tensor
  bool opaque_ = false;                              // it depends on something without numbers whose origin is unknown
  Index unknown_ = kNone;                            // an ancestor of the target whose origin is unknown
  Index constant_ = kNone;                           // the last constant among the target's ancestors
};

}  // namespace

Verdict judge_unconnected(const SourceQuestion& question) { return Unconnected(question).judge(); }

}  // namespace whygrad::internal
