// Further faults behind the one to blame for a gradient that is zero or not finite.
#pragma once

#include "flow/passed_edges.hpp"
#include "flow/verdict.hpp"

namespace whygrad::internal {

// NOTE [behind the fault]
// A backward pass begins at the target. Behind the first op that passed on zeros, all gradients are zero, whatever the ops there would do with
// others; likewise for NaN. So these ops are judged by their numbers alone: what they were given and made tells whether their slope is 0, or not
// finite, for any gradient. Only what the numbers show without doubt is listed. The ops become further stops of the path and further verdicts.
void add_zeros_behind(const SourceQuestion& question, const PassedEdges& edges, Found& found);
void add_nonfinite_behind(const SourceQuestion& question, const PassedEdges& edges, Found& found);

}  // namespace whygrad::internal
