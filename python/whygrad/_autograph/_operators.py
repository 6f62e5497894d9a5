"""What rewritten functions call in place of Python's statements. Where a condition is a Python value, or known while tracing, the statement runs as Python runs it."""

import builtins
import functools
import operator

from whygrad import _control_flow, _nest, _traced, _whygrad
from whygrad._autograph._calls import call
from whygrad._autograph._jumps import RESULT
from whygrad._autograph._later import TENSORS, is_later
from whygrad._functions import functions as _ops
from whygrad._source_names import place as _place
from whygrad._tensor_array import TensorArray
from whygrad.errors import ArgumentError, ShapeError

_OPERATORS = {
    **{name: getattr(operator, name.lower()) for name in ("Eq", "Lt", "Gt")},
    **{"NotEq": operator.ne, "LtE": operator.le, "GtE": operator.ge, "Is": operator.is_, "IsNot": operator.is_not},
    **{"In": lambda a, b: a in b, "NotIn": lambda a, b: a not in b},
}


class _Marker:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return self.name


UNDEFINED = _Marker("undefined")


class State:
    """The variables that the parts of a statement share: names, whether each is needed after the statement, and functions that get and set them."""

    def __init__(self, names, live, gets, set_all):
        self.names, self.live, self._gets, self._set = names, live, gets, set_all

    def get(self):
        values = []
        for get in self._gets:
            try:
                values.append(get())
            except (NameError, AttributeError, LookupError):
                values.append(UNDEFINED)
        return values

    def set(self, values):
        changed = {i: value for i, (value, old) in enumerate(zip(values, self.get())) if value is not old}
        gone = {i for i, value in changed.items() if value is UNDEFINED}
        self._set(None, {i: value for i, value in changed.items() if i not in gone}, gone)


class _Whole(State):
    """The state of a loop in which one trip is a branch: the next trip needs everything."""

    def __init__(self, state):
        self.names, self.live, self.get, self.set = state.names, (True,) * len(state.names), state.get, state.set


def _is_number(leaf):
    return isinstance(leaf, (*TENSORS, bool, int, float, complex)) or (hasattr(leaf, "__array__") and not isinstance(leaf, type))


class _Value:
    """What a variable holds: the tensors in it, and the form around them."""

    def __init__(self, value):
        self.form, self.leaves, self.kinds = value, _nest.flatten(value), []
        if not _nest.are_plain(self.leaves) and any(hasattr(leaf, "_opened") for leaf in self.leaves):
            opened = [_opened(leaf) if hasattr(leaf, "_opened") else leaf for leaf in self.leaves]
            self.kinds = [leaf.kind for leaf in opened if isinstance(leaf, _traced.Opened)]
            self.form = _nest.pack_sequence_as(value, opened) if _nest.is_nested(value) else opened[0]
            self.leaves = _nest.flatten(self.form)
        self.is_tensor = [_is_number(leaf) or isinstance(leaf, TensorArray) for leaf in self.leaves]

    def tensors(self):
        return [part.elements() if isinstance(part, TensorArray) else part for part in self.variables()]

    def variables(self):
        """As a loop of a graph takes them: lists of tensors as they are."""
        leaves = [leaf for leaf, is_tensor in zip(self.leaves, self.is_tensor) if is_tensor]
        return [leaf if isinstance(leaf, TensorArray) else _whygrad.convert_to_tensor(leaf) for leaf in leaves]

    def packed(self, following):
        """The same form around other tensors."""
        leaves = []
        for leaf, is_tensor in zip(self.leaves, self.is_tensor):
            made = next(following) if is_tensor else leaf
            leaves.append(leaf.with_elements(made) if isinstance(leaf, TensorArray) and isinstance(made, _whygrad.Tensor) else made)
        return _nest.pack_sequence_as(self.form, leaves) if _nest.is_nested(self.form) else leaves[0]

    def difference(self, other):
        """How the form of another value differs, in words; None if it does not."""
        try:
            _nest.assert_same_structure(self.form, other.form)
        except (TypeError, ValueError):
            return "do not have the same nested structure"
        if self.kinds != other.kinds:
            return "are ragged or sparse tensors whose elements stand in different places"
        for a, b, a_is_tensor, b_is_tensor in zip(self.leaves, other.leaves, self.is_tensor, other.is_tensor):
            if a_is_tensor != b_is_tensor:
                return f"are {_kind(a)} and {_kind(b)}"
            if not a_is_tensor and not _is_same(a, b):
                return f"are two objects of Python, {a!r} and {b!r}"
        for a, b in zip(self.variables(), other.variables()):
            if isinstance(a, TensorArray) or isinstance(b, TensorArray):
                if type(a) is not type(b) or len(a) != len(b):
                    return "are lists of tensors of different sizes"
                continue
            if a.dtype != b.dtype:
                return f"have the dtypes {a.dtype.name} and {b.dtype.name}"
            if a.shape != b.shape:
                return f"have the shapes {a.shape} and {b.shape}"
        return None


