// Explanations, and graphs of functions, as pages for a browser.
#pragma once

#include <whygrad/base/export.hpp>
#include <whygrad/flow/function_graph.hpp>
#include <whygrad/flow/render.hpp>

#include <string>

namespace whygrad {

struct HtmlOptions {
  std::string title = "Why is there no gradient?";
  std::string note = {};  // what there is to say beside the findings, such as where the program stopped
};

// One self-contained page that asks no network for anything: the findings, the broken path of each as a picture, and the whole graph, collapsed by
// name scope. The source lines that can be read now are in it.
WG_API std::string to_html(const Explanations& explanations, const HtmlOptions& options = {});

// A page of the same kind: the function's graph before and after passes. A fused op, a body and a name scope are each one box, which opens. What a
// run takes of memory stands beside it.
WG_API std::string to_html(const FunctionGraph& graph);

}  // namespace whygrad
