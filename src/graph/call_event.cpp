// Calls of traced functions, and their gradients.
#include "graph/call_event.hpp"

#include "graph/trace.hpp"
#include "ops/core/context.hpp"
#include "tensor/build.hpp"

#include <whygrad/base/error.hpp>

#include <algorithm>

namespace whygrad::internal {
namespace {

void call_vjp(VjpContext& g) {
  const auto& saved = *static_cast<const SavedCall*>(g.saved_object());
  TracedFunction& function = *saved.function;
  TracedFunction::Asked asked{.slices = true};
  std::vector<Tensor> arguments = saved.inputs;
  int output = 0;
  for (const Tensor& result : function.results()) {
    const bool arrives = result.defined() && g.has_dy(output);
    asked.arriving.push_back(arrives);
    if (arrives) arguments.push_back(g.dy(output));
    if (result.defined()) ++output;
  }
  for (std::size_t i = 0; i < function.inputs().size(); ++i) asked.wanted.push_back(g.needs(static_cast<int>(i)));
  const bool traced = Tracer::mine() != nullptr;
  const std::shared_ptr<TracedFunction> derivative = function.derivative(asked);
  std::vector<Tensor> gradients = call(derivative, arguments, traced ? saved.once : saved.given, g.record().where);
  auto next = gradients.begin();
  auto rows = derivative->rows_of_gradients().begin();
  for (std::size_t i = 0; i < function.inputs().size(); ++i) {
    if (!asked.wanted[i]) continue;
    Tensor gradient = std::move(*next++);
    if (*rows >= 0) {
      g.give(static_cast<int>(i), IndexedSlices(std::move(gradient), std::move(*next++), *rows));
    } else if (gradient.defined()) {
      g.give(static_cast<int>(i), std::move(gradient));
    }
    ++rows;
  }
}

void call_jvp(JvpContext& g) {
  const auto& saved = *static_cast<const SavedCall*>(g.saved_object());
  TracedFunction& function = *saved.function;
  std::vector<bool> moving;
  std::vector<Tensor> arguments = saved.inputs;
  for (std::size_t i = 0; i < function.inputs().size(); ++i) {
    moving.push_back(g.moves(static_cast<int>(i)));
    if (moving.back()) arguments.push_back(g.tangent(static_cast<int>(i)));
  }
  const bool traced = Tracer::mine() != nullptr;
  std::vector<Tensor> tangents = call(function.forward(moving), arguments, traced ? saved.once : saved.given, g.record().where);
  int output = 0;
  for (std::size_t k = 0; k < tangents.size(); ++k) {
    if (!function.results()[k].defined()) continue;
    if (tangents[k].defined()) g.give(output, std::move(tangents[k]));
    ++output;
  }
}

// The call of the function for many rows (TracedFunction::for_rows).
void call_batch(BatchContext& c) {
  TracedFunction& function = *static_cast<const SavedCall*>(c.saved_object())->function;
  if (!function.is_pure()) return;  // every row would need its own effects and random numbers
  std::vector<Tensor> inputs;
  std::vector<bool> varying;
  for (int i = 0; i < static_cast<int>(function.inputs().size()); ++i) {
    inputs.push_back(c.input(i));
    varying.push_back(c.has_rows(i));
  }
  int output = 0;
  for (Tensor& result : call(function.for_rows(varying, c.rows()), inputs, {}, c.where())) {
    if (result.defined()) c.give(output++, std::move(result));
  }
}

}  // namespace

constexpr OpDef kReadEvent = define_event({
    .name = "read_variable",
    .doc = "The value of a variable after something in a traced function may have written it.",
    .type = "ReadVariableOp",
    .source = true,
});

constexpr OpDef kCallEvent = define_event({
    .name = "function",
    .doc = "A call of a traced function.",
    .type = "PartitionedCall",
    .inputs = {{"inputs", Differentiable{}}},
    .variadic = true,
    .attrs = {attr<&CallAttrs::function>("function", "the number of the traced function")},
    .vjp = call_vjp,
    .jvp = call_jvp,
    .batch = call_batch,
    .has_body = true,
});

namespace {

struct Call {
  const std::shared_ptr<TracedFunction>& function;
  std::vector<Tensor> inputs;
  const Where& where;
};

// Puts the outputs in the places of the function's results. A result that does not exist stays empty.
std::vector<Tensor> spread(const TracedFunction& function, std::span<const Tensor> existing) {
  std::vector<Tensor> results;
  auto next = existing.begin();
  for (const Tensor& result : function.results()) results.push_back(result.defined() ? *next++ : Tensor());
  return results;
}

void log_call(const Call& call, std::span<const Tensor> behind, std::vector<Tensor>& outputs, std::unique_ptr<SavedCall> saved) {
  std::vector<const Tensor*> pointers = pointers_to(call.inputs);
  for (const Tensor& input : behind) pointers.push_back(&input);
  const CallAttrs attrs{call.function->number()};
  Log::mine().append({.op = &kCallEvent,
                      .where = &call.where,
                      .inputs = pointers.data(),
                      .input_count = static_cast<int>(pointers.size()),
                      .outputs = outputs.data(),
                      .output_count = static_cast<int>(outputs.size()),
                      .attrs = &attrs,
                      .attrs_bytes = sizeof(attrs),
                      .saved_object = saved.release()});
}

bool is_active(const Call& call) {
  const Log& log = Log::mine();
  return log.recording() != 0 &&
         std::any_of(call.inputs.begin(), call.inputs.end(), [&](const Tensor& t) { return is_differentiable(t.dtype()) && log.active(t); });
}

void mark_outputs(const std::vector<Tensor>& outputs) {
  for (const Tensor& t : outputs) {
    if (is_differentiable(t.dtype())) Log::mine().mark_active(t);
  }
}

// A call within a trace. It is recorded as one record; the graph of the callee takes its place when the graph of the trace is made.
std::vector<Tensor> call_traced(Tracer& tracer, Call call, std::vector<Tensor> once) {
  TracedFunction& function = *call.function;
  for (auto* values : {&call.inputs, &once}) {
    for (Tensor& value : *values) {
      value = tracer.inside(value);
      if (!value.is_abstract()) tracer.use(value);
    }
  }
  std::vector<Tensor> outputs;
  for (const Tensor& result : function.results()) {
    if (result.defined()) outputs.push_back(make_abstract_like(result));
  }
  const auto results = static_cast<std::ptrdiff_t>(outputs.size());
  for (std::size_t i = once.size(); i < function.once().size(); ++i)
    outputs.push_back(make_abstract(function.graph().value(function.once()[i]).spec));
  auto saved = std::make_unique<SavedCall>();
  saved->function = call.function;
  saved->inputs = call.inputs;
  saved->once = once;
  saved->once.insert(saved->once.end(), outputs.begin() + results, outputs.end());
  if (is_active(call)) mark_outputs(outputs);
  log_call(call, once, outputs, std::move(saved));
  for (const auto& variable : function.writes()) tracer.forget(variable);
  return spread(function, std::span(outputs).first(static_cast<std::size_t>(results)));
}

// Keeps the ids and specs for the record and releases the elements: an optimizer writes into a variable's buffer in place if nothing else holds it.
void forget_elements(std::vector<Tensor>& values) {
  for (Tensor& value : values) {
    const ValueId id = value.id();
    value = make_abstract(spec_of(value));
    value.impl()->id = id;
  }
}

std::vector<Tensor> call_now(Call call, const std::vector<Tensor>& given) {
  TracedFunction& function = *call.function;
  const bool active = is_active(call);
  const Program& program = function.program(active);
  std::vector<Tensor> inputs = call.inputs;
  if (!active && function.has_effect()) forget_elements(call.inputs);
  std::vector<Tensor> made = program.run(std::move(inputs), given);
  const auto count = std::count_if(function.results().begin(), function.results().end(), [](const Tensor& t) { return t.defined(); });
  std::unique_ptr<SavedCall> saved;
  if (active) {
    saved = std::make_unique<SavedCall>();
    saved->function = call.function;
    saved->inputs = call.inputs;
    saved->given = given;
    saved->given.insert(saved->given.end(), made.begin() + count, made.end());
  }
  std::vector<Tensor> outputs(made.begin(), made.begin() + count);
  made.clear();
  // Each result becomes a value with an id of its own, although it may be an unchanged input or equal to another result.
  for (Tensor& output : outputs) output = make_view(output, output.shape(), output.impl()->strides, 0);
  if (active) mark_outputs(outputs);
  log_call(call, {}, outputs, std::move(saved));
  return spread(function, outputs);
}

// A call with abstract values outside of a trace, which is run for many rows later. What the derivative of such a call reads is computed again.
std::vector<Tensor> call_abstract(const Call& call) {
  TracedFunction& function = *call.function;
  for (const Tensor& input : call.inputs) {
    if (input.is_abstract() && !Log::mine().owns(input.id())) refuse_leaked(function.name().c_str(), input);
  }
  if (!function.is_pure()) {
    throw ValueError(function.name(), "it has side effects or draws random numbers, and an argument is abstract",
                     "call it with tensors that have elements");
  }
  std::vector<Tensor> outputs;
  for (const Tensor& result : function.results()) {
    if (result.defined()) outputs.push_back(make_abstract_like(result));
  }
  auto saved = std::make_unique<SavedCall>();
  saved->function = call.function;
  saved->inputs = call.inputs;
  if (is_active(call)) mark_outputs(outputs);
  log_call(call, {}, outputs, std::move(saved));
  return spread(function, outputs);
}

}  // namespace

std::vector<Tensor> call(const std::shared_ptr<TracedFunction>& function, const std::vector<Tensor>& arguments, const std::vector<Tensor>& given,
                         const Where& where) {
  Call call{function, arguments, where};
  for (std::size_t i = arguments.size(); i < function->inputs().size(); ++i) {
    const TracedFunction::Input& input = function->inputs()[i];
    call.inputs.push_back(input.variable != nullptr ? Variable(input.variable).value() : input.captured);
  }
  if (Tracer* tracer = Tracer::mine(); tracer != nullptr) return call_traced(*tracer, std::move(call), given);
  if (std::any_of(call.inputs.begin(), call.inputs.end(), [](const Tensor& t) { return t.is_abstract(); })) return call_abstract(call);
  return call_now(std::move(call), given);
}

constexpr OpDef kCallResultEvent = define_event({
    .name = "function",
    .doc = "A result of a traced function.",
    .type = "PartitionedCall",
    .inputs = {{"result", Differentiable{}}},
    .vjp = [](VjpContext& g) { g.give(0, g.dy()); },
    .batch = [](BatchContext& c) { c.give(0, results_of_call({c.input_rows(0)}, c.where())[0]); },
});

std::vector<Tensor> results_of_call(const std::vector<Tensor>& results, const Where& where, const std::vector<const char*>& paths) {
  Log& log = Log::mine();
  std::vector<Tensor> outputs;
  outputs.reserve(results.size());
  for (const Tensor& result : results) {
    Tensor& output = outputs.emplace_back();
    if (!result.defined()) continue;
    output = make_view(result, result.shape(), result.impl()->strides, 0);
    if (log.recording() != 0 && is_differentiable(result.dtype()) && log.active(result)) log.mark_active(output);
    const Tensor* inputs[] = {&result};
    const ResultAttrs attrs{outputs.size() <= paths.size() ? paths[outputs.size() - 1] : nullptr};
    log.append({.op = &kCallResultEvent,
                .where = &where,
                .inputs = inputs,
                .input_count = 1,
                .outputs = &output,
                .output_count = 1,
                .attrs = &attrs,
                .attrs_bytes = sizeof(attrs)});
  }
  return outputs;
}

}  // namespace whygrad::internal
