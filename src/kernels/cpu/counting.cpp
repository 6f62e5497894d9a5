// Counting in bins, and lookup in ascending elements.
#include "kernels/counting.hpp"
#include "kernels/cpu/table.hpp"

#include "device/parallel.hpp"
#include "device/workspace.hpp"
#include "kernels/cpu/wide.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

namespace whygrad::kernels::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 14;  // elements per thread that justify a parallel region

// The distance of v from low. Integers are subtracted first, because a double may hold the difference but not v.
double above(double v, double low) { return v - low; }
double above(std::int64_t v, double low) {
  const bool whole = low == std::floor(low) && std::abs(low) < 0x1p62 && v > -(std::int64_t{1} << 62) && v < std::int64_t{1} << 62;
  return whole ? static_cast<double>(v - static_cast<std::int64_t>(low)) : static_cast<double>(v) - low;
}

double above(std::uint64_t v, double low) {
  return v < std::uint64_t{1} << 62 ? above(static_cast<std::int64_t>(v), low) : static_cast<double>(v) - low;
}

// Intervals of equal width, in TensorFlow's order of operations, so that numbers at a bound fall to the same side.
struct Bins {
  double low, width, last;
  Bins(double from, double to, std::int64_t n)
      : low(from), width(to / static_cast<double>(n) - from / static_cast<double>(n)), last(static_cast<double>(n - 1)) {}
  template <class T>
  std::int64_t of(T v) const {
    return static_cast<std::int64_t>(std::clamp(above(v, low) / width, 0.0, last));
  }
};

// Adds the counts of x[begin .. end) to `counts`. Returns false if an element is NaN.
template <class T>
bool count_in(const Bins& bins, const T* x, std::int64_t begin, std::int64_t end, std::int32_t* counts) {
  for (std::int64_t i = begin; i < end; ++i) {
    if (x[i] != x[i]) return false;
    ++counts[bins.of(x[i])];
  }
  return true;
}

// Each thread has its own bins if these are cheaper than the elements.
template <class T>
bool histogram_of(const T* x, std::int64_t n, const Bins& bins, std::int32_t* counts, std::int64_t bin_count) {
  std::fill_n(counts, bin_count, 0);
  const std::int64_t pieces = n / std::max(kGrain, 4 * bin_count);
  if (pieces < 2) return count_in(bins, x, 0, n, counts);
  const auto threads = static_cast<int>(std::min<std::int64_t>(pieces, device::thread_count()));
  device::Workspace<std::int32_t> own(static_cast<std::size_t>(threads * bin_count));
  std::atomic<bool> numbers{true};
  device::parallel_pieces(threads, [&](int piece) {
    if (!count_in(bins, x, n * piece / threads, n * (piece + 1) / threads, own.data() + piece * bin_count)) numbers = false;
  });
  for (std::size_t i = 0; i < own.size(); ++i) counts[static_cast<std::int64_t>(i) % bin_count] += own[i];
  return numbers;
}

// Adds weight(i) to the sum for x[i], for each i of one row.
template <class T, class Weight>
void add_row(const std::int64_t* x, std::int64_t begin, std::int64_t end, bool binary, const Weight& weight, T* sums, std::int64_t bins) {
  for (std::int64_t i = begin; i < end; ++i) {
    if (x[i] >= bins) continue;
    T& sum = sums[x[i]];
    sum = binary ? T{1} : static_cast<T>(sum + weight(i));
  }
}

template <class T, class Weight>
void add_up(const View& x, bool binary, const Weight& weight, const View& sums) {
  const Staged numbers(x, DType::kI64);
  StagedResult wide(sums, dtype_of<T>);
  const std::int64_t bins = sums.shape[sums.rank - 1], n = x.size(), rows = sums.rank == 2 ? sums.shape[0] : 1, length = rows == 0 ? 0 : n / rows;
  const auto* number = numbers.view().as<const std::int64_t>();
  T* sum = wide.view().template as<T>();
  std::fill_n(sum, rows * bins, T{0});
  device::parallel_for(rows, std::max<std::int64_t>(kGrain / std::max<std::int64_t>(length, 1), 1), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) add_row(number, row * length, (row + 1) * length, binary, weight, sum + row * bins, bins);
  });
  wide.finish();
}

}  // namespace

bool histogram(const View& x, double low, double high, const View& counts) {
  const std::int64_t bin_count = counts.shape[0];
  return in_wide_type(x.dtype, [&]<class T>(T) {
    const Staged wide(x, dtype_of<T>);
    return histogram_of(wide.view().template as<const T>(), x.size(), Bins(low, high, bin_count), counts.as<std::int32_t>(), bin_count);
  });
}

void bincount(const View& x, const View* weights, bool binary, const View& sums) {
  if (weights == nullptr)
    return add_up<std::int64_t>(
        x, binary, [](std::int64_t) { return std::int64_t{1}; }, sums);
  in_wide_type(sums.dtype, [&]<class T>(T) {
    const Staged wide(*weights, dtype_of<T>);
    const T* weight = wide.view().template as<const T>();
    add_up<T>(
        x, binary, [weight](std::int64_t i) { return weight[i]; }, sums);
  });
}

void searchsorted(const View& sequence, const View& values, bool right, const View& places) {
  in_wide_type(values.dtype, [&]<class T>(T) {
    const Staged wide_sequence(sequence, dtype_of<T>), wide_values(values, dtype_of<T>);
    const T *first = wide_sequence.view().template as<const T>(), *value = wide_values.view().template as<const T>();
    auto* place = places.as<std::int32_t>();
    const std::int64_t n = sequence.shape[sequence.rank - 1], m = values.shape[values.rank - 1];
    device::parallel_for(values.size(), kGrain / 16, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const T* row = first + i / m * n;
        const T* at = right ? std::upper_bound(row, row + n, value[i]) : std::lower_bound(row, row + n, value[i]);
        place[i] = static_cast<std::int32_t>(at - row);
      }
    });
  });
}

void in_top_k(const View& targets, const View& predictions, std::int64_t k, const View& out) {
  const Staged wide_targets(targets, DType::kI64);
  const auto* target = wide_targets.view().as<const std::int64_t>();
  bool* within = out.as<bool>();
  const std::int64_t classes = predictions.shape[1];
  in_wide_type(predictions.dtype, [&]<class T>(T) {
    const Staged wide(predictions, dtype_of<T>);
    const T* first = wide.view().template as<const T>();
    device::parallel_for(out.size(), std::max<std::int64_t>(kGrain / std::max<std::int64_t>(classes, 1), 1),
                         [&](std::int64_t begin, std::int64_t end) {
                           for (std::int64_t row = begin; row < end; ++row) {
                             const T* of_class = first + row * classes;
                             const bool exists = target[row] >= 0 && target[row] < classes;
                             const T own = exists ? of_class[target[row]] : T{};
                             within[row] = exists && std::count_if(of_class, of_class + classes, [own](T p) { return p > own; }) < k;
                           }
                         });
  });
}

}  // namespace whygrad::kernels::cpu
