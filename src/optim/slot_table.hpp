// The state of an optimizer: one buffer for each slot of each variable, written in place.
#pragma once

#include <whygrad/optim/optimizer.hpp>

#include <unordered_map>

namespace whygrad::optim {

class Optimizer::SlotTable {
 public:
  explicit SlotTable(const SlotNames& names) : names_(names) {}

  // The variable's slots, which start as zeros.
  std::array<Tensor, kMaxSlots>& of(const Variable& variable);

  // "<name>/<slot>" -> a copy. `op` names the optimizer in messages.
  std::map<std::string, Tensor> save(const char* op, const NamedVariables& variables, const Where& where) const;
  // Replaces everything by the contents of `state`, or throws and changes nothing.
  void load(const char* op, const NamedVariables& variables, const std::map<std::string, Tensor>& state);

 private:
  struct Entry {
    Variable variable;  // keeps the address that is the key from being reused
    std::array<Tensor, kMaxSlots> slots;
  };
  using Table = std::unordered_map<const whygrad::internal::VariableImpl*, Entry>;

  std::string full_name(const std::string& name, int slot) const { return name + "/" + names_[static_cast<std::size_t>(slot)]; }

  SlotNames names_;
  Table table_;
};

}  // namespace whygrad::optim
