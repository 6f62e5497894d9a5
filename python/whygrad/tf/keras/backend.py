"""tf.keras.backend: the dtype of layers that are given none, and ops under the names that older programs know."""

from whygrad import _whygrad as _w
from whygrad._functions import functions as _f
from whygrad.tf.keras._near import missing as _missing

_floatx = "float32"


def floatx():
    return _floatx


def set_floatx(value):
    global _floatx
    if value not in ("bfloat16", "float16", "float32", "float64"):
        raise ValueError(f"Unknown `floatx` value: {value!r}. Expected one of bfloat16, float16, float32, float64")
    _floatx = value


def epsilon():
    return 1e-7


# The backend's name=the op's; these take their arguments in the same order.
_SAME = (
    "abs argmax argmin cast concatenate=concat cos cumprod cumsum elu equal exp expand_dims eye gather greater greater_equal less less_equal log "
    "maximum minimum not_equal one_hot ones_like permute_dimensions=transpose pow relu reshape reverse round shape sigmoid sign sin softmax softplus "
    "softsign sqrt square squeeze stack stop_gradient tanh tile transpose zeros_like"
)
_FOLDS = "all any max mean min prod std=reduce_std sum var=reduce_variance"
for _entry in _SAME.split():
    _name, _, _op = _entry.partition("=")
    globals()[_name] = _f[_op or _name]


def _fold(op):
    def folded(x, axis=None, keepdims=False):
        x = _w.convert_to_tensor(x)
        if x.dtype.name == "bool" and op not in ("reduce_all", "reduce_any"):
            x = _w.cast(x, floatx())
        return _f[op](x, axis, keepdims)

    return folded


for _entry in _FOLDS.split():
    _name, _, _op = _entry.partition("=")
    globals()[_name] = _fold(_op or "reduce_" + _name)


def clip(x, min_value, max_value):
    return _f["clip_by_value"](x, min_value, max_value)


def dot(x, y):
    return _f["tensordot"](x, y, [[-1], [-2 if _w.convert_to_tensor(y).ndim > 1 else -1]])


def flatten(x):
    return _w.reshape(x, [-1])


def batch_flatten(x):
    x = _w.convert_to_tensor(x)
    return _w.reshape(x, [x.shape[0], -1])


def l2_normalize(x, axis=None):
    return _f["l2_normalize"](x, axis)


def repeat_elements(x, rep, axis):
    return _f["repeat"](x, rep, axis)


def constant(value, dtype=None, shape=None, name=None):
    return _w.constant(value, dtype or floatx(), shape)


def variable(value, dtype=None, name=None, constraint=None):
    return _w.Variable(value, dtype=dtype or floatx(), name=name)


def zeros(shape, dtype=None, name=None):
    return _w.zeros(shape, dtype or floatx())


def ones(shape, dtype=None, name=None):
    return _w.ones(shape, dtype or floatx())


def random_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    return _w.random_normal(shape, mean, stddev, dtype or floatx(), seed)


def random_uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    return _w.random_uniform(shape, minval, maxval, dtype or floatx(), seed)


def binary_crossentropy(target, output, from_logits=False):
    """For each element."""
    target, output = _w.convert_to_tensor(target), _w.convert_to_tensor(output)
    if from_logits:
        return _f["sigmoid_cross_entropy_with_logits"](target, output)
    output = clip(output, epsilon(), 1.0 - epsilon())
    return -(target * _f["log"](output + epsilon()) + (1.0 - target) * _f["log"](1.0 - output + epsilon()))


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """For each row."""
    target, output = _w.convert_to_tensor(target), _w.convert_to_tensor(output)
    if from_logits:
        return _f["softmax_cross_entropy_with_logits"](target, output, axis)
    output = clip(output / _w.reduce_sum(output, axis, True), epsilon(), 1.0 - epsilon())
    return -_w.reduce_sum(target * _f["log"](output), axis)


def switch(condition, then_expression, else_expression):
    """One of two values, or of what two functions give."""
    condition = _w.convert_to_tensor(condition)
    if condition.ndim == 0:
        from whygrad._control_flow import cond

        functions = [f if callable(f) else lambda f=f: f for f in (then_expression, else_expression)]
        return cond(condition, *functions)
    values = [f() if callable(f) else f for f in (then_expression, else_expression)]
    condition = _w.cast(condition, "bool")
    while condition.ndim < _w.convert_to_tensor(values[0]).ndim:
        condition = _f["expand_dims"](condition, -1)
    return _f["where"](condition, *values)


def int_shape(x):
    return tuple(x.shape)


def ndim(x):
    return x.ndim


def dtype(x):
    return x.dtype.name


def eval(x):  # noqa: A001
    return get_value(x)


def get_value(x):
    return x.numpy() if hasattr(x, "numpy") else x


def set_value(x, value):
    x.assign(value)


def update(x, new_x):
    return x.assign(new_x)


def update_add(x, increment):
    return x.assign_add(increment)


def update_sub(x, decrement):
    return x.assign_sub(decrement)


def clear_session():
    """Nothing is kept between models."""


__getattr__ = _missing("tf.keras.backend", globals())
