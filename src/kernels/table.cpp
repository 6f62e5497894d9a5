// The functions of the headers, which call the kernels of the device of their result.
#include "kernels/table.hpp"

#include "kernels/cpu/table.hpp"

#include <whygrad/base/error.hpp>

#include <array>
#include <atomic>
#include <cstddef>

namespace whygrad::kernels {

namespace {

constexpr std::size_t kMostKinds = 8;
std::array<std::atomic<const KernelTable*>, kMostKinds> tables{};  // of all kinds of devices except the CPU

[[gnu::noinline]] const KernelTable& other_table(Device device) {
  const auto kind = static_cast<std::size_t>(device.kind);
  const KernelTable* table = kind < kMostKinds ? tables[kind].load(std::memory_order_acquire) : nullptr;
  if (table == nullptr) throw InternalError("Device", "a tensor is on a device that has no kernels");
  return *table;
}

}  // namespace

const KernelTable& table_of(Device device) {
  if (device.kind != DeviceKind::kCpu) [[unlikely]]
    return other_table(device);
  return cpu::kTable;
}

void set_table(DeviceKind kind, const KernelTable& table) { tables.at(static_cast<std::size_t>(kind)).store(&table); }

void unary(Unary op, const View& x, const View& out) { return table_of(out.device).unary(op, x, out); }
void binary(Binary op, const View& a, const View& b, const View& out) { return table_of(out.device).binary(op, a, b, out); }
void select(const View& cond, const View& a, const View& b, const View& out) { return table_of(out.device).select(cond, a, b, out); }
void clip(const View& x, const View& lo, const View& hi, const View& out) { return table_of(out.device).clip(x, lo, hi, out); }
bool contains_zero(const View& x) { return table_of(x.device).contains_zero(x); }
void run_fused(const FusedLoop& loop, std::span<const View> inputs, std::span<const View> outputs) {
  return table_of(outputs[0].device).run_fused(loop, inputs, outputs);
}
void cast(const View& x, const View& out) { return table_of(out.device).cast(x, out); }
void copy(const View& x, const View& out) { return table_of(out.device).copy(x, out); }
void fill(const View& out, const void* element) { return table_of(out.device).fill(out, element); }
void range(const View& out, const void* start, const void* step) { return table_of(out.device).range(out, start, step); }
void band_part(const View& x, std::int64_t lower, std::int64_t upper, const View& out) {
  return table_of(out.device).band_part(x, lower, upper, out);
}
void reduce(Reduce op, const View& x, std::uint32_t axes_mask, const View& out) { return table_of(out.device).reduce(op, x, axes_mask, out); }
void arg_reduce(bool largest, const View& x, int axis, const View& out) { return table_of(out.device).arg_reduce(largest, x, axis, out); }
void cumulative(Cumulative op, const View& x, int axis, bool exclusive, bool reverse, const View& out) {
  return table_of(out.device).cumulative(op, x, axis, exclusive, reverse, out);
}
std::int64_t gather(const View& params, const View& indices, int axis, int batch_dims, const View& out) {
  return table_of(out.device).gather(params, indices, axis, batch_dims, out);
}
std::int64_t scatter_add(const View& indices, const View& updates, int axis, int batch_dims, const View& out) {
  return table_of(out.device).scatter_add(indices, updates, axis, batch_dims, out);
}
void one_hot(const View& indices, int axis, const void* on, const void* off, const View& out) {
  return table_of(out.device).one_hot(indices, axis, on, off, out);
}
void pad(const View& x, const std::int64_t* before, const void* value, const View& out) { return table_of(out.device).pad(x, before, value, out); }
void mirror_pad(const View& x, const std::int64_t* before, Mirror mode, const View& out) {
  return table_of(out.device).mirror_pad(x, before, mode, out);
}
void reverse(const View& x, std::uint32_t axes_mask, const View& out) { return table_of(out.device).reverse(x, axes_mask, out); }
IntegerRange integer_range(const View& x) { return table_of(x.device).integer_range(x); }
std::int64_t first_outside(const View& x, std::int64_t begin, std::int64_t end) { return table_of(x.device).first_outside(x, begin, end); }
std::int64_t gather_nd(const View& params, const View& indices, const View& out) { return table_of(out.device).gather_nd(params, indices, out); }
std::int64_t scatter_nd(Scatter how, const View& indices, const View& updates, const View& out) {
  return table_of(out.device).scatter_nd(how, indices, updates, out);
}
std::int64_t count_not_zero(const View& x) { return table_of(x.device).count_not_zero(x); }
void places_not_zero(const View& x, const View& places) { return table_of(places.device).places_not_zero(x, places); }
std::int64_t segment_fold(SegmentFold fold, const View& data, const View& ids, const View& out) {
  return table_of(out.device).segment_fold(fold, data, ids, out);
}
IdSequence id_sequence(const View& ids) { return table_of(ids.device).id_sequence(ids); }
std::int64_t count_numbers(const View& numbers, std::span<std::int64_t> counts) { return table_of(numbers.device).count_numbers(numbers, counts); }
void partition(const View& data, const View& numbers, std::span<const View> parts) { return table_of(data.device).partition(data, numbers, parts); }
void places_by_number(const View& numbers, std::int64_t count, const View& places) {
  return table_of(places.device).places_by_number(numbers, count, places);
}
void softmax(const View& x, const View& out) { return table_of(out.device).softmax(x, out); }
void log_softmax(const View& x, const View& out) { return table_of(out.device).log_softmax(x, out); }
void softmax_grad(const View& y, const View& dy, const View& out) { return table_of(out.device).softmax_grad(y, dy, out); }
void log_softmax_grad(const View& y, const View& dy, const View& out) { return table_of(out.device).log_softmax_grad(y, dy, out); }
std::int64_t sparse_softmax_cross_entropy(const View& logits, const View& labels, const View& loss, const View& backprop) {
  return table_of(backprop.device).sparse_softmax_cross_entropy(logits, labels, loss, backprop);
}
void softmax_cross_entropy(const View& logits, const View& labels, const View& loss, const View& backprop) {
  return table_of(backprop.device).softmax_cross_entropy(logits, labels, loss, backprop);
}
void random_uniform(RandomStream stream, double lo, double hi, const View& out) { return table_of(out.device).random_uniform(stream, lo, hi, out); }
void random_normal(RandomStream stream, double mean, double stddev, const View& out) {
  return table_of(out.device).random_normal(stream, mean, stddev, out);
}
void random_truncated_normal(RandomStream stream, double mean, double stddev, const View& out) {
  return table_of(out.device).random_truncated_normal(stream, mean, stddev, out);
}
void random_integers(RandomStream stream, std::int64_t lo, std::int64_t hi, const View& out) {
  return table_of(out.device).random_integers(stream, lo, hi, out);
}
void random_permutation(RandomStream stream, const View& out) { return table_of(out.device).random_permutation(stream, out); }
void random_categorical(RandomStream stream, const View& logits, const View& out) {
  return table_of(out.device).random_categorical(stream, logits, out);
}
void random_poisson(RandomStream stream, const View& means, const View& out) { return table_of(out.device).random_poisson(stream, means, out); }
void order(bool descending, const View& x, std::int64_t k, const View& positions) {
  return table_of(positions.device).order(descending, x, k, positions);
}
std::int64_t number_distinct(const View& x, const View& numbers) { return table_of(numbers.device).number_distinct(x, numbers); }
void first_of_each(const View& numbers, const View& places) { return table_of(places.device).first_of_each(numbers, places); }
void order_rows(const View& x, const View& order) { return table_of(order.device).order_rows(x, order); }
bool histogram(const View& x, double low, double high, const View& counts) { return table_of(counts.device).histogram(x, low, high, counts); }
void bincount(const View& x, const View* weights, bool binary, const View& sums) { return table_of(sums.device).bincount(x, weights, binary, sums); }
void searchsorted(const View& sequence, const View& values, bool right, const View& places) {
  return table_of(places.device).searchsorted(sequence, values, right, places);
}
void in_top_k(const View& targets, const View& predictions, std::int64_t k, const View& out) {
  return table_of(out.device).in_top_k(targets, predictions, k, out);
}
Census census(const View& x) { return table_of(x.device).census(x); }
void sample_bins(const View& x, double low, double high, std::span<std::uint64_t> bins) { return table_of(x.device).sample_bins(x, low, high, bins); }
std::int64_t find_not_finite(const View& x) { return table_of(x.device).find_not_finite(x); }
double number_at(const View& x, std::int64_t offset) { return table_of(x.device).number_at(x, offset); }
void conv2d(const View& x, const View& w, const ConvParams& params, const View& out) { return table_of(out.device).conv2d(x, w, params, out); }
void conv2d_bias(const View& x, const View& w, const View& bias, const ConvParams& params, Activation activation, const View& out) {
  return table_of(out.device).conv2d_bias(x, w, bias, params, activation, out);
}
void conv2d_backward_input(const View& dy, const View& w, const ConvParams& params, const View& dx) {
  return table_of(dx.device).conv2d_backward_input(dy, w, params, dx);
}
void conv2d_backward_filter(const View& x, const View& dy, const ConvParams& params, const View& dw, const View* dbias) {
  return table_of(dw.device).conv2d_backward_filter(x, dy, params, dw, dbias);
}
void max_pool2d(const View& x, const PoolParams& params, const View& out, const View* positions) {
  return table_of(out.device).max_pool2d(x, params, out, positions);
}
void max_pool2d_backward(const View& dy, const View& positions, const PoolParams& params, const View& dx) {
  return table_of(dx.device).max_pool2d_backward(dy, positions, params, dx);
}
void avg_pool2d(const View& x, const PoolParams& params, const View& out) { return table_of(out.device).avg_pool2d(x, params, out); }
void avg_pool2d_backward(const View& dy, const PoolParams& params, const View& dx) { return table_of(dx.device).avg_pool2d_backward(dy, params, dx); }
void max_pool2d_pick(const View& x, const View& positions, const PoolParams& params, const View& out) {
  return table_of(out.device).max_pool2d_pick(x, positions, params, out);
}
void matmul(const View& a, const View& b, bool transpose_a, bool transpose_b, const View& out) {
  return table_of(out.device).matmul(a, b, transpose_a, transpose_b, out);
}
void matmul_add(const View& a, const View& b, bool transpose_a, bool transpose_b, const View& out) {
  return table_of(out.device).matmul_add(a, b, transpose_a, transpose_b, out);
}
void matmul_bias(const View& a, const View& b, const View& bias, Activation activation, const View& out) {
  return table_of(out.device).matmul_bias(a, b, bias, activation, out);
}
void special(Special f, const View& x, const View& out) { return table_of(out.device).special(f, x, out); }
void special_of_two(SpecialOfTwo f, const View& a, const View& b, const View& out) { return table_of(out.device).special_of_two(f, a, b, out); }
void betainc(const View& a, const View& b, const View& x, const View& out) { return table_of(out.device).betainc(a, b, x, out); }
void fft(const View& x, int rank, bool inverse, const View& out) { return table_of(out.device).fft(x, rank, inverse, out); }
void rfft(const View& x, int rank, const View& out) { return table_of(out.device).rfft(x, rank, out); }
void irfft(const View& x, int rank, const View& out) { return table_of(out.device).irfft(x, rank, out); }
bool matrix_inverse(const View& x, const View& out) { return table_of(out.device).matrix_inverse(x, out); }
bool matrix_solve(const View& a, const View& b, const View& out) { return table_of(out.device).matrix_solve(a, b, out); }
bool triangular_solve(const View& a, bool lower, bool adjoint, const View& b, const View& out) {
  return table_of(out.device).triangular_solve(a, lower, adjoint, b, out);
}
void determinant(const View& x, const View& out) { return table_of(out.device).determinant(x, out); }
void log_determinant(const View& x, const View& sign, const View& logarithm) {
  return table_of(logarithm.device).log_determinant(x, sign, logarithm);
}
bool cholesky(const View& x, const View& out) { return table_of(out.device).cholesky(x, out); }
void self_adjoint_eig(const View& x, const View& values, const View& vectors) {
  return table_of(vectors.device).self_adjoint_eig(x, values, vectors);
}
bool tridiagonal_solve(const View& diagonals, const View& b, const View& out) { return table_of(out.device).tridiagonal_solve(diagonals, b, out); }
bool eig(const View& x, const View& values, const View* vectors) { return table_of(values.device).eig(x, values, vectors); }
bool lu_factors(const View& x, const View& out, const View& rows) { return table_of(out.device).lu_factors(x, out, rows); }
bool matrix_function(MatrixFunction f, const View& x, const View& out) { return table_of(out.device).matrix_function(f, x, out); }
bool svd(const View& x, const View& s, const View* u, const View* v) { return table_of(s.device).svd(x, s, u, v); }
void qr(const View& x, const View& q, const View& r) { return table_of(q.device).qr(x, q, r); }
void adjust_hue(const View& x, double delta, const View& out) { return table_of(out.device).adjust_hue(x, delta, out); }
void hsv_to_rgb(const View& x, const View& out) { return table_of(out.device).hsv_to_rgb(x, out); }
void adjust_saturation(const View& x, double factor, const View& out) { return table_of(out.device).adjust_saturation(x, factor, out); }
void resample(const View& x, const ResampleParams& params, const View& out) { return table_of(out.device).resample(x, params, out); }
void resample_backward(const View& dy, const ResampleParams& params, const View& dx) { return table_of(dx.device).resample_backward(dy, params, dx); }
std::int64_t suppress_overlaps(const View& boxes, const View& scores, const SuppressionParams& params, const View* selected,
                               const View* chosen_scores) {
  return table_of(scores.device).suppress_overlaps(boxes, scores, params, selected, chosen_scores);
}
CtcFault ctc_loss(const View& logits, const View& labels, const View& label_length, const View& logit_length, const CtcParams& params,
                  const View& loss, const View& gradient) {
  return table_of(loss.device).ctc_loss(logits, labels, label_length, logit_length, params, loss, gradient);
}
CtcFault ctc_curvature(const View& logits, const View& labels, const View& label_length, const View& logit_length, const View& direction,
                       const CtcParams& params, const View& out) {
  return table_of(out.device).ctc_curvature(logits, labels, label_length, logit_length, direction, params, out);
}
void draw_numbers(const View* state, RandomStream stream, Draw what, std::int64_t low, std::uint64_t range, const View& out) {
  return table_of(out.device).draw_numbers(state, stream, what, low, range, out);
}
void draw_gamma(const View* state, RandomStream stream, const View& alpha, const View& out) {
  return table_of(out.device).draw_gamma(state, stream, alpha, out);
}
void gamma_slope(const View& alpha, const View& x, const View& out) { return table_of(out.device).gamma_slope(alpha, x, out); }
void draw_poisson(const View* state, RandomStream stream, const View& means, const View& out) {
  return table_of(out.device).draw_poisson(state, stream, means, out);
}
void draw_binomial(const View* state, RandomStream stream, const View& trials, const View& probabilities, const View& out) {
  return table_of(out.device).draw_binomial(state, stream, trials, probabilities, out);
}
void draw_classes(const View* state, RandomStream stream, const View& logits, const View& out) {
  return table_of(out.device).draw_classes(state, stream, logits, out);
}
void quantize(const View& x, const View& low, const View& high, const Quantizer& quantizer, const View& out, const View& region) {
  return table_of(out.device).quantize(x, low, high, quantizer, out, region);
}
std::int64_t write_numbers(const View& x, const TextFormat& format, const View& text) { return table_of(text.device).write_numbers(x, format, text); }
std::int64_t read_numbers(const View& text, const View& out) { return table_of(out.device).read_numbers(text, out); }
void adam(Device device, std::span<const AdamSlot<float>> slots, double lr_t, double beta1, double beta2, double epsilon) {
  table_of(device).adam_f32(device, slots, lr_t, beta1, beta2, epsilon);
}
void adam(Device device, std::span<const AdamSlot<double>> slots, double lr_t, double beta1, double beta2, double epsilon) {
  table_of(device).adam_f64(device, slots, lr_t, beta1, beta2, epsilon);
}
void sgd(Device device, std::span<const SgdSlot<float>> slots, float lr, float momentum, bool nesterov) {
  table_of(device).sgd_f32(device, slots, lr, momentum, nesterov);
}
void sgd(Device device, std::span<const SgdSlot<double>> slots, double lr, double momentum, bool nesterov) {
  table_of(device).sgd_f64(device, slots, lr, momentum, nesterov);
}
void rmsprop(Device device, std::span<const RmspropSlot<float>> slots, const RmspropFactors& factors) {
  table_of(device).rmsprop_f32(device, slots, factors);
}
void rmsprop(Device device, std::span<const RmspropSlot<double>> slots, const RmspropFactors& factors) {
  table_of(device).rmsprop_f64(device, slots, factors);
}

}  // namespace whygrad::kernels
