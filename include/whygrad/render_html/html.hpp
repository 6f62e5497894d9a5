// Explanations as a page for a browser. Belongs to the library whygrad::render_html, since Graphviz is too heavy for the core.
#pragma once

#include <whygrad/base/export.hpp>
#include <whygrad/explain/render.hpp>

#include <string>

namespace whygrad {

struct HtmlOptions {
  std::string title = "Why is there no gradient?";
};

// One self-contained page that asks no network for anything: the findings, the broken path of each as Graphviz lays it out, and the whole graph,
// collapsed by name scope. The source lines that can be read now are in it. Throws Error where Graphviz has no `dot` layout installed.
WG_API std::string to_html(const Explanations& explanations, const HtmlOptions& options = {});

}  // namespace whygrad
