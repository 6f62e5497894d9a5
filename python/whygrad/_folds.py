"""Functions applied along the first axis, one part after the other."""

from whygrad import _nest, _whygrad
from whygrad._control_flow import map_fn
from whygrad.errors import ArgumentError

__all__ = ["foldl", "foldr", "scan", "vectorized_map"]


def _parts(what, elems):
    """The parts of all leaves, each in the structure of elems."""
    leaves = [_whygrad.convert_to_tensor(leaf) for leaf in _nest.flatten(elems)]
    if not leaves or any(leaf.shape.rank == 0 for leaf in leaves):
        raise ArgumentError(f"[{what}] elems must have at least one axis to go along\nhelp: give tensors of rank 1 or more")
    if len({leaf.shape[0] for leaf in leaves}) > 1:
        raise ArgumentError(f"[{what}] elems have first axes of {', '.join(str(leaf.shape[0]) for leaf in leaves)}\nhelp: all need the same length")
    return [_nest.pack_sequence_as(elems, parts) if _nest.is_nested(elems) else parts[0] for parts in zip(*(iter(leaf) for leaf in leaves))]


def _start(what, parts, initializer):
    """(the first accumulated value, the parts that are left)"""
    if not callable(getattr(parts, "__len__", None)) or (initializer is None and not parts):
        raise ArgumentError(f"[{what}] elems has no parts and there is no initializer\nhelp: give one of them")
    if initializer is None:
        return parts[0], parts[1:]
    convert = _whygrad.convert_to_tensor
    return _nest.map_structure(convert, initializer) if _nest.is_nested(initializer) else convert(initializer), parts


def _fold(what, fn, parts, initializer):
    value, parts = _start(what, parts, initializer)
    for part in parts:
        value = fn(value, part)
    return value


def foldl(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, name=None):
    """fn(...fn(fn(initializer, part 0), part 1)..., the last part); without initializer part 0 stands for it."""
    if not callable(fn):
        raise TypeError(f"fn must be callable, and is {fn!r}")
    return _fold("foldl", fn, _parts("foldl", elems), initializer)


def foldr(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, name=None):
    """As foldl, from the last part to the first."""
    if not callable(fn):
        raise TypeError(f"fn must be callable, and is {fn!r}")
    return _fold("foldr", fn, _parts("foldr", elems)[::-1], initializer)


def scan(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, infer_shape=True, reverse=False, name=None):
    """All values that foldl goes through, stacked; with `reverse` from the last part to the first, in the order of the parts."""
    if not callable(fn):
        raise TypeError(f"fn must be callable, and is {fn!r}")
    parts = _parts("scan", elems)
    if reverse:
        parts = parts[::-1]
    value, left = _start("scan", parts, initializer)
    found = [value] if initializer is None else []
    for part in left:
        value = fn(value, part)
        found.append(value)
    if reverse:
        found = found[::-1]
    columns = [_whygrad.stack([_whygrad.convert_to_tensor(v) for v in column]) for column in zip(*(_nest.flatten(value) for value in found))]
    return _nest.pack_sequence_as(value, columns) if _nest.is_nested(value) else columns[0]


def vectorized_map(fn, elems, fallback_to_while_loop=True, warn=True):
    """fn of each part along the first axis, stacked. Here the parts are computed one by one."""
    return map_fn(fn, elems)
