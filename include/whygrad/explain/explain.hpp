// explain(): what stands between targets and sources on a tape.
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
  // Also says why gradients are zero, NaN or infinite, by a backward pass that nothing records, over what the tape saved and what is computed again
  // from it. On a tape that is used up nothing is left to look at. A Diagnosis knows more.
  bool values = false;
};

// What stands between the targets and each source on this tape. The tape is left as it is, and may be used up. Throws ValueError for an empty handle,
// TapeError when called from another thread than the tape's; with `values` what a custom gradient throws.
WG_API Explanation explain(const GradientTape& tape, const Targets& targets, const Watchable& source, const ExplainOptions& options = {},
                           Where where = Where::here());
WG_API Explanation explain(const GradientTape& tape, const Targets& targets, std::initializer_list<Watchable> sources,
                           const ExplainOptions& options = {}, Where where = Where::here());
WG_API Explanation explain(const GradientTape& tape, const Targets& targets, const Sources& sources, const ExplainOptions& options = {},
                           Where where = Where::here());

}  // namespace whygrad
