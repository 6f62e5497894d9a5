"""Control flow in eager form: the chosen code runs at once, and the choice is remembered for explanations."""

from whygrad import _nest, _whygrad
from whygrad.errors import ArgumentError

__all__ = ["cond", "case", "switch_case", "while_loop", "map_fn", "TensorArray", "numpy_function", "py_function"]


def cond(pred, true_fn=None, false_fn=None, name=None):
    """true_fn() if the scalar pred is true, else false_fn()."""
    if isinstance(pred, bool):
        chosen = pred
    else:
        chosen = _whygrad.choose(pred)
    return true_fn() if chosen else false_fn()


def _truth(predicate):
    return predicate.deref() if hasattr(predicate, "deref") else predicate


def case(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case"):
    """What the function beside the first true predicate returns, or default()."""
    if not isinstance(pred_fn_pairs, (list, tuple, dict)):
        raise TypeError(f"'pred_fn_pairs' must be a list, tuple, or dict. Received: {type(pred_fn_pairs)}")
    pairs = list(pred_fn_pairs.items() if isinstance(pred_fn_pairs, dict) else pred_fn_pairs)
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2 or not callable(pair[1]):
            raise TypeError(f"Each entry in 'pred_fn_pairs' must be a 2-tuple of a predicate and a function. Received: {pair!r}")
    if default is not None and not callable(default):
        raise TypeError(f"'default' must be callable. Received: {default!r}")
    if exclusive and sum(bool(_whygrad.peek(_whygrad.convert_to_tensor(_truth(pred)))) for pred, _ in pairs) > 1:
        raise ArgumentError("[case] Input error: exclusive=True: more than one of the predicates is true\nhelp: leave exclusive out to take the first")
    for pred, function in pairs:
        if _whygrad.choose_case(_truth(pred)):
            return function()
    if default is None:
        raise ArgumentError("[case] Input error: None of conditions evaluated as True\nhelp: give a function for that case as `default`")
    return default()


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
    branches = _branches(branch_fns) + ([] if default is None else [default])
    return branches[_whygrad.choose_branch(branch_index, len(branches))]()


def while_loop(cond, body, loop_vars, shape_invariants=None, parallel_iterations=10, back_prop=True, swap_memory=False, maximum_iterations=None, name=None):
    """loop_vars = body(*loop_vars) while cond(*loop_vars)."""
    limit = None if maximum_iterations is None else int(maximum_iterations)
    values, trips, expected = loop_vars, 0, len(_nest.flatten(loop_vars))
    while limit is None or trips < limit:
        if not _whygrad.choose_trip(cond(*values)):
            break
        made = body(*values)
        values = made if isinstance(made, (list, tuple)) else [made]
        if len(_nest.flatten(values)) != expected:
            raise ValueError(f"[while_loop] the body returns {len(_nest.flatten(values))} values for {expected} loop_vars\nhelp: return one for each")
        trips += 1
    _whygrad.note_loop_end(trips)
    return _nest.map_structure(lambda value: value if isinstance(value, TensorArray) else _whygrad.convert_to_tensor(value), values)


def map_fn(fn, elems, dtype=None, parallel_iterations=None, back_prop=True, swap_memory=False, infer_shape=True, name=None, fn_output_signature=None):
    """fn of each part along the first axis, stacked."""
    leaves = [_whygrad.convert_to_tensor(leaf) for leaf in _nest.flatten(elems)]
    if not leaves or leaves[0].shape.rank == 0:
        raise ArgumentError("[map_fn] elems must have at least one axis to map over\nhelp: give tensors of rank 1 or more")
    results = [fn(_nest.pack_sequence_as(elems, parts) if _nest.is_nested(elems) else parts[0]) for parts in zip(*(iter(leaf) for leaf in leaves))]
    if not results:
        raise ArgumentError("[map_fn] elems has no parts to map over\nhelp: give at least one")
    columns = zip(*(_nest.flatten(result) for result in results))
    stacked = [_whygrad.stack(list(column)) for column in columns]
    return _nest.pack_sequence_as(results[0], stacked) if _nest.is_nested(results[0]) else stacked[0]


class TensorArray:
    """A list of tensors, written by position and read back as one."""

    def __init__(self, dtype, size=None, dynamic_size=None, clear_after_read=None, tensor_array_name=None, handle=None, flow=None, infer_shape=True,
                 element_shape=None, colocate_with_first_write_call=True, name=None):
        self.dtype = dtype
        self._dynamic = bool(dynamic_size)
        self._items = [None] * (0 if size is None else int(size))

    def write(self, index, value, name=None):
        index = int(index)
        if index >= len(self._items):
            if not self._dynamic:
                raise ArgumentError(f"[TensorArray] index {index} is out of its size {len(self._items)}\nhelp: make it with dynamic_size=True")
            self._items += [None] * (index + 1 - len(self._items))
        self._items[index] = _whygrad.convert_to_tensor(value, dtype=self.dtype)
        return self

    def read(self, index, name=None):
        item = self._items[int(index)]
        if item is None:
            raise ArgumentError(f"[TensorArray] nothing was written at index {int(index)}\nhelp: write it before it is read")
        return item

    def stack(self, name=None):
        return _whygrad.stack([self.read(i) for i in range(len(self._items))])

    def concat(self, name=None):
        return _whygrad.concat([self.read(i) for i in range(len(self._items))], 0)

    def gather(self, indices, name=None):
        return _whygrad.stack([self.read(i) for i in indices])

    def unstack(self, value, name=None):
        self._items = list(_whygrad.unstack(value))
        return self

    def size(self, name=None):
        return _whygrad.constant(len(self._items))

    def __len__(self):
        return len(self._items)


def numpy_function(func=None, inp=None, Tout=None, stateful=True, name=None):
    """func of the inputs' numbers, as arrays; no gradient is followed through it."""
    inputs = [_whygrad.convert_to_tensor(value) for value in inp]
    result = func(*(_whygrad.peek(value) for value in inputs))
    types = Tout if isinstance(Tout, (list, tuple)) else [Tout]
    values = result if isinstance(Tout, (list, tuple)) else [result]
    outputs = [_whygrad.constant(value, dtype=kind) for value, kind in zip(values, types)]
    noted = _whygrad.note_host_function(inputs, outputs) if inputs else outputs
    return noted if isinstance(Tout, (list, tuple)) else noted[0]


def py_function(func=None, inp=None, Tout=None, name=None):
    """func of the inputs as tensors; gradients flow through what it computes with them."""
    result = func(*(_whygrad.convert_to_tensor(value) for value in inp))
    if isinstance(Tout, (list, tuple)):
        return [_whygrad.convert_to_tensor(value, dtype=kind) for value, kind in zip(result, Tout)]
    return _whygrad.convert_to_tensor(result, dtype=Tout)
