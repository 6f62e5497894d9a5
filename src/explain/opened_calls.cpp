// Copies a log and replaces each call by the records of its trace.
#include "explain/opened_calls.hpp"

#include "autodiff/control_flow.hpp"
#include "explain/log_view.hpp"
#include "explain/relevant_records.hpp"
#include "graph/branch_event.hpp"
#include "graph/call_event.hpp"
#include "graph/loop.hpp"
#include "graph/trace.hpp"
#include "tensor/build.hpp"
#include "tensor/tracer.hpp"

#include <algorithm>
#include <unordered_map>

namespace whygrad::internal {
namespace {

using Ids = std::unordered_map<ValueId, ValueId>;

class Opening {
 public:
  Opening(const TapeFacts& facts, ValueId first) : facts_(facts), log_(Log::make_own(first)) {}

  std::shared_ptr<const TapeFacts> run() {
    const Log::Use use(*log_);
    LogView(facts_.log, facts_.asked).each([this](const Record& r, LogView::Position) {
      boundaries_.push_back({r.first, log_->next_id()});
      copy(r, ids_);
    });
    return remade();
  }

 private:
  static ValueId mapped(const Ids& ids, ValueId id) {
    const auto at = ids.find(id);
    return at != ids.end() ? at->second : id;
  }

  static std::vector<ValueId> inputs_of(const Record& r, const Ids& ids) {
    std::vector<ValueId> inputs(r.input_ids(), r.input_ids() + r.inputs);
    for (ValueId& id : inputs) id = mapped(ids, id);
    return inputs;
  }

  // ---- Records ----

  void copy(const Record& r, Ids& ids) {
    if (r.op == &kCallEvent && open_call(r, ids)) return;
    if (r.op == &kBranchEvent && r.saved_object != nullptr) return open_branch(r, ids);
    if (r.op == &kLoopEvent && r.saved_object != nullptr && open_loop(r, ids)) return;
    const std::vector<ValueId> inputs = inputs_of(r, ids);
    write(
        r, inputs,
        [&r](int i) {
          return TensorSpec{r.dtype(i), r.shape(i), {}};
        },
        ids);
  }

  // Writes the record `r` with other inputs. `spec_of_input(i)` is the spec of input i.
  template <class F>
  void write(const Record& r, const std::vector<ValueId>& inputs, const F& spec_of_input, Ids& ids) {
    std::vector<Tensor> values, outputs;
    values.reserve(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      values.push_back(make_abstract(spec_of_input(static_cast<int>(i))));
      values.back().impl()->id = inputs[i];
    }
    const std::vector<const Tensor*> pointers = pointers_to(values);
    for (int k = 0; k < r.outputs; ++k) outputs.push_back(make_abstract({r.dtype(r.inputs + k), r.shape(r.inputs + k), {}}));
    log_->backward = {.where = &r.where, .cause = r.cause == 0 ? 0 : mapped(ids, r.cause), .quiet = false};
    log_->scope = r.scope;
    const ValueId first = log_->append({.op = r.op,
                                        .where = &r.where,
                                        .inputs = pointers.data(),
                                        .input_count = static_cast<int>(pointers.size()),
                                        .outputs = outputs.data(),
                                        .output_count = static_cast<int>(outputs.size()),
                                        .attrs = r.attrs(),
                                        .attrs_bytes = r.attrs_bytes});
    for (int k = 0; k < std::max<int>(r.outputs, 1); ++k) ids[r.first + static_cast<ValueId>(k)] = first + static_cast<ValueId>(k);
  }

  // ---- Calls ----

  bool open_call(const Record& r, Ids& ids) {
    const std::shared_ptr<TracedFunction> function = TracedFunction::find(attrs_of<CallAttrs>(r).function);
    if (function == nullptr) return false;
    const std::vector<ValueId> inputs = inputs_of(r, ids);
    const std::vector<ValueId> results = open(*function, inputs);
    for (std::size_t k = 0; k < results.size(); ++k) ids[r.first + k] = write_result(r, static_cast<int>(k), results[k]);
    return true;
  }

  // A result of the call `r`: another value than the one inside.
  ValueId write_result(const Record& r, int k, ValueId inside) {
    const TensorSpec spec{r.dtype(r.inputs + k), r.shape(r.inputs + k), {}};
    const Tensor value = make_abstract(spec);
    value.impl()->id = inside;
    const Tensor* inputs[] = {&value};
    Tensor output = make_abstract(spec);
    log_->backward = {.where = &r.where, .cause = 0, .quiet = false};
    log_->scope = r.scope;
    const ResultAttrs attrs{nullptr};
    return log_->append({.op = &kCallResultEvent,
                         .where = &r.where,
                         .inputs = inputs,
                         .input_count = 1,
                         .outputs = &output,
                         .output_count = 1,
                         .attrs = &attrs,
                         .attrs_bytes = sizeof(attrs)});
  }

  void open_branch(const Record& r, Ids& ids) {
    const auto& branches = static_cast<const Branches&>(*static_cast<const SavedBranch*>(r.saved_object)->bodies);
    std::vector<ValueId> joined = {mapped(ids, r.input_ids()[0])};
    std::vector<TensorSpec> specs = {{r.dtype(0), r.shape(0), {}}};
    int input = 1;
    for (const auto& body : branches.bodies()) {
      std::vector<ValueId> inputs;
      for (std::size_t i = 0; i < body->inputs().size(); ++i) inputs.push_back(mapped(ids, r.input_ids()[input++]));
      const std::vector<ValueId> results = open(*body, inputs);
      joined.insert(joined.end(), results.begin(), results.end());
      for (const Tensor& result : body->results()) {
        if (result.defined()) specs.push_back(spec_of(result));
      }
    }
    write(
        r, joined, [&specs](int i) { return specs[static_cast<std::size_t>(i)]; }, ids);
  }

