// `whygrad explain`: shows the findings of a stored flow graph.
#include "commands.hpp"
#include "terminal.hpp"

#include <whygrad/flow/render.hpp>
#include <whygrad/render_html/html.hpp>

#include <filesystem>
#include <vector>

namespace whygrad::cli {
namespace {

std::string rendered(const std::vector<Explanation>& explanations, const ExplainOptions& options) {
  const std::string& format = options.output.format;
  if (format == "json") return to_json(explanations);
  if (format == "sarif") return to_sarif(explanations, {.root = std::filesystem::current_path().string()});
  if (format == "html") return to_html(explanations, {.title = std::filesystem::path(options.file).filename().string()});
  const Terminal terminal = Terminal::of(1);
  const std::string text = to_text(explanations, {.colour = terminal.coloured && options.output.is_standard()});
  return text.empty() ? "nothing was found: every gradient that was asked for is there\n" : text;
}

}  // namespace

int explain(const ExplainOptions& options) {
  options.output.deliver(rendered(load_flow(options.file), options), options.file, "explain");
  return kDone;
}

}  // namespace whygrad::cli
