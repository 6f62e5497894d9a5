// Names of temporary files, and the removal of those whose writer is gone.
#include "io/leftovers.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <memory>
#include <mutex>
#include <set>
#include <string_view>

namespace whygrad::io {
namespace {

constexpr std::string_view kMark = ".whygrad-", kEnd = ".tmp";
constexpr std::size_t kBootDigits = 8;
constexpr std::size_t kLongestStem = 200;  // a name has at most 255 bytes, and ours adds up to 48
constexpr std::time_t kDay = 24 * 60 * 60;

bool all_of(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

// The boot id in a name that temporary_name() made; nothing for any other name.
std::string_view boot_of(std::string_view name) {
  const std::size_t mark = name.rfind(kMark);
  if (mark == std::string_view::npos || !name.ends_with(kEnd)) return {};
  std::string_view rest = name.substr(mark + kMark.size());
  rest.remove_suffix(kEnd.size());
  const std::size_t first = rest.find('-'), second = rest.find('-', first + 1);
  if (first != kBootDigits || second == std::string_view::npos) return {};
  const std::string_view boot = rest.substr(0, first);
  const bool ours = all_of(boot, "0123456789abcdef") && all_of(rest.substr(first + 1, second - first - 1), "0123456789") &&
                    all_of(rest.substr(second + 1), "0123456789");
  return ours ? boot : std::string_view();
}

// True once for each folder; a folder that cannot be found is none.
bool first_visit(const std::string& folder) {
  const std::unique_ptr<char, void (*)(void*)> path(::realpath(folder.c_str(), nullptr), std::free);
  if (path == nullptr) return false;
  static std::mutex mutex;
  static std::set<std::string> visited;
  const std::lock_guard lock(mutex);
  return visited.emplace(path.get()).second;
}

bool is_without_writer(int descriptor, bool this_boot) {
  const bool locked = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  if (!locked && errno == EWOULDBLOCK) return false;
  if (locked && this_boot) return true;
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && status.st_mtime < std::time(nullptr) - kDay;
}

// Whether `path` still names the file behind the descriptor: its writer may have given it its final name, and another one taken the old.
bool names(const std::string& path, int descriptor) {
  struct stat there {
  }, open{};
  return ::lstat(path.c_str(), &there) == 0 && ::fstat(descriptor, &open) == 0 && S_ISREG(open.st_mode) && there.st_dev == open.st_dev &&
         there.st_ino == open.st_ino;
}

void remove_if_left_over(const std::string& path, bool this_boot) {
  // For writing, since NFS takes an exclusive lock only for that. Nothing is written.
  const int descriptor = ::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return;
  if (is_without_writer(descriptor, this_boot) && names(path, descriptor)) ::unlink(path.c_str());
  ::close(descriptor);
}

std::string read_boot_id() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  id.resize(std::min(id.size(), kBootDigits));
  return id.size() == kBootDigits && all_of(id, "0123456789abcdef") ? id : kNoBoot;
}

}  // namespace

const std::string& boot_id() {
  static const std::string id = read_boot_id();
  return id;
}

std::string temporary_name(const std::string& path, const std::string& boot) {
  static std::atomic<unsigned> number{0};
  const std::size_t stem = path.rfind('/') + 1;  // 0 where there is none
  const std::string_view kept = std::string_view(path).substr(0, stem + std::min(path.size() - stem, kLongestStem));
  return fmt::format("{}{}{}-{}-{}{}", kept, kMark, boot, ::getpid(), number++, kEnd);
}

void remove_leftovers(const std::string& folder) {
  if (!first_visit(folder)) return;
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(folder.c_str()), ::closedir);
  if (entries == nullptr) return;
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string_view boot = boot_of(entry->d_name);
    if (!boot.empty()) remove_if_left_over(folder + "/" + entry->d_name, boot == boot_id() && boot != kNoBoot);
  }
}

}  // namespace whygrad::io
