// Distribution of slices by number.
#include "kernels/partition.hpp"
#include "kernels/cpu/table.hpp"

#include "device/workspace.hpp"
#include "kernels/cpu/dnn_scratch.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace whygrad::kernels::cpu {

std::int64_t count_numbers(const View& numbers, std::span<std::int64_t> counts) {
  const Staged wide(numbers, DType::kI64);
  const auto* number = wide.view().as<const std::int64_t>();
  const auto end = static_cast<std::int64_t>(counts.size());
  std::fill(counts.begin(), counts.end(), 0);
  for (std::int64_t i = 0, n = numbers.size(); i < n; ++i) {
    if (number[i] < 0 || number[i] >= end) return i;
    ++counts[static_cast<std::size_t>(number[i])];
  }
  return -1;
}

void partition(const View& data, const View& numbers, std::span<const View> parts) {
  const Staged packed(data, data.dtype), wide(numbers, DType::kI64);
  const auto* number = wide.view().as<const std::int64_t>();
  const std::int64_t n = numbers.size();
  const auto bytes = n == 0 ? 0 : static_cast<std::size_t>(data.size() / n) * size_of(data.dtype);
  if (bytes == 0) return;
  device::Workspace<std::byte*> next(parts.size());
  std::transform(parts.begin(), parts.end(), next.begin(), [](const View& part) { return part.as<std::byte>(); });
  const auto* from = packed.view().as<const std::byte>();
  for (std::int64_t i = 0; i < n; ++i, from += bytes) {
    std::byte*& to = next[static_cast<std::size_t>(number[i])];
    std::memcpy(to, from, bytes);
    to += bytes;
  }
}

void places_by_number(const View& numbers, std::int64_t count, const View& places) {
  const Staged wide(numbers, DType::kI64);
  const auto* number = wide.view().as<const std::int64_t>();
  auto* place = places.as<std::int64_t>();
  const std::int64_t n = numbers.size();
  device::Workspace<std::int64_t> next(static_cast<std::size_t>(count + 1));
  for (std::int64_t i = 0; i < n; ++i) ++next[static_cast<std::size_t>(number[i] + 1)];
  std::partial_sum(next.begin(), next.end(), next.begin());
  for (std::int64_t i = 0; i < n; ++i) place[i] = next[static_cast<std::size_t>(number[i])]++;
}

}  // namespace whygrad::kernels::cpu
