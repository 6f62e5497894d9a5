// The loops themselves, per SIMD target: apply an Op to whole vectors, whatever n is.
#if defined(WHYGRAD_KERNELS_LOOP_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WHYGRAD_KERNELS_LOOP_INL
#undef WHYGRAD_KERNELS_LOOP_INL
#else
#define WHYGRAD_KERNELS_LOOP_INL
#endif

#include "kernels/cpu/loops.hpp"

#include <hwy/highway.h>

#include <cstring>

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A run shorter than one vector goes through a padded copy; 1 is inside the domain of every op, so that the padding raises nothing.
template <class T>
struct ShortRun {
  HWY_ALIGN T lanes[HWY_MAX_BYTES / sizeof(T)];

  ShortRun() {
    for (T& lane : lanes) lane = T{1};
  }
  ShortRun(const T* from, std::size_t n) : ShortRun() { std::memcpy(lanes, from, n * sizeof(T)); }
};

// Runs that are no multiple of the vector length end with a vector that overlaps the one before. It is computed first, so that `out` may be x.
template <class Op, class T>
void unary_loop(const void* x_data, void* out_data, std::size_t n) {
  const hn::ScalableTag<T> d;
  const std::size_t lanes = hn::Lanes(d);
  const T* x = static_cast<const T*>(x_data);
  T* out = static_cast<T*>(out_data);
  if (n < lanes) {
    ShortRun<T> run(x, n);
    hn::Store(Op::apply(d, hn::Load(d, run.lanes)), d, run.lanes);
    std::memcpy(out, run.lanes, n * sizeof(T));
    return;
  }
  const auto last = Op::apply(d, hn::LoadU(d, x + n - lanes));
  for (std::size_t i = 0; i + lanes < n; i += lanes) hn::StoreU(Op::apply(d, hn::LoadU(d, x + i)), d, out + i);
  hn::StoreU(last, d, out + n - lanes);
}

// One operand of a binary loop: a run of elements, or one element for all lanes.
template <class D, bool kScalar>
struct Operand {
  using T = hn::TFromD<D>;

  Operand(D d, const void* data) : elements(static_cast<const T*>(data)), splat(hn::Set(d, *elements)) {}
  hn::VFromD<D> at(D d, std::size_t i) const {
    if constexpr (kScalar) return splat;
    return hn::LoadU(d, elements + i);
  }
  hn::VFromD<D> first(D d, std::size_t n) const {
    if constexpr (kScalar) return splat;
    return hn::Load(d, ShortRun<T>(elements, n).lanes);
  }

  const T* elements;
  hn::VFromD<D> splat;
};

template <class Op, class T, bool kLeftScalar, bool kRightScalar>
void binary_loop(const void* a_data, const void* b_data, void* out_data, std::size_t n) {
  if (n == 0) return;
  const hn::ScalableTag<T> d;
  const std::size_t lanes = hn::Lanes(d);
  const Operand<decltype(d), kLeftScalar> a(d, a_data);
  const Operand<decltype(d), kRightScalar> b(d, b_data);
  T* out = static_cast<T*>(out_data);
  if (n < lanes) {
    ShortRun<T> run;
    hn::Store(Op::apply(d, a.first(d, n), b.first(d, n)), d, run.lanes);
    std::memcpy(out, run.lanes, n * sizeof(T));
    return;
  }
  const auto last = Op::apply(d, a.at(d, n - lanes), b.at(d, n - lanes));
  for (std::size_t i = 0; i + lanes < n; i += lanes) hn::StoreU(Op::apply(d, a.at(d, i), b.at(d, i)), d, out + i);
  hn::StoreU(last, d, out + n - lanes);
}

template <class Op, class T>
constexpr BinaryLoops binary_loops() {
  return {binary_loop<Op, T, false, false>, binary_loop<Op, T, true, false>, binary_loop<Op, T, false, true>};
}

// For functions without a vector form: `scalar(lane)` or `scalar(lane of a, lane of b)` for each lane.
template <class D, class F>
hn::VFromD<D> per_lane(D d, hn::VFromD<D> a, hn::VFromD<D> b, F scalar) {
  ShortRun<hn::TFromD<D>> left, right;
  hn::Store(a, d, left.lanes);
  hn::Store(b, d, right.lanes);
  for (std::size_t i = 0; i < hn::Lanes(d); ++i) left.lanes[i] = scalar(left.lanes[i], right.lanes[i]);
  return hn::Load(d, left.lanes);
}
template <class D, class F>
hn::VFromD<D> per_lane(D d, hn::VFromD<D> x, F scalar) {
  ShortRun<hn::TFromD<D>> run;
  hn::Store(x, d, run.lanes);
  for (std::size_t i = 0; i < hn::Lanes(d); ++i) run.lanes[i] = scalar(run.lanes[i]);
  return hn::Load(d, run.lanes);
}

}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
