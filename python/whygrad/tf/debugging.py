"""tf.debugging: checks of values. They read nothing that a tape would miss."""

from whygrad import _whygrad as _w
from whygrad._functions import functions as _f
from whygrad.tf.errors import InvalidArgumentError


def _holds(condition):
    return bool(_w.peek(_w.reduce_all(condition)))


def _comparison(op, words):
    def check(x, y, message=None, summarize=None, name=None):
        x = _w.convert_to_tensor(x)
        if not _holds(_f[op](x, _w.convert_to_tensor(y, dtype_hint=x.dtype))):
            raise InvalidArgumentError(None, None, f"{message or ''} Condition x {words} y did not hold.".strip())

    return check


assert_equal, assert_none_equal = _comparison("equal", "=="), _comparison("not_equal", "!=")
assert_less, assert_less_equal = _comparison("less", "<"), _comparison("less_equal", "<=")
assert_greater, assert_greater_equal = _comparison("greater", ">"), _comparison("greater_equal", ">=")


def assert_positive(x, message=None, summarize=None, name=None):
    assert_greater(x, 0, message)


def assert_non_negative(x, message=None, summarize=None, name=None):
    assert_greater_equal(x, 0, message)


def assert_near(x, y, rtol=None, atol=None, message=None, summarize=None, name=None):
    x = _w.convert_to_tensor(x)
    y = _w.convert_to_tensor(y, dtype_hint=x.dtype)
    rtol, atol = 1e-6 if rtol is None else rtol, 1e-6 if atol is None else atol
    if not _holds(_f["abs"](x - y) <= atol + rtol * _f["abs"](y)):
        raise InvalidArgumentError(None, None, f"{message or ''} x and y not equal to tolerance.".strip())


def assert_rank(x, rank, message=None, name=None):
    x = _w.convert_to_tensor(x)
    if x.ndim != int(rank):
        raise ValueError(f"{message or ''} Tensor must have rank {rank}. Received rank {x.ndim}, shape {x.shape}".strip())


def assert_all_finite(x, message, name=None):
    return check_numerics(x, message)


def check_numerics(tensor, message, name=None):
    """The tensor, if all of it is finite."""
    tensor = _w.convert_to_tensor(tensor)
    if not _holds(_f["is_finite"](tensor)):
        kind = "NaN" if not _holds(_f["logical_not"](_f["is_nan"](tensor))) else "Inf"
        raise InvalidArgumentError(None, None, f"{message} : Tensor had {kind} values")
    return _f["identity"](tensor)


def Assert(condition, data, summarize=None, name=None):
    if not _holds(_w.convert_to_tensor(condition)):
        raise InvalidArgumentError(None, None, f"Expected 'true' as condition; data: {data}")


def is_numeric_tensor(tensor):
    return isinstance(tensor, _w.Tensor) and tensor.dtype.name not in ("bool", "string")
