// Bytes to be read, of a file or of memory, with errors that say where they ended.
#include "io/source.hpp"

#include <whygrad/base/error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace whygrad::io {

void Source::read(std::uint64_t offset, void* to, std::size_t bytes, const char* expected) const {
  if (offset > size_ || bytes > size_ - offset) {
    fail(offset, fmt::format("expected {} of {} bytes, but the file ends after {}", expected, bytes, size_ - std::min(offset, size_)),
         "the file was cut short; copy or write it again");
  }
  if (bytes != 0) read_inside(offset, to, bytes);
}

void Source::fail(std::uint64_t offset, const std::string& what, const std::string& help) const {
  throw IoError(op_, fmt::format("{}, byte {}: {}", name_, offset, what),
                help.empty() ? "the file is damaged or of another kind; copy or write it again" : help);
}

FileSource::FileSource(const char* op, const std::string& path) : Source(op, path) {
  // Without O_NONBLOCK a named pipe would be waited for here.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) {
    throw IoError(op, fmt::format("{} cannot be opened: {}", path, std::generic_category().message(errno)), "check the path and the permissions");
  }
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    throw IoError(op, fmt::format("{} is not a regular file", path), "folders, pipes and devices are not read; give a file");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

FileSource::~FileSource() { ::close(descriptor_); }

void FileSource::read_inside(std::uint64_t offset, void* to, std::size_t bytes) const {
  auto* at = static_cast<char*>(to);
  while (bytes > 0) {
    const ssize_t count = ::pread(descriptor_, at, bytes, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0)
      throw IoError(op(), fmt::format("{}, byte {}: {}", name(), offset, std::generic_category().message(errno)), "the disk did not deliver");
    if (count == 0) fail(offset, fmt::format("expected {} more bytes, but the file ends", bytes), "it became shorter while it was read");
    at += count;
    offset += static_cast<std::uint64_t>(count);
    bytes -= static_cast<std::size_t>(count);
  }
}

MemorySource::MemorySource(const char* op, std::string name, std::span<const char> bytes) : Source(op, std::move(name)), bytes_(bytes) {
  size_ = bytes.size();
}

void MemorySource::read_inside(std::uint64_t offset, void* to, std::size_t bytes) const { std::memcpy(to, bytes_.data() + offset, bytes); }

}  // namespace whygrad::io
