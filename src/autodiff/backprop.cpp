// Reverse-mode differentiation: a forward sweep finds the ops on paths from sources to targets, a backward sweep runs their gradient rules.
#include "autodiff/backprop.hpp"

#include "device/float_mode.hpp"
#include "kernels/elementwise.hpp"
#include "ops/core/context.hpp"

#include <whygrad/ops/elementwise.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

namespace whygrad::internal {
namespace {

// NOTE [two sweeps]
// The forward sweep runs from the first record to the last target. It finds the values that carry a gradient with respect to a watched value
// (kActive) and those that depend on a requested source (kReached). A source that is an intermediate value must be active itself. A watched value
// makes active only what was computed after it was watched (NOTE [watched late]). The backward sweep runs in descending order of ids: each record
// that has an incoming gradient and a reached input runs its rule. Ids ascend along every data path, so all consumers of a value have run before its
// producer.
// kCutOff marks values that depend on a requested source through an input for which no rule exists.
enum Flag : std::uint8_t { kActive = 1, kReached = 2, kSource = 4, kWatchedHere = 8, kCutOff = 16 };

// Maps the ids of the windows to consecutive positions.
class Positions {
 public:
  explicit Positions(const std::vector<Window>& windows, ValueId now) {
    for (const Window& w : windows) {
      const ValueId end = w.end != 0 ? w.end : now;
      if (end == w.begin) continue;
      spans_.push_back({w.begin, end, size_});
      size_ += static_cast<std::size_t>(end - w.begin);
    }
  }
  struct Span {
    ValueId begin, end;
    std::size_t offset;
  };
  static constexpr std::size_t kOutside = static_cast<std::size_t>(-1);
  std::size_t find(ValueId id) const {
    if (spans_.size() == 1) return id >= spans_[0].begin && id < spans_[0].end ? static_cast<std::size_t>(id - spans_[0].begin) : kOutside;
    const auto at = std::upper_bound(spans_.begin(), spans_.end(), id, [](ValueId i, const Span& s) { return i < s.end; });
    return at != spans_.end() && id >= at->begin ? at->offset + static_cast<std::size_t>(id - at->begin) : kOutside;
  }
  const std::vector<Span>& spans() const { return spans_; }
  std::size_t size() const { return size_; }

 private:
  std::vector<Span> spans_;
  std::size_t size_ = 0;
};

// Memory for the arguments of a rule; on the stack unless the op has many inputs.
template <class T>
class SmallBuffer {
 public:
  explicit SmallBuffer(std::size_t n) : heap_(n > kInline ? new T[n]() : nullptr) {}
  ~SmallBuffer() { delete[] heap_; }
  SmallBuffer(const SmallBuffer&) = delete;
  SmallBuffer& operator=(const SmallBuffer&) = delete;
  T* get() { return heap_ != nullptr ? heap_ : inline_; }

 private:
  static constexpr std::size_t kInline = 3;
  T inline_[kInline]{};
  T* heap_;
};

// Records the ops that a rule calls at the place of the op that is differentiated.
class BackwardScope {
 public:
  BackwardScope(Log& log, const Record& record, bool quiet) : log_(log), outer_(log.backward) { log.backward = {&record.where, record.first, quiet}; }
  ~BackwardScope() { log_.backward = outer_; }
  BackwardScope(const BackwardScope&) = delete;
  BackwardScope& operator=(const BackwardScope&) = delete;

 private:
  Log& log_;
  Log::Backward outer_;
};

class QuietScope {
 public:
  QuietScope(Log& log, bool quiet) : log_(log), outer_(std::exchange(log.backward.quiet, quiet)) {}
  ~QuietScope() { log_.backward.quiet = outer_; }
  QuietScope(const QuietScope&) = delete;
  QuietScope& operator=(const QuietScope&) = delete;

