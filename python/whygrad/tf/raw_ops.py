"""tf.raw_ops: the ops that have no other public name. Their arguments are given by name."""

from whygrad import _orders, _whygrad
from whygrad._functions import functions as _ops
from whygrad.tf import _names

__getattr__ = _names.fill("raw_ops", globals())


def PopulationCount(*, x, name=None):
    """How many bits of each integer are set. No gradient."""
    return _orders.population_count(x)


def NthElement(*, input, n, reverse=False, name=None):  # noqa: A002
    """The n-th smallest element of each row, or the n-th largest."""
    return _orders.nth_element(input, n, reverse)


def Bucketize(*, input, boundaries, name=None):  # noqa: A002
    """How many of the boundaries are not above each number. No gradient."""
    x = _whygrad.convert_to_tensor(input)
    bounds = _whygrad.constant([float(b) for b in boundaries], dtype="float64" if x.dtype.name == "float64" else "float32")
    places = _ops["searchsorted"](bounds, _ops["reshape"](_ops["cast"](x, bounds.dtype), [-1]), "right")
    return _ops["reshape"](places, x.shape)


def ApproximateEqual(*, x, y, tolerance=1e-05, name=None):
    """Where x and y differ by less than the tolerance. No gradient."""
    x = _whygrad.convert_to_tensor(x)
    return _ops["less"](_ops["abs"](x - _whygrad.convert_to_tensor(y, dtype=x.dtype)), float(tolerance))


def TensorStridedSliceUpdate(
    *,
    input,  # noqa: A002
    begin,
    end,
    strides,
    value,
    begin_mask=0,
    end_mask=0,
    ellipsis_mask=0,
    new_axis_mask=0,
    shrink_axis_mask=0,
    name=None,
):
    """input with value in the place of a strided slice. dinput = dy outside of it, dvalue = dy in it."""
    masks = (begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask)
    x = _whygrad.convert_to_tensor(input)
    places = _ops["reshape"](_whygrad.range(x.shape.num_elements(), dtype="int64"), x.shape)
    chosen = _ops["strided_slice"](places, begin, end, strides, *masks)
    held = _ops["broadcast_to"](_whygrad.convert_to_tensor(value, dtype=x.dtype), chosen.shape)
    rows = _ops["reshape"](chosen, [-1, 1])
    return _ops["reshape"](_ops["tensor_scatter_nd_update"](_ops["reshape"](x, [-1]), rows, _ops["reshape"](held, [-1])), x.shape)


def ParameterizedTruncatedNormal(*, shape, means, stdevs, minvals, maxvals, seed=0, seed2=0, name=None):
    """Normal numbers between bounds, for a batch of parameters. No gradient."""
    from whygrad import _truncated

    return _truncated.parameterized_truncated_normal(shape, means, stdevs, minvals, maxvals, (seed, seed2))
