// The state behind a Variable handle.
#pragma once

#include "tensor/log.hpp"

#include <whygrad/autodiff/variable.hpp>
#include <whygrad/ops/op.hpp>

#include <array>
#include <atomic>
#include <memory>
#include <span>
#include <string>

namespace whygrad::internal {

struct VariableImpl {
  Tensor value;
  std::string name;
  bool named;  // by the program; if not, explanations take the name from the source code where that is clear
  bool trainable;
  Where where;
  std::uint64_t number;  // order of construction
  // The tape epoch in which the current value was last noted (ThreadTapes::epoch). Repeated reads cost one comparison.
  std::atomic<std::uint64_t> noted{0};
  // Ids of earlier values in a ring buffer, for explanations: an old result still knows its variable.
  static constexpr std::size_t kHistory = 16;
  std::array<ValueId, kHistory> history{};
  std::uint64_t assignments = 0;

  bool had(ValueId id) const;
  // What this thread reads from it now: the value, or what stands for it while a function is traced.
  static Tensor present(const std::shared_ptr<VariableImpl>& variable);
};

// A variable received its first value.
extern const OpDef kVariableEvent;
extern const OpDef kAssignEvent;
// A variable was assigned. Input: the assigned value; output: the new value. Other ways to write have ops of their own, whose first input is the
// previous value.
extern const OpDef kAssignEvent;
// Attributes of all records that give a variable a value. They contain the name, because an explanation may outlive the variable.
struct VariableAttrs {
  std::uint64_t number;
  Where where;  // where the variable was created, not where it was written
  bool named;
  std::array<char, 47> name;  // the end of a longer name, which distinguishes the variables of a model
};

inline constexpr ShortList<AttrDef, 8> kVariableAttrs = {
    attr<&VariableAttrs::number>("number", "in the order of construction"), attr<&VariableAttrs::where>("where", "the variable was made"),
    attr<&VariableAttrs::named>("named", "whether by the program"), attr<&VariableAttrs::name>("name", "of the variable, the end of a long one")};

// The record of a call that writes a part of the value, or something that depends on it. `remedy` says how to keep the gradient.
consteval OpDef write_event(const char* name, const char* type, const char* doc, const char* remedy, ShortList<InputDef, 8> places = {}) {
  constexpr const char* kState = "a variable is state: reading it gives its present value, and no gradient flows to what was written";
  OpDef op{.name = name, .doc = doc, .type = type, .attrs = kVariableAttrs, .kind = OpKind::kAssign};
  const auto add = [&op](const InputDef& in) { op.inputs.items[static_cast<std::size_t>(op.inputs.count++)] = in; };
  add({"variable", NotDifferentiable{kState, remedy, GradientFlow::kState}});
  for (const InputDef& in : places) add(in);
  add({"value", NotDifferentiable{kState, remedy, GradientFlow::kState}});
  return define_event(op);
}

// What the record of a write keeps while a function is traced: which variable gets what.
struct TracedWrite final : SavedObject {
  std::shared_ptr<VariableImpl> variable;
  Tensor value;
};

// Gives the variable the value `next`, a new tensor of its shape and dtype. The log records `event` with `inputs`.
void write(const std::shared_ptr<VariableImpl>& variable, const OpDef& event, std::span<const Tensor* const> inputs, Tensor next, const Where& where);

// Gives the variable the elements of `value` by `event`; what the value was made of is not said. For functions that run without a log.
void write_value(const std::shared_ptr<VariableImpl>& variable, const OpDef& event, const Tensor& value, const Where& where);

// Lets `update` overwrite the current value, for optimizers. The buffer is reused if nobody else holds it, otherwise it is new: update(const void*
// now, void* next) may be called with now == next. The log records `assign`.
void update_in_place(VariableImpl& variable, const Where& where, void (*update)(void* context, const void* now, void* next), void* context);

}  // namespace whygrad::internal
