"""Nested structures of Python: lists, tuples, named tuples, dicts (in the order of their sorted keys) and attrs-like objects are nodes; everything else is a leaf."""

from collections.abc import Mapping

from whygrad import _whygrad
from whygrad._not_there import only

__all__ = ["flatten", "is_nested", "map_structure", "pack_sequence_as", "assert_same_structure"]


_LEAVES = (_whygrad.Tensor, _whygrad.Variable)  # nearly all leaves, and faster to recognise than a registered Mapping


def is_nested(seq):
    """Whether it is a node."""
    return not isinstance(seq, _LEAVES) and isinstance(seq, (list, tuple, Mapping))


# Types of which every instance is such a leaf; those of derived variables join as they are met. What training loops pass is a flat list of these,
# which sets and iterators of the interpreter look through without a line of Python for each.
_plain_types = set(_LEAVES)


def are_plain(values):
    """Whether all are tensors or variables, as far as that is known of their types."""
    return _plain_types.issuperset(map(type, values))


def _children(structure):
    if isinstance(structure, Mapping):
        try:
            return [structure[key] for key in sorted(structure)]
        except TypeError:
            raise TypeError("nest only supports dicts with sortable keys.") from None
    return list(structure)


def _rebuild(structure, children):
    if isinstance(structure, Mapping):
        values = dict(zip(sorted(structure), children))
        made = [(key, values[key]) for key in structure]
        kind = type(structure)
        return kind(structure.default_factory, made) if hasattr(structure, "default_factory") else kind(made)
    if hasattr(structure, "_fields"):
        return type(structure)(*children)
    if hasattr(structure, "rebuilt"):
        return structure.rebuilt(children)
    return type(structure)(children)


def flatten(structure, expand_composites=False):
    """The leaves in order; a leaf alone gives a list of one."""
    if expand_composites:
        only("nest.flatten", expand_composites=(expand_composites, False))
    if type(structure) in _plain_types:
        return [structure]
    if type(structure) is list and are_plain(structure):
        return structure[:]
    leaves, open_nodes = [], [iter([structure])]
    while open_nodes:
        for item in open_nodes[-1]:
            if is_nested(item):
                open_nodes.append(iter(_children(item)))
                break
            leaves.append(item)
            if isinstance(item, _LEAVES):
                _plain_types.add(type(item))
        else:
            open_nodes.pop()
    return leaves


def paths(structure, path=""):
    """For each leaf, what Python writes behind the structure's name to have it: `[1]['loss']`."""
    if not is_nested(structure):
        return [path]
    if isinstance(structure, Mapping):
        steps = [f"[{key!r}]" for key in sorted(structure)]
    elif hasattr(structure, "_fields"):
        steps = [f".{field}" for field in structure._fields]
    else:
        steps = [f"[{i}]" for i in range(len(structure))]
    return [found for step, part in zip(steps, _children(structure)) for found in paths(part, path + step)]


def pack_sequence_as(structure, flat_sequence, expand_composites=False):
    """The structure with these leaves in place of its own."""
    if expand_composites:
        only("nest.pack_sequence_as", expand_composites=(expand_composites, False))
    flat = list(flat_sequence)
    if len(flatten(structure)) != len(flat):
        raise ValueError(f"The target structure has {len(flatten(structure))} leaves, but {len(flat)} were given.")
    return flat if type(structure) is list and are_plain(structure) else _build(structure, iter(flat))


# Not within pack_sequence_as: a function that holds itself would keep the leaves, which are gradients, until the garbage collector comes by.
def _build(node, leaves):
    return _rebuild(node, [_build(child, leaves) for child in _children(node)]) if is_nested(node) else next(leaves)


def assert_same_structure(nest1, nest2, check_types=True, expand_composites=False):
    """Raises ValueError where the nodes differ, TypeError where their types do."""
    if expand_composites:
        only("nest.assert_same_structure", expand_composites=(expand_composites, False))
    if is_nested(nest1) != is_nested(nest2):
        raise ValueError(f"The two structures don't have the same nested structure: {nest1!r} and {nest2!r}.")
    if not is_nested(nest1):
        return
    if check_types and type(nest1) is not type(nest2) and not (isinstance(nest1, Mapping) and isinstance(nest2, Mapping)):
        raise TypeError(f"The two structures don't have the same sequence type: {type(nest1)} and {type(nest2)}.")
    if isinstance(nest1, Mapping) and set(nest1) != set(nest2):
        raise ValueError(f"The two dictionaries don't have the same set of keys: {list(nest1)} and {list(nest2)}.")
    first, second = _children(nest1), _children(nest2)
    if len(first) != len(second):
        raise ValueError(f"The two structures don't have the same number of elements: {nest1!r} and {nest2!r}.")
    for a, b in zip(first, second):
        assert_same_structure(a, b, check_types)


def map_structure(func, *structure, **kwargs):
    """The structure with func of the corresponding leaves in place of them."""
    if not structure:
        raise ValueError("Must provide at least one structure.")
    for other in structure[1:]:
        assert_same_structure(structure[0], other, kwargs.get("check_types", True))
    return pack_sequence_as(structure[0], [func(*leaves) for leaves in zip(*(flatten(s) for s in structure))])
