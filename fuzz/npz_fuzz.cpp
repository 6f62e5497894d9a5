// Any bytes as a .npz file: read or refused, nothing else.
#include "memory_file.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/io/npy.hpp>

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static whygrad::testing::MemoryFile file;
  file.write(data, size);
  try {
    whygrad::io::load_npz(file.path());
  } catch (const whygrad::IoError&) {
  }
  return 0;
}
