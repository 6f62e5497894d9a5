// Optimizer: checks of the gradients, clipping, and the step over all variables.
#include "autodiff/variable_impl.hpp"
#include "device/memory.hpp"
#include "kernels/gather_nd.hpp"
#include "kernels/index.hpp"
#include "kernels/layout.hpp"
#include "kernels/movement.hpp"
#include "ops/core/context.hpp"
#include "optim/slot_table.hpp"
#include "tensor/build.hpp"
#include "tensor/tracer.hpp"

#include <whygrad/explain/diagnosis.hpp>
#include <whygrad/flow/explanation.hpp>
#include <whygrad/ops/creation.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/ops/operand.hpp>
#include <whygrad/ops/reduce.hpp>
#include <whygrad/optim/optimizer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace whygrad::optim {
namespace {

constexpr const char* kIterations = "iterations";

double norm(const Gradient& gradient) {
  const Tensor n = reduce_euclidean_norm(gradient.rows() != nullptr ? sum_duplicates(*gradient.rows()).values() : *gradient);
  return n.dtype() == float64 ? n.item<double>() : static_cast<double>(n.item<float>());
}

// The gradient's elements in row-major order without gaps: a gradient may be a broadcast or transposed view.
Tensor packed(const Tensor& gradient) {
  if (gradient.is_contiguous()) return gradient;
  const device::Scope there(gradient.device());
  Tensor result = whygrad::internal::make_tensor(gradient.dtype(), gradient.shape(), "apply_gradients");
  kernels::copy(view_of(gradient), view_of(result));
  return result;
}

// The spec of a gradient, without making slices whole.
TensorSpec spec_of_gradient(const Gradient& gradient) {
  const IndexedSlices* rows = gradient.rows();
  return rows != nullptr ? TensorSpec{rows->dtype(), rows->dense_shape(), rows->values().device()} : spec_of(*gradient);
}

std::string signature_of(const TensorSpec& spec) { return std::string(name_of(spec.dtype)) + spec.shape.to_string(); }

// Slices of one row are added up; so the indices differ.
IndexedSlices distinct(const IndexedSlices& rows) {
  const whygrad::internal::Log::Silence silence;
  return sum_duplicates(rows);
}

void check_rows(const char* name, const IndexedSlices& rows) {
  if (rows.indices().is_abstract()) return;
  const std::int64_t bad = kernels::first_outside(view_of(rows.indices()), 0, rows.rows());
  if (bad < 0) return;
  throw IndexError(name, fmt::format("slice {} of a gradient belongs to a row that is not in [0, {})", bad, rows.rows()),
                   "the indices of IndexedSlices count rows of the variable");
}

// The finding about the same break, from the optimizer's point of view.
Finding refused(Finding f) {
  f.also.insert(f.also.begin(), f.cause);
  f.cause = Cause::kOptimizerNone;
  f.evidence.emplace_back("the optimizer refused to make its step without it");
  f.remedy += "; or pass the optimizer only variables that the loss depends on";
  return f;
}

[[noreturn]] void throw_missing(std::vector<Gradient> missing) {
  std::vector<Finding> findings;
  for (const Gradient& gradient : missing) {
    const Explanation why = gradient.why();
    findings.insert(findings.end(), why.findings().begin(), why.findings().end());
  }
  for (const Finding& f : findings) Diagnosis::report(refused(f));
  std::string text = missing.size() == 1 ? "a gradient is missing" : fmt::format("{} gradients are missing", missing.size());
  text += "\n\n" + Explanation(std::move(findings)).to_string();
  throw MissingGradient("apply_gradients", text, std::move(missing));
}

// Gives `variable` a new value that starts as a copy of the current elements, in the same buffer if nobody else holds it, and returns that buffer. So
// every variable is complete even if a later one cannot be prepared.
void* open_for_writing(whygrad::internal::VariableImpl& variable, const Where& where) {
  struct Context {
    const Tensor& value;
    void* buffer;
  } context{variable.value, nullptr};
  const auto keep = [](void* c, const void* now, void* next) {
    auto& [value, buffer] = *static_cast<Context*>(c);
    if (next != now) kernels::copy(view_of(value), kernels::Layout::contiguous(view_of(value), next, value.dtype()));
    buffer = next;
  };
  update_in_place(variable, where, keep, &context);
  return context.buffer;
}

constexpr OpDef kStepEvent = define_event({
    .name = "apply_gradients",
    .doc = "An optimizer's step in a traced function.",
    .inputs = {{"gradients",
                NotDifferentiable{"an optimizer writes variables, which are state: no gradient flows through its step",
                                  "take gradients before the step, or compute the new values with ops and use these", GradientFlow::kState}}},
    .variadic = true,
});

}  // namespace

