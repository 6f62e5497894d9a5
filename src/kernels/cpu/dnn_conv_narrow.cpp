// Convolutions with few channels, which oneDNN leaves slow: planes of the image times vectors of the filter.
#include "kernels/cpu/dnn_conv_narrow.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/dnn_conv_narrow.cpp"
#include "kernels/cpu/simd.hpp"

#include <algorithm>
#include <cstdint>

#include "device/parallel.hpp"
#include "kernels/cpu/dnn_conv_planes.hpp"
#include "kernels/cpu/dnn_scratch.hpp"

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// NOTE [narrow convolution] Each tap (i, j, channel) of the filter multiplies one plane of the image, see ConvPlanes, by a vector of outputs.
// Forward, a tile of kTile pixels and two vectors of outputs stays in registers while it runs over all taps; backward, one of kTile taps and two
// vectors of outputs while it runs over all pixels of an image. A step costs two vector loads, and one broadcast load per two FMAs.
using F = hn::ScalableTag<float>;
using V = hn::VFromD<F>;
constexpr std::int64_t kLanes = HWY_LANES(float);
constexpr int kTile = HWY_TARGET == HWY_AVX3 ? 14 : 6;

struct ForwardTile {
  const float* row;  // the planes at its first pixel
  const float* w;    // the filter at its first output
  const float* bias;
  float* out;
  std::int64_t outputs;  // of the whole convolution: the distance of rows of w and of pixels of out
  std::int64_t pixels;   // to be stored
  bool relu;
};

template <int kVectors>
void forward_tile(const ConvPlanes& planes, const ForwardTile& t) {
  const F d;
  V acc[kTile][kVectors];
  for (int v = 0; v < kVectors; ++v) {
    const V start = t.bias == nullptr ? hn::Zero(d) : hn::LoadU(d, t.bias + v * kLanes);
    HWY_UNROLL(14)
    for (int q = 0; q < kTile; ++q) acc[q][v] = start;
  }
  const float* w = t.w;
  for (std::int64_t tap = 0; tap < planes.taps; ++tap, w += t.outputs) {
    const float* plane = t.row + planes.offsets[tap];
    V taps[kVectors];
    for (int v = 0; v < kVectors; ++v) taps[v] = hn::LoadU(d, w + v * kLanes);
    HWY_UNROLL(14)
    for (int q = 0; q < kTile; ++q) {
      const V pixel = hn::Set(d, plane[q]);
      for (int v = 0; v < kVectors; ++v) acc[q][v] = hn::MulAdd(pixel, taps[v], acc[q][v]);
    }
  }
  HWY_UNROLL(14)
  for (int q = 0; q < kTile; ++q) {
    for (int v = 0; v < kVectors; ++v) {
      // Not Max: NaN must stay NaN.
      const V value = t.relu ? hn::IfThenElse(hn::Lt(acc[q][v], hn::Zero(d)), hn::Zero(d), acc[q][v]) : acc[q][v];
      if (q < t.pixels) hn::StoreU(value, d, t.out + q * t.outputs + v * kLanes);
    }
  }
}

// All pixels of one image.
void narrow_forward(const ConvShape& s, const ConvPlanes& planes, const float* image, const float* w, const float* bias, bool relu, float* out) {
  for (std::int64_t p = 0; p < s.oh; ++p) {
    for (std::int64_t q = 0; q < s.ow; q += kTile) {
      std::int64_t o = 0;
      const auto tile = [&] {
        return ForwardTile{.row = image + p * planes.row_step + q,
                           .w = w + o,
                           .bias = bias == nullptr ? nullptr : bias + o,
                           .out = out + (p * s.ow + q) * s.o + o,
                           .outputs = s.o,
                           .pixels = s.ow - q,
                           .relu = relu};
      };
      for (; o + 2 * kLanes <= s.o; o += 2 * kLanes) forward_tile<2>(planes, tile());
      for (; o < s.o; o += kLanes) forward_tile<1>(planes, tile());
    }
  }
}

// dw += the products of one image, for kTaps taps from first_tap on. dw and dy point at the first output.
template <int kTaps, int kVectors>
void filter_tile(const ConvShape& s, const ConvPlanes& planes, const float* image, std::int64_t first_tap, const float* dy, float* dw) {
  const F d;
  V acc[kTaps][kVectors];
  HWY_UNROLL(14)
  for (int t = 0; t < kTaps; ++t) {
    for (int v = 0; v < kVectors; ++v) acc[t][v] = hn::LoadU(d, dw + t * s.o + v * kLanes);
  }
  for (std::int64_t p = 0; p < s.oh; ++p) {
    const float* plane[kTaps];
    for (int t = 0; t < kTaps; ++t) plane[t] = planes.plane(image, first_tap + t, p);
    for (std::int64_t q = 0; q < s.ow; ++q, dy += s.o) {
      V gradient[kVectors];
      for (int v = 0; v < kVectors; ++v) gradient[v] = hn::LoadU(d, dy + v * kLanes);
      HWY_UNROLL(14)
      for (int t = 0; t < kTaps; ++t) {
        const V pixel = hn::Set(d, plane[t][q]);
        for (int v = 0; v < kVectors; ++v) acc[t][v] = hn::MulAdd(pixel, gradient[v], acc[t][v]);
      }
    }
  }
  HWY_UNROLL(14)
  for (int t = 0; t < kTaps; ++t) {
    for (int v = 0; v < kVectors; ++v) hn::StoreU(acc[t][v], d, dw + t * s.o + v * kLanes);
  }
}