 private:
  Log& log_;
  bool outer_;
};

bool carries(const Record& r, int input) { return input_def(*r.op, input).gradient.differentiable() && is_differentiable(r.dtype(input)); }

// Whether a gradient should pass the input, and no rule for it exists.
bool lacks_rule(const Record& r, int input) {
  return input_def(*r.op, input).gradient.flow == GradientFlow::kNoRule && is_differentiable(r.dtype(input));
}

// A second pass over the same question, for a visitor.
struct Replay {
  const BackwardVisitor& visitor;
  const std::vector<Tensor>& answers;
};

class Backprop {
 public:
  Backprop(const Recorded& recorded, const Question& question, const Replay* replay = nullptr)
      : recorded_(recorded),
        question_(question),
        replay_(replay),
        log_(Log::mine()),
        positions_(recorded.windows, log_.next_id()),
        flags_(positions_.size()),
        watched_source_(recorded.watches.size()),
        leaf_gradients_(recorded.watches.size()) {}

  // Records are released in descending order, each as soon as it has been processed. The destructor releases the rest, also after an exception.
  ~Backprop() {
    if (question_.release) release_down_to(0);
  }
  Backprop(const Backprop&) = delete;
  Backprop& operator=(const Backprop&) = delete;

  std::vector<DenseOrRows> run() {
    mark_sources();
    ValueId last = 0;
    for (const Question::Target& t : question_.targets) {
      if (t.seed.defined()) last = std::max(last, t.id);
    }
    sweep_forward(last);
    if (replay_ != nullptr) find_answered_leaves(last);
    gradients_.resize(positions_.size());
    for (const Question::Target& t : question_.targets) {
      if (t.seed.defined()) accumulate(t.id, Tensor(t.seed));
    }
    sweep_backward(last);
    std::vector<DenseOrRows> result = collect();
    if (!missing_rules_.empty()) refuse_incomplete(result);
    return result;
  }

 private:
  void mark_sources() {
    for (const Watch& w : recorded_.watches) {
      const std::size_t at = positions_.find(w.id);
      if (at != Positions::kOutside) flags_[at] |= kWatchedHere;
    }
    for (const auto& ids : question_.sources) {
      for (const ValueId id : ids) {
        const std::int32_t watch = recorded_.watch_index.find(id);
        if (watch != IdMap::kNone) watched_source_[static_cast<std::size_t>(watch)] = true;
        const std::size_t at = positions_.find(id);
        if (at != Positions::kOutside) flags_[at] |= kSource;
      }
    }
  }

  // The flags of a value, as seen by the record `reader`.
  std::uint8_t flags(ValueId id, ValueId reader) const {
    const std::size_t at = positions_.find(id);
    const std::uint8_t known = at != Positions::kOutside ? flags_[at] : std::uint8_t{0};
    if (at != Positions::kOutside && (known & kWatchedHere) == 0) return known;
    const std::int32_t at_watch = recorded_.watch_index.find(id);
    if (at_watch == IdMap::kNone) return known;
    const Watch& watch = recorded_.watches[static_cast<std::size_t>(at_watch)];
    const int reached = watched_source_[static_cast<std::size_t>(at_watch)] != 0 ? kReached : 0;
    if (reader >= watch.since) return static_cast<std::uint8_t>(known | kActive | reached);
    return static_cast<std::uint8_t>(watch.looks_back ? known | reached : known);
  }

  // The union of the flags of all inputs that carry a gradient. Records of custom gradients have a function of their own.
  std::uint8_t input_flags(const Record& r) const {
    if (r.op->users_rule) return flags_under_rule(r);
    std::uint8_t in = 0;
    for (int i = 0; i < r.inputs; ++i) {
      if (carries(r, i)) {
        in |= flags(r.input_ids()[i], r.first);
      } else if (lacks_rule(r, i) && (flags(r.input_ids()[i], r.first) & (kReached | kCutOff)) != 0) {
        in |= kCutOff;
      }
    }
    return in;
  }

