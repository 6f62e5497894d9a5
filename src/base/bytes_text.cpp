// Amounts of memory in words.
#include "base/bytes_text.hpp"

#include <fmt/format.h>

namespace whygrad::internal {

std::string bytes_text(std::uint64_t bytes) {
  std::string digits = fmt::format("{}", bytes);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double count = static_cast<double>(bytes) / 1024;
  int unit = 0;
  for (; count >= 1024; ++unit) count /= 1024;
  return bytes < 1024 ? digits + " bytes" : fmt::format("{} bytes ({:.1f} {})", digits, count, kUnits[unit]);
}

}  // namespace whygrad::internal
