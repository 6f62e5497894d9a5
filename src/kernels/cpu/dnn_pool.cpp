// Pooling and its gradients by oneDNN.
#include "kernels/cpu/table.hpp"
#include "kernels/pool.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/dnn_pool.cpp"
#include "kernels/cpu/simd.hpp"

#include <algorithm>
#include <cstdint>

#include "device/parallel.hpp"
#include "kernels/cpu/dnn_pool_window.hpp"
#include "kernels/cpu/dnn_scratch.hpp"

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// One vector's worth of channels, of which the last may be cut short.
template <class T>
struct Channels {
  using D = hn::ScalableTag<T>;
  using DI = hn::RebindToSigned<D>;
  static constexpr std::int64_t kLanes = HWY_LANES(T);

  explicit Channels(std::int64_t left) : count(std::min(left, kLanes)), mask(hn::FirstN(D(), static_cast<std::size_t>(count))) {}

  hn::VFromD<D> load(const T* p) const { return count == kLanes ? hn::LoadU(D(), p) : hn::MaskedLoad(mask, D(), p); }
  void store(hn::VFromD<D> v, T* p) const {
    if (count == kLanes) {
      hn::StoreU(v, D(), p);
    } else {
      hn::BlendedStore(v, mask, D(), p);
    }
  }
  template <class Position>
  hn::VFromD<DI> load_positions(const Position* p) const {
    HWY_ALIGN hn::TFromD<DI> lanes[kLanes] = {};
    if (count == kLanes) {
      for (std::int64_t i = 0; i < kLanes; ++i) lanes[i] = p[i];
    } else {
      for (std::int64_t i = 0; i < count; ++i) lanes[i] = p[i];
    }
    return hn::Load(DI(), lanes);
  }
  template <class Position>
  void store_positions(hn::VFromD<DI> v, Position* p) const {
    HWY_ALIGN hn::TFromD<DI> lanes[kLanes];
    hn::Store(v, DI(), lanes);
    if (count == kLanes) {
      for (std::int64_t i = 0; i < kLanes; ++i) p[i] = static_cast<Position>(lanes[i]);
    } else {
      for (std::int64_t i = 0; i < count; ++i) p[i] = static_cast<Position>(lanes[i]);
    }
  }

  std::int64_t count;
  decltype(hn::FirstN(D(), 1)) mask;
};

// x and best point at the first channel. NaN is a maximum, wherever it stands, so that it is not lost on its way to the loss.
template <class T, class Position>
void max_of_window(const PoolShape& s, const Window& window, const T* x, T* best_out, Position* positions) {
  using Lanes = Channels<T>;
  const typename Lanes::DI di;
  for (std::int64_t c = 0; c < s.c; c += Lanes::kLanes) {
    const Lanes lanes(s.c - c);
    auto best = lanes.load(x + c + window.first);
    auto place = hn::Set(di, static_cast<hn::TFromD<decltype(di)>>(window.first_position));
    for (std::int64_t i = 0; i < window.rows; ++i) {
      for (std::int64_t j = 0; j < window.columns; ++j) {
        const auto value = lanes.load(x + c + window.first + (i * s.w + j) * s.c);
        const auto takes = hn::Or(hn::Gt(value, best), hn::IsNaN(value));
        best = hn::IfThenElse(takes, value, best);
        const auto here = hn::Set(di, static_cast<hn::TFromD<decltype(di)>>(window.first_position + i * s.params.window[1] + j));
        place = hn::IfThenElse(hn::RebindMask(di, takes), here, place);
      }
    }
    lanes.store(best, best_out + c);
    if (positions != nullptr) lanes.store_positions(place, positions + c);
  }
}

// Adds dy to the pixel that the maximum came from; with kTiled every pixel belongs to this window alone and is overwritten.
template <bool kTiled, class T, class Position>
void spread_to_max(const PoolShape& s, const Window& window, const T* dy, const Position* positions, T* dx) {
  using Lanes = Channels<T>;
  const typename Lanes::D d;
  const typename Lanes::DI di;
  for (std::int64_t c = 0; c < s.c; c += Lanes::kLanes) {
    const Lanes lanes(s.c - c);
    const auto gradient = lanes.load(dy + c);
    const auto place = lanes.load_positions(positions + c);
    for (std::int64_t i = 0; i < window.rows; ++i) {
      for (std::int64_t j = 0; j < window.columns; ++j) {
        T* pixel = dx + c + window.first + (i * s.w + j) * s.c;
        const auto here = hn::Set(di, static_cast<hn::TFromD<decltype(di)>>(window.first_position + i * s.params.window[1] + j));
        const auto share = hn::IfThenElseZero(hn::RebindMask(d, hn::Eq(place, here)), gradient);
        lanes.store(kTiled ? share : hn::Add(lanes.load(pixel), share), pixel);
      }
    }
  }
}

