// GradientTape: checks of the arguments, gradient(), jacobian() and batch_jacobian().
#include <whygrad/autodiff/tape.hpp>

#include "autodiff/backprop.hpp"
#include "autodiff/batch_jacobian.hpp"
#include "autodiff/gradient_event.hpp"
#include "autodiff/tape_state.hpp"

#include <whygrad/autodiff/jacobian.hpp>
#include <whygrad/base/error.hpp>
#include <whygrad/base/foreign_place.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/index.hpp>
#include <whygrad/ops/shape_ops.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>

namespace whygrad {
namespace {

using internal::Log;
using internal::TapeState;
using internal::Window;

std::string at(const Where& where) {
  if (where.file != nullptr) return fmt::format(" at {}:{}", where.file, where.line);
  const ForeignPlace place = resolve_foreign(where);
  return place.file.empty() ? std::string() : fmt::format(" at {}:{}", place.file, place.line);
}

void check_usable(const TapeState& tape, const char* op) {
  tape.check_thread(op);
  if (tape.consumed()) {
    throw TapeError(
        op, fmt::format("[WG108] this tape was used up by gradient(){}", at(tape.consumed_at())),
        "a tape answers once and then frees its buffers; ask for all sources in one call, or make it GradientTape tape({.persistent = true})");
  }
}

Tensor resolve_seed(const Seed& seed, const Tensor& target, std::size_t number, const Where& where) {
  if (!seed.tensor().defined()) {
    return fill(target.shape(), seed.number().value_or(1.0), target.dtype(), where);
  }
  if (seed.tensor().dtype() != target.dtype()) {
    throw DTypeError("gradient", fmt::format("output gradient {} is {} and its target {}", number, seed.tensor().signature(), target.signature()),
                     "give each output gradient the dtype of its target");
  }
  if (seed.tensor().shape() != target.shape()) {
    throw ShapeError("gradient", fmt::format("output gradient {} is {} and its target {}", number, seed.tensor().signature(), target.signature()),
                     "give each output gradient the shape of its target");
  }
  return seed.tensor();
}

}  // namespace

internal::Question internal::make_question(const TapeState& tape, const std::vector<Watchable>& targets, const std::vector<Watchable>& sources,
                                           const GradientOptions& options, const Where& where) {
  check_asked(targets, sources);
  if (!options.output_gradients.empty() && options.output_gradients.size() != targets.size()) {
    throw ValueError("gradient", fmt::format("{} output gradients are given for {} targets", options.output_gradients.size(), targets.size()),
                     "give one per target, or none for ones");
  }
  Question q;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const Tensor target = tensor_of(targets[i]);
    Question::Target t{target.id(), {}};
    if (is_differentiable(target.dtype()))
      t.seed = resolve_seed(options.output_gradients.empty() ? Seed() : options.output_gradients[i], target, i, where);
    q.targets.push_back(std::move(t));
  }
  struct Watched {
    const VariableImpl* variable;
    ValueId id;
  };
  std::vector<Watched> watched;  // each variable's values together, in their order
  watched.reserve(tape.watches().size());
  for (const Watch& w : tape.watches()) {
    if (w.variable != nullptr) watched.push_back({w.variable.get(), w.id});
  }
  const auto by_variable = [](const Watched& a, const Watched& b) { return std::less<>()(a.variable, b.variable); };
  std::stable_sort(watched.begin(), watched.end(), by_variable);
  q.sources.reserve(sources.size());
  for (const Watchable& source : sources) {
    auto& ids = q.sources.emplace_back();
    if (!source.is_variable()) {
      ids.push_back(source.tensor().id());
      continue;
    }
    const Watched wanted{source.variable().shared().get(), 0};
    const auto [first, last] = std::equal_range(watched.begin(), watched.end(), wanted, by_variable);
    std::transform(first, last, std::back_inserter(ids), [](const Watched& w) { return w.id; });
  }
  return q;
}

