// Boxes in layers, long arrows cut at each layer.
#include "render_html/layers.hpp"

#include "render_html/network_simplex.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

namespace whygrad::render_html {
namespace {

// Arrows that close a circle, as a walk in depth first order meets them. They are laid out as if they pointed the other way.
std::vector<bool> closing_arrows(const Drawing& drawing) {
  enum class Seen : std::uint8_t { kNot, kOpen, kDone };
  std::vector<std::vector<std::size_t>> leaving(drawing.boxes.size());
  for (std::size_t a = 0; a < drawing.arrows.size(); ++a) leaving[drawing.arrows[a].from].push_back(a);
  std::vector<bool> closing(drawing.arrows.size());
  std::vector<Seen> seen(drawing.boxes.size());
  std::vector<std::pair<std::size_t, std::size_t>> walk;  // a box, and how many of its arrows were followed
  for (std::size_t root = 0; root < drawing.boxes.size(); ++root) {
    if (seen[root] == Seen::kNot) walk.emplace_back(root, 0);
    while (!walk.empty()) {
      auto& [box, followed] = walk.back();
      seen[box] = Seen::kOpen;
      if (followed == leaving[box].size()) {
        seen[box] = Seen::kDone;
        walk.pop_back();
        continue;
      }
      const std::size_t arrow = leaving[box][followed++], next = drawing.arrows[arrow].to;
      if (seen[next] == Seen::kOpen) closing[arrow] = true;
      if (seen[next] == Seen::kNot) walk.emplace_back(next, 0);
    }
  }
  return closing;
}

// An arrow as it is laid out, from the upper to the lower end.
struct Span {
  std::size_t upper, lower;
  bool reversed;
};

std::vector<Span> spans_of(const Drawing& drawing) {
  const std::vector<bool> closing = closing_arrows(drawing);
  std::vector<Span> spans;
  for (std::size_t a = 0; a < drawing.arrows.size(); ++a) {
    const Arrow& arrow = drawing.arrows[a];
    spans.push_back(closing[a] ? Span{arrow.to, arrow.from, true} : Span{arrow.from, arrow.to, false});
  }
  return spans;
}

// Of the arrows that enter a box, the one at the end of the longest chain: chains should run straight, with what goes into them beside.
std::vector<bool> chain_arrows(const std::vector<Span>& spans, const std::vector<std::size_t>& layer) {
  std::vector<std::size_t> downwards(spans.size()), depth(layer.size()), deepest(layer.size(), spans.size());
  std::iota(downwards.begin(), downwards.end(), 0);
  std::stable_sort(downwards.begin(), downwards.end(), [&](std::size_t a, std::size_t b) { return layer[spans[a].upper] < layer[spans[b].upper]; });
  for (const std::size_t a : downwards) {
    const Span& span = spans[a];
    if (deepest[span.lower] != spans.size() && depth[span.upper] < depth[span.lower]) continue;
    deepest[span.lower] = a;
    depth[span.lower] = depth[span.upper] + 1;
  }
  std::vector<bool> result(spans.size());
  for (const std::size_t a : deepest) {
    if (a != spans.size()) result[a] = true;
  }
  return result;
}

// Makes the points and edges between the layers.
class Cutter {
 public:
  explicit Cutter(Layers& layers) : layers_(layers) {}

  // `weight`: how straight the arrow should be.
  void add(const Span& span, std::int64_t weight) {
    std::vector<std::size_t> route = {span.upper};
    for (std::size_t layer = layers_.layer[span.upper] + 1; layer < layers_.layer[span.lower]; ++layer) route.push_back(point(span, layer));
    if (span.upper != span.lower) route.push_back(span.lower);
    for (std::size_t i = 1; i < route.size(); ++i) join(route[i - 1], route[i], weight);
    if (span.reversed) std::reverse(route.begin(), route.end());
    layers_.routes.push_back(std::move(route));
  }

 private:
  // Long arrows that leave a box share it; those that enter from below do not mix with them. Arrows around one layer may pass on either side of what
  // stands there, which a shared point could not.
  std::size_t point(const Span& span, std::size_t layer) {
    if (layers_.layer[span.lower] - layers_.layer[span.upper] > 2) {
      const auto [at, added] = points_.try_emplace({span.upper, span.reversed, layer}, layers_.layer.size());
      if (!added) return at->second;
    }
    layers_.layer.push_back(layer);
    return layers_.layer.size() - 1;
  }

  void join(std::size_t from, std::size_t to, std::int64_t weight) {
    const auto [at, added] = edges_.try_emplace({from, to}, layers_.edges.size());
    if (added) layers_.edges.push_back({from, to, 0});
    const int points = (layers_.is_box(from) ? 0 : 1) + (layers_.is_box(to) ? 0 : 1);
    weight *= points == 2 ? 8 : points == 1 ? 2 : 1;
    layers_.edges[at->second].weight = std::max(layers_.edges[at->second].weight, weight);
  }

  Layers& layers_;
  std::map<std::tuple<std::size_t, bool, std::size_t>, std::size_t> points_;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> edges_;
};

}  // namespace

Layers cut_into_layers(const Drawing& drawing) {
  const std::vector<Span> spans = spans_of(drawing);
  std::vector<Distance> distances;
  for (std::size_t a = 0; a < spans.size(); ++a) {
    if (spans[a].upper != spans[a].lower) distances.push_back({spans[a].upper, spans[a].lower, 1, drawing.arrows[a].straight ? 4 : 1});
  }
  Layers layers;
  layers.boxes = drawing.boxes.size();
  for (const std::int64_t layer : network_simplex(drawing.boxes.size(), distances)) layers.layer.push_back(static_cast<std::size_t>(layer));
  const std::vector<bool> chain = chain_arrows(spans, layers.layer);
  Cutter cutter(layers);
  for (std::size_t a = 0; a < spans.size(); ++a) cutter.add(spans[a], drawing.arrows[a].straight ? 40 : chain[a] ? 2 : 1);
  layers.rows.resize(*std::max_element(layers.layer.begin(), layers.layer.end()) + 1);
  for (std::size_t node = 0; node < layers.layer.size(); ++node) layers.rows[layers.layer[node]].push_back(node);
  return layers;
}

}  // namespace whygrad::render_html
