// Any bytes as a .wgflow file; what was read is drawn in all ways.
#include "read_bytes.hpp"

#include <whygrad/flow/render.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return whygrad::fuzz::read_bytes(data, size, [](const std::string& path) {
    const auto explanations = whygrad::load_flow(path);
    whygrad::to_text(explanations);
    whygrad::to_json(explanations);
    whygrad::to_sarif(explanations);
  });
}
