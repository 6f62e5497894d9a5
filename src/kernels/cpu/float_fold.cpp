// Folds of f32 and f64 with vectors.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/float_fold.cpp"
#include "kernels/cpu/simd.hpp"

#include "kernels/cpu/fold.hpp"

#include <algorithm>
#include <limits>

HWY_BEFORE_NAMESPACE();
namespace whygrad::kernels::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

// Elements (of a row) and rows (of columns) that are added up in the element type before they go into the wide total.
constexpr std::int64_t kRowStretch = 1024, kColumnStretch = 64;
constexpr std::int64_t kColumnBlock = 512;

// A fold's neutral element, and its step on vectors of elements and on totals.
struct Sum {
  static constexpr double kNeutral = 0;
  template <class V>
  static V step(V a, V b) {
    return hn::Add(a, b);
  }
  static double join(double a, double b) { return a + b; }
};
struct Prod {
  static constexpr double kNeutral = 1;
  template <class V>
  static V step(V a, V b) {
    return hn::Mul(a, b);
  }
  static double join(double a, double b) { return a * b; }
};
struct Max {
  static constexpr double kNeutral = -std::numeric_limits<double>::infinity();
  template <class V>
  static V step(V a, V b) {
    return hn::IfThenElse(hn::Or(hn::Ge(a, b), hn::IsNaN(a)), a, b);
  }
  static double join(double a, double b) { return a >= b || a != a ? a : b; }
};
struct Min {
  static constexpr double kNeutral = std::numeric_limits<double>::infinity();
  template <class V>
  static V step(V a, V b) {
    return hn::IfThenElse(hn::Or(hn::Le(a, b), hn::IsNaN(a)), a, b);
  }
  static double join(double a, double b) { return a <= b || a != a ? a : b; }
};

template <class Fold>
void start(Total* totals, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) totals[i].as_double = Fold::kNeutral;
}
template <class Fold>
void merge(const Total* from, Total* totals, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) totals[i].as_double = Fold::join(totals[i].as_double, from[i].as_double);
}
template <class T, bool kMean>
void finish(const Total* totals, std::int64_t n, std::int64_t count, void* out) {
  const double divisor = kMean ? static_cast<double>(count) : 1;
  for (std::int64_t i = 0; i < n; ++i) static_cast<T*>(out)[i] = static_cast<T>(totals[i].as_double / divisor);
}

// Folds the lanes of a vector in halves, which is quicker than one after the other.
template <class Fold, class D>
double fold_lanes(D d, hn::VFromD<D> v) {
  using T = hn::TFromD<D>;
  HWY_ALIGN T lanes[HWY_MAX_BYTES / sizeof(T)];
  hn::Store(v, d, lanes);
  double folded[HWY_MAX_BYTES / sizeof(T)];
  std::copy(lanes, lanes + hn::Lanes(d), folded);
  for (std::size_t half = hn::Lanes(d) / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) folded[i] = Fold::join(folded[i], folded[i + half]);
  }
  return folded[0];
}

template <class Fold, class T>
void fold_row(const void* data, std::int64_t n, Total* total) {
  const hn::ScalableTag<T> d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const T* x = static_cast<const T*>(data);
  while (n >= 4 * lanes) {
    // Four accumulators hide the latency of the step.
    const std::int64_t stretch = std::min(n, kRowStretch) / (4 * lanes) * (4 * lanes);
    auto a = hn::LoadU(d, x), b = hn::LoadU(d, x + lanes), c = hn::LoadU(d, x + 2 * lanes), e = hn::LoadU(d, x + 3 * lanes);
    for (std::int64_t i = 4 * lanes; i < stretch; i += 4 * lanes) {
      a = Fold::step(a, hn::LoadU(d, x + i));
      b = Fold::step(b, hn::LoadU(d, x + i + lanes));
      c = Fold::step(c, hn::LoadU(d, x + i + 2 * lanes));
      e = Fold::step(e, hn::LoadU(d, x + i + 3 * lanes));
    }
    total->as_double = Fold::join(total->as_double, fold_lanes<Fold>(d, Fold::step(Fold::step(a, b), Fold::step(c, e))));
    x += stretch;
    n -= stretch;
  }
  if (n >= lanes) {
    auto a = hn::LoadU(d, x);
    for (x += lanes, n -= lanes; n >= lanes; x += lanes, n -= lanes) a = Fold::step(a, hn::LoadU(d, x));
    total->as_double = Fold::join(total->as_double, fold_lanes<Fold>(d, a));
  }
  for (std::int64_t i = 0; i < n; ++i) total->as_double = Fold::join(total->as_double, static_cast<double>(x[i]));
}