  // The inputs [begin, end) of a custom gradient through which the gradient flows: those of the user's rule, or the values that the function
  // computed.
  struct Part {
    int begin, end;
    bool ruled;
  };
  Part part_under_rule(const Record& r) const {
    const int own = r.inputs - r.outputs;
    for (int i = 0; i < own; ++i) {
      if (carries(r, i) && (flags(r.input_ids()[i], r.first) & kActive) != 0) return {0, own, true};
    }
    return {own, r.inputs, false};
  }
  Part part_of(const Record& r) const { return r.op->users_rule ? part_under_rule(r) : Part{0, r.inputs, false}; }
  std::uint8_t flags_under_rule(const Record& r) const {
    const Part part = part_under_rule(r);
    std::uint8_t in = 0;
    for (int i = part.begin; i < part.end; ++i) {
      if (part.ruled || carries(r, i)) in |= flags(r.input_ids()[i], r.first);
    }
    return in;
  }

  // Sets `needs` for the inputs that depend on a source. Returns whether there is one.
  bool find_needs(const Record& r, bool* needs) {
    const Part part = part_of(r);
    bool any = false;
    for (int i = part.begin; i < part.end; ++i) {
      const bool carried = part.ruled || carries(r, i);
      if (!carried && !lacks_rule(r, i)) continue;
      const int f = flags(r.input_ids()[i], r.first) & (kReached | kCutOff);
      needs[i] = carried && (f & kReached) != 0;
      any |= needs[i];
      if (f != 0 && !needs[i]) missing_rules_.push_back({&r, i});
    }
    return any;
  }

  // Throws if a gradient that other paths gave lacks the part of a path on which a rule is missing: a sum without one of its terms is a wrong number.
  // A source that no other path reaches has no gradient, with that reason, unless zeros are to be given in its place.
  void refuse_incomplete(const std::vector<DenseOrRows>& result) const {
    for (const InputOf& missing : missing_rules_) {
      InputOf without_rule = missing;
      std::unordered_set<ValueId> seen;
      std::vector<ValueId> open = {missing.record->input_ids()[missing.input]};
      while (!open.empty()) {
        const ValueId id = open.back();
        open.pop_back();
        if (!seen.insert(id).second) continue;
        for (std::size_t s = 0; s < result.size(); ++s) {
          const std::vector<ValueId>& ids = question_.sources[s];
          const bool answered = result[s].defined() || question_.zeros;
          if (answered && std::find(ids.begin(), ids.end(), id) != ids.end()) refuse_missing_rule(*without_rule.record, without_rule.input);
        }
        const Record* r = recorded_.slice.find(id);
        for (int i = 0; r != nullptr && i < r->inputs; ++i) {
          if (lacks_rule(*r, i)) without_rule = {r, i};
          if (carries(*r, i) || lacks_rule(*r, i)) open.push_back(r->input_ids()[i]);
        }
      }
    }
  }

  struct InputOf {
    const Record* record;
    int input;
  };
  void sweep_forward(ValueId last) {
    for (const Positions::Span& span : positions_.spans()) {
      for (ValueId id = span.begin; id < span.end && id <= last; ++id) {
        const Record* r = recorded_.slice.find(id);
        if (r == nullptr || r->first != id) continue;
        const std::uint8_t in = input_flags(*r);
        if ((in & (kActive | kCutOff)) == 0) continue;
        for (int k = 0; k < r->outputs; ++k) {
          if (!is_differentiable(r->dtype(r->inputs + k))) continue;
          std::uint8_t& out = flags_[span.offset + static_cast<std::size_t>(id - span.begin) + static_cast<std::size_t>(k)];
          out |= in & (kActive | kReached | kCutOff);
          if ((out & kSource) != 0) out |= kReached;
        }
      }
    }
  }

