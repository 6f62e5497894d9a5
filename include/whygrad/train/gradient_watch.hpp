// GradientWatch: looks after the gradients of a training run, and explains the first one that is wrong.
#pragma once

#include <whygrad/flow/explanation.hpp>
#include <whygrad/train/fit.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace whygrad::train {

// How one variable fares in one step.
struct VariableHealth {
  std::string name;
  bool missing = false;
  double norm = 0;              // of the finite elements of its gradient
  double zero_share = 0;        // part of the gradient's elements that are exactly 0
  std::int64_t not_finite = 0;  // elements that are NaN or infinite
  double update_ratio = 0;      // |change by this step| / |value before it|; NaN for a value of zeros

  // Missing, all zeros, or somewhere not finite.
  bool wrong() const { return missing || zero_share == 1 || not_finite != 0; }
};

struct GradientTrouble {
  const Progress& progress;                      // before the step
  const std::vector<VariableHealth>& variables;  // without update ratios, for the step is not taken yet
  const std::vector<Explanation>& explanations;  // of what is wrong
};

struct GradientWatchOptions {
  std::int64_t every = 1;  // steps between two looks; the first step is looked at
  // Called the first time that a gradient is wrong, before the optimizer's step. Throw to end the training there.
  std::function<void(const GradientTrouble&)> on_trouble = {};
};

// For the callbacks of fit:
//
//   GradientWatch watch({.every = 100, .on_trouble = [](const GradientTrouble& t) { for (const auto& e : t.explanations) std::cerr << e; }});
//   fit(model, adam, batches, progress, {.on_step = [&](const StepReport& s) { watch.after(s); return true; },
//                                        .on_gradients = [&](const GradientsReport& g) { watch.before(g); }});
//
// A look reads every gradient once; the ratio also keeps the variables' values for the length of that step. The first time that something is wrong,
// the step is done again under a Diagnosis, which finds out why.
class WG_API GradientWatch {
 public:
  explicit GradientWatch(GradientWatchOptions options);

  void before(const GradientsReport& report);
  void after(const StepReport& report);
  // Of the last step that was looked at, in the order of the gradients.
  const std::vector<VariableHealth>& variables() const noexcept { return variables_; }

 private:
  GradientWatchOptions options_;
  std::int64_t steps_ = 0;
  bool explained_ = false;
  std::vector<VariableHealth> variables_;
  std::vector<Tensor> values_;  // before the step that is being looked at
};

}  // namespace whygrad::train
