"""tf.keras.backend: the default dtype of layers, and ops under the names of older programs."""

from whygrad import _whygrad as _w
from whygrad._functions import functions as _f
from whygrad._not_there import only
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


# Ops of one or two tensors, which differ in the names of their parameters only.
for _name in "abs cos exp log round sigmoid sign sin softplus softsign sqrt square tanh equal greater greater_equal less less_equal maximum minimum not_equal".split():
    globals()[_name] = _f[_name]
softplus, softsign = _w.op_function("softplus", "softplus", "x"), _w.op_function("softsign", "softsign", "x")


def cast(x, dtype):
    return _w.cast(x, dtype)


def argmax(x, axis=-1):
    return _w.argmax(x, axis)


def argmin(x, axis=-1):
    return _w.argmin(x, axis)


def concatenate(tensors, axis=-1):
    return _w.concat(tensors, axis)


def stack(x, axis=0):
    return _w.stack(x, axis)


def cumsum(x, axis=0):
    return _w.cumsum(x, axis)


def cumprod(x, axis=0):
    return _w.cumprod(x, axis)


def elu(x, alpha=1.0):
    from whygrad.tf.keras import activations

    return activations.elu(x, alpha)


def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    from whygrad.tf.keras import activations

    return activations.relu(x, alpha, max_value, threshold)


def softmax(x, axis=-1):
    return _w.softmax(x, axis)


def expand_dims(x, axis=-1):
    return _f["expand_dims"](x, axis)


def squeeze(x, axis):
    return _w.squeeze(x, axis)


def eye(size, dtype=None, name=None):
    return _w.eye(size, dtype=dtype or floatx())


def gather(reference, indices):
    return _w.gather(reference, indices)


def one_hot(indices, num_classes):
    return _w.one_hot(indices, num_classes)


def ones_like(x, dtype=None, name=None):
    return _w.ones_like(x, dtype)


def zeros_like(x, dtype=None, name=None):
    return _w.zeros_like(x, dtype)


def permute_dimensions(x, pattern):
    return _w.transpose(x, pattern)


def transpose(x):
    return _w.transpose(x)


def pow(x, a):  # noqa: A001
    return _f["pow"](x, a)


def reshape(x, shape):
    return _w.reshape(x, shape)


def reverse(x, axes):
    return _w.reverse(x, [axes] if isinstance(axes, int) else axes)


def shape(x):
    return _w.shape(x)


def stop_gradient(variables):
    """Of one, or of each in a list."""
    return [_f["stop_gradient"](v) for v in variables] if isinstance(variables, (list, tuple)) else _f["stop_gradient"](variables)


def tile(x, n):
    return _w.tile(x, [n] if isinstance(n, int) else n)


_FOLDS = "all any max mean min prod std=reduce_std sum var=reduce_variance"


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
    only("variable", constraint=(constraint, None))
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
    return _w.nn.binary_crossentropy_of_each(target, output, epsilon())


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """For each row."""
    target, output = _w.convert_to_tensor(target), _w.convert_to_tensor(output)
    if from_logits:
        return _f["softmax_cross_entropy_with_logits"](target, output, axis)
    if axis not in (-1, output.ndim - 1):  # the engine's classes stand along the last axis
        order = [i for i in range(output.ndim) if i != axis % output.ndim] + [axis % output.ndim]
        target, output = _w.transpose(target, order), _w.transpose(output, order)
    return _w.nn.categorical_crossentropy(target, output, "none", from_logits=False)


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


def clear_session(free_memory=True):
    """No effect: nothing is kept between models."""


__getattr__ = _missing("tf.keras.backend", globals())
