// A set of findings about several questions, without repetitions.
#pragma once

#include <whygrad/base/where.hpp>
#include <whygrad/flow/explanation.hpp>
#include <whygrad/flow/finding.hpp>

#include <vector>

namespace whygrad::internal {

class FindingSet {
 public:
  // Adds findings that are not known yet, in the terms of the program's language, with the graph that they refer to. Two findings are the same if
  // they agree in everything but the path, as in two steps of a training loop.
  void add(const Explanation& explanation);
  const std::vector<Explanation>& explanations() const { return explanations_; }
  // The finding for a place where finite gradients were combined with one that is not finite. Names the same fault as the last finding about such a
  // gradient.
  Finding spread(const Where& where) const;

 private:
  bool knows(const Finding& finding) const;
  Finding last_not_finite() const;
  // Handles an optimizer's refusal. Returns false if the report does not explain yet why the gradients are missing.
  bool told_with_the_cause(const Finding& refusal);

  std::vector<Explanation> explanations_;
};

}  // namespace whygrad::internal
