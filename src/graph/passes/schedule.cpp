// Chooses what is computed again.
#include "graph/passes/schedule.hpp"

#include "ops/core/profiler.hpp"

#include <algorithm>

namespace whygrad::internal {
namespace {

using Index = Graph::Index;

constexpr std::size_t kMostSteps = 32;  // that are repeated for one value
constexpr std::size_t kMostTries = 8;   // before a step counts as one that cannot need less

// As the values lie in a program's block.
std::size_t aligned(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

bool is_view(const Graph::Node& node) { return node.kind == Graph::Node::Kind::kOp && node.op->view != nullptr; }

bool is_repeatable(const Graph::Node& node) {
  using Kind = Graph::Node::Kind;
  if (node.kind == Kind::kBodies) return false;  // how long it takes is not known
  if (node.kind != Kind::kFused) return node.is_pure();
  return std::none_of(node.fused->ops.begin(), node.fused->ops.end(), [](const OpDef* op) { return op->draw != nullptr || op->stateful; });
}

// About how long the node takes on one core.
double seconds_of(const Graph& graph, const Graph::Node& node) {
  constexpr double kBytesPerSecond = 1e10, kFlopsPerSecond = 1e11, kCall = 1e-6;
  if (is_view(node)) return 0;
  double bytes = 0;
  const auto count = [&](Index v) {
    bytes += static_cast<double>(graph.value(v).spec.shape.size()) * static_cast<double>(size_of(graph.value(v).spec.dtype));
  };
  for (const Index v : node.inputs) count(v);
  for (Index k = 0; k < node.outputs; ++k) count(node.first_output + k);
  double flops = 0;
  if (node.kind != Graph::Node::Kind::kFused && node.inputs.size() >= 2 && node.outputs == 1) {
    const TensorSpec& out = graph.value(node.first_output).spec;
    flops = flops_of(*node.op, graph.value(node.inputs[0]).spec.shape, graph.value(node.inputs[1]).spec.shape, out);
  }
  const double passes = node.kind == Graph::Node::Kind::kFused ? static_cast<double>(node.fused->ops.size()) : 1;
  return kCall + bytes / kBytesPerSecond * std::max(1.0, passes / 4) + flops / kFlopsPerSecond;
}

}  // namespace

Schedule::Schedule(const Graph& graph, std::span<const Index> nodes, std::span<const Index> outputs, std::span<const Index> given) {
  values_.resize(static_cast<std::size_t>(graph.value_count()));
  for (Index v = 0; v < graph.value_count(); ++v) {
    const Graph::Value& value = graph.value(v);
    at(v).bytes = aligned(static_cast<std::size_t>(value.spec.shape.size()) * size_of(value.spec.dtype));
    at(v).origin = at(v).root = v;
    at(v).stays = value.node == Graph::kNone;
  }
  for (const Index v : given) at(v).stays = true;
  for (const Index v : outputs) at(v).leaves = true;
  steps_.reserve(nodes.size());
  for (const Index n : nodes) {
    const Graph::Node& node = graph.node(n);
    steps_.push_back({&node, node.inputs, node.first_output, seconds_of(graph, node), is_repeatable(node), false});
  }
  look();
}

// Finds who is made where, and what each step needs.
void Schedule::look() {
  const auto end = static_cast<Position>(steps_.size());
  for (Value& value : values_) value.last = value.made = -1;
  for (Position s = 0; s < end; ++s) {
    const Step& step = steps_[static_cast<std::size_t>(s)];
    for (const Index v : step.inputs) at(at(v).root).last = s;
    for (Index k = 0; k < step.node->outputs; ++k) {
      const Index v = step.first_output + k;
      at(v).made = s;
      if (at(v).stays) continue;
      at(v).root = is_view(*step.node) ? at(step.inputs[0]).root : v;
      at(at(v).root).last = s;
    }
  }
  for (Index v = 0; v < static_cast<Index>(values_.size()); ++v) {
    if (at(v).leaves) at(at(v).root).leaves = true;
  }
  std::vector<std::ptrdiff_t> change(steps_.size() + 1);
  for (Index v = 0; v < static_cast<Index>(values_.size()); ++v) {
    if (!takes_memory(v) || at(v).made < 0) continue;
    Position last = at(v).last;
    // A sum is stored in the place of its last part.
    if (last < end) {
      const Step& reader = steps_[static_cast<std::size_t>(last)];
      if (reader.node->kind == Graph::Node::Kind::kMatmulAdd && reader.inputs[2] == v && last > at(v).made) --last;
    }
    change[static_cast<std::size_t>(at(v).made)] += static_cast<std::ptrdiff_t>(at(v).bytes);
    if (last + 1 < end) change[static_cast<std::size_t>(last + 1)] -= static_cast<std::ptrdiff_t>(at(v).bytes);
  }
  live_.resize(steps_.size());
  std::ptrdiff_t now = 0;
  for (std::size_t s = 0; s < live_.size(); ++s) live_[s] = static_cast<std::size_t>(now += change[s]);
}

std::size_t Schedule::peak() const { return live_.empty() ? 0 : *std::max_element(live_.begin(), live_.end()); }

Schedule::Position Schedule::fullest_step() const { return std::max_element(live_.begin(), live_.end()) - live_.begin(); }

// A repetition of `v` between two steps, both left out.
std::optional<Index> Schedule::made_again(Index v, Position after, Position before) const {
  const auto known = repetitions_.find(at(v).origin);
  if (known == repetitions_.end()) return {};
  for (const Index c : known->second) {
    if (c != v && at(c).made > after && at(c).made < before) return c;
  }
  return {};
}

// What has to be repeated so that `v` need not be there at that step; nothing if it has to be there, or if that would save nothing.
std::optional<Schedule::Repetition> Schedule::repetition(Index v, Position step, std::size_t excess) const {
  const Value& value = at(v);
  if (!takes_memory(v) || value.made < 0 || value.made >= step || value.last <= step) return {};
  const auto is_it = [&](Index x) { return at(x).root == v; };
  const auto& read_here = steps_[static_cast<std::size_t>(step)].inputs;
  if (std::any_of(read_here.begin(), read_here.end(), is_it)) return {};
  Position first = step + 1;
  while (std::none_of(steps_[static_cast<std::size_t>(first)].inputs.begin(), steps_[static_cast<std::size_t>(first)].inputs.end(), is_it)) ++first;

  Repetition repetition{v, first, {}, {}, 0};
  double seconds = 0;
  auto saved = static_cast<double>(value.bytes);
  std::vector<Index> wanted, extended;
  const auto want = [&](Index x) {
    if (repetition.served.contains(x)) return;
    if (const auto known = made_again(x, step, first)) {
      repetition.served.emplace(x, *known);
    } else {
      wanted.push_back(x);
    }
  };
  for (Position s = first; s <= value.last; ++s) {
    for (const Index x : steps_[static_cast<std::size_t>(s)].inputs) {
      if (is_it(x) && at(x).made < first) want(x);
    }
  }
  while (!wanted.empty()) {
    const Position s = at(wanted.back()).made;
    wanted.pop_back();
    if (std::find(repetition.steps.begin(), repetition.steps.end(), s) != repetition.steps.end()) continue;
    const Step& maker = steps_[static_cast<std::size_t>(s)];
    if (!maker.repeatable || repetition.steps.size() == kMostSteps) return {};
    repetition.steps.push_back(s);
    seconds += maker.seconds;
    for (const Index x : maker.inputs) {
      const Index root = at(x).root;
      if (at(root).stays || (root != v && at(root).last >= step)) continue;
      if (root == v || steps_[static_cast<std::size_t>(at(x).made)].repeatable) {
        want(x);
      } else if (std::find(extended.begin(), extended.end(), root) == extended.end()) {
        extended.push_back(root);
        saved -= static_cast<double>(at(root).bytes);
      }
    }
  }
  if (saved <= 0) return {};
  std::sort(repetition.steps.begin(), repetition.steps.end());
  repetition.worth = std::min(saved, static_cast<double>(excess)) / (seconds + 1e-7);
  return repetition;
}

std::vector<Schedule::Repetition> Schedule::repetitions(Position step, std::size_t excess) const {
  std::vector<Repetition> all;
  for (Index v = 0; v < static_cast<Index>(values_.size()); ++v) {
    if (auto repetition = this->repetition(v, step, excess)) all.push_back(std::move(*repetition));
  }
  std::stable_sort(all.begin(), all.end(), [](const Repetition& a, const Repetition& b) { return a.worth > b.worth; });
  return all;
}

void Schedule::apply(const Repetition& repetition) {
  const auto first = static_cast<std::size_t>(repetition.before);
  std::unordered_map<Index, Index> now = repetition.served;
  const auto rename = [&](std::vector<Index>& inputs) {
    for (Index& v : inputs) {
      if (const auto other = now.find(v); other != now.end()) v = other->second;
    }
  };
  std::vector<Step> repeated;
  for (const Position s : repetition.steps) {
    Step copy = steps_[static_cast<std::size_t>(s)];
    copy.again = true;
    rename(copy.inputs);
    const auto to = static_cast<Index>(values_.size());
    for (Index k = 0; k < copy.node->outputs; ++k) {
      const Value& from = at(copy.first_output + k);
      values_.push_back({.bytes = from.bytes, .origin = from.origin, .root = to + k});
      now[copy.first_output + k] = to + k;
      repetitions_[at(to + k).origin].push_back(to + k);
    }
    copy.first_output = to;
    repeated.push_back(std::move(copy));
  }
  for (std::size_t s = first; s < steps_.size(); ++s) rename(steps_[s].inputs);
  steps_.insert(steps_.begin() + static_cast<std::ptrdiff_t>(first), std::make_move_iterator(repeated.begin()),
                std::make_move_iterator(repeated.end()));
  drop_unread();
  look();
}

// What is only computed later now is not computed before.
void Schedule::drop_unread() {
  std::vector<char> read(values_.size());
  for (Index v = 0; v < static_cast<Index>(values_.size()); ++v) read[static_cast<std::size_t>(v)] = at(v).leaves ? 1 : 0;
  std::vector<Step> kept;
  kept.reserve(steps_.size());
  for (std::size_t s = steps_.size(); s-- > 0;) {
    Step& step = steps_[s];
    const auto begin = read.begin() + step.first_output;
    if (step.repeatable && std::none_of(begin, begin + step.node->outputs, [](char r) { return r != 0; })) continue;
    for (const Index v : step.inputs) read[static_cast<std::size_t>(v)] = 1;
    kept.push_back(std::move(step));
  }
  std::reverse(kept.begin(), kept.end());
  steps_ = std::move(kept);
}

// Lets go of one value at that step, unless more would be needed elsewhere than is there now.
bool Schedule::improve(Position step, std::size_t bytes) {
  const std::size_t most = peak(), here = live_[static_cast<std::size_t>(step)];
  std::size_t tries = 0;
  for (const Repetition& repetition : repetitions(step, here - bytes)) {
    if (++tries > kMostTries) return false;
    Schedule other = *this;
    other.apply(repetition);
    if (other.peak() > most) continue;
    *this = std::move(other);
    return true;
  }
  return false;
}

void Schedule::fit(std::size_t bytes) {
  for (std::size_t turns = 4 * steps_.size(); turns > 0 && peak() > bytes; --turns) {
    if (!improve(fullest_step(), bytes)) return;
  }
}

void Schedule::fit_at(const Graph::Node& node, std::size_t bytes) {
  const auto is_it = [&](const Step& s) { return s.node == &node && !s.again; };
  for (std::size_t turns = 4 * steps_.size(); turns > 0; --turns) {
    const Position at = std::find_if(steps_.begin(), steps_.end(), is_it) - steps_.begin();
    if (live_[static_cast<std::size_t>(at)] <= bytes || !improve(at, bytes)) return;
  }
}

}  // namespace whygrad::internal
