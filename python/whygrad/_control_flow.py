"""Control flow. The chosen code runs at once, and the choice is recorded for explanations; what a graph can only decide when it runs becomes one op of it."""

from whygrad import _nest, _traced, _whygrad
from whygrad._shape import TensorShape
from whygrad._tensor_array import TensorArray
from whygrad.errors import ShapeError

__all__ = ["cond", "case", "switch_case", "while_loop"]


def cond(pred, true_fn=None, false_fn=None, name=None):
    """true_fn() if the scalar pred is true, else false_fn()."""
    if isinstance(pred, bool):
        chosen = pred
    elif _whygrad.is_chosen_later(pred):
        return _traced.choice("cond", pred, [true_fn, false_fn])
    else:
        chosen = _whygrad.choose(pred)
    return true_fn() if chosen else false_fn()


def _truth(predicate):
    return predicate.deref() if hasattr(predicate, "deref") else predicate


def case(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case"):
    """The result of the function of the first true predicate, or of default()."""
    if not isinstance(pred_fn_pairs, (list, tuple, dict)):
        raise TypeError(f"'pred_fn_pairs' must be a list, tuple, or dict. Received: {type(pred_fn_pairs)}")
    pairs = list(pred_fn_pairs.items() if isinstance(pred_fn_pairs, dict) else pred_fn_pairs)
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2 or not callable(pair[1]):
            raise TypeError(f"Each entry in 'pred_fn_pairs' must be a 2-tuple of a predicate and a function. Received: {pair!r}")
    if default is not None and not callable(default):
        raise TypeError(f"'default' must be callable. Received: {default!r}")
    predicates = [_truth(pred) for pred, _ in pairs]
    if any(_whygrad.is_chosen_later(predicate) for predicate in predicates):
        functions = [fn for _, fn in pairs] + ([] if default is None else [default])
        return _traced.choice("case", (predicates, bool(exclusive)), functions)
    chosen = _whygrad.choose_case([_truth(pred) for pred, _ in pairs], default is not None, bool(exclusive))
    return default() if chosen == len(pairs) else pairs[chosen][1]()


def _branches(branch_fns):
    """The functions in the order of their keys."""
    if not isinstance(branch_fns, (list, tuple, dict)):
        raise TypeError(f"'branch_fns' must be a list, tuple, or dict. Received {type(branch_fns)}")
    pairs = list(branch_fns.items() if isinstance(branch_fns, dict) else branch_fns)
    if all(callable(function) for function in pairs):
        pairs = list(enumerate(pairs))
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(f"Each entry in 'branch_fns' must be a 2-tuple. Received {pair}.")
        if not isinstance(pair[0], int):
            raise TypeError(f"key must be a Python `int`, got {type(pair[0])}")
        if not callable(pair[1]):
            raise TypeError(f"fn for key {pair[0]} must be callable.")
    keys = sorted(key for key, _ in pairs)
    if keys != list(range(len(keys))):
        raise ValueError(f"branch indices (keys) must form contiguous range of [0 to {len(keys)}) but found {{{','.join(map(str, keys))}}}")
    return [function for _, function in sorted(pairs, key=lambda pair: pair[0])]


def switch_case(branch_index, branch_fns, default=None, name="switch_case"):
    """branch_fns[branch_index](); an index out of range runs default, or the last branch."""
    branches = _branches(branch_fns)
    if _whygrad.is_chosen_later(branch_index):
        return _traced.choice("switch_case", branch_index, branches + ([] if default is None else [default]))
    chosen = _whygrad.choose_branch(branch_index, len(branches), default is not None)
    return default() if chosen == len(branches) else branches[chosen]()


def _is_open(shape):
    shape = getattr(shape, "shape", shape)
    return isinstance(shape, TensorShape) and not shape.is_fully_defined()


def while_loop(
    cond, body, loop_vars, shape_invariants=None, parallel_iterations=10, back_prop=True, swap_memory=False, maximum_iterations=None, name=None
):
    """loop_vars = body(*loop_vars) while cond(*loop_vars).

    In a traced function the trips whose condition is known while it is traced become ops one after the other. The rest is a loop of the graph: its
    variables are tensors and tf.TensorArrays, and keep their shapes and sizes. Where they do not (an extent that shape_invariants leave open, a
    tf.TensorArray of dynamic size), all trips become ops, as many as there are in the call for which the function is traced.
    """
    values = loop_vars
    is_open = shape_invariants is not None and any(_is_open(shape) for shape in _nest.flatten(shape_invariants))

    def trip():
        nonlocal values
        made = body(*values)
        values = made if isinstance(made, (list, tuple)) else [made]
        return len(_nest.flatten(values))

    limit = -1 if maximum_iterations is None else max(int(maximum_iterations), 0)  # below 0 there is no limit
    count = len(_nest.flatten(loop_vars))
    test = (lambda: _traced.decided(cond(*values))) if _whygrad.is_tracing() and _traced.grows(loop_vars) else (lambda: cond(*values))
    rest = _whygrad.run_loop(count, test, trip, limit)
    if rest is not None:
        try:
            return _traced.rest_of_loop(cond, body, values, rest)
        except ShapeError:
            if not is_open or _whygrad.settled(rest[0]) is None:
                raise
            _whygrad.run_loop(count, lambda: _traced.decided(cond(*values)), trip, rest[1])
    return _nest.map_structure(lambda value: value if isinstance(value, TensorArray) else _whygrad.convert_to_tensor(value), values)
