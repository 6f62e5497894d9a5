// The ops of a graph, arranged by name scope, so that no picture has too much in it.
#pragma once

#include <whygrad/flow/flow_graph.hpp>

#include <string>
#include <vector>

namespace whygrad::render_html {

// What a group holds: an op, or a value that no op of the graph made.
struct Member {
  bool is_op = true;
  FlowGraph::Index index = 0;
};

// NOTE [groups]
// A group is a name scope, and group 0 the whole graph. Where more than kMostMembers things lie directly in one scope (a loop that was written
// without scopes), neighbours in the order of execution are put into numbered groups, and those again, so that every picture is small, however large
// the graph.
struct Group {
  static constexpr std::size_t kMostMembers = 80;

  std::string name;  // the last part of the scope's path, or "ops 1 to 80"
  std::size_t parent = 0;
  std::size_t depth = 0;
  std::vector<std::size_t> groups;
  std::vector<Member> members;
};

class ScopeTree {
 public:
  explicit ScopeTree(const FlowGraph& graph);

  const std::vector<Group>& groups() const { return groups_; }
  std::size_t group_of_op(FlowGraph::Index op) const { return group_of_op_[op]; }
  // Of a value without an op that is used somewhere.
  std::size_t group_of_leaf(FlowGraph::Index value) const { return group_of_leaf_[value]; }
  std::size_t parent_of_both(std::size_t a, std::size_t b) const;

 private:
  std::size_t add(std::size_t parent, std::string name);
  std::vector<std::size_t> groups_of_scopes(const FlowGraph& graph);
  void place_leaves(const FlowGraph& graph);
  void split(std::size_t group);
  void settle_depths();

  std::vector<Group> groups_;
  std::vector<std::size_t> group_of_op_, group_of_leaf_;
};

}  // namespace whygrad::render_html
