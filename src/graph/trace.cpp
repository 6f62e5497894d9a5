// Traces a function and makes its graph from the recorded ops.
#include "graph/trace.hpp"

#include "autodiff/forward.hpp"
#include "graph/branch_event.hpp"
#include "graph/builder.hpp"
#include "graph/call_event.hpp"
#include "graph/loop.hpp"
#include "tensor/build.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/ops/abstract.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad::internal {

// While it lives, the thread's ops are recorded in the function's log and are not computed.
class Tracing final : public Tracer {
 public:
  Tracing(TracedFunction& function, Tracer* outer) : function_(function), log_(*function.log_), begin_(Log::mine().next_id()), around_(outer) {
    ThreadTapes& tapes = ThreadTapes::mine();
    tapes_.swap(tapes.recording);
    tapes.epoch = next_tape_epoch();
  }
  ~Tracing() override {
    ThreadTapes& tapes = ThreadTapes::mine();
    tapes_.swap(tapes.recording);
    tapes.epoch = next_tape_epoch();
  }

  const std::string& name() const override { return function_.name_; }

  Tensor inside(const Tensor& value) override {
    if (Log::mine().owns(value.id())) return value;
    if (value.id() == 0) throw InternalError(name(), fmt::format("a trace is given {}, which has no record in a log", value.signature()));
    const auto [at, added] = stand_ins_.try_emplace(value.id(), Tensor());
    if (!added) return at->second;
    if (value.is_abstract() && around_ == nullptr) {
      refuse_leaked(name().c_str(), value);
      throw ValueError(name(), fmt::format("{} was made while a function was traced that is gone, and has no elements here", value.signature()),
                       "return it from that function and pass it to this one; what a traced function keeps aside is no value");
    }
    at->second = add_input({.captured = value}, spec_of(value), Where{});
    return at->second;
  }

  void use(const Tensor& constant) override { log_.constants.try_emplace(constant.id(), constant); }

  Tensor read(const std::shared_ptr<VariableImpl>& variable) override {
    const auto known = variables_.find(variable.get());
    if (known != variables_.end() && known->second.defined()) return known->second;
    if (known == variables_.end()) {
      Tensor stand_in = add_input({.variable = variable}, spec_of(variable->value), variable->where);
      input_of_[variable.get()] = function_.inputs_.size() - 1;
      return variables_[variable.get()] = stand_in;
    }
    Tensor now = append_read(variable);
    note_read(variable, now);
    return variables_[variable.get()] = now;
  }

  void written(const std::shared_ptr<VariableImpl>& variable, const Tensor& now) override {
    if (!variables_.contains(variable.get())) read(variable);  // makes it an input, whose gradient is that of all reads
    variables_[variable.get()] = now;
    note_read(variable, now);
  }

  void forget(const std::shared_ptr<VariableImpl>& variable) override {
    read(variable);  // makes the variable an input; later reads are other values
    variables_[variable.get()] = Tensor();
    variable->noted.store(0, std::memory_order_relaxed);
  }

  std::vector<Tensor> loop(const LoopFunctions& functions, const Tensor& predicate, const std::vector<Tensor>& variables,
                           std::int64_t maximum_iterations, const Where& where) override {
    return trace_loop(*this, functions, inside(predicate), variables, maximum_iterations, where);
  }

  std::vector<Tensor> branch(Construct construct, const Tensor& predicate, const std::vector<std::function<std::vector<Tensor>()>>& bodies,
                             const Where& where) override {
    return trace_branch(*this, construct, predicate, bodies, where);
  }

  Tensor evaluate(const Tensor& value, const Where& where) override {
    if (!value.is_abstract()) return value;
    GraphBuilder builder(function_);
    builder.add_inputs();
    const Graph::Index output = builder.value_of(inside(value));
    const Program program(builder.graph(), {&output, 1}, {}, builder.graph().node_count());
    for (std::size_t i = 0; i < builder.graph().inputs().size(); ++i) {
      if (!program.needs_input(i)) continue;
      throw ValueError("Variable", fmt::format("its first value depends on an argument of `{}`, which is being traced", name()),
                       "a variable is made once, while the function is traced: give it a first value that depends on no argument, and assign to it");
    }
    Tensor made = program.run(std::vector<Tensor>(builder.graph().inputs().size()), {})[0];
    log_constant(made, {}, where);
    return made;
  }

