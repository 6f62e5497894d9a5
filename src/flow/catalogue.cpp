// The codes and titles of findings, and their standard texts.
#include <whygrad/flow/reason.hpp>

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
    Reason{Cause::kCustomGradient, "WG117", "CUSTOM_GRADIENT", "the backward function of a custom gradient gave nothing, zeros or NaN",
           "docs/reasons/WG117.md", "let the backward function return a finite gradient for every input that has one"},
    Reason{Cause::kControlFlow, "WG118", "CONTROL_FLOW", "the source decides which code runs, or was used only in code that did not run",
           "docs/reasons/WG118.md", "compute the result from the value itself, for example with where(), maximum() or a smooth weight"},
    Reason{Cause::kMetricAsLoss, "WG119", "METRIC_AS_LOSS", "the target counts right answers: a metric, not a loss", "docs/reasons/WG119.md",
           "train on a smooth loss, such as a cross-entropy, and keep the metric for reading"},
    Reason{Cause::kSecondOrder, "WG120", "SECOND_ORDER", "the first derivative exists, the second does not", "docs/reasons/WG120.md",
           "differentiate something whose first derivative depends on the source, or pass UnconnectedGradients::zero where 0 is the answer"},
    Reason{Cause::kGraphEagerMix, "WG121", "GRAPH_EAGER_MIX", "a tensor of a traced function was used outside of it", "docs/reasons/WG121.md",
           "compute the target from what the traced function returns, or take the gradient inside of it"},
    Reason{Cause::kSparse, "WG122", "SPARSE", "a sparse tensor was made where the tape did not see it", "docs/reasons/WG122.md",
           "make the sparse tensor from its values under the tape, each time the gradient is taken"},
    Reason{Cause::kNonLeafGrad, "WG123", "NON_LEAF_GRAD", "the gradient of a tensor that an op made is not kept", "docs/reasons/WG123.md",
           "call retain_grad() on it before backward(), or ask for it with torch.autograd.grad"},
    Reason{Cause::kNotRegistered, "WG124", "NOT_REGISTERED", "the module does not know the parameter", "docs/reasons/WG124.md",
           "keep modules in a ModuleList or ModuleDict, parameters in a ParameterList or as attributes"},
    Reason{Cause::kFrozen, "WG125", "FROZEN", "the parameter has requires_grad=False", "docs/reasons/WG125.md",
           "set requires_grad=True on it before the forward pass, or leave it out of what is trained"},
    Reason{Cause::kDetached, "WG126", "DETACHED", "the tensor was detached from what it was computed from", "docs/reasons/WG126.md",
           "use the tensor itself where its gradient is wanted, or detach the other side"},
    Reason{Cause::kNoGradMode, "WG127", "NO_GRAD_MODE", "this was computed while gradients were switched off", "docs/reasons/WG127.md",
           "compute what has to be differentiated outside of no_grad and inference_mode"},
    Reason{Cause::kInplaceChange, "WG128", "INPLACE_CHANGE", "a value that the backward pass needs was changed in place", "docs/reasons/WG128.md",
           "make a new tensor in place of the change, or change it where no gradient needs the old one"},
    Reason{Cause::kStaleOptimizer, "WG129", "STALE_OPTIMIZER", "the optimizer holds parameters that the model no longer has", "docs/reasons/WG129.md",
           "make the optimizer after the model has its last shape, or hand it the new parameters with add_param_group"},
    Reason{Cause::kGraphFreed, "WG130", "GRAPH_FREED", "an earlier backward pass had freed the graph", "docs/reasons/WG130.md",
           "add the losses and call backward() once, run the forward pass again, or pass retain_graph=True to the first call"},
    Reason{Cause::kZeroedAfter, "WG131", "ZEROED_AFTER", "the gradient was cleared before anybody used it", "docs/reasons/WG131.md",
           "clear the gradients before backward() or after the optimizer's step, never between them"},
    Reason{Cause::kCreateGraph, "WG132", "CREATE_GRAPH", "a gradient was taken without a graph of its own and then differentiated",
           "docs/reasons/WG132.md", "pass create_graph=True where the first gradient is taken"},
    Reason{Cause::kUnknown, "WG199", "UNKNOWN", "the facts do not suffice to name a cause", "docs/reasons/WG199.md",
           "compute the target from the source inside one tape, and ask again"},
    Reason{Cause::kDisconnectedZero, "WG201", "DISCONNECTED_ZERO", "zeros that stand for no connection at all", "docs/reasons/WG201.md",
           "give the term a coefficient that is not 0, or leave the source out"},
    Reason{Cause::kZeroDeadUnit, "WG202", "ZERO_GRAD_DEAD_UNIT", "every unit is switched off", "docs/reasons/WG202.md",
           "use leaky_relu, a smaller learning rate, or biases that begin near 0"},
    Reason{Cause::kZeroSaturated, "WG203", "ZERO_GRAD_SATURATED", "a function is flat this far from 0", "docs/reasons/WG203.md",
           "differentiate the logits instead, or keep the inputs in the range where the function moves"},
    Reason{Cause::kZeroClip, "WG204", "ZERO_GRAD_CLIP", "every value lies outside of the bounds", "docs/reasons/WG204.md",
           "clip the gradient or the update instead of the value, or use a loss that is linear far away, such as huber(targets, predictions)"},
    Reason{Cause::kZeroFlat, "WG205", "ZERO_GRAD_FLAT", "the function is flat at this very point", "docs/reasons/WG205.md",
           "use a smooth function in its place, or a straight-through gradient (grad_pass_through)"},
    Reason{Cause::kZeroMasked, "WG206", "ZERO_GRAD_MASKED", "everything was multiplied by 0 or left out", "docs/reasons/WG206.md",
           "check the mask or the factor that is 0 everywhere"},
    Reason{Cause::kZeroCancel, "WG207", "ZERO_GRAD_CANCEL", "contributions cancel each other exactly", "docs/reasons/WG207.md",
           "the target does not depend on the source: stop one of the paths with stop_gradient if only the other is meant"},
    Reason{Cause::kVanishing, "WG208", "VANISHING", "the gradient shrank along the way until nothing was left", "docs/reasons/WG208.md",
           "use residual connections, normalisation or relu-like activations; in f16 scale the loss"},
    Reason{Cause::kNanSqrt0, "WG301", "NAN_GRAD_SQRT0", "the slope of a root is infinite at 0", "docs/reasons/WG301.md",
           "add a small number under the root, such as sqrt(x + 1e-12), or use the square"},
    Reason{Cause::kNanLog0, "WG302", "NAN_GRAD_LOG0", "a logarithm of 0 or less", "docs/reasons/WG302.md",
           "use a loss that works on logits, log1p, or add a small number to the argument: log(x + 1e-7)"},
    Reason{Cause::kNanDiv0, "WG303", "NAN_GRAD_DIV0", "a division by 0", "docs/reasons/WG303.md",
           "add a small number to the divisor: a / (b + 1e-7); or leave out what has nothing to divide by"},
    Reason{Cause::kNanPow, "WG304", "NAN_GRAD_POW", "a power outside of its domain, or its slope at 0", "docs/reasons/WG304.md",
           "add a small number to the base, or use square and sqrt where the exponent is fixed"},
    Reason{Cause::kNanTrig, "WG305", "NAN_GRAD_TRIG", "an inverse trigonometric function at its bounds", "docs/reasons/WG305.md",
           "keep the argument inside: asin(x * (1 - 1e-6)), acos likewise; away from (0, 0) for atan2"},
    Reason{Cause::kNanWhere, "WG306", "NAN_GRAD_WHERE", "the side of a where() that was not taken is not finite", "docs/reasons/WG306.md",
           "make the input harmless before the op as well: where(ok, f(where(ok, x, 1)), other)"},
    Reason{Cause::kNanOverflow, "WG307", "NAN_GRAD_OVERFLOW", "a value outgrew its type", "docs/reasons/WG307.md",
           "subtract the maximum first, or use the library's softmax, reduce_logsumexp or a cross-entropy with logits"},
    Reason{Cause::kNanData, "WG308", "NAN_GRAD_NAN_DATA", "the data held a NaN", "docs/reasons/WG308.md",
           "clean the data, or mask it before it is used rather than after"},
    Reason{Cause::kNanSpecial, "WG309", "NAN_GRAD_SPECIAL", "a special function outside of its domain", "docs/reasons/WG309.md",
           "keep the argument inside of the function's domain"},
    Reason{Cause::kExploding, "WG310", "EXPLODING", "one gradient that is not finite spoiled others", "docs/reasons/WG310.md",
           "mend the gradient that is not finite first; clipping by a global norm cannot"},
    Reason{Cause::kPartialGradient, "WG401", "PARTIAL_GRADIENT", "only some of the paths carry a gradient", "docs/reasons/WG401.md",
           "mend the paths that are cut if the source should learn from them too"},
    Reason{Cause::kComplex, "WG402", "COMPLEX", "a complex op has no slope at this value", "docs/reasons/WG402.md",
           "keep the argument away from 0 + 0i, or compute with the squared magnitude"},
    Reason{Cause::kOptimizerNone, "WG403", "OPTIMIZER_NONE", "an optimizer was given variables without a gradient", "docs/reasons/WG403.md",
           "pass only variables that the loss depends on, or mend what cuts them off"},
    Reason{Cause::kJacobian, "WG404", "JACOBIAN", "a jacobian was asked of something that has none", "docs/reasons/WG404.md",
           "ask for the jacobian of one tensor with respect to watched sources"},
};

consteval bool in_order_of_causes() {
  for (std::size_t i = 0; i < kReasons.size(); ++i) {
    if (static_cast<std::size_t>(kReasons[i].cause) != i) return false;
  }
  return kReasons.size() == kCauseCount;
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
