"""tf.sparse"""

from whygrad import _whygrad
from whygrad._functions import functions as _functions
from whygrad._not_there import only as _only
from whygrad.errors import InvalidArgumentError as _InvalidArgumentError
from whygrad.tf import _names
from whygrad.tf._sparse import SparseTensor

__getattr__ = _names.fill("sparse", globals())


def _checked(sp):
    if not isinstance(sp, SparseTensor):
        raise TypeError(f"[sparse] a SparseTensor is wanted, and this is a {type(sp).__name__}")
    return sp


def sparse_dense_matmul(sp_a, b, adjoint_a=False, adjoint_b=False, name=None):
    """The product of a sparse and a dense matrix; gradients flow to the values of the one and to the other."""
    a = _checked(sp_a)
    indices, shape = a.indices, a.shape.as_list()
    if adjoint_a:
        indices, shape = _whygrad.reverse(indices, [1]), shape[::-1]
    if adjoint_b:
        b = _whygrad.transpose(_whygrad.convert_to_tensor(b), conjugate=True)
    return _whygrad.sparse_dense_matmul(indices, a.values, shape, b)


def transpose(sp_input, perm=None, name=None):
    """The axes in another order."""
    a = _checked(sp_input)
    shape = a.shape.as_list()
    perm = list(range(len(shape)))[::-1] if perm is None else [int(p) for p in perm]
    if sorted(perm) != list(range(len(shape))):
        raise _InvalidArgumentError(f"[transpose] perm is {perm}, of {len(shape)} axes\nhelp: name every axis once")
    indices = _whygrad.gather(a.indices, perm, axis=1)
    places = _whygrad.peek(indices).tolist()
    order = _whygrad.constant(sorted(range(len(places)), key=places.__getitem__), "int32")  # row by row again
    return SparseTensor(_whygrad.gather(indices, order), _whygrad.gather(a.values, order), [shape[p] for p in perm])


def to_dense(sp_input, default_value=None, validate_indices=True, name=None):
    """The whole tensor, with default_value, or 0, where nothing is stored. A place may be stored once."""
    a = _checked(sp_input)
    shape = a.shape.as_list()
    whole = _whygrad.sparse_to_dense(a.indices, a.values, shape)
    if default_value is None:
        return whole
    stored = _whygrad.sparse_to_dense(a.indices, _whygrad.ones(a.values.shape, "int32"), shape) > 0
    return _whygrad.where(stored, whole, _whygrad.convert_to_tensor(default_value, dtype_hint=whole.dtype))


def from_dense(tensor, name=None):
    """What is not 0, and where."""
    tensor = _whygrad.convert_to_tensor(tensor)
    indices = _whygrad.where(tensor != _whygrad.zeros_like(tensor))
    return SparseTensor(indices, _functions["gather_nd"](tensor, indices), tensor.shape.as_list())


def reduce_sum(sp_input, axis=None, keepdims=None, output_is_sparse=False, name=None):
    """The sum along axes, as a whole tensor."""
    _only("sparse.reduce_sum", output_is_sparse=(output_is_sparse, False))
    return _whygrad.reduce_sum(to_dense(sp_input), axis, bool(keepdims))


def map_values(op, *args, **kwargs):
    """op of the values of all SparseTensors among the arguments, which have the same places."""
    sparse = [a for a in (*args, *kwargs.values()) if isinstance(a, SparseTensor)]
    plain = lambda a: a.values if isinstance(a, SparseTensor) else a  # noqa: E731
    return sparse[0].with_values(op(*(plain(a) for a in args), **{key: plain(a) for key, a in kwargs.items()}))
