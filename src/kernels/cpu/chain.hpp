// Chains of a fused loop, see NOTE [chains] in loops.hpp.
#pragma once

#include "kernels/cpu/loops.hpp"
#include "kernels/fused.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace whygrad::kernels::cpu {

// The steps from `first` up to `last` in whole blocks of elements. What is left of a tile takes the loops of the steps.
struct Chain {
  std::size_t first = 0, last = 0;
  std::vector<Link> links;
  ChainLoops loops;
};

// The chains of a loop over tiles of `tile` elements, in order, of at least two steps each: none where a tile is shorter than a block. `is_one` says
// by input whether it is one element.
std::vector<Chain> find_chains(const FusedLoop& loop, const std::vector<bool>& is_one, std::int64_t tile);

}  // namespace whygrad::kernels::cpu
