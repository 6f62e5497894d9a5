// Any bytes as an IDX file, plain or gzipped.
#include "read_bytes.hpp"

#include <whygrad/data/idx.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return whygrad::fuzz::read_bytes(data, size, [](const std::string& path) { whygrad::data::load_idx(path); });
}
