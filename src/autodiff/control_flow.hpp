// Records of control flow decisions in the log.
#pragma once

#include <whygrad/autodiff/control_flow.hpp>
#include <whygrad/ops/op.hpp>

namespace whygrad::internal {

// Records that a construct read a predicate or an index, or that its loop ended (no input).
extern const OpDef kChoiceEvent;
struct ChoiceAttrs {
  Construct construct;
  bool loop_end;
  std::int64_t choice;  // 1 or 0 for a predicate, the branch index, or the number of iterations of a loop that ended
};

}  // namespace whygrad::internal
