// Finds groups of elementwise ops and makes one node of each.
#include "graph/passes/copier.hpp"
#include "graph/passes/step_order.hpp"
#include "ops/elementwise/loop_of.hpp"
#include "ops/reduce/reduce.hpp"

#include <algorithm>
#include <numeric>

namespace whygrad::internal {
namespace {

using Index = Graph::Index;
using kernels::FusedLoop;

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

// Assigns nodes to groups. A group may not depend on itself through a node outside of it.
//
// NOTE [levels]
// The level of a node is the largest number of nodes other than elementwise ops on a way to it. Ops of one level and one shape may be fused: a way
// from one to another through any other node would end at a higher level, and a way through an elementwise op of another shape would end at a larger
// shape. Nodes that are not pure form a chain, so that their order stays. A reduction along the last axes ends a group: it has the level of the
// elementwise op that it reduces, and what reads it has a higher one.
class Grouping {
 public:
  explicit Grouping(const Plan& plan) : graph_(plan.graph), groups_(at(graph_.node_count())), levels_(groups_.size()), loops_(groups_.size()) {
    std::iota(groups_.begin(), groups_.end(), Index{0});
    folds_.resize(groups_.size());
    for (Index n = 0; n < graph_.node_count(); ++n) add(n);
    for (Index n = 0; n < graph_.node_count(); ++n) join_reduced(n);
  }

  // The loop of an elementwise op, or of a reduction that is in a group.
  ElementwiseLoop loop(Index n) const {
    if (loops_[at(n)]) return *loops_[at(n)];
    return {FusedLoop::Kind::kFold, static_cast<std::uint8_t>(*fold_of(*graph_.node(n).op))};
  }
  // Whether the node is an elementwise op that costs less than to store and load its result.
  bool is_cheap(Index n) const { return loops_[at(n)].has_value() && internal::is_cheap(*loops_[at(n)]); }
  bool is_elementwise(Index n) const { return loops_[at(n)].has_value(); }
  // How many elements the reductions of a group make one of; 0 if it has none.
  std::int64_t fold(Index group) const { return folds_[at(group)]; }
  // The number of a node's group, which is the number of its first node.
  Index group(Index n) {
    while (groups_[at(n)] != n) {
      groups_[at(n)] = groups_[at(groups_[at(n)])];
      n = groups_[at(n)];
    }
    return n;
  }

 private:
  static bool fits(const TensorSpec& spec) { return spec.dtype != DType::kF16 && spec.dtype != DType::kBF16 && spec.shape.size() > 0; }

  void add(Index n) {
    const Graph::Node& node = graph_.node(n);
    bool fuses = node.kind == Graph::Node::Kind::kOp && node.outputs == 1 && !node.inputs.empty() && fits(graph_.value(node.first_output).spec);
    for (const Index v : node.inputs) fuses = fuses && fits(graph_.value(v).spec);
    if (fuses) loops_[at(n)] = loop_of(*node.op, graph_.value(node.inputs.back()).spec.dtype);
    if (!loops_[at(n)]) folds_[at(n)] = folded_by(node);
    for (const Index v : node.inputs) {
      const Index p = graph_.value(v).node;
      if (p == Graph::kNone) continue;
      const bool both = (loops_[at(n)].has_value() || folds_[at(n)] != 0) && loops_[at(p)].has_value();
      levels_[at(n)] = std::max(levels_[at(n)], levels_[at(p)] + (both ? 0 : 1));
    }
    if (!node.is_pure()) {
      chain_ = std::max(levels_[at(n)], chain_ + 1);
      levels_[at(n)] = chain_;
    }
    if (loops_[at(n)]) join_producers(n);
  }

  void join_producers(Index n) {
    const Graph::Node& node = graph_.node(n);
    for (const Index v : node.inputs) {
      const Index p = graph_.value(v).node;
      if (p == Graph::kNone || !loops_[at(p)] || levels_[at(p)] != levels_[at(n)]) continue;
      if (graph_.value(v).spec.shape != graph_.value(node.first_output).spec.shape) continue;
      const Index a = group(n), b = group(p);
      groups_[at(std::max(a, b))] = std::min(a, b);
    }
  }

