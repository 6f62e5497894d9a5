// A verdict: the result of a judge, before it becomes a Finding.
#pragma once

#include "flow/flow_path.hpp"

#include <whygrad/flow/finding.hpp>
#include <whygrad/flow/flow_graph.hpp>

#include <string>
#include <vector>

namespace whygrad::internal {

struct Verdict {
  Cause cause = Cause::kUnknown;
  std::vector<Cause> also;
  FlowGraph::Index op = FlowGraph::kNone;  // at fault, or kNone
  Where where;                             // of the fault
  std::string why, remedy;
  std::vector<std::string> evidence;
  Confidence confidence = Confidence::kProven;
};

// Puts another reason in front of the present one.
inline void put_first(Verdict& v, Cause cause) {
  v.also.insert(v.also.begin(), v.cause);
  v.cause = cause;
}

// The facts of one question about one source.
struct SourceQuestion {
  const FlowGraph& graph;
  const FlowGraph::Source& source;
  const std::vector<std::uint8_t>& carries;  // carrying_values(graph)
};

// The verdict about the first stop of a path.
Verdict judge_stop(const SourceQuestion& question, const FlowPath& path, const Stop& stop);
// The verdict about a path without stops that yet carried no gradient.
Verdict judge_open_path(const SourceQuestion& question, const FlowPath& path);
// The verdict if no path connects source and target.
Verdict judge_unconnected(const SourceQuestion& question);

// Whether the target as a whole counts correct answers, judged by the path after its first stop: comparisons, followed only by averages.
bool is_metric(const SourceQuestion& question, const FlowPath& path);

}  // namespace whygrad::internal
