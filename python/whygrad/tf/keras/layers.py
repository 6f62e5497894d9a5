"""tf.keras.layers"""

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad._not_there import only as _only
from whygrad.tf.keras import _functional
from whygrad.tf.keras import activations as _activations
from whygrad.tf.keras import initializers as _initializers
from whygrad.tf.keras._cells import GRUCell, LSTMCell, SimpleRNNCell, StackedRNNCells  # noqa: F401
from whygrad.tf.keras._convolution import (  # noqa: F401
    AveragePooling1D,
    AveragePooling3D,
    Conv1D,
    Conv2DTranspose,
    Conv3D,
    DepthwiseConv2D,
    MaxPooling1D,
    MaxPooling3D,
    SeparableConv2D,
)
from whygrad.tf.keras._joining import (  # noqa: F401
    Add,
    Average,
    Concatenate,
    Dot,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    concatenate,
    dot,
    maximum,
    minimum,
    multiply,
    subtract,
)
from whygrad.tf.keras._layer import Layer, Variable
from whygrad.tf.keras._layer import check_weights as _check_weights
from whygrad.tf.keras._layer import unique_name as _unique_name
from whygrad.tf.keras._near import missing as _missing
from whygrad.tf.keras._normalization import GroupNormalization, LayerNormalization, RMSNormalization, UnitNormalization  # noqa: F401
from whygrad.tf.keras._recurrent import GRU, LSTM, RNN, SimpleRNN  # noqa: F401
from whygrad.tf.keras._shaping import (  # noqa: F401
    ELU,
    Cropping1D,
    Cropping2D,
    GaussianDropout,
    GaussianNoise,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
    Identity,
    LeakyReLU,
    Permute,
    PReLU,
    ReLU,
    RepeatVector,
    Rescaling,
    Reshape,
    SpatialDropout1D,
    SpatialDropout2D,
    UpSampling1D,
    UpSampling2D,
    ZeroPadding1D,
    ZeroPadding2D,
)
from whygrad.tf.keras._shaping import check_format as _check_format
from whygrad.tf.keras._wrappers import Bidirectional, TimeDistributed  # noqa: F401

_nn = _whygrad.nn


def _initializer(identifier):
    """As the engine takes it."""
    found = _initializers.get(identifier)
    return getattr(found, "_native", None) or found


_SOME_EXTENT = 1024  # for one that is open: weights do not depend on it


class _OfTheEngine(Layer):
    """Holds a layer of the engine, which makes the weights and computes."""

    _casts_integers = True

    def build(self, input_shape):
        if len(input_shape) > 1 and input_shape[-1] is None:
            raise ValueError(
                f"[{self.name}] the last axis of {input_shape} is open\nhelp: weights need the number of channels: give it to tf.keras.Input"
            )
        extents = [_SOME_EXTENT if extent is None else extent for extent in input_shape[1:]]
        for name, variable in self._native.build(extents, self.dtype, _nn.next_seed(), Variable):
            setattr(self, name, variable)
            self._track(variable)

    def call(self, inputs):
        return self._native.call(inputs)


class _Activated(_OfTheEngine):
    """What the engine's layer does not apply by itself is applied to its result."""

    def call(self, inputs):
        outputs = self._native.call(inputs)
        return outputs if self._after is None else self._after(outputs)


