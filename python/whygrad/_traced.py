"""tf.function: Python functions that are traced once for each kind of arguments and then run as a graph."""

import collections
import contextlib
import functools
import inspect
import operator
import threading
import weakref

from whygrad import _nest, _trace_facts, _whygrad
from whygrad._not_there import only
from whygrad._shape import TensorShape
from whygrad._tensor_array import TensorArray
from whygrad.errors import UnsupportedError

__all__ = ["function", "choice", "rest_of_loop", "Function"]

_MOST_SETTLED = 16  # traces of one signature that are for some elements only
_run_eagerly = False
_thread = threading.local()  # .rewrites: whether the function that is traced is rewritten


def do_not_convert(func=None):
    """A function that is called as it is where a traced function calls it (tf.autograph.experimental.do_not_convert)."""
    if func is None:
        return do_not_convert

    @functools.wraps(func)
    def as_it_is(*args, **kwargs):
        with _rewriting(False):
            return func(*args, **kwargs)

    as_it_is.ag__as_it_is = True
    return as_it_is


@contextlib.contextmanager
def _rewriting(wanted):
    before = getattr(_thread, "rewrites", False)
    _thread.rewrites = wanted
    try:
        yield
    finally:
        _thread.rewrites = before


def note_read(function):
    """Notes that the function that is traced called this one."""
    reads = getattr(_thread, "reads", None)
    if reads is not None and all(read.function is not function for read in reads):
        reads.append(_trace_facts.Read(function, None))


def as_traced(function):
    """The function as a trace calls it: rewritten, so that its statements may decide by tensors, if that is wanted of the function that is traced."""
    if not getattr(_thread, "rewrites", False) or not _whygrad.is_tracing():
        return function
    from whygrad import _autograph  # only now: most programs trace nothing

    return _autograph.converted(function)


def run_functions_eagerly(run_eagerly):
    """Sets whether functions are called directly from now on, without a graph."""
    global _run_eagerly
    _run_eagerly = bool(run_eagerly)


def functions_run_eagerly():
    return _run_eagerly


_PLAIN = (type(None), bool, int, float, complex, str, bytes)


def _is_array(value):
    return hasattr(value, "__array__") and not isinstance(value, (_whygrad.Tensor, _whygrad.Variable, type))


def _key_of(value):
    """The part of a trace's key that this leaf contributes: calls with equal keys share a trace."""
    if isinstance(value, _whygrad.Tensor):
        return ("tensor", value.dtype, tuple(value.shape))
    if isinstance(value, (float, complex)):
        return (type(value), repr(value))  # NaN equals itself, and 0 is not -0
    if isinstance(value, _PLAIN):
        return (type(value), value)
    return (type(value), id(value))  # variables and objects count by identity, and the trace keeps them alive


def _structure_of(value):
    """The form of a nested structure, without its leaves."""
    if not _nest.is_nested(value):
        return None
    keys = tuple(sorted(value)) if hasattr(value, "keys") else None
    children = [value[key] for key in keys] if keys is not None else value
    return (value.kind if isinstance(value, Opened) else type(value), keys, tuple(_structure_of(child) for child in children))


class Opened(tuple):
    """The tensors of an argument that is made of several, and what makes one of others. The rest of it, such as positions, decides which trace a call has."""

    def __new__(cls, value):
        kind, tensors = value._opened()
        made = super().__new__(cls, tensors)
        made.kind, made.rebuilt = kind, value._closed
        return made


def _opened(given):
    """The arguments, with the tensors of those that are made of several."""
    return _nest.map_structure(lambda leaf: Opened(leaf) if hasattr(leaf, "_opened") else leaf, given)


class _Parts:
    """Stands for a leaf of several tensors, which are the next results."""

    def __init__(self, value, count):
        self.make, self.count = value._of_parts(), count


def _leaves_of(result):
    """Two lists for the leaves of a function's result: the tensors, with None in place of other leaves, and those other leaves."""
    tensors, others = [], []
    for leaf in _nest.flatten(result):
        if hasattr(leaf, "_of_parts"):
            parts = [_whygrad.convert_to_tensor(part) for part in leaf._parts()]
            tensors += [None, *parts]
            others += [_Parts(leaf, len(parts))] + [None] * len(parts)
            continue
        is_tensor = isinstance(leaf, (_whygrad.Tensor, _whygrad.Variable, bool, int, float, complex)) or _is_array(leaf)
        tensors.append(_whygrad.convert_to_tensor(leaf) if is_tensor else None)
        others.append(None if is_tensor else leaf)
    return tensors, others


