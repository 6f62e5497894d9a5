"""Layers without weights: other shapes, means over places, activations, noise."""

from whygrad._functions import functions as _ops
from whygrad.tf.keras import activations, initializers
from whygrad.tf.keras._draws import Draws
from whygrad.tf.keras._layer import Layer


def check_format(data_format):
    if data_format not in (None, "channels_last"):
        raise ValueError(f"whygrad has images [batch, height, width, channels] only, and data_format is {data_format!r}\nhelp: transpose the images")


class Reshape(Layer):
    """Each example in another shape; one extent may be -1."""

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        self.target_shape = (target_shape,) if isinstance(target_shape, int) else tuple(target_shape)

    def call(self, inputs):
        return _ops["reshape"](inputs, [inputs.shape[0], *self.target_shape])


class Permute(Layer):
    """The axes of each example in another order, counted from 1."""

    def __init__(self, dims, **kwargs):
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(f"Invalid permutation argument `dims` for Permute Layer. Received: dims={dims}\nhelp: dims are 1, 2, ... in any order")

    def call(self, inputs):
        return _ops["transpose"](inputs, [0, *self.dims])


class RepeatVector(Layer):
    """[batch, features] n times: [batch, n, features]."""

    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        if not isinstance(n, int):
            raise TypeError(f"Expected an integer value for `n`, got {type(n)}.")
        if n < 1:
            raise ValueError(f"[RepeatVector] n is {n}\nhelp: it is at least 1")
        self.n = n

    def call(self, inputs):
        self._expect_rank(inputs, 2, "the axes are the batch and the features")
        return _ops["repeat"](_ops["expand_dims"](inputs, 1), self.n, axis=1)


class Rescaling(Layer):
    """inputs * scale + offset."""

    _casts_integers = True

    def __init__(self, scale, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        self.scale, self.offset = scale, offset

    def call(self, inputs):
        scale, offset = (_ops["cast"](_ops["convert_to_tensor"](value), self.dtype) for value in (self.scale, self.offset))
        return inputs * scale + offset


class Identity(Layer):
    """What it is given."""

    def call(self, inputs):
        return inputs


class ReLU(Layer):
    """As tf.keras.activations.relu."""

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        super().__init__(**kwargs)
        if (max_value is not None and max_value < 0) or negative_slope is None or negative_slope < 0 or threshold is None or threshold < 0:
            raise ValueError(f"[ReLU] max_value={max_value}, negative_slope={negative_slope}, threshold={threshold}\nhelp: none of them is below 0")
        self._options = negative_slope, max_value, threshold

    def call(self, inputs):
        return activations.relu(inputs, *self._options)


class LeakyReLU(Layer):
    """inputs, and negative_slope * inputs below 0."""

    def __init__(self, negative_slope=0.3, **kwargs):
        super().__init__(**kwargs)
        self.negative_slope = negative_slope

    def call(self, inputs):
        return activations.leaky_relu(inputs, self.negative_slope)


class ELU(Layer):
    """inputs, and alpha * (e^inputs - 1) below 0."""

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs):
        return activations.elu(inputs, self.alpha)


class PReLU(Layer):
    """inputs, and alpha * inputs below 0, with an alpha that is learned for each place; one for all along the shared axes."""

    def __init__(self, alpha_initializer="Zeros", alpha_regularizer=None, alpha_constraint=None, shared_axes=None, **kwargs):
        super().__init__(**kwargs)
        from whygrad._not_there import only

        only("PReLU", regularizer=(alpha_regularizer, None), constraint=(alpha_constraint, None))
        self._initial = initializers.get(alpha_initializer)
        self.shared_axes = [] if shared_axes is None else [shared_axes] if isinstance(shared_axes, int) else list(shared_axes)

    def build(self, input_shape):
        shape = [1 if axis in self.shared_axes else extent for axis, extent in enumerate(input_shape)][1:]
        self.alpha = self.add_weight(shape, self._initial, name="alpha")

    def call(self, inputs):
        return activations.relu(inputs) - self.alpha * activations.relu(-inputs)


# ---- Means and maxima over all places ----


class _Global(Layer):
    _fold, _rank = "reduce_mean", 4

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        check_format(data_format)
        self.keepdims = keepdims

    def call(self, inputs):
        self._expect_rank(inputs, self._rank, f"the axes are the batch, {self._rank - 2} of places, and the channels")
        return _ops[self._fold](inputs, list(range(1, self._rank - 1)), self.keepdims)


class GlobalAveragePooling1D(_Global):
    """The mean over all places of a row."""

    _rank = 3


class GlobalAveragePooling2D(_Global):
    """The mean over all places of an image."""


class GlobalAveragePooling3D(_Global):
    """The mean over all places of a volume."""

    _rank = 5


class GlobalMaxPooling1D(_Global):
    """The largest of all places of a row."""

    _fold, _rank = "reduce_max", 3


class GlobalMaxPooling2D(_Global):
    """The largest of all places of an image."""

    _fold = "reduce_max"


class GlobalMaxPooling3D(_Global):
    """The largest of all places of a volume."""

    _fold, _rank = "reduce_max", 5


# ---- Larger and smaller ----