template <int kTaps>
void filter_taps(const ConvShape& s, const ConvPlanes& planes, const float* image, std::int64_t tap, const float* dy, float* dw) {
  std::int64_t o = 0;
  for (; o + 2 * kLanes <= s.o; o += 2 * kLanes) filter_tile<kTaps, 2>(s, planes, image, tap, dy + o, dw + tap * s.o + o);
  for (; o < s.o; o += kLanes) filter_tile<kTaps, 1>(s, planes, image, tap, dy + o, dw + tap * s.o + o);
}

// dw [taps + 1, o] += the products of one image; the last row is the bias' gradient.
void narrow_backward_filter(const ConvShape& s, const ConvPlanes& planes, const float* image, const float* dy, float* dw) {
  std::int64_t tap = 0;
  // 5x5 taps and the bias are twice 13.
  if constexpr (kTile == 14) {
    if ((planes.taps + 1) % 13 == 0) {
      for (; tap <= planes.taps; tap += 13) filter_taps<13>(s, planes, image, tap, dy, dw);
    }
  }
  for (; tap + kTile <= planes.taps + 1; tap += kTile) filter_taps<kTile>(s, planes, image, tap, dy, dw);
  for (; tap + 3 <= planes.taps + 1; tap += 3) filter_taps<3>(s, planes, image, tap, dy, dw);
  for (; tap < planes.taps + 1; ++tap) filter_taps<1>(s, planes, image, tap, dy, dw);
}

}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whygrad::kernels::cpu {
namespace {

HWY_EXPORT(narrow_forward);
HWY_EXPORT(narrow_backward_filter);

// Cuts the images into as many pieces as threads may work; visit(piece, first image, end of images). Memory that a piece needs is allocated by the
// caller, because the pieces' threads must not throw.
std::int64_t piece_count(const ConvShape& s) { return std::min<std::int64_t>(s.n, device::thread_count()); }
template <class Visit>
void for_each_piece(const ConvShape& s, const Visit& visit) {
  const std::int64_t pieces = piece_count(s);
  device::parallel_for(pieces, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t piece = begin; piece < end; ++piece) visit(piece, s.n * piece / pieces, s.n * (piece + 1) / pieces);
  });
}

}  // namespace

bool is_narrow(const ConvShape& s) { return s.c <= 3 && s.params.groups == 1 && s.o % 16 == 0 && s.kh * s.kw * s.c <= ConvPlanes::kMaxTaps; }

void conv2d_narrow(const float* x, const float* w, const float* bias, Activation activation, const ConvShape& s, float* out) {
  const ConvPlanes planes(s);
  const Scratch buffers(static_cast<std::size_t>(piece_count(s) * planes.size()) * sizeof(float));
  const auto run = HWY_DYNAMIC_DISPATCH(narrow_forward);
  for_each_piece(s, [&](std::int64_t piece, std::int64_t begin, std::int64_t end) {
    float* buffer = buffers.as<float>() + piece * planes.size();
    planes.prepare(buffer);
    for (std::int64_t image = begin; image < end; ++image) {
      planes.fill(s, x + image * s.h * s.w * s.c, buffer);
      run(s, planes, buffer, w, bias, activation == Activation::kRelu, out + image * s.oh * s.ow * s.o);
    }
  });
}

void conv2d_backward_filter_narrow(const float* x, const float* dy, const ConvShape& s, float* dw, float* dbias) {
  const ConvPlanes planes(s);
  const std::int64_t filter = planes.taps * s.o, sums = filter + s.o, piece_size = planes.size() + sums;
  const Scratch buffers(static_cast<std::size_t>(piece_count(s) * piece_size) * sizeof(float));
  const auto run = HWY_DYNAMIC_DISPATCH(narrow_backward_filter);
  for_each_piece(s, [&](std::int64_t piece, std::int64_t begin, std::int64_t end) {
    float* sum = buffers.as<float>() + piece * piece_size;
    float* buffer = sum + sums;
    std::fill_n(sum, sums, 0.0f);
    planes.prepare(buffer);
    for (std::int64_t image = begin; image < end; ++image) {
      planes.fill(s, x + image * s.h * s.w * s.c, buffer);
      run(s, planes, buffer, dy + image * s.oh * s.ow * s.o, sum);
    }
  });
  const float* total = buffers.as<float>();
  for (std::int64_t piece = 1; piece < piece_count(s); ++piece) {
    for (std::int64_t i = 0; i < sums; ++i) buffers.as<float>()[i] += total[piece * piece_size + i];
  }
  std::copy_n(total, filter, dw);
  if (dbias != nullptr) std::copy_n(total + filter, s.o, dbias);
}

}  // namespace whygrad::kernels::cpu
#endif
