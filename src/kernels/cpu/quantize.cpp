// Rounding to the levels of a quantised type.
#include "kernels/quantize.hpp"

#include "device/parallel.hpp"
#include "kernels/cpu/dnn_scratch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace whygrad::kernels::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 12;

// The levels between two bounds.
template <class T>
struct Levels {
  T low, high;       // of x among the levels
  T scale = 0;       // levels per unit; not for kNudged
  T step;            // units per level
  T offset = 0;      // the level at which counting begins
  bool one = false;  // both bounds are 0: there is one level, which is 0

  Levels(T least_x, T most_x, const Quantizer& q) {
    const T least = static_cast<T>(q.least), most = static_cast<T>(q.most);
    if (q.kind == Quantizer::kNudged) {
      one = least_x == 0 && most_x == 0;
      step = (most_x - least_x) / (most - least);
      const T from_low = least - least_x / step;
      const T zero = from_low < least ? least : from_low > most ? most : std::round(from_low);
      low = (least - zero) * step;
      high = (most - zero) * step;
      offset = low;
      return;
    }
    constexpr T kNone = std::numeric_limits<T>::max();
    const T by_low = least * least_x > 0 ? least / least_x : kNone, by_high = most * most_x > 0 ? most / most_x : kNone;
    low = least_x;
    high = most_x;
    if (by_low < by_high) {
      scale = by_low;
      step = least_x / least;
      high = most * step;
    } else {
      scale = by_high;
      step = most_x / most;
      low = least * step;
    }
  }

  T at(T x, const Quantizer& q) const {
    if (q.kind == Quantizer::kNudged) {
      if (one) return 0;
      const T inside = std::max(std::min(x, high), low);
      return std::floor((inside - offset) / step + T(0.5)) * step + offset;  // divided as TensorFlow does, which decides ties
    }
    const T inside = q.clips ? std::max(std::min(x, high), low) : x;
    return (q.half_up ? std::floor(inside * scale + T(0.5)) : std::nearbyint(inside * scale)) * step;
  }
};

template <class T>
void run(const View& x, const View& low, const View& high, const Quantizer& q, const View& out, const View& region) {
  const auto *from = x.as<const T>(), *least = low.as<const T>(), *most = high.as<const T>();
  device::parallel_for(x.size(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    Levels<T> levels(least[begin], most[begin], q);
    T lowest = 0, highest = 0;
    for (std::int64_t i = begin; i < end; ++i) {
      const bool as_before = i != begin && least[i] == least[i - 1] && most[i] == most[i - 1];
      if (!as_before) {
        levels = Levels<T>(least[i], most[i], q);
        lowest = q.kind == Quantizer::kNudged ? levels.low : least[i];
        highest = q.kind == Quantizer::kNudged ? levels.high : most[i];
      }
      out.as<T>()[i] = levels.at(from[i], q);
      const int place = from[i] < lowest ? -1 : from[i] > highest ? 1 : std::isnan(from[i]) ? 2 : 0;
      region.as<std::int8_t>()[i] = static_cast<std::int8_t>(levels.one || !q.clips ? 0 : place);
    }
  });
}

}  // namespace

void quantize(const View& x, const View& low, const View& high, const Quantizer& quantizer, const View& out, const View& region) {
  const DType dtype = x.dtype == DType::kF64 ? DType::kF64 : DType::kF32;
  const Staged numbers(x, dtype), least(low, dtype), most(high, dtype);
  StagedResult result(out, dtype);
  if (dtype == DType::kF64) {
    run<double>(numbers.view(), least.view(), most.view(), quantizer, result.view(), region);
  } else {
    run<float>(numbers.view(), least.view(), most.view(), quantizer, result.view(), region);
  }
  result.finish();
}

}  // namespace whygrad::kernels::cpu
