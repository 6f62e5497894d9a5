// Running loops and their gradients.
#include "graph/loop.hpp"

#include "device/memory.hpp"
#include "graph/trace.hpp"
#include "kernels/elementwise.hpp"
#include "ops/core/context.hpp"
#include "ops/core/events.hpp"
#include "tensor/build.hpp"

#include <whygrad/base/error.hpp>

#include <algorithm>

namespace whygrad::internal {

// What a loop keeps of its trips for its gradient.
struct LoopHistory {
  struct Trip {
    std::vector<Tensor> inputs;  // of the body; empty where the gradient does not need it, or where it is the same in all trips
    std::vector<Tensor> saved;   // TracedFunction::saved() of the body
  };
  std::vector<Trip> trips;
};

namespace {

using Tensors = std::vector<Tensor>;

void release_history(void* history) { delete static_cast<LoopHistory*>(history); }

// A tensor that owns the history, so that programs pass it on as any other value.
Tensor wrapped(std::unique_ptr<LoopHistory> history) {
  Tensor handle = make_foreign(DType::kU8, {}, history.get(), release_history, history.get());
  history.release();
  return handle;
}

const LoopHistory& history_in(const Tensor& handle) {
  const Storage* storage = handle.impl()->storage;
  if (storage == nullptr || storage->release != release_history)
    throw InternalError("while_loop", "the gradient of a loop is asked for, which did not run");
  return *static_cast<const LoopHistory*>(storage->context);
}

void add_to(Tensor& sum, Tensor part) {
  if (!sum.defined()) {
    sum = in_order(std::move(part));
    return;
  }
  const device::Scope there(sum.device());
  const Tensor to = sole_owner(sum) ? sum : make_tensor(sum.dtype(), sum.shape(), "while_loop");
  kernels::binary(kernels::Binary::kAdd, view_of(sum), view_of(part), view_of(to));
  sum = to;
}

}  // namespace

// ---- The loop ----

Loop::Loop(std::shared_ptr<TracedFunction> condition, std::shared_ptr<TracedFunction> body, std::size_t variables, std::int64_t maximum_iterations)
    : condition_(std::move(condition)), body_(std::move(body)), variables_(variables), maximum_iterations_(maximum_iterations) {
  find_reread();
}

Loop::Loop(std::shared_ptr<const Loop> repeated, std::shared_ptr<TracedFunction> body, std::size_t variables)
    : body_(std::move(body)), repeated_(std::move(repeated)), variables_(variables), taken_(repeated_->taken_specs().size()) {
  find_reread();
}

void Loop::find_reread() {
  const auto written = writes();
  const auto is_reread = [&](const TracedFunction::Input& input) {
    return input.variable != nullptr && std::find(written.begin(), written.end(), input.variable) != written.end();
  };
  for (const TracedFunction::Input& input : body_->inputs()) reread_.push_back(is_reread(input));
  if (condition_ == nullptr) return;
  for (const TracedFunction::Input& input : condition_->inputs()) reread_by_condition_.push_back(is_reread(input));
}

std::size_t Loop::first_invariant() const { return variables_ + taken_; }

std::vector<TensorSpec> Loop::taken_specs() const {
  std::vector<TensorSpec> specs;
  for (std::size_t i = variables_; i < body_->inputs().size(); ++i) {
    if (i < first_invariant() || is_reread(i)) specs.push_back(spec_of(body_->inputs()[i].stand_in));
  }
  for (const Graph::Index v : body_->once()) specs.push_back(body_->graph().value(v).spec);
  return specs;
}

bool Loop::is_pure() const { return body_->is_pure() && (condition_ == nullptr || condition_->is_pure()); }

bool Loop::has_effect() const { return body_->has_effect() || (condition_ != nullptr && condition_->has_effect()); }

bool Loop::same(const NodeBodies& other) const {
  const auto& loop = static_cast<const Loop&>(other);
  return condition_ == loop.condition_ && body_ == loop.body_ && repeated_ == loop.repeated_ && variables_ == loop.variables_ &&
         maximum_iterations_ == loop.maximum_iterations_;
}

std::vector<std::shared_ptr<VariableImpl>> Loop::writes() const {
  std::vector<std::shared_ptr<VariableImpl>> all = body_->writes();
  if (condition_ == nullptr) return all;
  const auto written = condition_->writes();
  all.insert(all.end(), written.begin(), written.end());
  return all;
}

const Loop::Kept& Loop::kept() const {
  const std::lock_guard lock(mutex_);
  if (kept_ != nullptr) return *kept_;
  auto kept = std::make_unique<Kept>();
  const std::vector<Graph::Index>& saved = body_->saved();
  for (const Graph::Index v : body_->once()) kept->once.push_back(static_cast<std::size_t>(std::find(saved.begin(), saved.end(), v) - saved.begin()));
  const std::shared_ptr<TracedFunction> whole = body_->whole_derivative();
  const Program* const backward = whole != nullptr ? &whole->program(false) : nullptr;
  for (std::size_t i = 0; i < body_->inputs().size(); ++i) {
    const bool taken = (i >= variables_ && i < first_invariant()) || is_reread(i);
    kept->inputs.push_back(taken || (i < variables_ && (backward == nullptr || backward->needs_input(i))));
  }
  kept_ = std::move(kept);
  return *kept_;
}

bool Loop::goes_on(std::span<const Tensor* const> inputs, const Tensors& variables) const {
  Tensors given = variables;
  for (std::size_t i = given.size(); i < condition_->inputs().size(); ++i) {
    given.push_back(reread_by_condition_[i] != 0 ? condition_->inputs()[i].variable->value : *inputs[1 + i]);
  }
  return only_element<bool>(condition_->program(false).run(std::move(given), {})[0]);
}

Tensors Loop::taken(const LoopHistory& history, std::size_t trip) const {
  const LoopHistory::Trip& from = history.trips[trip];
  Tensors values;
  for (std::size_t i = variables_; i < body_->inputs().size(); ++i) {
    if (i < first_invariant() || is_reread(i)) values.push_back(from.inputs[i]);
  }
  for (const std::size_t at : kept().once) values.push_back(from.saved[at]);
  return values;
}

Tensors Loop::inputs_of_trip(std::span<const Tensor* const> inputs, Tensors variables, const Tensors& taken) const {
  Tensors all = std::move(variables);
  all.insert(all.end(), taken.begin(), taken.end());
  const std::size_t count = body_->inputs().size();
  for (std::size_t i = all.size(); i < count; ++i)
    all.push_back(is_reread(i) ? body_->inputs()[i].variable->value : *inputs[inputs.size() - count + i]);
  return all;
}

std::vector<NodePart> Loop::parts(const char* needed, bool planned) const {
  std::vector<NodePart> parts;
  std::ptrdiff_t behind = 1 + static_cast<std::ptrdiff_t>(variables_);  // the node's inputs for the condition, then those for the body
  const auto add = [&](const char* name, TracedFunction& function, std::size_t taken, const Program* program) {
    std::vector<std::ptrdiff_t> from;
    for (std::size_t i = 0; i < function.inputs().size(); ++i)
      from.push_back(i < variables_ ? 1 + static_cast<std::ptrdiff_t>(i) : i < variables_ + taken ? 0 : behind++);
    parts.push_back({name, &function, std::move(from), program});
  };
  if (condition_ != nullptr) add("condition", *condition_, 0, planned ? &condition_->program(false) : nullptr);
  add("body", *body_, taken_, planned ? &body_->program(needed[variables_] != 0) : nullptr);
  return parts;
}

void Loop::run(std::span<const Tensor* const> inputs, std::span<Tensor> outputs, const char* needed) const {
  const bool keeps = needed[variables_] != 0;
  const Program& program = body_->program(keeps);
  const LoopHistory* const repeated = repeated_ != nullptr ? &history_in(*inputs[0]) : nullptr;
  std::unique_ptr<LoopHistory> history = keeps ? std::make_unique<LoopHistory>() : nullptr;
  Tensors variables;
  for (std::size_t i = 0; i < variables_; ++i) variables.push_back(*inputs[1 + i]);
  std::size_t trip = 0;
  const auto at_end = [&] {
    if (repeated != nullptr) return trip == repeated->trips.size();
    if (maximum_iterations_ >= 0 && trip == static_cast<std::size_t>(maximum_iterations_)) return true;
    return !(trip == 0 ? only_element<bool>(*inputs[0]) : goes_on(inputs, variables));
  };
  for (; !at_end(); ++trip) {
    Tensors given = inputs_of_trip(inputs, std::move(variables), repeated != nullptr ? repeated_->taken(*repeated, trip) : Tensors());
    if (keeps) {
      const std::vector<char>& kept = this->kept().inputs;
      history->trips.emplace_back().inputs.resize(given.size());
      for (std::size_t i = 0; i < given.size(); ++i) {
        if (kept[i] != 0) history->trips.back().inputs[i] = in_order(given[i]);
      }
    }
    Tensors made = program.run(std::move(given), {});
    const auto results = made.begin() + static_cast<std::ptrdiff_t>(variables_);
    if (keeps) history->trips.back().saved.assign(std::make_move_iterator(results), std::make_move_iterator(made.end()));
    variables.assign(std::make_move_iterator(made.begin()), std::make_move_iterator(results));
  }
  std::transform(variables.begin(), variables.end(), outputs.begin(), in_order);
  if (keeps) outputs[variables_] = wrapped(std::move(history));
}

// ---- Its gradient ----

bool LoopGradient::is_pure() const { return !derivative_->has_effect() && derivative_->once().size() == loop_->body().once().size(); }

bool LoopGradient::has_effect() const { return derivative_->has_effect(); }

bool LoopGradient::same(const NodeBodies& other) const {
  const auto& gradient = static_cast<const LoopGradient&>(other);
  return loop_ == gradient.loop_ && derivative_ == gradient.derivative_ && arriving_ == gradient.arriving_;
}

std::vector<std::shared_ptr<VariableImpl>> LoopGradient::writes() const { return derivative_->writes(); }

std::vector<NodePart> LoopGradient::parts(const char* /*needed*/, bool planned) const {
  std::vector<std::ptrdiff_t> from;
  const auto first = static_cast<std::ptrdiff_t>(loop_->first_invariant());
  for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(derivative_->inputs().size()); ++i)
    from.push_back(i < first ? 0 : 1 + static_cast<std::ptrdiff_t>(loop_->variables()) + i - first);
  return {{"gradient of the body", derivative_.get(), std::move(from), planned ? &derivative_->program(false) : nullptr}};
}

