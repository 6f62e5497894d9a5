// The graphs of traced functions, to look at.
#include "module.hpp"

#include <whygrad/flow/function_graph.hpp>
#include <whygrad/render_html/html.hpp>

#include <nanobind/stl/string.h>

namespace whygrad::python {

void bind_function_graph(nb::module_& m) {
  using nb::arg;
  nb::class_<FunctionGraph>(m, "FunctionGraph", "The graph of a traced function, before and after passes.")
      .def_ro("name", &FunctionGraph::name)
      .def_prop_ro(
          "place", [](const FunctionGraph& g) { return g.place.short_text(); }, "Where it was traced: 'model.py:12'.")
      .def_prop_ro(
          "arena_bytes", [](const FunctionGraph& g) { return g.compiled.memory.value_or(FunctionGraph::Memory()).arena; },
          "The block that the values share which do not leave the graph.")
      .def_prop_ro(
          "peak_bytes", [](const FunctionGraph& g) { return g.compiled.memory.value_or(FunctionGraph::Memory()).peak; },
          "The most that a call outside of tapes allocates at once, known before it runs: the arena, what leaves, and the same of the bodies of "
          "loops and branches.")
      .def("to_text", &FunctionGraph::to_string, arg("compiled") = false, "One op per line. If `compiled`, the graph that runs, after all passes.")
      .def("to_dot", &to_dot, arg("compiled") = false, "For Graphviz; fused ops and bodies are boxes with their ops inside.")
      .def(
          "to_html", [](const FunctionGraph& g) { return to_html(g); },
          "A page of its own, which needs no network, with the graph before and after passes.")
      .def(
          "to_json", [](const FunctionGraph& g) { return to_json(g); }, "The document that load_graph and `whygrad graph` read.")
      .def("__str__", [](const FunctionGraph& g) { return g.to_string(); });
  m.def(
      "graph_from_json", [](const nb::bytes& text, const std::string& name) { return graph_from_json(std::string(text.c_str(), text.size()), name); },
      arg("text"), arg("name"));
}

}  // namespace whygrad::python
