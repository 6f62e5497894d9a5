// Any bytes as a .wggraph file; what was read is drawn in all ways.
#include "read_bytes.hpp"

#include <whygrad/flow/function_graph.hpp>
#include <whygrad/render_html/html.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return whygrad::fuzz::read_bytes(data, size, [](const std::string& path) {
    const whygrad::FunctionGraph graph = whygrad::load_graph(path);
    for (const bool compiled : {false, true}) {
      graph.to_string(compiled);
      whygrad::to_dot(graph, compiled);
    }
    whygrad::to_json(graph);
    whygrad::to_html(graph);
  });
}
