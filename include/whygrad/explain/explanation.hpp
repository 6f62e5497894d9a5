// Why a gradient is missing: the cause, the op, the source line, the path and the remedy.
#pragma once

#include <whygrad/autodiff/gradient.hpp>
#include <whygrad/base/export.hpp>
#include <whygrad/explain/finding.hpp>

#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

namespace whygrad {

class FlowGraph;
class GradientTape;
class Sources;
class Targets;

// The findings of one question, one per source that has no gradient.
class WG_API Explanation {
 public:
  Explanation() = default;
  explicit Explanation(std::vector<Finding> findings, std::shared_ptr<const FlowGraph> graph = nullptr)
      : findings_(std::move(findings)), graph_(std::move(graph)) {}

  // Empty where every source has a gradient.
  const std::vector<Finding>& findings() const noexcept { return findings_; }
  bool empty() const noexcept { return findings_.empty(); }
  // The computation that they are about, for pictures; null where findings about several were put together.
  const std::shared_ptr<const FlowGraph>& graph() const noexcept { return graph_; }
  // Plain text of at most 100 columns where names and places allow.
  std::string to_string() const;

 private:
  std::vector<Finding> findings_;
  std::shared_ptr<const FlowGraph> graph_;
};
WG_API std::ostream& operator<<(std::ostream& out, const Explanation& explanation);

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
