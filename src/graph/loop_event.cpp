// Tracing loops, and their gradients to any order.
#include "graph/call_event.hpp"
#include "graph/loop.hpp"
#include "graph/trace.hpp"
#include "ops/core/context.hpp"
#include "ops/core/events.hpp"
#include "tensor/build.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad::internal {
namespace {

using Tensors = std::vector<Tensor>;

const char* const kName = name_of(Construct::kWhileLoop);

// ---- Checks ----

void check_variables(const Tensors& before, const Tensors& after) {
  if (after.size() != before.size()) {
    throw ValueError(kName, fmt::format("the body took {} values and returned {}", before.size(), after.size()),
                     "return one value for each loop variable, in their order");
  }
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (!after[i].defined()) {
      throw ValueError(kName, fmt::format("the body returned no tensor for loop variable {}", i), "return a tensor for each loop variable");
    }
    if (after[i].dtype() != before[i].dtype()) {
      throw DTypeError(kName, fmt::format("loop variable {} went in as {} and came out as {}", i, before[i].signature(), after[i].signature()),
                       "a loop variable keeps its dtype; cast it in the body");
    }
    if (after[i].shape() != before[i].shape()) {
      throw ShapeError(kName, fmt::format("loop variable {} went in as {} and came out as {}", i, before[i].signature(), after[i].signature()),
                       "in a graph whose number of trips is known only when it runs, a loop variable keeps its shape: start with the whole size and "
                       "write into it, or call the function without tracing it");
    }
  }
}

void check_condition(const Tensors& results) {
  if (results.size() == 1 && results[0].defined() && results[0].dtype() == DType::kBool && results[0].size() == 1) return;
  throw DTypeError(kName, fmt::format("the condition is {}", results.empty() || !results[0].defined() ? "nothing" : results[0].signature()),
                   "it must be a bool with one element; compare, or reduce it with reduce_all or reduce_any");
}

// ---- Records ----

// The record of a loop, or of its gradient, in the making.
struct Draft {
  Tensors inputs;
  Tensors outputs;

  void add_inputs(const Tensors& values) { inputs.insert(inputs.end(), values.begin(), values.end()); }
};

Tensors append(Tracer& tracer, const OpDef& op, Draft draft, std::unique_ptr<SavedLoop> saved, const Where& where) {
  for (Tensor& input : draft.inputs) {
    input = tracer.inside(input);
    if (!input.is_abstract()) tracer.use(input);
  }
  Log& log = Log::mine();
  const bool active = log.recording() != 0 && std::any_of(draft.inputs.begin(), draft.inputs.end(),
                                                          [&](const Tensor& t) { return is_differentiable(t.dtype()) && log.active(t); });
  for (const Tensor& output : draft.outputs) {
    if (active && is_differentiable(output.dtype())) log.mark_active(output);
  }
  const std::vector<const Tensor*> pointers = pointers_to(draft.inputs);
  saved->inputs = draft.inputs;
  log.append({.op = &op,
              .where = &where,
              .inputs = pointers.data(),
              .input_count = static_cast<int>(pointers.size()),
              .outputs = draft.outputs.data(),
              .output_count = static_cast<int>(draft.outputs.size()),
              .saved_object = saved.release()});
  return draft.outputs;
}

// What the function reads besides its arguments: inputs of it from the `from`-th on.
Tensors values_of_inputs(Tracer& tracer, const TracedFunction& function, std::size_t from) {
  Tensors values;
  for (std::size_t i = from; i < function.inputs().size(); ++i) {
    const TracedFunction::Input& input = function.inputs()[i];
    values.push_back(input.variable != nullptr ? Variable(input.variable).value() : tracer.inside(input.captured));
  }
  return values;
}

// Records the loop. `first` is the first decision or the history, `invariants` what the body gets as further arguments. Returns the record's outputs.
Tensors append_loop(Tracer& tracer, const std::shared_ptr<const Loop>& loop, const Tensor& first, const Tensors& variables, const Tensors& invariants,
                    const Where& where) {
  Draft draft;
  draft.inputs.push_back(first);
  draft.add_inputs(variables);
  if (loop->condition() != nullptr) draft.add_inputs(values_of_inputs(tracer, *loop->condition(), loop->variables()));
  draft.add_inputs(invariants);
  draft.add_inputs(values_of_inputs(tracer, loop->body(), loop->first_invariant() + invariants.size()));
  for (const Tensor& variable : variables) draft.outputs.push_back(make_abstract(spec_of(variable)));
  draft.outputs.push_back(make_abstract({DType::kU8, {}, {}}));
  auto saved = std::make_unique<SavedLoop>();
  saved->bodies = loop;
  saved->history = draft.outputs.back();
  Tensors outputs = append(tracer, kLoopEvent, std::move(draft), std::move(saved), where);
  for (const auto& variable : loop->writes()) tracer.forget(variable);
  return outputs;
}

