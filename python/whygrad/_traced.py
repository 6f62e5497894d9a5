"""tf.function: Python functions that are traced once for each kind of arguments and then run as a graph."""

import functools
import inspect
import threading
import weakref

from whygrad import _nest, _whygrad
from whygrad._not_there import only
from whygrad._shape import TensorShape
from whygrad._tensor_array import TensorArray
from whygrad.errors import UnsupportedError

__all__ = ["function", "choice", "rest_of_loop", "Function"]

_run_eagerly = False


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
    if isinstance(value, _PLAIN):
        return (type(value), value)
    return (type(value), id(value))  # variables and objects count by identity, and the trace keeps them alive


def _structure_of(value):
    """The form of a nested structure, without its leaves."""
    if not _nest.is_nested(value):
        return None
    keys = tuple(sorted(value)) if hasattr(value, "keys") else None
    children = [value[key] for key in keys] if keys is not None else value
    return (type(value), keys, tuple(_structure_of(child) for child in children))


def _leaves_of(result):
    """Two lists for the leaves of a function's result: the tensors, with None in place of other leaves, and those other leaves."""
    tensors, others = [], []
    for leaf in _nest.flatten(result):
        is_tensor = isinstance(leaf, (_whygrad.Tensor, _whygrad.Variable, bool, int, float, complex)) or _is_array(leaf)
        tensors.append(_whygrad.convert_to_tensor(leaf) if is_tensor else None)
        others.append(None if is_tensor else leaf)
    return tensors, others


def _packed(structure, outputs, others):
    leaves = [other if output is None else output for output, other in zip(outputs, others)]
    return _nest.pack_sequence_as(structure, leaves) if _nest.is_nested(structure) else leaves[0]


class _Trace:
    """One trace, and the objects that it must keep alive."""

    def __init__(self, function, name, leaves, rebuild):
        self.held = leaves
        self.structure = self.others = None

        def body(stand_ins):
            result = function(rebuild(stand_ins))
            tensors, self.others = _leaves_of(result)
            self.structure = result
            return tensors

        arguments = [leaf for leaf in leaves if isinstance(leaf, _whygrad.Tensor)]
        self._traced = _whygrad.Traced(name, arguments, body)
        # Tensors are not kept: only their dtypes and shapes belong to the trace, their values belong to the first call.
        self.held = [None if isinstance(leaf, _whygrad.Tensor) else leaf for leaf in leaves]
        self.structure = _nest.map_structure(lambda leaf: None, self.structure) if _nest.is_nested(self.structure) else None

    def __call__(self, leaves):
        outputs = self._traced.call([leaf for leaf in leaves if isinstance(leaf, _whygrad.Tensor)])
        return _packed(self.structure, outputs, self.others)

    def graph(self):
        return self._traced.graph()


class ConcreteFunction:
    """The trace of a function for one kind of arguments."""

    def __init__(self, function, trace, key):
        self._function, self._trace, self._key = function, trace, key
        self.name = function.__name__

    def __call__(self, *args, **kwargs):
        leaves, key, _ = self._function._bound(args, kwargs)
        if key != self._key:
            raise TypeError(
                f"[{self.name}] this trace was made for arguments of another kind\nhelp: call the function itself, which traces each kind of arguments"
            )
        return self._trace(leaves)

    def graph(self):
        """The ops of the trace, one per line."""
        return self._trace.graph()


