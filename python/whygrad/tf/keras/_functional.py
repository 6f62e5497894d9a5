"""Keras's functional API: layers called on stand-ins of tensors, whose calls a model repeats with tensors.

A KerasTensor knows the call (a Node) that made it. A functional model keeps the calls that lead from its inputs to its outputs and makes them anew, with tensors, each
time it is called; called on KerasTensors it is a call itself, so models stand in models, and a layer that is called several times shares its weights.

The shapes of results come from a trace of the layer: nothing is computed. An open extent, such as that of the batch, is tried with two numbers, and is open in the
result where the two differ.
"""

from whygrad import _nest, _whygrad
from whygrad._functions import functions as _ops
from whygrad._shape import TensorShape
from whygrad._tape import stop_recording
from whygrad.dtypes import as_dtype

_OPEN = (2, 3)  # what stands for an open extent, once and once again


class KerasTensor:
    """The place of a tensor in a functional model: its shape, with None for what is open, and its dtype."""

    exist = False  # before the first one no call of a layer looks for them

    def __init__(self, shape, dtype="float32", sparse=False, ragged=False, record_history=True, name=None):
        self.shape, self.dtype, self.sparse = tuple(shape), as_dtype(dtype).name, sparse
        self.name = name or "keras_tensor"
        self._ragged, self._records = ragged, record_history
        self.node = self.index = None
        KerasTensor.exist = True

    @property
    def ndim(self):
        return len(self.shape)

    def get_shape(self):
        return TensorShape(self.shape)

    def __repr__(self):
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, sparse={self.sparse}, name={self.name}>"

    def __tf_tensor__(self, dtype=None, name=None):
        raise ValueError(
            "A KerasTensor cannot be used as input to a TensorFlow function: it has no elements, and stands for a tensor while a model is put together\n"
            "help: call a layer on it, or put the function into one: tf.keras.layers.Lambda(lambda x: tf.square(x))(tensor)"
        )

    def __bool__(self):
        raise TypeError("A symbolic KerasTensor cannot be used as a boolean.\nhelp: choose with tf.where or tf.cond, in a layer")

    def __iter__(self):
        raise TypeError("Cannot iterate over a symbolic KerasTensor.\nhelp: take its parts by number: x[:, 0]")

    def __array__(self, dtype=None, copy=None):
        raise ValueError("A KerasTensor is symbolic: it has no elements\nhelp: call the model on numbers")

    def __getitem__(self, key):
        return _operation("GetItem", lambda x: x[key], self)

    def __neg__(self):
        return _operation("Negative", lambda x: -x, self)

    def __abs__(self):
        return _operation("Absolute", abs, self)


def _operation(kind, function, *operands):
    from whygrad.tf.keras import layers

    return layers._Operation(kind, function)(*operands)


def _operator(kind, name):
    def forward(self, other):
        return _operation(kind, lambda x, y: getattr(_ops["convert_to_tensor"](x), name)(y), self, other)

    def backward(self, other):
        swapped = name[:2] + "r" + name[2:]
        return _operation(kind, lambda x: getattr(x, swapped)(other), self)

    return forward, backward


for _kind, _name in (
    ("Add", "__add__"),
    ("Subtract", "__sub__"),
    ("Multiply", "__mul__"),
    ("TrueDivide", "__truediv__"),
    ("FloorDivide", "__floordiv__"),
    ("Mod", "__mod__"),
    ("Power", "__pow__"),
    ("Matmul", "__matmul__"),
):
    _forward, _backward = _operator(_kind, _name)
    setattr(KerasTensor, _name, _forward)
    setattr(KerasTensor, _name[:2] + "r" + _name[2:], _backward)
for _kind, _name in (("Less", "__lt__"), ("LessEqual", "__le__"), ("Greater", "__gt__"), ("GreaterEqual", "__ge__")):
    setattr(KerasTensor, _name, _operator(_kind, _name)[0])


class Node:
    """One call of a layer: what it was given, and the stand-ins of what it gives."""

    def __init__(self, layer, arguments, keywords):
        self.layer, self.arguments, self.keywords = layer, arguments, keywords
        self.outputs = None

    def inputs(self):
        return [leaf for leaf in _nest.flatten([self.arguments, self.keywords]) if isinstance(leaf, KerasTensor)]

    def gives(self, outputs):
        self.outputs = outputs
        for index, tensor in enumerate(_nest.flatten(outputs)):
            tensor.node, tensor.index = self, index
        self.layer._nodes.append(self)
        return outputs

    def call(self, values, training):
        """The layer's results for these tensors, by the identity of the stand-ins."""
        arguments, keywords = _replaced(self.arguments, values), _replaced(self.keywords, values)
        return self.layer(*arguments, **{"training": training, **keywords})


