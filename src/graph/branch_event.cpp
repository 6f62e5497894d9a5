// Traces a choice and differentiates it: the gradient of a branch is a branch over the gradients of its bodies.
#include "graph/branch_event.hpp"

#include "graph/call_event.hpp"
#include "graph/trace.hpp"
#include "ops/core/context.hpp"
#include "ops/core/events.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad::internal {
namespace {

TracedFunction::Asked asked_of(const VjpContext& g, const SavedBranch& saved, std::size_t body, int first_input) {
  TracedFunction::Asked asked;
  int output = 0;
  for (const bool exists : saved.exists) asked.arriving.push_back(exists && g.has_dy(output++));
  for (std::size_t i = 0; i < saved.inputs[body].size(); ++i) asked.wanted.push_back(g.needs(first_input + static_cast<int>(i)));
  return asked;
}

// A wanted gradient: its body, its index among the gradients of that body, and the input of the branch that it belongs to.
struct Wanted {
  std::size_t body, gradient;
  int input;
};

void branch_vjp(VjpContext& g) {
  const auto& saved = *static_cast<const SavedBranch*>(g.saved_object());
  const auto& bodies = static_cast<const Branches&>(*saved.bodies).bodies();
  std::vector<std::shared_ptr<TracedFunction>> derivatives;
  std::vector<Wanted> wanted;
  int input = 1;
  for (std::size_t b = 0; b < bodies.size(); ++b) {
    const TracedFunction::Asked asked = asked_of(g, saved, b, input);
    derivatives.push_back(bodies[b]->derivative(asked));
    std::size_t gradient = 0;
    for (std::size_t i = 0; i < asked.wanted.size(); ++i, ++input) {
      if (!asked.wanted[i]) continue;
      if (derivatives[b]->results()[gradient].defined()) wanted.push_back({b, gradient, input});
      ++gradient;
    }
  }
  if (wanted.empty()) return;
  std::vector<Tensor> dys;
  const auto results = static_cast<int>(std::count(saved.exists.begin(), saved.exists.end(), true));
  for (int k = 0; k < results; ++k) {
    if (g.has_dy(k)) dys.push_back(g.dy(k));
  }
  // An input that only another body uses has the gradient 0, as in TensorFlow's graphs.
  std::vector<std::function<std::vector<Tensor>()>> rules;
  for (std::size_t b = 0; b < bodies.size(); ++b) {
    rules.emplace_back([&, b] {
      std::vector<Tensor> arguments = saved.inputs[b];
      arguments.insert(arguments.end(), dys.begin(), dys.end());
      const std::vector<Tensor> gradients = call(derivatives[b], arguments, saved.once[b], g.record().where);
      std::vector<Tensor> all;
      all.reserve(wanted.size());
      for (const Wanted& w : wanted)
        all.push_back(w.body == b ? gradients[w.gradient] : zeros_for_gradient(g.input_dtype(w.input), g.input_shape(w.input)));
      return all;
    });
  }
  const auto attrs = g.attrs<BranchAttrs>();
  std::vector<Tensor> gradients = Tracer::mine()->branch(attrs.construct, saved.predicate, rules, g.record().where);
  for (std::size_t n = 0; n < wanted.size(); ++n) g.give(wanted[n].input, std::move(gradients[n]));
}

void check_same(const char* op, const std::vector<Tensor>& a, const std::vector<Tensor>& b, std::size_t body) {
  if (a.size() != b.size()) {
    throw ValueError(op, fmt::format("the first function returns {} values and function {} returns {}", a.size(), body + 1, b.size()),
                     "all functions return values of the same structure");
  }
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (a[k].defined() != b[k].defined()) {
      throw ValueError(op, fmt::format("of value {} one function returns a tensor and another nothing", k),
                       "return a tensor from each of them, such as zeros, or nothing from all");
    }
    if (a[k].defined() && a[k].dtype() != b[k].dtype()) {
      throw DTypeError(op, fmt::format("value {} is {} of one function and {} of another", k, a[k].signature(), b[k].signature()),
                       "in a traced function all branches return the same dtypes: cast in one of them");
    }
    if (a[k].defined() && a[k].shape() != b[k].shape()) {
      throw ShapeError(op, fmt::format("value {} is {} of one function and {} of another", k, a[k].signature(), b[k].signature()),
                       "in a traced function all branches return the same shapes: pad or reduce in one of them");
    }
  }
}

