// Weighted means of neighbours with vectors.
#include "kernels/cpu/resample_rows.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/resample_rows.cpp"
#include "kernels/cpu/simd.hpp"

#include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

template <class T>
void blend(const void* x_data, std::span<const float> weights, std::int64_t n, void* out_data) {
  const hn::ScalableTag<T> d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const T* x = static_cast<const T*>(x_data);
  T* out = static_cast<T*>(out_data);
  const auto sum_at = [&](std::int64_t i) HWY_ATTR {
    auto sum = hn::Zero(d);
    const T* source = x + i;
    for (const float weight : weights) {
      sum = hn::MulAdd(hn::Set(d, static_cast<T>(weight)), hn::LoadU(d, source), sum);
      source += n;
    }
    return sum;
  };
  if (n >= lanes) {
    for (std::int64_t i = 0; i + lanes <= n; i += lanes) hn::StoreU(sum_at(i), d, out + i);
    if (n % lanes != 0) hn::StoreU(sum_at(n - lanes), d, out + n - lanes);
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) {
    T sum = 0;
    const T* source = x + i;
    for (const float weight : weights) {
      sum += static_cast<T>(weight) * *source;
      source += n;
    }
    out[i] = sum;
  }
}

template <class T>
void pixels(const void* x, const Spans& spans, std::int64_t n, void* out) {
  const T* from = static_cast<const T*>(x);
  T* to = static_cast<T*>(out);
  for (std::int64_t i = 0; i < spans.size(); ++i) blend<T>(from + spans.begins[static_cast<std::size_t>(i)] * n, spans.weights(i), n, to + i * n);
}

template <class T, class Index>
void gather_taps(const void* x_data, const void* taps_data, void* out_data) {
  const hn::ScalableTag<T> d;
  const hn::ScalableTag<Index> di;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const T* x = static_cast<const T*>(x_data);
  T* out = static_cast<T*>(out_data);
  const auto& taps = *static_cast<const Taps<T, Index>*>(taps_data);
  const std::int64_t whole = taps.size / lanes * lanes;
  for (std::int64_t i = 0; i < whole; i += lanes) {
    auto sum = hn::Zero(d);
    for (std::int64_t k = 0; k < taps.most; ++k) {
      const std::int64_t at = k * taps.size + i;
      const auto index = hn::LoadU(di, taps.indices.data() + at);
      const auto there = hn::RebindMask(d, hn::Gt(index, hn::Set(di, Index{-1})));
      const auto element = hn::GatherIndex(d, x, hn::Max(index, hn::Zero(di)));
      sum = hn::IfThenElse(there, hn::MulAdd(hn::LoadU(d, taps.weights.data() + at), element, sum), sum);
    }
    hn::StoreU(sum, d, out + i);
  }
  for (std::int64_t i = whole; i < taps.size; ++i) {
    T sum = 0;
    for (std::int64_t k = 0; k < taps.most; ++k) {
      const auto at = static_cast<std::size_t>(k * taps.size + i);
      if (taps.indices[at] >= 0) sum += taps.weights[at] * x[taps.indices[at]];
    }
    out[i] = sum;
  }
}

ResampleRows find_rows(DType dtype) {
  if (dtype == DType::kF32) return {blend<float>, pixels<float>, gather_taps<float, std::int32_t>};
  return {blend<double>, pixels<double>, gather_taps<double, std::int64_t>};
}

}  // namespace
}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whygrad::kernels::cpu {
namespace {
HWY_EXPORT(find_rows);
}

ResampleRows find_resample_rows(DType dtype) { return HWY_DYNAMIC_DISPATCH(find_rows)(dtype); }

template <class T, class Index>
Taps<T, Index>::Taps(const Spans& spans, std::int64_t channels) : size(spans.size() * channels) {
  for (std::int64_t i = 0; i < spans.size(); ++i) most = std::max(most, static_cast<std::int64_t>(spans.weights(i).size()));
  indices.assign(static_cast<std::size_t>(most * size), -1);
  weights.resize(indices.size());
  for (std::int64_t i = 0; i < spans.size(); ++i) {
    const std::span<const float> of_pixel = spans.weights(i);
    for (std::size_t k = 0; k < of_pixel.size(); ++k) {
      const std::int64_t from = (spans.begins[static_cast<std::size_t>(i)] + static_cast<std::int64_t>(k)) * channels;
      for (std::int64_t r = 0; r < channels; ++r) {
        const auto at = static_cast<std::size_t>(static_cast<std::int64_t>(k) * size + i * channels + r);
        indices[at] = static_cast<Index>(from + r);
        weights[at] = static_cast<T>(of_pixel[k]);
      }
    }
  }
}
template struct Taps<float, std::int32_t>;
template struct Taps<double, std::int64_t>;

}  // namespace whygrad::kernels::cpu
#endif