def _replaced(structure, values):
    return _nest.map_structure(lambda leaf: values[id(leaf)] if isinstance(leaf, KerasTensor) else leaf, structure) if structure else structure


def is_symbolic(arguments, keywords):
    """Whether a KerasTensor is among the arguments of a call."""
    return any(isinstance(leaf, KerasTensor) for leaf in _nest.flatten([list(arguments), keywords]))


def _zeros(tensor, open_extent):
    """Zeros that take no memory."""
    shape = [open_extent if extent is None else extent for extent in tensor.shape]
    return _ops["broadcast_to"](_ops["zeros"]([], tensor.dtype), shape)


def _results(layer, call, arguments, keywords, open_extent):
    """[(shape, dtype)] of a call's results, and their structure."""
    stands = [leaf for leaf in _nest.flatten([arguments, keywords]) if isinstance(leaf, KerasTensor)]
    seen = []

    def body(given):
        values = {id(stand): value for stand, value in zip(stands, given)}
        outputs = call(*_replaced(arguments, values), **_replaced(keywords, values))
        leaves = [_ops["convert_to_tensor"](leaf) for leaf in _nest.flatten(outputs)]
        seen[:] = [outputs, [(tuple(leaf.shape), leaf.dtype.name) for leaf in leaves]]
        return leaves

    _whygrad.Traced(layer.name, [_zeros(stand, open_extent) for stand in stands], body)
    structure, leaves = seen
    return _nest.map_structure(lambda _: None, structure) if _nest.is_nested(structure) else None, leaves


def _build_inner(layer, call, node):
    """Weights of layers inside are made by a call with zeros: a trace has no numbers to begin with."""
    if all(inner.built for inner in layer._all_layers()):
        return
    values = {id(stand): _zeros(stand, 1) for stand in node.inputs()}
    with stop_recording():
        call(*_replaced(node.arguments, values), **_replaced(node.keywords, values))


def called(layer, call, arguments, keywords):
    """The stand-ins of what a layer gives for stand-ins. `call` is the layer's own call with tensors."""
    node = Node(layer, list(arguments), dict(keywords))
    _build_inner(layer, call, node)
    structure, first = _results(layer, call, node.arguments, node.keywords, _OPEN[0])
    second = first
    if any(None in stand.shape for stand in node.inputs()):
        _, second = _results(layer, call, node.arguments, node.keywords, _OPEN[1])
    outputs = []
    for (shape, dtype), (other, _) in zip(first, second):
        outputs.append(KerasTensor([a if a == b else None for a, b in zip(shape, other)], dtype, name=f"keras_tensor_of_{layer.name}"))
    return node.gives(outputs[0] if structure is None else _nest.pack_sequence_as(structure, outputs))


