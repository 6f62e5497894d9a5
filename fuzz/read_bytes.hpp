// Feeds any bytes to a reader of files.
#pragma once

#include <whygrad/base/error.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace whygrad::fuzz {

// Calls read(path) on a file in memory that holds the bytes. A reader may accept them or refuse them with an IoError; whatever else it does (another
// exception, a crash, a large allocation) ends the program, which is how libFuzzer is told.
template <class Read>
int read_bytes(const std::uint8_t* data, std::size_t size, Read&& read) {
  static const int file = ::memfd_create("fuzz", MFD_CLOEXEC);
  if (file < 0 || ::ftruncate(file, 0) != 0 || ::pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) std::abort();
  try {
    read("/proc/self/fd/" + std::to_string(file));
  } catch (const IoError&) {
  }
  return 0;
}

}  // namespace whygrad::fuzz
