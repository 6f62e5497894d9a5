// `whygrad graph`: shows the stored graph of a traced function.
#include "commands.hpp"

#include <whygrad/flow/function_graph.hpp>
#include <whygrad/render_html/html.hpp>

namespace whygrad::cli {
namespace {

std::string rendered(const FunctionGraph& graph, const GraphOptions& options) {
  const std::string& format = options.output.format;
  if (format == "json") return to_json(graph);
  if (format == "html") return to_html(graph);
  if (format == "dot") return to_dot(graph, options.compiled);
  return graph.to_string(options.compiled);
}

}  // namespace

int graph(const GraphOptions& options) {
  options.output.deliver(rendered(load_graph(options.file), options), options.file, "graph");
  return kDone;
}

}  // namespace whygrad::cli