class Dense(_Activated):
    """activation(inputs @ kernel + bias)."""

    def __init__(
        self,
        units,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        lora_rank=None,
        lora_alpha=None,
        quantization_config=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        _check_weights(
            "Dense", (kernel_regularizer, bias_regularizer), (kernel_constraint, bias_constraint), (lora_rank, lora_alpha), quantization_config
        )
        self.units, self.use_bias, self.activation = units, use_bias, _activations.get(activation)
        name, self._after = _activations.parts(activation)
        self._native = _nn.Dense(units, name, use_bias, _initializer(kernel_initializer), _initializer(bias_initializer))


class Conv2D(_Activated):
    """activation(conv2d(inputs, kernel) + bias) of images [batch, height, width, channels]."""

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        data_format=None,
        dilation_rate=(1, 1),
        groups=1,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        _check_weights("Conv2D", (kernel_regularizer, bias_regularizer), (kernel_constraint, bias_constraint))
        _check_format(data_format)
        self.filters, self.activation = filters, _activations.get(activation)
        name, self._after = _activations.parts(activation)
        self._native = _nn.Conv2D(
            filters,
            kernel_size,
            strides,
            padding.lower(),
            dilation_rate,
            groups,
            name,
            use_bias,
            _initializer(kernel_initializer),
            _initializer(bias_initializer),
        )


class MaxPooling2D(_OfTheEngine):
    """The largest element of each window."""

    _casts_integers = False

    def __init__(self, pool_size=(2, 2), strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        _check_format(data_format)
        self._native = _nn.MaxPool2D(pool_size, strides, padding.lower())


class AveragePooling2D(_OfTheEngine):
    """The mean of each window."""

    def __init__(self, pool_size, strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        _check_format(data_format)
        self._native = _nn.AvgPool2D(pool_size, strides, padding.lower())


class Flatten(_OfTheEngine):
    """[batch, a, b, ...] -> [batch, a b ...]."""

    _casts_integers = False

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        _check_format(data_format)
        self._native = _nn.Flatten()


class Activation(Layer):
    """A function without weights, by its name or itself."""

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.activation = _activations.get(activation)

    def call(self, inputs):
        return self.activation(inputs)


class Softmax(Layer):
    """Shares of 1 along an axis."""

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        return _activations.softmax(inputs, self.axis)


class Lambda(Layer):
    """Any function without weights."""

    def __init__(self, function, output_shape=None, mask=None, arguments=None, **kwargs):
        super().__init__(**kwargs)
        _only("Lambda", mask_zero=(mask, None))
        self.function, self.arguments = function, dict(arguments or {})

    def call(self, inputs):
        return self.function(inputs, **self.arguments)


class Dropout(_OfTheEngine):
    """In training sets elements to 0 with probability `rate` and scales the others up."""

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        if noise_shape is not None:
            raise TypeError("whygrad's Dropout has no noise_shape yet\nhelp: multiply by a mask of that shape")
        self.rate, self._seed = rate, seed
        self._native = _nn.Dropout(rate)

    def build(self, input_shape):
        seed = _nn.next_seed() if self._seed is None else self._seed
        [(_, self.seed)] = self._native.build(input_shape[1:], self.dtype, seed, Variable)
        self._track(self.seed)

    def call(self, inputs, training=False):
        return self._native.call(inputs, bool(training))


class BatchNormalization(_OfTheEngine):
    """Each channel with mean beta and deviation gamma: of the batch in training, else by the moving statistics."""

    def __init__(
        self,
        axis=-1,
        momentum=0.99,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        moving_mean_initializer="zeros",
        moving_variance_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        renorm=False,
        renorm_clipping=None,
        renorm_momentum=0.99,
        synchronized=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        _check_weights("BatchNormalization", (beta_regularizer, gamma_regularizer), (beta_constraint, gamma_constraint))
        _only(
            "BatchNormalization",
            moving_mean_initializer=(moving_mean_initializer, "zeros", "initializer_of_moving"),
            moving_variance_initializer=(moving_variance_initializer, "ones", "initializer_of_moving"),
            renorm=(renorm, False),
            renorm_clipping=(renorm_clipping, None, "renorm"),
            renorm_momentum=(renorm_momentum, 0.99, "renorm"),
            synchronized=(synchronized, False),
        )
        self._native = _nn.BatchNormalization(axis, momentum, epsilon, center, scale, _initializer(beta_initializer), _initializer(gamma_initializer))

    def call(self, inputs, training=None):
        return self._native.call(inputs, bool(training) and self.trainable)


class Embedding(_OfTheEngine):
    """Row i of a table for each integer i."""

    _casts_integers = False

    def __init__(
        self,
        input_dim,
        output_dim,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        weights=None,
        lora_rank=None,
        lora_alpha=None,
        quantization_config=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        _check_weights("Embedding", (embeddings_regularizer,), (embeddings_constraint,), (lora_rank, lora_alpha), quantization_config)
        _only("Embedding", mask_zero=(mask_zero, False), weights=(weights, None))
        self.input_dim, self.output_dim = input_dim, output_dim
        initializer = "random_uniform" if embeddings_initializer == "uniform" else embeddings_initializer
        self._native = _nn.Embedding(input_dim, output_dim, _initializer(initializer))

    def call(self, inputs):
        inputs = _ops["convert_to_tensor"](inputs)
        return self._native.call(inputs if inputs.dtype.name in ("int32", "int64") else _ops["cast"](inputs, "int32"))


class InputLayer(Layer):
    """Says which shape a model takes; its output is the KerasTensor that a functional model begins with."""

    def __init__(
        self,
        shape=None,
        batch_size=None,
        dtype=None,
        sparse=None,
        ragged=None,
        batch_shape=None,
        input_tensor=None,
        optional=False,
        name=None,
        **kwargs,
    ):
        _only("InputLayer", sparse=(sparse, False), ragged=(ragged, False), tensor=(input_tensor, None), optional=(optional, False))
        if (shape is None) == (batch_shape is None):
            raise ValueError("[InputLayer] give one of shape and batch_shape\nhelp: shape leaves the batch out: (28, 28, 1)")
        whole = tuple(batch_shape) if shape is None else (batch_size, *((shape,) if isinstance(shape, int) else shape))
        super().__init__(name=name, dtype=dtype, input_shape=whole[1:], **kwargs)
        self.batch_shape, self.built = whole, True
        _functional.Node(self, [], {}).gives(_functional.KerasTensor(whole, self.dtype, name=self.name))

    def call(self, inputs):
        return inputs


def Input(shape=None, batch_size=None, dtype=None, sparse=None, ragged=None, batch_shape=None, name=None, tensor=None, optional=False):
    """The KerasTensor that a functional model begins with, or the first item of a Sequential."""
    return InputLayer(shape, batch_size, dtype, sparse, ragged, batch_shape, tensor, optional, name).output


class _Operation(Layer):
    """What an operator does with KerasTensors."""

    def __init__(self, kind, function):
        super().__init__(name=_unique_name(kind))
        self.function, self._dtype, self._casts_integers = function, None, False

    def _cast(self, value):
        return value

    def call(self, *operands):
        return self.function(*operands)


MaxPool2D, AvgPool2D, Convolution2D = MaxPooling2D, AveragePooling2D, Conv2D
GlobalAvgPool1D, GlobalAvgPool2D, GlobalAvgPool3D = GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D
MaxPool1D, AvgPool1D, MaxPool3D, AvgPool3D = MaxPooling1D, AveragePooling1D, MaxPooling3D, AveragePooling3D
Convolution1D, Convolution3D, Convolution2DTranspose, SeparableConvolution2D = Conv1D, Conv3D, Conv2DTranspose, SeparableConv2D
GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D = GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D
__getattr__ = _missing("tf.keras.layers", globals())
