// Ops by name scope.
#include "render_html/scope_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

namespace whygrad::render_html {
namespace {

using Index = FlowGraph::Index;
constexpr std::size_t kNowhere = ~std::size_t{0};

}  // namespace

ScopeTree::ScopeTree(const FlowGraph& graph) : groups_(1), group_of_op_(graph.ops.size()), group_of_leaf_(graph.values.size(), kNowhere) {
  groups_[0].name = "whole graph";
  const std::vector<std::size_t> of_scope = groups_of_scopes(graph);
  for (Index op = 0; op < graph.ops.size(); ++op) {
    const Index scope = graph.ops[op].scope;
    const std::size_t group = scope == FlowGraph::kNone ? 0 : of_scope[scope];
    groups_[group].members.push_back({true, op});
  }
  const std::size_t scopes = groups_.size();
  for (std::size_t group = 0; group < scopes; ++group) split(group);
  settle_depths();
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    for (const Member& member : groups_[group].members) group_of_op_[member.index] = group;
  }
  place_leaves(graph);
}

std::size_t ScopeTree::add(std::size_t parent, std::string name) {
  groups_.push_back({.name = std::move(name), .parent = parent});
  groups_[parent].groups.push_back(groups_.size() - 1);
  return groups_.size() - 1;
}

// A group for each part of each path: "encoder/block_3" has two.
std::vector<std::size_t> ScopeTree::groups_of_scopes(const FlowGraph& graph) {
  std::map<std::string, std::size_t, std::less<>> known;
  std::vector<std::size_t> result;
  for (const char* scope : graph.scopes) {
    const std::string_view path = scope;
    std::size_t group = 0;
    for (std::size_t from = 0; from < path.size();) {
      const std::size_t end = std::min(path.find('/', from), path.size());
      const auto [at, added] = known.try_emplace(std::string(path.substr(0, end)), groups_.size());
      if (added) add(group, std::string(path.substr(from, end - from)));
      group = at->second;
      from = end + 1;
    }
    result.push_back(group);
  }
  return result;
}

// Puts runs of too many members, and then runs of too many such groups, into groups below.
void ScopeTree::split(std::size_t group) {
  const std::size_t most = Group::kMostMembers;
  if (groups_[group].members.size() <= most) return;
  const std::vector<Member> members = std::exchange(groups_[group].members, {});
  std::vector<std::size_t> runs;
  for (std::size_t from = 0; from < members.size(); from += most) {
    const std::size_t end = std::min(from + most, members.size());
    runs.push_back(groups_.size());
    groups_.push_back({.name = fmt::format("ops {} to {}", from + 1, end)});
    groups_.back().members.assign(members.begin() + static_cast<std::ptrdiff_t>(from), members.begin() + static_cast<std::ptrdiff_t>(end));
  }
  for (std::size_t covered = most; runs.size() > most; covered *= most) {
    std::vector<std::size_t> wider;
    for (std::size_t from = 0; from < runs.size(); from += most) {
      const std::size_t end = std::min(from + most, runs.size());
      wider.push_back(groups_.size());
      groups_.push_back({.name = fmt::format("ops {} to {}", from * covered + 1, std::min(end * covered, members.size()))});
      for (std::size_t i = from; i < end; ++i) {
        groups_.back().groups.push_back(runs[i]);
        groups_[runs[i]].parent = groups_.size() - 1;
      }
    }
    runs = std::move(wider);
  }
  for (const std::size_t run : runs) {
    groups_[run].parent = group;
    groups_[group].groups.push_back(run);
  }
}

// Groups stand in no particular order once runs were grouped, so the depths are found from the top.
void ScopeTree::settle_depths() {
  std::vector<std::size_t> open = {0};
  while (!open.empty()) {
    const std::size_t group = open.back();
    open.pop_back();
    for (const std::size_t below : groups_[group].groups) {
      groups_[below].depth = groups_[group].depth + 1;
      open.push_back(below);
    }
  }
}

std::size_t ScopeTree::parent_of_both(std::size_t a, std::size_t b) const {
  while (a != b) {
    if (groups_[a].depth >= groups_[b].depth) {
      a = groups_[a].parent;
    } else {
      b = groups_[b].parent;
    }
  }
  return a;
}

// A variable belongs where all its users are; any other value to its first user.
void ScopeTree::place_leaves(const FlowGraph& graph) {
  std::vector<Index> used;
  for (Index op = 0; op < graph.ops.size(); ++op) {
    for (const Index v : graph.inputs_of(op)) {
      if (graph.values[v].op != FlowGraph::kNone) continue;
      std::size_t& group = group_of_leaf_[v];
      if (group == kNowhere) {
        used.push_back(v);
        group = group_of_op_[op];
      } else if (graph.values[v].variable != FlowGraph::kNone) {
        group = parent_of_both(group, group_of_op_[op]);
      }
    }
  }
  for (const Index v : used) groups_[group_of_leaf_[v]].members.push_back({false, v});
}

}  // namespace whygrad::render_html
