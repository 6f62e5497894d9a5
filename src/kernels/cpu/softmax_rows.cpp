// Softmax and crossentropies of one row.
#include "kernels/cpu/softmax_rows.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/softmax_rows.cpp"
#include "kernels/cpu/simd.hpp"

#include "kernels/cpu/math-inl.hpp"

#include <cmath>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

// Rows are short (10 classes) as often as long, so the last vector of a row is padded rather than left to scalar code.
template <class D>
hn::VFromD<D> load_padded(D d, const hn::TFromD<D>* x, std::int64_t n, hn::TFromD<D> padding) {
  using T = hn::TFromD<D>;
  if (n >= static_cast<std::int64_t>(hn::Lanes(d))) return hn::LoadU(d, x);
  HWY_ALIGN T lanes[HWY_MAX_BYTES / sizeof(T)];
  hn::Store(hn::Set(d, padding), d, lanes);
  for (std::int64_t i = 0; i < n; ++i) lanes[i] = x[i];
  return hn::Load(d, lanes);
}
template <class D>
void store_padded(D d, hn::VFromD<D> v, hn::TFromD<D>* x, std::int64_t n) {
  using T = hn::TFromD<D>;
  if (n >= static_cast<std::int64_t>(hn::Lanes(d))) return hn::StoreU(v, d, x);
  HWY_ALIGN T lanes[HWY_MAX_BYTES / sizeof(T)];
  hn::Store(v, d, lanes);
  for (std::int64_t i = 0; i < n; ++i) x[i] = lanes[i];
}

// A NaN may get lost here, but it comes back through exp(x - max).
template <class D>
hn::TFromD<D> row_max(D d, const hn::TFromD<D>* x, std::int64_t n) {
  using T = hn::TFromD<D>;
  const T lowest = -std::numeric_limits<T>::infinity();
  auto best = hn::Set(d, lowest);
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t i = 0; i < n; i += lanes) best = hn::Max(best, load_padded(d, x + i, n - i, lowest));
  return hn::GetLane(hn::MaxOfLanes(d, best));
}

// exp(x - max) of a row into `out`, and its sum.
template <class D>
hn::TFromD<D> exp_row(D d, const hn::TFromD<D>* x, hn::TFromD<D> max, hn::TFromD<D>* out, std::int64_t n) {
  using T = hn::TFromD<D>;
  auto sum = hn::Zero(d);
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t i = 0; i < n; i += lanes) {
    const auto e = exp(d, hn::Sub(load_padded(d, x + i, n - i, -std::numeric_limits<T>::infinity()), hn::Set(d, max)));
    store_padded(d, e, out + i, n - i);
    sum = hn::Add(sum, e);
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}
template <class D>
hn::TFromD<D> exp_sum(D d, const hn::TFromD<D>* x, hn::TFromD<D> max, std::int64_t n) {
  using T = hn::TFromD<D>;
  auto sum = hn::Zero(d);
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t i = 0; i < n; i += lanes) {
    sum = hn::Add(sum, exp(d, hn::Sub(load_padded(d, x + i, n - i, -std::numeric_limits<T>::infinity()), hn::Set(d, max))));
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

// out = f(a, b) for a row. Each vector is read before it is written, so out may be a or b.
template <class D, class F>
void map_row(D d, const hn::TFromD<D>* a, const hn::TFromD<D>* b, hn::TFromD<D>* out, std::int64_t n, F f) {
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t i = 0; i < n; i += lanes) store_padded(d, f(load_padded(d, a + i, n - i, 0), load_padded(d, b + i, n - i, 0)), out + i, n - i);
}
// Sum of f(a, b) over a row; f(0, 0) is 0.
template <class D, class F>
hn::TFromD<D> sum_row(D d, const hn::TFromD<D>* a, const hn::TFromD<D>* b, std::int64_t n, F f) {
  auto sum = hn::Zero(d);
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t i = 0; i < n; i += lanes) sum = hn::Add(sum, f(load_padded(d, a + i, n - i, 0), load_padded(d, b + i, n - i, 0)));
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

template <class T>
void softmax_row(const void* x_data, void* out_data, std::int64_t n) {
  const hn::ScalableTag<T> d;
  const T* x = static_cast<const T*>(x_data);
  T* out = static_cast<T*>(out_data);
  const auto scale = hn::Set(d, T(1) / exp_row(d, x, row_max(d, x, n), out, n));
  map_row(d, out, out, out, n, [&](auto e, auto) HWY_ATTR { return hn::Mul(e, scale); });
}

