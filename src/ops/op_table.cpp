// The table of all ops.
#include "ops/families.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace whygrad {
namespace {

// One line for each source with records.
constexpr internal::OpFamily (*kFamilies[])() = {
    internal::activation_ops,
    internal::along_axis_ops,
    internal::arithmetic_ops,
    internal::bessel_ops,
    internal::bitwise_ops,
    internal::box_ops,
    internal::categorical_ops,
    internal::comparison_ops,
    internal::complex_ops,
    internal::composite_reduce_ops,
    internal::conv_ops,
    internal::counting_ops,
    internal::creation_ops,
    internal::ctc_ops,
    internal::decompose_ops,
    internal::dense_ops,
    internal::diagonal_ops,
    internal::exponential_ops,
    internal::factor_ops,
    internal::fft_ops,
    internal::gamma_ops,
    internal::gather_nd_ops,
    internal::gather_ops,
    internal::gradient_ops,
    internal::image_ops,
    internal::join_ops,
    internal::layout_ops,
    internal::loss_ops,
    internal::matmul_ops,
    internal::matrix_function_ops,
    internal::pad_ops,
    internal::partition_ops,
    internal::poisson_ops,
    internal::pool_ops,
    internal::power_ops,
    internal::quantization_ops,
    internal::random_gamma_ops,
    internal::random_ops,
    internal::reduce_ops,
    internal::reshape_ops,
    internal::resize_ops,
    internal::roll_ops,
    internal::segment_extreme_ops,
    internal::segment_ops,
    internal::selection_ops,
    internal::shape_fact_ops,
    internal::softmax_ops,
    internal::solve_ops,
    internal::sorting_ops,
    internal::sparse_ops,
    internal::special_integral_ops,
    internal::stateless_ops,
    internal::string_ops,
    internal::trigonometric_ops,
};

std::vector<const OpDef*> join_families() {
  std::vector<const OpDef*> table;
  for (const auto& family : kFamilies) {
    const internal::OpFamily ops = family();
    table.insert(table.end(), ops.begin(), ops.end());
  }
  std::sort(table.begin(), table.end(), [](const OpDef* a, const OpDef* b) { return std::strcmp(a->name, b->name) < 0; });
  return table;
}

}  // namespace

std::span<const OpDef* const> op_table() {
  static const std::vector<const OpDef*> table = join_families();
  return table;
}

const OpDef* find_op(std::string_view name) {
  const auto table = op_table();
  const auto at = std::lower_bound(table.begin(), table.end(), name, [](const OpDef* op, std::string_view n) { return op->name < n; });
  return at != table.end() && (*at)->name == name ? *at : nullptr;
}

std::string type_of(const OpDef& op) {
  if (op.type != nullptr) return op.type;
  std::string type;
  bool capital = true;
  for (const char* c = op.name; *c != '\0'; ++c) {
    if (*c != '_') type += capital && *c >= 'a' && *c <= 'z' ? static_cast<char>(*c - 'a' + 'A') : *c;
    capital = *c == '_';
  }
  return type;
}

}  // namespace whygrad
