// JSON lines for the comparison with the peers.
#pragma once

#include <string>

namespace whygrad::bench {

// Runs the workloads whose group is named in the comma-separated list, each with explanations off ("unexplained"), on ("eager"), and, but for the
// chain, inside of a Diagnosis that looks at numbers ("diagnosed") and as a traced function ("function"), in turns; prints a line for each: median,
// least and greatest milliseconds, number of runs, first step, and peak resident memory of a process that does nothing else. Groups of other programs
// are left out. If modes are named, separated by commas, only these are run, and memory is not measured.
void print_lines(const std::string& groups, const std::string& wanted_modes);

// Runs one workload in one mode until its memory grows no more, and prints the peak in MiB. For a process of its own.
void print_peak_memory(const std::string& workload, const std::string& mode);

// Profiles 20 steps of a workload and prints where time goes.
void print_profile(const std::string& workload, const std::string& mode);

}  // namespace whygrad::bench
