// Diagnosis: a scope in which every gradient is inspected.
#pragma once

#include <whygrad/base/export.hpp>
#include <whygrad/base/where.hpp>
#include <whygrad/flow/explanation.hpp>
#include <whygrad/flow/finding.hpp>

#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

namespace whygrad {

struct DiagnosisOptions {
  // Also explains gradients that are zero, NaN or infinite. Tapes then keep all values, so memory grows. A gradient that is zero or not finite costs
  // one more backward pass, in which custom gradients run again.
  bool values = false;
  // Also reports the paths of existing gradients that are cut.
  bool partial = false;
};

// Collects the findings about every gradient() call of this thread while it lives:
//
//   Diagnosis report({.values = true});
//   train_step();
//   std::cout << report;
//
// Nests: each open scope sees every call. A finding that recurs, such as in the next training step, is kept once. A gradient() that throws because
// the tape is used up or because a custom gradient fails leaves a finding too. Tapes should begin inside the scope: values that were computed before
// are not known.
class WG_API Diagnosis {
 public:
  explicit Diagnosis(DiagnosisOptions options = {});
  ~Diagnosis();
  Diagnosis(const Diagnosis&) = delete;
  Diagnosis& operator=(const Diagnosis&) = delete;

  // In the order in which they were found.
  std::vector<Finding> findings() const;
  bool empty() const noexcept;
  // The number of gradients (or jacobians) that were asked for. If it is 0, the absence of findings means nothing.
  std::size_t asked() const noexcept;
  // The findings with the graphs that they refer to: one entry for each gradient() call with a new finding.
  const std::vector<Explanation>& explanations() const noexcept;
  // Adds a finding from outside, such as an optimizer's refusal.
  void add(Finding finding);
  // Adds it to every Diagnosis that is open on this thread.
  static void report(const Finding& finding);
  // Notes that finite gradients were combined with one that is not finite, such as by a division by their global norm. Names the fault of the last
  // finding about such a gradient, if there is one.
  static void report_spread(Where where = Where::here());
  // Plain text, as of an Explanation.
  std::string to_string() const;

 private:
  class Scope;
  std::unique_ptr<Scope> scope_;
};
WG_API std::ostream& operator<<(std::ostream& out, const Diagnosis& diagnosis);

}  // namespace whygrad
