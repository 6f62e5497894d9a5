// How the cost of a program grows with its size.
#pragma once

#include <string>

namespace whygrad::bench {

// Prints the curves that the comma-separated list names, each as a table in Markdown:
//   functions  a traced function of 10 to 100,000 ops: its trace, its compilation, one run; without and with the gradient
//   eager      the same ops one by one, 10 to 10,000,000
//   batch      a training step of the MLP for batches of 1 to 4,096 rows
//   sequence   a training step of the transformer for sequences of 16 to 1,024 characters, four at a time
// Times are in milliseconds, the least of several runs: processor time of what one thread runs, and for steps the time that passes with each number
// of threads from two to num_threads().
void print_growth(const std::string& curves);

}  // namespace whygrad::bench
