"""tf.sparse"""

from whygrad import _whygrad
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


def to_dense(sp_input, default_value=None, validate_indices=True, name=None):
    """The whole tensor, with zeros where nothing is stored."""
    a = _checked(sp_input)
    return _whygrad.sparse_to_dense(a.indices, a.values, a.shape.as_list())