def _paths_of(result):
    """How a program takes each of the leaves from the result. Parts have the path of the whole."""
    paths = []
    for leaf, path in zip(_nest.flatten(result), _nest.paths(result)):
        paths += [path] * (1 + len(leaf._parts()) if hasattr(leaf, "_of_parts") else 1)
    return paths


def packed(structure, outputs, others):
    leaves, values = [], iter(zip(outputs, others))
    for output, other in values:
        if isinstance(other, _Parts):
            leaves.append(other.make([next(values)[0] for _ in range(other.count)]))
        else:
            leaves.append(other if output is None else output)
    return _nest.pack_sequence_as(structure, leaves) if _nest.is_nested(structure) else leaves[0]


class _Trace:
    """One trace, and the objects that it must keep alive."""

    def __init__(self, function, rewrites, name, leaves, rebuild, examples, memory_budget):
        self.held = leaves
        self.structure = self.others = None

        def body(stand_ins):
            args, kwargs = rebuild(stand_ins)
            with _rewriting(rewrites):
                result = function.as_traced()(*args, **kwargs)
            tensors, self.others = _leaves_of(result)
            self.structure = result
            self.specs = [None if t is None else (t.dtype, tuple(t.shape)) for t in tensors]
            return tensors

        self.reads = [_trace_facts.Read(function.plain(), function.instance())]
        _thread.reads, outer = self.reads, getattr(_thread, "reads", None)
        arguments = [leaf for leaf in leaves if isinstance(leaf, _whygrad.Tensor)]
        try:
            self._traced = _whygrad.Traced(name, arguments, body, examples, memory_budget)
        finally:
            _thread.reads = outer
        self.is_for_all = self._traced.is_for([]) is None
        # Tensors are not kept: only their dtypes and shapes belong to the trace, their values belong to the first call.
        self.held = [None if isinstance(leaf, _whygrad.Tensor) else leaf for leaf in leaves]
        self.structure = _nest.map_structure(lambda leaf: None, self.structure) if _nest.is_nested(self.structure) else None

    def is_for(self, leaves):
        """Whether it is the trace for a call with these leaves: one in which the elements that decide shapes are those for which it was traced."""
        return self.is_for_all or self._traced.is_for([leaf for leaf in leaves if isinstance(leaf, _whygrad.Tensor)])

    def __call__(self, leaves):
        outputs = self._traced.call([leaf for leaf in leaves if isinstance(leaf, _whygrad.Tensor)])
        return packed(self.structure, outputs, self.others)

    def graph(self):
        return self._traced.graph()