std::size_t chosen(const Tensor& predicate, std::size_t bodies) {
  if (predicate.dtype() == DType::kBool) return only_element<bool>(predicate) ? 0 : 1;
  const std::int64_t index = predicate.dtype() == DType::kI32 ? only_element<std::int32_t>(predicate) : only_element<std::int64_t>(predicate);
  const auto last = static_cast<std::int64_t>(bodies) - 1;
  return static_cast<std::size_t>(index < 0 || index > last ? last : index);
}

void check_predicate(const char* op, const Tensor& predicate) {
  if (predicate.size() == 1) return;
  throw ShapeError(op, fmt::format("the predicate is {}", predicate.signature()),
                   "it must have exactly one element; reduce it with reduce_all, reduce_any or reduce_sum");
}

}  // namespace

Branches::Branches(std::vector<std::shared_ptr<TracedFunction>> bodies) : bodies_(std::move(bodies)) {
  const std::vector<Tensor>& results = bodies_[0]->results();
  results_ = static_cast<std::size_t>(std::count_if(results.begin(), results.end(), [](const Tensor& t) { return t.defined(); }));
}

bool Branches::is_pure() const {
  return std::all_of(bodies_.begin(), bodies_.end(), [](const auto& body) { return body->is_pure(); });
}

bool Branches::has_effect() const {
  return std::any_of(bodies_.begin(), bodies_.end(), [](const auto& body) { return body->has_effect(); });
}

bool Branches::same(const NodeBodies& other) const { return bodies_ == static_cast<const Branches&>(other).bodies_; }

std::vector<std::shared_ptr<VariableImpl>> Branches::writes() const {
  std::vector<std::shared_ptr<VariableImpl>> all;
  for (const auto& body : bodies_) {
    const auto written = body->writes();
    all.insert(all.end(), written.begin(), written.end());
  }
  return all;
}

std::vector<NodePart> Branches::parts(const char* /*needed*/, bool planned) const {
  std::vector<NodePart> parts;
  parts.reserve(bodies_.size());
  std::ptrdiff_t input = 1;
  for (std::size_t b = 0; b < bodies_.size(); ++b) {
    std::vector<std::ptrdiff_t> from(bodies_[b]->inputs().size());
    for (std::ptrdiff_t& i : from) i = input++;
    parts.push_back({fmt::format("branch {}", b), bodies_[b].get(), std::move(from), planned ? &bodies_[b]->body_program() : nullptr});
  }
  return parts;
}

void Branches::run(std::span<const Tensor* const> inputs, std::span<Tensor> outputs, const char* /*needed*/) const {
  const std::size_t choice = chosen(*inputs[0], bodies_.size());
  std::size_t input = 1, output = results_;
  for (std::size_t b = 0; b < bodies_.size(); ++b) {
    TracedFunction& body = *bodies_[b];
    const std::vector<Graph::Index>& once = body.once();
    if (b == choice) {
      std::vector<Tensor> given;
      for (std::size_t i = 0; i < body.inputs().size(); ++i) given.push_back(*inputs[input + i]);
      std::vector<Tensor> made = body.body_program().run(std::move(given), {});
      const auto results = made.begin() + static_cast<std::ptrdiff_t>(results_);
      std::transform(made.begin(), results, outputs.begin(), in_order);
      std::transform(results, made.end(), outputs.begin() + static_cast<std::ptrdiff_t>(output), in_order);
    } else {
      for (std::size_t k = 0; k < once.size(); ++k) {
        const TensorSpec& spec = body.graph().value(once[k]).spec;
        outputs[output + k] = zeros_for_gradient(spec.dtype, spec.shape);
      }
    }
    input += body.inputs().size();
    output += once.size();
  }
}

