"""Control flow in eager form: the chosen code runs at once, and the choice is recorded for explanations."""

from whygrad import _nest, _traced, _whygrad
from whygrad._shape import TensorShape
from whygrad.dtypes import as_dtype
from whygrad.errors import ArgumentError, OutOfRangeError

__all__ = ["cond", "case", "switch_case", "while_loop", "TensorArray", "numpy_function", "py_function"]


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


def while_loop(
    cond, body, loop_vars, shape_invariants=None, parallel_iterations=10, back_prop=True, swap_memory=False, maximum_iterations=None, name=None
):
    """loop_vars = body(*loop_vars) while cond(*loop_vars)."""
    values = loop_vars

    def trip():
        nonlocal values
        made = body(*values)
        values = made if isinstance(made, (list, tuple)) else [made]
        return len(_nest.flatten(values))

    limit = -1 if maximum_iterations is None else max(int(maximum_iterations), 0)  # below 0 there is no limit
    _whygrad.run_loop(len(_nest.flatten(loop_vars)), lambda: cond(*values), trip, limit)
    return _nest.map_structure(lambda value: value if isinstance(value, TensorArray) else _whygrad.convert_to_tensor(value), values)


class TensorArray:
    """A list of tensors, written by position and read back as one. Elements that were never written are zeros."""

    def __init__(
        self,
        dtype,
        size=None,
        dynamic_size=None,
        clear_after_read=None,
        tensor_array_name=None,
        handle=None,
        flow=None,
        infer_shape=True,
        element_shape=None,
        colocate_with_first_write_call=True,
        name=None,
    ):
        if handle is not None:
            raise ValueError("TensorArray handles are not supported when eager execution is enabled.\nhelp: leave handle out")
        if size is None:
            raise ValueError("Size must be declared for TensorArrays when eager execution is enabled.\nhelp: give size=0 with dynamic_size=True")
        self.dtype = as_dtype(dtype)
        self.element_shape = TensorShape(element_shape)
        self._dynamic, self._infer_shape = bool(dynamic_size), infer_shape
        self._clears = True if clear_after_read is None else bool(clear_after_read)
        self._cleared = set()
        self._items = [None] * int(size)

    @property
    def dynamic_size(self):
        return self._dynamic

    def write(self, index, value, name=None):
        index = int(index)
        if index < 0:
            raise OutOfRangeError(f"[TensorArray] Writing to negative indices (index {index}) is not allowed.\nhelp: count from 0")
        if index >= len(self._items):
            if not self._dynamic:
                raise OutOfRangeError(f"[TensorArray] index {index} is out of its size {len(self._items)}\nhelp: make it with dynamic_size=True")
            self._items += [None] * (index + 1 - len(self._items))
        value = _whygrad.convert_to_tensor(value, dtype_hint=self.dtype)
        if value.dtype != self.dtype:
            raise ArgumentError(
                f"[TensorArray] it holds {self.dtype.name} and is given {value.dtype.name}\nhelp: cast the value: tf.cast(x, tf.{self.dtype.name})"
            )
        if not self.element_shape.is_compatible_with(value.shape):
            raise ValueError(
                f"Incompatible shape for value ({value.shape}), expected ({self.element_shape})\nhelp: make it with infer_shape=False if shapes differ"
            )
        if self._infer_shape:
            self.element_shape = value.shape
        self._items[index] = value
        return self

    def _item(self, index):
        if self._items[index] is None:
            if not self.element_shape.is_fully_defined():
                raise ArgumentError(
                    f"[TensorArray] nothing was written at index {index}, and no shape of the zeros there is known\n"
                    "help: write it before it is read, or give element_shape"
                )
            self._items[index] = _whygrad.zeros(self.element_shape, self.dtype)
        return self._items[index]

    def _all(self):
        return [self._item(i) for i in range(len(self._items))]

    def read(self, index, name=None):
        index = int(index)
        if not 0 <= index < len(self._items):
            raise OutOfRangeError(
                f"[TensorArray] Tried to read from index {index} but array size is: {len(self._items)}\nhelp: read from 0 to size() - 1"
            )
        if self._items[index] is None and index in self._cleared:
            raise ArgumentError(
                f"[TensorArray] Could not read index {index} twice because it was cleared after a previous read\n"
                "help: make it with clear_after_read=False"
            )
        item = self._item(index)
        if self._clears:
            self._items[index] = None
            self._cleared.add(index)
        return item

    def stack(self, name=None):
        if not self._items and self.element_shape.is_fully_defined():
            return _whygrad.zeros([0, *self.element_shape], self.dtype)
        return _whygrad.stack(self._all())

    def concat(self, name=None):
        return _whygrad.concat(self._all(), 0)

    def gather(self, indices, name=None):
        return _whygrad.stack([self._item(int(i)) for i in indices])

    def unstack(self, value, name=None):
        items = list(_whygrad.unstack(value))
        if len(items) > len(self._items) and not self._dynamic:
            raise ValueError(
                f"Cannot unstack {len(items)} tensors into a TensorArray of static size {len(self._items)}\nhelp: make it with dynamic_size=True"
            )
        self._items = items
        return self

    def size(self, name=None):
        return _whygrad.constant(len(self._items))

    def __len__(self):
        return len(self._items)


def numpy_function(func=None, inp=None, Tout=None, stateful=True, name=None):
    """func of the inputs' numbers, as arrays; no gradient flows through it."""
    inputs = [_whygrad.convert_to_tensor(value) for value in inp]
    result = func(*(_whygrad.peek(value) for value in inputs))
    types = Tout if isinstance(Tout, (list, tuple)) else [Tout]
    values = result if isinstance(Tout, (list, tuple)) else [result]
    outputs = [_whygrad.constant(value, dtype=kind) for value, kind in zip(values, types)]
    noted = _whygrad.note_host_function(inputs, outputs) if inputs else outputs
    return noted if isinstance(Tout, (list, tuple)) else noted[0]


def py_function(func=None, inp=None, Tout=None, name=None):
    """func of the inputs as tensors; gradients flow through its ops."""
    result = func(*(_whygrad.convert_to_tensor(value) for value in inp))
    if isinstance(Tout, (list, tuple)):
        return [_whygrad.convert_to_tensor(value, dtype=kind) for value, kind in zip(result, Tout)]
    return _whygrad.convert_to_tensor(result, dtype=Tout)
