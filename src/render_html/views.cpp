// Which views of a graph a page shows.
#include "render_html/views.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace whygrad::render_html {
namespace {

using Index = FlowGraph::Index;

constexpr double kHeight = 42, kCharacter = 7.4, kPadding = 34, kNarrowest = 90, kWidest = 250;
constexpr double kLineHeight = 16;
constexpr std::size_t kMostOutside = 12;  // neighbours that a view shows one by one
constexpr std::size_t kMostLines = 12;    // of a group's contents

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

Box box_of(const Node& node) {
  std::size_t longest = std::max(characters(node.name), characters(node.note));
  for (const std::string& line : node.lines) longest = std::max(longest, characters(line));
  const auto wanted = static_cast<double>(longest) * kCharacter + kPadding;
  const double lines = node.lines.empty() ? 0 : kLineHeight * static_cast<double>(node.lines.size()) + 8;
  return {.width = std::clamp(wanted, kNarrowest, kWidest), .height = kHeight + lines};
}

class GraphViews {
 public:
  GraphViews(const FlowGraph& graph, const ScopeTree& tree, const std::vector<OpStatus>& status, Contents contents)
      : graph_(graph),
        tree_(tree),
        status_(status),
        contents_(contents),
        views_(tree.groups().size()),
        known_(views_.size()),
        worst_(views_.size(), OpStatus::kAside) {}

  std::vector<View> make() {
    find_worst();
    for (std::size_t g = 0; g < views_.size(); ++g) add_members(g);
    for (Index op = 0; op < graph_.ops.size(); ++op) {
      for (const Index v : graph_.inputs_of(op)) {
        const Index maker = graph_.values[v].op;
        const Member from{maker != FlowGraph::kNone, maker != FlowGraph::kNone ? maker : v};
        connect(from, from.is_op ? tree_.group_of_op(maker) : tree_.group_of_leaf(v), {true, op}, tree_.group_of_op(op));
      }
    }
    return std::move(views_);
  }

 private:
  // What a view shows: a member, or a group that is a part of it or lies outside.
  struct Key {
    Node::Kind kind;
    std::size_t index;
    auto operator<=>(const Key&) const = default;
  };
  static Key key_of(const Member& member) { return {member.is_op ? Node::Kind::kOp : Node::Kind::kValue, member.index}; }

  // The status of a group: the worst in it. Groups below may have smaller numbers than those above, so the ops are walked up from.
  void find_worst() {
    for (Index op = 0; op < graph_.ops.size(); ++op) {
      std::size_t g = tree_.group_of_op(op);
      while (worst_[g] < status_[op]) {
        worst_[g] = status_[op];
        g = tree_.groups()[g].parent;
      }
    }
  }

  std::size_t ops_in(std::size_t group) const {
    std::size_t count = 0;
    std::vector<std::size_t> open = {group};
    while (!open.empty()) {
      const Group& g = tree_.groups()[open.back()];
      open.pop_back();
      count += static_cast<std::size_t>(std::count_if(g.members.begin(), g.members.end(), [](const Member& m) { return m.is_op; }));
      open.insert(open.end(), g.groups.begin(), g.groups.end());
    }
    return count;
  }

  Node group_node(std::size_t group) const {
    if (group == 0) return {Node::Kind::kGroup, 0, "elsewhere", "", OpStatus::kAside};
    Node node{Node::Kind::kGroup, group, tree_.groups()[group].name, ops_text(group), worst_[group]};
    if (contents_ == Contents::kListed) node.lines = lines_of(tree_.groups()[group]);
    return node;
  }

  std::string ops_text(std::size_t group) const {
    const std::size_t ops = ops_in(group);
    return fmt::format("{} op{}", ops, ops == 1 ? "" : "s");
  }

  std::vector<std::string> lines_of(const Group& group) const {
    std::vector<std::string> lines;
    for (const std::size_t below : group.groups) lines.push_back(fmt::format("{}: {}", tree_.groups()[below].name, ops_text(below)));
    for (const Member& member : group.members) {
      if (member.is_op) lines.emplace_back(graph_.name_of(member.index));
    }
    if (lines.size() > kMostLines) {
      const std::size_t more = lines.size() - kMostLines + 1;
      lines.resize(kMostLines - 1);
      lines.push_back(fmt::format("and {} more", more));
    }
    return lines;
  }

  void add_members(std::size_t g) {
    const Group& group = tree_.groups()[g];
    views_[g].title = group.name;
    views_[g].parent = group.parent;
    for (const std::size_t below : group.groups) show(g, {Node::Kind::kGroup, below});
    for (const Member& member : group.members) show(g, key_of(member));
  }

