// A file without a disk, for readers that take a path.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <stdexcept>
#include <string>

namespace whygrad::testing {

class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("whygrad-test", MFD_CLOEXEC)) {
    if (descriptor_ < 0) throw std::runtime_error("no file in memory");
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }
  // Replaces the contents.
  void write(const void* data, std::size_t bytes) {
    if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, data, bytes, 0) != static_cast<ssize_t>(bytes))
      throw std::runtime_error("no memory for a file");
  }

 private:
  int descriptor_;
};

}  // namespace whygrad::testing