namespace {

// Buffers that the tape would have let go of on the way, kept until this ends.
class ReleaseAtEnd {
 public:
  explicit ReleaseAtEnd(TapeState* tape) : tape_(tape) {}
  ~ReleaseAtEnd() {
    if (tape_ != nullptr) tape_->let_go_all();
  }
  ReleaseAtEnd(const ReleaseAtEnd&) = delete;
  ReleaseAtEnd& operator=(const ReleaseAtEnd&) = delete;

 private:
  TapeState* tape_;
};

struct Request {
  TapeState& tape;
  const std::vector<Watchable>& targets;
  const std::vector<Watchable>& sources;
  const GradientOptions& options;
  const Where& where;
  ValueId asked;  // the log's position

  std::shared_ptr<const internal::TapeFacts> facts() const { return internal::facts_of(tape, targets, sources, asked, where); }
};

// Values, or reasons, or zeros in place of what does not exist; `replaced` says which are the last.
std::vector<Gradient> gradients_of(const Request& r, std::vector<Tensor> values, std::vector<char>& replaced) {
  std::vector<Gradient> result;
  std::shared_ptr<const internal::TapeFacts> facts;
  replaced.assign(r.sources.size(), 0);
  for (std::size_t s = 0; s < r.sources.size(); ++s) {
    if (values[s].defined()) {
      result.emplace_back(std::move(values[s]));
    } else if (r.options.unconnected_gradients == UnconnectedGradients::zero) {
      const Tensor source = internal::tensor_of(r.sources[s]);
      result.emplace_back(zeros(source.shape(), source.dtype(), r.where));
      replaced[s] = 1;
    } else {
      if (facts == nullptr) facts = r.facts();
      result.emplace_back(facts, s);
    }
  }
  return result;
}

// One backward pass, or several (`compute` runs them), as the log sees it.
template <class F>
std::vector<Tensor> logged_pass(const Request& r, internal::Question& question, F&& compute) {
  Log& log = Log::mine();
  const ValueId begin = log.next_id();
  question.quiet = log.recording() == 0 && internal::explanations_enabled();
  std::vector<Tensor> values = compute();
  if (question.quiet) internal::log_gradients(r.targets, r.sources, values, begin, r.where);
  return values;
}

// Refuses what check_usable() refuses, and returns who looks on.
internal::GradientObserver* admit(const TapeState& tape, const char* op, const std::vector<Watchable>& sources, const Where& where) {
  tape.check_thread(op);
  // A gradient that a gradient rule takes is part of the one that was asked for.
  internal::GradientObserver* const observer = Log::mine().backward.cause == 0 ? internal::GradientObserver::mine() : nullptr;
  if (observer != nullptr && tape.consumed()) observer->used_up(tape, sources, where);
  check_usable(tape, op);
  return observer;
}

std::vector<Gradient> differentiate(TapeState& tape, const std::vector<Watchable>& targets, const std::vector<Watchable>& sources,
                                    const GradientOptions& options, const Where& where) {
  internal::GradientObserver* const observer = admit(tape, "gradient", sources, where);
  internal::Question question = make_question(tape, targets, sources, options, where);
  const Request request{tape, targets, sources, options, where, Log::mine().next_id()};
  const bool used_up = !tape.options().persistent;
  if (used_up) {
    if (tape.recording()) tape.stop(Window::End::kAsked, where);
    tape.consume(where);
  }
  question.release = used_up && observer == nullptr;
  question.observer = observer;
  const ReleaseAtEnd held(used_up && observer != nullptr ? &tape : nullptr);
  std::vector<char> replaced;
  std::vector<Gradient> result = gradients_of(request, logged_pass(request, question, [&] { return internal::backprop(tape, question); }), replaced);
  if (observer != nullptr) {
    question.observer = nullptr;
    std::vector<Tensor> answers(result.size());
    for (std::size_t s = 0; s < result.size(); ++s) {
      if (result[s] && replaced[s] == 0) answers[s] = *result[s];
    }
    const auto replay = [&](const internal::BackwardVisitor& visitor) { internal::replay_backprop(tape, question, visitor, answers); };
    observer->answered({request.facts(), result, replaced, replay});
  }
  return result;
}

Shape joined(const Shape& a, const Shape& b) {
  Shape shape = a;
  for (const std::int64_t extent : b) shape.push_back(extent);
  return shape;
}

// [rows, s..]; empty where no row is. A rule of the user's may give a gradient for some elements of the target only: the others do not depend on it.
Tensor stacked(std::vector<Tensor> rows, const Where& where) {
  const auto some = std::find_if(rows.begin(), rows.end(), [](const Tensor& t) { return t.defined(); });
  if (some == rows.end()) return {};
  const Tensor zero = zeros(some->shape(), some->dtype(), where);
  for (Tensor& row : rows) {
    if (!row.defined()) row = zero;
  }
  return stack(rows, 0, where);
}

// Stacks what `rows` backward passes give for each source, one for each seed, to [rows, s..]; empty where no path leads to the source.
std::vector<Tensor> passes(TapeState& tape, internal::Question& question, std::int64_t rows, const std::function<Tensor(std::int64_t)>& seed,
                           const Where& where) {
  const std::size_t sources = question.sources.size();
  std::vector<Tensor> result(sources);
  if (rows == 0) {  // a pass with the seed of the question shows which sources a target without elements depends on
    const std::vector<Tensor> values = internal::backprop(tape, question);
    for (std::size_t s = 0; s < sources; ++s) {
      if (values[s].defined()) result[s] = zeros(joined({0}, values[s].shape()), values[s].dtype(), where);
    }
    return result;
  }
  std::vector<std::vector<Tensor>> all(sources);
  for (std::int64_t row = 0; row < rows; ++row) {
    question.targets[0].seed = seed(row);
    std::vector<Tensor> values = internal::backprop(tape, question);
    for (std::size_t s = 0; s < sources; ++s) all[s].push_back(std::move(values[s]));
  }
  for (std::size_t s = 0; s < sources; ++s) result[s] = stacked(std::move(all[s]), where);
  return result;
}

// What both jacobians share: `derivatives` makes the values of a question that does not release.
std::vector<Gradient> several_passes(GradientTape& owner, const char* op, const Watchable& target, const std::vector<Watchable>& sources,
                                     UnconnectedGradients unconnected, const Where& where,
                                     const std::function<std::vector<Tensor>(TapeState&, internal::Question&)>& derivatives,
                                     const char* zeros_by = nullptr) {
  TapeState& tape = *owner.state();
  internal::GradientObserver* const observer = admit(tape, op, sources, where);
  const std::vector<Watchable> targets = {target};
  const GradientOptions options{.unconnected_gradients = unconnected};
  internal::Question question = make_question(tape, targets, sources, options, where);
  question.observer = observer;
  const Request request{tape, targets, sources, options, where, Log::mine().next_id()};
  const bool used_up = !tape.options().persistent;
  if (used_up) {
    if (tape.recording()) tape.stop(Window::End::kAsked, where);
    tape.consume(where);
  }
  const ReleaseAtEnd held(used_up ? &tape : nullptr);
  std::vector<char> replaced;
  std::vector<Gradient> result = gradients_of(request, logged_pass(request, question, [&] { return derivatives(tape, question); }), replaced);
  if (observer != nullptr) {
    question.observer = nullptr;
    question.targets[0].seed = resolve_seed({}, internal::tensor_of(target), 0, where);
    const auto replay = [&](const internal::BackwardVisitor& visitor) { internal::replay_backprop(tape, question, visitor); };
    observer->answered({request.facts(), result, replaced, replay, zeros_by});
  }
  return result;
}

}  // namespace

