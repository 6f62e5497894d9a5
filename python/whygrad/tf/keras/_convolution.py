"""Convolution and pooling of rows and volumes, transposed and depthwise convolution. Channels stand last."""

from whygrad import _spatial
from whygrad._functions import functions as _ops
from whygrad._not_there import only
from whygrad.tf.keras import activations, initializers
from whygrad.tf.keras._layer import Layer
from whygrad.tf.keras._shaping import check_format


def _numbers(value, count, layer):
    listed = [value] * count if isinstance(value, int) else [int(v) for v in value]
    if len(listed) != count or min(listed) < 1:
        raise ValueError(f"[{layer}] {value} is nothing for {count} axes\nhelp: give a number above 0, or one for each axis")
    return listed


class _Conv(Layer):
    """Filters over `_space` axes, an offset and an activation."""

    _casts_integers = True
    _space = 1

    def __init__(self, kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, weights, **kwargs):
        super().__init__(**kwargs)
        kind = type(self).__name__
        check_format(data_format)
        *regularised, (bias_initializer, bias_regularizer, bias_constraint) = weights
        for _, regularizer, constraint in weights:
            only(kind, regularizer=(regularizer, None), constraint=(constraint, None))
        if padding.lower() not in ("valid", "same"):
            raise ValueError(f"[{kind}] padding={padding!r}\nhelp: it is 'valid' or 'same'; for 'causal' pad with zeros in front, then 'valid'")
        self.padding, self.use_bias = padding.lower(), use_bias
        self.kernel_size = _numbers(kernel_size, self._space, kind)
        self.strides, self.dilation_rate = _numbers(strides, self._space, kind), _numbers(dilation_rate, self._space, kind)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                f"[{kind}] `strides > 1` not supported in conjunction with `dilation_rate > 1`: strides={strides} and dilation_rate={dilation_rate}\n"
                "help: take one of them"
            )
        self.activation = activations.get(activation)
        self._kernel_initializers = [initializers.get(initializer) for initializer, _, _ in regularised]
        self._bias_initializer = initializers.get(bias_initializer)

    def _add_bias(self, count):
        self.bias = self.add_weight([count], self._bias_initializer, name="bias") if self.use_bias else None

    def _finished(self, outputs):
        outputs = outputs if self.bias is None else outputs + self.bias
        return outputs if self.activation is None else self.activation(outputs)

    def _channels(self, input_shape):
        if input_shape[-1] is None:
            raise ValueError(f"[{self.name}] the last axis of {tuple(input_shape)} is open\nhelp: weights need the number of channels")
        return input_shape[-1]


