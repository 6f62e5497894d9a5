// The op records by source file. Each file lists its records in one array at its end, and op_table.cpp joins the arrays. Static registrars are not
// used, because a linker may drop them.
#pragma once

#include <whygrad/ops/op.hpp>

namespace whygrad::internal {

using OpFamily = std::span<const OpDef* const>;

OpFamily activation_ops();
OpFamily along_axis_ops();
OpFamily arithmetic_ops();
OpFamily bessel_ops();
OpFamily bitwise_ops();
OpFamily box_ops();
OpFamily categorical_ops();
OpFamily comparison_ops();
OpFamily complex_ops();
OpFamily composite_reduce_ops();
OpFamily conv_ops();
OpFamily counting_ops();
OpFamily creation_ops();
OpFamily ctc_ops();
OpFamily decompose_ops();
OpFamily dense_ops();
OpFamily diagonal_ops();
OpFamily exponential_ops();
OpFamily factor_ops();
OpFamily fft_ops();
OpFamily gamma_ops();
OpFamily gather_nd_ops();
OpFamily gather_ops();
OpFamily gradient_ops();
OpFamily image_ops();
OpFamily join_ops();
OpFamily layout_ops();
OpFamily loss_ops();
OpFamily matmul_ops();
OpFamily matrix_function_ops();
OpFamily pad_ops();
OpFamily partition_ops();
OpFamily poisson_ops();
OpFamily pool_ops();
OpFamily power_ops();
OpFamily quantization_ops();
OpFamily random_gamma_ops();
OpFamily random_ops();
OpFamily reduce_ops();
OpFamily reshape_ops();
OpFamily resize_ops();
OpFamily roll_ops();
OpFamily segment_extreme_ops();
OpFamily segment_ops();
OpFamily selection_ops();
OpFamily shape_fact_ops();
OpFamily softmax_ops();
OpFamily solve_ops();
OpFamily sorting_ops();
OpFamily sparse_ops();
OpFamily special_integral_ops();
OpFamily stateless_ops();
OpFamily string_ops();
OpFamily trigonometric_ops();

}  // namespace whygrad::internal
