// The slots of an optimizer: tensors for each variable.
#include "optim/slot_table.hpp"

#include "device/memory.hpp"
#include "kernels/movement.hpp"
#include "ops/core/context.hpp"

#include "tensor/build.hpp"
#include "tensor/log.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <set>
#include <string_view>

namespace whygrad::optim {
namespace {

// On the device of `t`.
Tensor zeros_for(const Tensor& t) {
  const device::Scope there(t.device());
  Tensor result = whygrad::internal::make_tensor(t.dtype(), t.shape(), "apply_gradients");
  constexpr std::byte kZero[16] = {};
  kernels::fill(view_of(result), kZero);
  return result;
}

// A copy of the elements.
Tensor copy_of(const Tensor& t) {
  const device::Scope there(t.device());
  Tensor result = whygrad::internal::make_tensor(t.dtype(), t.shape(), "state");
  kernels::copy(view_of(t), view_of(result));
  return result;
}

void check_names(const char* op, const NamedVariables& variables) {
  std::set<std::string_view> names;
  for (const auto& [name, variable] : variables) {
    if (!names.insert(name).second) throw ValueError(op, fmt::format("two variables are called `{}`", name), "give each variable a name of its own");
  }
}

}  // namespace

std::array<Tensor, Optimizer::kMaxSlots>& Optimizer::SlotTable::of(const Variable& variable) {
  if (const auto found = table_.find(&variable.impl()); found != table_.end()) return found->second.slots;
  // Creates all slots before it adds the entry, so that an entry never has only some of them.
  Entry entry{.variable = variable, .slots = {}};
  for (std::size_t i = 0; i < kMaxSlots && names_[i] != nullptr; ++i) {
    entry.slots[i] = zeros_for(variable.value());
  }
  return table_.emplace(&variable.impl(), std::move(entry)).first->second.slots;
}

std::map<std::string, Tensor> Optimizer::SlotTable::save(const char* op, const NamedVariables& variables, const Where& where) const {
  check_names(op, variables);
  std::map<std::string, Tensor> result;
  std::size_t found = 0;
  for (const auto& [name, variable] : variables) {
    const auto at = table_.find(&variable.impl());
    if (at == table_.end()) continue;
    ++found;
    for (int i = 0; i < kMaxSlots && names_[i] != nullptr; ++i) {
      Tensor slot = copy_of(at->second.slots[i]);
      whygrad::internal::log_constant(slot, {}, where);
      result.emplace(full_name(name, i), std::move(slot));
    }
  }
  if (found != table_.size()) {
    throw ValueError(
        op, fmt::format("{} of the {} variables that were moved are not among the {} given", table_.size() - found, table_.size(), variables.size()),
        "give all variables that this optimizer trains, each once");
  }
  return result;
}

void Optimizer::SlotTable::load(const char* op, const NamedVariables& variables, const std::map<std::string, Tensor>& state) {
  check_names(op, variables);
  Table table;
  std::size_t used = 0;
  for (const auto& [name, variable] : variables) {
    Entry entry{.variable = variable, .slots = {}};
    int present = 0, expected = 0;
    for (; expected < kMaxSlots && names_[expected] != nullptr; ++expected) {
      const std::string slot = full_name(name, expected);
      const auto at = state.find(slot);
      if (at == state.end()) continue;
      ++present;
      if (at->second.dtype() != variable.dtype()) {
        throw DTypeError(op, fmt::format("`{}` is {}, its variable {}", slot, at->second.signature(), name_of(variable.dtype())),
                         "load the state of this model");
      }
      if (at->second.shape() != variable.shape()) {
        throw ShapeError(op, fmt::format("`{}` is {}, its variable {}", slot, at->second.signature(), variable.shape().to_string()),
                         "load the state of this model");
      }
      entry.slots[expected] = copy_of(at->second);
    }
    used += present;
    if (present == 0) continue;  // never updated
    if (present != expected)
      throw ValueError(op, fmt::format("the state has only {} of the {} slots of `{}`", present, expected, name), "the state is incomplete");
    table.emplace(&variable.impl(), std::move(entry));
  }
  if (used != state.size()) {
    throw ValueError(op, fmt::format("{} of the {} entries of the state belong to none of the variables given", state.size() - used, state.size()),
                     "load the state of this model and this kind of optimizer");
  }
  table_ = std::move(table);
}

}  // namespace whygrad::optim
