// Integers under constraints of distance, at the least cost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace whygrad::render_html {

// position[to] - position[from] is at least `length`, and costs `weight` for each unit.
struct Distance {
  std::size_t from = 0, to = 0;
  std::int64_t length = 0, weight = 1;
};

// The positions of least cost, the smallest of them 0. Where several cost the same, what can move freely stands in the middle of its room. The
// distances must join all nodes and close no circle.
std::vector<std::int64_t> network_simplex(std::size_t nodes, const std::vector<Distance>& distances);

}  // namespace whygrad::render_html