  // How many elements the node makes one of if it reduces along the last axes, so that tiles can do it; else 0.
  std::int64_t folded_by(const Graph::Node& node) const {
    if (node.kind != Graph::Node::Kind::kOp || !fold_of(*node.op)) return 0;
    const TensorSpec& x = graph_.value(node.inputs[0]).spec;
    if (x.dtype != DType::kF32 && x.dtype != DType::kF64) return 0;
    const std::uint32_t axes = reinterpret_cast<const ReduceAttrs*>(node.attrs.get())->axes;
    std::int64_t count = 1;
    bool kept = false;
    for (int axis = x.shape.rank(); axis-- > 0;) {
      if (x.shape[axis] == 1) continue;
      const bool folded = (axes >> axis & 1) != 0;
      if (folded && kept) return 0;
      kept = kept || !folded;
      if (folded) count *= x.shape[axis];
    }
    return count > 1 ? count : 0;
  }

  // Lets a reduction join the group of what it reduces, unless that has a reduction over another number of elements.
  void join_reduced(Index n) {
    const std::int64_t count = loops_[at(n)] ? 0 : folds_[at(n)];
    const Index p = count != 0 ? graph_.value(graph_.node(n).inputs[0]).node : Graph::kNone;
    if (p == Graph::kNone || !loops_[at(p)]) return;
    const Index g = group(p);
    if (folds_[at(g)] != 0 && folds_[at(g)] != count) return;
    folds_[at(g)] = count;
    groups_[at(n)] = g;
  }

  const Graph& graph_;
  std::vector<Index> groups_, levels_;
  std::vector<std::int64_t> folds_;                    // of a reduction that may join a group, and of the first op of a group
  std::vector<std::optional<ElementwiseLoop>> loops_;  // empty for other nodes
  Index chain_ = -1;                                   // the level of the last node that is not pure
};

// Makes one node of elementwise ops.
class FusedNode {
 public:
  FusedNode(const Graph& graph, Copier& copier) : graph_(graph), copier_(copier) {}

  void add_input(Index v) {
    if (std::find(values_.begin(), values_.end(), v) != values_.end()) return;
    values_.push_back(v);
    node_.inputs.push_back(copier_.at(v));
    ops_->loop.dtypes.push_back(graph_.value(v).spec.dtype);
    ops_->loop.inputs = static_cast<std::int16_t>(values_.size());
  }
  // All inputs come before the first step.
  void add_step(const Graph::Node& op, const ElementwiseLoop& how, std::int64_t fold, bool leaves) {
    FusedLoop::Step step{how.kind, how.op, {}};
    for (std::size_t i = 0; i < op.inputs.size(); ++i)
      step.inputs[i] = static_cast<std::int16_t>(std::find(values_.begin(), values_.end(), op.inputs[i]) - values_.begin());
    FusedLoop& loop = ops_->loop;
    if (how.kind == FusedLoop::Kind::kFold) loop.fold = fold;
    values_.push_back(op.first_output);
    const TensorSpec& spec = graph_.value(op.first_output).spec;
    const Shape& swept = how.kind == FusedLoop::Kind::kFold ? graph_.value(op.inputs[0]).spec.shape : spec.shape;
    loop.shape.assign(swept.begin(), swept.end());
    loop.dtypes.push_back(spec.dtype);
    loop.steps.push_back(step);
    loop.places.push_back({.output = leaves ? loop.outputs++ : FusedLoop::kNone});
    ops_->ops.push_back(op.op);
    if (leaves) leaving_.push_back(op.first_output);
    if (leaves) specs_.push_back(spec);
  }
  // `last` is the op whose name and place the node has.
  void finish(const Graph::Node& last) {
    node_.op = last.op;
    node_.where = last.where;
    node_.scope = last.scope;
    kernels::place_buffers(ops_->loop);
    node_.kind = Graph::Node::Kind::kFused;
    node_.fused = std::move(ops_);
    const Index first = copier_.graph().append(std::move(node_), specs_);
    for (std::size_t k = 0; k < leaving_.size(); ++k) copier_.set(leaving_[k], first + static_cast<Index>(k));
  }

 private:
  const Graph& graph_;
  Copier& copier_;
  Graph::Node node_;
  std::shared_ptr<FusedOps> ops_ = std::make_shared<FusedOps>();
  std::vector<Index> values_, leaving_;
  std::vector<TensorSpec> specs_;
};

// Makes the new graph. A unit is a group, or a part of a large one; it becomes one node.
//
// NOTE [what is computed again]
// A backward pass reads many values of the forward pass that are a product or a sum of others that it reads as well. To compute such a value again
// costs less than to store it and to load it, so a unit does that, and the value does not leave the unit that computed it first. A value that a unit
// alone reads is computed there, whatever it costs, if the unit then reads no more values than before.
class Fusion {
 public:
  explicit Fusion(const Plan& plan) : plan_(plan), graph_(plan.graph), grouping_(plan), copier_(plan.graph, plan.given) {
    make_units();
    leaves_.resize(at(graph_.value_count()));
    readers_.resize(leaves_.size());
    for (const Index v : plan.outputs) leaves_[at(v)] = 1;
    is_output_ = leaves_;
    for (Index n = 0; n < graph_.node_count(); ++n) {
      for (const Index v : graph_.node(n).inputs) readers_[at(v)].push_back(n);
    }
    for (std::size_t u = 0; u < units_.size(); ++u) {
      find_reads(u);
      for (const Index v : units_[u].reads) leaves_[at(v)] = 1;
    }
  }