class Function:
    """A Python function that is traced once for each kind of arguments and then run as a graph (tf.function)."""

    def __init__(self, python_function, input_signature=None, autograph=True, reduce_retracing=False, instance=None, memory_budget=None):
        functools.update_wrapper(self, python_function)
        self._memory_budget = _checked_budget(python_function, memory_budget)
        self._function, self._instance, self._autograph, self._reduce_retracing = python_function, instance, autograph, reduce_retracing
        self.python_function = python_function if instance is None else _method_of(python_function, instance)
        self.input_signature = None if input_signature is None else tuple(input_signature)
        self.__name__ = getattr(python_function, "__name__", "function")
        self._signature = inspect.signature(self.python_function)
        self._traces = {}
        self._settled = {}  # by key, the latest of the traces that are for some elements only
        self._open = 0  # concrete functions with unknown extents
        self._counted, self._causes = {}, []  # keys in order, and why each further one is another
        self._being_traced = {}  # keys, and the thread that traces each
        self._lock = threading.RLock()
        self._of_objects = weakref.WeakKeyDictionary()

    def __get__(self, instance, _owner=None):
        if instance is None:
            return self
        try:
            if instance not in self._of_objects:
                self._of_objects[instance] = Function(
                    self._function, self.input_signature, self._autograph, self._reduce_retracing, weakref.ref(instance), self._memory_budget
                )
            return self._of_objects[instance]
        except TypeError:  # an object without weak references or hash
            return functools.partial(self, instance)

    def plain(self):
        """What is decorated."""
        return self._function

    def instance(self):
        return None if self._instance is None else self._instance()

    def as_traced(self):
        function = as_traced(self._function)
        return function if self._instance is None else _method_of(function, self._instance)

    def _as_signed(self, args, kwargs):
        """Converts the arguments to tensors with the dtypes and shapes of input_signature."""
        if kwargs or len(args) != len(self.input_signature):
            raise TypeError(
                f"[{self.__name__}] {len(args) + len(kwargs)} arguments are given, and input_signature has {len(self.input_signature)}\n"
                "help: pass as many, by position"
            )
        return tuple(self._of_spec(spec, value, i) for i, (spec, value) in enumerate(zip(self.input_signature, args)))

    def _of_spec(self, spec, value, position):
        if _nest.is_nested(spec):
            _nest.assert_same_structure(spec, value)
            return _nest.map_structure(lambda s, v: self._of_spec(s, v, position), spec, value)
        value = _whygrad.convert_to_tensor(value, dtype=spec.dtype)
        if not TensorShape(spec.shape).is_compatible_with(value.shape):
            raise TypeError(
                f"[{self.__name__}] argument {position} has the shape {value.shape}, and input_signature says {TensorShape(spec.shape)}\n"
                "help: pass a tensor of that shape, or leave the extent open with None"
            )
        return value

    def _bound(self, args, kwargs):
        """Returns the leaves of the arguments, the key of their trace, and a function that rebuilds the arguments from other leaves."""
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        given = (bound.args, bound.kwargs) if self.input_signature is None else (self._as_signed(bound.args, bound.kwargs), {})
        leaves = _nest.flatten(given)
        if not _nest.are_plain(leaves) and any(hasattr(leaf, "_opened") for leaf in leaves):
            given = _opened(given)
            leaves = _nest.flatten(given)
        leaves = [_whygrad.convert_to_tensor(leaf) if _is_array(leaf) else leaf for leaf in leaves]
        key = (_structure_of(given), tuple(_key_of(leaf) for leaf in leaves))
        return leaves, key, given

    def _traced(self, args, kwargs, counts=True, examples=True):
        leaves, key, given = self._bound(args, kwargs)
        trace = self._found(key, leaves, examples)
        if trace is None:
            if self._being_traced.get(key) == threading.get_ident():
                raise ValueError(
                    f"[{self.__name__}] it calls itself while it is traced\nhelp: write the recursion as a loop; a graph has no end of it"
                )
            with self._lock:
                trace = self._found(key, leaves, examples) or self._trace(leaves, key, given, counts, examples)
        return trace, leaves, key

    def _found(self, key, leaves, is_call):
        """The trace for these leaves, if there is one. Where they are no arguments of a call, it must be one for all elements."""
        trace = self._traces.get(key)
        if trace is None or trace.is_for_all:
            return trace
        return next((trace for trace in reversed(self._settled[key]) if is_call and trace.is_for(leaves)), None)

    def _trace(self, leaves, key, given, counts, examples):
        if counts and self._counted and self.input_signature is None:
            again = key in self._counted
            self._causes.append([_trace_facts.ELEMENTS] if again else _trace_facts.closest(_leaf_names(given, self._signature), self._counted, key))
        if counts:
            self._counted[key] = None

        def rebuild(stand_ins):
            following = iter(stand_ins)
            return _nest.pack_sequence_as(given, [next(following) if isinstance(leaf, _whygrad.Tensor) else leaf for leaf in leaves])

        self._being_traced[key] = threading.get_ident()
        try:
            trace = self._traces[key] = _Trace(self, self._autograph, self.__name__, leaves, rebuild, examples, self._memory_budget)
        finally:
            del self._being_traced[key]
        if not trace.is_for_all:
            self._settled[key] = [*self._settled.get(key, ()), trace][-_MOST_SETTLED:]
        return trace

    def __call__(self, *args, **kwargs):
        if _run_eagerly:
            return self.python_function(*args, **kwargs)
        if _whygrad.functions_are_looked_at():
            trace = self._traces.get(self._bound(args, kwargs)[1]) if _trace_facts.is_asked() else None
            if trace is not None:
                self.tell(trace)
            result = self.python_function(*args, **kwargs)
            tensors, others = _leaves_of(result)
            return packed(result, _whygrad.results_of_call(tensors, _paths_of(result)), others)
        trace, leaves, _ = self._traced(args, kwargs)
        if _trace_facts.is_asked():
            self.tell(trace)
        return trace(leaves)

    def tell(self, trace):
        """Tells the open reports what is remarkable of the traces."""
        _trace_facts.tell_of_retracing(self._function, self._causes)
        for read in trace.reads:
            read.tell_of_changes()

    def get_concrete_function(self, *args, **kwargs):
        """The trace for arguments of this kind. A tf.TensorSpec may stand for a tensor; where its shape is open, so are shapes of the results."""
        from whygrad._concrete import ConcreteFunction

        return ConcreteFunction(self, args, kwargs)

    def experimental_get_tracing_count(self):
        """How often it was traced, one trace for each signature. With an input_signature that is once, and with reduce_retracing a second shape is the last
        that counts, although each shape has a graph of its own behind it."""
        if self.input_signature is not None:
            return min(len(self._traces), 1)
        if not self._reduce_retracing:
            return len(self._counted) + self._open
        without_shapes = collections.Counter((key[0], tuple(leaf[:2] if leaf[0] == "tensor" else leaf for leaf in key[1])) for key in self._counted)
        return sum(min(count, 2) for count in without_shapes.values()) + self._open

    def graph(self, *args, **kwargs):
        """The graph for such arguments: print it, or draw it with to_html() and to_dot()."""
        return self.get_concrete_function(*args, **kwargs).graph()