class Graph:
    """The calls that lead from inputs to outputs, in an order in which each comes after those that it needs."""

    def __init__(self, inputs, outputs, name):
        self.inputs, self.outputs = inputs, outputs
        self.name = name
        for leaf in _nest.flatten([inputs, outputs]):
            if not isinstance(leaf, KerasTensor):
                raise ValueError(
                    f"[{name}] inputs and outputs of a functional model are KerasTensors, and one is {type(leaf).__name__}\n"
                    "help: begin with tf.keras.Input and give what layers return for it"
                )
        known = {id(leaf) for leaf in _nest.flatten(inputs)}
        self.nodes = self._ordered(known)

    def _ordered(self, known):
        """Depth first from the outputs, without recursion."""
        ordered, entered = [], set()
        waiting = [(leaf, False) for leaf in reversed(_nest.flatten(self.outputs))]
        while waiting:
            tensor, done = waiting.pop()
            node = tensor.node
            if id(tensor) in known or (not done and id(node) in entered):
                continue
            if done:
                ordered.append(node)
                continue
            if node is None or not node.inputs():
                raise ValueError(
                    f"[{self.name}] `inputs` not connected to `outputs`: {tensor!r} is needed and is no input\n"
                    "help: list it among the inputs of the model, or compute the outputs from the inputs"
                )
            entered.add(id(node))
            waiting.append((tensor, True))
            waiting += [(leaf, False) for leaf in reversed(node.inputs())]
        return ordered

    def layers(self):
        """Those of the inputs, and those that are called, each once."""
        found = {id(leaf.node.layer): leaf.node.layer for leaf in _nest.flatten(self.inputs) if leaf.node is not None}
        found.update((id(node.layer), node.layer) for node in self.nodes)
        return list(found.values())

    def run(self, inputs, training=None):
        values = {id(stand): value for stand, value in zip(_nest.flatten(self.inputs), self._sorted(inputs))}
        for node in self.nodes:
            results = _nest.flatten(node.call(values, training))
            values.update((id(stand), value) for stand, value in zip(_nest.flatten(node.outputs), results))
        outputs = _nest.flatten(self.outputs)
        found = [values[id(stand)] for stand in outputs]
        return _nest.pack_sequence_as(self.outputs, found) if _nest.is_nested(self.outputs) else found[0]

    def _sorted(self, inputs):
        """The tensors of a call in the order of the model's inputs, by name where a dict is given."""
        stands = _nest.flatten(self.inputs)
        if isinstance(inputs, dict) and not isinstance(self.inputs, dict):
            names = [stand.name for stand in stands]
            lacking = [name for name in names if name not in inputs]
            if lacking:
                raise ValueError(f"[{self.name}] the inputs {', '.join(lacking)} are missing\nhelp: the model takes {', '.join(names)}")
            given = [inputs[name] for name in names]
        else:
            given = _nest.flatten(inputs)
        if len(given) != len(stands):
            raise ValueError(
                f"[{self.name}] {len(given)} tensors are given, and the model takes {len(stands)}\nhelp: give one for each input, in a list"
            )
        return [self._fitting(stand, value) for stand, value in zip(stands, given)]

    def _fitting(self, stand, value):
        shape = tuple(value.shape)
        if len(shape) == len(stand.shape) - 1 and stand.shape[-1] == 1:  # Keras adds a last axis of 1
            value, shape = _ops["expand_dims"](value, -1), (*shape, 1)
        elif len(shape) == len(stand.shape) + 1 and shape[-1] == 1:
            value, shape = _ops["squeeze"](value, -1), shape[:-1]
        fits = len(shape) == len(stand.shape) and all(own is None or own == extent for own, extent in zip(stand.shape, shape))
        if not fits:
            raise ValueError(
                f'Input 0 of layer "{self.name}" is incompatible with the layer: expected shape={stand.shape}, found shape={shape}\n'
                "help: give a tensor of that shape; None stands for any extent, and the first one is the batch"
            )
        dtype = stand.dtype
        return value if value.dtype.name == dtype else _ops["cast"](value, dtype)


def summary(model, line_length, positions, print_fn, expand_nested, show_trainable, layer_range):
    """Writes the layers, the shapes of their results and their numbers of weights."""
    rows = _rows(model, expand_nested, show_trainable, layer_range)
    heads = ["Layer (type)", "Output Shape", "Param #", *(["Trainable"] if show_trainable else [])]
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    if positions:
        edges = [0, *[int(p * (line_length or 100)) if p <= 1 else int(p) for p in positions]]
        widths = [max(width, edges[i + 1] - edges[i] - 2) if i + 1 < len(edges) else width for i, width in enumerate(widths)]
    width = max(line_length or 0, sum(widths) + 2 * (len(widths) - 1))

    def count(variables):
        return sum(v.shape.num_elements() for v in variables)

    trained, fixed = count(model.trainable_variables), count(model.non_trainable_variables)
    lines = [f'Model: "{model.name}"', "-" * width]
    lines += ["  ".join(cell.ljust(w) for cell, w in zip(row, widths)).rstrip() for row in [heads, *rows]]
    lines += ["-" * width, f" Total params: {trained + fixed:,}", f" Trainable params: {trained:,}", f" Non-trainable params: {fixed:,}"]
    write = print_fn or print
    for line in lines:
        write(line)


def _rows(model, expand_nested, show_trainable, layer_range, indent=""):
    layers = model.layers
    if layer_range is not None:
        names = [layer.name for layer in layers]
        layers = layers[names.index(layer_range[0]) : names.index(layer_range[1]) + 1]
    rows = []
    for layer in layers:
        shapes = [str(stand.shape) for stand in _nest.flatten(layer._nodes[0].outputs)] if layer._nodes else ["?"]
        params = sum(v.shape.num_elements() for v in layer.variables)
        rows.append(
            [
                f"{indent}{layer.name} ({type(layer).__name__})",
                ", ".join(shapes),
                f"{params:,}",
                *(["Y" if layer.trainable else "N"] if show_trainable else []),
            ]
        )
        if expand_nested and hasattr(layer, "layers"):
            rows += _rows(layer, True, show_trainable, None, indent + "  ")
    return rows