// ---- Gradients ----

// A loop in a record: its values, and which of the record's inputs they are.
struct LoopCall {
  std::shared_ptr<const Loop> loop;
  Tensor history;
  Tensors variables, invariants;  // invariants: what the body reads, from first_invariant() on
};

// The gradients of a loop's inputs; empty where there is none.
struct LoopGradients {
  Tensors variables, invariants;
};

// The variables for which gradients arrive at the end of the loop or, in consequence, at the end of a trip.
std::vector<bool> arriving_in_trips(TracedFunction& body, std::vector<bool> arriving) {
  TracedFunction::Asked asked;
  for (std::size_t i = 0; i < body.inputs().size(); ++i)
    asked.wanted.push_back(i < arriving.size() && is_differentiable(body.inputs()[i].stand_in.dtype()));
  for (;;) {
    asked.arriving = arriving;
    const std::shared_ptr<TracedFunction> derivative = body.derivative(asked);
    std::size_t result = 0;
    bool grown = false;
    for (std::size_t i = 0; i < arriving.size(); ++i) {
      if (!asked.wanted[i]) continue;
      const bool exists = derivative->results()[result++].defined();
      grown |= exists && !arriving[i];
      arriving[i] = arriving[i] || exists;
    }
    if (!grown) return arriving;
  }
}

// Records the gradient of the loop. `dys` are by variable, empty where none arrives. `wanted` is by input of the body, from first_invariant() on.
LoopGradients append_gradient(Tracer& tracer, const LoopCall& call, const Tensors& dys, const std::vector<bool>& wanted, const Where& where) {
  std::vector<bool> arriving;
  arriving.reserve(dys.size());
  for (const Tensor& dy : dys) arriving.push_back(dy.defined());
  arriving = arriving_in_trips(call.loop->body(), std::move(arriving));
  const auto gradient = std::make_shared<const LoopGradient>(call.loop, arriving, wanted);

  Draft draft;
  draft.inputs.push_back(call.history);
  draft.add_inputs(call.variables);
  draft.add_inputs(call.invariants);
  for (const std::size_t k : gradient->arriving()) {
    const TensorSpec spec = spec_of(call.variables[k]);
    draft.inputs.push_back(dys[k].defined() ? dys[k] : zeros_for_gradient(spec.dtype, spec.shape));
    draft.outputs.push_back(make_abstract(spec));
  }
  draft.add_inputs(values_of_inputs(tracer, gradient->derivative(), call.loop->body().inputs().size() + gradient->arriving().size()));
  const std::size_t first = call.loop->first_invariant();
  for (const std::size_t i : gradient->gradients_of()) draft.outputs.push_back(make_abstract(spec_of(call.invariants[i - first])));
  auto saved = std::make_unique<SavedLoop>();
  saved->bodies = gradient;
  saved->history = call.history;
  const Tensors outputs = append(tracer, kLoopGradientEvent, std::move(draft), std::move(saved), where);
  for (const auto& variable : gradient->writes()) tracer.forget(variable);

  LoopGradients gradients{Tensors(call.variables.size()), Tensors(call.invariants.size())};
  auto next = outputs.begin();
  for (const std::size_t k : gradient->arriving()) gradients.variables[k] = *next++;
  for (const std::size_t i : gradient->gradients_of()) gradients.invariants[i - first] = *next++;
  return gradients;
}

