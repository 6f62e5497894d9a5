"""The engine's texts in the words of a JAX program: phrases that speak of tapes and variables, and what its functions are called there."""

import re

# The longer phrase first where one holds another. Texts are looked through after the names in them were put in.
PHRASES = {
    # ---- the catalogue ----
    "the tape does not watch the source": "the source is no argument that the gradient is taken of",
    "call tape.watch(x) before x is used, or make it a trainable Variable": "pass it as an argument, and name it with argnums",
    "the variable was made with trainable = false": "the argument is not among those that the gradient is taken of",
    "make the variable trainable, or call tape.watch(variable) before it is used": "name the argument with argnums",
    "an op on the path has a derivative, but whygrad has no rule for it": "an op on the path has a derivative, but JAX has no rule for it",
    "ask for all sources in one call, or make the tape with {.persistent = true}": "ask for all arguments in one call, with argnums",
    "the tape was asked twice": "the gradient was asked for twice",
    "the tape was paused while this was computed": "this was computed where nothing is differentiated",
    "compute what has to be differentiated before the pause begins or after it has ended": "compute it inside of the function that is differentiated",
    "the tape was reset after this was computed": "this was computed before the function that is differentiated ran",
    "reset the tape before the forward pass, or ask for the gradient before the reset": "compute it inside of the function that is differentiated",
    "part of the target was computed while the tape did not record": "part of the result was computed outside of the function that is differentiated",
    "compute it between the construction of the tape and the call of gradient()": "compute it inside of the function that is differentiated",
    "the source is a tensor that was computed from a variable, not the variable": "the source is an array that was computed from a parameter, not the parameter",
    "ask for the variable and change it with assign, assign_add or assign_sub": "pass the parameter itself",
    "the value went through a variable's assign and was read back": "the value was written into a mutable array and read back",
    "use the tensor itself where its gradient is wanted, and assign it as well if it must be kept": "use the array itself where its gradient is wanted, "
    "and return it as well if it must be kept",
    "the values were read to the host and came back as a constant": "the values left JAX and came back as a constant",
    "compute with tensors instead of the numbers read from them, or write the gradient with custom_gradient": "compute with jax.numpy instead of the numbers "
    "read from arrays, or write the gradient with jax.custom_vjp",
    "the backward function of a custom gradient gave": "the backward rule of a custom_vjp gave",
    "compute the result from the value itself, for example with where(), maximum() or a smooth weight": "compute the result from the value itself, for "
    "example with jnp.where(), jnp.maximum() or a smooth weight",
    "a tensor of a traced function was used outside of it": "a value of a traced function was used outside of it",
    "compute the target from what the traced function returns, or take the gradient inside of it": "return it from the traced function, or take the gradient "
    "inside of it",
    "a sparse tensor was made where the tape did not see it": "a sparse array was made outside of the function that is differentiated",
    "make the sparse tensor from its values under the tape, each time the gradient is taken": "make the sparse array from its values inside of the function",
    "compute the target from the source inside one tape, and ask again": "compute the result from the argument inside of one function, and ask again",
    "ask for the jacobian of one tensor with respect to watched sources": "ask for the jacobian of one array with respect to arguments",
    "differentiate something whose first derivative depends on the source, or pass UnconnectedGradients::zero where 0 is the answer": "differentiate "
    "something whose first derivative depends on the source",
    "an optimizer was given variables without a gradient": "an optimizer was given parameters without a gradient",
    "pass only variables that the loss depends on": "pass only parameters that the loss depends on",
    "give it a gradient of your own with custom_gradient or grad_pass_through": "give it a gradient of your own with jax.custom_vjp or with "
    "x + jax.lax.stop_gradient(op(x) - x)",
    "a straight-through gradient (grad_pass_through)": "a straight-through gradient: x + jax.lax.stop_gradient(op(x) - x)",
    "write the gradient with custom_gradient, or compose the op from others": "write the gradient with jax.custom_vjp, or compose the op from others",
    # Whole calls, where JAX takes other arguments or another order.
    "sparse_softmax_cross_entropy_with_logits(labels, logits)": "optax.softmax_cross_entropy_with_integer_labels(logits, labels)",
    "huber(targets, predictions)": "optax.huber_loss(predictions, targets)",
    "gather(x, shuffle(range(n)))": "jax.random.permutation(key, x)",
    "unsorted_segment_sum(weights, x, n)": "jax.ops.segment_sum(weights, x, n)",
    "matrix_diag([0, 1e-3, 2e-3, ..])": "jnp.diag(jnp.arange(n) * 1e-3)",
    "cast(mask, bool_)": "mask.astype(bool)",
    # ---- the judges ----
    " in the target, or leave it out of the sources": " in the function, or leave it out of the arguments",
    "the target's computation begins": "the result's computation begins",
    " while the tape recorded; the target was computed without it": "; the result was computed without it",
    "the zeros were asked for with UnconnectedGradients::zero": "JAX answers zeros for it",
    "skip it this time, or pass UnconnectedGradients::zero": "leave it out of the arguments this time",
    "pass UnconnectedGradients::zero if 0 is the answer that is wanted": "leave it as it is if 0 is the answer that is wanted",
    "while the tape was paused": "where nothing is differentiated",
    "while the tape was left": "where nothing is differentiated",
    "before the tape's reset": "before the function ran",
    "compute and differentiate inside of a Diagnosis with {.values = true}": "compute and differentiate inside of whygrad.jax.diagnose(values=True)",
    " ran while recording was stopped": " ran where nothing is differentiated",
    ", so the tape knows nothing of it": ", so no gradient goes there",
    "before the tape watched it; a tape follows a value only from tape.watch() on": "before it was an argument; JAX follows arguments only",
    "call tape.watch() before the first op that uses it": "pass it as an argument to the function that is differentiated",
    "call tape.watch() on it before it is used; a trainable Variable is watched by itself": "pass it as an argument and name it with argnums",
    "was made with trainable = false, as what is moved by assignment is, such as the statistics of a normalization: tapes do not watch it by themselves": "is "
    "not among the arguments that the gradient is taken of",
    "ask for the trainable_variables only; or, if it should learn by gradients, make it trainable or call tape.watch() on it": "name it with argnums if it "
    "should learn by gradients",
    "compute it under the tape, or call tape.watch() on it before it is used": "compute it inside of the function that is differentiated",
    "keep the variable and ask for it: give the result a name of its own, or change the variable by its assign(), assign_add() or assign_sub()": "pass the "
    "parameter itself, and give the result a name of its own",
    "keep the variable: give the result a name of its own, or change the variable by its assign()": "pass the parameter itself, and give the result a name of "
    "its own",
    "the source is a plain tensor that nobody watches": "the source is an array that is no argument",
    ", a tensor; only trainable variables are watched without being told": ", an array that is no argument",
    "; the source is that tensor, and tapes do not watch tensors by themselves": "; the source is that array, which is no argument",
    "; tapes do not watch tensors by themselves": ", and is no argument that the gradient is taken of",
    " was computed on the tape, but from nothing that the tape watches, so it was not followed": " was computed from no argument that the gradient is taken of",
    "was made from data only: no variable and no watched tensor went into it": "was made from data only: no argument that the gradient is taken of went into it",
    " while the tape did not record; a tape watches a variable when it is read under it": " outside of the function that is differentiated",
    " itself is the target, but it was not read while the tape recorded": " itself is the result, but it is no argument",
    "make the tensor once, watch it, and use that very tensor in the target": "use the argument itself in the result, and no copy that was made outside",
    "to round them in the forward pass only, wrap the step in grad_pass_through": "to round them in the forward pass only, write x + "
    "jax.lax.stop_gradient(jnp.round(x) - x)",
    " was read to the host here and came back as a constant, which remembers": " left JAX here and came back as a constant, which remembers",
    " was read to the host here, and no op used it": " left JAX here, and no op used it",
    " was read to the host here; numbers remember": " left JAX here; numbers remember",
    "the condition was read to the host": "the condition was read",
    "the constant made": "the constant used",
    "that was made on another thread": "that comes from outside of the function",
    "made on another thread": "made outside of the function",
    "the backward function of this custom gradient": "the backward rule of this custom_vjp",
    "was used inside of the function of this custom gradient; its backward function answers for the function's arguments and the variables that it read, for "
    "nothing else": "was used inside of this custom_vjp's function; its backward rule answers for its arguments, for nothing else",
    "from the backward function, of that input's shape": "from the backward rule, of that argument's shape",
    "the argument of a custom gradient inside of it counts as well": "the argument of a custom_vjp inside of it counts as well",
    "or give it a gradient with custom_gradient": "or give it one with jax.custom_vjp",
    "tape.watch()": "argnums",
    # ---- the records of ops ----
    "there is no gradient rule for adjust_hue, in TensorFlow neither": "there is no gradient rule for this op",
    ", in TensorFlow neither": "",
    "as in TensorFlow, ": "",
    "compute it while the tape still records: before exit(), or before the block that holds the tape ends": "compute it inside of the function that is "
    "differentiated",
    "use square, or products": "use jnp.square(), or products",
    "or work with the exponents themselves: log_softmax, reduce_logsumexp": "or work with the exponents themselves: jax.nn.log_softmax, jax.nn.logsumexp",
}
# What is left of them, such as in texts that no program on JAX meets.
REST = (
    (re.compile(r"\btape\.watch\((\w+|\{\})\)"), r"argnums for \1"),
    (re.compile(r"trainable_variables"), "params"),
    (re.compile(r"\b(?:the|a|this|that|another|one|inner|outer) tapes?\b"), "the differentiated function"),
    (re.compile(r"\btapes?\b"), "differentiated functions"),
    (re.compile(r"\bUnconnectedGradients::zero\b"), "zeros"),
    (re.compile(r"\btrainable = false\b"), "argnums"),
    (re.compile(r"\bwatch_accessed_variables(?: = false)?"), "argnums"),
    (re.compile(r"\b(?:a )?trainable Variable\b"), "an argument"),
    (re.compile(r"\bassign(?:_add|_sub)?\(\)"), "a new value"),
    (re.compile(r"\bwatch(?:es|ed)?\b(?:\(\))?"), "taken as an argument"),
    (re.compile(r"\bfunction of a custom gradient\b|\bcustom gradient\b"), "custom_vjp"),
    (re.compile(r"(?<!jax\.)\bcustom_gradient\b"), "jax.custom_vjp"),
    (re.compile(r"\bgrad_pass_through\b"), "x + jax.lax.stop_gradient(op(x) - x)"),
    (re.compile(r"\bf16\b"), "float16"),
    (re.compile(r"\bsuch as 2\.0f instead of 2\b"), "such as 2.0 instead of 2"),
    (re.compile(r"\bwhygrad has no\b"), "JAX has no"),
    (re.compile(r"\bvariable (?=`)"), "argument "),
    (re.compile(r"\bvariable\b"), "argument"),
    (re.compile(r"\bvariables\b"), "arguments"),
    (re.compile(r"\b([Aa]) tensor\b"), r"\1n array"),
    (re.compile(r"\btensor\b"), "array"),
    (re.compile(r"\btensors\b"), "arrays"),
    (re.compile(r"(?<!jax\.lax\.)\bstop_gradient\b"), "jax.lax.stop_gradient"),
    (re.compile(r"\bwrite true and false\b"), "write True and False"),
)
# Functions whose names differ, or that do not stand in jax.numpy.
FUNCTIONS = {
    "acos": "jnp.arccos",
    "acosh": "jnp.arccosh",
    "asin": "jnp.arcsin",
    "asinh": "jnp.arcsinh",
    "atan": "jnp.arctan",
    "atan2": "jnp.arctan2",
    "atanh": "jnp.arctanh",
    "cast": "jnp.astype",
    "cholesky": "jnp.linalg.cholesky",
    "clip_by_value": "jnp.clip",
    "complex_abs": "jnp.abs",
    "digamma": "jax.scipy.special.digamma",
    "elu": "jax.nn.elu",
    "erf": "jax.scipy.special.erf",
    "erfc": "jax.scipy.special.erfc",
    "erfinv": "jax.scipy.special.erfinv",
    "floormod": "jnp.mod",
    "gather": "jnp.take",
    "huber": "optax.huber_loss",
    "in_top_k": "jax.lax.top_k",
    "is_finite": "jnp.isfinite",
    "leaky_relu": "jax.nn.leaky_relu",
    "lgamma": "jax.scipy.special.gammaln",
    "log_sigmoid": "jax.nn.log_sigmoid",
    "log_softmax": "jax.nn.log_softmax",
    "matrix_diag": "jnp.diag",
    "ndtri": "jax.scipy.special.ndtri",
    "pow": "jnp.power",
    "range": "jnp.arange",
    "reduce_logsumexp": "jax.nn.logsumexp",
    "reduce_max": "jnp.max",
    "reduce_mean": "jnp.mean",
    "reduce_min": "jnp.min",
    "reduce_sum": "jnp.sum",
    "relu": "jax.nn.relu",
    "relu6": "jax.nn.relu6",
    "rsqrt": "jax.lax.rsqrt",
    "selu": "jax.nn.selu",
    "shuffle": "jax.random.permutation",
    "sigmoid": "jax.nn.sigmoid",
    "sigmoid_cross_entropy_with_logits": "optax.sigmoid_binary_cross_entropy",
    "silu": "jax.nn.silu",
    "softmax": "jax.nn.softmax",
    "softmax_cross_entropy_with_logits": "optax.softmax_cross_entropy",
    "softplus": "jax.nn.softplus",
    "softsign": "jax.nn.soft_sign",
    "sparse_softmax_cross_entropy_with_logits": "optax.softmax_cross_entropy_with_integer_labels",
    "squared_difference": "optax.squared_error",
    "tensor_scatter_nd_add": "x.at[i].add",
    "top_k": "jax.lax.top_k",
    "unsorted_segment_sum": "jax.ops.segment_sum",
    "xdivy": "jnp.divide",
    "xlog1py": "jax.scipy.special.xlog1py",
    "xlogy": "jax.scipy.special.xlogy",
}
SAME = frozenset(
    """abs argmax argmin argsort ceil cos cosh cumprod cumsum exp expm1 eye floor log log1p maximum minimum reciprocal round sign sin sinh sort sqrt square tan
    tanh unique where""".split()
)
# Names of JAX's own, which need no place in front.
OWN = frozenset("custom_vjp custom_jvp argnums defvjp has_aux allow_int astype while_loop fori_loop".split())


def phrases(text):
    """Before functions are spelled."""
    for phrase, words in PHRASES.items():
        text = text.replace(phrase, words)
    parts = re.split(r"(`[^`]*`)", text)  # what a program named itself is left alone
    for i in range(0, len(parts), 2):
        for pattern, words in REST:
            parts[i] = pattern.sub(words, parts[i])
    return "".join(parts)


def function(name):
    """What JAX calls it; None where it has no such function."""
    return FUNCTIONS.get(name) or (f"jnp.{name}" if name in SAME else None)