  // For each watched value: how often it is an input of a record that leads to a target.
  std::vector<std::uint32_t> uses_of_leaves(ValueId last) const {
    std::vector<std::uint32_t> uses(leaf_gradients_.size());
    std::vector<char> leads(positions_.size());
    const auto lead = [&](ValueId id) {
      if (const std::size_t at = positions_.find(id); at != Positions::kOutside) leads[at] = 1;
      if (const std::int32_t watch = recorded_.watch_index.find(id); watch != IdMap::kNone) ++uses[static_cast<std::size_t>(watch)];
    };
    for (const Question::Target& t : question_.targets) {
      if (const std::size_t at = positions_.find(t.id); at != Positions::kOutside) leads[at] = 1;
    }
    for (std::size_t s = positions_.spans().size(); s-- > 0;) {
      const Positions::Span& span = positions_.spans()[s];
      for (ValueId id = std::min(span.end, last + 1); id-- > span.begin;) {
        const Record* r = recorded_.slice.find(id);
        if (r == nullptr || r->first != id) continue;
        const auto first = leads.begin() + static_cast<std::ptrdiff_t>(span.offset + static_cast<std::size_t>(id - span.begin));
        if (std::none_of(first, first + r->outputs, [](char l) { return l != 0; })) continue;
        const Part part = part_of(*r);
        for (int i = part.begin; i < part.end; ++i) lead(r->input_ids()[i]);
      }
    }
    return uses;
  }

  // Finds leaves whose whole gradient comes from a single op: the first pass has computed it already.
  void find_answered_leaves(ValueId last) {
    const std::vector<std::uint32_t> uses = uses_of_leaves(last);
    answered_leaves_.resize(leaf_gradients_.size());
    for (std::size_t s = 0; s < replay_->answers.size(); ++s) {
      if (question_.sources[s].size() != 1) continue;
      const ValueId id = question_.sources[s][0];
      const std::int32_t watch = recorded_.watch_index.find(id);
      const auto is_source = [id](const Question::Target& t) { return t.id == id; };
      if (watch == IdMap::kNone || positions_.find(id) != Positions::kOutside || uses[static_cast<std::size_t>(watch)] != 1) continue;
      if (std::none_of(question_.targets.begin(), question_.targets.end(), is_source))
        answered_leaves_[static_cast<std::size_t>(watch)] = replay_->answers[s];
    }
  }

  Tensor answered_leaf(ValueId id) const {
    const std::int32_t watch = answered_leaves_.empty() ? IdMap::kNone : recorded_.watch_index.find(id);
    return watch != IdMap::kNone ? answered_leaves_[static_cast<std::size_t>(watch)] : Tensor();
  }

  void accumulate(ValueId id, DenseOrRows dx) {
    const std::size_t at = positions_.find(id);
    if (at != Positions::kOutside) {
      add_to(gradients_[at], std::move(dx));
    } else if (const std::int32_t watch = recorded_.watch_index.find(id); watch != IdMap::kNone) {
      add_to(leaf_gradients_[static_cast<std::size_t>(watch)], std::move(dx));
    }
  }

  // Adds in place if nobody else can see the sum: no tape records this pass, and nobody else holds the tensor.
  void add_to(DenseOrRows& to, DenseOrRows dx) {
    if (!to.defined()) {
      to = std::move(dx);
    } else if (to.is_rows() && dx.is_rows()) {
      to.add_rows(dx);
    } else {
      to.dense();
      add_tensor(to.tensor(), dx.dense());
    }
  }

  void add_tensor(Tensor& sum, const Tensor& dx) {
    if (log_.recording() == 0 && sole_owner(sum) && sum.is_contiguous() && dx.shape() == sum.shape() && !sum.is_abstract() && !dx.is_abstract()) {
      kernels::binary(kernels::Binary::kAdd, view_of(sum), view_of(dx), view_of(sum));
    } else {
      sum = add(sum, dx);
    }
  }