  Plan run() {
    // A unit is emitted where its last node was, or before if another unit needs it there.
    std::vector<std::size_t> order(units_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) { return units_[a].nodes.back() < units_[b].nodes.back(); });
    for (const std::size_t u : order) emit_with_needed(u);
    return copier_.take(plan_.outputs);
  }

 private:
  static constexpr std::size_t kNoUnit = static_cast<std::size_t>(-1);
  // Larger loops gain nothing: the values that a tile has at a time should stay in the L1 cache.
  static constexpr std::size_t kMostOps = 64;
  // Of a unit: how many ops of others it computes again, and the length of a way to one of them.
  static constexpr std::size_t kMostAgain = 16;
  static constexpr int kMostSteps = 4;

  struct Unit {
    std::vector<Index> nodes;
    std::vector<Index> reads;             // the values from outside
    std::vector<Index> again;             // nodes of other units that are computed again, in order
    std::vector<Index> moved;             // those of them that no other unit computes any more
    std::size_t effect_before = kNoUnit;  // of a node that is not pure: the one before it
    bool visited = false, emitted = false;
  };

  bool is_inside(Index v, std::size_t unit) const {
    const Index p = graph_.value(v).node;
    return p != Graph::kNone && unit_of_[at(p)] == unit;
  }

  void make_units() {
    std::vector<std::size_t> unit_of_group(at(graph_.node_count()), kNoUnit);
    std::size_t effect = kNoUnit;
    unit_of_.reserve(at(graph_.node_count()));
    for (Index n = 0; n < graph_.node_count(); ++n) {
      std::size_t& u = unit_of_group[at(grouping_.group(n))];
      if (u == kNoUnit || units_[u].nodes.size() == kMostOps) {
        u = units_.size();
        units_.emplace_back();
      }
      units_[u].nodes.push_back(n);
      unit_of_.push_back(u);
      if (graph_.node(n).is_pure()) continue;
      units_[u].effect_before = effect;
      effect = u;
    }
  }

  void find_reads(std::size_t u) {
    Unit& unit = units_[u];
    for (const Index n : unit.nodes) {
      for (const Index v : graph_.node(n).inputs) {
        if (!is_inside(v, u) && std::find(unit.reads.begin(), unit.reads.end(), v) == unit.reads.end()) unit.reads.push_back(v);
      }
    }
    if (!grouping_.is_elementwise(unit.nodes[0])) return;
    std::vector<Index> latest = unit.reads;
    std::sort(latest.rbegin(), latest.rend());
    for (const Index v : latest) {
      Way way{.without = v, .again = unit.again, .moved = unit.moved};
      if (!find_way(unit, v, kMostSteps, way)) continue;
      unit.again = std::move(way.again);
      unit.moved = std::move(way.moved);
      unit.reads.erase(std::find(unit.reads.begin(), unit.reads.end(), v));
      if (way.read_instead != Graph::kNone) unit.reads.push_back(way.read_instead);
    }
    std::sort(unit.again.begin(), unit.again.end());  // an order in which they can be computed
  }

  // How a value is computed again.
  struct Way {
    Index without;                      // the value itself
    std::vector<Index> again, moved;    // as of the unit, together with those of the value
    Index read_instead = Graph::kNone;  // a value that the unit does not read yet
  };

  // Whether the unit, with the nodes that move to it, is all that reads the value.
  bool is_sole_reader(std::size_t u, Index v, const Way& way) const {
    if (is_output_[at(v)] != 0) return false;
    return std::all_of(readers_[at(v)].begin(), readers_[at(v)].end(),
                       [&](Index n) { return unit_of_[at(n)] == u || std::find(way.moved.begin(), way.moved.end(), n) != way.moved.end(); });
  }

