// A traced function for many rows at once.
#include "autodiff/rows.hpp"
#include "graph/trace.hpp"

namespace whygrad::internal {

std::shared_ptr<TracedFunction> TracedFunction::for_rows(const std::vector<bool>& varying, std::int64_t rows) {
  {
    const std::lock_guard lock(log_->tracing);
    if (const auto known = of_rows_.find({varying, rows}); known != of_rows_.end()) return known->second;
  }
  std::shared_ptr<TracedFunction> traced = trace_rows(varying, rows);
  const std::lock_guard lock(log_->tracing);
  return of_rows_.emplace(std::pair(varying, rows), std::move(traced)).first->second;
}

std::shared_ptr<TracedFunction> TracedFunction::trace_rows(const std::vector<bool>& varying, std::int64_t rows) const {
  std::vector<TensorSpec> arguments;
  arguments.reserve(inputs_.size());
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    TensorSpec& spec = arguments.emplace_back(spec_of(inputs_[i].stand_in));
    if (!varying[i]) continue;
    Shape shape{rows};
    for (const std::int64_t extent : spec.shape) shape.push_back(extent);
    spec.shape = shape;
  }
  const auto body = [&](const std::vector<Tensor>& given) {
    Records own = records();
    RowProgram program(std::move(own.slice), own.needed, log_->constants);
    program.finish(results_);
    RowProgram::Values values;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      values[inputs_[i].stand_in.id()] = {given[i], varying[i]};
      for (const ValueId id : inputs_[i].reads) values[id] = {given[i], varying[i]};
    }
    return program.run(rows, std::move(values));
  };
  return trace(name_, where_, arguments, body);
}

}  // namespace whygrad::internal
