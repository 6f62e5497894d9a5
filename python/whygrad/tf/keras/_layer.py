"""Layer, the base class of all layers and models."""

import inspect
import re
import threading

from whygrad import _nest, _whygrad
from whygrad._functions import functions as _ops
from whygrad._not_there import only
from whygrad._tape import stop_recording
from whygrad._traced import as_traced
from whygrad.dtypes import as_dtype
from whygrad.tf._eager import init_scope
from whygrad.tf._module import name_scope
from whygrad.tf.keras import _functional, backend, initializers

_context = threading.local()  # .training: the argument of the current call
_names = {}  # number of layers by name
_TENSORS = (_whygrad.Tensor, _whygrad.Variable)
_OWN_LISTS = ("_trainable_variables", "_non_trainable_variables", "_nodes")


def unique_name(kind):
    """MaxPooling2D: max_pooling2d, max_pooling2d_1, max_pooling2d_2, ..."""
    kind = re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z0-9]+)", r"\1_\2", kind)).lower()
    count = _names[kind] = _names.get(kind, -1) + 1
    return f"{kind}_{count}" if count else kind


class Variable(_whygrad.Variable):
    """A weight. Its name is the last part of its path, as in Keras; the path includes the layers."""

    def __init__(
        self, initializer, shape=None, dtype=None, trainable=True, autocast=True, aggregation="none", synchronization="auto", name=None, layout=None
    ):
        only("Variable", autocast=(autocast, True), layout=(layout, None))
        value = initializer
        if isinstance(initializer, str) or (callable(initializer) and not isinstance(initializer, _TENSORS)):
            if shape is None:
                raise ValueError(
                    f"When creating a Variable from an initializer, the `shape` argument should be specified. Received: initializer={initializer}"
                )
            value = initializers.get(initializer)(tuple(shape), dtype=dtype or backend.floatx())
        elif shape is not None and tuple(shape) != tuple(_ops["shape"](value).numpy()):
            raise ValueError(f"[Variable] the value does not have the shape {tuple(shape)}\nhelp: leave shape out")
        super().__init__(value, trainable=trainable, name=name or "variable", dtype=dtype)

    def assign_add(self, value):
        return super().assign_add(value)

    def assign_sub(self, value):
        return super().assign_sub(value)

    @property
    def path(self):
        return self._shared_name

    @property
    def name(self):
        return self._shared_name.rpartition("/")[2]

    @property
    def trainable(self):
        """Whether optimizers should update it. A tape watches the variable of a frozen layer all the same, as in Keras."""
        return vars(self).get("_moved", super().trainable)

    @trainable.setter
    def trainable(self, value):
        self._moved = bool(value)


def check_weights(layer, regularizers=(), constraints=(), lora=(), quantization_config=None):
    """What Keras's layers take beside their weights."""
    for value in regularizers:
        only(layer, regularizer=(value, None))
    for value in constraints:
        only(layer, constraint=(value, None))
    for value in lora:
        only(layer, lora=(value, None))
    only(layer, quantization_config=(quantization_config, None))


def shape_of(inputs):
    """The shape of each tensor in a structure, as tuples."""
    shapes = [tuple(value.shape) if hasattr(value, "shape") else tuple(_ops["convert_to_tensor"](value).shape) for value in _nest.flatten(inputs)]
    return _nest.pack_sequence_as(inputs, shapes) if _nest.is_nested(inputs) else shapes[0]


def _shapes_of_stand_ins(inputs):
    shapes = [tuple(value.shape) if hasattr(value, "shape") else () for value in _nest.flatten(inputs)]
    return _nest.pack_sequence_as(inputs, shapes) if _nest.is_nested(inputs) else shapes[0]


