// Explanations as text, JSON, SARIF and files. A page for browsers: <whygrad/render_html/html.hpp>.
#pragma once

#include <whygrad/base/export.hpp>
#include <whygrad/flow/explanation.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace whygrad {

// The input of a renderer: one explanation, or several, such as those of a Diagnosis. Refers to them.
class Explanations {
 public:
  Explanations(const Explanation& one) : items_(&one, 1) {}
  Explanations(const std::vector<Explanation>& all) : items_(all) {}
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }

 private:
  std::span<const Explanation> items_;
};

struct TextOptions {
  bool colour = false;        // with ANSI escape sequences, if the caller writes to a terminal
  std::size_t columns = 100;  // may be exceeded by names and places
};
// As Explanation::to_string, which uses the defaults.
WG_API std::string to_text(const Explanations& explanations, const TextOptions& options = {});

// Renders one JSON document as described by docs/flow.schema.json: the findings, and the graphs if there are any.
WG_API std::string to_json(const Explanations& explanations);
// Reads such a document. A graph without findings is analysed as by explain(graph). Errors call the document `name`. Throws as load_flow.
WG_API std::vector<Explanation> from_json(const std::string& text, const std::string& name = "the document");

struct SarifOptions {
  // File names below this folder become relative to it, as pull requests need them; others stay absolute.
  std::string root = {};
};
// Renders a log in SARIF 2.1.0 (OASIS), which code hosts show beside the lines of a change: one result for each finding.
WG_API std::string to_sarif(const Explanations& explanations, const SarifOptions& options = {});

// Writes the result of to_json to a file, by convention NAME.wgflow, for `whygrad explain`. Throws IoError.
WG_API void save_flow(const Explanations& explanations, const std::string& path);
// Reads such a file. Throws IoError if it cannot be read, is damaged, or was written by a newer version.
WG_API std::vector<Explanation> load_flow(const std::string& path);

}  // namespace whygrad
