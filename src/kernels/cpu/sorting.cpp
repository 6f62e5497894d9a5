// Sorting and distinct elements.
#include "kernels/sorting.hpp"
#include "kernels/cpu/table.hpp"

#include "device/parallel.hpp"
#include "device/workspace.hpp"
#include "kernels/cpu/wide.hpp"

#include <algorithm>
#include <numeric>

namespace whygrad::kernels::cpu {
namespace {

constexpr std::int64_t kGrain = 1 << 12;  // elements per thread that justify a parallel region

// Whether element i comes before element j.
template <class T, bool kDescending>
struct Before {
  const T* x;
  bool operator()(std::int32_t i, std::int32_t j) const {
    const auto a = value_of(x[i]), b = value_of(x[j]);
    if (a == b) return i < j;
    if (a != a || b != b) return a != a && (b == b || i < j);
    return kDescending ? a > b : a < b;
  }
};

template <class T, bool kDescending>
void order_each_row(const View& x, std::int64_t k, const View& positions) {
  const std::int64_t n = x.shape[x.rank - 1];
  if (n == 0 || k == 0) return;
  device::parallel_for(x.size() / n, std::max<std::int64_t>(kGrain / n, 1), [&](std::int64_t begin, std::int64_t end) {
    device::Workspace<std::int32_t> places(static_cast<std::size_t>(n));
    for (std::int64_t row = begin; row < end; ++row) {
      std::iota(places.begin(), places.end(), 0);
      const Before<T, kDescending> before{x.as<const T>() + row * n};
      if (k < n) std::nth_element(places.begin(), places.begin() + k, places.end(), before);
      std::sort(places.begin(), places.begin() + k, before);
      std::copy_n(places.begin(), k, positions.as<std::int32_t>() + row * k);
    }
  });
}

template <class T>
std::int64_t number_elements(const View& x, const View& numbers) {
  const std::int64_t n = x.size();
  const T* elements = x.as<T>();
  auto* number = numbers.as<std::int32_t>();
  device::Workspace<std::int32_t> sorted(static_cast<std::size_t>(n));
  cpu::order(false, x, n, numbers.under(sorted.data(), numbers.shape, numbers.strides, 1));
  // In each run of equal elements the first occurrence comes first; the others refer to it.
  for (std::size_t i = 0, first = 0; i < sorted.size(); ++i) {
    if (value_of(elements[sorted[i]]) != value_of(elements[sorted[first]])) first = i;
    number[sorted[i]] = sorted[first];
  }
  std::int32_t count = 0;
  for (std::int32_t i = 0; i < n; ++i) number[i] = number[i] == i ? count++ : number[number[i]];
  return count;
}

}  // namespace

void order(bool descending, const View& x, std::int64_t k, const View& positions) {
  in_own_type("order", x.dtype,
              [&]<class T>(T) { descending ? order_each_row<T, true>(x, k, positions) : order_each_row<T, false>(x, k, positions); });
}

std::int64_t number_distinct(const View& x, const View& numbers) {
  return in_own_type("number_distinct", x.dtype, [&]<class T>(T) { return number_elements<T>(x, numbers); });
}

void first_of_each(const View& numbers, const View& places) {
  const auto* number = numbers.as<const std::int32_t>();
  auto* place = places.as<std::int32_t>();
  // Numbers are assigned in the order of occurrence.
  for (std::int32_t i = 0, next = 0, n = static_cast<std::int32_t>(numbers.size()); i < n; ++i) {
    if (number[i] == next) place[next++] = i;
  }
}

void order_rows(const View& x, const View& order) {
  const Staged wide(x, DType::kI64);
  const auto* first = wide.view().as<const std::int64_t>();
  const std::int64_t columns = x.shape[1];
  auto* rows = order.as<std::int64_t>();
  std::iota(rows, rows + x.shape[0], 0);
  std::stable_sort(rows, rows + x.shape[0], [=](std::int64_t a, std::int64_t b) {
    return std::lexicographical_compare(first + a * columns, first + (a + 1) * columns, first + b * columns, first + (b + 1) * columns);
  });
}

}  // namespace whygrad::kernels::cpu