def _is_same(a, b):
    """Whether one Python value may stand for the other. NaN is the same as NaN, and 0.0 is another value than -0.0."""
    if isinstance(a, (float, complex)):
        return type(a) is type(b) and repr(a) == repr(b)
    return a is b or (type(a) is type(b) and not hasattr(a, "_opened") and a == b)


def _opened(leaf):
    """A ragged or a sparse tensor as its values. Text, and what has rows that are not known while the function is traced, stays one object."""
    try:
        opened = _traced.Opened(leaf)
    except ArgumentError:
        return leaf
    return opened if all(isinstance(part, TENSORS) for part in opened) else leaf


def _kind(leaf):
    return "a tensor" if _is_number(leaf) else "None" if leaf is None else f"a {type(leaf).__name__}"


def _copied(values):
    """Lists of tensors are written in place, so each branch gets its own."""
    return [value.with_element_shape(value.element_shape) if isinstance(value, TensorArray) else value for value in values]


def _line():
    file, line, _, _ = _whygrad.caller()
    return _place(file, line)


class _TraceAgain(Exception):
    pass


def _element_shapes(value):
    """By position: the shapes of the elements of the lists of tensors in a value, None where nothing tells them."""
    lists = {i: leaf for i, leaf in enumerate(_nest.flatten(value)) if isinstance(leaf, TensorArray)}
    return {i: leaf.element_shape if leaf.element_shape.is_fully_defined() else None for i, leaf in lists.items()}


def _with_element_shapes(value, shapes):
    lacking = {i for i, shape in _element_shapes(value).items() if shape is None and shapes.get(i) is not None}
    if not lacking:
        return value
    leaves = [leaf.with_element_shape(shapes[i]) if i in lacking else leaf for i, leaf in enumerate(_nest.flatten(value))]
    return _nest.pack_sequence_as(value, leaves) if _nest.is_nested(value) else leaves[0]


class _Lists:
    """Lists of tensors that one branch alone writes: the other has elements of the same shape."""

    def __init__(self):
        self.shapes = {}  # by number of the value

    def settled(self, values, first):
        """The values of a branch; `first` are those of the branch before it, if there is one."""
        for i, value in values.items():
            value = values[i] = _with_element_shapes(value, self.shapes.get(i, {}))
            if first is not None:
                values[i] = _with_element_shapes(value, _element_shapes(first[i]))
                if any(shape is None and _element_shapes(value)[at] is not None for at, shape in _element_shapes(first[i]).items()):
                    self.shapes[i] = _element_shapes(value)
                    raise _TraceAgain
        return values

    @staticmethod
    def tensors(values, is_first):
        """What a branch gives; nothing if the second branch has to tell shapes."""
        if is_first and any(None in _element_shapes(value).values() for value in values):
            return []
        return [tensor for value in values for tensor in _Value(value).tensors()]


