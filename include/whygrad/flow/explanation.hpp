// Why a gradient is missing: the cause, the op, the source line, the path and the remedy.
#pragma once

#include <whygrad/base/export.hpp>
#include <whygrad/flow/finding.hpp>

#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

namespace whygrad {

class FlowGraph;

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

// Judges a computation, of whatever engine: one finding for each source that has no gradient, or, where its numbers were looked at, one that is zero
// or not finite. graph.tape.question says what is asked. The graph must be sound: indices lie within its arrays, ops stand behind what they read.
// It may hold the whole program: the explanation keeps the part that bears on the question. Throws ValueError for a null pointer.
WG_API Explanation explain(std::shared_ptr<const FlowGraph> graph);
WG_API Explanation explain(FlowGraph graph);

WG_API std::ostream& operator<<(std::ostream& out, const Explanation& explanation);

}  // namespace whygrad
