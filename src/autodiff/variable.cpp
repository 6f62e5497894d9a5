#include "autodiff/tape_state.hpp"
#include "autodiff/variable_impl.hpp"
#include "ops/core/context.hpp"

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
                                             "take the gradient with respect to the variable", Break::kState}}},
});

constexpr OpDef kAssignEvent = define_event({
    .name = "assign",
    .doc = "A variable was given a new value.",
    .type = "AssignVariableOp",
    .inputs = {{"value",
                NotDifferentiable{"a variable is state: reading it gives its present value, and no gradient flows to what was assigned",
                                  "use the tensor itself where its gradient is wanted, and assign it as well if it must be kept", Break::kState}}},
});

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
  const std::size_t kept = std::min(v.name.size(), sizeof(attrs.name) - 1);
  std::copy_n(v.name.end() - static_cast<std::ptrdiff_t>(kept), kept, attrs.name);
  return attrs;
}

// The same elements as a value of its own, with the event that made it.
Tensor rename(const Tensor& from, const OpDef& event, const VariableImpl& variable, const Where& where) {
  Tensor t = make_view(from, from.shape(), from.impl()->strides, 0);
  const Tensor* inputs[] = {&from};
  const VariableAttrs attrs = attrs_of(variable);
  Log::mine().append({.op = &event,
                      .where = &where,
                      .inputs = inputs,
                      .input_count = 1,
                      .outputs = &t,
                      .output_count = 1,
                      .attrs = &attrs,
                      .attrs_bytes = sizeof(attrs)});
  return t;
}

std::uint64_t next_number() {
  static std::atomic<std::uint64_t> number{1};
  return number.fetch_add(1, std::memory_order_relaxed);
}

void remember(VariableImpl& v) {
  v.history[v.assignments++ % VariableImpl::kHistory] = v.value.id();
  v.noted.store(0, std::memory_order_relaxed);
}

}  // namespace

void update_in_place(VariableImpl& v, const Where& where, void (*update)(void*, const void*, void*), void* context) {
  const bool own = sole_owner(v.value) && v.value.is_contiguous();
  Tensor next = own ? v.value : make_tensor(v.value.dtype(), v.value.shape());
  update(context, v.value.impl()->data, next.impl()->data);
  remember(v);
  const VariableAttrs attrs = attrs_of(v);
  const Tensor before = own ? Tensor() : v.value;
  Log::mine().append({.op = &kAssignEvent, .where = &where, .outputs = &next, .output_count = 1, .attrs = &attrs, .attrs_bytes = sizeof(attrs)});
  v.value = std::move(next);
}

}  // namespace internal

Variable::Variable(const Tensor& initial, std::string name, VariableOptions options, Where where) {
  if (!initial.defined()) throw ValueError("Variable", "its first value is an empty tensor handle", "give it a value, such as zeros({3})");
  impl_ = std::make_shared<internal::VariableImpl>();
  impl_->name = name.empty() ? "variable" : std::move(name);
  if (const std::string scope = current_name_scope(); !scope.empty()) impl_->name.insert(0, scope + "/");
  impl_->trainable = options.trainable;
  impl_->where = where;
  impl_->number = internal::next_number();
  impl_->value = internal::rename(initial, internal::kVariableEvent, *impl_, where);
}

internal::VariableImpl& Variable::impl() const {
  if (impl_ == nullptr)
    throw ValueError("Variable", "this handle refers to no variable", "a default-made Variable must be assigned from one that was made with a value");
  return *impl_;
}

Tensor Variable::value() const {
  internal::VariableImpl& v = impl();
  if (internal::reads_are_observed()) internal::note_access(impl_);
  return v.value;
}

const std::string& Variable::name() const { return impl().name; }
const Shape& Variable::shape() const { return impl().value.shape(); }
DType Variable::dtype() const { return impl().value.dtype(); }
bool Variable::trainable() const { return impl().trainable; }
Where Variable::where() const { return impl().where; }

void Variable::assign(const Tensor& value, Where where) const {
  internal::VariableImpl& v = impl();
  if (!value.defined()) throw ValueError("assign", "the value for `" + v.name + "` is an empty handle", "assign a tensor that holds a value");
  if (value.dtype() != v.value.dtype()) {
    throw DTypeError("assign", fmt::format("variable `{}` is {} and the value {}", v.name, v.value.signature(), value.signature()),
                     fmt::format("cast the value to {}", name_of(v.value.dtype())));
  }
  if (value.shape() != v.value.shape()) {
    throw ShapeError("assign", fmt::format("variable `{}` is {} and the value {}", v.name, v.value.signature(), value.signature()),
                     "a variable keeps its shape; reshape the value or make another variable");
  }
  Tensor next = internal::rename(value, internal::kAssignEvent, v, where);
  internal::remember(v);
  v.value = std::move(next);
  if (internal::reads_are_observed()) internal::note_access(impl_);
}

void Variable::assign_add(const Tensor& delta, Where where) const { assign(add(value(), delta, where), where); }
void Variable::assign_sub(const Tensor& delta, Where where) const { assign(subtract(value(), delta, where), where); }

}  // namespace whygrad