Gradients jacobian(GradientTape& tape, const Watchable& target, const Sources& sources, UnconnectedGradients unconnected_gradients, Where where) {
  internal::check_asked({target}, sources.items());
  const Tensor t = internal::tensor_of(target);
  const auto derivatives = [&](TapeState& state, internal::Question& question) {
    const auto seed = [&](std::int64_t row) {
      return reshape(one_hot(constant({row}, where), t.size(), {.dtype = t.dtype()}, where), Ints(t.shape()), where);
    };
    std::vector<Tensor> values = passes(state, question, is_differentiable(t.dtype()) ? t.size() : 0, seed, where);
    for (std::size_t s = 0; s < values.size(); ++s) {
      if (values[s].defined()) values[s] = reshape(values[s], Ints(joined(t.shape(), internal::tensor_of(sources.items()[s]).shape())), where);
    }
    return values;
  };
  std::vector<Gradient> result = several_passes(tape, "jacobian", target, sources.items(), unconnected_gradients, where, derivatives);
  if (unconnected_gradients == UnconnectedGradients::zero) {
    for (std::size_t s = 0; s < result.size(); ++s) {
      const Tensor source = internal::tensor_of(sources.items()[s]);
      if (const Shape shape = joined(t.shape(), source.shape()); result[s]->shape() != shape)
        result[s] = Gradient(zeros(shape, source.dtype(), where));
    }
  }
  return {sources.items(), std::move(result)};
}

