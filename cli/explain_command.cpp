// `whygrad explain`: shows the findings of a stored flow graph.
#include "commands.hpp"
#include "terminal.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/flow/render.hpp>
#include <whygrad/render_html/html.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

namespace whygrad::cli {
namespace {

bool to_standard_output(const ExplainOptions& options) { return options.output == "-" || (options.output.empty() && options.format != "html"); }

std::string rendered(const std::vector<Explanation>& explanations, const ExplainOptions& options) {
  if (options.format == "json") return to_json(explanations);
  if (options.format == "sarif") return to_sarif(explanations, {.root = std::filesystem::current_path().string()});
  if (options.format == "html") return to_html(explanations, {.title = std::filesystem::path(options.file).filename().string()});
  const Terminal terminal = Terminal::of(1);
  const std::string text = to_text(explanations, {.colour = terminal.coloured && to_standard_output(options)});
  return text.empty() ? "nothing was found: every gradient that was asked for is there\n" : text;
}

void write(const std::string& path, const std::string& text) {
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw IoError("explain", fmt::format("{} cannot be written: {}", path, std::strerror(errno)), "check the folder and its permissions");
}

}  // namespace

int explain(const ExplainOptions& options) {
  const std::string text = rendered(load_flow(options.file), options);
  if (to_standard_output(options)) {
    fmt::print("{}", text);
  } else if (!options.output.empty()) {
    write(options.output, text);
  } else {  // a page is nothing for a terminal
    const std::filesystem::path page = std::filesystem::absolute(std::filesystem::path(options.file).stem().string() + ".whygrad.html");
    write(page.string(), text);
    fmt::print(stderr, "whygrad: the page is {}\n", page.string());
  }
  return kDone;
}

}  // namespace whygrad::cli
