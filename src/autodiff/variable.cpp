// Variables: values over time, assignment, and the records of both.
#include "autodiff/tape_state.hpp"
#include "autodiff/variable_impl.hpp"
#include "device/memory.hpp"
#include "ops/core/context.hpp"
#include "tensor/tracer.hpp"

#include <whygrad/ops/elementwise.hpp>
#include <whygrad/tensor/name_scope.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad {
namespace internal {

constexpr OpDef kVariableEvent = define_event({
    .name = "variable",
    .doc = "A variable got its first value.",
    .type = "VarHandleOp",
    .inputs = {{"initial", NotDifferentiable{"a variable starts as a copy of its first value and is not connected to it",
                                             "take the gradient with respect to the variable", GradientFlow::kCopy}}},
    .attrs = kVariableAttrs,
    .kind = OpKind::kVariable,
});

constexpr OpDef kAssignEvent = define_event({
    .name = "assign",
    .doc = "A variable was given a new value.",
    .type = "AssignVariableOp",
    .inputs = {{"value", NotDifferentiable{"a variable is state: reading it gives its present value, and no gradient flows to what was assigned",
                                           "use the tensor itself where its gradient is wanted, and assign it as well if it must be kept",
                                           GradientFlow::kState}}},
    .attrs = kVariableAttrs,
    .kind = OpKind::kAssign,
});

constexpr OpDef kAssignAddEvent = write_event("assign_add", "AssignAddVariableOp", "A variable was increased.",
                                              "add to the variable's value without assigning, as in y = x + delta, and use y");
constexpr OpDef kAssignSubEvent = write_event("assign_sub", "AssignSubVariableOp", "A variable was decreased.",
                                              "subtract from the variable's value without assigning, as in y = x - delta, and use y");

Tensor VariableImpl::present(const std::shared_ptr<VariableImpl>& variable) {
  Tracer* const tracer = Tracer::mine();
  return tracer == nullptr ? variable->value : tracer->read(variable);
}

bool VariableImpl::had(ValueId id) const {
  if (value.id() == id) return true;
  for (const ValueId old : history) {
    if (old == id) return id != 0;
  }
  return false;
}

namespace {

VariableAttrs attrs_of(const VariableImpl& v) {
  VariableAttrs attrs{};
  attrs.number = v.number;
  attrs.named = v.named;
  attrs.where = v.where;
  const std::size_t kept = std::min(v.name.size(), attrs.name.size() - 1);
  std::copy_n(v.name.end() - static_cast<std::ptrdiff_t>(kept), kept, attrs.name.begin());
  return attrs;
}

// The same elements as a new value.
Tensor copy_of(const Tensor& from) { return make_view(from, from.shape(), from.impl()->strides, 0); }

std::uint64_t next_number() {
  static std::atomic<std::uint64_t> number{1};
  return number.fetch_add(1, std::memory_order_relaxed);
}

// Notes that the value of this id is no longer the variable's.
void remember(VariableImpl& v, ValueId id) {
  v.history[v.assignments++ % VariableImpl::kHistory] = id;
  v.noted.store(0, std::memory_order_relaxed);
}

}  // namespace

namespace {

// The write of a function that is traced: it is done each time the function runs.
void write_traced(Tracer& tracer, const std::shared_ptr<VariableImpl>& variable, const OpDef& event, std::span<const Tensor* const> inputs,
                  const Tensor& next, const Where& where) {
  auto saved = std::make_unique<TracedWrite>();
  saved->variable = variable;
  saved->value = tracer.inside(next.id() != 0 ? next : *inputs.back());
  std::vector<Tensor> here;
  here.reserve(inputs.size());
  for (const Tensor* input : inputs) {
    here.push_back(tracer.inside(*input));
    if (!here.back().is_abstract()) tracer.use(here.back());
  }
  const std::vector<const Tensor*> pointers = pointers_to(here);
  if (!saved->value.is_abstract()) tracer.use(saved->value);
  Tensor now = make_abstract_like(saved->value);
  const VariableAttrs attrs = attrs_of(*variable);
  Log::mine().append({.op = &event,
                      .where = &where,
                      .inputs = pointers.data(),
                      .input_count = static_cast<int>(pointers.size()),
                      .outputs = &now,
                      .output_count = 1,
                      .attrs = &attrs,
                      .attrs_bytes = sizeof(attrs),
                      .saved_object = saved.release()});
  tracer.written(variable, now);
  variable->noted.store(0, std::memory_order_relaxed);
  if (reads_are_observed()) note_access(variable);
}

}  // namespace

void write(const std::shared_ptr<VariableImpl>& variable, const OpDef& event, std::span<const Tensor* const> inputs, Tensor next,
           const Where& where) {
  if (Tracer* tracer = Tracer::mine(); tracer != nullptr) return write_traced(*tracer, variable, event, inputs, next, where);
  if (next.is_abstract()) refuse_abstract(next);
  VariableImpl& v = *variable;
  const VariableAttrs attrs = attrs_of(v);
  Log::mine().append({.op = &event,
                      .where = &where,
                      .inputs = inputs.data(),
                      .input_count = static_cast<int>(inputs.size()),
                      .outputs = &next,
                      .output_count = 1,
                      .attrs = &attrs,
                      .attrs_bytes = sizeof(attrs)});
  remember(v, v.value.id());
  v.value = std::move(next);
  if (reads_are_observed()) note_access(variable);
}

void write_value(const std::shared_ptr<VariableImpl>& variable, const OpDef& event, const Tensor& value, const Where& where) {
  write(variable, event, {}, copy_of(value), where);
}

void update_in_place(VariableImpl& v, const Where& where, void (*update)(void*, const void*, void*), void* context) {
  const device::Scope there(v.value.device());
  const bool own = sole_owner(v.value) && v.value.is_contiguous();
  Tensor next = own ? v.value : make_tensor(v.value.dtype(), v.value.shape(), "assign");
  const ValueId old = v.value.id();
  update(context, v.value.impl()->data, next.impl()->data);
  const VariableAttrs attrs = attrs_of(v);
  const Tensor before = own ? Tensor() : v.value;
  Log::mine().append({.op = &kAssignEvent, .where = &where, .outputs = &next, .output_count = 1, .attrs = &attrs, .attrs_bytes = sizeof(attrs)});
  remember(v, old);
  v.value = std::move(next);
}

}  // namespace internal

