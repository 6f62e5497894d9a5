"""tf.debugging: checks of values, which raise InvalidArgumentError."""

import functools as _functools

from whygrad import _nest, _whygrad
from whygrad._functions import functions as _ops
from whygrad.dtypes import as_dtype as _as_dtype
from whygrad.errors import InvalidArgumentError as _InvalidArgumentError
from whygrad.tf import _names


def _array(x):
    """The numbers, read without a record in the log: a check is not part of the computation."""
    return _whygrad.peek(_whygrad.convert_to_tensor(x._peek() if isinstance(x, _whygrad.Variable) else x))


def _shown(value, summarize):
    """The first elements, as TensorFlow shows them."""
    array = _array(value)
    return array if summarize is None or array.ndim == 0 else array.ravel()[: None if summarize < 0 else summarize]


def _fail(message, words, *values, summarize=None):
    shown = "".join(f"\n{_shown(value, summarize)}" for value in values)
    raise _InvalidArgumentError(f"{message + chr(10) if message else ''}{words}{shown}")


def _when_run(check):
    """The check; while a function is traced it is made of the values that the function's graph has each time it runs."""

    @_functools.wraps(check)
    def checked(*args, **kwargs):
        given = [leaf for leaf in _nest.flatten((args, kwargs)) if isinstance(leaf, (_whygrad.Tensor, _whygrad.Variable))]
        if not given or not _whygrad.is_tracing():
            return check(*args, **kwargs)

        def later(values):
            following = iter(values)
            again = _nest.map_structure(
                lambda leaf: next(following) if isinstance(leaf, (_whygrad.Tensor, _whygrad.Variable)) else leaf, (args, kwargs)
            )
            check(*again[0], **again[1])

        return _whygrad.call_later(later, given)

    return checked


def _pairwise(name, holds, words):
    def check(x, y, message=None, summarize=None, name=None):
        like = {} if not isinstance(x, (_whygrad.Tensor, _whygrad.Variable)) else {"dtype_hint": x.dtype}
        a, b = _array(x), _array(_whygrad.convert_to_tensor(y, **like) if not isinstance(y, _whygrad.Variable) else y)
        if not holds(a, b).all():
            _fail(message, f"Condition {words} did not hold.", x, y, summarize=summarize)

    check.__name__ = check.__qualname__ = name
    check.__doc__ = f"Every element: {words}."
    return _when_run(check)


def _of_one(name, holds, words):
    def check(x, message=None, summarize=None, name=None):
        if not holds(_array(x)).all():
            _fail(message, f"Condition {words} did not hold.", x, summarize=summarize)

    check.__name__ = check.__qualname__ = name
    check.__doc__ = f"Every element: {words}."
    return _when_run(check)


assert_equal = _pairwise("assert_equal", lambda a, b: a == b, "x == y")


def assert_none_equal(x, y, summarize=None, message=None, name=None):
    """Every element: x != y."""
    _unequal(x, y, message, summarize)


_unequal = _pairwise("assert_none_equal", lambda a, b: a != b, "x != y")
assert_less = _pairwise("assert_less", lambda a, b: a < b, "x < y")
assert_less_equal = _pairwise("assert_less_equal", lambda a, b: a <= b, "x <= y")
assert_greater = _pairwise("assert_greater", lambda a, b: a > b, "x > y")
assert_greater_equal = _pairwise("assert_greater_equal", lambda a, b: a >= b, "x >= y")
assert_positive = _of_one("assert_positive", lambda a: a > 0, "x > 0")
assert_negative = _of_one("assert_negative", lambda a: a < 0, "x < 0")
assert_non_negative = _of_one("assert_non_negative", lambda a: a >= 0, "x >= 0")
assert_non_positive = _of_one("assert_non_positive", lambda a: a <= 0, "x <= 0")


@_when_run
def assert_near(x, y, rtol=None, atol=None, message=None, summarize=None, name=None):
    """|x - y| <= atol + rtol |y|; both are ten times the distance from 1 to the next number where they are not given."""
    import numpy

    a, b = _array(x), _array(y)
    small = 10 * numpy.finfo(a.dtype).eps
    atol, rtol = small if atol is None else _array(atol), small if rtol is None else _array(rtol)
    if not (abs(a - b) <= atol + rtol * abs(b)).all():
        _fail(message, "x and y not equal to tolerance", x, y, summarize=summarize)


def check_numerics(tensor, message, name=None):
    """The tensor; InvalidArgumentError if it holds NaN or an infinity."""
    tensor = _whygrad.convert_to_tensor(tensor)
    _check_finite(tensor, message)
    return _ops["identity"](tensor)


@_when_run
def _check_finite(tensor, message):
    import numpy

    numbers = _array(tensor)
    wrong = [word for word, test in (("Inf", numpy.isinf), ("NaN", numpy.isnan)) if test(numbers).any()]
    if wrong:
        raise _InvalidArgumentError(
            f"{message} : Tensor had {' and '.join(wrong)} values\nhelp: `with whygrad.diagnose(values=True) as report:` says where they come from"
        )


