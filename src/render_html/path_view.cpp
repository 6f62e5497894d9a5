// The picture of a path, with several beginnings.
#include "render_html/views.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

namespace whygrad::render_html {
namespace {

using Index = FlowGraph::Index;

constexpr std::size_t kMostAside = 3;        // further inputs of an op on a path
constexpr std::size_t kMostBeginnings = 24;  // of one picture
constexpr std::size_t kMostFilled = 70;      // boxes up to which ops that paths do not list are shown

OpStatus status_of(const Step& step) {
  switch (step.status) {
    case Step::Status::kSource: return OpStatus::kUnreached;
    case Step::Status::kFlows: return OpStatus::kFlows;
    case Step::Status::kStops: return OpStatus::kStops;
    case Step::Status::kStopsAsWell: return OpStatus::kStopsAsWell;
    case Step::Status::kZero: return OpStatus::kZero;
    case Step::Status::kNonFinite: return OpStatus::kNotFinite;
  }
  return OpStatus::kAside;
}

bool stops(const Step& step) { return step.status != Step::Status::kSource && step.status != Step::Status::kFlows; }

// As seen from the source: what lies before it gets no gradient. 0 where nothing stops it.
std::size_t last_stop(const std::vector<Step>& path) {
  for (std::size_t i = path.size(); i-- > 0;) {
    if (stops(path[i])) return i;
  }
  return 0;
}

std::size_t length_of(const std::vector<Step>& path) {
  return std::accumulate(path.begin(), path.end(), path.size(), [](std::size_t sum, const Step& step) { return sum + step.left_out; });
}

class PathView {
 public:
  PathView(const Explanation& explanation, const std::vector<OpStatus>& status)
      : explanation_(explanation), graph_(explanation.graph().get()), status_(status) {}

  View make(const std::vector<std::size_t>& members) {
    const Finding& first = explanation_.findings()[members.front()];
    view_.title = members.size() == 1 ? "path of " + first.source : fmt::format("paths of {} and {} more", first.source, members.size() - 1);
    joint_ = members.size() > 1;
    const auto length = [this](std::size_t member) { return length_of(explanation_.findings()[member].path); };
    const std::size_t shown = std::min(members.size(), kMostBeginnings);
    const auto end = members.begin() + static_cast<std::ptrdiff_t>(shown);
    longest_ = *std::max_element(members.begin(), end, [&length](std::size_t a, std::size_t b) { return length(a) < length(b); });
    std::for_each(members.begin(), end, [this](std::size_t member) { add(member); });
    if (shown < members.size()) add_the_rest(members.size() - shown, first);
    for (const auto& [op, befores] : befores_) add_asides(op, befores);
    return std::move(view_);
  }

 private:
  bool in_graph(const Step& step) const { return graph_ != nullptr && step.index < graph_->ops.size(); }

  // The steps of several paths that are one box: the same op, or without a graph what looks the same as far from the target.
  using Key = std::tuple<Index, std::string, std::size_t>;
  static Key key_of(Index op) { return {op, {}, 0}; }
  Key key_of(const std::vector<Step>& path, std::size_t i) const {
    const Step& step = path[i];
    return in_graph(step) ? key_of(step.index) : Key{FlowGraph::kNone, step.name + '\n' + step.place.short_text(), path.size() - i};
  }

  void add(std::size_t member) {
    const Finding& finding = explanation_.findings()[member];
    if (finding.path.empty()) {
      add_unconnected(member, finding);
      return;
    }
    const std::size_t stop = last_stop(finding.path);
    std::size_t last = 0;
    for (std::size_t i = 0; i < finding.path.size(); ++i) {
      const Step& step = finding.path[i];
      const OpStatus status = i < stop && !stops(step) ? OpStatus::kUnreached : status_of(step);
      if (i != 0) last = add_between(last, finding.path, i, member == longest_);
      // Variables that a helper makes look the same, so a beginning without an op is a box of its own.
      const std::size_t node = i == 0 && !in_graph(step) ? add_step(member, i, step, status) : shared_step(member, i, finding.path, status);
      if (i != 0) join(last, node, member == longest_);
      if (i != 0 && step.left_out == 0 && in_graph(step)) befores_[step.index].insert(finding.path[i - 1].index);
      last = node;
    }
  }

  std::size_t add_step(std::size_t member, std::size_t index, const Step& step, OpStatus status) {
    const std::string place = step.place.short_text();
    Node node{Node::Kind::kStep, index, step.name, step.signature + (place.empty() ? "" : " · " + place), status};
    node.finding = member;
    return add_node(view_, std::move(node));
  }

  std::size_t shared_step(std::size_t member, std::size_t index, const std::vector<Step>& path, OpStatus status) {
    const Step& step = path[index];
    const auto at = nodes_.find(key_of(path, index));
    if (at == nodes_.end()) return nodes_[key_of(path, index)] = add_step(member, index, step, status);
    if (view_.nodes[at->second].kind == Node::Kind::kOp) {  // met as one of the ops that another path does not list
      const std::size_t made = add_step(member, index, step, status);
      view_.nodes[at->second] = std::move(view_.nodes[made]);
      view_.drawing.boxes[at->second] = view_.drawing.boxes[made];
      view_.nodes.pop_back();
      view_.drawing.boxes.pop_back();
    }
    OpStatus& shown = view_.nodes[at->second].status;
    shown = std::max(shown, status);
    return at->second;
  }