class _Filters(_Conv):
    """Filters that meet all channels, or those of a group."""

    def __init__(
        self,
        filters,
        kernel_size,
        strides,
        padding,
        data_format,
        dilation_rate,
        groups,
        activation,
        use_bias,
        kernel_initializer,
        bias_initializer,
        kernel_regularizer,
        bias_regularizer,
        activity_regularizer,
        kernel_constraint,
        bias_constraint,
        **kwargs,
    ):
        weights = (kernel_initializer, kernel_regularizer, kernel_constraint), (bias_initializer, bias_regularizer, bias_constraint)
        super().__init__(
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            weights,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.filters, self.groups = filters, groups

    def build(self, input_shape):
        channels = self._channels(input_shape)
        if channels % self.groups or self.filters % self.groups:
            raise ValueError(f"[{self.name}] {channels} channels and {self.filters} filters in {self.groups} groups\nhelp: groups divide both")
        self.kernel = self.add_weight([*self.kernel_size, channels // self.groups, self.filters], self._kernel_initializers[0], name="kernel")
        self._add_bias(self.filters)

    def call(self, inputs):
        return self._finished(_spatial.convolution(inputs, self.kernel, self.strides, self.padding.upper(), None, self.dilation_rate))


class Conv1D(_Filters):
    """activation(conv1d(inputs, kernel) + bias) of rows [batch, width, channels]."""

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
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
        self._causal = padding == "causal"
        given = filters, kernel_size, strides, "valid" if self._causal else padding, data_format, dilation_rate, groups, activation, use_bias
        weights = kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint
        super().__init__(*given, *weights, **kwargs)

    def call(self, inputs):
        if self._causal:  # a result sees nothing of what comes after it
            inputs = _ops["pad"](inputs, [[0, 0], [(self.kernel_size[0] - 1) * self.dilation_rate[0], 0], [0, 0]])
        return super().call(inputs)


class Conv3D(_Filters):
    """activation(conv3d(inputs, kernel) + bias) of volumes [batch, depth, height, width, channels]."""

    _space = 3

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1, 1),
        padding="valid",
        data_format=None,
        dilation_rate=(1, 1, 1),
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
        given = filters, kernel_size, strides, padding, data_format, dilation_rate, groups, activation, use_bias
        weights = kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint
        super().__init__(*given, *weights, **kwargs)


class Conv2DTranspose(_Conv):
    """activation(conv2d_transpose(inputs, kernel) + bias): larger images of smaller ones."""

    _space = 2

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        output_padding=None,
        data_format=None,
        dilation_rate=(1, 1),
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
        weights = (kernel_initializer, kernel_regularizer, kernel_constraint), (bias_initializer, bias_regularizer, bias_constraint)
        super().__init__(
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            weights,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        only("Conv2DTranspose", output_padding=(output_padding, None))
        self.filters = filters

    def build(self, input_shape):
        self.kernel = self.add_weight([*self.kernel_size, self.filters, self._channels(input_shape)], self._kernel_initializers[0], name="kernel")
        self._add_bias(self.filters)

    def call(self, inputs):
        shape = inputs.shape.as_list()
        extents = []
        for extent, size, stride, rate in zip(shape[1:3], self.kernel_size, self.strides, self.dilation_rate):
            reach = (size - 1) * rate + 1
            extents.append(extent * stride + (max(reach - stride, 0) if self.padding == "valid" else 0))
        outputs = _ops["conv2d_transpose"](
            inputs, self.kernel, [shape[0], *extents, self.filters], self.strides, self.padding.upper(), "NHWC", self.dilation_rate
        )
        return self._finished(outputs)


class DepthwiseConv2D(_Conv):
    """Each channel with filters of its own."""

    _space = 2

    def __init__(
        self,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        depth_multiplier=1,
        data_format=None,
        dilation_rate=(1, 1),
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        weights = (depthwise_initializer, depthwise_regularizer, depthwise_constraint), (bias_initializer, bias_regularizer, bias_constraint)
        super().__init__(
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            weights,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.depth_multiplier = depth_multiplier

    def build(self, input_shape):
        channels = self._channels(input_shape)
        self.kernel = self.add_weight([*self.kernel_size, channels, self.depth_multiplier], self._kernel_initializers[0], name="kernel")
        self._add_bias(channels * self.depth_multiplier)

    def call(self, inputs):
        return self._finished(_ops["depthwise_conv2d"](inputs, self.kernel, [1, *self.strides, 1], self.padding.upper(), None, self.dilation_rate))


class SeparableConv2D(_Conv):
    """Each channel with filters of its own, then a mixture of the channels."""

    _space = 2

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        data_format=None,
        dilation_rate=(1, 1),
        depth_multiplier=1,
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        pointwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        pointwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        pointwise_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        weights = (
            (depthwise_initializer, depthwise_regularizer, depthwise_constraint),
            (pointwise_initializer, pointwise_regularizer, pointwise_constraint),
            (bias_initializer, bias_regularizer, bias_constraint),
        )
        super().__init__(
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            weights,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.filters, self.depth_multiplier = filters, depth_multiplier

    def build(self, input_shape):
        channels = self._channels(input_shape)
        depthwise, pointwise = self._kernel_initializers
        self.depthwise_kernel = self.add_weight([*self.kernel_size, channels, self.depth_multiplier], depthwise, name="depthwise_kernel")
        self.pointwise_kernel = self.add_weight([1, 1, channels * self.depth_multiplier, self.filters], pointwise, name="pointwise_kernel")
        self._add_bias(self.filters)

    def call(self, inputs):
        strides = [1, *self.strides, 1]
        return self._finished(
            _ops["separable_conv2d"](inputs, self.depthwise_kernel, self.pointwise_kernel, strides, self.padding.upper(), None, self.dilation_rate)
        )


class _Pooling(Layer):
    _kind, _space = "MAX", 1

    def __init__(self, pool_size, strides, padding, data_format, name, **kwargs):
        super().__init__(name=name, **kwargs)
        check_format(data_format)
        self.pool_size = _numbers(pool_size, self._space, type(self).__name__)
        self.strides = self.pool_size if strides is None else _numbers(strides, self._space, type(self).__name__)
        self.padding = padding.lower()

    def call(self, inputs):
        self._expect_rank(inputs, self._space + 2, f"the axes are the batch, {self._space} of places, and the channels")
        return _spatial.pool(inputs, self.pool_size, self._kind, self.strides, self.padding.upper())


class MaxPooling1D(_Pooling):
    """The largest element of each window of rows."""

    def __init__(self, pool_size=2, strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


class AveragePooling1D(_Pooling):
    """The mean of each window of rows."""

    _kind, _casts_integers = "AVG", True

    def __init__(self, pool_size, strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


class MaxPooling3D(_Pooling):
    """The largest element of each window of volumes."""

    _space = 3

    def __init__(self, pool_size=(2, 2, 2), strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


class AveragePooling3D(_Pooling):
    """The mean of each window of volumes."""

    _kind, _space, _casts_integers = "AVG", 3, True

    def __init__(self, pool_size, strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)
