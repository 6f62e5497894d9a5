// Any bytes as a .npy file.
#include "read_bytes.hpp"

#include <whygrad/io/npy.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return whygrad::fuzz::read_bytes(data, size, [](const std::string& path) { whygrad::io::load_npy(path); });
}
