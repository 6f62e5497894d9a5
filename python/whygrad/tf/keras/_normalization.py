"""Layers that normalise: each example by itself, and therefore alike in training and after it."""

from whygrad._functions import functions as _ops
from whygrad._not_there import only
from whygrad.tf.keras import initializers
from whygrad.tf.keras._layer import Layer


def _axes(axis, rank):
    """Axes from the front, in order."""
    given = axis if isinstance(axis, (list, tuple)) else [axis]
    return sorted({int(a) % rank for a in given})


class _Scaled(Layer):
    """Has a scale gamma and an offset beta, where they are wanted."""

    def __init__(
        self,
        axis,
        epsilon,
        center,
        scale,
        beta_initializer,
        gamma_initializer,
        beta_regularizer,
        gamma_regularizer,
        beta_constraint,
        gamma_constraint,
        **kwargs,
    ):
        super().__init__(**kwargs)
        for regularizer, constraint in ((beta_regularizer, beta_constraint), (gamma_regularizer, gamma_constraint)):
            only(type(self).__name__, regularizer=(regularizer, None), constraint=(constraint, None))
        self.axis, self.epsilon, self.center, self.scale = axis, epsilon, center, scale
        self._initial = initializers.get(gamma_initializer), initializers.get(beta_initializer)
        self.gamma = self.beta = None

    def _make(self, shape):
        if self.scale:
            self.gamma = self.add_weight(shape, self._initial[0], name="gamma")
        if self.center:
            self.beta = self.add_weight(shape, self._initial[1], name="beta")

    def _scaled(self, normalised, shape):
        if self.gamma is not None:
            normalised = normalised * _ops["reshape"](self.gamma, shape)
        return normalised if self.beta is None else normalised + _ops["reshape"](self.beta, shape)


def _wide(inputs):
    """Half precision as float32: its squares overflow."""
    return _ops["cast"](inputs, "float32") if inputs.dtype.name in ("float16", "bfloat16") else inputs


def _normalised(inputs, axes, epsilon):
    wide = _wide(inputs)
    apart = wide - _ops["reduce_mean"](wide, axes, True)
    return _ops["cast"](apart * _ops["rsqrt"](_ops["reduce_mean"](_ops["square"](apart), axes, True) + epsilon), inputs.dtype)


class LayerNormalization(_Scaled):
    """Mean beta and deviation gamma along the axes, of each example."""

    def __init__(
        self,
        axis=-1,
        epsilon=0.001,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        weights = beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint
        super().__init__(axis, epsilon, center, scale, *weights, **kwargs)

    def build(self, input_shape):
        self._make([input_shape[a] for a in _axes(self.axis, len(input_shape))])

    def call(self, inputs):
        axes = _axes(self.axis, len(inputs.shape))
        return self._scaled(_normalised(inputs, axes, self.epsilon), [n if a in axes else 1 for a, n in enumerate(inputs.shape.as_list())])


class GroupNormalization(_Scaled):
    """Each group of channels with mean 0 and deviation 1, then beta and gamma for each channel. groups=-1: each channel by itself."""

    def __init__(
        self,
        groups=32,
        axis=-1,
        epsilon=0.001,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        weights = beta_initializer, gamma_initializer, beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint
        super().__init__(axis, epsilon, center, scale, *weights, **kwargs)
        self.groups = groups

    def build(self, input_shape):
        channels = input_shape[self.axis]
        self._count = channels if self.groups == -1 else self.groups
        if channels % self._count:
            raise ValueError(
                f"[GroupNormalization] {channels} channels make no {self.groups} groups of one size\n"
                "help: the number of groups divides the number of channels; groups=-1 makes one of each channel"
            )
        self._make([channels])

    def call(self, inputs):
        shape = inputs.shape.as_list()
        channels = self.axis % len(shape)
        grouped = [*shape[:channels], self._count, shape[channels] // self._count, *shape[channels + 1 :]]
        axes = [a for a in range(1, len(grouped)) if a != channels]
        normalised = _ops["reshape"](_normalised(_ops["reshape"](inputs, grouped), axes, self.epsilon), shape)
        return self._scaled(normalised, [n if a == channels else 1 for a, n in enumerate(shape)])


class RMSNormalization(Layer):
    """Divided by the root of the mean square along the axes, times a scale."""

    def __init__(self, axis=-1, epsilon=1e-6, **kwargs):
        super().__init__(**kwargs)
        self.axis, self.epsilon = axis, epsilon

    def build(self, input_shape):
        self.scale = self.add_weight([input_shape[a] for a in _axes(self.axis, len(input_shape))], "ones", name="scale")

    def call(self, inputs):
        axes = _axes(self.axis, len(inputs.shape))
        wide = _wide(inputs)
        normalised = wide * _ops["rsqrt"](_ops["reduce_mean"](_ops["square"](wide), axes, True) + self.epsilon)
        return _ops["cast"](normalised, inputs.dtype) * _ops["reshape"](
            self.scale, [n if a in axes else 1 for a, n in enumerate(inputs.shape.as_list())]
        )


class UnitNormalization(Layer):
    """Of Euclidean norm 1 along the axes."""

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        return _ops["l2_normalize"](inputs, list(self.axis) if isinstance(self.axis, (list, tuple)) else self.axis, 1e-12)
