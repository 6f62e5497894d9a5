"""Model and Sequential."""

from whygrad._functions import functions as _ops
from whygrad._not_there import only
from whygrad._tape import stop_recording
from whygrad.tf.keras._layer import NO_FUNCTIONAL_API, Layer
from whygrad.tf.keras.layers import InputLayer

_WRITTEN_OUT = "whygrad has no {name} of models\nhelp: write the loop: a tf.GradientTape around the loss, optimizer.apply_gradients after it"


class Model(Layer):
    """A layer of layers: derive from it, create the layers in __init__ and use them in call."""

    def __init__(self, *args, **kwargs):
        if args or "inputs" in kwargs or "outputs" in kwargs:
            raise TypeError(NO_FUNCTIONAL_API)
        super().__init__(**kwargs)

    @property
    def layers(self):
        return self._layers()

    def build(self, input_shape):
        """Creates the weights of all layers by a call with zeros; None stands for 1."""
        if type(self).call is not Layer.call and not self.built:
            self.built = True  # so that the call below does not call build again
            with stop_recording():
                self(_ops["zeros"]([1 if extent is None else extent for extent in input_shape], dtype=self.dtype))

    def __getattr__(self, name):
        if name in ("compile", "fit", "evaluate", "predict", "train_on_batch", "save", "save_weights", "load_weights", "summary"):
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
        if not isinstance(layer, Layer):
            raise ValueError(f"Only instances of `keras.Layer` can be added to a Sequential model. Received: {layer!r} (of type {type(layer)})")
        self._items.append(layer)

    def _build_if_known(self):
        declared = self._items[0]._declared_input if self._items else None
        if declared is not None and None not in declared:
            self.build_once((None, *declared))

    def call(self, inputs, training=None, mask=None):
        only("Sequential", mask_zero=(mask, None))
        outputs = inputs
        for layer in self._items:
            outputs = layer(outputs, training=training)
        return outputs