  // Writes a few trips, so that the path from each variable to each other one is there.
  bool open_loop(const Record& r, Ids& ids) {
    const auto& loop = static_cast<const Loop&>(*static_cast<const SavedLoop*>(r.saved_object)->bodies);
    if (loop.condition() == nullptr) return false;  // it repeats another loop, which is opened
    constexpr std::size_t kMostTrips = 4;
    const std::vector<ValueId> inputs = inputs_of(r, ids);
    const auto variables = static_cast<std::ptrdiff_t>(loop.variables());
    const auto of_condition = static_cast<std::ptrdiff_t>(loop.condition()->inputs().size()) - variables;
    std::vector<ValueId> values(inputs.begin() + 1, inputs.begin() + 1 + variables);
    ValueId decision = inputs[0];
    for (std::size_t trip = 0; trip < std::clamp<std::size_t>(loop.variables(), 1, kMostTrips); ++trip) {
      std::vector<ValueId> given = values;
      given.insert(given.end(), inputs.begin() + 1 + variables, inputs.begin() + 1 + variables + of_condition);
      decision = open(*loop.condition(), given)[0];
      write_decision(r, decision);
      given = std::move(values);
      given.insert(given.end(), inputs.begin() + 1 + variables + of_condition, inputs.end());
      values = open(loop.body(), given);
    }
    for (int k = 0; k < r.outputs; ++k)
      ids[r.first + static_cast<ValueId>(k)] = write_last(r, k, decision, k < variables ? values[static_cast<std::size_t>(k)] : decision);
    return true;
  }

  void write_decision(const Record& loop, ValueId decision) {
    const Tensor value = make_abstract({DType::kBool, {}, {}});
    value.impl()->id = decision;
    const ChoiceAttrs attrs{Construct::kWhileLoop, false, 1};
    log_->backward = {.where = &loop.where, .cause = 0, .quiet = false};
    log_->append_event(kChoiceEvent, &value, &attrs, sizeof(attrs), loop.where);
  }

  // What a loop gives of a variable: its value after the last trip.
  ValueId write_last(const Record& loop, int k, ValueId decision, ValueId inside) {
    const TensorSpec spec{loop.dtype(loop.inputs + k), loop.shape(loop.inputs + k), {}};
    const Tensor predicate = make_abstract({DType::kBool, {}, {}}), value = make_abstract(spec);
    predicate.impl()->id = decision;
    value.impl()->id = inside;
    const Tensor* inputs[] = {&predicate, &value};
    Tensor output = make_abstract(spec);
    log_->backward = {.where = &loop.where, .cause = 0, .quiet = false};
    log_->scope = loop.scope;
    return log_->append({.op = loop.op, .where = &loop.where, .inputs = inputs, .input_count = 2, .outputs = &output, .output_count = 1});
  }

  // Writes the records of a trace for these inputs. Returns the ids of the results that exist.
  std::vector<ValueId> open(const TracedFunction& function, const std::vector<ValueId>& inputs) {
    Ids ids;
    for (std::size_t i = 0; i < std::min(inputs.size(), function.inputs().size()); ++i) ids[function.inputs()[i].stand_in.id()] = inputs[i];
    const TracedFunction::Records records = function.records();
    for (const Record* r : records.needed) copy(*r, ids);
    std::vector<ValueId> results;
    for (const Tensor& result : function.results()) {
      if (result.defined()) results.push_back(mapped(ids, result.id()));
    }
    return results;
  }

  // ---- The facts of the tape, with the new ids ----

  ValueId boundary(ValueId id) const {
    if (id == 0) return 0;
    const auto at = std::lower_bound(boundaries_.begin(), boundaries_.end(), id, [](const auto& b, ValueId i) { return b.first < i; });
    return at != boundaries_.end() ? at->second : log_->next_id();
  }

  std::shared_ptr<const TapeFacts> remade() {
    auto made = std::make_shared<TapeFacts>(facts_);
    made->log = {};
    made->log.add(log_->chunks(0, log_->next_id()));
    for (auto* windows : {&made->windows, &made->forgotten}) {
      for (Window& w : *windows) {
        w.begin = boundary(w.begin);
        w.end = boundary(w.end);
      }
    }
    made->watch_index = {};
    for (std::size_t i = 0; i < made->watches.size(); ++i) {
      Watch& w = made->watches[i];
      w.id = mapped(ids_, w.id);
      w.since = boundary(w.since);
      made->watch_index.set(w.id, static_cast<std::int32_t>(i));
    }
    for (ValueId& id : made->forgotten_watches) id = mapped(ids_, id);
    for (auto* values : {&made->targets, &made->sources}) {
      for (TapeFacts::Value& v : *values) v.id = mapped(ids_, v.id);
    }
    made->asked = boundary(made->asked);
    made->renumbered = std::make_shared<const Ids>(std::move(ids_));
    return made;
  }

  const TapeFacts& facts_;
  std::shared_ptr<Log> log_;
  Ids ids_;  // old id to new id
  std::vector<std::pair<ValueId, ValueId>> boundaries_;
};

}  // namespace

std::shared_ptr<const TapeFacts> with_calls_opened(const TapeFacts& facts) {
  const Record* first = nullptr;
  bool calls = false;
  LogView(facts.log, facts.asked).each([&](const Record& r, LogView::Position) {
    if (first == nullptr) first = &r;
    calls |= r.op == &kCallEvent || r.op == &kBranchEvent || r.op == &kLoopEvent;
  });
  return calls ? Opening(facts, first->first).run() : nullptr;
}

}  // namespace whygrad::internal