class Layer:
    """A function with weights. Derived classes create these in build(input_shape), which is called once, and compute in call(inputs)."""

    _casts_integers = False  # of what it is called with, as it does floats of another dtype

    def __new__(cls, *args, **kwargs):
        layer = super().__new__(cls)
        layer._trainable_variables, layer._non_trainable_variables = [], []
        layer._trainable, layer._path = True, None
        layer._nodes = []  # the calls on KerasTensors
        layer.built = False
        layer.name = layer._dtype = None
        return layer

    def __init__(self, *, activity_regularizer=None, trainable=True, dtype=None, autocast=True, name=None, input_shape=None, input_dim=None):
        only(type(self).__name__, activity_regularizer=(activity_regularizer, None, "regularizer"), autocast=(autocast, True))
        self.name = name or unique_name(type(self).__name__)
        self._dtype = None if dtype is None else as_dtype(dtype).name
        self._trainable = trainable
        self._declared_input = (input_dim,) if input_shape is None and input_dim is not None else input_shape

    # ---- Weights ----

    @property
    def dtype(self):
        return self._dtype or backend.floatx()

    compute_dtype = variable_dtype = dtype

    def add_weight(
        self,
        shape=None,
        initializer=None,
        dtype=None,
        trainable=True,
        autocast=True,
        regularizer=None,
        constraint=None,
        aggregation="none",
        overwrite_with_gradient=False,
        name=None,
    ):
        """A variable of this layer."""
        only(
            "add_weight",
            autocast=(autocast, True),
            regularizer=(regularizer, None),
            constraint=(constraint, None),
            overwrite=(overwrite_with_gradient, False),
        )
        dtype = as_dtype(dtype or self.dtype)
        initializer = initializers.get(initializer) or (initializers.GlorotUniform() if dtype.is_floating and shape else initializers.Zeros())
        with self._scope():
            with stop_recording():
                initial = initializer(tuple(shape or ()), dtype=dtype)
            variable = Variable(initial, trainable=trainable, name=name or "variable", dtype=dtype)
        self._track(variable)
        return variable

    def _track(self, variable):
        (self._trainable_variables if variable.trainable else self._non_trainable_variables).append(variable)

    def _layers(self):
        """The layers among the attributes, in lists, tuples and dicts too, each once."""
        found = {}
        for key, attribute in vars(self).items():
            if isinstance(attribute, Layer):
                found[id(attribute)] = attribute
            elif isinstance(attribute, (list, tuple, dict)) and key not in _OWN_LISTS:
                found.update((id(leaf), leaf) for leaf in _nest.flatten(attribute) if isinstance(leaf, Layer))
        return list(found.values())

    def _all_layers(self):
        """This layer and all layers inside it, from the outside in, each once."""
        found, waiting = {}, [self]
        while waiting:
            layer = waiting.pop()
            if id(layer) not in found:
                found[id(layer)] = layer
                waiting += reversed(layer._layers())
        return list(found.values())

    @property
    def variables(self):
        return [v for layer in self._all_layers() for v in layer._trainable_variables + layer._non_trainable_variables]

    @property
    def trainable_variables(self):
        return [v for layer in self._all_layers() if layer._trainable for v in layer._trainable_variables] if self._trainable else []

    @property
    def non_trainable_variables(self):
        trainable = {id(v) for v in self.trainable_variables}
        return [v for v in self.variables if id(v) not in trainable]

    weights, trainable_weights, non_trainable_weights = variables, trainable_variables, non_trainable_variables

    @property
    def trainable(self):
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        for layer in self._all_layers():
            layer._trainable = bool(value)
            for variable in layer._trainable_variables:
                variable.trainable = layer._trainable

    def get_weights(self):
        return [v.numpy() for v in self.variables]

    def set_weights(self, weights):
        variables = self.variables
        if len(weights) != len(variables):
            raise ValueError(f"{len(weights)} weights were given to {self.name!r}, which has {len(variables)}")
        for variable, value in zip(variables, weights):
            variable.assign(value)

    def count_params(self):
        return sum(v.shape.num_elements() for v in self.variables)

    # ---- Calls ----

    def _scope(self):
        return name_scope(self._scope_name())

    def _scope_name(self):
        if self._path is None:
            outer = _whygrad.current_name_scope()
            self._path = f"{outer}/{self.name}/" if outer else f"{self.name}/"
        return self._path

    def build(self, input_shape):
        """Creates the weights."""

    def build_once(self, input_shape):
        if self.built:
            return
        if self.name is None:
            raise RuntimeError(
                f"In layer {type(self).__name__!r}, you forgot to call `super().__init__()` as the first statement in the `__init__()` method."
            )
        with self._scope(), init_scope():
            self.build(input_shape)
        self.built = True
        if not self._trainable:
            self.trainable = False

    def call(self, *args, **kwargs):
        raise NotImplementedError(f"Layer {type(self).__name__} does not have a `call()` method implemented.")

    def _cast(self, value):
        """Arrays become tensors, floats those of the layer's dtype."""
        if not isinstance(value, _TENSORS):
            if isinstance(value, Layer):
                raise TypeError(
                    f"[{self.name}] called on the layer {value.name!r}, which is no tensor\n"
                    "help: call that layer too: layer(tensor); a model begins with tf.keras.Input(shape=...)"
                )
            if not hasattr(value, "__array__"):
                return value
            value = _ops["convert_to_tensor"](value)
        dtype = value.dtype
        if dtype.name == self.dtype or not (dtype.is_floating or self._casts_integers and dtype.is_integer):
            return value
        return _ops["cast"](value, self.dtype)

    def _expect_rank(self, inputs, rank, axes):
        if len(inputs.shape) != rank:
            raise ValueError(
                f'Input 0 of layer "{self.name}" is incompatible with the layer: expected ndim={rank}, found ndim={len(inputs.shape)}. '
                f"Full shape received: {tuple(inputs.shape)}\nhelp: {axes}"
            )

    def _casts(self, values):
        return _nest.map_structure(self._cast, values) if _nest.is_nested(values) else self._cast(values)

    # Runs between two large kernels with cold caches, where each line of Python costs several times what it does in a tight loop.
    def __call__(self, *args, training=None, **kwargs):
        if _functional.KerasTensor.exist and _functional.is_symbolic(args, kwargs):
            return self._call_on_stand_ins(args, kwargs if training is None else {**kwargs, "training": training})
        args = [self._casts(value) for value in args]
        if kwargs:
            kwargs = {key: self._casts(value) for key, value in kwargs.items()}
        if not self.built:
            self.build_once(shape_of(args[0] if args else next(iter(kwargs.values()))))
        outer = getattr(_context, "training", None)
        training = outer if training is None else training
        if training is not None and _takes_training(type(self)):
            kwargs["training"] = training
        _context.training = training
        scope = _whygrad.NameScope(self._scope_name())
        try:
            return as_traced(self.call)(*args, **kwargs)
        finally:
            del scope
            _context.training = outer

    def _call_on_stand_ins(self, args, kwargs):
        """Called on KerasTensors: the weights are made, and what the call gives stands for its results."""
        if not self.built:
            self.build_once(_shapes_of_stand_ins(args[0] if args else next(iter(kwargs.values()))))
        return _functional.called(self, self.__call__, args, kwargs)

    @property
    def input(self):
        """What the layer was called on, where that was once and a KerasTensor."""
        return self._only_node("input").arguments[0]

    @property
    def output(self):
        """What it gave for it."""
        return self._only_node("output").outputs

    def _only_node(self, what):
        if not self._nodes:
            raise AttributeError(
                f"The layer {self.name} has never been called and thus has no defined {what}.\nhelp: call it on tf.keras.Input or on what a layer gave for it"
            )
        return self._nodes[0]

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


_takes = {}


def _takes_training(kind):
    """Whether its call has an argument `training`."""
    if kind not in _takes:
        parameters = inspect.signature(kind.call).parameters.values()
        _takes[kind] = any(p.name == "training" or p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)
    return _takes[kind]
