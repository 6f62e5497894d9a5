"""Layers that make one tensor of several."""

import functools

from whygrad._functions import functions as _ops
from whygrad.tf.keras._layer import Layer


class _Join(Layer):
    """Takes a list of tensors that broadcast to one shape."""

    def call(self, inputs):
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
            raise ValueError(
                f"A merge layer should be called on a list of at least 2 inputs. Received: {type(inputs).__name__}\nhelp: {type(self).__name__}()([x, y])"
            )
        return self._joined(self._of_one_rank(inputs))

    def _of_one_rank(self, inputs):
        """Tensors with fewer axes get the missing ones behind the batch."""
        rank = max(len(x.shape) for x in inputs)
        joined = []
        for x in inputs:
            for _ in range(rank - len(x.shape)):
                x = _ops["expand_dims"](x, 1)
            joined.append(x)
        return joined


class Add(_Join):
    """The sum."""

    def _joined(self, inputs):
        return functools.reduce(_ops["add"], inputs)


class Subtract(_Join):
    """The first without the second."""

    def _joined(self, inputs):
        if len(inputs) != 2:
            raise ValueError(f"A `Subtract` layer should be called on exactly 2 inputs. Received: {len(inputs)}\nhelp: Subtract()([x, y])")
        return inputs[0] - inputs[1]


class Multiply(_Join):
    """The product."""

    def _joined(self, inputs):
        return functools.reduce(_ops["multiply"], inputs)


class Average(_Join):
    """The mean."""

    def _joined(self, inputs):
        return functools.reduce(_ops["add"], inputs) / len(inputs)


class Maximum(_Join):
    """The largest of each place."""

    def _joined(self, inputs):
        return functools.reduce(_ops["maximum"], inputs)


class Minimum(_Join):
    """The smallest of each place."""

    def _joined(self, inputs):
        return functools.reduce(_ops["minimum"], inputs)


class Concatenate(_Join):
    """One behind the other along an axis."""

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def _of_one_rank(self, inputs):
        return list(inputs)

    def _joined(self, inputs):
        return _ops["concat"](inputs, self.axis)


class Dot(_Join):
    """Products of two tensors summed over an axis of each, for each example of the batch."""

    def __init__(self, axes, normalize=False, **kwargs):
        super().__init__(**kwargs)
        self.axes, self.normalize = axes, normalize

    def _joined(self, inputs):
        if len(inputs) != 2:
            raise ValueError(f"A `Dot` layer should be called on exactly 2 inputs. Received: {len(inputs)}\nhelp: Dot(axes=1)([x, y])")
        x, y = inputs
        axes = [self.axes, self.axes] if isinstance(self.axes, int) else list(self.axes)
        for axis, t in zip(axes, inputs):
            if not -len(t.shape) <= axis < len(t.shape) or axis % len(t.shape) == 0:
                raise ValueError(
                    f"[Dot] axis {axis} of an input of shape {tuple(t.shape)}\nhelp: it is an axis behind the batch, the first one being 1"
                )
        axes = [axis % len(t.shape) for axis, t in zip(axes, inputs)]
        if self.normalize:
            x, y = _ops["l2_normalize"](x, axes[0]), _ops["l2_normalize"](y, axes[1])
        letters = iter("abcdefghijklmnopqrstuvwxy")
        left, right = (["" if axis == i else next(letters) for i in range(1, len(t.shape))] for t, axis in ((x, axes[0]), (y, axes[1])))

        def spelled(rest):
            return "Z" + "".join(letter or "z" for letter in rest)

        product = _ops["einsum"](f"{spelled(left)},{spelled(right)}->Z{''.join(left)}{''.join(right)}", x, y)
        return _ops["expand_dims"](product, 1) if len(product.shape) == 1 else product

    def _of_one_rank(self, inputs):
        return list(inputs)


def add(inputs, **kwargs):
    return Add(**kwargs)(inputs)


def subtract(inputs, **kwargs):
    return Subtract(**kwargs)(inputs)


def multiply(inputs, **kwargs):
    return Multiply(**kwargs)(inputs)


def average(inputs, **kwargs):
    return Average(**kwargs)(inputs)


def maximum(inputs, **kwargs):
    return Maximum(**kwargs)(inputs)


def minimum(inputs, **kwargs):
    return Minimum(**kwargs)(inputs)


def concatenate(inputs, axis=-1, **kwargs):
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs, axes=-1, **kwargs):
    return Dot(axes=axes, **kwargs)(inputs)
