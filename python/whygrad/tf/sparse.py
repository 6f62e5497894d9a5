"""tf.sparse"""

from whygrad import _whygrad
from whygrad._not_there import only as _only
from whygrad.tf import _names
from whygrad.tf._sparse import SparseTensor

__getattr__ = _names.fill("sparse", globals())


def _checked(sp):
    if not isinstance(sp, SparseTensor):
        raise TypeError(f"[sparse] a SparseTensor is wanted, and this is a {type(sp).__name__}")
    return sp


def sparse_dense_matmul(sp_a, b, adjoint_a=False, adjoint_b=False, name=None):
    """The product of a sparse and a dense matrix; gradients flow to the values of the one and to the other."""
    return _whygrad.sparse_dense_matmul(_checked(sp_a), b, bool(adjoint_a), bool(adjoint_b))


def transpose(sp_input, perm=None, name=None):
    """The axes in another order."""
    return SparseTensor.from_value(_whygrad.sparse_transpose(_checked(sp_input), perm))


def to_dense(sp_input, default_value=None, validate_indices=True, name=None):
    """The dense tensor, with default_value, or 0, where nothing is stored. A position may be stored once."""
    return _whygrad.sparse_to_dense(_checked(sp_input), default_value)


def from_dense(tensor, name=None):
    """The elements that are not 0, and their positions."""
    return SparseTensor.from_value(_whygrad.sparse_from_dense(tensor))


def reduce_sum(sp_input, axis=None, keepdims=None, output_is_sparse=False, name=None):
    """The sum along axes, as a dense tensor."""
    _only("sparse.reduce_sum", output_is_sparse=(output_is_sparse, False))
    return _whygrad.sparse_reduce_sum(_checked(sp_input), axis, bool(keepdims))


def map_values(op, *args, **kwargs):
    """op of the values of all SparseTensors among the arguments, which have the same positions."""
    sparse = [a for a in (*args, *kwargs.values()) if isinstance(a, SparseTensor)]
    plain = lambda a: a.values if isinstance(a, SparseTensor) else a  # noqa: E731
    return sparse[0].with_values(op(*(plain(a) for a in args), **{key: plain(a) for key, a in kwargs.items()}))
