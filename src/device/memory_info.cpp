// The amount of available memory, from the system and the control group.
#include "device/memory_info.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>

namespace whygrad::device {
namespace {

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

// A small file of the kernel, read without heap memory, because this runs when memory is exhausted.
struct SmallFile {
  std::array<char, 8192> text{};

  explicit SmallFile(const char* path) noexcept {
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    std::size_t size = 0;
    while (size + 1 < text.size()) {
      const ssize_t count = ::read(file, text.data() + size, text.size() - 1 - size);
      if (count <= 0) break;
      size += static_cast<std::size_t>(count);
    }
    ::close(file);
  }
  // The number after a name at the beginning of a line; the first number for an empty name.
  std::optional<std::uint64_t> number(const char* name) const noexcept {
    const std::size_t length = std::strlen(name);
    for (const char* line = text.data(); line != nullptr && *line != '\0';) {
      if (std::strncmp(line, name, length) == 0) {
        char* end = nullptr;
        const std::uint64_t value = std::strtoull(line + length, &end, 10);
        if (end != line + length) return value;
      }
      const char* next = std::strchr(line, '\n');
      line = next == nullptr ? nullptr : next + 1;
    }
    return {};
  }
};

std::uint64_t minus(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : 0; }

std::uint64_t of_machine() noexcept {
  const SmallFile info("/proc/meminfo");
  const auto free = info.number("MemAvailable:");
  return free ? (*free + info.number("SwapFree:").value_or(0)) * 1024 : kUnlimited;
}

// The limit of the control group, version 2 or 1. Pages of files count as used there, but can be reclaimed.
std::uint64_t of_group() noexcept {
  const char* const files[][3] = {
      {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current", "/sys/fs/cgroup/memory.stat"},
      {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes", "/sys/fs/cgroup/memory/memory.stat"}};
  for (const auto& [limit_path, used_path, stat_path] : files) {
    const auto limit = SmallFile(limit_path).number(""), used = SmallFile(used_path).number("");
    if (limit && used) return minus(*limit, minus(*used, SmallFile(stat_path).number("inactive_file ").value_or(0)));
  }
  return kUnlimited;
}

std::uint64_t of_process() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kUnlimited;
  const auto pages = SmallFile("/proc/self/statm").number("");
  return pages ? minus(limit.rlim_cur, *pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))) : kUnlimited;
}

}  // namespace

std::uint64_t available_memory() noexcept { return std::min({of_machine(), of_group(), of_process()}); }

}  // namespace whygrad::device
