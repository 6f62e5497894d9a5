// Parts folded by id.
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

constexpr std::int64_t kGrain = 1 << 14;  // elements per thread that are worth a parallel region
constexpr std::int64_t kLine = 16;        // elements of a part that one thread takes at least

// Calls fold(target, source, first, count) for each part that has an id: `count` elements from `first` on. Threads share the elements of the parts,
// so each of them is folded in the order of the ids.
template <class T, class Fold>
void for_each_part(const std::int64_t* id, std::int64_t parts, std::int64_t width, const T* from, T* to, const Fold& fold) {
  const std::int64_t grain = std::max(kGrain / std::max<std::int64_t>(parts, 1), kLine);
  device::parallel_for(width, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = 0; i < parts; ++i) {
      if (id[i] < 0) continue;
      T* const target = to + id[i] * width;
      const T* const source = from + i * width;
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

// The largest finite number of a real dtype, in the wide type.
template <class T>
T largest(DType dtype) {
  switch (dtype) {
    case DType::kU8: return static_cast<T>(255);
    case DType::kI8: return static_cast<T>(127);
    case DType::kI16: return static_cast<T>(32767);
    case DType::kI32: return static_cast<T>(std::numeric_limits<std::int32_t>::max());
    case DType::kF16: return static_cast<T>(65504);
    case DType::kBF16: return static_cast<T>(3.3895313892515355e38);
    case DType::kF32: return static_cast<T>(std::numeric_limits<float>::max());
    default: return std::numeric_limits<T>::max();
  }
}
template <class T>
T smallest(DType dtype) {
  if (dtype == DType::kU8) return 0;
  return is_integer(dtype) ? static_cast<T>(-largest<T>(dtype) - 1) : -largest<T>(dtype);
}

struct Parts {
  const std::int64_t* id;
  std::int64_t count;
  std::int64_t width;  // elements of each
};

template <class T>
void add_parts(const Parts& parts, const View& data, const View& out) {
  const Staged own(data, data.dtype);
  T* to = out.as<T>();
  std::fill_n(to, out.size(), T{});
  for_each_part(parts.id, parts.count, parts.width, own.view().as<const T>(), to, sum_of<T>);
}

void add_parts(const Parts& parts, const View& data, const View& out) {
  if (out.dtype == DType::kC64) return add_parts<std::complex<float>>(parts, data, out);
  if (out.dtype == DType::kC128) return add_parts<std::complex<double>>(parts, data, out);
  in_own_type("segment_fold", out.dtype, [&]<class T>(T) { add_parts<T>(parts, data, out); });
}

template <class T>
void fold_wide(SegmentFold fold, const Parts& parts, const View& data, const View& out) {
  const Staged wide(data, dtype_of<T>);
  StagedResult result(out, dtype_of<T>);
  const T* from = wide.view().template as<const T>();
  T* to = result.view().template as<T>();
  const T start = fold == SegmentFold::kMax ? smallest<T>(out.dtype) : fold == SegmentFold::kMin ? largest<T>(out.dtype) : T{1};
  std::fill_n(to, out.size(), start);
  const auto run = [&](const auto& f) { for_each_part(parts.id, parts.count, parts.width, from, to, f); };
  switch (fold) {
    case SegmentFold::kMax: run([](T a, T b) { return std::max(a, b); }); break;
    case SegmentFold::kMin: run([](T a, T b) { return std::min(a, b); }); break;
    default: run(product_of<T>);
  }
  result.finish();
}

}  // namespace

std::int64_t segment_fold(SegmentFold fold, const View& data, const View& ids, const View& out) {
  const Staged wide_ids(ids, DType::kI64);
  const Parts parts{wide_ids.view().as<const std::int64_t>(), ids.size(), ids.size() == 0 ? 0 : data.size() / ids.size()};
  const std::int64_t segments = out.shape[0];
  const auto* last = parts.id + parts.count;
  if (const auto* bad = std::find_if(parts.id, last, [segments](std::int64_t id) { return id >= segments; }); bad != last) return bad - parts.id;
  if (fold == SegmentFold::kSum) {
    add_parts(parts, data, out);
  } else {
    in_wide_type(out.dtype, [&]<class T>(T) { fold_wide<T>(fold, parts, data, out); });
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