class _Branches:
    """Both branches of an `if` that the graph chooses between. What is named in `filled` and set in one branch only is zeros in the other, where nobody reads it."""

    def __init__(self, state, parts, filled=(RESULT,)):
        self.state, self.parts, self.filled = state, parts, filled
        self.entry = state.get()
        self.zeros, self.lists = {}, _Lists()
        self.line = _line()

    def run(self, test):
        while True:
            try:
                return self._traced(test)
            except _TraceAgain:  # twice for each name at most
                continue

    def _traced(self, test):
        self.found = []
        outputs = _control_flow.cond(test, *(functools.partial(self._branch, part) for part in self.parts))
        following = iter(outputs)
        values = []
        for live, first, second in zip(self.state.live, *self.found):
            made = UNDEFINED
            if live and first is not UNDEFINED:
                made = _Value(first).packed(following)
            if first is second or (_is_plain(first) and _is_same(first, second)):
                made = first
            values.append(made)
        self.state.set(values)

    def _branch(self, part):
        self.state.set(_copied(self.entry))
        try:
            part(None)
            now = self.state.get()
        finally:
            self.state.set(self.entry)
        now = [self._filled(i, value) if name in self.filled else value for i, (name, value) in enumerate(zip(self.state.names, now))]
        self.found.append(now)
        if len(self.found) == 2:
            self._check()
        given = {i: value for i, (value, live) in enumerate(zip(now, self.state.live)) if live and value is not UNDEFINED}
        given = self.lists.settled(given, self.found[0] if len(self.found) == 2 else None)
        for i, value in given.items():
            now[i] = value
        return self.lists.tensors(given.values(), len(self.found) == 1)

    def _filled(self, i, value):
        if not self.found:
            return self.zeros[i]() if value is UNDEFINED and i in self.zeros else value
        first = self.found[0][i]
        if value is UNDEFINED and first is not UNDEFINED:
            return _zeros_of(first)()
        if first is UNDEFINED and value is not UNDEFINED:
            self.zeros[i] = _zeros_of(value)
            raise _TraceAgain
        return value

    def _check(self):
        for name, live, first, second in zip(self.state.names, self.state.live, *self.found):
            if not live or first is second:
                continue
            lacking = "else" if second is None or second is UNDEFINED else "main"
            if name == RESULT and (first is None or second is None):
                raise ValueError(
                    f"[if] the function returns a value in one branch only of the `if` at {self.line}, whose condition is a tensor: "
                    f"the {lacking} branch must also have a return statement\nhelp: return a value of the same structure in every branch"
                )
            if first is UNDEFINED or second is UNDEFINED:
                raise ValueError(
                    f"[if] `{name}` is set in one branch only of the `if` at {self.line}, whose condition is a tensor: "
                    f"'{name}' must also be initialized in the {lacking} branch\nhelp: give `{name}` a value before the `if`, or in both branches"
                )
            difference = _Value(first).difference(_Value(second))
            if difference is not None:
                what = "the values that the function returns" if name == RESULT else f"the values of `{name}`"
                raise TypeError(
                    f"[if] {what} in the main and else branches of the `if` at {self.line}, whose condition is a tensor, {difference}\n"
                    f"help: a graph has one dtype, shape and structure for a value: cast, pad or rebuild it in one of the branches"
                )


def _zeros_of(value):
    found = _Value(value)
    specs = [(list(t.shape), t.dtype) for t in found.tensors()]
    return lambda: found.packed(iter([_whygrad.zeros(shape, dtype) for shape, dtype in specs]))


def _is_plain(value):
    return isinstance(value, (bool, int, float, complex, str, bytes))


def if_(test, body, orelse, state):
    if is_later(test):
        _Branches(state, (body, orelse)).run(test)
    elif test:
        body(None)
    else:
        orelse(None)


def if_expression(test, body, orelse):
    if not is_later(test):
        return body() if test else orelse()
    found, lists = [], _Lists()

    def branch(part):
        value = part()
        found.append(value)
        if len(found) == 2:
            difference = _Value(found[0]).difference(_Value(found[1]))
            if difference is not None:
                raise TypeError(
                    f"[if] the values of `a if condition else b` at {_line()}, whose condition is a tensor, {difference}\n"
                    "help: a graph has one dtype, shape and structure for a value: cast, pad or rebuild one of them"
                )
        found[-1] = lists.settled({0: value}, {0: found[0]} if len(found) == 2 else None)[0]
        return lists.tensors(found[-1:], len(found) == 1)

    while True:
        try:
            outputs = _control_flow.cond(test, lambda: branch(body), lambda: branch(orelse))
        except _TraceAgain:
            found.clear()
        else:
            return _Value(found[0]).packed(iter(outputs))


