// A connected drawing, cut into layers.
#pragma once

#include "render_html/layout.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace whygrad::render_html {

// Every edge joins neighbouring layers: arrows that are longer pass through points. The arrows of one box share their points as far as they run
// together.
struct Layers {
  struct Edge {
    std::size_t from = 0, to = 0;  // nodes; downwards
    std::int64_t weight = 1;       // how straight it should be
  };
  std::size_t boxes = 0;           // the first nodes are boxes; the others are points
  std::vector<std::size_t> layer;  // of each node
  std::vector<Edge> edges;
  std::vector<std::vector<std::size_t>> rows;    // the nodes of each layer, from left to right
  std::vector<std::vector<std::size_t>> routes;  // the nodes that each arrow passes, from its beginning to its end

  bool is_box(std::size_t node) const { return node < boxes; }
};

Layers cut_into_layers(const Drawing& drawing);

// Which rows are tried first.
enum class Start : std::uint8_t {
  kInputs,         // what goes into a box stands above it from left to right
  kInputsByTurns,  // likewise, and from right to left above every second layer, so that a long chain of sums stays in its column
  kResults,        // what is made of a box stands below it from left to right
};

struct Crossings {
  std::size_t count = 0;
  std::vector<std::vector<std::size_t>> rows;
};

// Rows in which few edges cross.
Crossings uncross(const Layers& layers, Start start);

// The horizontal centre of each node.
std::vector<double> place_in_rows(const Layers& layers, const std::vector<Box>& boxes);

}  // namespace whygrad::render_html