template <class T>
void mean_of_window(const PoolShape& s, const Window& window, const T* x, T* out) {
  using Lanes = Channels<T>;
  const typename Lanes::D d;
  const auto count = hn::Set(d, static_cast<T>(window.rows * window.columns));
  for (std::int64_t c = 0; c < s.c; c += Lanes::kLanes) {
    const Lanes lanes(s.c - c);
    auto sum = hn::Zero(d);
    for (std::int64_t i = 0; i < window.rows; ++i) {
      for (std::int64_t j = 0; j < window.columns; ++j) sum = hn::Add(sum, lanes.load(x + c + window.first + (i * s.w + j) * s.c));
    }
    lanes.store(hn::Div(sum, count), out + c);
  }
}

template <bool kTiled, class T>
void spread_evenly(const PoolShape& s, const Window& window, const T* dy, T* dx) {
  using Lanes = Channels<T>;
  const typename Lanes::D d;
  const auto count = hn::Set(d, static_cast<T>(window.rows * window.columns));
  for (std::int64_t c = 0; c < s.c; c += Lanes::kLanes) {
    const Lanes lanes(s.c - c);
    const auto share = hn::Div(lanes.load(dy + c), count);
    for (std::int64_t i = 0; i < window.rows; ++i) {
      for (std::int64_t j = 0; j < window.columns; ++j) {
        T* pixel = dx + c + window.first + (i * s.w + j) * s.c;
        lanes.store(kTiled ? share : hn::Add(lanes.load(pixel), share), pixel);
      }
    }
  }
}

// Forward: rows of all images, counted through.
template <class T, class Position>
void max_rows(const PoolShape& s, const PoolBuffers& b, std::int64_t begin, std::int64_t end) {
  for (std::int64_t row = begin; row < end; ++row) {
    const T* x = static_cast<const T*>(b.image) + row / s.oh * s.image_size();
    for (std::int64_t column = 0; column < s.ow; ++column) {
      const std::int64_t at = (row * s.ow + column) * s.c;
      Position* positions = b.positions == nullptr ? nullptr : static_cast<Position*>(b.positions) + at;
      max_of_window(s, s.window(row % s.oh, column), x, static_cast<T*>(b.pooled) + at, positions);
    }
  }
}
template <class T>
void mean_rows(const PoolShape& s, const PoolBuffers& b, std::int64_t begin, std::int64_t end) {
  for (std::int64_t row = begin; row < end; ++row) {
    const T* x = static_cast<const T*>(b.image) + row / s.oh * s.image_size();
    for (std::int64_t column = 0; column < s.ow; ++column) {
      mean_of_window(s, s.window(row % s.oh, column), x, static_cast<T*>(b.pooled) + (row * s.ow + column) * s.c);
    }
  }
}

// Backward: whole images, because windows may overlap.
template <bool kTiled, class T, class Position>
void max_backward_images(const PoolShape& s, const PoolBuffers& b, std::int64_t begin, std::int64_t end) {
  T* dx = static_cast<T*>(b.image) + begin * s.image_size();
  for (std::int64_t image = begin; image < end; ++image, dx += s.image_size()) {
    if (!kTiled) std::fill_n(dx, s.image_size(), T{0});
    std::int64_t at = image * s.pooled_size();
    for (std::int64_t row = 0; row < s.oh; ++row) {
      for (std::int64_t column = 0; column < s.ow; ++column, at += s.c) {
        spread_to_max<kTiled>(s, s.window(row, column), static_cast<const T*>(b.pooled) + at, static_cast<const Position*>(b.positions) + at, dx);
      }
    }
  }
}
template <bool kTiled, class T>
void mean_backward_images(const PoolShape& s, const PoolBuffers& b, std::int64_t begin, std::int64_t end) {
  T* dx = static_cast<T*>(b.image) + begin * s.image_size();
  for (std::int64_t image = begin; image < end; ++image, dx += s.image_size()) {
    if (!kTiled) std::fill_n(dx, s.image_size(), T{0});
    const T* dy = static_cast<const T*>(b.pooled) + image * s.pooled_size();
    for (std::int64_t row = 0; row < s.oh; ++row) {
      for (std::int64_t column = 0; column < s.ow; ++column, dy += s.c) spread_evenly<kTiled>(s, s.window(row, column), dy, dx);
    }
  }
}

