"""The engine's texts in the words of a PyTorch program: phrases that speak of tapes and variables, and what its functions are called there."""

import re

# The longer phrase first where one holds another. Texts are looked through after the names in them were put in.
PHRASES = {
    # ---- the catalogue ----
    "the tape does not watch the source": "the source does not require a gradient",
    "call tape.watch(x) before x is used, or make it a trainable Variable": "call x.requires_grad_() before x is used, or make it an nn.Parameter",
    "the variable was made with trainable = false": "the parameter has requires_grad=False",
    "make the variable trainable, or call tape.watch(variable) before it is used": "set requires_grad=True on the parameter before it is used",
    "an op on the path has a derivative, but whygrad has no rule for it": "an op on the path has a derivative, but PyTorch has no rule for it",
    "ask for all sources in one call, or make the tape with {.persistent = true}": "add the losses and call backward() once, or pass retain_graph=True",
    "the tape was asked twice": "backward() was called twice on one graph",
    "the tape was paused while this was computed": "gradients were switched off while this was computed",
    "compute what has to be differentiated before the pause begins or after it has ended": "compute it outside of torch.no_grad(), or after "
    "torch.set_grad_enabled(True)",
    "the tape was reset after this was computed": "the graph was freed after this was computed",
    "reset the tape before the forward pass, or ask for the gradient before the reset": "ask for the gradient before the graph is freed",
    "part of the target was computed while the tape did not record": "part of the loss was computed while autograd did not record",
    "compute it between the construction of the tape and the call of gradient()": "compute it where gradients are switched on",
    "the source is a tensor that was computed from a variable, not the variable": "the source is the result of an op on a parameter, not the parameter",
    "ask for the variable and change it with assign, assign_add or assign_sub": "keep the parameter, and change it in place under torch.no_grad()",
    "the value went through a variable's assign and was read back": "the value was written into a tensor in place and read back",
    "use the tensor itself where its gradient is wanted, and assign it as well if it must be kept": "use the tensor itself where its gradient is wanted, "
    "and write it as well if it must be kept",
    "stop_gradient stands on the path": "detach() stands on the path",
    "take the stop_gradient away, or put it on the other side of the comparison": "take detach() away, or put it on the other side of the comparison",
    "take stop_gradient away where this path is meant to be trained": "take detach() away where this path is meant to be trained",
    "the program asks for it here: what stop_gradient returns counts as constant": "the program asks for it here: what detach() returns has no graph",
    "the values were read to the host and came back as a constant": "the values left PyTorch and came back as a new tensor",
    "compute with tensors instead of the numbers read from them, or write the gradient with custom_gradient": "compute with tensors instead of the numbers "
    "read from them, or write a torch.autograd.Function",
    "the backward function of a custom gradient gave": "the backward of a Function gave",
    "a tensor of a traced function was used outside of it": "a tensor of a compiled function was used outside of it",
    "compute the target from what the traced function returns, or take the gradient inside of it": "compute the loss from what the compiled function returns",
    "a sparse tensor was made where the tape did not see it": "a sparse tensor was made where autograd did not record",
    "make the sparse tensor from its values under the tape, each time the gradient is taken": "make the sparse tensor from its values in every forward pass",
    "compute the target from the source inside one tape, and ask again": "compute the loss from the source with gradients switched on, and ask again",
    "ask for the jacobian of one tensor with respect to watched sources": "ask for the jacobian with respect to tensors that require a gradient",
    "differentiate something whose first derivative depends on the source, or pass UnconnectedGradients::zero where 0 is the answer": "differentiate "
    "something whose first derivative depends on the source; where 0 is the answer, pass materialize_grads=True",
    "an optimizer was given variables without a gradient": "an optimizer was given parameters without a gradient",
    "pass only variables that the loss depends on": "pass only parameters that the loss depends on",
    "give it a gradient of your own with custom_gradient or grad_pass_through": "give it a gradient of your own with a torch.autograd.Function or with "
    "x + (op(x) - x).detach()",
    "a straight-through gradient (grad_pass_through)": "a straight-through gradient: x + (op(x) - x).detach()",
    "write the gradient with custom_gradient, or compose the op from others": "write a torch.autograd.Function, or compose the op from others",
    "stop one of the paths with stop_gradient if only the other is meant": "call detach() on one of the paths if only the other is meant",
    # Whole calls, where PyTorch takes other arguments or another order.
    "sparse_softmax_cross_entropy_with_logits(labels, logits)": "F.cross_entropy(logits, labels)",
    "huber(targets, predictions)": "huber(predictions, targets)",
    "gather(x, shuffle(range(n)))": "x[torch.randperm(n)]",
    "unsorted_segment_sum(weights, x, n)": "torch.zeros(n).index_add(0, x, weights)",
    "reduce_logsumexp(x)": "reduce_logsumexp(x, dim)",
    "reduce_logsumexp(-x)": "reduce_logsumexp(-x, dim)",
    "softmax((logits + Gumbel noise) / temperature)": "softmax((logits + Gumbel noise) / temperature, dim)",
    "matrix_diag([0, 1e-3, 2e-3, ..])": "matrix_diag(torch.tensor([0, 1e-3, 2e-3, ..]))",
    # ---- the judges ----
    "no op used": "no op used",
    " while the tape recorded; the target was computed without it": "; the target was computed without it",
    "the zeros were asked for with UnconnectedGradients::zero": "the zeros were asked for with materialize_grads=True",
    "skip it this time, or pass UnconnectedGradients::zero": "skip it this time, or pass materialize_grads=True",
    "pass UnconnectedGradients::zero if 0 is the answer that is wanted": "pass materialize_grads=True if 0 is the answer that is wanted",
    "while the tape was paused": "while gradients were switched off",
    "while the tape was left": "while gradients were switched off",
    "before the tape's reset": "before the graph was freed",
    "compute and differentiate inside of a Diagnosis with {.values = true}": "compute and differentiate inside of whygrad.torch.diagnose(values=True)",
    " ran while recording was stopped": " ran while gradients were switched off",
    ", so the tape knows nothing of it": ", so it has no graph",
    "before the tape watched it; a tape follows a value only from tape.watch() on": "before it required a gradient; autograd follows a tensor only from "
    "requires_grad_() on",
    "call tape.watch() before the first op that uses it": "call requires_grad_() before the first op that uses it",
    "call tape.watch() on it before it is used; a trainable Variable is watched by itself": "call requires_grad_() on it before it is used; an nn.Parameter "
    "requires a gradient by itself",
    "was made with trainable = false, as what is moved by assignment is, such as the statistics of a normalization: tapes do not watch it by themselves": "has "
    "requires_grad=False, so that backward() gives it no gradient",
    "ask for the trainable_variables only; or, if it should learn by gradients, make it trainable or call tape.watch() on it": "set requires_grad=True on it "
    "before the forward pass if it should learn; else leave it out of what is asked for",
    "compute it under the tape, or call tape.watch() on it before it is used": "call requires_grad_() on it before it is used",
    "keep the variable and ask for it: give the result a name of its own, or change the variable by its assign(), assign_add() or assign_sub()": "keep the "
    "parameter and ask for it: give the result a name of its own, or change the parameter in place under torch.no_grad()",
    "keep the variable: give the result a name of its own, or change the variable by its assign()": "keep the parameter: give the result a name of its own",
    "the source is a plain tensor that nobody watches": "the source is a tensor that does not require a gradient",
    ", a tensor; only trainable variables are watched without being told": ", a tensor that does not require a gradient",
    "; the source is that tensor, and tapes do not watch tensors by themselves": "; the source is that tensor, which is no leaf",
    "; tapes do not watch tensors by themselves": ", and does not require a gradient",
    " was computed on the tape, but from nothing that the tape watches, so it was not followed": " was computed from nothing that requires a gradient",
    "was made from data only: no variable and no watched tensor went into it": "was made from data only: nothing that requires a gradient went into it",
    " while the tape did not record; a tape watches a variable when it is read under it": " while gradients were switched off",
    " itself is the target, but it was not read while the tape recorded": " itself is the target, but it does not require a gradient",
    "make the tensor once, watch it, and use that very tensor in the target": "make the tensor once, with requires_grad=True, and use it in the loss",
    "to round them in the forward pass only, wrap the step in grad_pass_through": "to round them in the forward pass only, write x + (round(x) - x).detach()",
    " was read to the host here and came back as a constant, which remembers": " left PyTorch here and came back as a new tensor, which remembers",
    " was read to the host here, and no op used it": " left PyTorch here, and no op used it",
    " was read to the host here; numbers remember": " left PyTorch here; numbers remember",
    "the condition was read to the host": "the condition was read",
    "the target uses the constant made": "the target uses the tensor made",
    "the constant made": "the tensor made",
    " decided that this constant is the result; a constant depends on nothing": " decided that this new tensor is the result, which depends on nothing",
    "the backward function of this custom gradient": "the backward of this Function",
    "was used inside of the function of this custom gradient; its backward function answers for the function's arguments and the variables that it read, for "
    "nothing else": "was used inside of the forward of this Function; its backward answers for the arguments, for nothing else",
    " to the function as an argument, and return a gradient for it too": " to apply() as an argument, and return a gradient for it too",
    "from the backward function, of that input's shape": "from backward, of that input's shape",
    "the argument of a custom gradient inside of it counts as well": "the argument of a Function inside of it counts as well",
    "this looks like a defect of whygrad; please report it with this text": "this looks like a defect of whygrad; please report it with this text",
    "or give it a gradient with custom_gradient": "or give it one with a torch.autograd.Function",
    "tape.watch()": "requires_grad_()",
    "tapes": "graphs",
    # ---- the records of ops ----
    "there is no gradient rule for adjust_hue, in TensorFlow neither": "there is no gradient rule for this op",
    ", in TensorFlow neither": "",
    "as in TensorFlow, ": "",
    "compute it while the tape still records: before exit(), or before the block that holds the tape ends": "compute it where gradients are switched on",
    "use square, or products": "use torch.square(), or products",
    "or work with the exponents themselves: log_softmax, reduce_logsumexp": "or work with the exponents themselves: torch.log_softmax, torch.logsumexp",
    "the largest value and carries a gradient": "the largest value and carries a gradient",
}
# What is left of them, such as in texts that no program on PyTorch meets.
REST = (
    (re.compile(r"\btape\.watch\((\w+|\{\})\)"), r"\1.requires_grad_()"),
    (re.compile(r"trainable_variables"), "parameters()"),
    (re.compile(r"\b(?:the|a|this|that|another|one|inner|outer) tapes?\b"), "autograd"),
    (re.compile(r"\btapes?\b"), "autograd"),
    (re.compile(r"\bUnconnectedGradients::zero\b"), "materialize_grads=True"),
    (re.compile(r"\btrainable = false\b"), "requires_grad=False"),
    (re.compile(r"\bwatch_accessed_variables(?: = false)?"), "requires_grad"),
    (re.compile(r"\b(?:a )?trainable Variable\b"), "nn.Parameter"),
    (re.compile(r"\bassign(?:_add|_sub)?\(\)"), "copy_()"),
    (re.compile(r"\bwatch(?:es|ed)?\b(?:\(\))?"), "requires a gradient"),
    (re.compile(r"\bfunction of a custom gradient\b|\bcustom gradient\b"), "Function"),
    (re.compile(r"\bcustom_gradient\b"), "torch.autograd.Function"),
    (re.compile(r"\bgrad_pass_through\b"), "x + (op(x) - x).detach()"),
    (re.compile(r"\bdata set\b"), "DataLoader"),
    (re.compile(r"\bf16\b"), "float16"),
    (re.compile(r"\bsuch as 2\.0f instead of 2\b"), "such as 2.0 instead of 2"),
    (re.compile(r"\bwhygrad has no\b"), "PyTorch has no"),
)
# Functions whose names differ; all others of the texts are called as here, in `torch` or in one of the places below.
FUNCTIONS = {
    "clip_by_value": "torch.clamp",
    "elu": "F.elu",
    "erfinv": "torch.erfinv",
    "floormod": "torch.remainder",
    "gather": "torch.index_select",
    "huber": "F.huber_loss",
    "in_top_k": "topk",
    "is_finite": "torch.isfinite",
    "leaky_relu": "F.leaky_relu",
    "log_sigmoid": "F.logsigmoid",
    "log_softmax": "torch.log_softmax",
    "matrix_diag": "torch.diag",
    "ndtri": "torch.special.ndtri",
    "range": "torch.arange",
    "reduce_logsumexp": "torch.logsumexp",
    "reduce_max": "torch.amax",
    "reduce_mean": "torch.mean",
    "reduce_min": "torch.amin",
    "reduce_sum": "torch.sum",
    "relu": "torch.relu",
    "relu6": "F.relu6",
    "shuffle": "torch.randperm",
    "sigmoid_cross_entropy_with_logits": "F.binary_cross_entropy_with_logits",
    "silu": "F.silu",
    "selu": "F.selu",
    "softmax_cross_entropy_with_logits": "F.cross_entropy",
    "softplus": "F.softplus",
    "softsign": "F.softsign",
    "sparse_softmax_cross_entropy_with_logits": "F.cross_entropy",
    "squared_difference": "F.mse_loss",
    "tensor_scatter_nd_add": "torch.scatter_add",
    "unsorted_segment_sum": "torch.scatter_add",
    "xdivy": "torch.divide",
    "xlog1py": "torch.special.xlog1py",
    "xlogy": "torch.xlogy",
}
SAME = frozenset(
    """abs acos acosh asin asinh atan atan2 atanh ceil cos cosh digamma erf erfc exp expm1 eye floor lgamma log log1p maximum minimum pow reciprocal round
    rsqrt sigmoid sign sin sinh softmax sort sqrt square tan tanh unique where argmax argmin argsort cumsum cumprod cholesky""".split()
)
# Methods, arguments and modes of PyTorch's own, which need no place in front.
OWN = frozenset(
    """retain_grad backward requires_grad requires_grad_ no_grad inference_mode retain_graph create_graph zero_grad add_param_group detach clone item
    apply materialize_grads allow_unused state_dict parameters named_parameters register_hook use_reentrant clip_grad_norm_ from_numpy""".split()
)
_STOP = "stop_gradient("


def _detach(text):
    """`stop_gradient(x)` becomes `x.detach()`."""
    while (at := text.find(_STOP)) >= 0:
        depth, end = 1, at + len(_STOP)
        while end < len(text) and depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        inner = text[at + len(_STOP) : end - 1]
        text = text[:at] + (f"{inner}.detach()" if re.fullmatch(r"\w+", inner) else f"({inner}).detach()") + text[end:]
    return text.replace("stop_gradient", "detach()")


def phrases(text):
    """Before functions are spelled."""
    for phrase, words in PHRASES.items():
        text = text.replace(phrase, words)
    parts = re.split(r"(`[^`]*`)", text)  # what a program named itself is left alone
    for i in range(0, len(parts), 2):
        for pattern, words in REST:
            parts[i] = pattern.sub(words, parts[i])
    return _detach("".join(parts))


def function(name):
    """What PyTorch calls it; None where it has no such function."""
    return FUNCTIONS.get(name) or (f"torch.{name}" if name in SAME else None)
