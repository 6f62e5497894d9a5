// What is the matter, before it is put into a Finding.
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
  FlowGraph::Index op = FlowGraph::kNone;  // at fault, or none
  Where where;                             // of the fault
  std::string why, remedy;
  std::vector<std::string> evidence;
  Confidence confidence = Confidence::kProven;
};

// Makes another cause the first name of what happened.
inline void put_first(Verdict& v, Cause cause) {
  v.also.insert(v.also.begin(), v.cause);
  v.cause = cause;
}

// What is known of one question about one source.
struct SourceQuestion {
  const FlowGraph& graph;
  const FlowGraph::Source& source;
  const std::vector<std::uint8_t>& carries;  // carrying_values(graph)
};

// About the first stop of a path.
Verdict judge_stop(const SourceQuestion& question, const FlowPath& path, const Stop& stop);
// About a path on which nothing stops the gradient, where yet none arrived.
Verdict judge_open_path(const SourceQuestion& question, const FlowPath& path);
// Where no path connects source and target.
Verdict judge_unconnected(const SourceQuestion& question);

// Whether the target as a whole counts right answers, judged from the path behind its first stop: comparisons, then only what averages.
bool is_metric(const SourceQuestion& question, const FlowPath& path);

}  // namespace whygrad::internal
