"""Tensors that are known only when the graph runs."""

from whygrad import _whygrad

TENSORS = (_whygrad.Tensor, _whygrad.Variable)


def is_later(value):
    """Whether it is such a tensor."""
    return isinstance(value, TENSORS) and _whygrad.is_chosen_later(value)
