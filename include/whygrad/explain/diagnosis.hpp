// A scope in which every gradient is looked at.
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
  // Also says why gradients are zero, NaN or infinite. Tapes then keep all values, so memory grows; a gradient that is zero or not finite costs one
  // more backward pass, in which custom gradients run again.
  bool values = false;
  // Also says which paths of a gradient that has a value are cut.
  bool partial = false;
};

// Collects what there is to say about every gradient() call of this thread while it lives:
//
//   Diagnosis report({.values = true});
//   train_step();
//   std::cout << report;
//
// Nests: each scope that is open learns of every call. What it finds a second time, such as in the next step of training, it keeps once. A gradient()
// that throws because the tape is used up or because a custom gradient fails leaves a finding too. Tapes should begin inside of the scope: of what
// was computed before, values are not known.
class WG_API Diagnosis {
 public:
  explicit Diagnosis(DiagnosisOptions options = {});
  ~Diagnosis();
  Diagnosis(const Diagnosis&) = delete;
  Diagnosis& operator=(const Diagnosis&) = delete;

  // In the order in which they were found.
  std::vector<Finding> findings() const;
  bool empty() const noexcept;
  // How many gradients (or jacobians) were asked for: where none was, there being no findings says nothing.
  std::size_t asked() const noexcept;
  // The same with the graphs that they are about: one entry for each gradient() call that had something new.
  const std::vector<Explanation>& explanations() const noexcept;
  // A finding from outside, such as an optimizer's refusal.
  void add(Finding finding);
  // Adds it to every Diagnosis that is open on this thread, if there is one.
  static void report(const Finding& finding);
  // Tells them that gradients which were fine were mixed with one that is not finite, as by a division by the norm of all. Names what the last
  // finding about such a gradient names, if there is one.
  static void report_spread(Where where = Where::here());
  // Plain text, as that of an Explanation.
  std::string to_string() const;

 private:
  class Scope;
  std::unique_ptr<Scope> scope_;
};
WG_API std::ostream& operator<<(std::ostream& out, const Diagnosis& diagnosis);

}  // namespace whygrad
