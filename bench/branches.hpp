// Whether independent parts of a program should run on a thread each.
#pragma once

namespace whygrad::bench {

// Runs programs of two independent halves in three ways, in turns: on one thread, with each op split over the threads, and with a half on each of two
// threads. Prints microseconds of each way, a line for each program: the time that one run in fifty is below.
void print_branches();

}  // namespace whygrad::bench
