// How choices stand in the log.
#pragma once

#include <whygrad/autodiff/control_flow.hpp>
#include <whygrad/ops/op.hpp>

namespace whygrad::internal {

// A construct looked at a predicate, an index or, without input, ended its loop.
extern const OpDef kChoiceEvent;
struct ChoiceAttrs {
  Construct construct;
  bool loop_end;
  std::int64_t choice;  // 1 or 0 for a predicate, the branch, or the trips of a loop that ended
};

}  // namespace whygrad::internal