class _Loop:
    """A loop whose number of trips is known only when the graph runs."""

    def __init__(self, test, body, state, options):
        self.test, self.body, self.state = test, body, state
        self.options = options() if options is not None else {}
        self.line = _line()

    def run(self):
        state = self.state
        entry = state.get()
        if any(live and value is UNDEFINED for live, value in zip(state.live, entry)):
            # What only the loop sets, and what is returned from within it, has no value before it: the first trip is a branch of its own, after which it has one.
            _Branches(_Whole(state), (self.body, lambda _: None), state.names).run(self.test(None))
            entry = state.get()
        inside = [value is not UNDEFINED for value in entry]
        forms = [_Value(value) if there else None for value, there in zip(entry, inside)]
        before = [form.variables() if form is not None else [] for form in forms]

        def enter(tensors):
            following = iter(tensors)
            state.set([form.packed(following) if form is not None else UNDEFINED for form in forms])

        def test(*tensors):
            enter(tensors)
            return self.test(None)

        def body(*tensors):
            enter(tensors)
            self.body(None)
            return self._after(state.get(), forms)

        flat = [tensor for tensors in before for tensor in tensors]
        given = {key: value for key, value in self.options.items() if key in ("parallel_iterations", "swap_memory", "maximum_iterations")}
        invariants = self._invariants(entry, before)
        if invariants is not None:
            given["shape_invariants"] = invariants
        try:
            outputs = _control_flow.while_loop(test, body, flat, **given)
        finally:
            state.set(entry)
        enter(list(outputs) if isinstance(outputs, (list, tuple)) else [outputs])

    def _after(self, values, forms):
        flat = []
        for name, value, form in zip(self.state.names, values, forms):
            if form is None:
                continue
            now = None if value is UNDEFINED else _Value(value)
            difference = "are a value and nothing" if now is None else form.difference(now)
            if difference is not None and not (self.options.get("shape_invariants") and "shapes" in difference):
                raise TypeError(
                    f"[while_loop] the values of `{name}` before and after a trip of the loop at {self.line} {difference}\n"
                    f"help: a graph has one dtype, shape and structure for a loop variable: give `{name}` such a value before the loop; write what grows into a tf.TensorArray"
                )
            flat += now.variables()
        return flat

    def _invariants(self, entry, before):
        given = self.options.get("shape_invariants")
        if not given:
            return None
        shapes = []
        for value, tensors in zip(entry, before):
            found = [invariant for of, invariant in given if of is value]
            shapes += [getattr(found[0], "shape", found[0])] if found else [tensor.shape for tensor in tensors]
        return shapes


def while_(test, body, state, options):
    grows = False
    while True:
        going = test(None)
        if is_later(going):
            grows = grows or _traced.grows(state.get())
            decided = _whygrad.settled(going) if grows else None
            if decided is None:
                try:
                    return _Loop(test, body, state, options).run()
                except ShapeError:
                    if grows or options is None or not options().get("shape_invariants"):
                        raise
                    grows = True
                    continue
            going = decided
        if not going:
            return None
        body(None)


class _Range:
    """tf.range with bounds that are known only when the graph runs, in the head of a loop."""

    def __init__(self, start, limit=None, delta=1, dtype=None, name=None):
        self.start, self.limit, self.delta = (0, start, delta) if limit is None else (start, limit, delta)
        given = [dtype] if dtype is not None else [x.dtype for x in (self.start, self.limit, self.delta) if isinstance(x, TENSORS)]
        self.start, self.limit, self.delta = (_whygrad.convert_to_tensor(x, dtype=given[0]) for x in (self.start, self.limit, self.delta))


def iterated(function, *args, **kwargs):
    """What a for goes over, if it is the result of a call."""
    if (function is builtins.range or function is _ops["range"]) and any(is_later(value) for value in (*args, *kwargs.values())):
        return _Range(*args, **kwargs)
    return call(function, *args, **kwargs)


class _Counted(State):
    """The state of a loop with a counter of ours before it."""

    def __init__(self, state, begin):
        self.names, self.live = ("the position of the loop", *state.names), (True, *state.live)
        self.position, self.inner = begin, state

    def get(self):
        return [self.position, *self.inner.get()]

    def set(self, values):
        self.position = values[0]
        self.inner.set(values[1:])


