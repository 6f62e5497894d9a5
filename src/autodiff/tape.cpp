// GradientTape: recording, pausing, watching, and gradient().
#include <whygrad/autodiff/tape.hpp>

#include "autodiff/request.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <utility>

namespace whygrad {
namespace {

using internal::admit;
using internal::check_usable;
using internal::Log;
using internal::ReleaseAtEnd;
using internal::Request;
using internal::TapeState;
using internal::Window;

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

}  // namespace

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
