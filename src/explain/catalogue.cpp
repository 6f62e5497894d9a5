#include <whygrad/explain/reason.hpp>

#include <algorithm>
#include <array>

namespace whygrad {
namespace {

constexpr std::array kReasons = {
    Reason{Cause::kNotWatched, "WG101", "NOT_WATCHED", "the tape does not watch the source", "docs/reasons/WG101.md",
           "call tape.watch(x) before x is used, or make it a trainable Variable"},
    Reason{Cause::kNonTrainable, "WG102", "NON_TRAINABLE", "the variable was made with trainable = false", "docs/reasons/WG102.md",
           "make the variable trainable, or call tape.watch(variable) before it is used"},
    Reason{Cause::kNondiffOp, "WG103", "NONDIFF_OP", "an op on the path has no derivative", "docs/reasons/WG103.md",
           "use a smooth op in its place, or give it a gradient of your own with custom_gradient or grad_pass_through"},
    Reason{Cause::kNoGradientRegistered, "WG104", "NO_GRADIENT_REGISTERED", "an op on the path has a derivative, but whygrad has no rule for it",
           "docs/reasons/WG104.md", "write the gradient with custom_gradient, or compose the op from others"},
    Reason{Cause::kIntDtype, "WG105", "INT_DTYPE", "integers and booleans carry no gradient", "docs/reasons/WG105.md",
           "keep the values floating, and convert to integers only where nothing has to be learned"},
    Reason{Cause::kStopGradient, "WG106", "STOP_GRADIENT", "stop_gradient stands on the path", "docs/reasons/WG106.md",
           "take the stop_gradient away, or put it on the other side of the comparison"},
    Reason{Cause::kStateful, "WG107", "STATEFUL", "the value went through a variable's assign and was read back", "docs/reasons/WG107.md",
           "use the tensor itself where its gradient is wanted, and assign it as well if it must be kept"},
    Reason{Cause::kTapeConsumed, "WG108", "TAPE_CONSUMED", "the tape was asked twice", "docs/reasons/WG108.md",
           "ask for all sources in one call, or make the tape with {.persistent = true}"},
    Reason{Cause::kTapePaused, "WG109", "TAPE_PAUSED", "the tape was paused while this was computed", "docs/reasons/WG109.md",
           "compute what has to be differentiated before the pause begins or after it has ended"},
    Reason{Cause::kTapeReset, "WG110", "TAPE_RESET", "the tape was reset after this was computed", "docs/reasons/WG110.md",
           "reset the tape before the forward pass, or ask for the gradient before the reset"},
    Reason{Cause::kOutsideTape, "WG111", "OUTSIDE_TAPE", "part of the target was computed while the tape did not record", "docs/reasons/WG111.md",
           "compute it between the construction of the tape and the call of gradient()"},
    Reason{Cause::kRebound, "WG112", "REBOUND", "the source is a tensor that was computed from a variable, not the variable", "docs/reasons/WG112.md",
           "ask for the variable and change it with assign, assign_add or assign_sub"},
    Reason{Cause::kUnused, "WG113", "UNUSED", "the source takes no part in the target", "docs/reasons/WG113.md",
           "use the source in the target, or leave it out of the sources"},
    Reason{Cause::kWrongSource, "WG114", "WRONG_SOURCE", "the target used another tensor than the one asked for", "docs/reasons/WG114.md",
           "ask for the very tensor that the target was computed from"},
    Reason{Cause::kWrongTarget, "WG115", "WRONG_TARGET", "the target is connected to nothing that could have a gradient", "docs/reasons/WG115.md",
           "pass the tensor that the computation returned as the target"},
    Reason{Cause::kLeftFramework, "WG116", "LEFT_FRAMEWORK", "the values were read to the host and came back as a constant", "docs/reasons/WG116.md",
           "compute with tensors instead of the numbers read from them, or write the gradient with custom_gradient"},
    Reason{Cause::kCustomGradient, "WG117", "CUSTOM_GRADIENT", "a custom gradient returned nothing for this input", "docs/reasons/WG117.md",
           "return a gradient for every input that has one"},
    Reason{Cause::kControlFlow, "WG118", "CONTROL_FLOW", "the source decides which code runs, or was used only in code that did not run",
           "docs/reasons/WG118.md", "compute the result from the value itself, for example with where(), maximum() or a smooth weight"},
    Reason{Cause::kMetricAsLoss, "WG119", "METRIC_AS_LOSS", "the target counts right answers: a metric, not a loss", "docs/reasons/WG119.md",
           "train on a smooth loss, such as a cross-entropy, and keep the metric for reading"},
    Reason{Cause::kUnknown, "WG199", "UNKNOWN", "the facts do not suffice to name a cause", "docs/reasons/WG199.md",
           "compute the target from the source inside one tape, and ask again"},
};

consteval bool in_order_of_causes() {
  for (std::size_t i = 0; i < kReasons.size(); ++i) {
    if (static_cast<std::size_t>(kReasons[i].cause) != i) return false;
  }
  return kReasons.size() == static_cast<std::size_t>(Cause::kUnknown) + 1;
}
static_assert(in_order_of_causes(), "every cause has its entry, in the order of the enumerators");

}  // namespace

std::span<const Reason> reasons() noexcept { return kReasons; }

const Reason& reason(Cause cause) noexcept { return kReasons[static_cast<std::size_t>(cause)]; }

const Reason* find_reason(std::string_view code_or_name) noexcept {
  const auto at = std::find_if(kReasons.begin(), kReasons.end(), [&](const Reason& r) { return code_or_name == r.code || code_or_name == r.name; });
  return at == kReasons.end() ? nullptr : &*at;
}

}  // namespace whygrad