  Tensor example(const Tensor& value) override { return value.is_abstract() ? computed(value, false) : value; }

  Tensor settle(const Tensor& value) override {
    if (!value.is_abstract()) return value;
    const Tensor here = inside(value);
    for (const Tensor& known : settled_) {
      if (known.id() == here.id()) return known;
    }
    if (around_ != nullptr || examples_.size() != function_.arguments_) return {};
    const Tensor elements = computed(here, true);
    if (!elements.defined()) return {};
    settled_.push_back(copy_of(elements));  // a program may return its input
    settled_.back().impl()->id = here.id();
    settled_.back().impl()->activity.store(here.impl()->activity.load(std::memory_order_relaxed), std::memory_order_relaxed);
    return settled_.back();
  }

  std::vector<Tensor> gradients(const std::vector<Tensor>& targets, const std::vector<Tensor>& dy, const std::vector<Source>& sources) override {
    Question question;
    for (std::size_t k = 0; k < targets.size(); ++k) question.targets.push_back({inside(targets[k]).id(), dy[k]});
    for (const Source& source : sources) {
      if (source.variable == nullptr) {
        question.sources.push_back({inside(source.value).id()});
        continue;
      }
      if (!variables_.contains(source.variable.get())) read(source.variable);
      question.sources.push_back(function_.inputs_[input_of_.at(source.variable.get())].reads);
    }
    std::vector<Window> windows = log_.windows;
    windows.push_back({.begin = begin_, .end = Log::mine().next_id(), .ended = Window::End::kExited});
    LogSlice slice;
    slice.add(log_.log->chunks(0, log_.log->next_id()));
    return dense(backprop({std::move(slice), windows, log_.watches, log_.watch_index}, question));
  }

  // The arguments of the call for which the function is traced.
  void set_examples(std::vector<Tensor> examples) { examples_ = std::move(examples); }

  std::vector<Tensor> call_host(HostCall call, const std::vector<Tensor>& inputs, const Where& where) override {
    std::vector<Tensor> here = inputs;
    for (Tensor& input : here) {
      input = inside(input);
      if (!input.is_abstract()) use(input);
    }
    const std::vector<const Tensor*> pointers = pointers_to(here);
    std::vector<Tensor> results;
    for (const TensorSpec& spec : call.results) results.push_back(make_abstract(spec));
    for (const auto& variable : call.writes) forget(variable);
    auto saved = std::make_unique<SavedHostCall>();
    const OpDef* const op = call.op;
    saved->call = std::make_shared<const HostCall>(std::move(call));
    Log::mine().append({.op = op,
                        .where = &where,
                        .inputs = pointers.data(),
                        .input_count = static_cast<int>(pointers.size()),
                        .outputs = results.data(),
                        .output_count = static_cast<int>(results.size()),
                        .saved_object = saved.release()});
    return results;
  }

  // Adds an input: an argument, a value from outside of the function, or a variable's value. Returns its stand-in.
  Tensor add_input(TracedFunction::Input input, const TensorSpec& spec, const Where& where) {
    input.stand_in = abstract(spec, where);
    const ValueId id = input.stand_in.id();
    if (is_differentiable(spec.dtype)) {
      input.stand_in.impl()->activity.store(TensorImpl::kWatched, std::memory_order_relaxed);
      watch(id, input.variable);
    }
    input.reads = {id};
    function_.inputs_.push_back(std::move(input));
    return function_.inputs_.back().stand_in;
  }

  void finish(std::vector<Tensor> results) {
    for (Tensor& result : results) {
      if (!result.defined()) continue;
      result = inside(result);
      if (!result.is_abstract()) use(result);
    }
    function_.results_ = std::move(results);
    function_.window_ = {.begin = begin_, .end = Log::mine().next_id(), .ended = Window::End::kExited};
    log_.windows.push_back(function_.window_);
  }

  const std::vector<Tensor>& settled() const { return settled_; }