Gradients jacobian(GradientTape& tape, const Watchable& target, std::initializer_list<Watchable> sources, UnconnectedGradients unconnected_gradients,
                   Where where) {
  return jacobian(tape, target, Sources(std::vector<Watchable>(sources)), unconnected_gradients, where);
}

Gradient jacobian(GradientTape& tape, const Watchable& target, const Watchable& source, UnconnectedGradients unconnected_gradients, Where where) {
  return jacobian(tape, target, Sources(std::vector<Watchable>{source}), unconnected_gradients, where)[0];
}

namespace {

Gradient jacobian_of_rows(GradientTape& tape, const Watchable& target, const Watchable& source, UnconnectedGradients unconnected_gradients,
                          const Where& where, const char* zeros_by = nullptr) {
  internal::check_asked({target}, {source});
  const Tensor t = internal::tensor_of(target), x = internal::tensor_of(source);
  if (t.rank() < 2 || x.rank() < 2 || t.shape()[0] != x.shape()[0]) {
    throw ShapeError("batch_jacobian", fmt::format("the target is {} and the source {}", t.signature(), x.signature()),
                     "both need rows along their first axis, as many of one as of the other, and at least one axis more");
  }
  const std::int64_t rows = t.shape()[0], columns = rows == 0 ? 0 : t.size() / rows;
  const Shape shape = joined(t.shape(), Shape(x.shape().extents().subspan(1)));
  const auto derivatives = [&](TapeState& state, internal::Question& question) {
    const auto seed = [&](std::int64_t column) {
      const Tensor row = one_hot(constant({column}, where), columns, {.dtype = t.dtype()}, where);
      return reshape(broadcast_to(row, {rows, columns}, where), Ints(t.shape()), where);
    };
    std::vector<Tensor> values = passes(state, question, is_differentiable(t.dtype()) ? columns : 0, seed, where);
    if (values[0].defined()) {  // [columns, b, s..]
      Ints perm{1, 0};
      for (int axis = 2; axis <= x.rank(); ++axis) perm.push_back(axis);
      values[0] = reshape(transpose(values[0], perm, where), Ints(shape), where);
    }
    return values;
  };
  const std::vector<Gradient> result = several_passes(tape, "batch_jacobian", target, {source}, unconnected_gradients, where, derivatives, zeros_by);
  if (unconnected_gradients == UnconnectedGradients::zero && result[0]->shape() != shape) return Gradient(zeros(shape, x.dtype(), where));
  return result[0];
}

}  // namespace

Gradient batch_jacobian(GradientTape& tape, const Watchable& target, const Watchable& source, UnconnectedGradients unconnected_gradients,
                        Where where) {
  return jacobian_of_rows(tape, target, source, unconnected_gradients, where);
}

Tensor internal::batch_jacobian_or_zeros(GradientTape& tape, const Watchable& target, const Watchable& source, Where where) {
  return *jacobian_of_rows(tape, target, source, UnconnectedGradients::zero, where, "batch_jacobian");
}

