// The pictures of a page: their contents, before layout.
#pragma once

#include "render_html/flow_status.hpp"
#include "render_html/layout.hpp"
#include "render_html/scope_tree.hpp"

#include <whygrad/flow/explanation.hpp>
#include <whygrad/flow/flow_graph.hpp>

#include <string>
#include <vector>

namespace whygrad::render_html {

struct Node {
  enum class Kind : std::uint8_t {
    kOp,     // index: in the graph's ops
    kValue,  // index: in its values; a variable or a tensor that nothing here made
    kGroup,  // index: of the view that shows it
    kStep,   // index: in the path of `finding`
    kGap,    // index: how many ops are left out
  };
  Kind kind = Kind::kOp;
  std::size_t index = 0;
  std::string name, note;  // two lines
  OpStatus status = OpStatus::kAside;
  std::vector<std::string> lines = {};  // what is in a group, below the two lines
  bool outside = false;                 // of the group that the view shows
  std::size_t finding = 0;
};
const char* name_of(Node::Kind kind);

// Nodes and the boxes of the drawing stand in the same order.
struct View {
  std::string title;
  std::size_t parent = 0;  // the view above; itself at the top
  std::vector<Node> nodes;
  Drawing drawing;
};

// Whether the box of a group names what is in it.
enum class Contents : std::uint8_t { kCounted, kListed };

// One for each group of the tree, in their order.
std::vector<View> graph_views(const FlowGraph& graph, const ScopeTree& tree, const std::vector<OpStatus>& status,
                              Contents contents = Contents::kCounted);

// The paths of findings that have one cause in common, joined where they meet, with what else goes into their ops. `members` are numbers of findings
// of the explanation, `status` what becomes of the gradient at each op of its graph; empty where there is none.
View path_view(const Explanation& explanation, const std::vector<OpStatus>& status, const std::vector<std::size_t>& members);

// ---- What views are put together of ----

std::size_t add_node(View& view, Node node);
Node op_node(const FlowGraph& graph, FlowGraph::Index op, OpStatus status);
Node value_node(const FlowGraph& graph, FlowGraph::Index value);

}  // namespace whygrad::render_html