 private:
  // The value in the call for which the function is traced. Empty if that is not known or, if `again`, if another run may compute something else.
  Tensor computed(const Tensor& value, bool again) {
    GraphBuilder builder(function_);
    builder.add_inputs();
    const Graph::Index output = builder.value_of(inside(value));
    const Program program(builder.graph(), {&output, 1}, {}, builder.graph().node_count());
    const std::vector<Graph::Node>& nodes = program.plan().graph.nodes();
    if (again && !std::all_of(nodes.begin(), nodes.end(), [](const Graph::Node& n) { return n.fused != nullptr || n.is_pure(); })) return {};
    std::vector<Tensor> inputs(builder.graph().inputs().size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!program.needs_input(i)) continue;
      const TracedFunction::Input& input = function_.inputs_[i];
      if (input.variable != nullptr) {
        inputs[i] = input.variable->value;
      } else if (input.captured.defined()) {
        inputs[i] = around_ != nullptr ? around_->example(input.captured) : input.captured;
      } else if (i < examples_.size()) {
        inputs[i] = examples_[i];
      }
      if (!inputs[i].defined() || inputs[i].is_abstract()) return {};
    }
    return program.run(std::move(inputs), {})[0];
  }

  void watch(ValueId id, const std::shared_ptr<VariableImpl>& variable) {
    log_.watch_index.set(id, static_cast<std::int32_t>(log_.watches.size()));
    log_.watches.push_back({.id = id, .since = id, .variable = variable});
  }

  void note_read(const std::shared_ptr<VariableImpl>& variable, const Tensor& now) {
    if (!is_differentiable(now.dtype())) return;
    now.impl()->activity.store(TensorImpl::kWatched, std::memory_order_relaxed);
    watch(now.id(), variable);
    if (const auto at = input_of_.find(variable.get()); at != input_of_.end()) function_.inputs_[at->second].reads.push_back(now.id());
  }

  static Tensor append_read(const std::shared_ptr<VariableImpl>& variable) {
    Tensor now = make_abstract(spec_of(variable->value));
    auto saved = std::make_unique<SavedRead>();
    saved->variable = variable;
    Log::mine().append({.op = &kReadEvent, .where = &variable->where, .outputs = &now, .output_count = 1, .saved_object = saved.release()});
    return now;
  }

  TracedFunction& function_;
  TraceLog& log_;
  ValueId begin_;
  Tracer* around_;
  std::vector<std::shared_ptr<TapeState>> tapes_;  // the program's tapes, which do not record the trace
  std::unordered_map<ValueId, Tensor> stand_ins_;
  std::unordered_map<const VariableImpl*, Tensor> variables_;  // present values; empty if something may have written the variable since
  std::unordered_map<const VariableImpl*, std::size_t> input_of_;
  std::vector<Tensor> examples_;
  std::vector<Tensor> settled_;  // with elements, by the ids of the abstract values
};

namespace {

// Runs `f(tracing)` in the function's log.
template <class F>
void in_log_of(TracedFunction& function, TraceLog& log, F&& f) {
  Tracer* const outer = Tracer::mine();
  const Log::Use use(*log.log);
  Tracing tracing(function, outer);
  f(tracing);
}

}  // namespace

namespace {

// All traced functions that exist, by number.
struct FunctionTable {
  std::mutex mutex;
  std::unordered_map<std::uint64_t, std::weak_ptr<TracedFunction>> functions;
  std::uint64_t next = 1;

  static FunctionTable& get() {
    static auto* const table = new FunctionTable;  // never destroyed: static functions may be called while the program ends
    return *table;
  }
};

}  // namespace

std::shared_ptr<TracedFunction> TracedFunction::make(std::string name, const Where& where) {
  std::shared_ptr<TracedFunction> function(new TracedFunction);
  function->name_ = std::move(name);
  function->where_ = where;
  FunctionTable& table = FunctionTable::get();
  const std::lock_guard lock(table.mutex);
  function->number_ = table.next++;
  table.functions.emplace(function->number_, function);
  return function;
}

TracedFunction::~TracedFunction() {
  FunctionTable& table = FunctionTable::get();
  const std::lock_guard lock(table.mutex);
  table.functions.erase(number_);
}

std::shared_ptr<TracedFunction> TracedFunction::find(std::uint64_t number) {
  FunctionTable& table = FunctionTable::get();
  const std::lock_guard lock(table.mutex);
  const auto at = table.functions.find(number);
  return at != table.functions.end() ? at->second.lock() : nullptr;
}

