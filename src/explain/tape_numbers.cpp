// Adds the statistics of values and gradients to a FlowGraph.
#include "explain/tape_numbers.hpp"

#include "flow/reach.hpp"

#include <algorithm>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;
constexpr Index kNone = FlowGraph::kNone;
}  // namespace

Tensor saved_by(const Record& r, int bit) {
  if ((r.saved_mask >> bit & 1) == 0 || r.saved_at(bit) == nullptr) return {};
  TensorImpl* impl = r.saved_at(bit);
  impl->references.fetch_add(1, std::memory_order_relaxed);
  return Tensor::adopt(impl);
}

Index TapeNumbers::add(const FlowGraph::Numbers& numbers) {
  graph_.numbers.push_back(numbers);
  return static_cast<Index>(graph_.numbers.size() - 1);
}

Index TapeNumbers::add_arrived(Index value, const Tensor& tensor) {
  const Passed& passed = passed_[value];
  return passed.times == 1 && passed.first == tensor.impl() ? passed.numbers : add(tensor);
}

Tensor TapeNumbers::value_of(Index op, int bit) const { return known_.empty() ? saved_by(*records_[op], bit) : known_[value_at(op, bit)]; }

void TapeNumbers::look_at_value(Index op, int bit) {
  FlowGraph::Value& v = graph_.values[value_at(op, bit)];
  if (v.numbers != kNone) return;
  if (const Tensor t = value_of(op, bit); t.defined()) v.numbers = add(t);
}

int TapeNumbers::inputs_seen(Index op) const { return std::min<int>(graph_.ops[op].inputs, kMostSaved); }

void TapeNumbers::look_at_values() {
  graph_.passed.assign(graph_.inputs.size(), kNone);
  const std::vector<std::uint8_t> wanted = ancestors(graph_, graph_.targets);
  for (Index op = 0; op < graph_.ops.size(); ++op) {
    if (graph_.kind_of(op) != OpKind::kCompute || !makes_any(graph_, op, wanted)) continue;
    for (int i = 0; i < inputs_seen(op); ++i) look_at_value(op, i);
    for (int k = 0; k < std::min<int>(graph_.ops[op].outputs, kMostSaved); ++k) look_at_value(op, kMostSaved + k);
    note_forward_spot(op);
  }
}

void TapeNumbers::look_at_step(const Record& record, std::span<const Tensor> arrived, std::span<const Tensor> passed) {
  const auto at = std::lower_bound(records_.begin(), records_.end(), record.first, [](const Record* r, ValueId id) { return r->first < id; });
  if (at == records_.end() || *at != &record) return;
  const auto op = static_cast<Index>(at - records_.begin());
  bool sound = true;
  for (std::size_t k = 0; k < arrived.size(); ++k) {
    if (!arrived[k].defined()) continue;
    const Index value = graph_.ops[op].first_output + static_cast<Index>(k), numbers = add_arrived(value, arrived[k]);
    graph_.values[value].gradient = numbers;
    sound &= finite(numbers);
  }
  for (std::size_t i = 0; i < passed.size(); ++i) {
    if (!passed[i].defined()) continue;
    const Index numbers = add(passed[i]);
    graph_.passed[graph_.ops[op].first_input + i] = numbers;
    Passed& last = passed_[graph_.inputs_of(op)[i]];
    if (last.times++ == 0) last = {passed[i].impl(), numbers, 1};
    if (sound && !finite(numbers)) note_backward_spot(op, static_cast<Index>(i), arrived, passed[i]);
  }
}

void TapeNumbers::look_at_answer(FlowGraph::Source& source, const Tensor& gradient) { source.gradient = add_arrived(source.values[0], gradient); }

void TapeNumbers::note_forward_spot(Index op) {
  const Index output = graph_.ops[op].first_output;
  const auto inputs = graph_.inputs_of(op);
  if (graph_.ops[op].outputs == 0 || finite(graph_.values[output].numbers)) return;
  if (std::any_of(inputs.begin(), inputs.end(), [this](Index v) { return !finite(graph_.values[v].numbers); })) return;
  const Tensor made = value_of(op, kMostSaved);
  if (!made.defined()) return;  // a later op saved it
  FlowGraph::Spot spot{.op = op, .at = first_not_finite(made)};
  spot.made = *element_at(made, spot.at, made.shape());
  give_elements(spot, made.shape());
  graph_.spots.push_back(std::move(spot));
}

void TapeNumbers::note_backward_spot(Index op, Index input, std::span<const Tensor> arrived, const Tensor& passed) {
  FlowGraph::Spot spot{.op = op, .input = input, .at = first_not_finite(passed)};
  spot.made = *element_at(passed, spot.at, passed.shape());
  if (arrived[0].defined()) {
    if (const auto x = element_at(arrived[0], spot.at, passed.shape())) spot.given.emplace_back(kNone, *x);
  }
  give_elements(spot, passed.shape());
  if (const Tensor made = value_of(op, kMostSaved); made.defined()) {
    if (const auto x = element_at(made, spot.at, passed.shape())) spot.given.emplace_back(value_at(op, kMostSaved), *x);
  }
  graph_.spots.push_back(std::move(spot));
}

void TapeNumbers::give_elements(FlowGraph::Spot& spot, const Shape& shape) const {
  for (int i = 0; i < inputs_seen(spot.op); ++i) {
    const Tensor t = value_of(spot.op, i);
    if (!t.defined()) continue;
    if (const auto x = element_at(t, spot.at, shape)) spot.given.emplace_back(value_at(spot.op, i), *x);
  }
}

}  // namespace whygrad::internal