  // Adds to the way what computes v of the values that the unit reads besides. Returns false if there is none that pays.
  bool find_way(const Unit& unit, Index v, int steps, Way& way) const {
    const Index p = graph_.value(v).node;
    const std::size_t u = unit_of_[at(unit.nodes[0])];
    if (p == Graph::kNone || steps == 0 || !grouping_.is_elementwise(p) || unit_of_[at(p)] == u) return false;
    if (std::find(way.again.begin(), way.again.end(), p) != way.again.end()) return true;
    const bool moves = is_sole_reader(u, v, way);
    if (!moves && !grouping_.is_cheap(p)) return false;
    if (graph_.value(v).spec.shape != graph_.value(graph_.node(unit.nodes[0]).first_output).spec.shape) return false;
    if (moves) way.moved.push_back(p);
    for (const Index w : graph_.node(p).inputs) {
      const bool is_number = graph_.value(w).node == Graph::kNone && graph_.value(w).spec.shape.size() == 1;
      const bool is_read = w != way.without && std::find(unit.reads.begin(), unit.reads.end(), w) != unit.reads.end();
      if (is_number || is_read || w == way.read_instead) continue;
      if (Way further = way; find_way(unit, w, steps - 1, further)) {
        way = std::move(further);
      } else if (moves && way.read_instead == Graph::kNone && w != way.without) {
        way.read_instead = w;
      } else {
        return false;
      }
    }
    way.again.push_back(p);
    return way.again.size() <= kMostAgain;
  }

  void emit_with_needed(std::size_t first) {
    open_.push_back(first);
    while (!open_.empty()) {
      const std::size_t u = open_.back();
      if (units_[u].visited) {
        open_.pop_back();
        if (!units_[u].emitted) emit(units_[u]);
        units_[u].emitted = true;
        continue;
      }
      units_[u].visited = true;
      const auto need = [this](std::size_t other) {
        if (!units_[other].emitted) open_.push_back(other);
      };
      for (const Index v : units_[u].reads) {
        if (const Index p = graph_.value(v).node; p != Graph::kNone) need(unit_of_[at(p)]);
      }
      if (units_[u].effect_before != kNoUnit) need(units_[u].effect_before);
    }
  }

  // The nodes of a unit that it still has to compute: not those whose values all others compute again.
  std::vector<Index> needed_nodes(const Unit& unit) const {
    std::vector<Index> needed, values;
    for (auto n = unit.nodes.rbegin(); n != unit.nodes.rend(); ++n) {
      const Graph::Node& node = graph_.node(*n);
      const bool is_read = std::find(values.begin(), values.end(), node.first_output) != values.end();
      if (grouping_.is_elementwise(*n) && !is_read && leaves_[at(node.first_output)] == 0) continue;
      needed.push_back(*n);
      values.insert(values.end(), node.inputs.begin(), node.inputs.end());
    }
    std::reverse(needed.begin(), needed.end());
    return needed;
  }

  std::vector<Index> ordered(const Unit& unit, const std::vector<Index>& nodes) const {
    std::vector<Index> elementwise = unit.again, reductions;
    for (const Index n : nodes) (grouping_.is_elementwise(n) ? elementwise : reductions).push_back(n);
    return order_steps(graph_, elementwise, reductions);
  }

  void emit(const Unit& unit) {
    const std::vector<Index> nodes = needed_nodes(unit);
    if (nodes.empty()) return;
    if (nodes.size() == 1 && unit.again.empty()) return copier_.copy(graph_.node(nodes[0]));
    FusedNode fused(graph_, copier_);
    const auto is_again = [&](Index v) {
      const Index p = graph_.value(v).node;
      return p != Graph::kNone && std::find(unit.again.begin(), unit.again.end(), p) != unit.again.end();
    };
    for (const auto* list : {&unit.again, &nodes}) {
      for (const Index n : *list) {
        for (const Index v : graph_.node(n).inputs) {
          if (!is_inside(v, unit_of_[at(nodes[0])]) && !is_again(v)) fused.add_input(v);
        }
      }
    }
    for (const Index n : ordered(unit, nodes)) {
      const Graph::Node& node = graph_.node(n);
      const bool is_own = unit_of_[at(n)] == unit_of_[at(nodes[0])];
      fused.add_step(node, grouping_.loop(n), is_own ? grouping_.fold(grouping_.group(n)) : 0, is_own && leaves_[at(node.first_output)] != 0);
    }
    fused.finish(graph_.node(nodes.back()));
  }

  const Plan& plan_;
  const Graph& graph_;
  Grouping grouping_;
  Copier copier_;
  std::vector<Unit> units_;
  std::vector<std::size_t> unit_of_, open_;
  std::vector<char> leaves_, is_output_;     // by value: whether another unit or the caller reads it, whether the caller does
  std::vector<std::vector<Index>> readers_;  // by value: the nodes that read it
};

}  // namespace

Plan fuse_elementwise(const Plan& plan) { return Fusion(plan).run(); }

}  // namespace whygrad::internal
