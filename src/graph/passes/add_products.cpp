// Adds products in place.
#include "graph/passes/copier.hpp"
#include "graph/passes/matrix_product.hpp"

#include <algorithm>
#include <vector>

namespace whygrad::internal {
namespace {

using Index = Graph::Index;

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// A product adds up so many terms in registers before it adds them to what is there: the bits are those of the product and of the sum after it.
constexpr std::int64_t kMostTerms = 128;

// How often nodes and the caller read each value.
std::vector<int> count_reads(const Plan& plan) {
  std::vector<int> reads(at(plan.graph.value_count()));
  for (const Graph::Node& node : plan.graph.nodes()) {
    for (const Index v : node.inputs) ++reads[at(v)];
  }
  for (const Index v : plan.outputs) ++reads[at(v)];
  return reads;
}

// Finds the sums that are made in place: of a product and of another product or such a sum, both of which nothing else reads. The gradient of weights
// that every step of a loop uses is a chain of them.
class Sums {
 public:
  explicit Sums(const Plan& plan) : graph_(plan.graph), reads_(count_reads(plan)), product_(at(graph_.node_count()), Graph::kNone) {
    const OpDef* const add = find_op("add");
    is_added_.resize(product_.size());
    for (Index n = 0; n < graph_.node_count(); ++n) {
      const Graph::Node& node = graph_.node(n);
      if (node.kind != Graph::Node::Kind::kOp || node.op != add) continue;
      for (const Index v : {node.inputs[1], node.inputs[0]}) {
        const Index other = v == node.inputs[1] ? node.inputs[0] : node.inputs[1];
        if (product_[at(n)] == Graph::kNone && is_short_product(v) && is_free(other, node)) product_[at(n)] = graph_.value(v).node;
      }
      if (product_[at(n)] != Graph::kNone) is_added_[at(product_[at(n)])] = 1;
    }
  }

  // The node of the product that the sum adds in place; kNone for any other node.
  Index product_of(Index node) const { return product_[at(node)]; }
  bool empty() const { return std::find(is_added_.begin(), is_added_.end(), 1) == is_added_.end(); }
  bool is_added(Index node) const { return is_added_[at(node)] != 0; }

 private:
  bool is_short_product(Index v) const {
    const Index n = graph_.value(v).node;
    if (n == Graph::kNone || reads_[at(v)] != 1) return false;
    const std::optional<MatrixProduct> product = matrix_product(graph_, graph_.node(n));
    return product && product->k <= kMostTerms;
  }
  bool is_free(Index v, const Graph::Node& sum) const {
    const Index n = graph_.value(v).node;
    if (n == Graph::kNone || reads_[at(v)] != 1 || graph_.value(v).spec.shape != graph_.value(sum.first_output).spec.shape) return false;
    return product_[at(n)] != Graph::kNone || matrix_product(graph_, graph_.node(n)).has_value();
  }

  const Graph& graph_;
  std::vector<int> reads_;
  std::vector<Index> product_;  // by node
  std::vector<char> is_added_;  // by node
};

}  // namespace

Plan add_products(Plan plan) {
  const Graph& graph = plan.graph;
  const Sums sums(plan);
  if (sums.empty()) return plan;
  Copier copier(graph, plan.given);
  for (Index n = 0; n < graph.node_count(); ++n) {
    if (sums.is_added(n)) continue;
    const Index product = sums.product_of(n);
    if (product == Graph::kNone) {
      copier.copy(graph.node(n));
      continue;
    }
    const Graph::Node& sum = graph.node(n);
    const Index other = graph.value(sum.inputs[0]).node == product ? sum.inputs[1] : sum.inputs[0];
    Graph::Node node = graph.node(product);
    node.kind = Graph::Node::Kind::kMatmulAdd;
    node.inputs.push_back(other);
    for (Index& v : node.inputs) v = copier.at(v);
    copier.set(sum.first_output, copier.graph().append(std::move(node), {&graph.value(sum.first_output).spec, 1}));
  }
  return copier.take(plan.outputs);
}

}  // namespace whygrad::internal
