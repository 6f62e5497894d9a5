// Any bytes as an IDX file, plain or gzipped: read or refused, nothing else.
#include "memory_file.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/data/idx.hpp>

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static whygrad::testing::MemoryFile file;
  file.write(data, size);
  try {
    whygrad::data::load_idx(file.path());
  } catch (const whygrad::IoError&) {
  }
  return 0;
}
