"""tf.linalg"""

from whygrad import _whygrad as _w
from whygrad._functions import functions as _f
from whygrad.tf import _names


def adjoint(matrix, name=None):
    """The last two axes swapped, conjugated."""
    return matrix_transpose(matrix, conjugate=True)  # noqa: F821  of the table


def trace(x, name=None):
    """The sum of the diagonal of each matrix."""
    return _w.reduce_sum(_f["matrix_diag_part"](x), -1)


def normalize(tensor, ord="euclidean", axis=None, name=None):
    """(tensor / norm, norm)."""
    tensor = _w.convert_to_tensor(tensor)
    norm = _w.norm(tensor, ord, axis, keepdims=True)
    return tensor / norm, norm


def diag(diagonal, name="diag", k=0, num_rows=-1, num_cols=-1, padding_value=0, align="RIGHT_LEFT"):
    """Matrices with this diagonal, zeros elsewhere."""
    if k != 0 or padding_value != 0:
        raise NotImplementedError("whygrad's tf.linalg.diag has the main diagonal and zeros only\nhelp: tf.pad and tf.roll move a diagonal")
    return _f["matrix_diag"](diagonal, num_rows, num_cols)


def diag_part(input, name="diag_part", k=0, padding_value=0, align="RIGHT_LEFT"):  # noqa: A002
    """The diagonal of each matrix."""
    if k != 0:
        raise NotImplementedError("whygrad's tf.linalg.diag_part has the main diagonal only\nhelp: slice the matrix so that the wanted one is it")
    return _f["matrix_diag_part"](input)


def tensor_diag(diagonal, name=None):
    """A matrix with this diagonal."""
    return _f["matrix_diag"](diagonal)


def tensor_diag_part(input, name=None):  # noqa: A002
    """The diagonal of a matrix."""
    return _f["matrix_diag_part"](input)


def cross(a, b, name=None):
    """The cross products of vectors along the last axis."""
    a = _w.convert_to_tensor(a)
    b = _w.convert_to_tensor(b, dtype_hint=a.dtype)
    a1, a2, a3 = _w.unstack(a, axis=-1)
    b1, b2, b3 = _w.unstack(b, axis=-1)
    return _f["stack"]([a2 * b3 - a3 * b2, a3 * b1 - a1 * b3, a1 * b2 - a2 * b1], axis=-1)


__getattr__ = _names.fill("linalg", globals())