using PoolLoop = void (*)(const PoolShape&, const PoolBuffers&, std::int64_t, std::int64_t);

PoolLoop max_loop(DType dtype, DType position) {
  if (dtype == DType::kF64) return position == DType::kU8 ? max_rows<double, std::uint8_t> : max_rows<double, std::int32_t>;
  return position == DType::kU8 ? max_rows<float, std::uint8_t> : max_rows<float, std::int32_t>;
}
PoolLoop max_backward_loop(DType dtype, DType position, bool tiled) {
  // Windows of more elements than u8 counts are rare and their gradients sparse: no tiled version for them.
  if (position != DType::kU8)
    return dtype == DType::kF64 ? max_backward_images<false, double, std::int32_t> : max_backward_images<false, float, std::int32_t>;
  if (dtype == DType::kF64) return tiled ? max_backward_images<true, double, std::uint8_t> : max_backward_images<false, double, std::uint8_t>;
  return tiled ? max_backward_images<true, float, std::uint8_t> : max_backward_images<false, float, std::uint8_t>;
}
PoolLoop mean_loop(DType dtype) { return dtype == DType::kF64 ? mean_rows<double> : mean_rows<float>; }
PoolLoop mean_backward_loop(DType dtype, bool tiled) {
  if (dtype == DType::kF64) return tiled ? mean_backward_images<true, double> : mean_backward_images<false, double>;
  return tiled ? mean_backward_images<true, float> : mean_backward_images<false, float>;
}

}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whygrad::kernels::cpu {
namespace {

HWY_EXPORT(max_loop);
HWY_EXPORT(max_backward_loop);
HWY_EXPORT(mean_loop);
HWY_EXPORT(mean_backward_loop);

// Elements of the image for which a further thread pays.
constexpr std::int64_t kGrain = 1 << 15;

// `steps` are rows of pooled pixels or whole images.
template <class Loop>
void run_pool(Loop loop, const PoolShape& s, const PoolBuffers& buffers, std::int64_t steps) {
  const std::int64_t per_step = std::max<std::int64_t>(1, s.n * s.image_size() / std::max<std::int64_t>(1, steps));
  device::parallel_for(steps, std::max<std::int64_t>(1, kGrain / per_step),
                       [&](std::int64_t begin, std::int64_t end) { loop(s, buffers, begin, end); });
}

DType compute_dtype(DType dtype) { return dtype == DType::kF64 ? dtype : DType::kF32; }

}  // namespace

void max_pool2d(const View& x, const PoolParams& params, const View& out, const View* positions) {
  const PoolShape shape(x, out, params);
  const DType dtype = compute_dtype(x.dtype), position = max_pool_position_dtype(params);
  const Staged image(x, dtype);
  StagedResult result(out, dtype);
  run_pool(HWY_DYNAMIC_DISPATCH(max_loop)(dtype, position), shape,
           {image.view().data, result.view().data, positions == nullptr ? nullptr : positions->data}, shape.n * shape.oh);
  result.finish();
}

void max_pool2d_backward(const View& dy, const View& positions, const PoolParams& params, const View& dx) {
  const PoolShape shape(dx, dy, params);
  const DType dtype = compute_dtype(dx.dtype), position = max_pool_position_dtype(params);
  const Staged gradient(dy, dtype), places(positions, position);
  StagedResult result(dx, dtype);
  run_pool(HWY_DYNAMIC_DISPATCH(max_backward_loop)(dtype, position, shape.tiled()), shape,
           {result.view().data, gradient.view().data, places.view().data}, shape.n);
  result.finish();
}

void avg_pool2d(const View& x, const PoolParams& params, const View& out) {
  const PoolShape shape(x, out, params);
  const DType dtype = compute_dtype(x.dtype);
  const Staged image(x, dtype);
  StagedResult result(out, dtype);
  run_pool(HWY_DYNAMIC_DISPATCH(mean_loop)(dtype), shape, {image.view().data, result.view().data, nullptr}, shape.n * shape.oh);
  result.finish();
}

void avg_pool2d_backward(const View& dy, const PoolParams& params, const View& dx) {
  const PoolShape shape(dx, dy, params);
  const DType dtype = compute_dtype(dx.dtype);
  const Staged gradient(dy, dtype);
  StagedResult result(dx, dtype);
  run_pool(HWY_DYNAMIC_DISPATCH(mean_backward_loop)(dtype, shape.tiled()), shape, {result.view().data, gradient.view().data, nullptr}, shape.n);
  result.finish();
}

}  // namespace whygrad::kernels::cpu
#endif
