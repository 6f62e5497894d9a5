// FunctionGraph: the graph of a traced function as data, to read, to draw and to keep in a file. It holds no tensors and needs no engine.
#pragma once

#include <whygrad/base/export.hpp>
#include <whygrad/flow/finding.hpp>
#include <whygrad/flow/flow_dtype.hpp>

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace whygrad {

struct WG_API FunctionGraph {
  using Index = std::uint32_t;
  static constexpr Index kNone = 0xffffffffu;

  struct Value {
    FlowDType dtype{};
    std::vector<std::int64_t> shape;
  };

  struct Input {
    Index value = 0;
    std::string name;  // of the variable that is read when the function is called; empty for an argument and for a tensor from outside
  };

  struct Body;

  // An op. Its outputs follow each other.
  struct Node {
    std::string op;  // "matmul"; of several ops in one sweep "fused"
    std::vector<Index> inputs;
    Index first_output = 0, outputs = 0;
    std::string variable;  // that it reads or assigns
    std::string scope;     // "encoder/block_3"
    Place place;
    // The ops of a fused node in their order. What stays within the node is a value of the graph too, behind all others.
    struct Step {
      std::string op;
      std::vector<Index> inputs;
      Index output = 0;
    };
    std::vector<Step> steps;
    std::vector<Body> bodies;  // of a loop or a branch
  };

  // What is known of memory before a graph runs, in bytes.
  struct Memory {
    std::uint64_t arena = 0;      // the block that the values share which do not leave the graph
    std::uint64_t inputs = 0;     // which the caller has
    std::uint64_t constants = 0;  // which the graph has
    std::uint64_t results = 0;    // which leave it
    // The most that a run allocates at once: the arena, what leaves, and the same of the body that needs most. What a loop keeps of its trips for a
    // gradient is not in it, since their number is not known, nor is what a kernel needs for itself.
    std::uint64_t peak = 0;
  };

  // The ops in the order in which they run.
  struct Graph {
    std::vector<Value> values;
    std::vector<Input> inputs;
    std::vector<Index> given;  // values that the caller has computed before
    std::vector<Index> constants;
    std::vector<Node> nodes;
    std::vector<Index> outputs;
    std::optional<Memory> memory;  // of a graph that is planned
  };

  // A graph that a node runs.
  struct Body {
    std::string name;         // "condition", "body", "branch 0"
    std::vector<Index> from;  // for each input of the graph, which input of the node it is; kNone if it is something else
    Graph graph;
  };

  std::string name;  // of the function
  Place place;       // where it is defined, or traced
  Graph traced;      // as the function was traced
  Graph compiled;    // as it runs outside of tapes, after all passes

  const Graph& stage(bool after_passes) const { return after_passes ? compiled : traced; }
  // One op per line: "%4 = matmul(%0, %1)  f32[4, 2]  model.py:12". Bodies stand indented behind their op.
  std::string to_string(bool after_passes = false) const;
};

WG_API std::ostream& operator<<(std::ostream& out, const FunctionGraph& graph);

// For Graphviz: boxes of fused ops and of bodies with their ops inside.
WG_API std::string to_dot(const FunctionGraph& graph, bool after_passes = false);
// The document that docs/graph.schema.json describes.
WG_API std::string to_json(const FunctionGraph& graph);
// Reads such a document. Errors call it `name`. Throws IoError if it is damaged or was written by a newer version.
WG_API FunctionGraph graph_from_json(const std::string& text, const std::string& name = "the document");
// Writes to_json to a file, by convention NAME.wggraph, for `whygrad graph`. Throws IoError.
WG_API void save_graph(const FunctionGraph& graph, const std::string& path);
// Throws IoError.
WG_API FunctionGraph load_graph(const std::string& path);

namespace internal {
// The text of one graph.
std::string text_of(const FunctionGraph::Graph& graph);
// "f32[4, 2]"
std::string signature_of(const FunctionGraph::Value& value);
// The nodes, also those of bodies, and the steps of a fused node as well.
std::size_t count_ops(const FunctionGraph::Graph& graph);
}  // namespace internal

}  // namespace whygrad