  // What stands for the ops before step i that the path does not list; returns the box before the step. Where paths meet, the ops themselves, as
  // far as they can be found, so that it can be seen where; else one box with their number.
  std::size_t add_between(std::size_t last, const std::vector<Step>& path, std::size_t i, bool straight) {
    const Step &before = path[i - 1], &step = path[i];
    if (step.left_out == 0) return last;
    if (joint_ && in_graph(before) && in_graph(step)) {
      std::vector<Index> ops;
      if (view_.nodes.size() + step.left_out <= kMostFilled) ops = ops_between(before.index, step.index, step.left_out);
      if (!ops.empty()) {
        for (const Index op : ops) {
          const auto [at, added] = nodes_.try_emplace(key_of(op), view_.nodes.size());
          if (added) add_node(view_, op_node(*graph_, op, status_[op]));
          join(last, at->second, straight);
          last = at->second;
        }
        return last;
      }
    }
    const auto [at, added] = gaps_.try_emplace(key_of(path, i), view_.nodes.size());
    if (added) add_gap(step.left_out, fmt::format("{} more op{}", step.left_out, step.left_out == 1 ? "" : "s"));
    Node& gap = view_.nodes[at->second];
    if (gap.index != step.left_out) {
      gap.index = std::max(gap.index, step.left_out);
      gap.name = fmt::format("up to {} more ops", gap.index);
    }
    join(last, at->second, straight);
    return at->second;
  }

  // The ops on a shortest way from one op to another, if there are as many as `count`.
  std::vector<Index> ops_between(Index from, Index to, std::size_t count) const {
    std::map<Index, Index> behind = {{to, to}};
    std::vector<Index> level = {to};
    for (std::size_t steps = 0; steps <= count && !level.empty() && behind.count(from) == 0; ++steps) {
      std::vector<Index> above;
      for (const Index op : level) {
        for (const Index v : graph_->inputs_of(op)) {
          const Index maker = graph_->values[v].op;
          if (maker != FlowGraph::kNone && maker >= from && behind.emplace(maker, op).second) above.push_back(maker);
        }
      }
      level = std::move(above);
    }
    std::vector<Index> ops;
    if (behind.count(from) == 0) return ops;
    for (Index op = behind.at(from); op != to; op = behind.at(op)) ops.push_back(op);
    return ops.size() == count ? ops : std::vector<Index>();
  }

  void join(std::size_t from, std::size_t to, bool straight) {
    if (from != to && joined_.emplace(from, to).second) view_.drawing.arrows.push_back({from, to, true, straight});
  }

  std::size_t add_gap(std::size_t count, std::string text) {
    return add_node(view_, {Node::Kind::kGap, count, std::move(text), "", OpStatus::kAside});
  }

  void add_unconnected(std::size_t member, const Finding& finding) {
    Node source{Node::Kind::kStep, 0, finding.source_name.empty() ? finding.source : finding.source_name, finding.source_signature,
                OpStatus::kUnreached};
    source.finding = member;
    add_node(view_, std::move(source));
    if (finding.target.empty() || has_target_) return;
    has_target_ = true;
    Node target{Node::Kind::kStep, 0, finding.target, finding.target_place.short_text(), OpStatus::kFlows};
    target.finding = member;
    add_node(view_, std::move(target));
  }

  // Beginnings that are too many to be drawn lead to where the first one's path is stopped.
  void add_the_rest(std::size_t count, const Finding& first) {
    const std::size_t gap = add_gap(count, fmt::format("{} more", count));
    if (first.path.size() < 2) return;
    join(gap, nodes_.at(key_of(first.path, std::max<std::size_t>(last_stop(first.path), 1))), false);
  }

  // The other inputs of an op on a path, as leaves beside it. `befores` are the ops before it on the paths, kNone for a source that no op made.
  void add_asides(Index op, const std::set<Index>& befores) {
    const std::size_t node = nodes_.at(key_of(op));
    std::size_t shown = 0;
    for (const Index v : graph_->inputs_of(op)) {
      const Index maker = graph_->values[v].op;
      if (befores.count(maker) != 0 || shown == kMostAside) continue;
      if (const auto at = nodes_.find(key_of(maker)); maker != FlowGraph::kNone && at != nodes_.end()) {
        if (joined_.emplace(at->second, node).second) view_.drawing.arrows.push_back({at->second, node});
        continue;
      }
      ++shown;
      const std::size_t leaf = add_node(view_, maker == FlowGraph::kNone ? value_node(*graph_, v) : op_node(*graph_, maker, OpStatus::kAside));
      view_.drawing.arrows.push_back({leaf, node});
    }
  }

  const Explanation& explanation_;
  const FlowGraph* graph_;
  const std::vector<OpStatus>& status_;
  View view_;
  bool joint_ = false;
  std::size_t longest_ = 0;                  // the member whose path is drawn as a straight line
  std::map<Key, std::size_t> nodes_, gaps_;  // gaps_: by the step behind
  std::set<std::pair<std::size_t, std::size_t>> joined_;
  std::map<Index, std::set<Index>> befores_;
  bool has_target_ = false;
};

}  // namespace

View path_view(const Explanation& explanation, const std::vector<OpStatus>& status, const std::vector<std::size_t>& members) {
  return PathView(explanation, status).make(members);
}

}  // namespace whygrad::render_html