constexpr OpDef kBranchEvent = define_event({
    .name = "cond",
    .doc = "One of several functions, chosen when a traced function runs.",
    .type = "If",
    .inputs = {{"predicate",
                NotDifferentiable{"it only decides which code runs; the result does not change as long as the decision does not",
                                  "compute the result from the value itself, for example with where(), maximum() or a smooth weight"},
                Role::kCondition},
               {"inputs", Differentiable{}}},
    .variadic = true,
    .attrs = {attr<&BranchAttrs::construct>("construct", "cond, case or switch_case")},
    .vjp = branch_vjp,
    .kind = OpKind::kCompute,
    .has_body = true,
});

std::vector<Tensor> trace_branch(Tracer& tracer, Construct construct, const Tensor& predicate,
                                 const std::vector<std::function<std::vector<Tensor>()>>& bodies, const Where& where) {
  const char* const op = name_of(construct);
  check_predicate(op, predicate);
  auto saved = std::make_unique<SavedBranch>();
  std::vector<std::shared_ptr<TracedFunction>> traced;
  saved->predicate = tracer.inside(predicate);
  std::vector<Tensor> inputs = {saved->predicate};
  for (std::size_t b = 0; b < bodies.size(); ++b) {
    traced.push_back(TracedFunction::trace(op, where, {}, [&](const std::vector<Tensor>&) { return bodies[b](); }));
    check_same(op, traced[0]->results(), traced[b]->results(), b);
  }
  for (const auto& body : traced) {
    std::vector<Tensor>& own = saved->inputs.emplace_back();
    for (const TracedFunction::Input& input : body->inputs()) {
      own.push_back(input.variable != nullptr ? Variable(input.variable).value() : tracer.inside(input.captured));
      if (!own.back().is_abstract()) tracer.use(own.back());
    }
    inputs.insert(inputs.end(), own.begin(), own.end());
  }
  std::vector<Tensor> outputs;
  for (const Tensor& result : traced[0]->results()) {
    saved->exists.push_back(result.defined());
    if (result.defined()) outputs.push_back(make_abstract(spec_of(result)));
  }
  for (const auto& body : traced) {
    std::vector<Tensor>& once = saved->once.emplace_back();
    once.reserve(body->once().size());
    for (const Graph::Index v : body->once()) once.push_back(make_abstract(body->graph().value(v).spec));
    outputs.insert(outputs.end(), once.begin(), once.end());
  }
  Log& log = Log::mine();
  const std::vector<const Tensor*> pointers = pointers_to(inputs);
  const bool active = log.recording() != 0 &&
                      std::any_of(inputs.begin() + 1, inputs.end(), [&](const Tensor& t) { return is_differentiable(t.dtype()) && log.active(t); });
  for (const Tensor& output : outputs) {
    if (active && is_differentiable(output.dtype())) log.mark_active(output);
  }
  const std::vector<bool> exists = saved->exists;
  const auto branches = std::make_shared<const Branches>(std::move(traced));
  saved->bodies = branches;
  const BranchAttrs attrs{construct};
  log.append({.op = &kBranchEvent,
              .where = &where,
              .inputs = pointers.data(),
              .input_count = static_cast<int>(pointers.size()),
              .outputs = outputs.data(),
              .output_count = static_cast<int>(outputs.size()),
              .attrs = &attrs,
              .attrs_bytes = sizeof(attrs),
              .saved_object = saved.release()});
  for (const auto& variable : branches->writes()) tracer.forget(variable);
  std::vector<Tensor> results;
  results.reserve(exists.size());
  auto next = outputs.begin();
  for (const bool there : exists) results.push_back(there ? *next++ : Tensor());
  return results;
}

}  // namespace whygrad::internal
