// The graphs of traced functions as data (FunctionGraph).
#pragma once

#include <whygrad/flow/function_graph.hpp>

namespace whygrad::internal {

class TracedFunction;

// The graph as it was traced, and as a call that no tape records runs it.
FunctionGraph function_graph(TracedFunction& function);

}  // namespace whygrad::internal
