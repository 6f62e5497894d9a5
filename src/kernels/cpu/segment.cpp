// Reductions of slices with the same id.
#include "kernels/segment.hpp"
#include "kernels/cpu/table.hpp"

#include "device/parallel.hpp"
#include "kernels/cpu/wide.hpp"

#include <algorithm>
#include <complex>
#include <limits>
#include <type_traits>

namespace whygrad::kernels::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 14;  // elements per thread that justify a parallel region
constexpr std::int64_t kLine = 16;        // elements of a part that one thread takes at least

struct Parts {
  const std::int64_t* id;
  std::int64_t count;
  std::int64_t width;  // elements of each
};

// to[id, k] = fold(to[id, k], from[i, k]) for each slice i that has an id. Threads share the elements of the slices, so each element is reduced in
// the order of the ids.
// order of the ids.
template <class T, class Fold>
void fold_parts(const Parts& parts, const T* from, T* to, const Fold& fold) {
  const std::int64_t grain = std::max(kGrain / std::max<std::int64_t>(parts.count, 1), kLine);
  device::parallel_for(parts.width, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = 0; i < parts.count; ++i) {
      if (parts.id[i] < 0) continue;
      T* __restrict target = to + parts.id[i] * parts.width;
      const T* __restrict source = from + i * parts.width;
      for (std::int64_t k = begin; k < end; ++k) target[k] = fold(target[k], source[k]);
    }
  });
}

// Integers wrap.
template <class T>
T sum_of(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
  } else {
    return static_cast<T>(value_of(a) + value_of(b));
  }
}
template <class T>
T product_of(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
  } else {
    return a * b;
  }
}

template <class T>
T largest() {
  if constexpr (std::is_same_v<T, Half>) {
    return Half(65504.0f);
  } else if constexpr (std::is_same_v<T, BFloat16>) {
    return BFloat16(3.3895313892515355e38f);
  } else {
    return std::numeric_limits<T>::max();
  }
}
template <class T>
T smallest() {
  if constexpr (std::is_integral_v<T>) {
    return std::numeric_limits<T>::min();
  } else {
    return static_cast<T>(-value_of(largest<T>()));
  }
}

template <class T>
void add_parts(const Parts& parts, const View& data, const View& out) {
  const Staged own(data, data.dtype);
  T* to = out.as<T>();
  std::fill_n(to, out.size(), T{});
  fold_parts(parts, own.view().as<const T>(), to, [](T a, T b) { return sum_of(a, b); });
}

void add_parts(const Parts& parts, const View& data, const View& out) {
  if (out.dtype == DType::kC64) return add_parts<std::complex<float>>(parts, data, out);
  if (out.dtype == DType::kC128) return add_parts<std::complex<double>>(parts, data, out);
  in_own_type("segment_fold", out.dtype, [&]<class T>(T) { add_parts<T>(parts, data, out); });
}

void take_extremes(bool highest, const Parts& parts, const View& data, const View& out) {
  in_own_type("segment_fold", out.dtype, [&]<class T>(T) {
    const Staged own(data, data.dtype);
    const T* from = own.view().template as<const T>();
    T* to = out.as<T>();
    std::fill_n(to, out.size(), highest ? smallest<T>() : largest<T>());
    if (highest) {
      fold_parts(parts, from, to, [](T a, T b) { return value_of(a) < value_of(b) ? b : a; });
    } else {
      fold_parts(parts, from, to, [](T a, T b) { return value_of(b) < value_of(a) ? b : a; });
    }
  });
}

void multiply_parts(const Parts& parts, const View& data, const View& out) {
  in_wide_type(out.dtype, [&]<class T>(T) {
    const Staged wide(data, dtype_of<T>);
    StagedResult result(out, dtype_of<T>);
    T* to = result.view().template as<T>();
    std::fill_n(to, out.size(), T{1});
    fold_parts(parts, wide.view().template as<const T>(), to, [](T a, T b) { return product_of(a, b); });
    result.finish();
  });
}

}  // namespace

std::int64_t segment_fold(SegmentFold fold, const View& data, const View& ids, const View& out) {
  const Staged wide_ids(ids, DType::kI64);
  const Parts parts{wide_ids.view().as<const std::int64_t>(), ids.size(), ids.size() == 0 ? 0 : data.size() / ids.size()};
  const std::int64_t segments = out.shape[0];
  const auto* last = parts.id + parts.count;
  if (const auto* bad = std::find_if(parts.id, last, [segments](std::int64_t id) { return id >= segments; }); bad != last) return bad - parts.id;
  switch (fold) {
    case SegmentFold::kSum: add_parts(parts, data, out); break;
    case SegmentFold::kProd: multiply_parts(parts, data, out); break;
    case SegmentFold::kMax:
    case SegmentFold::kMin: take_extremes(fold == SegmentFold::kMax, parts, data, out);
  }
  return -1;
}

IdSequence id_sequence(const View& ids) {
  const Staged wide(ids, DType::kI64);
  const auto* id = wide.view().as<const std::int64_t>();
  const std::int64_t n = ids.size();
  if (n == 0) return {true, true, 0, -1};
  IdSequence sequence{true, id[0] <= 0, id[0], id[n - 1]};
  for (std::int64_t i = 1; i < n; ++i) {
    sequence.ascending &= id[i] >= id[i - 1];
    sequence.gapless &= id[i] - id[i - 1] <= 1;
  }
  return sequence;
}

}  // namespace whygrad::kernels::cpu
