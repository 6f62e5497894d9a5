"""Layers around other layers: TimeDistributed, Bidirectional."""

from whygrad._functions import functions as _ops
from whygrad._not_there import only as _only
from whygrad.tf.keras._layer import Layer
from whygrad.tf.keras._recurrent import RNN


class TimeDistributed(Layer):
    """Applies a layer to each step of [batch, steps, ...]."""

    def __init__(self, layer, **kwargs):
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape):
        self.layer.build_once((input_shape[0], *input_shape[2:]))

    def call(self, inputs, training=None):
        batch, steps, *rest = inputs.shape
        if training and self.layer.non_trainable_variables:  # statistics are of one step, and move from step to step
            return _ops["stack"]([self.layer(step, training=training) for step in _ops["unstack"](inputs, axis=1)], axis=1)
        made = self.layer(_ops["reshape"](inputs, [batch * steps, *rest]), training=training)
        return _ops["reshape"](made, [batch, steps, *list(made.shape)[1:]])


class Bidirectional(Layer):
    """A recurrent layer forward and a copy of it backward. merge_mode: concat, sum, ave, mul, or None for a list of both."""

    def __init__(self, layer, merge_mode="concat", weights=None, backward_layer=None, **kwargs):
        super().__init__(**kwargs)
        if merge_mode not in ("sum", "mul", "ave", "concat", None):
            raise ValueError(f"[Bidirectional] merge_mode is {merge_mode!r}\nhelp: it is 'sum', 'mul', 'ave', 'concat' or None")
        _only("Bidirectional", weights=(weights, None))
        self.forward_layer, self.merge_mode = layer, merge_mode
        self.backward_layer = _reversed_copy(layer) if backward_layer is None else backward_layer
        for each in (self.forward_layer, self.backward_layer):
            each.zero_output_for_mask = each.return_sequences
        if self.backward_layer.go_backwards == layer.go_backwards:
            raise ValueError("[Bidirectional] both layers go in the same direction\nhelp: give the backward layer go_backwards=True")
        self.return_sequences, self.return_state = layer.return_sequences, layer.return_state

    def build(self, input_shape):
        self.forward_layer.build_once(input_shape)
        self.backward_layer.build_once(input_shape)

    def call(self, sequences, initial_state=None, mask=None, training=False):
        half = None if initial_state is None else len(initial_state) // 2
        states = (None, None) if half is None else (initial_state[:half], initial_state[half:])
        forward = self.forward_layer(sequences, initial_state=states[0], mask=mask, training=training)
        backward = self.backward_layer(sequences, initial_state=states[1], mask=mask, training=training)
        more = []
        if self.return_state:
            (forward, *after), (backward, *after_backward) = forward, backward
            more = after + after_backward
        if self.return_sequences:
            backward = _ops["reverse"](backward, [1])
        merged = self._merged(forward, backward)
        return [merged, *more] if more and self.merge_mode else [*merged, *more] if more else merged

    def _merged(self, forward, backward):
        if self.merge_mode == "concat":
            return _ops["concat"]([forward, backward], -1)
        if self.merge_mode is None:
            return [forward, backward]
        if self.merge_mode == "mul":
            return forward * backward
        total = forward + backward
        return total if self.merge_mode == "sum" else total * 0.5


def _reversed_copy(layer):
    """A layer as this one before it was built, in the other direction."""
    if not isinstance(layer, RNN) or layer.built:
        raise ValueError(
            f"[Bidirectional] no backward copy of {layer!r} can be made\nhelp: give a recurrent layer that was not called yet, or backward_layer=..."
        )
    copy = _fresh(layer, {})
    copy.name, copy.go_backwards = f"backward_{layer.name}", not layer.go_backwards
    return copy


def _fresh(value, copies):
    """A copy of an attribute of an unbuilt layer, which shares no list and no layer with it. A layer that is held twice is copied once."""
    if isinstance(value, list):
        return [_fresh(part, copies) for part in value]
    if not isinstance(value, Layer):
        return value
    if id(value) not in copies:
        made = copies[id(value)] = object.__new__(type(value))
        made.__dict__.update({key: _fresh(part, copies) for key, part in vars(value).items()})
    return copies[id(value)]
