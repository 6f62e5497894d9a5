// Custom gradients: the record of the user's function, whose rule calls the user's gradient function.
#include <whygrad/autodiff/custom_gradient.hpp>

#include "autodiff/custom_gradient.hpp"
#include "autodiff/observer.hpp"
#include "autodiff/tape_state.hpp"
#include "ops/core/context.hpp"
#include "tensor/tracer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace whygrad {
namespace internal {
namespace {

// The closure that the record of a custom gradient owns.
struct CustomRule final : SavedObject {
  CustomResult result;
  std::size_t inputs = 0;  // the remaining inputs of the record are variables
  std::vector<std::shared_ptr<VariableImpl>> variables;
};

void check_count(const char* what, std::size_t got, std::size_t wanted) {
  if (got == wanted) return;
  throw ValueError("custom_gradient", fmt::format("the backward function returned {} gradients for {} {}", got, wanted, what),
                   fmt::format("return one per {}, in order; an empty Tensor stands for no gradient", what));
}

CustomGradients call_rule(const CustomRule& rule, const std::vector<Tensor>& dys) {
  CustomGradients g;
  if (rule.result.backward_with_variables) {
    std::vector<Variable> variables;
    variables.reserve(rule.variables.size());
    for (const auto& v : rule.variables) variables.emplace_back(v);
    g = rule.result.backward_with_variables(dys, variables);
  } else {
    g.inputs = rule.result.backward(dys);
  }
  check_count("inputs", g.inputs.size(), rule.inputs);
  check_count("variables", g.variables.size(), rule.variables.size());
  return g;
}

// The ops of the user's rule are recorded even in a pass that does not record its own.
class UsersCode {
 public:
  UsersCode() : quiet_(std::exchange(Log::mine().backward.quiet, false)) {}
  ~UsersCode() { Log::mine().backward.quiet = quiet_; }
  UsersCode(const UsersCode&) = delete;
  UsersCode& operator=(const UsersCode&) = delete;

 private:
  bool quiet_;
};

// Whether the gradient flows to the values that the function computed instead of through the rule; see OpDef::users_rule.
bool pass_to_results(VjpContext& g) {
  const int results = g.input_count() - g.output_count();
  bool passed = false;
  for (int k = 0; k < g.output_count(); ++k) {
    if (!g.needs(results + k)) continue;
    if (g.has_dy(k)) g.give(results + k, g.dy(k));
    passed = true;
  }
  return passed;
}

void custom_vjp(VjpContext& g) {
  if (pass_to_results(g)) return;
  const UsersCode scope;
  const auto& rule = *static_cast<const CustomRule*>(g.saved_object());
  std::vector<Tensor> dys;
  dys.reserve(static_cast<std::size_t>(g.output_count()));
  for (int k = 0; k < g.output_count(); ++k) dys.push_back(g.dy(k));
  CustomGradients gradients = call_rule(rule, dys);
  auto& attrs = *static_cast<CustomAttrs*>(const_cast<void*>(g.record().attrs()));
  for (int i = 0; i < g.input_count() - g.output_count(); ++i) {
    const auto n = static_cast<std::size_t>(i);
    Tensor& dx = n < rule.inputs ? gradients.inputs[n] : gradients.variables[n - rule.inputs];
    if (!dx.defined() && i < 64) attrs.unanswered |= std::uint64_t{1} << i;
    if (!dx.defined() || !g.needs(i)) continue;
    const bool fits =
        dx.dtype() == g.input_dtype(i) || !is_differentiable(g.input_dtype(i));  // only the user knows the derivative with respect to an integer
    if (dx.shape() != g.input_shape(i) || !fits) {
      throw ShapeError("custom_gradient",
                       fmt::format("the gradient of input {} is {} and the input {}{}", i, dx.signature(), name_of(g.input_dtype(i)),
                                   g.input_shape(i).to_string()),
                       "a gradient has the shape and dtype of its input; sum it over broadcast axes");
    }
    g.give(i, std::move(dx));
  }
}

std::vector<Tensor> read(const std::vector<Watchable>& inputs) {
  std::vector<Tensor> values;
  values.reserve(inputs.size());
  for (const Watchable& w : inputs) {
    values.push_back(w.is_variable() ? w.variable().value() : w.tensor());
    if (!values.back().defined())
      throw ValueError("custom_gradient", fmt::format("input {} is an empty handle", values.size() - 1), "pass tensors that hold values");
    if (Tracer* tracer = Tracer::mine(); tracer != nullptr) values.back() = tracer->inside(values.back());
  }
  return values;
}

// The function's results as values of their own, to which its rule belongs. Of a traced function, a result from outside is replaced by its stand-in.
std::vector<Tensor> outputs_for(std::vector<Tensor>& results) {
  std::vector<Tensor> outputs;
  outputs.reserve(results.size());
  for (Tensor& t : results) {
    if (!t.defined()) throw ValueError("custom_gradient", "an output is an empty handle", "return tensors that hold values");
    if (Tracer* tracer = Tracer::mine(); tracer != nullptr) t = tracer->inside(t);
    outputs.push_back(make_view(t, t.shape(), t.impl()->strides, 0));
  }
  return outputs;
}

}  // namespace

constexpr OpDef kCustomGradientEvent = define_event({
    .name = "custom_gradient",
    .doc = "A function with a gradient rule of the user's.",
    .inputs = {{"inputs", Differentiable{}}},
    .variadic = true,
    .attrs = {attr<&CustomAttrs::returns_at>("returns_at", "where the user's rule stands"),
              attr<&CustomAttrs::unanswered>("unanswered", "bit i: the rule gave input i no gradient")},
    .vjp = custom_vjp,
    .users_rule = true,
});

}  // namespace internal

