// What a tape keeps in memory for the gradient.
#include <whygrad/autodiff/tape_memory.hpp>

#include "autodiff/tape_state.hpp"
#include "tensor/tracer.hpp"

#include <whygrad/tensor/name_scope.hpp>

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_set>
#include <utility>

namespace whygrad {

std::vector<KeptValues> kept_values(const GradientTape& tape) {
  const internal::TapeState& state = *tape.state();
  std::unordered_set<const internal::Storage*> counted;
  for (const Variable& variable : state.watched_variables()) counted.insert(variable.value().impl()->storage);
  const internal::LogSlice slice = state.slice();
  std::map<std::tuple<std::string, std::string, std::string>, KeptValues> rows;
  for (const internal::Window& window : state.windows()) {
    for (ValueId id = window.begin; id < (window.end != 0 ? window.end : internal::Log::mine().next_id()); ++id) {
      const internal::Record* const record = slice.find(id);
      if (record == nullptr || record->first != id) continue;
      for (int i = 0; i < record->saved_count; ++i) {
        const internal::TensorImpl* const saved = record->saved()[i];
        if (saved == nullptr || saved->storage == nullptr || !counted.insert(saved->storage).second) continue;
        KeptValues made{record->op->name, internal::scope_path(record->scope), internal::line_of(record->where)};
        KeptValues& row = rows.try_emplace({made.op, made.scope, made.place}, made).first->second;
        ++row.values;
        row.bytes += saved->storage->bytes;
      }
    }
  }
  std::vector<KeptValues> sorted;
  sorted.reserve(rows.size());
  for (auto& [key, row] : rows) sorted.push_back(std::move(row));
  std::stable_sort(sorted.begin(), sorted.end(), [](const KeptValues& a, const KeptValues& b) { return a.bytes > b.bytes; });
  return sorted;
}

}  // namespace whygrad
