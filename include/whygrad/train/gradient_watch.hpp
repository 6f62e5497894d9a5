// GradientWatch: monitors the gradients of a training run, and explains the first faulty one.
#pragma once

#include <whygrad/flow/explanation.hpp>
#include <whygrad/train/fit.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace whygrad::train {

// Statistics of one variable in one step.
struct VariableHealth {
  std::string name;
  bool missing = false;
  double norm = 0;              // of the finite elements of its gradient
  double zero_share = 0;        // share of the gradient's elements that are exactly 0
  std::int64_t not_finite = 0;  // elements that are NaN or infinite
  double update_ratio = 0;      // |change by this step| / |value before it|; NaN for a value of zeros

  // Missing, all zeros, or not finite.
  bool wrong() const { return missing || zero_share == 1 || not_finite != 0; }
};

struct GradientTrouble {
  const Progress& progress;                      // before the step
  const std::vector<VariableHealth>& variables;  // without update ratios, because the step was not taken yet
  const std::vector<Explanation>& explanations;  // about the faulty gradients
};

struct GradientWatchOptions {
  std::int64_t every = 1;  // steps between two inspections; the first step is inspected
  // Called when a gradient is faulty for the first time, before the optimizer's step. Throw to end the training there.
  std::function<void(const GradientTrouble&)> on_trouble = {};
};

// For the callbacks of fit:
//
//   GradientWatch watch({.every = 100, .on_trouble = [](const GradientTrouble& t) { for (const auto& e : t.explanations) std::cerr << e; }});
//   fit(model, adam, batches, progress, {.on_step = [&](const StepReport& s) { watch.after(s); return true; },
//                                        .on_gradients = [&](const GradientsReport& g) { watch.before(g); }});
//
// An inspection reads every gradient once; the ratio also needs a copy of the variables during that step. At the first fault, the step is repeated
// under a Diagnosis, which finds the cause.
class WG_API GradientWatch {
 public:
  explicit GradientWatch(GradientWatchOptions options);

  void before(const GradientsReport& report);
  void after(const StepReport& report);
  // Of the last step that was inspected, in the order of the gradients.
  const std::vector<VariableHealth>& variables() const noexcept { return variables_; }

 private:
  GradientWatchOptions options_;
  std::int64_t steps_ = 0;
  bool explained_ = false;
  std::vector<VariableHealth> variables_;
  std::vector<Tensor> values_;  // before the step that is being inspected
};

}  // namespace whygrad::train