  void sweep_backward(ValueId last) {
    for (std::size_t s = positions_.spans().size(); s-- > 0;) {
      const Positions::Span& span = positions_.spans()[s];
      for (ValueId id = std::min(span.end, last + 1); id-- > span.begin;) {
        const Record* r = recorded_.slice.find(id);
        if (r == nullptr || r->first != id) continue;
        step(*r, span.offset + static_cast<std::size_t>(id - span.begin));
        if (question_.release) release_down_to(id);
      }
    }
  }

  void step(const Record& r, std::size_t at) {
    bool incoming = false, recorded = false;
    for (std::size_t slot = at; slot < at + r.outputs; ++slot) {
      incoming |= gradients_[slot].defined();
      recorded |= (flags_[slot] & (kActive | kCutOff)) != 0;
    }
    if (!incoming || !recorded) return;
    SmallBuffer<bool> needs_room(r.inputs);
    bool* needs = needs_room.get();
    const bool any = find_needs(r, needs);
    SmallBuffer<DenseOrRows> dy_room(r.outputs), dx_room(r.inputs);
    DenseOrRows* dys = dy_room.get();
    for (int k = 0; k < r.outputs; ++k) {
      const std::size_t slot = at + static_cast<std::size_t>(k);
      dys[k] = (flags_[slot] & kSource) != 0 ? gradients_[slot] : std::move(gradients_[slot]);
    }
    if (!any) return;
    DenseOrRows* dxs = dx_room.get();
    VjpContext context(r, {dys, r.outputs}, needs, {dxs, r.inputs});
    {
      const BackwardScope scope(log_, r, question_.quiet);
      replay_ == nullptr ? run_rule(r, context) : replay_rule(r, context, {dys, r.outputs}, needs, {dxs, r.inputs});
      for (int i = 0; i < r.inputs; ++i) {
        if (!needs[i]) continue;
        check_given(r, i, dxs[i]);
        if (dxs[i].defined()) accumulate(r.input_ids()[i], std::move(dxs[i]));
      }
    }
  }

  static void check_given(const Record& r, int i, const DenseOrRows& dx) {
    if (!dx.defined()) {
      if (!r.op->users_rule && !r.op->has_body) refuse_rule(r, fmt::format("nothing for input `{}`", input_def(*r.op, i).name));
    } else if ((dx.is_rows() ? r.shape(i) != dx.shape() : !r.has_shape(i, dx.tensor().shape())) || (dx.dtype() != r.dtype(i) && !r.op->users_rule)) {
      refuse_rule(r, fmt::format("{}{} for input `{}` of {}{}", name_of(dx.dtype()), dx.shape().to_string(), input_def(*r.op, i).name,
                                 name_of(r.dtype(i)), r.shape(i).to_string()));
    }
  }

  [[noreturn]] static void refuse_rule(const Record& r, const std::string& given) {
    refuse_record(
        *r.op, "its gradient rule gave " + given,
        "call g.give(i, dx) for every input that g.needs(i), with a gradient of that input's shape and dtype; where an input was broadcast, "
        "sum over the repeated axes first");
  }

  void run_rule(const Record& r, VjpContext& context) const {
    try {
      r.op->vjp(context);
    } catch (const std::exception& error) {
      if (question_.observer != nullptr) question_.observer->rule_threw(r, error);
      throw;
    }
  }

  void replay_rule(const Record& r, VjpContext& context, std::span<DenseOrRows> dys, bool* needs, std::span<DenseOrRows> dxs) const {
    std::vector<Tensor> known(dxs.size());
    bool any = false;
    for (std::size_t i = 0; i < dxs.size(); ++i) {
      if (!needs[i]) continue;
      known[i] = answered_leaf(r.input_ids()[i]);
      needs[i] = !known[i].defined();
      any |= needs[i];
    }
    if (any) run_rule(r, context);
    for (std::size_t i = 0; i < dxs.size(); ++i) {
      if (!known[i].defined()) continue;
      dxs[i] = std::move(known[i]);
      needs[i] = true;
    }
    const auto tensors = [](std::span<DenseOrRows> gradients) {
      std::vector<Tensor> list;
      list.reserve(gradients.size());
      for (DenseOrRows& g : gradients) list.push_back(g.dense());
      return list;
    };
    replay_->visitor(r, tensors(dys), tensors(dxs));
  }