std::vector<Tensor> custom_gradient(const std::function<CustomResult(const std::vector<Tensor>&)>& f, const std::vector<Watchable>& inputs,
                                    Where where) {
  using namespace internal;
  auto rule = std::make_unique<CustomRule>();
  std::vector<Tensor> values = read(inputs);
  rule->inputs = values.size();
  {
    const VariableWatcher watcher;
    rule->result = f(values);
    for (const auto& v : watcher.variables()) {
      const bool passed =
          std::any_of(inputs.begin(), inputs.end(), [&v](const Watchable& w) { return w.is_variable() && w.variable().shared() == v; });
      if (!passed) rule->variables.push_back(v);
    }
  }
  if (!rule->result.backward && !rule->result.backward_with_variables) {
    throw ValueError("custom_gradient", "the function returned no backward function", "set CustomResult::backward");
  }
  if (!rule->variables.empty() && !rule->result.backward_with_variables) {
    const auto refusal = [&rule] {
      return SignatureError("custom_gradient",
                            fmt::format("the function read variable `{}`, but its backward function takes no variables", rule->variables[0]->name),
                            "let it take the variables too (in Python: def grad(dy, variables=None)), or pass the variable as an input");
    };
    const Where& begins_at = rule->result.begins_at;
    if (GradientObserver* observer = GradientObserver::mine()) observer->rule_refused(begins_at.function != nullptr ? begins_at : where, refusal());
    throw refusal();
  }
  for (const auto& v : rule->variables) values.push_back(Variable(v).value());  // read again, so that the tapes watch them

  std::vector<Tensor> results = std::exchange(rule->result.outputs, {});
  const Tracer* const tracer = Tracer::mine();
  std::vector<Tensor> outputs = outputs_for(results);
  // Which gradients of a traced function will be asked for is not known yet.
  const auto wanted = [&log = Log::mine(), tracer](const Tensor& t) {
    return is_differentiable(t.dtype()) && (tracer != nullptr || (log.recording() != 0 && log.active(t)));
  };
  const bool ruled = std::any_of(values.begin(), values.end(), wanted), active = ruled || std::any_of(results.begin(), results.end(), wanted);
  for (const Tensor& t : outputs) {
    if (active && is_differentiable(t.dtype())) Log::mine().mark_active(t);
  }
  values.insert(values.end(), results.begin(), results.end());
  std::vector<const Tensor*> pointers;
  pointers.reserve(values.size());
  for (const Tensor& t : values) pointers.push_back(&t);
  const CustomAttrs attrs{rule->result.returns_at};
  Log::mine().append({.op = &kCustomGradientEvent,
                      .where = &where,
                      .inputs = pointers.data(),
                      .input_count = static_cast<int>(pointers.size()),
                      .outputs = outputs.data(),
                      .output_count = static_cast<int>(outputs.size()),
                      .attrs = &attrs,
                      .attrs_bytes = sizeof(attrs),
                      .saved_object = ruled ? rule.release() : nullptr});
  return outputs;
}

Tensor custom_gradient(const std::function<std::pair<Tensor, UnaryBackward>(const Tensor&)>& f, const Watchable& x, Where where) {
  const auto many = [&f](const std::vector<Tensor>& in) {
    auto [y, backward] = f(in[0]);
    CustomResult result{.outputs = {y}};
    if (backward) result.backward = [rule = std::move(backward)](const std::vector<Tensor>& dys) { return std::vector<Tensor>{rule(dys[0])}; };
    return result;
  };
  return custom_gradient(many, {x}, where)[0];
}

Tensor grad_pass_through(const std::function<Tensor(const Tensor&)>& f, const Watchable& x, Where where) {
  const auto straight = [&f](const std::vector<Tensor>& in) {
    Tensor y = f(in[0]);
    if (!y.defined()) throw ValueError("grad_pass_through", "the function returned an empty handle", "return a tensor that holds a value");
    if (y.shape() != in[0].shape() || y.dtype() != in[0].dtype()) {
      throw ShapeError("grad_pass_through", fmt::format("the function made {} of {}", y.signature(), in[0].signature()),
                       "only a function that keeps shape and dtype can have the gradient of the identity");
    }
    // Variables inside get no gradient, as in TensorFlow.
    CustomResult result{.outputs = {y}};
    result.backward_with_variables = [](const std::vector<Tensor>& dys, const std::vector<Variable>& variables) {
      return CustomGradients{dys, std::vector<Tensor>(variables.size())};
    };
    return result;
  };
  return custom_gradient(straight, {x}, where)[0];
}

}  // namespace whygrad
