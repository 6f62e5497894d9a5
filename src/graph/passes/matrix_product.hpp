// What the passes know of a matrix product.
#pragma once

#include "graph/graph.hpp"

#include <whygrad/ops/matmul.hpp>

#include <optional>

namespace whygrad::internal {

// A product of two matrices [m, k] and [k, n] in f32 or f64.
struct MatrixProduct {
  std::int64_t m, n, k;
  MatmulOptions options;
};

// Empty for any other node.
inline std::optional<MatrixProduct> matrix_product(const Graph& graph, const Graph::Node& node) {
  static const OpDef* const matmul = find_op("matmul");
  if (node.kind != Graph::Node::Kind::kOp || node.op != matmul) return {};
  const TensorSpec &a = graph.value(node.inputs[0]).spec, &b = graph.value(node.inputs[1]).spec;
  if (a.shape.rank() != 2 || b.shape.rank() != 2 || (a.dtype != DType::kF32 && a.dtype != DType::kF64)) return {};
  const auto& options = *reinterpret_cast<const MatmulOptions*>(node.attrs.get());
  const Shape& out = graph.value(node.first_output).spec.shape;
  return MatrixProduct{out[0], out[1], a.shape[options.transpose_a ? 0 : 1], options};
}

}  // namespace whygrad::internal
