// Function: finds the trace for a call, or makes it.
#include <whygrad/graph/function.hpp>

#include "autodiff/observer.hpp"
#include "graph/call_event.hpp"
#include "graph/function_graph.hpp"
#include "graph/trace.hpp"

#include <whygrad/base/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace whygrad {
namespace internal {

class FunctionState {
 public:
  FunctionState(Function::Body body, FunctionOptions options, const Where& where)
      : body_(std::move(body)), name_(std::move(options.name)), budget_(options.memory_budget), where_(where) {
    if (budget_ >= -1) return;
    throw ValueError(name_, fmt::format("memory_budget is {}", budget_), "give a number of bytes, or -1 for any number");
  }

  const Function::Body& body() const { return body_; }
  const std::string& name() const { return name_; }

  // The trace for arguments of these specs. `call`: the arguments themselves, if they are known.
  std::shared_ptr<TracedFunction> traced(const std::vector<TensorSpec>& arguments, const std::vector<Tensor>& call = {}) {
    if (tracing_by_.load() == std::this_thread::get_id()) {
      throw ValueError(name_, "it calls itself while it is traced", "write the recursion as a loop; a graph has no end of it");
    }
    const std::lock_guard lock(mutex_);
    const auto known =
        std::find_if(traces_.begin(), traces_.end(), [&](const Trace& t) { return t.arguments == arguments && t.function->is_for(call); });
    if (known != traces_.end()) return known->function;
    tracing_by_ = std::this_thread::get_id();
    const Untraced at_end(tracing_by_);
    ++count_;
    traces_.push_back({arguments, TracedFunction::trace(name_, where_, arguments, body_, call)});
    if (budget_ >= 0) traces_.back().function->set_memory_budget(static_cast<std::size_t>(budget_));
    forget_old(arguments);
    return traces_.back().function;
  }

  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  // Of the traces that are for some arguments of their specs only, the latest are kept.
  void forget_old(const std::vector<TensorSpec>& arguments) {
    const auto is_one = [&](const Trace& t) { return t.arguments == arguments && !t.function->is_for_all(); };
    if (std::count_if(traces_.begin(), traces_.end(), is_one) > kMostSettled) traces_.erase(std::find_if(traces_.begin(), traces_.end(), is_one));
  }

  static constexpr std::ptrdiff_t kMostSettled = 16;
  struct Trace {
    std::vector<TensorSpec> arguments;
    std::shared_ptr<TracedFunction> function;
  };
  class Untraced {
   public:
    explicit Untraced(std::atomic<std::thread::id>& by) : by_(by) {}
    ~Untraced() { by_ = std::thread::id(); }
    Untraced(const Untraced&) = delete;
    Untraced& operator=(const Untraced&) = delete;

   private:
    std::atomic<std::thread::id>& by_;
  };

  Function::Body body_;
  std::string name_;
  std::int64_t budget_;
  Where where_;
  mutable std::mutex mutex_;
  std::atomic<std::thread::id> tracing_by_{};
  std::vector<Trace> traces_;
  std::size_t count_ = 0;
};

namespace {

// Whether a diagnosis looks at numbers. The function is then called as it is, so that the diagnosis sees each op.
bool is_looked_at() { return GradientObserver::mine() != nullptr && Log::mine().keep_values; }

}  // namespace
}  // namespace internal

Function::Function(Body body, FunctionOptions options, Where where)
    : state_(std::make_shared<internal::FunctionState>(std::move(body), std::move(options), where)) {}

std::vector<Tensor> Function::operator()(const std::vector<Tensor>& arguments, Where where) const {
  std::vector<TensorSpec> specs;
  specs.reserve(arguments.size());
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!arguments[i].defined()) throw ValueError(name(), fmt::format("argument {} is an empty handle", i), "pass tensors that hold values");
    specs.push_back(spec_of(arguments[i]));
  }
  if (internal::is_looked_at()) return internal::results_of_call(state_->body()(arguments), where);
  return internal::call(state_->traced(specs, arguments), arguments, {}, where);
}

std::size_t Function::tracing_count() const { return state_->count(); }

FunctionGraph Function::graph(const std::vector<TensorSpec>& arguments) const { return internal::function_graph(*state_->traced(arguments)); }

const std::string& Function::name() const { return state_->name(); }

}  // namespace whygrad
