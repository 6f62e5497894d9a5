// A file that is whole or absent: written beside its place and moved there.
#include "io/atomic_file.hpp"
#include "io/leftovers.hpp"

#include <whygrad/base/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace whygrad::io {
namespace {

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

const char* remedy(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return "make room on the disk and save again; what stood there before is untouched";
    case EACCES:
    case EPERM:
    case EROFS: return "choose a folder that this program may write to";
    case ENOENT:
    case ENOTDIR: return "create the folder first";
    case EISDIR: return "the path names a folder; give a file name";
    default: return "what stood there before is untouched";
  }
}

}  // namespace

constinit const SystemCalls kSystemCalls = {[](const char* path, int flags, mode_t mode) { return ::open(path, flags, mode); },
                                            ::write,
                                            ::fsync,
                                            ::close,
                                            ::rename,
                                            [](int descriptor) { return ::flock(descriptor, LOCK_EX | LOCK_NB); }};

AtomicFile::AtomicFile(const char* op, const std::string& path, const SystemCalls& calls) : op_(op), path_(path), calls_(calls) {
  remove_leftovers(folder_of(path));
  if (!create(boot_id())) create(kNoBoot);
}

AtomicFile::~AtomicFile() { discard(); }

bool AtomicFile::create(const std::string& boot) {
  for (;;) {
    std::string name = temporary_name(path_, boot);
    descriptor_ = calls_.open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0 && (errno == EEXIST || errno == EINTR)) continue;
    if (descriptor_ < 0) fail("cannot be created");
    temporary_ = std::move(name);
    if (boot == kNoBoot) return true;
    // The lock must outlive close(), so it is held through a second descriptor of the same open file.
    lock_ = ::fcntl(descriptor_, F_DUPFD_CLOEXEC, 0);
    const bool locked = lock_ >= 0 && calls_.lock(lock_) == 0, lockable = locked || errno == EWOULDBLOCK;
    struct stat status {};
    if (locked && ::fstat(lock_, &status) == 0 && status.st_nlink > 0) return true;
    // Between open and lock the file looked like one that its writer left behind, and another process has removed it, or is about to.
    if (lockable) temporary_.clear();
    discard();
    if (!lockable) return false;
  }
}

void AtomicFile::discard() {
  if (descriptor_ >= 0) calls_.close(std::exchange(descriptor_, -1));
  if (!temporary_.empty()) std::remove(temporary_.c_str());
  temporary_.clear();
  if (lock_ >= 0) ::close(std::exchange(lock_, -1));
}

void AtomicFile::write(const void* data, std::size_t bytes) {
  const auto* at = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t count = calls_.write(descriptor_, at, bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot be written");
    at += count;
    bytes -= static_cast<std::size_t>(count);
    written_ += static_cast<std::uint64_t>(count);
  }
}

void AtomicFile::commit() {
  if (calls_.fsync(descriptor_) != 0) fail("cannot be brought to the disk");
  // Network file systems tell of a full disk only here.
  if (calls_.close(std::exchange(descriptor_, -1)) != 0) fail("cannot be closed");
  if (calls_.rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot take its name");
  temporary_.clear();
  discard();
  sync_folder();
}

void AtomicFile::sync_folder() {
  const std::string folder = folder_of(path_);
  const int descriptor = calls_.open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  const bool synced = descriptor >= 0 && (calls_.fsync(descriptor) == 0 || errno == EINVAL);  // EINVAL: this file system has no such thing
  const int error = errno;
  if (descriptor >= 0) calls_.close(descriptor);
  if (!synced) {
    throw IoError(op_, fmt::format("{} is written, but its folder cannot be brought to the disk: {}", path_, std::generic_category().message(error)),
                  "the new file is whole; only a power cut in the next seconds could bring the old one back");
  }
}

void AtomicFile::fail(const char* doing) const {
  const int error = errno;
  throw IoError(op_, fmt::format("{} {} after {} bytes: {}", path_, doing, written_, std::generic_category().message(error)), remedy(error));
}

}  // namespace whygrad::io
