// What a Variable handle points at.
#pragma once

#include <whygrad/autodiff/variable.hpp>
#include <whygrad/ops/op.hpp>

#include <array>
#include <atomic>
#include <string>

namespace whygrad::internal {

struct VariableImpl {
  Tensor value;
  std::string name;
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
// A variable was assigned. Input: what was assigned; output: the new value.
extern const OpDef kAssignEvent;
// Attributes of both. The name stands in the log so that an explanation can still say which variable it was when the variable is gone.
struct VariableAttrs {
  std::uint64_t number;
  char name[48];  // the end of a longer one, which tells variables of one model apart
};

// Lets `update` write a new value over the present one, for optimisers. The buffer is the variable's own if nobody else sees it, else a new one:
// update(const void* now, void* next) may be called with now == next. The op named in the log is `assign`.
void update_in_place(VariableImpl& variable, const Where& where, void (*update)(void* context, const void* now, void* next), void* context);

}  // namespace whygrad::internal