Tensors slice_of(const Tensors& values, std::size_t from, std::size_t count) {
  const auto begin = values.begin() + static_cast<std::ptrdiff_t>(from);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

void loop_vjp(VjpContext& g) {
  const auto& saved = *static_cast<const SavedLoop*>(g.saved_object());
  LoopCall call{std::static_pointer_cast<const Loop>(saved.bodies), saved.history, {}, {}};
  const Loop& loop = *call.loop;
  const std::size_t invariants = loop.body().inputs().size() - loop.first_invariant(), first = saved.inputs.size() - invariants;
  call.variables = slice_of(saved.inputs, 1, loop.variables());
  call.invariants = slice_of(saved.inputs, first, invariants);
  Tensors dys;
  for (std::size_t k = 0; k < loop.variables(); ++k) dys.push_back(g.has_dy(static_cast<int>(k)) ? g.dy(static_cast<int>(k)) : Tensor());
  std::vector<bool> wanted;
  for (std::size_t i = 0; i < invariants; ++i) wanted.push_back(g.needs(static_cast<int>(first + i)));
  LoopGradients gradients = append_gradient(*Tracer::mine(), call, dys, wanted, g.record().where);
  const auto give = [&](std::size_t input, Tensor& gradient) {
    if (gradient.defined() && g.needs(static_cast<int>(input))) g.give(static_cast<int>(input), std::move(gradient));
  };
  for (std::size_t k = 0; k < loop.variables(); ++k) give(1 + k, gradients.variables[k]);
  for (std::size_t i = 0; i < invariants; ++i) give(first + i, gradients.invariants[i]);
}

// The indices of the inputs of a gradient's record.
struct GradientInputs {
  std::size_t variables = 1, invariants, arriving, more;

  explicit GradientInputs(const LoopGradient& gradient)
      : invariants(variables + gradient.loop().variables()),
        arriving(invariants + gradient.loop().body().inputs().size() - gradient.loop().first_invariant()),
        more(arriving + gradient.arriving().size()) {}
};

// See NOTE [the gradient of a loop].
void loop_gradient_vjp(VjpContext& g) {
  const auto& saved = *static_cast<const SavedLoop*>(g.saved_object());
  const auto& gradient = static_cast<const LoopGradient&>(*saved.bodies);
  const Loop& loop = gradient.loop();
  const GradientInputs at(gradient);
  Tracer& tracer = *Tracer::mine();
  const Where& where = g.record().where;

  const std::size_t arriving = gradient.arriving().size();
  Tensors variables = slice_of(saved.inputs, at.variables, loop.variables()),
          invariants = slice_of(saved.inputs, at.invariants, at.arriving - at.invariants);
  const Tensors more = slice_of(saved.inputs, at.more, saved.inputs.size() - at.more);
  invariants.insert(invariants.end(), more.begin(), more.end());
  const std::size_t without_tangents = invariants.size();
  for (std::size_t a = 0; a < arriving; ++a) {
    const TensorSpec spec = spec_of(variables[gradient.arriving()[a]]);
    variables.push_back(g.has_dy(static_cast<int>(a)) ? g.dy(static_cast<int>(a)) : zeros_for_gradient(spec.dtype, spec.shape));
  }
  std::vector<bool> tangents;
  for (std::size_t k = 0; k < gradient.gradients_of().size(); ++k) {
    const int output = static_cast<int>(arriving + k);
    tangents.push_back(g.has_dy(output));
    if (g.has_dy(output)) invariants.push_back(g.dy(output));
  }
  LoopCall call{gradient.tangent_loop(tangents), {}, variables, invariants};
  const Tensors outputs = append_loop(tracer, call.loop, saved.history, variables, invariants, where);
  call.history = outputs.back();
  const std::size_t passed = invariants.size();
  call.invariants = [&] {
    Tensors all = invariants;
    const Tensors captured = values_of_inputs(tracer, call.loop->body(), call.loop->first_invariant() + passed);
    all.insert(all.end(), captured.begin(), captured.end());
    return all;
  }();

  Tensors dys(variables.size());
  for (std::size_t a = 0; a < arriving; ++a) {
    const int input = static_cast<int>(at.arriving + a);
    if (g.needs(input)) g.give(input, outputs[loop.variables() + a]);
    dys[loop.variables() + a] = tracer.inside(saved.inputs[at.arriving + a]);
  }
  std::vector<bool> wanted(call.invariants.size());
  const auto input_of = [&](std::size_t i) {
    return i < at.arriving - at.invariants ? at.invariants + i : at.more + i - (at.arriving - at.invariants);
  };
  for (std::size_t i = 0; i < without_tangents; ++i) wanted[i] = g.needs(static_cast<int>(input_of(i)));
  LoopGradients gradients = append_gradient(tracer, call, dys, wanted, where);
  for (std::size_t k = 0; k < loop.variables(); ++k) {
    const int input = static_cast<int>(at.variables + k);
    if (g.needs(input) && gradients.variables[k].defined()) g.give(input, std::move(gradients.variables[k]));
  }
  for (std::size_t i = 0; i < without_tangents; ++i) {
    if (wanted[i] && gradients.invariants[i].defined()) g.give(static_cast<int>(input_of(i)), std::move(gradients.invariants[i]));
  }
}

}  // namespace

