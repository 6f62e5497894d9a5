// Makes the graph of a trace from its records.
#include "graph/builder.hpp"

#include "autodiff/custom_gradient.hpp"
#include "autodiff/id_map.hpp"
#include "graph/bodies.hpp"
#include "graph/call_event.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <unordered_set>

namespace whygrad::internal {
namespace {

using Index = Graph::Index;

// Whether the record has a side effect each time the function runs.
bool has_effect(const Record& r) {
  if (r.saved_object == nullptr) return false;
  if (r.op == &kCallEvent) return static_cast<const SavedCall*>(r.saved_object)->function->has_effect();
  if (const auto* saved = dynamic_cast<const SavedBodies*>(r.saved_object); saved != nullptr) return saved->bodies->has_effect();
  return dynamic_cast<const TracedWrite*>(r.saved_object) != nullptr || dynamic_cast<const SavedHostCall*>(r.saved_object) != nullptr;
}

std::vector<TensorSpec> specs_of(const Record& r) {
  std::vector<TensorSpec> specs;
  specs.reserve(r.outputs);
  for (int k = 0; k < r.outputs; ++k) specs.push_back({r.dtype(r.inputs + k), r.shape(r.inputs + k), {}});
  return specs;
}

// The records of a window that have side effects, in order.
std::vector<const Record*> effects_in(const LogSlice& slice, const Window& window) {
  std::vector<const Record*> effects;
  for (ValueId id = window.begin; id < window.end; ++id) {
    const Record* r = slice.find(id);
    if (r != nullptr && r->first == id && has_effect(*r)) effects.push_back(r);
  }
  return effects;
}

// The records `also` and all records that `ids` are computed from, in order. Values that are known end the search.
template <class IsKnown>
std::vector<const Record*> needed_records(const LogSlice& slice, std::vector<ValueId> ids, const std::vector<const Record*>& also,
                                          const IsKnown& is_known) {
  IdMap seen;  // by the first id of a record
  std::vector<const Record*> needed;
  const auto need = [&](const Record* r) {
    if (seen.find(r->first) != IdMap::kNone) return;
    seen.set(r->first, 1);
    needed.push_back(r);
    for (int i = 0; i < r->inputs; ++i) ids.push_back(r->input_ids()[i]);
    const auto* write = r->op->kind == OpKind::kAssign ? dynamic_cast<const TracedWrite*>(r->saved_object) : nullptr;
    if (write != nullptr && write->value.is_abstract()) ids.push_back(write->value.id());
  };
  for (const Record* r : also) need(r);
  while (!ids.empty()) {
    const ValueId id = ids.back();
    ids.pop_back();
    if (is_known(id)) continue;
    const Record* r = slice.find(id);
    if (r == nullptr) throw InternalError("function", "a traced op reads a value that the trace does not have");
    need(r);
  }
  std::sort(needed.begin(), needed.end(), [](const Record* a, const Record* b) { return a->first < b->first; });
  return needed;
}

}  // namespace

TracedFunction::Records TracedFunction::records() const {
  Records records;
  const std::lock_guard lock(log_->tracing);
  records.slice.add(log_->log->chunks(0, log_->log->next_id()));
  std::unordered_set<ValueId> inputs;
  for (const Input& input : inputs_) inputs.insert(input.stand_in.id());
  std::vector<ValueId> ids;
  for (const Tensor& result : results_) {
    if (result.defined()) ids.push_back(result.id());
  }
  records.needed = needed_records(records.slice, std::move(ids), effects_in(records.slice, window_), [&](ValueId id) { return inputs.contains(id); });
  return records;
}

GraphBuilder::GraphBuilder(TracedFunction& function) : function_(function), graph_(function.graph_), known_(function.known_) {
  const Log& log = *function.log_->log;
  slice_.add(log.chunks(0, log.next_id()));
}

void GraphBuilder::add_inputs() {
  for (std::size_t i = graph_.inputs().size(); i < function_.inputs_.size(); ++i) {
    const Tensor& stand_in = function_.inputs_[i].stand_in;
    known_[stand_in.id()] = graph_.add_input(spec_of(stand_in));
  }
}

void GraphBuilder::add_results() {
  std::vector<ValueId> ids;
  for (const Tensor& result : function_.results_) {
    if (result.defined() && result.is_abstract()) ids.push_back(result.id());
  }
  add_all(std::move(ids), effects_in(slice_, function_.window_));
  for (const Tensor& result : function_.results_) function_.outputs_.push_back(result.defined() ? value_of(result) : Graph::kNone);
}

void GraphBuilder::take_into() {
  for (Index n = function_.first_own_node_; n < graph_.node_count(); ++n) {
    const Graph::Node& node = graph_.node(n);
    function_.has_effect_ |= node.has_effect();
    if (node.is_pure()) continue;
    for (Index k = 0; k < node.outputs; ++k) function_.once_.push_back(node.first_output + k);
  }
  function_.graph_ = std::move(graph_);
  function_.known_ = std::move(known_);
}

Index GraphBuilder::value_of(const Tensor& tensor) {
  if (!tensor.is_abstract()) return graph_.add_constant(tensor);
  add_all({tensor.id()}, {});
  return known(tensor.id());
}

Index GraphBuilder::known(ValueId id) {
  if (const auto at = known_.find(id); at != known_.end()) return at->second;
  const auto constant = function_.log_->constants.find(id);
  if (constant == function_.log_->constants.end()) throw InternalError("function", "a traced op reads a value that the trace does not have");
  return known_[id] = graph_.add_constant(constant->second);
}

void GraphBuilder::add_all(std::vector<ValueId> ids, const std::vector<const Record*>& also) {
  const auto is_known = [this](ValueId id) { return known_.contains(id) || function_.log_->constants.contains(id); };
  for (const Record* r : needed_records(slice_, std::move(ids), also, is_known)) add(*r);
}

void GraphBuilder::own(const Record& record, Index first) {
  for (int k = 0; k < record.outputs; ++k) known_[record.first + static_cast<ValueId>(k)] = first + k;
}

Graph::Node GraphBuilder::node_of(const Record& r) {
  Graph::Node node;
  node.op = r.op;
  node.where = r.where;
  node.scope = r.scope;
  for (int i = 0; i < r.inputs; ++i) node.inputs.push_back(known(r.input_ids()[i]));
  return node;
}

void GraphBuilder::add(const Record& r) {
  if (r.op == &kCallEvent) return add_call(r);
  if (r.op == &kCustomGradientEvent) {
    // The outputs are the results of the user's function, with other ids.
    for (int k = 0; k < r.outputs; ++k) known_[r.first + static_cast<ValueId>(k)] = known(r.input_ids()[r.inputs - r.outputs + k]);
    return;
  }
  if (const auto* write = dynamic_cast<const TracedWrite*>(r.saved_object); write != nullptr) {
    Graph::Node node = node_of(r);
    node.kind = Graph::Node::Kind::kWrite;
    node.variable = write->variable;
    node.inputs = {write->value.is_abstract() ? known(write->value.id()) : graph_.add_constant(write->value)};
    known_[r.first] = node.inputs[0];
    graph_.add(std::move(node), {});
    return;
  }
  add_op(r);
}

void GraphBuilder::add_op(const Record& r) {
  Graph::Node node = node_of(r);
  if (const auto* read = dynamic_cast<const SavedRead*>(r.saved_object); read != nullptr) {
    node.kind = Graph::Node::Kind::kRead;
    node.variable = read->variable;
  } else if (const auto* host = dynamic_cast<const SavedHostCall*>(r.saved_object); host != nullptr) {
    node.kind = Graph::Node::Kind::kHost;
    node.host = host->call;
  } else if (const auto* saved = dynamic_cast<const SavedBodies*>(r.saved_object); saved != nullptr) {
    node.kind = Graph::Node::Kind::kBodies;
    node.bodies = saved->bodies;
  } else if (r.op->kernel == nullptr && r.op->view == nullptr) {
    throw InternalError(r.op->name, "a value of a trace that nothing computes");
  }
  if (r.attrs_bytes != 0) {
    std::shared_ptr<std::byte[]> attrs(new std::byte[(static_cast<std::size_t>(r.attrs_bytes) + 7) & ~std::size_t{7}]());
    std::memcpy(attrs.get(), r.attrs(), r.attrs_bytes);
    node.attrs = std::move(attrs);
    node.attrs_bytes = r.attrs_bytes;
  }
  own(r, graph_.add(std::move(node), specs_of(r)));
}

// Inserts the graph of the called function in place of the call.
void GraphBuilder::add_call(const Record& r) {
  const TracedFunction& callee = *static_cast<const SavedCall*>(r.saved_object)->function;
  const Graph& graph = callee.graph();
  std::vector<Index> at(static_cast<std::size_t>(graph.value_count()), Graph::kNone);
  const std::size_t inputs = graph.inputs().size(), behind = static_cast<std::size_t>(r.inputs) - inputs;
  for (std::size_t i = 0; i < inputs; ++i) at[static_cast<std::size_t>(graph.inputs()[i])] = known(r.input_ids()[i]);
  for (std::size_t i = 0; i < behind; ++i) at[static_cast<std::size_t>(callee.once()[i])] = known(r.input_ids()[inputs + i]);
  for (Index v = 0; v < graph.value_count(); ++v) {
    if (graph.value(v).constant.defined()) at[static_cast<std::size_t>(v)] = graph_.add_constant(graph.value(v).constant);
  }
  for (Index n = 0; n < graph.node_count(); ++n) copy_node(callee, n, at);
  ValueId id = r.first;
  for (const Index v : callee.outputs()) {
    if (v != Graph::kNone) known_[id++] = at[static_cast<std::size_t>(v)];
  }
  for (std::size_t i = behind; i < callee.once().size(); ++i) known_[id++] = at[static_cast<std::size_t>(callee.once()[i])];
}

void GraphBuilder::copy_node(const TracedFunction& callee, Index n, std::vector<Index>& at) {
  const Graph::Node& from = callee.graph().node(n);
  // A derivative's graph begins with the nodes of the function that it differentiates. The call of that function has had their effects already.
  if (n < callee.first_own_node() && !from.is_pure()) return;
  Graph::Node node = from;
  std::vector<TensorSpec> specs;
  for (Index& v : node.inputs) v = at[static_cast<std::size_t>(v)];
  specs.reserve(static_cast<std::size_t>(from.outputs));
  for (Index k = 0; k < from.outputs; ++k) specs.push_back(callee.graph().value(from.first_output + k).spec);
  const Index first = graph_.add(std::move(node), specs);
  for (Index k = 0; k < from.outputs; ++k) at[static_cast<std::size_t>(from.first_output + k)] = first + k;
}

}  // namespace whygrad::internal
