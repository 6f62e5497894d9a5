// Network simplex: places that keep arrows short.
#include "render_html/network_simplex.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

// NOTE [network simplex]
// After Gansner, Koutsofios, North and Vo, "A technique for drawing directed graphs" (1993). A spanning tree of tight distances fixes all positions.
// A node below which more weight enters its subtree than leaves it on the side of its tree edge would be cheaper elsewhere: the subtree is moved
// until another distance becomes tight, and that one takes the edge's place in the tree. What a subtree gains by moving is the sum of what its nodes
// gain, so the sums are all that is kept, and an exchange changes them on two paths only.

namespace whygrad::render_html {
namespace {

constexpr std::size_t kNone = ~std::size_t{0};

class Simplex {
 public:
  Simplex(std::size_t nodes, const std::vector<Distance>& distances)
      : distances_(distances),
        position_(nodes),
        parent_(nodes, kNone),
        edge_(nodes, kNone),
        gain_(nodes),
        children_(nodes),
        below_(nodes),
        at_(nodes) {
    for (std::size_t d = 0; d < distances.size(); ++d) {
      at_[distances[d].from].push_back(d);
      at_[distances[d].to].push_back(d);
    }
  }

  std::vector<std::int64_t> solve() {
    place_first();
    grow_tree();
    // Exchanges that move nothing could follow each other in a circle; what was reached by then is good enough.
    std::size_t left = 30 * position_.size() + 100;
    for (std::size_t node = worst(); node != kNone && left != 0; node = worst(), --left) exchange(node);
    centre();
    const std::int64_t least = *std::min_element(position_.begin(), position_.end());
    for (std::int64_t& p : position_) p -= least;
    return std::move(position_);
  }

 private:
  std::int64_t slack(std::size_t d) const { return position_[distances_[d].to] - position_[distances_[d].from] - distances_[d].length; }
  std::size_t other_end(std::size_t d, std::size_t node) const { return distances_[d].from == node ? distances_[d].to : distances_[d].from; }

  // Positions that keep all distances: each node as early as it can be, then those that nothing comes before as late as they can.
  void place_first() {
    std::vector<std::size_t> open, before(position_.size());
    for (const Distance& d : distances_) ++before[d.to];
    for (std::size_t node = 0; node < position_.size(); ++node) {
      if (before[node] == 0) open.push_back(node);
    }
    const std::size_t first = open.size();
    for (std::size_t i = 0; i < open.size(); ++i) {
      for (const std::size_t d : at_[open[i]]) {
        if (distances_[d].from != open[i]) continue;
        const std::size_t to = distances_[d].to;
        position_[to] = std::max(position_[to], position_[open[i]] + distances_[d].length);
        if (--before[to] == 0) open.push_back(to);
      }
    }
    for (std::size_t i = 0; i < first; ++i) {
      std::int64_t room = INT64_MAX;
      for (const std::size_t d : at_[open[i]]) room = std::min(room, slack(d));
      if (room != INT64_MAX) position_[open[i]] += room;
    }
  }

  // A tree from node 0 along tight distances; where it ends, all of it is moved until one more distance is tight.
  void grow_tree() {
    std::vector<std::size_t> tree = {0};
    std::vector<bool> inside(position_.size());
    inside[0] = true;
    for (std::size_t reached = 0; tree.size() < position_.size();) {
      for (; reached < tree.size(); ++reached) {
        for (const std::size_t d : at_[tree[reached]]) {
          const std::size_t next = other_end(d, tree[reached]);
          if (inside[next] || slack(d) != 0) continue;
          inside[next] = true;
          hang(next, tree[reached], d);
          tree.push_back(next);
        }
      }
      std::size_t nearest = kNone;
      for (const std::size_t node : tree) {
        for (const std::size_t d : at_[node]) {
          if (!inside[other_end(d, node)] && (nearest == kNone || slack(d) < slack(nearest))) nearest = d;
        }
      }
      if (nearest == kNone) break;
      const bool forwards = inside[distances_[nearest].from];
      const std::int64_t step = forwards ? slack(nearest) : -slack(nearest);
      for (const std::size_t node : tree) position_[node] += step;
      const std::size_t outside = forwards ? distances_[nearest].to : distances_[nearest].from;
      inside[outside] = true;
      hang(outside, other_end(nearest, outside), nearest);
      tree.push_back(outside);
    }
    for (const Distance& d : distances_) {
      gain_[d.from] += d.weight;
      gain_[d.to] -= d.weight;
    }
    for (std::size_t i = tree.size(); i-- > 1;) gain_[parent_[tree[i]]] += gain_[tree[i]];
  }

