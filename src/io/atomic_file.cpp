#include "io/atomic_file.hpp"

#include <whygrad/base/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
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

constinit const SystemCalls kSystemCalls = {[](const char* path, int flags, mode_t mode) { return ::open(path, flags, mode); }, ::write, ::fsync,
                                            ::close, ::rename};

AtomicFile::AtomicFile(const char* op, const std::string& path, const SystemCalls& calls) : op_(op), path_(path), calls_(calls) {
  static std::atomic<unsigned> number{0};
  // Names that a killed program with our process id left behind are passed over.
  do {
    temporary_ = fmt::format("{}.{}-{}.tmp", path, ::getpid(), number++);
    descriptor_ = calls_.open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && (errno == EEXIST || errno == EINTR));
  if (descriptor_ < 0) {
    named_ = true;  // there is nothing to remove
    fail("cannot be created");
  }
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) calls_.close(descriptor_);
  if (!named_) std::remove(temporary_.c_str());
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
  named_ = true;
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
