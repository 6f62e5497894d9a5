// explain(): what is between targets and sources on a tape.
#pragma once

#include <whygrad/autodiff/gradient.hpp>
#include <whygrad/base/export.hpp>
#include <whygrad/flow/explanation.hpp>

#include <initializer_list>

namespace whygrad {

class GradientTape;
class Sources;
class Targets;

struct ExplainOptions {
  // Also explains gradients that are zero, NaN or infinite, by an unrecorded backward pass over the values that the tape saved and those that can be
  // recomputed from them. A tape that is used up has no saved values left. A Diagnosis knows more.
  bool values = false;
};

// Reports what is between the targets and each source on this tape. Leaves the tape as it is; it may be used up. Throws ValueError for an empty
// handle, TapeError when called from another thread than the tape's and, with `values`, what a custom gradient throws.
WG_API Explanation explain(const GradientTape& tape, const Targets& targets, const Watchable& source, const ExplainOptions& options = {},
                           Where where = Where::here());
WG_API Explanation explain(const GradientTape& tape, const Targets& targets, std::initializer_list<Watchable> sources,
                           const ExplainOptions& options = {}, Where where = Where::here());
WG_API Explanation explain(const GradientTape& tape, const Targets& targets, const Sources& sources, const ExplainOptions& options = {},
                           Where where = Where::here());

}  // namespace whygrad