std::vector<double> gradient_norms(const Gradients& gradients) {
  std::vector<double> norms;
  norms.reserve(gradients.size());
  for (const Gradient& g : gradients) norms.push_back(g.has_value() ? norm(g) : std::numeric_limits<double>::quiet_NaN());
  return norms;
}

double global_norm(const Gradients& gradients) {
  double squares = 0;
  for (const Gradient& g : gradients) squares += g.has_value() ? std::pow(norm(g), 2) : 0;
  return std::sqrt(squares);
}

Optimizer::Optimizer(Common common) : common_(std::move(common)), slots_(std::make_unique<SlotTable>(common_.slots)) {
  if (!(common_.global_clipnorm >= 0)) {
    throw ValueError(common_.name, fmt::format("global_clipnorm is {}", common_.global_clipnorm), "give a positive norm, or 0 for no clipping");
  }
}

Optimizer::~Optimizer() { *self_ = nullptr; }

std::int64_t Optimizer::iterations() const { return iterations_; }
double Optimizer::learning_rate() const { return common_.learning_rate.at(iterations_); }
void Optimizer::set_learning_rate(LearningRate learning_rate) { common_.learning_rate = std::move(learning_rate); }

void Optimizer::apply_gradients(const Gradients& gradients, Where where) {
  std::vector<Item> items;
  items.reserve(gradients.size());
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    const Watchable& source = gradients.sources()[i];
    if (!source.is_variable()) {
      throw ValueError(common_.name, fmt::format("source {} is the tensor {}, which nobody can move", i, source.tensor().signature()),
                       "take the gradient with respect to variables");
    }
    items.push_back({source.variable(), gradients[i]});
  }
  apply(std::move(items), where);
}

void Optimizer::apply_gradients(const std::vector<std::pair<Gradient, Variable>>& pairs, Where where) {
  std::vector<Item> items;
  items.reserve(pairs.size());
  for (const auto& [gradient, variable] : pairs) items.push_back({variable, gradient});
  apply(std::move(items), where);
}

std::vector<Optimizer::Item> Optimizer::checked(std::vector<Item> items) const {
  std::set<const whygrad::internal::VariableImpl*> seen;
  std::vector<Gradient> missing;
  for (const Item& item : items) {
    const Variable& variable = item.variable;
    const Gradient& gradient = item.gradient;
    const auto message = [&](const std::string& text) {
      return fmt::format("variable `{}` {}{} {}", variable.name(), name_of(variable.dtype()), variable.shape().to_string(), text);
    };
    if (!seen.insert(&variable.impl()).second) throw ValueError(common_.name, message("comes twice"), "add its gradients up first");
    if (!variable.trainable()) throw ValueError(common_.name, message("is not trainable"), "make it with {.trainable = true}, or leave it out");
    if (variable.dtype() != float32 && variable.dtype() != float64) {
      throw DTypeError(common_.name, message("cannot be moved"), "keep variables in f32 or f64");
    }
    if (!gradient.has_value()) {
      missing.push_back(gradient);
      continue;
    }
    const TensorSpec spec = spec_of_gradient(gradient);
    if (spec.dtype != variable.dtype()) throw DTypeError(common_.name, message("has a gradient ") + signature_of(spec), "cast the gradient");
    if (spec.shape != variable.shape()) {
      throw ShapeError(common_.name, message("has a gradient ") + signature_of(spec),
                       "a gradient has its variable's shape; check the order of the pairs");
    }
  }
  if (missing.empty()) return items;
  if (!common_.on_missing) throw_missing(std::move(missing));
  for (const auto& [variable, gradient] : items) {
    if (!gradient.has_value()) common_.on_missing(variable, gradient);
  }
  std::erase_if(items, [](const Item& item) { return !item.gradient.has_value(); });
  return items;
}

void Optimizer::clip(std::vector<Item>& items, const Where& where) const {
  if (common_.global_clipnorm == 0) return;
  double squares = 0;
  for (const Item& item : items) squares += std::pow(norm(item.gradient), 2);
  const double global = std::sqrt(squares);
  if (global <= common_.global_clipnorm) return;
  if (!std::isfinite(global)) Diagnosis::report_spread(where);
  for (Item& item : items) {
    const double factor = common_.global_clipnorm / global;
    const IndexedSlices* rows = item.gradient.rows();
    item.gradient = rows != nullptr ? Gradient(IndexedSlices(multiply(rows->values(), factor), rows->indices(), rows->rows()))
                                    : Gradient(multiply(*item.gradient, factor));
  }
}

void Optimizer::apply(std::vector<Item> items, const Where& where) {
  items = checked(std::move(items));
  if (whygrad::internal::Tracer* tracer = whygrad::internal::Tracer::mine(); tracer != nullptr) return apply_later(*tracer, items, where);
  apply_now(std::move(items), where);
}

