// An op is known by its kernel: the function that runs one loop is made for that loop alone.
#include "ops/elementwise/loop_of.hpp"

#include "ops/elementwise/elementwise.hpp"

#include <algorithm>
#include <iterator>
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
  table.emplace(run_pow, ElementwiseLoop{Kind::kBinary, static_cast<std::uint8_t>(kernels::Binary::kPow)});
  table.emplace(run_bias_add, ElementwiseLoop{Kind::kBinary, static_cast<std::uint8_t>(kernels::Binary::kAdd)});
  table.emplace(run_select, ElementwiseLoop{Kind::kSelect, 0});
  return table;
}

}  // namespace

std::optional<ElementwiseLoop> loop_of(const OpDef& op, DType dtype) {
  static const Table table = all_loops();
  if (op.kernel == run_pow && is_integer(dtype)) return std::nullopt;
  const auto at = table.find(op.kernel);
  return at != table.end() ? std::optional(at->second) : std::nullopt;
}

bool is_cheap(const ElementwiseLoop& loop) {
  using enum kernels::Unary;
  using enum kernels::Binary;
  constexpr kernels::Unary kUnary[] = {kNegative, kAbs, kSquare, kRelu, kRelu6};
  constexpr kernels::Binary kBinary[] = {kAdd,  kSubtract,  kMultiply, kMaximum,     kMinimum, kSquaredDifference,
                                         kLess, kLessEqual, kGreater,  kGreaterEqual};
  const auto is = [&](auto op) { return static_cast<std::uint8_t>(op) == loop.op; };
  switch (loop.kind) {
    case Kind::kUnary: return std::any_of(std::begin(kUnary), std::end(kUnary), is);
    case Kind::kBinary: return std::any_of(std::begin(kBinary), std::end(kBinary), is);
    case Kind::kSelect: return true;
    case Kind::kFold: return false;
  }
  return false;
}

}  // namespace whygrad::internal
