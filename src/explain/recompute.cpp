// Recomputes values that were not saved from the records.
#include "explain/recompute.hpp"

#include "explain/tape_numbers.hpp"
#include "flow/reach.hpp"

#include <whygrad/ops/op.hpp>

#include <algorithm>

namespace whygrad::internal {
namespace {

using Index = FlowGraph::Index;

void collect_saved(const FlowGraph& graph, Index op, const Record& r, std::vector<Tensor>& known) {
  const auto inputs = graph.inputs_of(op);
  for (int i = 0; i < std::min<int>(r.inputs, kMostSaved); ++i) {
    if (Tensor t = saved_by(r, i); t.defined()) known[inputs[static_cast<std::size_t>(i)]] = std::move(t);
  }
  for (int k = 0; k < std::min<int>(r.outputs, kMostSaved); ++k) {
    if (Tensor t = saved_by(r, kMostSaved + k); t.defined()) known[graph.ops[op].first_output + static_cast<Index>(k)] = std::move(t);
  }
}

// The outputs of a user's rule are its last inputs.
void repeat_results(const FlowGraph& graph, Index op, std::vector<Tensor>& known) {
  const FlowGraph::Op& o = graph.ops[op];
  const auto inputs = graph.inputs_of(op);
  for (Index k = 0; k < o.outputs; ++k) {
    Tensor& made = known[o.first_output + k];
    if (!made.defined()) made = known[inputs[inputs.size() - o.outputs + k]];
  }
}

void run_again(const FlowGraph& graph, Index op, const Record& r, std::vector<Tensor>& known) {
  if (r.op->users_rule) return repeat_results(graph, op, known);
  if (graph.kind_of(op) != OpKind::kCompute || (r.op->kernel == nullptr && r.op->view == nullptr) || r.op->stateful) return;
  const auto first = known.begin() + graph.ops[op].first_output;
  if (std::all_of(first, first + r.outputs, [](const Tensor& t) { return t.defined(); })) return;
  std::vector<const Tensor*> inputs;
  for (const Index in : graph.inputs_of(op)) {
    if (!known[in].defined()) return;
    inputs.push_back(&known[in]);
  }
  std::vector<Tensor> outputs(r.outputs);
  apply(*r.op, inputs, r.attrs(), r.attrs_bytes, r.where, outputs);
  std::move(outputs.begin(), outputs.end(), first);
}

}  // namespace

std::vector<Tensor> known_values(const FlowGraph& graph, const std::vector<const Record*>& records, const std::vector<Watchable>& targets,
                                 const std::vector<Watchable>& sources) {
  std::vector<Tensor> known(graph.values.size());
  for (std::size_t i = 0; i < sources.size(); ++i) known[graph.sources[i].values[0]] = tensor_of(sources[i]);
  for (std::size_t i = 0; i < targets.size(); ++i) known[graph.targets[i]] = tensor_of(targets[i]);
  for (Index op = 0; op < records.size(); ++op) collect_saved(graph, op, *records[op], known);
  // Earlier training steps used the same variables, but the question is not about them.
  const std::vector<std::uint8_t> wanted = ancestors(graph, graph.targets);
  const Log::Silence silence;
  for (Index op = 0; op < records.size(); ++op) {
    if (makes_any(graph, op, wanted)) run_again(graph, op, *records[op], known);
  }
  return known;
}

}  // namespace whygrad::internal
