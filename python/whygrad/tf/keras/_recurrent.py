"""Recurrent layers and their cells. The engine computes the steps."""

import functools

from whygrad import _nest, _whygrad
from whygrad._functions import functions as _ops
from whygrad._not_there import only as _only
from whygrad.tf.keras import activations, initializers
from whygrad.tf.keras._layer import Layer

_nn = _whygrad.nn


def _activation(identifier):
    """The name of what the engine applies by itself, or the function."""
    name, function = activations.parts(identifier)
    return name if function is None else function


def _dropped(ones_like, rate, seed):
    """The mask of a dropout that is the same in all steps: 0, or what keeps the mean."""
    return _ops["dropout"](_ops["ones_like"](ones_like), rate, seed=seed)


class _Cell(Layer):
    """What the cells share: weights, initial states and dropout.

    The input contributes x @ kernel + bias to a step, which a layer computes for all steps at once: project(). step() does the rest.
    """

    _parts = 1  # of the weights' last axis

    def __init__(
        self,
        units,
        activation,
        use_bias,
        kernel_initializer,
        recurrent_initializer,
        bias_initializer,
        regularizers,
        constraints,
        dropout,
        recurrent_dropout,
        seed,
        **kwargs,
    ):
        super().__init__(**kwargs)
        kind = type(self).__name__
        if units < 1:
            raise ValueError(f"[{kind}] units is {units}\nhelp: a layer has at least one")
        for value in regularizers:
            _only(kind, regularizer=(value, None))
        for value in constraints:
            _only(kind, constraint=(value, None))
        for name, rate in [("dropout", dropout), ("recurrent_dropout", recurrent_dropout)]:
            if not 0 <= rate < 1:
                raise ValueError(f"[{kind}] {name} is {rate}\nhelp: it is the part that is dropped, in [0, 1)")
        self.units, self.use_bias, self.activation = units, use_bias, activations.get(activation)
        self.dropout, self.recurrent_dropout, self.seed = dropout, recurrent_dropout, seed
        self._activation = _activation(activation)
        self._initializers = kernel_initializer, recurrent_initializer, bias_initializer
        self.state_size, self.output_size = units, units

    def build(self, input_shape):
        kernel, recurrent, bias = self._initializers
        self.kernel = self.add_weight((input_shape[-1], self._parts * self.units), kernel, name="kernel")
        self.recurrent_kernel = self.add_weight((self.units, self._parts * self.units), recurrent, name="recurrent_kernel")
        self.bias = self.add_weight(self._bias_shape(), self._bias_initializer(bias), name="bias") if self.use_bias else None

    def _bias_shape(self):
        return (self._parts * self.units,)

    def _bias_initializer(self, initializer):
        return initializer

    def _input_bias(self):
        return self.bias

    def get_initial_state(self, batch_size=None):
        return [_ops["zeros"]([batch_size, size], self.dtype) for size in _nest.flatten(self.state_size)]

    def masks(self, inputs, states, training):
        """The masks of the dropouts of one sequence, from one step's inputs: (for inputs, for states), None where nothing is dropped."""
        of_inputs = _dropped(inputs, self.dropout, self.seed) if training and self.dropout else None
        return of_inputs, _dropped(states[0], self.recurrent_dropout, self.seed) if training and self.recurrent_dropout else None

    def project(self, inputs):
        """What inputs contribute to a step, or to all steps of a sequence."""
        product = _ops["matmul"](inputs, self.kernel)
        bias = self._input_bias()
        return product if bias is None else _ops["bias_add"](product, bias)

    def step(self, projected, states):
        """(output, states) after a step."""
        raise NotImplementedError

    def step_masked(self, projected, states, mask):
        return self.step(projected, states if mask is None else [states[0] * mask, *states[1:]])

    def call(self, inputs, states, training=False):
        is_list = isinstance(states, (list, tuple))
        states = list(states) if is_list else [states]
        of_inputs, of_states = self.masks(inputs, states, training)
        output, states = self.step_masked(self.project(inputs if of_inputs is None else inputs * of_inputs), states, of_states)
        return output, states if is_list else states[0]


class SimpleRNNCell(_Cell):
    """activation(inputs @ kernel + bias + state @ recurrent_kernel)."""

    def __init__(
        self,
        units,
        activation="tanh",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        **kwargs,
    ):
        regularizers = kernel_regularizer, recurrent_regularizer, bias_regularizer
        constraints = kernel_constraint, recurrent_constraint, bias_constraint
        initial = kernel_initializer, recurrent_initializer, bias_initializer
        super().__init__(units, activation, use_bias, *initial, regularizers, constraints, dropout, recurrent_dropout, seed, **kwargs)

    def step(self, projected, states):
        h = _nn.simple_rnn_step(projected, states[0], self.recurrent_kernel, self._activation)
        return h, [h]