template <class T>
void log_softmax_row(const void* x_data, void* out_data, std::int64_t n) {
  const hn::ScalableTag<T> d;
  const T* x = static_cast<const T*>(x_data);
  const T max = row_max(d, x, n);
  const auto v_max = hn::Set(d, max), log_sum = hn::Set(d, std::log(exp_sum(d, x, max, n)));
  map_row(d, x, x, static_cast<T*>(out_data), n, [&](auto v, auto) HWY_ATTR { return hn::Sub(hn::Sub(v, v_max), log_sum); });
}

template <class T>
void softmax_grad_row(const void* y_data, const void* dy_data, void* out_data, std::int64_t n) {
  const hn::ScalableTag<T> d;
  const T* y = static_cast<const T*>(y_data);
  const T* dy = static_cast<const T*>(dy_data);
  const auto dot = hn::Set(d, sum_row(d, y, dy, n, [](auto a, auto b) HWY_ATTR { return hn::Mul(a, b); }));
  map_row(d, y, dy, static_cast<T*>(out_data), n, [&](auto a, auto b) HWY_ATTR { return hn::Mul(hn::Sub(b, dot), a); });
}

template <class T>
void log_softmax_grad_row(const void* y_data, const void* dy_data, void* out_data, std::int64_t n) {
  const hn::ScalableTag<T> d;
  const T* y = static_cast<const T*>(y_data);
  const T* dy = static_cast<const T*>(dy_data);
  const auto sum = hn::Set(d, sum_row(d, dy, dy, n, [](auto a, auto) HWY_ATTR { return a; }));
  map_row(d, y, dy, static_cast<T*>(out_data), n, [&](auto a, auto b) HWY_ATTR { return hn::NegMulAdd(exp(d, a), sum, b); });
}

template <class T>
double sparse_loss_row(const void* x_data, std::int64_t label, void* backprop_data, std::int64_t n) {
  const hn::ScalableTag<T> d;
  const T* x = static_cast<const T*>(x_data);
  T* backprop = static_cast<T*>(backprop_data);
  const T max = row_max(d, x, n), shifted = x[label] - max;  // before backprop, which may be x, is written
  const T sum = exp_row(d, x, max, backprop, n);
  const auto scale = hn::Set(d, T(1) / sum);
  map_row(d, backprop, backprop, backprop, n, [&](auto e, auto) HWY_ATTR { return hn::Mul(e, scale); });
  backprop[label] -= 1;
  return static_cast<double>(std::log(sum) - shifted);
}

template <class T>
double loss_row(const void* x_data, const void* labels_data, void* backprop_data, std::int64_t n) {
  const hn::ScalableTag<T> d;
  const T* x = static_cast<const T*>(x_data);
  const T* labels = static_cast<const T*>(labels_data);
  const T max = row_max(d, x, n), sum = exp_sum(d, x, max, n);
  const auto v_max = hn::Set(d, max), log_sum = hn::Set(d, std::log(sum));
  // A label of 0 at a logit of -Inf makes a NaN of the loss, and not of its gradient, as in TensorFlow.
  const T loss = sum_row(d, x, labels, n, [&](auto v, auto label) HWY_ATTR { return hn::Mul(label, hn::Sub(log_sum, hn::Sub(v, v_max))); });
  const auto scale = hn::Set(d, T(1) / sum);
  map_row(d, x, labels, static_cast<T*>(backprop_data), n,
          [&](auto v, auto label) HWY_ATTR { return hn::MulSub(exp(d, hn::Sub(v, v_max)), scale, label); });
  return static_cast<double>(loss);
}

template <class T>
constexpr SoftmaxRows rows() {
  return {softmax_row<T>, log_softmax_row<T>, softmax_grad_row<T>, log_softmax_grad_row<T>, sparse_loss_row<T>, loss_row<T>};
}
SoftmaxRows find_rows(DType dtype) { return dtype == DType::kF32 ? rows<float>() : rows<double>(); }

}  // namespace
}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whygrad::kernels::cpu {
namespace {
HWY_EXPORT(find_rows);
}
SoftmaxRows find_softmax(DType dtype) { return HWY_DYNAMIC_DISPATCH(find_rows)(dtype); }
}  // namespace whygrad::kernels::cpu
#endif
