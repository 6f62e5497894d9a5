"""The cells of recurrent layers. The engine computes the steps."""

from whygrad import _nest, _whygrad
from whygrad._functions import functions as _ops
from whygrad.tf.keras import activations, initializers
from whygrad.tf.keras._draws import Draws
from whygrad.tf.keras._layer import Layer, check_weights

_nn = _whygrad.nn


def _activation(identifier):
    """The name of what the engine applies by itself, or the function."""
    name, function = activations.parts(identifier)
    return name if function is None else function


class Cell(Layer):
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
        check_weights(kind, regularizers, constraints)
        for name, rate in [("dropout", dropout), ("recurrent_dropout", recurrent_dropout)]:
            if not 0 <= rate < 1:
                raise ValueError(f"[{kind}] {name} is {rate}\nhelp: it is the part that is dropped, in [0, 1)")
        self.units, self.use_bias, self.activation = units, use_bias, activations.get(activation)
        self.dropout, self.recurrent_dropout, self.seed, self._draws = dropout, recurrent_dropout, seed, Draws(seed)
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
        """The masks of the dropouts, the same in all steps of a sequence: (for inputs, for states), None where nothing is dropped."""

        def mask_of(value, rate):
            return self._draws.dropped(value.shape, rate, value.dtype) if training and rate else None

        return mask_of(inputs, self.dropout), mask_of(states[0], self.recurrent_dropout)

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
        output, states = self.call_masked(inputs, states, self.masks(inputs, states, training))
        return output, states if is_list else states[0]

    def call_masked(self, inputs, states, masks):
        of_inputs, of_states = masks
        return self.step_masked(self.project(inputs if of_inputs is None else inputs * of_inputs), states, of_states)


class SimpleRNNCell(Cell):
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


class GRUCell(Cell):
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


class LSTMCell(Cell):
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

    def build(self, input_shape):
        for cell in self.cells:
            if isinstance(cell, Layer):
                cell.build_once(input_shape)
            input_shape = (input_shape[0], getattr(cell, "output_size", None) or _nest.flatten(cell.state_size)[0])

    def call(self, inputs, states, training=False):
        outputs, after = self.steps(training)(inputs, states)
        return outputs, after[0] if len(after) == 1 else after

    def steps(self, training):
        """step(inputs, states) -> (output, states) for the steps of one sequence, in which the masks of dropouts stay the same."""
        masks = {}

        def step(inputs, states):
            after = []
            for cell, state in zip(self.cells, states):
                if isinstance(cell, Cell) and isinstance(state, (list, tuple)):
                    if cell not in masks:
                        masks[cell] = cell.masks(inputs, state, training)
                    inputs, state = cell.call_masked(inputs, list(state), masks[cell])
                else:
                    inputs, state = cell(inputs, state, **({"training": training} if isinstance(cell, Layer) else {}))
                after.append(state)
            return inputs, after

        return step
