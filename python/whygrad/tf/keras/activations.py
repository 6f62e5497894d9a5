"""tf.keras.activations"""

import weakref

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad.tf.keras._near import missing as _missing

relu6, selu, silu, softplus, softsign = (_whygrad.op_function(op, op, "x") for op in "relu6 selu silu softplus softsign".split())
tanh, exponential = _ops["tanh"], _ops["exp"]
swish = silu


def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """x from the threshold on, at most max_value; below the threshold negative_slope * (x - threshold)."""
    if negative_slope == 0 and max_value is None and threshold == 0:
        return _ops["relu"](x)
    x = _ops["convert_to_tensor"](x)
    kept = _ops["where"](x >= threshold, x, negative_slope * (x - threshold))
    return kept if max_value is None else _ops["minimum"](kept, max_value)


def leaky_relu(x, negative_slope=0.2):
    """x, and negative_slope * x below 0."""
    return _ops["leaky_relu"](x, negative_slope)


def elu(x, alpha=1.0):
    """x, and alpha * (e^x - 1) below 0."""
    if alpha == 1:
        return _ops["elu"](x)
    x = _ops["convert_to_tensor"](x)
    return _ops["where"](x > 0, x, alpha * _ops["elu"](x))


def hard_sigmoid(x):
    """relu6(x + 3) / 6."""
    return _ops["relu6"](_ops["convert_to_tensor"](x) + 3.0) / 6.0


def gelu(x, approximate=False):
    """x times the standard normal distribution function of x."""
    return _ops["gelu"](x, approximate)


def log_softmax(x, axis=-1):
    """x - log(sum(exp(x))) along the axis."""
    return _ops["log_softmax"](x, axis)


# From what the results of sigmoid and softmax were made, by the identity of a result and as long as it lives: Keras computes cross-entropies from
# that, so that a saturated output still learns.
_logits = {}


def _remember(result, logits):
    key = id(result)
    _logits[key] = weakref.ref(result, lambda _: _logits.pop(key, None)), logits
    return result


def logits_of(result):
    """What a sigmoid or softmax of this module was given; None of another tensor."""
    alive, logits = _logits.get(id(result), (lambda: None, None))
    return logits if alive() is result else None


def sigmoid(x):
    return _remember(_ops["sigmoid"](x), x)


def softmax(x, axis=-1):
    return _remember(_ops["softmax"](x, axis), x)


def linear(x):
    return x


# Those that a layer of the engine applies by itself, and under which name.
_OF_THE_ENGINE = {
    linear: "",
    relu: "relu",
    relu6: "relu6",
    _ops["sigmoid"]: "sigmoid",
    tanh: "tanh",
    elu: "elu",
    selu: "selu",
    silu: "silu",
    softplus: "softplus",
    softsign: "softsign",
}
_OF_THE_ENGINE.update((_ops[name], name) for name in "relu relu6 elu selu silu softplus softsign".split())


def get(identifier):
    """A function, from its name, None or itself."""
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        return globals()[identifier] if identifier in globals() and not identifier.startswith("_") else __getattr__(identifier)
    if not callable(identifier):
        raise TypeError(f"an activation is a function or its name, not {identifier!r}")
    return identifier


def parts(identifier):
    """(the name of what a layer of the engine applies, the function that is left to apply after it or None)."""
    function = get(identifier)
    name = _OF_THE_ENGINE.get(function)
    return ("", function) if name is None else (name, None)


__getattr__ = _missing("tf.keras.activations", globals())
