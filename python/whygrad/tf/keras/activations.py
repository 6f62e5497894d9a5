"""tf.keras.activations"""

import weakref

from whygrad._functions import functions as _ops
from whygrad.tf.keras._near import missing as _missing

relu, relu6, tanh = _ops["relu"], _ops["relu6"], _ops["tanh"]
elu, selu, silu, gelu = _ops["elu"], _ops["selu"], _ops["silu"], _ops["gelu"]
softplus, softsign, log_softmax = _ops["softplus"], _ops["softsign"], _ops["log_softmax"]
leaky_relu, exponential = _ops["leaky_relu"], _ops["exp"]
swish = silu


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
    linear: "", relu: "relu", relu6: "relu6", _ops["sigmoid"]: "sigmoid", tanh: "tanh", elu: "elu", selu: "selu", silu: "silu", softplus: "softplus",
    softsign: "softsign",
}


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