def assert_all_finite(x, message, name=None):
    check_numerics(x, message)
    return _whygrad.convert_to_tensor(x)


def assert_type(tensor, tf_type, message=None, name=None):
    if tensor.dtype != _as_dtype(tf_type):
        raise TypeError(f"{message or ''} tensor must be of type {_as_dtype(tf_type)!r}; got {tensor.dtype!r}")


def assert_integer(x, message=None, name=None):
    x = _whygrad.convert_to_tensor(x)
    if not x.dtype.is_integer:
        raise TypeError(f"{message or ''} Expected x to be an integer type, and it is {x.dtype!r}")


def assert_same_float_dtype(tensors=None, dtype=None):
    """The floating type of all of them."""
    kinds = [t.dtype for t in tensors or []] + ([] if dtype is None else [_as_dtype(dtype)])
    if any(kind != kinds[0] for kind in kinds) or (kinds and not kinds[0].is_floating):
        raise ValueError(f"Expected tensors of one floating type, and these are of {kinds}")
    return kinds[0] if kinds else _as_dtype("float32")


def _plain(rank):
    # Comparing tensors would be recorded as a choice.
    return _array(rank).tolist() if isinstance(rank, (_whygrad.Tensor, _whygrad.Variable)) else rank


def _rank(name, holds, words):
    def check(x, rank, message=None, name=None):
        shape = _whygrad.convert_to_tensor(x).shape
        rank = tuple(map(_plain, rank)) if isinstance(rank, (list, tuple)) else _plain(rank)
        if not holds(shape.rank, rank):
            raise ValueError(f"{message + '. ' if message else ''}Tensor must have rank {words} {rank}. Received rank {shape.rank}, shape {shape}")

    check.__name__ = check.__qualname__ = name
    return check


assert_rank = _rank("assert_rank", lambda have, want: have == want, "")
assert_rank_at_least = _rank("assert_rank_at_least", lambda have, want: have >= want, "at least")
_rank_in = _rank("assert_rank_in", lambda have, want: have in tuple(want), "in")


def assert_rank_in(x, ranks, message=None, name=None):
    """ValueError unless the rank is one of these."""
    _rank_in(x, ranks, message)


def assert_scalar(tensor, message=None, name=None):
    tensor = _whygrad.convert_to_tensor(tensor)
    if tensor.shape.rank != 0:
        raise ValueError(f"{message or ''} Expected scalar shape, saw shape: {tensor.shape}.")


def assert_shapes(shapes, data=None, summarize=None, message=None, name=None):
    """Pairs of a tensor and its axes, numbers or names; a name stands for the same extent throughout."""
    known = {}

    def told():
        return "".join(f"\n{_shown(part, summarize)}" for part in (data or []))

    for tensor, axes in shapes.items() if isinstance(shapes, dict) else shapes:
        shape = _whygrad.convert_to_tensor(tensor).shape
        axes = list(axes) if isinstance(axes, (list, tuple)) else [] if axes == () else list(axes)
        if "..." in axes or Ellipsis in axes:
            at = next(i for i, axis in enumerate(axes) if axis in ("...", Ellipsis))
            axes = axes[:at] + [None] * (shape.rank - len(axes) + 1) + axes[at + 1 :]
        if len(axes) != shape.rank:
            raise ValueError(f"{message or ''} Expected shape {axes}, and it is {shape}{told()}")
        for axis, extent in zip(axes, shape):
            wanted = axis if isinstance(axis, int) or axis is None else known.setdefault(axis, extent)
            if wanted is not None and wanted != extent:
                raise ValueError(f"{message or ''} Specified by axes {axes}, a tensor must have {wanted} at {axis!r}, and has shape {shape}{told()}")


def assert_proper_iterable(values):
    if isinstance(values, (_whygrad.Tensor, _whygrad.Variable, str, bytes)) or not hasattr(values, "__iter__"):
        raise TypeError(f"Expected argument `values` to be iterable, and it is {type(values)}")


@_when_run
def Assert(condition, data, summarize=None, name=None):  # noqa: N802
    """InvalidArgumentError with the data unless the condition holds."""
    if not _array(condition).all():
        shown = " ".join(str(_shown(part, summarize)) if not isinstance(part, (str, bytes)) else str(part) for part in _nest.flatten(data))
        raise _InvalidArgumentError(f"Expected 'tf.Tensor(False)' to be true. Summarized data: {shown}")


def is_numeric_tensor(tensor):
    return isinstance(tensor, (_whygrad.Tensor, _whygrad.Variable)) and tensor.dtype.is_numeric


def enable_check_numerics(stack_height_limit=30, path_length_limit=50):
    """No effect."""
    raise NotImplementedError(
        "whygrad checks no op while it runs\nhelp: `with whygrad.diagnose(values=True) as report:` says where NaN and infinities come from"
    )


def disable_check_numerics():
    """No effect: nothing is checked."""


def is_traceback_filtering_enabled():
    return False


def disable_traceback_filtering():
    """Tracebacks are complete."""


def enable_traceback_filtering():
    """Tracebacks are complete."""


__getattr__ = _names.fill("debugging", globals())
