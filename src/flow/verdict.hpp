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
  FlowGraph::Index op = FlowGraph::kNone;    // at fault, or kNone
  FlowGraph::Index back = FlowGraph::kNone;  // of a read to the host: the op with which the numbers seem to have come back
  Where where;                               // of the fault
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

// The verdict about one stop of a path.
Verdict judge_stop(const SourceQuestion& question, const FlowPath& path, const Stop& stop);
// NOTE [a remedy for the whole path]
// A gradient comes back only when every stop of its path is mended. So every stop has a verdict, and what their remedies say together mends the path.
// A remedy is empty if an earlier one takes the stop away as well:
// - The target counts right answers from a stop on. A loss in its place replaces all that follows.
// - An op takes integers or truth values as positions or conditions. No change before it can help, so its remedy is that of the stop which made them,
//   and replaces all ops from there to it.
// Stops of one call site, as in a loop, are one. At most `most` stops are judged; the first verdict is about the first stop. `path` has a stop.
std::vector<Verdict> judge_stops(const SourceQuestion& question, const FlowPath& path, std::size_t most);
// The verdict about a path without stops that yet carried no gradient.
Verdict judge_open_path(const SourceQuestion& question, const FlowPath& path);
// The verdict if no path connects source and target.
Verdict judge_unconnected(const SourceQuestion& question);

// Whether the target as a whole counts correct answers, judged by the path from this stop on: comparisons, followed only by averages.
bool is_metric(const SourceQuestion& question, const FlowPath& path, const Stop& stop);

}  // namespace whygrad::internal