UnconnectedGradients unconnected_gradients_from_name(std::string_view name) {
  if (name == "none") return UnconnectedGradients::none;
  if (name == "zero") return UnconnectedGradients::zero;
  throw ValueError("gradient", fmt::format("Unknown value for unconnected_gradients: '{}'", name), "it is \"none\" or \"zero\"");
}

Targets::Targets(const Gradients& targets) {
  for (const Gradient& g : targets) items_.emplace_back(g.value());
}

const Gradient& Gradients::operator[](std::size_t i) const {
  if (i >= gradients_.size()) throw IndexError("Gradients", fmt::format("index {} of {}", i, gradients_.size()), "there is one gradient per source");
  return gradients_[i];
}

const Gradient& Gradients::operator[](const Variable& variable) const {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (sources_[i].is_variable() && sources_[i].variable().is(variable)) return gradients_[i];
  }
  throw ValueError("Gradients", fmt::format("variable `{}` was not among the sources", variable.name()), "pass it to gradient()");
}

GradientTape::GradientTape(GradientTapeOptions options, Where where) : state_(std::make_shared<TapeState>(options, where)) { state_->start(where); }
GradientTape::~GradientTape() { state_->finish(); }

void GradientTape::exit(Where where) {
  state_->check_thread("exit");
  if (!state_->recording()) throw TapeError("exit", "the tape is not recording", "exit() once for each time it was entered");
  state_->stop(Window::End::kExited, where);
}

void GradientTape::enter(Where where) {
  check_usable(*state_, "enter");
  if (state_->recording()) throw TapeError("enter", "the tape is still recording", "exit() it first, or make another tape to nest");
  state_->start(where);
}

bool GradientTape::recording() const noexcept { return state_->recording(); }

void GradientTape::watch(const Watchable& value, Where) {
  check_usable(*state_, "watch");
  if (value.is_variable()) {
    state_->watch(value.variable().shared());
  } else if (!value.tensor().defined()) {
    throw ValueError("watch", "the tensor is an empty handle", "watch a tensor that holds a value");
  } else {
    state_->watch(value.tensor());
  }
}

void GradientTape::watch(std::initializer_list<Watchable> values, Where where) {
  for (const Watchable& v : values) watch(v, where);
}

std::vector<Variable> GradientTape::watched_variables() const { return state_->watched_variables(); }

void GradientTape::reset(Where where) {
  check_usable(*state_, "reset");
  state_->reset(where);
}

GradientTape::Pause GradientTape::stop_recording(Where where) {
  state_->check_thread("stop_recording");
  if (!state_->recording())
    throw TapeError("stop_recording", "the tape is not recording", "only a tape that records can be paused; enter() it first");
  state_->stop(Window::End::kPaused, where);
  return Pause(state_);
}

GradientTape::Pause::~Pause() {
  if (tape_ != nullptr && tape_->can_resume()) tape_->start({});
}

Gradient GradientTape::gradient(const Targets& targets, const Watchable& source, const GradientOptions& options, Where where) {
  return differentiate(*state_, targets.items(), {source}, options, where)[0];
}

Gradients GradientTape::gradient(const Targets& targets, std::initializer_list<Watchable> sources, const GradientOptions& options, Where where) {
  return gradient(targets, Sources(std::vector<Watchable>(sources)), options, where);
}

Gradients GradientTape::gradient(const Targets& targets, const Sources& sources, const GradientOptions& options, Where where) {
  return {sources.items(), differentiate(*state_, targets.items(), sources.items(), options, where)};
}

StopRecording::StopRecording(Where where) : paused_(internal::ThreadTapes::mine().recording) {
  std::size_t stopped = 0;
  try {
    for (; stopped < paused_.size(); ++stopped) paused_[stopped]->stop(Window::End::kPaused, where);
  } catch (...) {
    while (stopped != 0) paused_[--stopped]->start({});
    throw;
  }
}

StopRecording::~StopRecording() {
  for (const auto& tape : paused_) {
    if (tape->can_resume()) tape->start({});
  }
}

}  // namespace whygrad