def _leaf_names(given, signature):
    """What a function calls the leaves of its arguments: `x`, `batch['image']`."""
    names = []

    def add(name, value):
        if not _nest.is_nested(value):
            names.append(name)
        elif hasattr(value, "keys"):
            for key in sorted(value):
                add(f"{name}[{key!r}]", value[key])
        else:
            for i, part in enumerate(value):
                add(f"{name}[{i}]", part)

    args, kwargs = given
    positional = [p for p in signature.parameters.values() if p.kind is not p.KEYWORD_ONLY and p.kind is not p.VAR_KEYWORD]
    for i, value in enumerate(args):
        parameter = positional[min(i, len(positional) - 1)]
        add(parameter.name if parameter.kind is not parameter.VAR_POSITIONAL else f"{parameter.name}[{i - len(positional) + 1}]", value)
    for key in sorted(kwargs):
        add(key, kwargs[key])
    return names


def _method_of(function, reference):
    """The method of the object that the weak reference is to: the traces of an object must not keep it."""

    @functools.wraps(function)
    def method(*args, **kwargs):
        return function(reference(), *args, **kwargs)

    signature = inspect.signature(function)
    method.__signature__ = signature.replace(parameters=list(signature.parameters.values())[1:])
    return method


def function(
    func=None,
    input_signature=None,
    autograph=True,
    jit_compile=None,
    reduce_retracing=False,
    experimental_implements=None,
    experimental_autograph_options=None,
    experimental_attributes=None,
    experimental_relax_shapes=None,
    experimental_compile=None,
    experimental_follow_type_hints=None,
    memory_budget=None,
):
    """Makes a Function of func. It is traced at its first call with each kind of arguments (dtypes and shapes of tensors, values of other objects)
    and then run as a graph.

    Its if, while, for, and, or, not and assert take tensors (autograph): those of the graph decide when it runs. Every graph is compiled in the same way,
    whatever jit_compile says. Each shape has a trace of its own, also behind an input_signature with open extents and with reduce_retracing.

    memory_budget (TensorFlow has none): the most bytes that a call may need at once for its values, without its arguments, variables and constants. What
    does not fit is not kept but computed again when it is needed, to the same bits. A gradient that is taken through the call needs no more than that
    either, with what the call keeps for it. What a kernel needs for itself does not count, nor does what a loop keeps of its trips. Raises ValueError at
    the first call if the values take more in any case.
    """
    only("function", experimental_implements=(experimental_implements, None, "implements"))
    only("function", experimental_attributes=(experimental_attributes, None, "implements"))
    if func is None:
        return functools.partial(
            function, input_signature=input_signature, autograph=autograph, reduce_retracing=reduce_retracing, memory_budget=memory_budget
        )
    return Function(func, input_signature, bool(autograph), bool(reduce_retracing or experimental_relax_shapes), memory_budget=memory_budget)


def _checked_budget(function, memory_budget):
    if memory_budget is None:
        return None
    try:
        budget = operator.index(memory_budget)
    except TypeError:
        budget = -1
    if budget < 0:
        name = getattr(function, "__name__", "function")
        raise ValueError(f"[{name}] memory_budget is {memory_budget!r}\nhelp: give a number of bytes, such as 64 * 2**20, or None for any number")
    return budget