class GRUCell(_Cell):
    """A gated recurrent unit; see the engine's gru_step for the formula."""

    _parts = 3

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        reset_after=True,
        seed=None,
        **kwargs,
    ):
        regularizers = kernel_regularizer, recurrent_regularizer, bias_regularizer
        constraints = kernel_constraint, recurrent_constraint, bias_constraint
        initial = kernel_initializer, recurrent_initializer, bias_initializer
        super().__init__(units, activation, use_bias, *initial, regularizers, constraints, dropout, recurrent_dropout, seed, **kwargs)
        self.recurrent_activation, self._recurrent_activation = activations.get(recurrent_activation), _activation(recurrent_activation)
        self.reset_after = reset_after

    def _bias_shape(self):
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def _input_bias(self):
        return self.bias[0] if self.use_bias and self.reset_after else self.bias

    def step(self, projected, states):
        bias = self.bias[1] if self.use_bias and self.reset_after else None
        h = _nn.gru_step(projected, states[0], self.recurrent_kernel, self._activation, self._recurrent_activation, bias, self.reset_after)
        return h, [h]


class LSTMCell(_Cell):
    """A long short-term memory; see the engine's lstm_step for the formula."""

    _parts = 4

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        unit_forget_bias=True,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        **kwargs,
    ):
        regularizers = kernel_regularizer, recurrent_regularizer, bias_regularizer
        constraints = kernel_constraint, recurrent_constraint, bias_constraint
        initial = kernel_initializer, recurrent_initializer, bias_initializer
        super().__init__(units, activation, use_bias, *initial, regularizers, constraints, dropout, recurrent_dropout, seed, **kwargs)
        self.recurrent_activation, self._recurrent_activation = activations.get(recurrent_activation), _activation(recurrent_activation)
        self.unit_forget_bias = unit_forget_bias
        self.state_size = [units, units]

    def _bias_initializer(self, initializer):
        if not self.unit_forget_bias:
            return initializer
        found, units = initializers.get(initializer), self.units

        def with_open_forget_gate(_shape, dtype=None):
            parts = [found((units,), dtype=dtype), _ops["ones"]([units], dtype), found((2 * units,), dtype=dtype)]
            return _ops["concat"](parts, 0)

        return with_open_forget_gate

    def step(self, projected, states):
        h, c = _nn.lstm_step(projected, *states, self.recurrent_kernel, self._activation, self._recurrent_activation)
        return h, [h, c]


class StackedRNNCells(Layer):
    """Several cells, each of which takes the output of the one before."""

    def __init__(self, cells, **kwargs):
        super().__init__(**kwargs)
        if not cells:
            raise ValueError("[StackedRNNCells] there are no cells\nhelp: give at least one")
        self.cells = list(cells)

    @property
    def state_size(self):
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self):
        return self.cells[-1].output_size

    def get_initial_state(self, batch_size=None):
        return [cell.get_initial_state(batch_size) for cell in self.cells]

    def call(self, inputs, states, training=False):
        after = []
        for cell, state in zip(self.cells, states):
            inputs, state = cell(inputs, state, training=training)
            after.append(state)
        return inputs, after[0] if len(after) == 1 else after


