// The CPU's kernels, by the names and types of the functions that look them up.
#pragma once

#include "kernels/cpu/facts.hpp"
#include "kernels/table.hpp"

namespace whygrad::kernels::cpu {

decltype(kernels::unary) unary;
decltype(kernels::binary) binary;
decltype(kernels::select) select;
decltype(kernels::clip) clip;
decltype(kernels::contains_zero) contains_zero;
decltype(kernels::run_fused) run_fused;
decltype(kernels::cast) cast;
decltype(kernels::copy) copy;
decltype(kernels::fill) fill;
decltype(kernels::range) range;
decltype(kernels::band_part) band_part;
decltype(kernels::reduce) reduce;
decltype(kernels::arg_reduce) arg_reduce;
decltype(kernels::cumulative) cumulative;
decltype(kernels::gather) gather;
decltype(kernels::scatter_add) scatter_add;
decltype(kernels::one_hot) one_hot;
decltype(kernels::pad) pad;
decltype(kernels::mirror_pad) mirror_pad;
decltype(kernels::reverse) reverse;
decltype(kernels::integer_range) integer_range;
decltype(kernels::first_outside) first_outside;
decltype(kernels::gather_nd) gather_nd;
decltype(kernels::scatter_nd) scatter_nd;
decltype(kernels::count_not_zero) count_not_zero;
decltype(kernels::places_not_zero) places_not_zero;
decltype(kernels::segment_fold) segment_fold;
decltype(kernels::id_sequence) id_sequence;
decltype(kernels::count_numbers) count_numbers;
decltype(kernels::partition) partition;
decltype(kernels::places_by_number) places_by_number;
decltype(kernels::softmax) softmax;
decltype(kernels::log_softmax) log_softmax;
decltype(kernels::softmax_grad) softmax_grad;
decltype(kernels::log_softmax_grad) log_softmax_grad;
decltype(kernels::sparse_softmax_cross_entropy) sparse_softmax_cross_entropy;
decltype(kernels::softmax_cross_entropy) softmax_cross_entropy;
decltype(kernels::random_uniform) random_uniform;
decltype(kernels::random_normal) random_normal;
decltype(kernels::random_truncated_normal) random_truncated_normal;
decltype(kernels::random_integers) random_integers;
decltype(kernels::random_permutation) random_permutation;
decltype(kernels::random_categorical) random_categorical;
decltype(kernels::random_poisson) random_poisson;
decltype(kernels::order) order;
decltype(kernels::number_distinct) number_distinct;
decltype(kernels::first_of_each) first_of_each;
decltype(kernels::order_rows) order_rows;
decltype(kernels::histogram) histogram;
decltype(kernels::bincount) bincount;
decltype(kernels::searchsorted) searchsorted;
decltype(kernels::in_top_k) in_top_k;
decltype(kernels::census) census;
decltype(kernels::sample_bins) sample_bins;
decltype(kernels::find_not_finite) find_not_finite;
decltype(kernels::number_at) number_at;
decltype(kernels::conv2d) conv2d;
decltype(kernels::conv2d_bias) conv2d_bias;
decltype(kernels::conv2d_backward_input) conv2d_backward_input;
decltype(kernels::conv2d_backward_filter) conv2d_backward_filter;
decltype(kernels::max_pool2d) max_pool2d;
decltype(kernels::max_pool2d_backward) max_pool2d_backward;
decltype(kernels::avg_pool2d) avg_pool2d;
decltype(kernels::avg_pool2d_backward) avg_pool2d_backward;
decltype(kernels::max_pool2d_pick) max_pool2d_pick;
decltype(kernels::matmul) matmul;
decltype(kernels::matmul_add) matmul_add;
decltype(kernels::matmul_bias) matmul_bias;
decltype(kernels::special) special;
decltype(kernels::special_of_two) special_of_two;
decltype(kernels::betainc) betainc;
decltype(kernels::fft) fft;
decltype(kernels::rfft) rfft;
decltype(kernels::irfft) irfft;
decltype(kernels::matrix_inverse) matrix_inverse;
decltype(kernels::matrix_solve) matrix_solve;
decltype(kernels::triangular_solve) triangular_solve;
decltype(kernels::determinant) determinant;
decltype(kernels::log_determinant) log_determinant;
decltype(kernels::cholesky) cholesky;
decltype(kernels::self_adjoint_eig) self_adjoint_eig;
decltype(kernels::tridiagonal_solve) tridiagonal_solve;
decltype(kernels::eig) eig;
decltype(kernels::lu_factors) lu_factors;
decltype(kernels::matrix_function) matrix_function;
decltype(kernels::svd) svd;
decltype(kernels::qr) qr;
decltype(kernels::adjust_hue) adjust_hue;
decltype(kernels::hsv_to_rgb) hsv_to_rgb;
decltype(kernels::adjust_saturation) adjust_saturation;
decltype(kernels::resample) resample;
decltype(kernels::resample_backward) resample_backward;
decltype(kernels::suppress_overlaps) suppress_overlaps;
decltype(kernels::ctc_loss) ctc_loss;
decltype(kernels::ctc_curvature) ctc_curvature;
decltype(kernels::draw_numbers) draw_numbers;
decltype(kernels::draw_gamma) draw_gamma;
decltype(kernels::gamma_slope) gamma_slope;
decltype(kernels::draw_poisson) draw_poisson;
decltype(kernels::draw_binomial) draw_binomial;
decltype(kernels::draw_classes) draw_classes;
decltype(kernels::quantize) quantize;
decltype(kernels::write_numbers) write_numbers;
decltype(kernels::read_numbers) read_numbers;

// Whether `device` is the CPU itself.
void adam(Device device, std::span<const AdamSlot<float>> slots, double lr_t, double beta1, double beta2, double epsilon);
void adam(Device device, std::span<const AdamSlot<double>> slots, double lr_t, double beta1, double beta2, double epsilon);
void sgd(Device device, std::span<const SgdSlot<float>> slots, float lr, float momentum, bool nesterov);
void sgd(Device device, std::span<const SgdSlot<double>> slots, double lr, double momentum, bool nesterov);
void rmsprop(Device device, std::span<const RmspropSlot<float>> slots, const RmspropFactors& factors);
void rmsprop(Device device, std::span<const RmspropSlot<double>> slots, const RmspropFactors& factors);

extern const KernelTable kTable;

}  // namespace whygrad::kernels::cpu
