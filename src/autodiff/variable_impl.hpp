// What a Variable handle points at.
#pragma once

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
  bool named;  // by the program; if not, explanations take a name from the source where it says one plainly
  bool trainable;
  Where where;
  std::uint64_t number;  // order of construction
  // The tape epoch in which the present value was last noted (ThreadTapes::epoch), so that repeated reads cost one comparison.
  std::atomic<std::uint64_t> noted{0};
  // Ids of earlier values, newest last in ring order, for explanations: an old result still knows which variable it came from.
  static constexpr std::size_t kHistory = 16;
  std::array<ValueId, kHistory> history{};
  std::uint64_t assignments = 0;

  bool had(ValueId id) const;
};

// A variable got its first value.
extern const OpDef kVariableEvent;
extern const OpDef kAssignEvent;
// A variable was assigned. Input: what was assigned; output: the new value. The others that write have an event each, with the value before as their
// first input.
extern const OpDef kAssignEvent;
// Attributes of all that give a variable a value. The name stands in the log so that an explanation can still say which variable it was when the
// variable is gone.
struct VariableAttrs {
  std::uint64_t number;
  Where where;  // of the variable, not of what gave it a value
  bool named;
  std::array<char, 47> name;  // the end of a longer one, which tells variables of one model apart
};

inline constexpr ShortList<AttrDef, 8> kVariableAttrs = {
    attr<&VariableAttrs::number>("number", "in the order of construction"), attr<&VariableAttrs::where>("where", "the variable was made"),
    attr<&VariableAttrs::named>("named", "whether by the program"), attr<&VariableAttrs::name>("name", "of the variable, the end of a long one")};

// The record of a call that writes into a variable a part of its value or something that depends on it. `remedy` says how to keep the gradient.
consteval OpDef write_event(const char* name, const char* type, const char* doc, const char* remedy, ShortList<InputDef, 8> places = {}) {
  constexpr const char* kState = "a variable is state: reading it gives its present value, and no gradient flows to what was written";
  OpDef op{.name = name, .doc = doc, .type = type, .attrs = kVariableAttrs, .kind = OpKind::kAssign};
  const auto add = [&op](const InputDef& in) { op.inputs.items[static_cast<std::size_t>(op.inputs.count++)] = in; };
  add({"variable", NotDifferentiable{kState, remedy, GradientFlow::kState}});
  for (const InputDef& in : places) add(in);
  add({"value", NotDifferentiable{kState, remedy, GradientFlow::kState}});
  return define_event(op);
}

// Gives the variable the value `next`, a tensor of its own, of its shape and dtype, by `event`, which was called with `inputs`.
void write(const std::shared_ptr<VariableImpl>& variable, const OpDef& event, std::span<const Tensor* const> inputs, Tensor next, const Where& where);

// Lets `update` write a new value over the present one, for optimisers. The buffer is the variable's own if nobody else sees it, else a new one:
// update(const void* now, void* next) may be called with now == next. The op named in the log is `assign`.
void update_in_place(VariableImpl& variable, const Where& where, void (*update)(void* context, const void* now, void* next), void* context);

}  // namespace whygrad::internal
