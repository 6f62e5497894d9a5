// The order of the nodes within their rows. After Gansner, Koutsofios, North and Vo (1993): rows are sorted by where their neighbours stand, down and
// up by turns, then neighbours change places where that leaves fewer crossings; the best of all orders is kept.
#include "render_html/layers.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace whygrad::render_html {
namespace {

using Row = std::vector<std::size_t>;

constexpr int kRounds = 24, kIdle = 6;  // of them without getting better

class Order {
 public:
  explicit Order(const Layers& layers) : rows_(layers.rows), place_(layers.layer.size()), above_(place_.size()), below_(place_.size()) {
    for (const Layers::Edge& edge : layers.edges) {
      below_[edge.from].push_back(edge.to);
      above_[edge.to].push_back(edge.from);
    }
  }

  Crossings best(Start start) {
    begin(start);
    std::vector<Row> best_rows;
    std::size_t fewest = ~std::size_t{0};
    for (int round = 0, idle = 0; round <= kRounds && fewest != 0 && idle < kIdle; ++round, ++idle) {
      if (round != 0) sort_rows(round % 2 != 0, round % 4 >= 2);
      change_places(round % 4 >= 2);
      const std::size_t now = crossings();
      if (now >= fewest) continue;
      idle = 0;
      fewest = now;
      best_rows = rows_;
    }
    return {fewest, std::move(best_rows)};
  }

 private:
  // The order in which a walk in depth first order meets the nodes.
  void begin(Start start) {
    const bool down = start == Start::kResults;
    std::vector<Row> met(rows_.size());
    std::vector<bool> seen(place_.size());
    std::vector<std::size_t> layer(place_.size());
    for (std::size_t l = 0; l < rows_.size(); ++l) {
      for (const std::size_t node : rows_[l]) layer[node] = l;
    }
    Row roots;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      Row row = rows_[down ? i : rows_.size() - 1 - i];
      std::sort(row.begin(), row.end());
      roots.insert(roots.end(), row.begin(), row.end());
    }
    for (const std::size_t root : roots) {
      Row open = {root};
      while (!open.empty()) {
        const std::size_t node = open.back();
        open.pop_back();
        if (seen[node]) continue;
        seen[node] = true;
        met[layer[node]].push_back(node);
        const Row& next = down ? below_[node] : above_[node];
        open.insert(open.end(), next.rbegin(), next.rend());
        if (start == Start::kInputsByTurns && layer[node] % 2 != 0) std::reverse(open.end() - static_cast<std::ptrdiff_t>(next.size()), open.end());
      }
    }
    rows_ = std::move(met);
    for (const Row& row : rows_) number(row);
  }

  void number(const Row& row) {
    for (std::size_t i = 0; i < row.size(); ++i) place_[row[i]] = i;
  }

  // Where the middle one of the neighbours stands; between two, nearer to the side where they are dense. Negative where there is none.
  double middle(const Row& neighbours) {
    places_.clear();
    for (const std::size_t n : neighbours) places_.push_back(static_cast<double>(place_[n]));
    std::sort(places_.begin(), places_.end());
    if (places_.empty()) return -1;
    const std::size_t m = places_.size() / 2;
    if (places_.size() % 2 == 1) return places_[m];
    if (places_.size() == 2) return (places_[0] + places_[1]) / 2;
    const double left = places_[m - 1] - places_.front(), right = places_.back() - places_[m];
    return left + right == 0 ? places_[m] : (places_[m - 1] * right + places_[m] * left) / (left + right);
  }

  void sort_rows(bool down, bool equals_turn) {
    for (std::size_t i = 1; i < rows_.size(); ++i) {
      Row& row = rows_[down ? i : rows_.size() - 1 - i];
      std::vector<std::pair<double, std::size_t>> sorted, fixed;  // nodes with neighbours there, and the places of those without
      for (std::size_t place = 0; place < row.size(); ++place) {
        const double wanted = middle(down ? above_[row[place]] : below_[row[place]]);
        if (wanted >= 0)
          sorted.emplace_back(wanted, row[place]);
        else
          fixed.emplace_back(static_cast<double>(place), row[place]);
      }
      if (equals_turn) std::reverse(sorted.begin(), sorted.end());
      std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
      auto from_sorted = sorted.begin(), from_fixed = fixed.begin();
      for (std::size_t place = 0; place < row.size(); ++place) {
        const bool take_fixed = from_sorted == sorted.end() || (from_fixed != fixed.end() && from_fixed->first <= static_cast<double>(place));
        row[place] = take_fixed ? (from_fixed++)->second : (from_sorted++)->second;
      }
      number(row);
    }
  }

  // Crossings of the edges of two nodes of one row, the first being left of the second.
  std::size_t between(const Row& left, const Row& right) const {
    std::size_t count = 0;
    for (const std::size_t a : left) {
      for (const std::size_t b : right) count += place_[a] > place_[b] ? 1 : 0;
    }
    return count;
  }

  void change_places(bool equals_turn) {
    bool better = true;
    for (int i = 0; better && i < 20; ++i) {
      better = false;
      for (Row& row : rows_) {
        for (std::size_t p = 0; p + 1 < row.size(); ++p) {
          const std::size_t a = row[p], b = row[p + 1];
          const std::size_t now = between(above_[a], above_[b]) + between(below_[a], below_[b]);
          const std::size_t then = between(above_[b], above_[a]) + between(below_[b], below_[a]);
          if (then > now || (then == now && !(equals_turn && i == 0))) continue;
          better = better || then < now;
          std::swap(row[p], row[p + 1]);
          std::swap(place_[a], place_[b]);
        }
      }
    }
  }

  // Of all edges, by counting the edges seen so far whose ends lie to the right (Barth, Juenger and Mutzel 2002).
  std::size_t crossings() {
    std::size_t count = 0;
    for (std::size_t l = 0; l + 1 < rows_.size(); ++l) {
      std::vector<std::size_t> tree(rows_[l + 1].size() + 1);
      std::size_t seen = 0;
      for (const std::size_t node : rows_[l]) {
        for (const std::size_t n : below_[node]) {
          count += seen;
          for (std::size_t i = place_[n] + 1; i != 0; i &= i - 1) count -= tree[i];
        }
        for (const std::size_t n : below_[node]) {
          ++seen;
          for (std::size_t i = place_[n] + 1; i < tree.size(); i += i & (~i + 1)) ++tree[i];
        }
      }
    }
    return count;
  }

  std::vector<Row> rows_;
  std::vector<std::size_t> place_;  // in its row
  std::vector<Row> above_, below_;  // neighbours of each node
  std::vector<double> places_;
};

}  // namespace

Crossings uncross(const Layers& layers, Start start) { return Order(layers).best(start); }

}  // namespace whygrad::render_html
