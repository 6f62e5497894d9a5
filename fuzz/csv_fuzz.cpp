// Any bytes as a table of text.
#include "read_bytes.hpp"

#include <whygrad/io/csv.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return whygrad::fuzz::read_bytes(data, size, [](const std::string& path) { whygrad::io::load_csv(path); });
}