std::shared_ptr<TracedFunction> TracedFunction::trace(std::string name, const Where& where, const std::vector<TensorSpec>& arguments,
                                                      const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& body,
                                                      std::vector<Tensor> examples) {
  std::shared_ptr<TracedFunction> function = make(std::move(name), where);
  function->log_ = std::make_shared<TraceLog>();
  note_trace_log(function->log_->log, function->name_);
  function->arguments_ = arguments.size();
  std::vector<Tensor> settled;
  in_log_of(*function, *function->log_, [&](Tracing& tracing) {
    std::vector<Tensor> given;
    given.reserve(arguments.size());
    for (const TensorSpec& spec : arguments) given.push_back(tracing.add_input({}, spec, where));
    tracing.set_examples(std::move(examples));
    tracing.finish(body(given));
    settled = tracing.settled();
  });
  GraphBuilder builder(*function);
  builder.add_inputs();
  builder.add_results();
  builder.take_into();
  function->note_settled(settled);
  return function;
}

std::vector<std::shared_ptr<VariableImpl>> TracedFunction::writes() const {
  std::vector<std::shared_ptr<VariableImpl>> all;
  for (Graph::Index n = first_own_node_; n < graph_.node_count(); ++n) {
    const Graph::Node& node = graph_.node(n);
    if (node.kind == Graph::Node::Kind::kWrite) all.push_back(node.variable);
    if (node.host != nullptr) all.insert(all.end(), node.host->writes.begin(), node.host->writes.end());
    if (node.bodies == nullptr) continue;
    const auto written = node.bodies->writes();
    all.insert(all.end(), written.begin(), written.end());
  }
  return all;
}

std::shared_ptr<TracedFunction> TracedFunction::whole_derivative() {
  Asked all{.slices = true};
  for (const Tensor& result : results_) all.arriving.push_back(result.defined() && is_differentiable(result.dtype()));
  for (const Input& input : inputs_) all.wanted.push_back(is_differentiable(input.stand_in.dtype()));
  try {
    return derivative(all);
  } catch (const UnsupportedError&) {
    return nullptr;
  }
}

const std::vector<Graph::Index>& TracedFunction::saved() {
  const std::lock_guard lock(log_->tracing);
  if (saved_) return *saved_;
  const std::shared_ptr<TracedFunction> backward = whole_derivative();
  // Marks the values of this graph that a node of the backward pass reads. They cost little to keep, unless they are inputs or views of inputs.
  std::vector<char> reads(static_cast<std::size_t>(graph_.value_count()), backward == nullptr);
  const auto note = [&](Graph::Index v) {
    if (v >= 0 && v < graph_.value_count()) reads[static_cast<std::size_t>(v)] = 1;
  };
  for (Graph::Index n = graph_.node_count(); backward != nullptr && n < backward->graph_.node_count(); ++n) {
    for (const Graph::Index v : backward->graph_.node(n).inputs) note(v);
  }
  if (backward != nullptr) std::for_each(backward->outputs_.begin(), backward->outputs_.end(), note);
  for (const Graph::Index v : once_) note(v);
  for (const Graph::Index v : given_) reads[static_cast<std::size_t>(v)] = 0;  // the caller has them
  saved_.emplace();
  for (Graph::Index v = 0; v < graph_.value_count(); ++v) {
    const Graph::Value& value = graph_.value(v);
    if (reads[static_cast<std::size_t>(v)] != 0 && value.node != Graph::kNone) saved_->push_back(v);
  }
  if (backward != nullptr && budget_) keep_less(*backward);
  for (const auto& [which, d] : derivatives_) d->given_ = given_and_saved();
  for (const auto& [which, d] : forwards_) d->given_ = given_and_saved();
  return *saved_;
}

std::vector<Graph::Index> TracedFunction::given_and_saved() const {
  std::vector<Graph::Index> all = given_;
  if (saved_) all.insert(all.end(), saved_->begin(), saved_->end());
  return all;
}

std::shared_ptr<TracedFunction> TracedFunction::derivative(const Asked& asked) {
  const std::lock_guard lock(log_->tracing);
  if (const auto known = derivatives_.find(asked); known != derivatives_.end()) return known->second;
  return derivatives_.emplace(asked, trace_derivative(asked)).first->second;
}