LoopGradient::LoopGradient(std::shared_ptr<const Loop> loop, std::vector<bool> arriving, const std::vector<bool>& wanted) : loop_(std::move(loop)) {
  TracedFunction& body = loop_->body();
  body.saved();  // before a derivative is planned, which is given these values
  TracedFunction::Asked asked;
  asked.arriving = arriving;
  for (std::size_t i = 0; i < body.inputs().size(); ++i) {
    const bool is_variable = i < loop_->variables(), is_invariant = i >= loop_->first_invariant();
    asked.wanted.push_back(is_variable ? static_cast<bool>(arriving[i]) : is_invariant && wanted[i - loop_->first_invariant()]);
  }
  wanted_ = asked.wanted;
  derivative_ = body.derivative(asked);
  std::size_t result = 0, exist = 0;
  for (std::size_t i = 0; i < body.inputs().size(); ++i) {
    const bool exists = asked.wanted[i] && derivative_->results()[result++].defined();
    result_of_.push_back(exists ? static_cast<std::ptrdiff_t>(exist++) : -1);
    if (i < loop_->variables() && arriving[i]) arriving_.push_back(i);
    if (i >= loop_->first_invariant() && exists) gradients_of_.push_back(i);
  }
}

std::shared_ptr<const Loop> LoopGradient::tangent_loop(const std::vector<bool>& tangents) const {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const Loop>& known = tangent_loops_[tangents];
  if (known == nullptr) known = trace_tangent_loop(tangents);
  return known;
}

std::vector<TensorSpec> LoopGradient::tangent_specs(const std::vector<bool>& tangents) const {
  const TracedFunction& body = loop_->body();
  const std::size_t from_body = body.inputs().size();
  const std::vector<TensorSpec> taken = loop_->taken_specs();
  std::vector<TensorSpec> specs;
  const auto add = [&specs](const TracedFunction& f, std::size_t i) { specs.push_back(spec_of(f.inputs()[i].stand_in)); };
  for (std::size_t i = 0; i < loop_->variables(); ++i) add(body, i);
  for (const std::size_t i : arriving_) add(body, i);
  specs.insert(specs.end(), taken.begin(), taken.end());
  for (std::size_t i = loop_->first_invariant(); i < from_body; ++i) add(body, i);
  for (std::size_t i = from_body + arriving_.size(); i < derivative_->inputs().size(); ++i) add(*derivative_, i);
  for (std::size_t k = 0; k < gradients_of_.size(); ++k) {
    if (tangents[k]) add(body, gradients_of_[k]);
  }
  return specs;
}