  void hang(std::size_t node, std::size_t parent, std::size_t d) {
    parent_[node] = parent;
    edge_[node] = d;
    children_[parent].push_back(node);
  }
  void unhang(std::size_t node) { std::erase(children_[parent_[node]], node); }

  // What lengthening the edge above the node would cost.
  std::int64_t cut(std::size_t node) const { return distances_[edge_[node]].from == node ? gain_[node] : -gain_[node]; }

  // A node whose edge should be longer; the worst among the next few.
  std::size_t worst() {
    constexpr std::size_t kLooked = 30;
    std::size_t found = kNone, looked = 0;
    for (std::size_t i = 0; i < position_.size() && looked < kLooked; ++i) {
      cursor_ = cursor_ + 1 == position_.size() ? 0 : cursor_ + 1;
      if (edge_[cursor_] == kNone || cut(cursor_) >= 0) continue;
      ++looked;
      if (found == kNone || cut(cursor_) < cut(found)) found = cursor_;
    }
    return found;
  }

  // The nodes of the subtree, marked with `stamp_`.
  void collect(std::size_t node) {
    ++stamp_;
    subtree_.assign(1, node);
    below_[node] = stamp_;
    for (std::size_t i = 0; i < subtree_.size(); ++i) {
      for (const std::size_t child : children_[subtree_[i]]) {
        below_[child] = stamp_;
        subtree_.push_back(child);
      }
    }
  }

  // The distance that first becomes tight when the collected subtree moves, upwards or downwards in position.
  std::size_t first_tight(bool upwards) const {
    std::size_t first = kNone;
    for (const std::size_t node : subtree_) {
      for (const std::size_t d : at_[node]) {
        const std::size_t inner = upwards ? distances_[d].from : distances_[d].to;
        if (inner != node || below_[other_end(d, node)] == stamp_) continue;
        if (first == kNone || slack(d) < slack(first) || (slack(d) == slack(first) && d < first)) first = d;
      }
    }
    return first;
  }

  void move_subtree(std::int64_t by) {
    for (const std::size_t node : subtree_) position_[node] += by;
  }

  void exchange(std::size_t node) {
    collect(node);
    const bool upwards = distances_[edge_[node]].to == node;
    const std::size_t entering = first_tight(upwards);
    if (entering == kNone) return;
    move_subtree(upwards ? slack(entering) : -slack(entering));
    const std::int64_t all = gain_[node];
    for (std::size_t above = parent_[node]; above != kNone; above = parent_[above]) gain_[above] -= all;
    const Distance& d = distances_[entering];
    turn_around(node, below_[d.from] == stamp_ ? d.from : d.to, entering);
    const std::size_t top = below_[d.from] == stamp_ ? d.from : d.to;
    for (std::size_t above = parent_[top]; above != kNone; above = parent_[above]) gain_[above] += all;
  }

  // Makes `top` the root of the subtree of `node` and hangs it on the other end of `entering`.
  void turn_around(std::size_t node, std::size_t top, std::size_t entering) {
    const std::int64_t all = gain_[node];
    unhang(node);
    std::size_t new_parent = other_end(entering, top), new_edge = entering, at = top;
    std::int64_t kept = all;
    for (;;) {
      const std::size_t old_parent = parent_[at], old_edge = edge_[at];
      const std::int64_t old_gain = gain_[at];
      if (at != node) unhang(at);
      hang(at, new_parent, new_edge);
      gain_[at] = kept;
      if (at == node) return;
      kept = all - old_gain;
      new_parent = at;
      new_edge = old_edge;
      at = old_parent;
    }
  }

  // Subtrees that cost the same wherever they stand go to the middle of their room.
  void centre() {
    for (std::size_t node = 0; node < position_.size(); ++node) {
      if (edge_[node] == kNone || cut(node) != 0) continue;
      collect(node);
      const std::size_t up = first_tight(true), down = first_tight(false);
      if (up == kNone || down == kNone) continue;
      move_subtree((slack(up) - slack(down)) / 2);
    }
  }

  const std::vector<Distance>& distances_;
  std::vector<std::int64_t> position_;
  std::vector<std::size_t> parent_, edge_;  // edge_: the distance to the parent
  std::vector<std::int64_t> gain_;          // of the subtree: weight that leaves it less weight that enters it
  std::vector<std::vector<std::size_t>> children_;
  std::vector<std::size_t> below_;            // the stamp of the last subtree that the node was collected in
  std::vector<std::vector<std::size_t>> at_;  // distances at each node
  std::vector<std::size_t> subtree_;
  std::size_t stamp_ = 0, cursor_ = 0;
};

}  // namespace

std::vector<std::int64_t> network_simplex(std::size_t nodes, const std::vector<Distance>& distances) { return Simplex(nodes, distances).solve(); }

}  // namespace whygrad::render_html