void LoopGradient::run(std::span<const Tensor* const> inputs, std::span<Tensor> outputs, const char* /*needed*/) const {
  const LoopHistory& history = history_in(*inputs[0]);
  const Program& program = derivative_->program(false);
  const std::size_t from_body = loop_->body().inputs().size(), first = loop_->first_invariant();
  const std::size_t invariants = 1 + loop_->variables(), arriving = invariants + from_body - first, more = arriving + arriving_.size();
  Tensors gradients, sums(gradients_of_.size());
  for (std::size_t a = 0; a < arriving_.size(); ++a) gradients.push_back(*inputs[arriving + a]);
  for (std::size_t trip = history.trips.size(); trip-- > 0;) {
    const LoopHistory::Trip& from = history.trips[trip];
    Tensors given = from.inputs;
    for (std::size_t i = first; i < from_body; ++i) {
      if (!given[i].defined()) given[i] = *inputs[invariants + i - first];
    }
    given.insert(given.end(), gradients.begin(), gradients.end());
    for (std::size_t i = more; i < inputs.size(); ++i) given.push_back(*inputs[i]);
    Tensors made = program.run(std::move(given), from.saved);
    for (std::size_t k = 0; k < sums.size(); ++k) add_to(sums[k], std::move(made[static_cast<std::size_t>(result_of_[gradients_of_[k]])]));
    for (std::size_t a = 0; a < arriving_.size(); ++a) {
      const std::ptrdiff_t result = result_of_[arriving_[a]];
      Tensor& gradient = gradients[a];
      gradient = result >= 0 ? std::move(made[static_cast<std::size_t>(result)]) : zeros_for_gradient(gradient.dtype(), gradient.shape());
    }
  }
  std::transform(gradients.begin(), gradients.end(), outputs.begin(), in_order);
  for (std::size_t k = 0; k < sums.size(); ++k) {
    const TensorSpec spec = spec_of(loop_->body().inputs()[gradients_of_[k]].stand_in);
    outputs[gradients.size() + k] = sums[k].defined() ? std::move(sums[k]) : zeros_for_gradient(spec.dtype, spec.shape);
  }
}

}  // namespace whygrad::internal