  // The node in view g.
  std::size_t show(std::size_t g, const Key& key) {
    const auto [at, added] = known_[g].nodes.try_emplace(key, views_[g].nodes.size());
    if (!added) return at->second;
    Node node;
    switch (key.kind) {
      case Node::Kind::kOp: node = op_node(graph_, static_cast<Index>(key.index), status_[key.index]); break;
      case Node::Kind::kValue: node = value_node(graph_, static_cast<Index>(key.index)); break;
      default: node = group_node(key.index);
    }
    return add_node(views_[g], std::move(node));
  }

  // A neighbour of view g that lies outside of it, as it looks from where both meet. All beyond kMostOutside are one node.
  std::size_t show_outside(std::size_t g, const Key& seen) {
    const auto at = known_[g].nodes.find(seen);
    if (at != known_[g].nodes.end()) return at->second;
    const bool crowded = known_[g].outside == kMostOutside;
    if (!crowded) ++known_[g].outside;
    const std::size_t node = show(g, crowded ? Key{Node::Kind::kGroup, 0} : seen);
    views_[g].nodes[node].outside = true;
    return node;
  }

  void add_arrow(std::size_t g, std::size_t from, std::size_t to) {
    if (from != to && known_[g].arrows.emplace(from, to).second) views_[g].drawing.arrows.push_back({from, to});
  }

  // One edge, in every view that it touches.
  void connect(const Member& from, std::size_t from_group, const Member& to, std::size_t to_group) {
    const std::size_t meeting = tree_.parent_of_both(from_group, to_group);
    const Key from_seen = seen_from(meeting, from, from_group), to_seen = seen_from(meeting, to, to_group);
    add_arrow(meeting, show(meeting, from_seen), show(meeting, to_seen));
    Key part = key_of(from);
    for (std::size_t g = from_group; g != meeting; g = tree_.groups()[g].parent) {
      add_arrow(g, show(g, part), show_outside(g, to_seen));
      part = {Node::Kind::kGroup, g};
    }
    part = key_of(to);
    for (std::size_t g = to_group; g != meeting; g = tree_.groups()[g].parent) {
      add_arrow(g, show_outside(g, from_seen), show(g, part));
      part = {Node::Kind::kGroup, g};
    }
  }

  Key seen_from(std::size_t meeting, const Member& member, std::size_t group) const {
    Key key = key_of(member);
    for (; group != meeting; group = tree_.groups()[group].parent) key = {Node::Kind::kGroup, group};
    return key;
  }

  const FlowGraph& graph_;
  const ScopeTree& tree_;
  const std::vector<OpStatus>& status_;
  Contents contents_;
  std::vector<View> views_;
  struct Known {
    std::map<Key, std::size_t> nodes;
    std::set<std::pair<std::size_t, std::size_t>> arrows;
    std::size_t outside = 0;
  };
  std::vector<Known> known_;
  std::vector<OpStatus> worst_;
};

}  // namespace

std::size_t add_node(View& view, Node node) {
  view.drawing.boxes.push_back(box_of(node));
  view.nodes.push_back(std::move(node));
  return view.nodes.size() - 1;
}

Node op_node(const FlowGraph& graph, Index op, OpStatus status) {
  const FlowGraph::Op& o = graph.ops[op];
  Node node{Node::Kind::kOp, op, graph.name_of(op), o.outputs != 0 ? graph.signature(o.first_output) : "", status};
  if (graph.kind_of(op) == OpKind::kVariable && o.outputs != 0 && graph.values[o.first_output].variable != FlowGraph::kNone) {
    node.name = graph.variables[graph.values[o.first_output].variable].name;
  }
  if (o.rule_of_def != FlowGraph::kNone) node.name = "gradient of " + node.name;
  return node;
}

Node value_node(const FlowGraph& graph, Index value) {
  const FlowGraph::Value& v = graph.values[value];
  const char* name = v.variable != FlowGraph::kNone ? graph.variables[v.variable].name : "tensor";
  return {Node::Kind::kValue, value, name, graph.signature(value), OpStatus::kAside};
}

const char* name_of(Node::Kind kind) {
  constexpr std::array kNames = {"op", "value", "group", "step", "gap"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::vector<View> graph_views(const FlowGraph& graph, const ScopeTree& tree, const std::vector<OpStatus>& status, Contents contents) {
  return GraphViews(graph, tree, status, contents).make();
}

}  // namespace whygrad::render_html