std::shared_ptr<const Loop> LoopGradient::trace_tangent_loop(const std::vector<bool>& tangents) const {
  TracedFunction& body = loop_->body();
  if (derivative_->once().size() != body.once().size()) {
    throw UnsupportedError(kName, "a second derivative is asked of a loop whose gradient draws random numbers or calls the host",
                           "draw the numbers in the loop's body, not in its gradient function");
  }
  // The derivative of the derivative with respect to the gradients that arrive gives the tangents after a trip.
  const std::size_t from_body = body.inputs().size(), variables = loop_->variables(), arriving = arriving_.size(), first = loop_->first_invariant();
  TracedFunction::Asked asked;
  std::vector<std::size_t> tangent_of;  // by arriving result: the index among the tangents of the variables, followed by the others
  std::size_t invariant = arriving;
  for (std::size_t i = 0, variable = 0, k = 0; i < from_body; ++i) {
    if (!wanted_[i]) continue;
    const bool is_variable = i < variables, exists = result_of_[i] >= 0;
    const bool has_tangent = exists && (is_variable || tangents[k++]);
    asked.arriving.push_back(has_tangent);
    if (has_tangent) tangent_of.push_back(is_variable ? variable : invariant++);
    if (is_variable) ++variable;
  }
  for (std::size_t i = 0; i < derivative_->inputs().size(); ++i) asked.wanted.push_back(i >= from_body && i < from_body + arriving);
  const std::shared_ptr<TracedFunction> derivative = derivative_->derivative(asked), replay = body.replay();

  const std::size_t taken = loop_->taken_specs().size();
  const Where where = derivative_->where();
  const auto trip = [&](const Tensors& arguments) {
    auto next = arguments.begin();
    const auto take = [&next](std::size_t count) {
      const auto begin = next;
      next += static_cast<std::ptrdiff_t>(count);
      return Tensors(begin, next);
    };
    Tensors inputs = take(variables), given = take(arriving);
    Tensors once = take(taken);
    inputs.insert(inputs.end(), once.begin(), once.begin() + static_cast<std::ptrdiff_t>(first - variables));
    once.erase(once.begin(), once.begin() + static_cast<std::ptrdiff_t>(first - variables));
    const Tensors invariants = take(from_body - first);
    for (std::size_t i = first; i < from_body; ++i) {
      inputs.push_back(loop_->is_reread(i) ? once.front() : invariants[i - first]);
      if (loop_->is_reread(i)) once.erase(once.begin());
    }
    Tensors results = call(replay, inputs, once, where);
    for (const std::size_t i : arriving_) inputs.push_back(zeros_for_gradient(results[i].dtype(), results[i].shape()));
    const Tensors more = take(derivative_->inputs().size() - from_body - arriving);
    inputs.insert(inputs.end(), more.begin(), more.end());
    given.insert(given.end(), next, arguments.end());
    for (const std::size_t t : tangent_of) inputs.push_back(given[t]);
    Tensors moved = call(derivative, inputs, once, where);
    for (std::size_t a = 0; a < arriving; ++a) {
      const Tensor& before = arguments[variables + a];
      results.push_back(moved[a].defined() ? std::move(moved[a]) : zeros_for_gradient(before.dtype(), before.shape()));
    }
    return results;
  };
  return std::make_shared<const Loop>(loop_, TracedFunction::trace(kName, where, tangent_specs(tangents), trip), variables + arriving);
}

constexpr OpDef kLoopEvent = define_event({
    .name = "while_loop",
    .doc = "A loop that runs its body while its condition is true.",
    .type = "While",
    .inputs = {{"condition",
                NotDifferentiable{"it only decides how often the body runs; the result does not change as long as that does not",
                                  "compute the result from the value itself, for example with where() or a smooth weight"},
                Role::kCondition},
               {"inputs", Differentiable{}}},
    .variadic = true,
    .vjp = loop_vjp,
    .kind = OpKind::kCompute,
    .has_body = true,
});

constexpr OpDef kLoopGradientEvent = define_event({
    .name = "while_loop_grad",
    .doc = "The gradient of a loop: its trips backward.",
    .type = "While",
    .inputs = {{"history", NotDifferentiable{"it is what the loop kept of its trips", "nothing needs to change for it"}},
               {"inputs", Differentiable{}}},
    .variadic = true,
    .vjp = loop_gradient_vjp,
    .kind = OpKind::kCompute,
    .has_body = true,
});

Tensors trace_loop(Tracer& tracer, const LoopFunctions& functions, const Tensor& predicate, const Tensors& variables, std::int64_t maximum_iterations,
                   const Where& where) {
  std::vector<TensorSpec> specs;
  specs.reserve(variables.size());
  for (const Tensor& variable : variables) specs.push_back(spec_of(variable));
  std::shared_ptr<TracedFunction> condition =
      TracedFunction::trace(kName, where, specs, [&](const Tensors& values) { return Tensors{functions.condition(values)}; });
  check_condition(condition->results());
  std::shared_ptr<TracedFunction> body = TracedFunction::trace(kName, where, specs, functions.body);
  check_variables(variables, body->results());
  const auto loop = std::make_shared<const Loop>(std::move(condition), std::move(body), variables.size(), maximum_iterations);
  Tensors outputs = append_loop(tracer, loop, predicate, variables, {}, where);
  outputs.pop_back();
  return outputs;
}

}  // namespace whygrad::internal
