"""Model and Sequential."""

from whygrad import _nest
from whygrad._functions import functions as _ops
from whygrad._not_there import only
from whygrad._tape import stop_recording
from whygrad.tf.keras import _functional
from whygrad.tf.keras._layer import Layer, unique_name
from whygrad.tf.keras.layers import Input, InputLayer

_WRITTEN_OUT = "whygrad has no {name} of models\nhelp: write the loop: a tf.GradientTape around the loss, optimizer.apply_gradients after it"


class Model(Layer):
    """A layer of layers: derive from it, create the layers in __init__ and use them in call; or Model(inputs, outputs), of the calls between these."""

    def __init__(self, *args, **kwargs):
        graph = None
        if args or "inputs" in kwargs or "outputs" in kwargs:
            named = dict(zip(("inputs", "outputs", "name"), args))
            kwargs = {**named, **kwargs}
            if "inputs" not in kwargs or "outputs" not in kwargs:
                raise TypeError(f"[{type(self).__name__}] a functional model needs inputs and outputs\nhelp: write tf.keras.Model(inputs, outputs)")
            graph = kwargs.pop("inputs"), kwargs.pop("outputs")
        super().__init__(**kwargs)
        self._graph = None
        if graph is not None:
            if "name" not in kwargs or kwargs["name"] is None:
                self.name = unique_name("Functional" if type(self) is Model else type(self).__name__)
            self._graph = _functional.Graph(*graph, self.name)
            self._own_layers = self._graph.layers()
            self.built = True

    @property
    def layers(self):
        return self._own_layers if self._graph is not None else self._layers()

    @property
    def inputs(self):
        """The KerasTensors that it begins with, in a list."""
        return _nest.flatten(self.input)

    @property
    def outputs(self):
        return _nest.flatten(self.output)

    @property
    def input(self):
        return self._graph.inputs if self._graph is not None else super().input

    @property
    def output(self):
        return self._graph.outputs if self._graph is not None else super().output

    @property
    def input_shape(self):
        shapes = [stand.shape for stand in self.inputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self):
        shapes = [stand.shape for stand in self.outputs]
        return shapes[0] if len(shapes) == 1 else shapes

    def get_layer(self, name=None, index=None):
        """The layer of this name, or at this place."""
        if (name is None) == (index is None):
            raise ValueError("[get_layer] give one of name and index\nhelp: model.get_layer('dense')")
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(f"Was asked to retrieve layer at index {index} but model only has {len(layers)} layers.")
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        raise ValueError(f"No such layer: {name}. Existing layers are: {[layer.name for layer in layers]}.")

    def summary(self, line_length=None, positions=None, print_fn=None, expand_nested=False, show_trainable=False, layer_range=None):
        """Writes the layers, the shapes of their results and their numbers of weights."""
        _functional.summary(self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range)

    def call(self, inputs, training=None, mask=None):
        only("Model", mask_zero=(mask, None))
        if self._graph is None:
            raise NotImplementedError(f"Model {type(self).__name__} does not have a `call()` method implemented.")
        return self._graph.run(inputs, training)

    def build(self, input_shape):
        """Creates the weights of all layers by a call with zeros; None stands for 1."""
        if type(self).call is not Model.call and not self.built:
            self.built = True  # so that the call below does not call build again
            with stop_recording():
                self(_ops["zeros"]([1 if extent is None else extent for extent in input_shape], dtype=self.dtype))

    def __getattr__(self, name):
        if name in ("compile", "fit", "evaluate", "predict", "train_on_batch", "save", "save_weights", "load_weights"):
            raise AttributeError(_WRITTEN_OUT.format(name=name))
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


class Sequential(Model):
    """Layers applied one after the other. The first call creates the weights, or the constructor if the first item gives the shape of the input."""

    def __init__(self, layers=None, trainable=True, name=None, **kwargs):
        super().__init__(trainable=trainable, name=name, **kwargs)
        self._items = []
        for layer in layers or []:
            self._append(layer)
        self._build_if_known()

    @property
    def layers(self):
        return [layer for layer in self._items if not isinstance(layer, InputLayer)]

    def add(self, layer, rebuild=True):
        only("add", rebuild=(rebuild, True))
        self._append(layer)
        self.built = False
        self._build_if_known()

    def _append(self, layer):
        if isinstance(layer, _functional.KerasTensor):
            layer = layer.node.layer
        if not isinstance(layer, Layer):
            raise ValueError(f"Only instances of `keras.Layer` can be added to a Sequential model. Received: {layer!r} (of type {type(layer)})")
        self._items.append(layer)

    def _build_if_known(self):
        declared = self._items[0]._declared_input if self._items else None
        if declared is not None and None not in declared:
            self.build_once((None, *declared))

    @property
    def input(self):
        return self._ends()[0]

    @property
    def output(self):
        return self._ends()[1]

    def _ends(self):
        """The KerasTensors of input and output, for which the layers are called one after the other."""
        if self._nodes:
            return self._nodes[0].arguments[0], self._nodes[0].outputs
        if "_of_its_own" not in vars(self):
            declared = self._items[0]._declared_input if self._items else None
            if declared is None:
                raise AttributeError(f"Sequential model '{self.name}' has no defined input.\nhelp: begin it with tf.keras.Input(shape=...)")
            first = Input(shape=declared)
            outputs = first
            for layer in self.layers:
                outputs = layer(outputs)
            self._of_its_own = first, outputs
        return self._of_its_own

    def call(self, inputs, training=None, mask=None):
        only("Sequential", mask_zero=(mask, None))
        outputs = inputs
        for layer in self._items:
            outputs = layer(outputs, training=training)
        return outputs