  void release_down_to(ValueId bottom) {
    const auto& spans = positions_.spans();
    while (true) {
      if (released_ == 0) {
        if (unreleased_spans_ == spans.size()) return;
        released_ = spans[spans.size() - 1 - unreleased_spans_].end;
      }
      const Positions::Span& span = spans[spans.size() - 1 - unreleased_spans_];
      for (; released_ > span.begin && released_ > bottom; --released_) recorded_.slice.release(released_ - 1);
      if (released_ > span.begin) return;
      released_ = 0;
      ++unreleased_spans_;
    }
  }

  std::vector<DenseOrRows> collect() {
    const QuietScope scope(log_, question_.quiet);
    std::vector<DenseOrRows> result(question_.sources.size());
    for (std::size_t s = 0; s < result.size(); ++s) {
      for (const ValueId id : question_.sources[s]) {
        const std::size_t at = positions_.find(id);
        const std::int32_t watch = recorded_.watch_index.find(id);
        // A target that is itself the source has a gradient if the tape watches or recorded it.
        if (at != Positions::kOutside && (flags_[at] & (kActive | kWatchedHere)) != 0) {
          if (gradients_[at].defined()) add_to(result[s], gradients_[at]);
        } else if (at == Positions::kOutside && watch != IdMap::kNone) {
          const DenseOrRows& g = leaf_gradients_[static_cast<std::size_t>(watch)];
          if (g.defined()) add_to(result[s], g);
        }
      }
      if (result[s].is_rows()) result[s].rows();  // joined into one
    }
    return result;
  }

  const Recorded& recorded_;
  const Question& question_;
  const Replay* const replay_;
  Log& log_;
  const Positions positions_;
  std::vector<std::uint8_t> flags_;
  std::vector<char> watched_source_;
  std::vector<DenseOrRows> gradients_;       // by position
  std::vector<DenseOrRows> leaf_gradients_;  // by watch, for values older than the windows
  std::vector<Tensor> answered_leaves_;      // by watch; empty unless this is a replay
  std::vector<InputOf> missing_rules_;
  std::size_t unreleased_spans_ = 0;  // spans released entirely, counted from the end
  ValueId released_ = 0;              // in the current span: the records from here on are released; 0 before it begins
};

}  // namespace

void refuse_missing_rule(const Record& record, int input) {
  const InputDef& def = input_def(*record.op, input);
  throw MissingRule(record.op->name,
                    fmt::format("a derivative would lack the part that comes through its input `{}`: {}", def.name, def.gradient.why),
                    def.gradient.remedy);
}

std::vector<DenseOrRows> backprop(const Recorded& recorded, const Question& question) {
  const device::FloatModeScope scope = device::FloatModeScope::flushing();  // set once for all ops of the pass
  return Backprop(recorded, question).run();
}

std::vector<Tensor> replay_backprop(const TapeState& tape, const Question& question, const BackwardVisitor& visitor,
                                    const std::vector<Tensor>& answers) {
  const Log::Silence silence;
  const Replay replay{visitor, answers};
  const Recorded recorded = recorded_by(tape);
  return dense(Backprop(recorded, question, &replay).run());
}

std::vector<Tensor> dense(std::vector<DenseOrRows> gradients) {
  std::vector<Tensor> tensors;
  tensors.reserve(gradients.size());
  for (DenseOrRows& g : gradients) tensors.push_back(g.dense());
  return tensors;
}

}  // namespace whygrad::internal