class Function:
    """A Python function that is traced once for each kind of arguments and then run as a graph (tf.function)."""

    def __init__(self, python_function, input_signature=None):
        functools.update_wrapper(self, python_function)
        self.python_function, self.input_signature = python_function, None if input_signature is None else tuple(input_signature)
        self.__name__ = getattr(python_function, "__name__", "function")
        self._signature = inspect.signature(python_function)
        self._traces = {}
        self._count = 0
        self._lock = threading.RLock()
        self._of_objects = weakref.WeakKeyDictionary()

    def __get__(self, instance, _owner=None):
        if instance is None:
            return self
        try:
            if instance not in self._of_objects:
                self._of_objects[instance] = Function(_method_of(self.python_function, weakref.ref(instance)), self.input_signature)
            return self._of_objects[instance]
        except TypeError:  # an object without weak references or hash
            return functools.partial(self, instance)

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
        leaves = [_whygrad.convert_to_tensor(leaf) if _is_array(leaf) else leaf for leaf in _nest.flatten(given)]
        key = (_structure_of(given), tuple(_key_of(leaf) for leaf in leaves))
        return leaves, key, given

    def _traced(self, args, kwargs):
        leaves, key, given = self._bound(args, kwargs)
        trace = self._traces.get(key)
        if trace is not None:
            return trace, leaves, key
        with self._lock:
            trace = self._traces.get(key)
            if trace is None:
                self._count += 1

                def rebuild(stand_ins):
                    following = iter(stand_ins)
                    return _nest.pack_sequence_as(given, [next(following) if isinstance(leaf, _whygrad.Tensor) else leaf for leaf in leaves])

                trace = self._traces[key] = _Trace(lambda given: self.python_function(*given[0], **given[1]), self.__name__, leaves, rebuild)
        return trace, leaves, key

    def __call__(self, *args, **kwargs):
        if _run_eagerly:
            return self.python_function(*args, **kwargs)
        if _whygrad.functions_are_looked_at():
            result = self.python_function(*args, **kwargs)
            tensors, others = _leaves_of(result)
            return _packed(result, _whygrad.results_of_call(tensors), others)
        trace, leaves, _ = self._traced(args, kwargs)
        return trace(leaves)

    def get_concrete_function(self, *args, **kwargs):
        """The trace for arguments of this kind. A tf.TensorSpec of known shape may stand for a tensor."""
        args, kwargs = _nest.map_structure(_stand_for, (args, kwargs))
        trace, _, key = self._traced(args, kwargs)
        return ConcreteFunction(self, trace, key)

    def experimental_get_tracing_count(self):
        return self._count

    def graph(self, *args, **kwargs):
        """The ops of the trace for such arguments, one per line."""
        return self.get_concrete_function(*args, **kwargs).graph()


def _method_of(function, reference):
    """The method of the object that the weak reference is to: the traces of an object must not keep it."""

    @functools.wraps(function)
    def method(*args, **kwargs):
        return function(reference(), *args, **kwargs)

    signature = inspect.signature(function)
    method.__signature__ = signature.replace(parameters=list(signature.parameters.values())[1:])
    return method


def _stand_for(leaf):
    if not hasattr(leaf, "is_compatible_with") or not hasattr(leaf, "dtype") or isinstance(leaf, (_whygrad.Tensor, _whygrad.Variable)):
        return leaf
    if not TensorShape(leaf.shape).is_fully_defined():
        raise UnsupportedError(
            f"[get_concrete_function] the shape {TensorShape(leaf.shape)} has an open extent: a trace knows the shapes of its arguments\n"
            "help: give a tf.TensorSpec of known shape, or call the function, which traces each shape"
        )
    return _whygrad.zeros(list(leaf.shape), leaf.dtype)


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
):
    """Makes a Function of func. It is traced at its first call with each kind of arguments (dtypes and shapes of tensors, values of other objects)
    and then run as a graph.

    autograph, jit_compile and the arguments that limit retracing have no effect here. Python's if and while do not accept tensors whose value is
    known only when the graph runs (an error says so). Every graph is compiled in the same way. Each shape has a trace of its own.
    """
    only("function", experimental_implements=(experimental_implements, None, "implements"))
    only("function", experimental_attributes=(experimental_attributes, None, "implements"))
    if func is None:
        return functools.partial(function, input_signature=input_signature)
    return Function(func, input_signature)


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
    return _packed(structure, outputs, others)


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