// Many rows are shorter than a vector: no call for each of them.
template <class Fold, class T>
void fold_rows(const void* data, std::int64_t n, std::int64_t count, Total* totals) {
  const T* x = static_cast<const T*>(data);
  const bool is_short = n < static_cast<std::int64_t>(hn::Lanes(hn::ScalableTag<T>()));
  for (std::int64_t i = 0; i < count; ++i, x += n) {
    if (!is_short) {
      fold_row<Fold, T>(x, n, totals + i);
      continue;
    }
    double total = totals[i].as_double;
    for (std::int64_t k = 0; k < n; ++k) total = Fold::join(total, static_cast<double>(x[k]));
    totals[i].as_double = total;
  }
}

// At most kColumnBlock columns over at most kColumnStretch rows. Rows go in fours: one load and store of the running sums for four of the data.
template <class Fold, class T>
void fold_column_block(const T* x, std::int64_t stride, std::int64_t rows, std::int64_t columns, Total* totals) {
  const hn::ScalableTag<T> d;
  const std::int64_t lanes = static_cast<std::int64_t>(hn::Lanes(d)), whole = columns / lanes * lanes;
  HWY_ALIGN T sums[kColumnBlock];
  std::copy(x, x + columns, sums);
  std::int64_t r = 1;
  for (; r + 4 <= rows; r += 4) {
    const T* p = x + r * stride;
    for (std::int64_t c = 0; c < whole; c += lanes) {
      const auto upper = Fold::step(hn::LoadU(d, p + c), hn::LoadU(d, p + stride + c));
      const auto lower = Fold::step(hn::LoadU(d, p + 2 * stride + c), hn::LoadU(d, p + 3 * stride + c));
      hn::Store(Fold::step(hn::Load(d, sums + c), Fold::step(upper, lower)), d, sums + c);
    }
  }
  for (; r < rows; ++r) {
    for (std::int64_t c = 0; c < whole; c += lanes) hn::Store(Fold::step(hn::Load(d, sums + c), hn::LoadU(d, x + r * stride + c)), d, sums + c);
  }
  for (std::int64_t c = 0; c < whole; ++c) totals[c].as_double = Fold::join(totals[c].as_double, static_cast<double>(sums[c]));
  for (r = 0; r < rows; ++r) {
    for (std::int64_t c = whole; c < columns; ++c) totals[c].as_double = Fold::join(totals[c].as_double, static_cast<double>(x[r * stride + c]));
  }
}

template <class Fold, class T>
void fold_columns(const void* data, std::int64_t stride, std::int64_t rows, std::int64_t columns, Total* totals) {
  const T* x = static_cast<const T*>(data);
  for (std::int64_t r = 0; r < rows; r += kColumnStretch) {
    for (std::int64_t c = 0; c < columns; c += kColumnBlock) {
      fold_column_block<Fold>(x + r * stride + c, stride, std::min(kColumnStretch, rows - r), std::min(kColumnBlock, columns - c), totals + c);
    }
  }
}

template <class Fold, class T, bool kMean = false>
constexpr FoldLoops loops() {
  return {start<Fold>, fold_row<Fold, T>, fold_rows<Fold, T>, fold_columns<Fold, T>, merge<Fold>, finish<T, kMean>};
}
template <class T>
FoldLoops fold_of(Reduce op) {
  switch (op) {
    case Reduce::kSum: return loops<Sum, T>();
    case Reduce::kMean: return loops<Sum, T, true>();
    case Reduce::kProd: return loops<Prod, T>();
    case Reduce::kMax: return loops<Max, T>();
    case Reduce::kMin: return loops<Min, T>();
    default: return {};
  }
}
FoldLoops find_fold(Reduce op, DType dtype) { return dtype == DType::kF32 ? fold_of<float>(op) : fold_of<double>(op); }

}  // namespace
}  // namespace whygrad::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace whygrad::kernels::cpu {
namespace {
HWY_EXPORT(find_fold);
}
FoldLoops find_float_fold(Reduce op, DType dtype) { return HWY_DYNAMIC_DISPATCH(find_fold)(op, dtype); }
}  // namespace whygrad::kernels::cpu
#endif
