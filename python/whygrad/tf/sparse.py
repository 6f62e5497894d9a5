"""tf.sparse"""

from whygrad.tf import _names
from whygrad.tf._sparse import SparseTensor  # noqa: F401

# What computes is loaded when it is first asked for: it needs NumPy.
_LAYOUT = frozenset(
    "concat expand_dims eye fill_empty_rows from_dense mask reorder reset_shape reshape retain slice split to_dense to_indicator transpose".split()
)
_MATH = frozenset(
    "add bincount map_values maximum minimum reduce_max reduce_sum sampled_addmm segment_mean segment_sqrt_n segment_sum softmax sparse_dense_matmul".split()
)
_missing = _names.fill("sparse", globals())


def __getattr__(name):
    if name not in _LAYOUT and name not in _MATH:
        return _missing(name)
    from whygrad import _sparse_layout, _sparse_math

    found = globals()[name] = getattr(_sparse_layout if name in _LAYOUT else _sparse_math, name)
    return found


def __dir__():
    return [*(name for name in globals() if not name.startswith("_")), *_LAYOUT, *_MATH]
