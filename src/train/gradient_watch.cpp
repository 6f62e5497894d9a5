// Statistics of gradients during training.
#include "autodiff/variable_impl.hpp"
#include "explain/numbers.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/explain/diagnosis.hpp>
#include <whygrad/ops/elementwise.hpp>
#include <whygrad/train/gradient_watch.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace whygrad::train {
namespace {

double norm(const Tensor& t) { return whygrad::internal::numbers_of(t).norm; }

VariableHealth health_of(const Variable& variable, const Gradient& gradient) {
  VariableHealth health{.name = variable.name(), .missing = !gradient.has_value()};
  if (health.missing) return health;
  const FlowGraph::Numbers n = whygrad::internal::numbers_of(*gradient);
  health.norm = n.norm;
  health.zero_share = n.count == 0 ? 0 : static_cast<double>(n.zeros) / static_cast<double>(n.count);
  health.not_finite = static_cast<std::int64_t>(n.nans + n.infs);
  return health;
}

}  // namespace

GradientWatch::GradientWatch(GradientWatchOptions options) : options_(std::move(options)) {
  if (options_.every < 1) throw ValueError("GradientWatch", fmt::format("every is {}", options_.every), "look at every step with 1, or more rarely");
}

void GradientWatch::before(const GradientsReport& report) {
  values_.clear();
  if (steps_++ % options_.every != 0) return;
  variables_.clear();
  for (std::size_t i = 0; i < report.gradients.size(); ++i) {
    const Variable& variable = report.gradients.sources()[i].variable();
    variables_.push_back(health_of(variable, report.gradients[i]));
    values_.push_back(variable.impl().value);  // an optimizer that finds its buffer in use takes another one
  }
  const bool wrong = std::any_of(variables_.begin(), variables_.end(), [](const VariableHealth& v) { return v.wrong(); });
  if (!wrong || explained_ || !options_.on_trouble) return;
  explained_ = true;
  const Diagnosis diagnosis({.values = true});
  report.repeat();
  options_.on_trouble({report.progress, variables_, diagnosis.explanations()});
}

void GradientWatch::after(const StepReport& report) {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const Tensor now = report.gradients.sources()[i].variable().impl().value;
    variables_[i].update_ratio = norm(subtract(now, values_[i])) / norm(values_[i]);
  }
  values_.clear();
}

}  // namespace whygrad::train
