// Boxes in the order of their rows, with few crossings.
#include "render_html/layers.hpp"
#include "render_html/network_simplex.hpp"

#include <cmath>

namespace whygrad::render_html {
namespace {

constexpr std::int64_t kBetweenBoxes = 22, kBesidePoints = 12;

std::int64_t half_width(const Layers& layers, const std::vector<Box>& boxes, std::size_t node) {
  return layers.is_box(node) ? static_cast<std::int64_t>(std::ceil(boxes[node].width / 2)) : 0;
}

}  // namespace

// Edges should be short sideways. |x[a] - x[b]| of an edge is the least sum of distances to both from a node of its own that lies left of both.
std::vector<double> place_in_rows(const Layers& layers, const std::vector<Box>& boxes) {
  std::vector<Distance> distances;
  std::size_t nodes = layers.layer.size();
  for (const Layers::Edge& edge : layers.edges) {
    distances.push_back({nodes, edge.from, 0, edge.weight});
    distances.push_back({nodes, edge.to, 0, edge.weight});
    ++nodes;
  }
  for (const std::vector<std::size_t>& row : layers.rows) {
    for (std::size_t i = 1; i < row.size(); ++i) {
      const std::int64_t gap = layers.is_box(row[i - 1]) && layers.is_box(row[i]) ? kBetweenBoxes : kBesidePoints;
      distances.push_back({row[i - 1], row[i], half_width(layers, boxes, row[i - 1]) + gap + half_width(layers, boxes, row[i]), 0});
    }
  }
  const std::vector<std::int64_t> positions = network_simplex(nodes, distances);
  std::vector<double> x;
  for (std::size_t node = 0; node < layers.layer.size(); ++node) x.push_back(static_cast<double>(positions[node]));
  return x;
}

}  // namespace whygrad::render_html
