// Any bytes as a safetensors file.
#include "read_bytes.hpp"

#include <whygrad/io/safetensors.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return whygrad::fuzz::read_bytes(data, size, [](const std::string& path) { whygrad::io::load_safetensors(path); });
}
