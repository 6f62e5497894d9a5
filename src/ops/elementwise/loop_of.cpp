// An op is known by its kernel: the function that runs one loop is made for that loop alone.
#include "ops/elementwise/loop_of.hpp"

#include "ops/elementwise/elementwise.hpp"

#include <unordered_map>
#include <utility>

namespace whygrad::internal {
namespace {

using Kernel = void (*)(KernelContext&);
using Table = std::unordered_map<Kernel, ElementwiseLoop>;
using Kind = kernels::FusedLoop::Kind;

template <std::size_t... I>
void add_unary(Table& table, std::index_sequence<I...>) {
  (table.emplace(run_unary<static_cast<kernels::Unary>(I)>, ElementwiseLoop{Kind::kUnary, static_cast<std::uint8_t>(I)}), ...);
}
template <std::size_t... I>
void add_binary(Table& table, std::index_sequence<I...>) {
  (table.emplace(run_binary<static_cast<kernels::Binary>(I)>, ElementwiseLoop{Kind::kBinary, static_cast<std::uint8_t>(I)}), ...);
}

Table all_loops() {
  Table table;
  add_unary(table, std::make_index_sequence<static_cast<std::size_t>(kLastUnary) + 1>());
  add_binary(table, std::make_index_sequence<static_cast<std::size_t>(kLastBinary) + 1>());
  table.emplace(run_bias_add, ElementwiseLoop{Kind::kBinary, static_cast<std::uint8_t>(kernels::Binary::kAdd)});
  table.emplace(run_select, ElementwiseLoop{Kind::kSelect, 0});
  return table;
}

}  // namespace

std::optional<ElementwiseLoop> loop_of(const OpDef& op) {
  static const Table table = all_loops();
  const auto at = table.find(op.kernel);
  return at != table.end() ? std::optional(at->second) : std::nullopt;
}

}  // namespace whygrad::internal
