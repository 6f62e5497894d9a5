// Errors: "[op] what is wrong", then "help: what to do".
#include <whygrad/base/error.hpp>

#include <fmt/format.h>

namespace whygrad {
namespace {

// "1,234,567 bytes (1.2 MiB)"
std::string bytes_text(std::uint64_t bytes) {
  std::string digits = fmt::format("{}", bytes);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double count = static_cast<double>(bytes) / 1024;
  int unit = 0;
  for (; count >= 1024; ++unit) count /= 1024;
  return bytes < 1024 ? digits + " bytes" : fmt::format("{} bytes ({:.1f} {})", digits, count, kUnits[unit]);
}

std::string shortage(const std::string& subject, std::uint64_t wanted, std::uint64_t available) {
  if (wanted == 0) return fmt::format("there is no memory for {}; {} can be had", subject, bytes_text(available));
  return fmt::format("there is no memory for {}: it needs {}, and {} can be had", subject, bytes_text(wanted), bytes_text(available));
}

}  // namespace

MemoryError::MemoryError(const std::string& op, const std::string& subject, std::uint64_t wanted, std::uint64_t available)
    : Error(op, shortage(subject, wanted, available), "work in smaller batches or a narrower dtype, or let go of tensors and persistent tapes"),
      subject_(subject),
      wanted_(wanted),
      available_(available) {}

}  // namespace whygrad
