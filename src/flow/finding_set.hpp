// Findings of several questions, each kept once.
#pragma once

#include <whygrad/base/where.hpp>
#include <whygrad/flow/explanation.hpp>
#include <whygrad/flow/finding.hpp>

#include <vector>

namespace whygrad::internal {

class FindingSet {
 public:
  // Keeps what is not known yet, in the words of the program's language, with the graph that it is about. One would say the same about both of two
  // findings, as in two steps of one training loop, where they agree in all but the path.
  void add(const Explanation& explanation);
  const std::vector<Explanation>& explanations() const { return explanations_; }
  // What there is to say where gradients that were fine were mixed, there, with one that is not finite: it names what the last finding about such a
  // gradient names.
  Finding spread(const Where& where) const;

 private:
  bool knows(const Finding& finding) const;
  Finding last_not_finite() const;
  // Tells of an optimizer's refusal where the report says already why the gradients are missing; false where it does not.
  bool told_with_the_cause(const Finding& refusal);

  std::vector<Explanation> explanations_;
};

}  // namespace whygrad::internal
