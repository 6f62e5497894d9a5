// The log of a program that runs on another engine.
#include "flow_builder.hpp"

#include <algorithm>
#include <utility>

namespace whygrad::python {
namespace {

constexpr std::size_t kMostLinks = 0xffff;

}  // namespace

const char* interned(std::string_view text) {
  static auto* texts = new std::unordered_set<std::string>;  // never destroyed
  return texts->emplace(text).first->c_str();
}

std::uint32_t FlowBuilder::type(std::string_view name) {
  const auto at = type_at_.find(name);
  if (at != type_at_.end()) return at->second;
  const auto id = static_cast<std::uint32_t>(types_.size());
  type_at_[types_.emplace_back(name)] = id;
  return id;
}

std::uint32_t FlowBuilder::shape(const std::int64_t* extents, std::size_t rank) {
  std::uint64_t hash = rank;
  for (std::size_t i = 0; i < rank; ++i) hash = (hash ^ static_cast<std::uint64_t>(extents[i])) * 0x9e3779b97f4a7c15u;
  const auto [begin, end] = shape_at_.equal_range(hash);
  for (auto at = begin; at != end; ++at) {
    const std::vector<std::int64_t>& known = shapes_[at->second];
    if (std::equal(known.begin(), known.end(), extents, extents + rank)) return at->second;
  }
  const auto id = static_cast<std::uint32_t>(shapes_.size());
  shapes_.emplace_back(extents, extents + rank);
  shape_at_.emplace(hash, id);
  return id;
}

LogId FlowBuilder::make(std::uint64_t key, FlowDType dtype, std::uint32_t shape, nb::object tensor) {
  const LogId id = first_value_ + static_cast<LogId>(values_.size());
  values_.push_back({.key = key, .shape = shape, .dtype = dtype, .tensor = std::move(tensor)});
  if (key != 0) keys_[key] = id;
  return id;
}

LogId FlowBuilder::find(std::uint64_t key) const {
  const auto at = keys_.find(key);
  return at != keys_.end() ? at->second : kNowhere;
}

void FlowBuilder::alias(std::uint64_t key, LogId value) { keys_[key] = value; }

LogId FlowBuilder::append(OpKind kind, std::uint32_t type, const std::vector<LogId>& inputs, const std::vector<LogId>& outputs, const Where& where) {
  const LogId id = first_op_ + static_cast<LogId>(ops_.size());
  Op op;
  op.where = where;
  op.type = type;
  op.kind = kind;
  op.inputs = static_cast<std::uint16_t>(std::min(inputs.size(), kMostLinks));
  op.outputs = static_cast<std::uint16_t>(std::min(outputs.size(), kMostLinks));
  op.first = first_link_ + links_.size();
  links_.insert(links_.end(), inputs.begin(), inputs.begin() + op.inputs);
  links_.insert(links_.end(), outputs.begin(), outputs.begin() + op.outputs);
  for (std::size_t k = 0; k < op.outputs; ++k) {
    if (has_value(outputs[k])) value(outputs[k]).op = id;
  }
  ops_.push_back(std::move(op));
  return id;
}

LogId FlowBuilder::record(OpKind kind, std::uint32_t type, const std::vector<LogId>& inputs, const std::vector<LogId>& outputs, const Where& where) {
  const LogId id = append(kind, type, inputs, outputs, where);
  op(id).moment = tick();
  return id;
}

LogId FlowBuilder::record_inside(LogId whole, OpKind kind, std::uint32_t type, const std::vector<LogId>& inputs, const std::vector<LogId>& outputs,
                                 const Where& where) {
  const LogId id = append(kind, type, inputs, outputs, where);
  Op& part = op(id);
  Op& all = op(whole);
  part.within = true;
  part.moment = all.moment;
  part.stopped = all.stopped;
  part.stopped_at = all.stopped_at;
  part.rule_of = all.rule_of;
  if (all.inside == nullptr) all.inside = std::make_unique<std::vector<LogId>>();
  all.inside->push_back(id);
  return id;
}

// ---- Variables ----

LogId FlowBuilder::add_variable(Variable variable, std::uint64_t key) {
  variables_.push_back(std::move(variable));
  const auto id = static_cast<LogId>(variables_.size() - 1);
  name_variable(key, id);
  return id;
}

LogId FlowBuilder::variable_of(std::uint64_t key) const {
  const auto at = variable_keys_.find(key);
  return at != variable_keys_.end() ? at->second : kNowhere;
}

LogId FlowBuilder::read(LogId id, LogId since) {
  Variable& v = variable(id);
  if (!has_value(v.version)) set_version(id, make(0, v.dtype, v.shape));
  if (since == kNowhere) return v.version;
  for (const std::shared_ptr<FlowTape>& tape : recording_) {
    if ((tape->watches_variables && v.trainable) || tape->variables.contains(id)) tape->watched.try_emplace(v.version, since);
  }
  return v.version;
}

void FlowBuilder::set_version(LogId id, LogId new_value) {
  Variable& v = variable(id);
  value(new_value).variable = id;
  v.values.push_back(new_value);
  v.version = new_value;
}

// ---- Tapes ----

void FlowBuilder::start(const std::shared_ptr<FlowTape>& tape) {
  tape->windows.push_back({.begin = tick()});
  recording_.push_back(tape);
}

void FlowBuilder::stop(const std::shared_ptr<FlowTape>& tape, FlowGraph::Standing after, const Where& where) {
  std::erase(recording_, tape);
  if (tape->windows.empty() || tape->windows.back().end != kNowhere) return;
  FlowTape::Window& window = tape->windows.back();
  window.end = tick();
  window.after = after;
  window.ended_at = where;
}

// Forgets what the tape has recorded: all its windows except the open one.
void FlowBuilder::reset(FlowTape& tape, const Where& where) const {
  const std::size_t open = !tape.windows.empty() && tape.windows.back().end == kNowhere ? 1 : 0;
  for (std::size_t i = 0; i + open < tape.windows.size(); ++i) {
    tape.windows[i].ended_at = where;
    tape.forgotten.push_back(tape.windows[i]);
  }
  tape.windows.erase(tape.windows.begin(), tape.windows.end() - static_cast<std::ptrdiff_t>(open));
}

// ---- Memory ----

void FlowBuilder::forget(std::size_t most) {
  if (!recording_.empty() || ops_.size() <= most) return;
  LogId oldest = kNowhere;
  while (ops_.size() > most) {
    const Op& op = ops_.front();
    for (std::size_t k = 0; k < op.outputs; ++k) oldest = std::max(oldest, output(op, k));
    const std::size_t links = std::size_t{op.inputs} + op.outputs;
    links_.erase(links_.begin(), links_.begin() + static_cast<std::ptrdiff_t>(links));
    first_link_ += links;
    ops_.pop_front();
    ++first_op_;
  }
  while (!values_.empty() && first_value_ <= oldest) {
    values_.pop_front();
    ++first_value_;
  }
  std::erase_if(keys_, [this](const auto& entry) { return entry.second < first_value_; });
  for (Variable& v : variables_) std::erase_if(v.values, [this](LogId value) { return value < first_value_; });
}

void FlowBuilder::let_go(LogId since) {
  for (std::size_t n = ops_.size(); n > 0 && ops_[n - 1].moment >= since; --n) {
    Op& op = ops_[n - 1];
    op.tensors.reset();
    op.facts.again = false;  // its inputs may have changed since, so it cannot be computed again
    for (std::size_t i = 0; i < std::size_t{op.inputs} + op.outputs; ++i) {
      if (const LogId v = input(op, i); has_value(v)) value(v).tensor.reset();
    }
  }
}

std::vector<LogId> FlowBuilder::in_order() const {
  std::vector<LogId> order;
  order.reserve(ops_.size());
  const auto add = [this, &order](const auto& again, LogId id) -> void {
    const Op& o = op(id);
    if (o.hidden) return;
    if (o.inside == nullptr) return order.push_back(id);
    for (const LogId part : *o.inside) {
      if (has_op(part)) again(again, part);
    }
  };
  for (std::size_t n = 0; n < ops_.size(); ++n) {
    if (!ops_[n].within) add(add, first_op_ + static_cast<LogId>(n));
  }
  return order;
}

}  // namespace whygrad::python