def _count(begin, is_in, item, step, body, test, state, options):
    counted = _Counted(state, begin)

    def going(_):
        return is_in(counted.position) if test is None else and_(lambda: is_in(counted.position), lambda: test(None))

    def trip(_):
        body(None, item(counted.position))
        counted.position = counted.position + step

    while_(going, trip, counted, options)


def _rows(items, body, test, state):
    """As many trips as there are rows; each is a branch once the graph decides whether the loop goes on."""
    for i in range(items.shape[0]):
        going = True if test is None else test(None)
        if is_later(going):
            if_(going, lambda _, i=i: body(None, items[i]), lambda _: None, _Whole(state))
        elif going:
            body(None, items[i])
        else:
            return


def _iterator(iterator, body, test, state, options):
    """As many trips as the iterator of a data set has elements left when the graph runs."""
    outside = _whygrad.Outside()
    try:
        if iterator.is_at_end():  # nothing tells what its elements are
            return
    finally:
        outside.leave()
    going = iterator.goes_on if test is None else lambda: and_(lambda: test(None), iterator.goes_on)
    while_(lambda _: going(), lambda _: body(None, next(iterator)), state, options)


def for_(items, body, test, state, options):
    if isinstance(items, _Range):
        forward = items.delta > 0
        if is_later(forward):
            is_in = lambda i: _ops["where"](forward, i < items.limit, i > items.limit)  # noqa: E731
        else:
            is_in = (lambda i: i < items.limit) if forward else (lambda i: i > items.limit)
        return _count(items.start, is_in, lambda i: i, items.delta, body, test, state, options)
    if is_later(items):
        items = _whygrad.convert_to_tensor(items)
        if not len(items.shape):
            raise TypeError("[for] a tensor without axes is given to a loop\nhelp: iterate over a tensor with at least one axis, or over tf.range(n)")
        return _rows(items, body, test, state)
    if hasattr(items, "goes_on") and _whygrad.is_tracing():
        return _iterator(items, body, test, state, options)
    going = True
    for item in items:
        if is_later(going):
            if_(going, lambda _, item=item: body(None, item), lambda _: None, _Whole(state))
        else:
            body(None, item)
        going = True if test is None else test(None)
        if is_later(going) and not hasattr(items, "__len__"):
            raise NotImplementedError(
                f"[for] the loop at {_line()} goes over Python values whose number is not known, and whether it is left depends on a tensor: break and return "
                "statements which depend on a TF condition are not supported in such loops\n"
                "help: loop over a list or tf.range(n), or let tf.where decide what each trip changes"
            )
        if not is_later(going) and not going:
            break


def _lazy(values, goes_on, combine):
    value = values[0]()
    for i, following in enumerate(values[1:], 1):
        if is_later(value):
            rest = functools.partial(_lazy, values[i:], goes_on, combine)
            return combine(value, lambda: _whygrad.convert_to_tensor(rest()))  # noqa: B023  it is called at once
        if bool(value) is not goes_on:
            return value
        value = following()
    return value


def and_(*values):
    return _lazy(values, True, lambda first, rest: _control_flow.cond(first, rest, lambda: _ops["identity"](first)))


def or_(*values):
    return _lazy(values, False, lambda first, rest: _control_flow.cond(first, lambda: _ops["identity"](first), rest))


def not_(value):
    return _ops["logical_not"](value) if is_later(value) else not value


def compare(left, *pairs):
    """a < b < c."""
    tests = []
    values = [left]

    def test(i):
        name, right = pairs[i]
        if len(values) == i + 1:
            values.append(right())
        return _OPERATORS[name](values[i], values[i + 1])

    tests = [functools.partial(test, i) for i in range(len(pairs))]
    first = tests[0]()
    if not is_later(first):
        return _lazy([lambda: first, *tests[1:]], True, lambda a, rest: _control_flow.cond(a, rest, lambda: _ops["identity"](a)))
    # Operands that two comparisons share are computed once, outside of a branch.
    result = first
    for following in tests[1:]:
        result = _ops["logical_and"](result, following())
    return result


def assert_(value, message):
    if is_later(value):
        from whygrad.tf.debugging import Assert

        said = message() if message is not None else "Assertion error"
        Assert(_ops["reduce_all"](value), [said])
    elif not value:
        raise AssertionError(*([] if message is None else [message()]))
