// `whygrad train --memory`: where memory goes in the first step.
#pragma once

#include <whygrad/autodiff/tape_memory.hpp>
#include <whygrad/nn/sequential.hpp>
#include <whygrad/optim/optimizer.hpp>
#include <whygrad/train/fit.hpp>

#include <string>
#include <vector>

namespace whygrad::cli {

class MemoryReport {
 public:
  // Notes what the tape keeps of the first step that it sees.
  void on_tape(const train::TapeReport& report);
  // The table, once the step is done; empty for the further steps.
  std::string on_step(const train::StepReport& report, const nn::Sequential& model, const optim::Optimizer& optimizer);

 private:
  std::vector<KeptValues> kept_;
  bool done_ = false;
};

}  // namespace whygrad::cli