class RNN(Layer):
    """Calls a cell for each step of [batch, steps, features] and returns the last output, or with return_sequences all of them [batch, steps, units].

    A cell has call(inputs, states) -> (output, states), a state_size, and get_initial_state(batch_size) unless the states are zeros.
    """

    def __init__(
        self,
        cell,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        zero_output_for_mask=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell, dtype=self._dtype)
        if not hasattr(cell, "state_size"):
            raise ValueError(f"[RNN] the cell {cell!r} has no state_size\nhelp: set it to the width of the state, or a list of widths")
        self.cell = cell
        self.return_sequences, self.return_state, self.go_backwards = return_sequences, return_state, go_backwards
        self.stateful, self.unroll, self.zero_output_for_mask = stateful, unroll, zero_output_for_mask
        self.states = None

    def build(self, input_shape):
        if len(input_shape) != 3:
            raise ValueError(
                f"[{self.name}] its input has the shape {tuple(input_shape)}\n"
                "help: a recurrent layer takes [batch, steps, features]; set return_sequences=True in the layer before, or add an axis"
            )
        if isinstance(self.cell, Layer):
            self.cell.build_once((input_shape[0], input_shape[2]))

    def get_initial_state(self, batch_size):
        if hasattr(self.cell, "get_initial_state"):
            return self.cell.get_initial_state(batch_size=batch_size)
        return _nest.map_structure(lambda size: _ops["zeros"]([batch_size, size], self.dtype), self.cell.state_size)

    def reset_states(self):
        """Lets a stateful layer begin with its initial state."""
        self.states = None

    reset_state = reset_states

    def _begin(self, inputs, initial_state):
        if initial_state is None:
            initial_state = self.states if self.stateful and self.states is not None else self.get_initial_state(inputs.shape[0])
        return list(initial_state) if isinstance(initial_state, (list, tuple)) else [initial_state]

    def _step_of(self, inputs, states, training):
        """The inputs of the steps, and step(inputs, states) -> (output, states)."""
        cell = self.cell
        if not isinstance(cell, _Cell):
            takes = {"training": training} if isinstance(cell, Layer) else {}
            return _ops["unstack"](inputs, axis=1), lambda x, states: cell(x, states, **takes)
        of_inputs, of_states = cell.masks(inputs[:, 0], states, training)
        if of_inputs is not None:
            inputs = inputs * of_inputs[:, None]
        return _ops["unstack"](cell.project(inputs), axis=1), lambda x, states: cell.step_masked(x, states, of_states)

    def call(self, sequences, initial_state=None, mask=None, training=False):
        states = self._begin(sequences, initial_state)
        steps, step = self._step_of(sequences, states, training)
        counts = [None] * len(steps) if mask is None else [m[:, None] for m in _ops["unstack"](_ops["cast"](mask, "bool"), axis=1)]
        if not steps:
            raise ValueError(f"[{self.name}] the input {sequences.shape} has no steps\nhelp: give at least one")
        outputs, output = [], None
        for at, counted in zip(*((reversed(steps), reversed(counts)) if self.go_backwards else (steps, counts))):
            new, after = step(at, states)
            after = _nest.pack_sequence_as(states, _nest.flatten(after))
            if counted is not None:
                before = _ops["zeros_like"](new) if output is None or self.zero_output_for_mask else output
                new = _ops["where"](counted, new, before)
                after = _nest.map_structure(functools.partial(_ops["where"], counted), after, states)
            output, states = new, after
            if self.return_sequences:
                outputs.append(output)
        if self.stateful:
            self.states = _nest.map_structure(_ops["stop_gradient"], states)
        result = _ops["stack"](outputs, axis=1) if self.return_sequences else output
        return [result, *states] if self.return_state else result


class _OfACell(RNN):
    """A layer of one kind of cell; the attributes are the cell's."""

    units = property(lambda self: self.cell.units)
    activation = property(lambda self: self.cell.activation)
    use_bias = property(lambda self: self.cell.use_bias)


class SimpleRNN(_OfACell):
    """A SimpleRNNCell along the steps of [batch, steps, features]."""

    def __init__(
        self,
        units,
        activation="tanh",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        seed=None,
        **kwargs,
    ):
        cell = SimpleRNNCell(
            units,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            name="simple_rnn_cell",
            dtype=kwargs.get("dtype"),
        )
        super().__init__(cell, return_sequences, return_state, go_backwards, stateful, unroll, activity_regularizer=activity_regularizer, **kwargs)


class GRU(_OfACell):
    """A GRUCell along the steps of [batch, steps, features]."""

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        reset_after=True,
        use_cudnn="auto",
        **kwargs,
    ):
        cell = GRUCell(
            units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            reset_after=reset_after,
            name="gru_cell",
            dtype=kwargs.get("dtype"),
        )
        super().__init__(cell, return_sequences, return_state, go_backwards, stateful, unroll, activity_regularizer=activity_regularizer, **kwargs)


class LSTM(_OfACell):
    """An LSTMCell along the steps of [batch, steps, features]."""

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="sigmoid",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        unit_forget_bias=True,
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        seed=None,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        use_cudnn="auto",
        **kwargs,
    ):
        cell = LSTMCell(
            units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            name="lstm_cell",
            dtype=kwargs.get("dtype"),
        )
        super().__init__(cell, return_sequences, return_state, go_backwards, stateful, unroll, activity_regularizer=activity_regularizer, **kwargs)


class TimeDistributed(Layer):
    """Applies a layer to each step of [batch, steps, ...]."""

    def __init__(self, layer, **kwargs):
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape):
        self.layer.build_once((input_shape[0], *input_shape[2:]))

    def call(self, inputs, training=None):
        batch, steps, *rest = inputs.shape
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
    copy = object.__new__(type(layer))
    copy.__dict__.update(_fresh(vars(layer)))
    copy.name, copy.go_backwards = f"backward_{layer.name}", not layer.go_backwards
    return copy


def _fresh(attributes):
    """The attributes of an unbuilt layer for a copy, which shares no list and no layer with it."""
    made = {}
    for key, value in attributes.items():
        if isinstance(value, Layer):
            inner = object.__new__(type(value))
            inner.__dict__.update(_fresh(vars(value)))
            value = inner
        made[key] = list(value) if isinstance(value, list) else value
    return made