def _pairs(value, count, name):
    """[(before, after)] for each axis: of one number, a number for each axis, or pairs."""
    if isinstance(value, int):
        return [(value, value)] * count
    value = list(value)
    if count == 1 and len(value) == 2 and all(isinstance(v, int) for v in value):
        return [tuple(value)]
    if len(value) == count and all(isinstance(v, int) for v in value):
        return [(v, v) for v in value]
    if len(value) == count and all(len(tuple(v)) == 2 for v in value):
        return [tuple(v) for v in value]
    raise ValueError(f"[{name}] {value} is nothing for {count} axes\nhelp: give a number, one for each axis, or a pair for each axis")


class ZeroPadding1D(Layer):
    """Zeros before and behind each row."""

    def __init__(self, padding=1, data_format=None, **kwargs):
        super().__init__(**kwargs)
        check_format(data_format)
        self.padding = _pairs(padding, 1, "ZeroPadding1D")

    def call(self, inputs):
        return _ops["pad"](inputs, [[0, 0], *map(list, self.padding), [0, 0]])


class ZeroPadding2D(Layer):
    """Zeros around each image."""

    def __init__(self, padding=(1, 1), data_format=None, **kwargs):
        super().__init__(**kwargs)
        check_format(data_format)
        self.padding = _pairs(padding, 2, "ZeroPadding2D")

    def call(self, inputs):
        return _ops["pad"](inputs, [[0, 0], *map(list, self.padding), [0, 0]])


def _cut(inputs, pairs):
    shape = inputs.shape.as_list()
    begin = [0, *(before for before, _ in pairs), 0]
    size = [shape[0], *(extent - before - after for extent, (before, after) in zip(shape[1:], pairs)), shape[-1]]
    if min(size[1:-1]) < 1:
        raise ValueError(f"[Cropping] nothing is left of {tuple(shape)} without {pairs}\nhelp: cut less than the extents")
    return _ops["slice"](inputs, begin, size)


class Cropping1D(Layer):
    """Each row without its ends."""

    def __init__(self, cropping=(1, 1), **kwargs):
        super().__init__(**kwargs)
        self.cropping = _pairs(cropping, 1, "Cropping1D")

    def call(self, inputs):
        return _cut(inputs, self.cropping)


class Cropping2D(Layer):
    """Each image without its border."""

    def __init__(self, cropping=((0, 0), (0, 0)), data_format=None, **kwargs):
        super().__init__(**kwargs)
        check_format(data_format)
        self.cropping = _pairs(cropping, 2, "Cropping2D")

    def call(self, inputs):
        return _cut(inputs, self.cropping)


class UpSampling1D(Layer):
    """Each element of a row several times."""

    def __init__(self, size=2, **kwargs):
        super().__init__(**kwargs)
        self.size = int(size)

    def call(self, inputs):
        return _ops["repeat"](inputs, self.size, axis=1)


class UpSampling2D(Layer):
    """Each image resized by whole factors."""

    def __init__(self, size=(2, 2), data_format=None, interpolation="nearest", **kwargs):
        super().__init__(**kwargs)
        check_format(data_format)
        self.size = (size, size) if isinstance(size, int) else tuple(size)
        self.interpolation = interpolation.lower()

    def call(self, inputs):
        if self.interpolation == "nearest":
            return _ops["repeat"](_ops["repeat"](inputs, self.size[0], axis=1), self.size[1], axis=2)
        shape = inputs.shape.as_list()
        return _ops["resize_images"](inputs, [shape[1] * self.size[0], shape[2] * self.size[1]], self.interpolation)


# ---- Noise, in training ----


def _check_rate(layer, rate):
    if not 0 <= rate < 1:
        raise ValueError(f"[{layer}] the rate is {rate}\nhelp: it lies in [0, 1)")


class GaussianNoise(Layer):
    """In training adds normal noise."""

    def __init__(self, stddev, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= stddev <= 1:
            raise ValueError(f"Invalid value received for argument `stddev`. Expected a float value between 0 and 1. Received: stddev={stddev}")
        self.stddev, self.seed, self._draws = stddev, seed, Draws(seed)

    def call(self, inputs, training=False):
        if not training or self.stddev == 0:
            return inputs
        return inputs + self._draws.normal(inputs.shape, 0.0, self.stddev, inputs.dtype)


class GaussianDropout(Layer):
    """In training multiplies by normal noise with mean 1."""

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        _check_rate("GaussianDropout", rate)
        self.rate, self.seed, self._draws = rate, seed, Draws(seed)

    def call(self, inputs, training=False):
        if not training or self.rate == 0:
            return inputs
        return inputs * self._draws.normal(inputs.shape, 1.0, (self.rate / (1 - self.rate)) ** 0.5, inputs.dtype)


class _SpatialDropout(Layer):
    def __init__(self, rate, seed, name, dtype):
        super().__init__(name=name, dtype=dtype)
        _check_rate(type(self).__name__, rate)
        self.rate, self.seed, self._draws = rate, seed, Draws(seed)

    def call(self, inputs, training=False):
        if not training or self.rate == 0:
            return inputs
        shape = inputs.shape.as_list()
        return inputs * self._draws.dropped([shape[0], *([1] * (len(shape) - 2)), shape[-1]], self.rate, inputs.dtype)


class SpatialDropout1D(_SpatialDropout):
    """In training sets whole channels of rows to 0."""

    def __init__(self, rate, seed=None, name=None, dtype=None):
        super().__init__(rate, seed, name, dtype)


class SpatialDropout2D(_SpatialDropout):
    """In training sets whole channels of images to 0."""

    def __init__(self, rate, data_format=None, seed=None, name=None, dtype=None):
        super().__init__(rate, seed, name, dtype)
        check_format(data_format)
