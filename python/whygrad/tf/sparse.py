"""tf.sparse"""

from whygrad.tf import _names
from whygrad.tf._sparse import SparseTensor

__getattr__ = _names.fill("sparse", globals())


def sparse_dense_matmul(sp_a, b, adjoint_a=False, adjoint_b=False, name=None):
    """The product of a sparse and a dense matrix; gradients flow to the values of the one and to the other."""
    if not isinstance(sp_a, SparseTensor):
        raise TypeError(f"[sparse_dense_matmul] sp_a must be a SparseTensor, and is a {type(sp_a).__name__}")
    product = _names.functions.get("sparse_dense_matmul")
    if product is None:
        return __getattr__("sparse_dense_matmul")
    return product(sp_a.indices, sp_a.values, sp_a.dense_shape, b, adjoint_a, adjoint_b)
