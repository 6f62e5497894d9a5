"""Recurrent layers: what walks the steps of a sequence."""

import functools

from whygrad import _nest
from whygrad._functions import functions as _ops
from whygrad.tf.keras._cells import Cell, GRUCell, LSTMCell, SimpleRNNCell, StackedRNNCells
from whygrad.tf.keras._layer import Layer


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
        if isinstance(cell, StackedRNNCells):
            return _ops["unstack"](inputs, axis=1), cell.steps(training)
        if not isinstance(cell, Cell):
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