// The step is made each time the traced function runs: its number and the rate of a schedule are the host's.
void Optimizer::apply_later(whygrad::internal::Tracer& tracer, const std::vector<Item>& items, const Where& where) {
  std::vector<Tensor> gradients;
  std::vector<Variable> variables;
  std::vector<std::int64_t> rows;  // of a gradient that is slices, which are two values; else -1
  whygrad::internal::HostCall call{.op = &kStepEvent};
  for (const Item& item : items) {
    if (const IndexedSlices* slices = item.gradient.rows()) {
      gradients.push_back(slices->values());
      gradients.push_back(slices->indices());
      rows.push_back(slices->rows());
    } else {
      gradients.push_back(*item.gradient);
      rows.push_back(-1);
    }
    variables.push_back(item.variable);
    call.writes.push_back(item.variable.shared());
  }
  call.run = [self = self_, name = common_.name, variables, rows, where](const std::vector<Tensor>& values) {
    if (*self == nullptr)
      throw ValueError(name, "a traced function makes a step of it, and it is gone", "keep the optimizer as long as the function");
    std::vector<Item> step;
    step.reserve(variables.size());
    auto value = values.begin();
    for (std::size_t i = 0; i < variables.size(); ++i) {
      const Tensor& first = *value++;
      step.push_back({variables[i], rows[i] < 0 ? Gradient(first) : Gradient(IndexedSlices(first, *value++, rows[i]))});
    }
    (*self)->apply_now(std::move(step), where);
    return std::vector<Tensor>();
  };
  tracer.call_host(std::move(call), gradients, where);
}

// What is kept until the variables have moved.
struct Optimizer::Step {
  struct Rows {
    Tensor indices;  // [n, 1]
    Tensor moved;    // the rows
    whygrad::internal::VariableImpl& variable;
  };
  std::vector<Rows> rows;
  std::vector<Tensor> gradients;
};

Optimizer::Update Optimizer::update_of(Item& item, Step& step, const Where& where) {
  whygrad::internal::VariableImpl& variable = item.variable.impl();
  if (item.gradient.rows() != nullptr && common_.leaves_rest && common_.slots[0] == nullptr) {
    const IndexedSlices slices = distinct(*item.gradient.rows());
    const Tensor& gradient = step.gradients.emplace_back(packed(slices.values()));
    const device::Scope there(gradient.device());
    const Tensor moved = whygrad::internal::make_tensor(gradient.dtype(), gradient.shape(), "apply_gradients");
    open_for_writing(variable, where);
    kernels::gather(view_of(variable.value), view_of(slices.indices()), 0, 0, view_of(moved));
    const std::int64_t strides[] = {1, 1};
    step.rows.push_back({whygrad::internal::make_view(slices.indices(), {slices.indices().size(), 1}, strides, 0), moved, variable});
    return {.value = view_of(moved).data, .gradient = view_of(gradient).data, .slots = {}, .size = moved.size(), .device = moved.device()};
  }
  const Tensor& gradient = step.gradients.emplace_back(packed(*item.gradient));
  Update update{.value = nullptr, .gradient = view_of(gradient).data, .slots = {}, .size = gradient.size(), .device = gradient.device()};
  const auto& slots = slots_->of(item.variable);
  std::transform(slots.begin(), slots.end(), update.slots, [](const Tensor& slot) { return slot.defined() ? slot.impl()->data : nullptr; });
  update.value = open_for_writing(variable, where);
  return update;
}

void Optimizer::apply_now(std::vector<Item> items, const Where& where) {
  for (const Item& item : items) {
    if (item.gradient.rows() != nullptr) check_rows(common_.name, *item.gradient.rows());
  }
  clip(items, where);
  std::vector<Update> updates[2];  // f32, f64
  Step step;
  for (Item& item : items) updates[item.variable.dtype() == float64].push_back(update_of(item, step, where));
  const double rate = learning_rate();
  ++iterations_;
  if (!updates[0].empty()) move(float32, updates[0], rate, iterations_);
  if (!updates[1].empty()) move(float64, updates[1], rate, iterations_);
  for (const Step::Rows& r : step.rows) kernels::scatter_nd(kernels::Scatter::kSet, view_of(r.indices), view_of(r.moved), view_of(r.variable.value));
}

std::map<std::string, Tensor> Optimizer::state(const NamedVariables& variables, Where where) const {
  std::map<std::string, Tensor> result = slots_->save(common_.name, variables, where);
  result[kIterations] = constant(iterations_, int64, where);
  return result;
}

void Optimizer::load_state(const NamedVariables& variables, const std::map<std::string, Tensor>& state) {
  const auto iterations = state.find(kIterations);
  if (iterations == state.end()) throw ValueError(common_.name, "the state has no entry `iterations`", "give what state() returned");
  const std::int64_t count = iterations->second.item<std::int64_t>();
  std::map<std::string, Tensor> slots = state;
  slots.erase(kIterations);
  slots_->load(common_.name, variables, slots);
  iterations_ = count;
}

}  // namespace whygrad::optim
