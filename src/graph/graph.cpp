// The graph of a traced function: its values, its nodes, and the search for an equal node.
#include "graph/graph.hpp"

#include <algorithm>
#include <cstring>

namespace whygrad::internal {
namespace {

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  hash ^= word + 0x9e3779b97f4a7c15u + (hash << 6) + (hash >> 2);
  return hash * 0xff51afd7ed558ccdu;
}

}  // namespace

bool Graph::Node::is_pure() const {
  if (kind == Kind::kBodies) return bodies->is_pure();
  if (kind == Kind::kMatmulAdd || kind == Kind::kTranspose) return true;
  return kind == Kind::kOp && op->draw == nullptr && !op->stateful;
}

bool Graph::Node::has_effect() const {
  if (kind == Kind::kBodies) return bodies->has_effect();
  return kind == Kind::kWrite || kind == Kind::kHost;
}

Graph::Index Graph::add_input(const TensorSpec& spec) {
  values_.push_back({.spec = spec, .input = static_cast<Index>(inputs_.size())});
  inputs_.push_back(value_count() - 1);
  return value_count() - 1;
}

Graph::Index Graph::add_constant(const Tensor& constant) {
  const auto [at, added] = constants_.try_emplace(constant.impl(), value_count());
  if (added) values_.push_back({.spec = spec_of(constant), .constant = constant});
  return at->second;
}

std::uint64_t Graph::hash_of(const Node& node) const {
  std::uint64_t hash = reinterpret_cast<std::uintptr_t>(node.op);
  for (const Index v : node.inputs) hash = mix(hash, static_cast<std::uint64_t>(v));
  for (std::size_t i = 0; i + 8 <= node.attrs_bytes; i += 8) {
    std::uint64_t word;
    std::memcpy(&word, node.attrs.get() + i, 8);
    hash = mix(hash, word);
  }
  return hash;
}

bool Graph::same(const Node& a, const Node& b) const {
  return a.op == b.op && a.outputs == b.outputs && a.inputs == b.inputs && a.attrs_bytes == b.attrs_bytes &&
         (a.attrs_bytes == 0 || std::memcmp(a.attrs.get(), b.attrs.get(), a.attrs_bytes) == 0) &&
         (a.bodies == b.bodies || (a.bodies != nullptr && b.bodies != nullptr && a.bodies->same(*b.bodies)));
}

Graph::Index Graph::add(Node node, std::span<const TensorSpec> outputs) {
  node.outputs = static_cast<Index>(outputs.size());
  std::uint64_t hash = 0;
  if (node.is_pure()) {
    hash = hash_of(node);
    const auto [first, last] = pure_.equal_range(hash);
    const auto known = std::find_if(first, last, [&](const auto& entry) { return same(nodes_[static_cast<std::size_t>(entry.second)], node); });
    if (known != last) return nodes_[static_cast<std::size_t>(known->second)].first_output;
    pure_.emplace(hash, node_count());
  }
  return append(std::move(node), outputs);
}

Graph::Index Graph::add_given(const TensorSpec& spec) {
  values_.push_back({.spec = spec});
  return value_count() - 1;
}

Graph::Index Graph::append(Node node, std::span<const TensorSpec> outputs) {
  node.outputs = static_cast<Index>(outputs.size());
  node.first_output = value_count();
  for (const TensorSpec& spec : outputs) values_.push_back({.spec = spec, .node = node_count()});
  nodes_.push_back(std::move(node));
  return nodes_.back().first_output;
}

}  // namespace whygrad::internal