Variable::Variable(const Tensor& initial, std::string name, VariableOptions options, Where where) {
  if (!initial.defined()) throw ValueError("Variable", "its first value is an empty tensor handle", "give it a value, such as zeros({3})");
  impl_ = std::make_shared<internal::VariableImpl>();
  impl_->named = !name.empty();
  impl_->name = name.empty() ? "variable" : std::move(name);
  if (const std::string scope = current_name_scope(); !scope.empty()) impl_->name.insert(0, scope + "/");
  impl_->trainable = options.trainable;
  impl_->where = where;
  impl_->number = internal::next_number();
  internal::Tracer* const tracer = internal::Tracer::mine();
  const Tensor first = tracer != nullptr ? tracer->evaluate(initial, where) : initial;
  if (first.is_abstract()) internal::refuse_abstract(first);
  impl_->value = internal::copy_of(first);
  const Tensor* inputs[] = {&first};
  const internal::VariableAttrs attrs = internal::attrs_of(*impl_);
  internal::Log::mine().append({.op = &internal::kVariableEvent,
                                .where = &where,
                                .inputs = inputs,
                                .input_count = 1,
                                .outputs = &impl_->value,
                                .output_count = 1,
                                .attrs = &attrs,
                                .attrs_bytes = sizeof(attrs)});
}

internal::VariableImpl& Variable::impl() const {
  if (impl_ == nullptr)
    throw ValueError("Variable", "this handle refers to no variable", "a default-made Variable must be assigned from one that was made with a value");
  return *impl_;
}

Tensor Variable::value() const {
  impl();
  if (internal::reads_are_observed()) internal::note_access(impl_);
  return internal::VariableImpl::present(impl_);
}

const std::string& Variable::name() const { return impl().name; }
const Shape& Variable::shape() const { return impl().value.shape(); }
DType Variable::dtype() const { return impl().value.dtype(); }
bool Variable::trainable() const { return impl().trainable; }
Where Variable::where() const { return impl().where; }

namespace {

void check_fits(const char* op, const internal::VariableImpl& v, const Tensor& value) {
  if (value.dtype() != v.value.dtype()) {
    throw DTypeError(op, fmt::format("variable `{}` is {} and the value {}", v.name, v.value.signature(), value.signature()),
                     fmt::format("cast the value to {}", name_of(v.value.dtype())));
  }
  if (value.shape() != v.value.shape()) {
    throw ShapeError(op, fmt::format("variable `{}` is {} and the value {}", v.name, v.value.signature(), value.signature()),
                     "a variable keeps its shape; reshape the value or make another variable");
  }
}

void check_given(const char* op, const internal::VariableImpl& v, const Tensor& value) {
  if (!value.defined()) throw ValueError(op, "the value for `" + v.name + "` is an empty handle", "assign a tensor that holds a value");
}

// One record, named after the call: the sum itself is no tensor of the user's.
void change(const std::shared_ptr<internal::VariableImpl>& variable, const OpDef& event, const Tensor& delta,
            Tensor (*change)(const Tensor&, const Tensor&, Where), const Where& where) {
  check_given(event.name, *variable, delta);
  const Tensor before = internal::VariableImpl::present(variable);
  Tensor next;
  {
    const internal::Log::Silence silence;
    next = change(before, delta, where);
  }
  check_fits(event.name, *variable, next);
  const Tensor* inputs[] = {&before, &delta};
  internal::write(variable, event, inputs, std::move(next), where);
}

Tensor sum(const Tensor& a, const Tensor& b, Where where) { return add(a, b, where); }
Tensor difference(const Tensor& a, const Tensor& b, Where where) { return subtract(a, b, where); }

}  // namespace

void Variable::assign(const Tensor& value, Where where) const {
  internal::VariableImpl& v = impl();
  check_given("assign", v, value);
  check_fits("assign", v, value);
  const Tensor* inputs[] = {&value};
  internal::write(impl_, internal::kAssignEvent, inputs, internal::copy_of(value), where);
}

void Variable::assign_add(const Tensor& delta, Where where) const {
  impl();
  change(impl_, internal::kAssignAddEvent, delta, sum, where);
}
void Variable::assign_sub(const Tensor& delta, Where where) const {
  impl();
  change(impl_, internal::kAssignSubEvent, delta, difference, where);
}

}  // namespace whygrad
