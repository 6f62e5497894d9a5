// JSON lines for the comparison with the peers.
#pragma once

#include <string>

namespace whygrad::bench {

// Runs the workloads whose group is named in the comma-separated list, each with explanations off ("unexplained"), on ("eager"), and, but for the
// chain, inside of a Diagnosis that looks at numbers ("diagnosed"), in turns; prints a line for each: median, least and greatest milliseconds, number
// of runs, first step, peak resident memory so far. Groups of other programs are left out.
void print_lines(const std::string& groups);

}  // namespace whygrad::bench
