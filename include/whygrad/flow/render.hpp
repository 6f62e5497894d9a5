// Explanations for terminals, for machines, and as files. A page for a browser: <whygrad/render_html/html.hpp>.
#pragma once

#include <whygrad/base/export.hpp>
#include <whygrad/flow/explanation.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace whygrad {

// What a renderer is given: one explanation, or several, such as those of a Diagnosis. Refers to them.
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
  bool colour = false;        // by ANSI escape sequences; whoever writes to a terminal says so
  std::size_t columns = 100;  // as far as names and places allow
};
// As Explanation::to_string, which is this with the defaults.
WG_API std::string to_text(const Explanations& explanations, const TextOptions& options = {});

// One JSON document, as docs/flow.schema.json describes it: the findings, and the graphs where there are any.
WG_API std::string to_json(const Explanations& explanations);
// What such a document says; a graph without findings is judged, as explain(graph) does. Errors call the document by `name`. Throws as load_flow.
WG_API std::vector<Explanation> from_json(const std::string& text, const std::string& name = "the document");

struct SarifOptions {
  // Files below this folder are named relative to it, which is how pull requests find them; others by their full path.
  std::string root = {};
};
// A log in SARIF 2.1.0 (OASIS), which code hosts show beside the lines of a change: one result for each finding.
WG_API std::string to_sarif(const Explanations& explanations, const SarifOptions& options = {});

// Writes what to_json gives to a file, by custom NAME.wgflow, for `whygrad explain`. Throws IoError.
WG_API void save_flow(const Explanations& explanations, const std::string& path);
// The same of a file. Throws IoError where it cannot be read, is damaged, or was written by a newer version.
WG_API std::vector<Explanation> load_flow(const std::string& path);

}  // namespace whygrad