def gradients(ys, xs, grad_ys=None, stop_gradients=None, unconnected_gradients="none"):
    """tf.gradients: of the sum of ys, from the records of the trace."""
    if not _whygrad.is_tracing():
        raise RuntimeError(
            "[gradients] tf.gradients is not supported when eager execution is enabled: nothing is traced here\n"
            "help: use tf.GradientTape, or call it in a function decorated with tf.function"
        )
    if stop_gradients is not None:
        raise UnsupportedError(
            "[gradients] stop_gradients: values are not held constant afterwards\nhelp: compute ys from tf.stop_gradient of these values"
        )
    targets = [_whygrad.convert_to_tensor(y) for y in _nest.flatten(ys)]
    given = [None] * len(targets) if grad_ys is None else _nest.flatten(grad_ys)
    if len(given) != len(targets):
        raise ValueError(f"[gradients] there are {len(targets)} ys and {len(given)} grad_ys\nhelp: give one for each, or None for ones")
    pairs = [(y, seed) for y, seed in zip(targets, given) if y.dtype.is_floating or y.dtype.is_complex]
    seeds = [_whygrad.ones_like(y) if seed is None else _whygrad.convert_to_tensor(seed, dtype=y.dtype) for y, seed in pairs]
    sources = _nest.flatten(xs)
    found = _whygrad.gradients_in_trace([y for y, _ in pairs], sources, seeds)
    if getattr(unconnected_gradients, "value", unconnected_gradients) == "zero":
        found = [_whygrad.zeros_like(x) if g is None else g for x, g in zip(sources, found)]
    return list(found)


def choice(construct, predicate, functions):
    """Records the graph's choice of one of the functions and returns its results. All functions must return the same nested structure of tensors."""
    returned = []

    def body_of(fn):
        def body():
            result = fn()
            tensors, others = _leaves_of(result)
            returned.append((result, others))
            return tensors

        return body

    bodies = [body_of(fn) for fn in functions]
    outputs = _whygrad.trace_choice(construct, predicate, bodies) if construct != "case" else _whygrad.trace_case(predicate[0], bodies, predicate[1])
    structure, others = returned[0]
    for result, _ in returned[1:]:
        _nest.assert_same_structure(structure, result)
    return packed(structure, outputs, others)


def decided(predicate):
    """The predicate, with the value that it has in the call for which the function is traced, if that is known."""
    known = _whygrad.settled(predicate)
    return predicate if known is None else known


def grows(values):
    """Whether a list of tensors among these values has no size of its own."""
    return any(isinstance(leaf, TensorArray) and leaf.dynamic_size for leaf in _nest.flatten(values))


def rest_of_loop(cond, body, values, rest):
    """Records the loop from these values on as one op of the graph and returns its results. The variables are tensors, or TensorArrays of known size."""
    leaves = [leaf if isinstance(leaf, TensorArray) else _whygrad.convert_to_tensor(leaf) for leaf in _nest.flatten(values)]

    def inside(tensors):
        made = [leaf.with_elements(tensor) if isinstance(leaf, TensorArray) else tensor for leaf, tensor in zip(leaves, tensors)]
        return _nest.pack_sequence_as(values, made)

    def returned(tensors):
        made = body(*inside(tensors))
        made = made if isinstance(made, (list, tuple)) else [made]
        _nest.assert_same_structure(list(values), list(made))
        return _nest.flatten(made)

    if any(isinstance(leaf, TensorArray) and not leaf.element_shape.is_fully_defined() for leaf in leaves):
        # A trace that is thrown away: the first write says which shape the elements have.
        shapes = []

        def first_trip(tensors):
            given = iter(tensors)
            made = returned([None if isinstance(leaf, TensorArray) else next(given) for leaf in leaves])
            shapes.extend(leaf.element_shape if isinstance(leaf, TensorArray) else None for leaf in made)
            return []

        _whygrad.Traced("while_loop", [leaf for leaf in leaves if not isinstance(leaf, TensorArray)], first_trip)
        leaves = [leaf.with_element_shape(shape) if isinstance(leaf, TensorArray) else leaf for leaf, shape in zip(leaves, shapes)]

    def trip(tensors):
        return [leaf.elements() if isinstance(leaf, TensorArray) else leaf for leaf in returned(tensors)]

    tensors = [leaf.elements() if isinstance(leaf, TensorArray) else leaf for leaf in leaves]
    return inside(_whygrad.trace_rest(rest, lambda tensors: cond(*inside(tensors)), trip, tensors))