std::shared_ptr<TracedFunction> TracedFunction::continued() const {
  std::shared_ptr<TracedFunction> f = make(name_, where_);
  f->log_ = log_;
  // It receives all inputs of the call, also the values that the variables had then.
  f->inputs_ = inputs_;
  for (Input& input : f->inputs_) {
    input.captured = {};
    input.variable = nullptr;
  }
  f->arguments_ = f->inputs_.size();
  f->graph_ = graph_;
  f->first_own_node_ = graph_.node_count();
  f->known_ = known_;
  f->once_ = once_;
  f->budget_ = budget_;
  return f;
}

std::shared_ptr<TracedFunction> TracedFunction::replay() {
  const std::lock_guard lock(log_->tracing);
  if (replay_ != nullptr) return replay_;
  std::shared_ptr<TracedFunction> f = continued();
  f->results_ = results_;
  f->outputs_ = outputs_;
  f->given_ = given_and_saved();
  return replay_ = f;
}

std::shared_ptr<TracedFunction> TracedFunction::trace_derivative(const Asked& asked) {
  std::shared_ptr<TracedFunction> d = continued();
  in_log_of(*d, *log_, [&](Tracing& tracing) {
    Question question;
    for (std::size_t k = 0; k < results_.size(); ++k) {
      if (!asked.arriving[k]) continue;
      question.targets.push_back({results_[k].id(), tracing.add_input({}, spec_of(results_[k]), where_)});
    }
    d->arguments_ = d->inputs_.size();
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (asked.wanted[i]) question.sources.push_back(inputs_[i].reads);
    }
    LogSlice slice;
    slice.add(log_->log->chunks(0, log_->log->next_id()));
    std::vector<Tensor> results;
    for (DenseOrRows& gradient : backprop({std::move(slice), log_->windows, log_->watches, log_->watch_index}, question)) {
      const bool slices = asked.slices && gradient.is_rows();
      d->rows_of_gradients_.push_back(slices ? gradient.rows().rows() : -1);
      results.push_back(slices ? gradient.rows().values() : gradient.dense());
      if (slices) results.push_back(gradient.rows().indices());
    }
    tracing.finish(std::move(results));
  });
  d->given_ = given_and_saved();
  GraphBuilder builder(*d);
  builder.add_inputs();
  builder.add_results();
  builder.take_into();
  return d;
}

std::shared_ptr<TracedFunction> TracedFunction::forward(const std::vector<bool>& moving) {
  const std::lock_guard lock(log_->tracing);
  std::shared_ptr<TracedFunction>& known = forwards_[moving];
  if (known == nullptr) known = trace_forward(moving);
  return known;
}

std::shared_ptr<TracedFunction> TracedFunction::trace_forward(const std::vector<bool>& moving) {
  std::shared_ptr<TracedFunction> d = continued();
  in_log_of(*d, *log_, [&](Tracing& tracing) {
    Tangents tangents;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (!moving[i]) continue;
      const Tensor tangent = tracing.add_input({}, spec_of(inputs_[i].stand_in), where_);
      for (const ValueId id : inputs_[i].reads) tangents.set(id, tangent);
    }
    d->arguments_ = d->inputs_.size();
    const Records own = records();
    for (const Record* r : own.needed) tangents.advance(*r);
    std::vector<Tensor> results;
    results.reserve(results_.size());
    for (const Tensor& result : results_) results.push_back(result.defined() ? tangents.find(result.id()) : Tensor());
    tracing.finish(std::move(results));
  });
  d->given_ = given_and_saved();
  GraphBuilder builder(*d);
  builder.add_inputs();
  builder.add_results();
  builder.take_into();
  return d;
}

std::vector<Graph::Index> TracedFunction::results_and(const std::vector<Graph::Index>& more) const {
  std::vector<Graph::Index> all;
  std::copy_if(outputs_.begin(), outputs_.end(), std::back_inserter(all), [](Graph::Index v) { return v != Graph::kNone; });
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

const Program& TracedFunction::program(bool saving) {
  const std::lock_guard lock(log_->tracing);
  std::unique_ptr<Program>& program = programs_[saving ? 1 : 0];
  if (program != nullptr) return *program;
  program = plan(saving ? saved() : std::vector<Graph::Index>());
  return *program;
}

const Program& TracedFunction::body_program() {
  const std::lock_guard lock(log_->tracing);
  if (body_program_ != nullptr) return *body_program_;
  body_program_ = std::make_unique<Program>(graph_, results_and(once_), std::span<const Graph::Index>(), 0);
  return *body_program_;
}

}  // namespace whygrad::internal
