// Explanation: why a gradient is missing, with the cause, the op, the source line, the path and the remedy.
#pragma once

#include <whygrad/base/export.hpp>
#include <whygrad/flow/finding.hpp>

#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

namespace whygrad {

class FlowGraph;

// The findings of one question: one for each source that has no gradient.
class WG_API Explanation {
 public:
  Explanation() = default;
  explicit Explanation(std::vector<Finding> findings, std::shared_ptr<const FlowGraph> graph = nullptr)
      : findings_(std::move(findings)), graph_(std::move(graph)) {}

  // Empty if every source has a gradient.
  const std::vector<Finding>& findings() const noexcept { return findings_; }
  bool empty() const noexcept { return findings_.empty(); }
  // The graph that the findings refer to, for pictures; null if findings about several graphs were combined.
  const std::shared_ptr<const FlowGraph>& graph() const noexcept { return graph_; }
  // Plain text of at most 100 columns, unless names or places are longer.
  std::string to_string() const;

 private:
  std::vector<Finding> findings_;
  std::shared_ptr<const FlowGraph> graph_;
};

// Analyses the computation of any engine. Returns one finding for each source without a gradient or, if the graph has numbers, with a gradient that
// is zero or not finite. graph.tape.question says what is asked. The graph must be consistent: indices lie within its arrays, and each op comes after
// the ops whose results it reads. It may hold the whole program: the explanation keeps the part that is relevant to the question. Throws ValueError
// for a null pointer.
WG_API Explanation explain(std::shared_ptr<const FlowGraph> graph);
WG_API Explanation explain(FlowGraph graph);

WG_API std::ostream& operator<<(std::ostream& out, const Explanation& explanation);

}  // namespace whygrad
