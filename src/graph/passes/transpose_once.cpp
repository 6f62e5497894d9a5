// Transposes once what many products read transposed.
#include "graph/passes/copier.hpp"
#include "graph/passes/matrix_product.hpp"
#include "kernels/matmul.hpp"

#include <cstring>
#include <unordered_map>

namespace whygrad::internal {
namespace {

using Index = Graph::Index;

// Each product of few rows packs a transposed operand anew, which takes as long as a third of the product. The backward pass of a recurrent layer
// does that at every step with the same weights. To transpose them costs about what four such products save.
constexpr int kFewest = 6;

// Whether a product would gain.
bool reads_transposed(const Graph& graph, const Graph::Node& node) {
  const std::optional<MatrixProduct> product = matrix_product(graph, node);
  return product && product->options.transpose_b && kernels::prefers_rows_of_b(product->m, product->n, product->k);
}

std::shared_ptr<const std::byte[]> default_attrs(const OpDef& op) {
  std::shared_ptr<std::byte[]> attrs(new std::byte[op.attrs[0].bytes]);
  op.attrs[0].make(attrs.get());
  return attrs;
}

// Adds the transpose of what `reader` reads transposed.
Index add_transpose(const Graph& graph, const Graph::Node& reader, Copier& copier) {
  const TensorSpec& spec = graph.value(reader.inputs[1]).spec;
  Graph::Node node;
  node.kind = Graph::Node::Kind::kTranspose;
  node.op = find_op("transpose");
  node.attrs = default_attrs(*node.op);
  node.attrs_bytes = node.op->attrs[0].bytes;
  node.where = reader.where;
  node.scope = reader.scope;
  node.inputs = {copier.at(reader.inputs[1])};
  const TensorSpec turned{spec.dtype, {spec.shape[1], spec.shape[0]}, spec.device};
  return copier.graph().append(std::move(node), {&turned, 1});
}

std::shared_ptr<const std::byte[]> without_transpose_b(const Graph::Node& product) {
  std::shared_ptr<std::byte[]> attrs(new std::byte[product.attrs_bytes]);
  std::memcpy(attrs.get(), product.attrs.get(), product.attrs_bytes);
  reinterpret_cast<MatmulOptions*>(attrs.get())->transpose_b = false;
  return attrs;
}

}  // namespace

Plan transpose_once(Plan plan) {
  const Graph& graph = plan.graph;
  std::unordered_map<Index, int> products;  // by what they read transposed
  for (const Graph::Node& node : graph.nodes()) {
    if (reads_transposed(graph, node)) ++products[node.inputs[1]];
  }
  std::erase_if(products, [](const auto& entry) { return entry.second < kFewest; });
  if (products.empty()) return plan;

  Copier copier(graph, plan.given);
  std::unordered_map<Index, Index> transposed;
  for (const Graph::Node& node : graph.nodes()) {
    if (!reads_transposed(graph, node) || !products.contains(node.inputs[1])) {
      copier.copy(node);
      continue;
    }
    const auto [entry, added] = transposed.try_emplace(node.inputs[1]);
    if (added) entry->second = add_transpose(graph, node, copier);
    Graph::Node product = node;
    product.attrs = without_transpose_b(node);
    product.inputs = {copier.at(node.inputs[0]), entry->second};
    copier.set(node.first_output, copier.graph().append(std::move(product), {&graph.value(node.first_output).spec, 1}));
  }
  return copier.take(plan.outputs);
}

}  // namespace whygrad::internal
