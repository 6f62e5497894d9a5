// JSON lines for the comparison with the peers.
#pragma once

#include <string>

namespace whygrad::bench {

// Runs the workloads whose group is named in the comma-separated list, each with explanations off ("unexplained"), on ("eager"), and, but for the
// chain, inside of a Diagnosis that looks at numbers ("diagnosed"), in turns; prints a line for each: median, least and greatest milliseconds, number
// of runs, first step, and peak resident memory of a process that does nothing else. Groups of other programs are left out.
void print_lines(const std::string& groups);

// Runs one workload in one mode until its memory grows no more, and prints the peak in MiB. For a process of its own.
void print_peak_memory(const std::string& workload, const std::string& mode);

}  // namespace whygrad::bench
