// The buffers of a fused loop.
#include "kernels/fused.hpp"

#include <algorithm>

namespace whygrad::kernels {

void place_buffers(FusedLoop& loop) {
  const auto steps = loop.steps.size(), first = static_cast<std::size_t>(loop.inputs);
  std::vector<std::size_t> last(steps);
  for (std::size_t s = 0; s < steps; ++s) {
    last[s] = s;
    for (int i = 0; i < FusedLoop::operands(loop.steps[s].kind); ++i) {
      const auto value = static_cast<std::size_t>(loop.steps[s].inputs[i]);
      if (value >= first) last[value - first] = s;
    }
  }
  std::vector<std::int16_t> free;
  const auto release = [&](std::size_t s) {
    if (loop.places[s].buffer != FusedLoop::kNone) free.push_back(loop.places[s].buffer);
  };
  for (std::size_t s = 0; s < steps; ++s) {
    const FusedLoop::Step& step = loop.steps[s];
    FusedLoop::Place& place = loop.places[s];
    place.stays = last[s] > s + 1;
    std::vector<std::size_t> ending;
    for (int i = 0; i < FusedLoop::operands(step.kind); ++i) {
      const auto value = static_cast<std::size_t>(step.inputs[i]);
      if (value < first || last[value - first] != s) continue;
      if (std::find(ending.begin(), ending.end(), value - first) == ending.end()) ending.push_back(value - first);
    }
    // A loop may write over an operand of its own type, element by element.
    const DType dtype = loop.dtypes[first + s];
    const auto over = std::find_if(ending.begin(), ending.end(), [&](std::size_t e) {
      return place.output == FusedLoop::kNone && loop.places[e].buffer != FusedLoop::kNone && loop.dtypes[first + e] == dtype;
    });
    if (over != ending.end()) {
      place.buffer = loop.places[*over].buffer;
      ending.erase(over);
    } else if (place.output == FusedLoop::kNone) {
      if (free.empty()) free.push_back(loop.buffers++);
      place.buffer = free.back();
      free.pop_back();
    }
    for (const std::size_t e : ending) release(e);
    if (last[s] == s) release(s);
  }
}

}  // namespace whygrad::kernels
