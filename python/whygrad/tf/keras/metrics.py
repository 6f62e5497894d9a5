"""tf.keras.metrics"""

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad.tf.keras import backend as _backend
from whygrad.tf.keras._near import missing as _missing


class Mean:
    """The mean of all numbers that it was shown, each with its weight."""

    def __init__(self, name="mean", dtype=None):
        self.name, self.dtype = name, dtype or "float32"
        self._native = _whygrad.nn.Mean()

    def update_state(self, values, sample_weight=None):
        values = _ops["cast"](values, self.dtype)
        weights = _ops["ones_like"](values) if sample_weight is None else _ops["broadcast_to"](_ops["cast"](sample_weight, self.dtype), values.shape)
        total = float(_ops["reduce_sum"](weights))
        if total:
            self._native.update(float(_ops["reduce_sum"](values * weights)) / total, total)

    def __call__(self, values, sample_weight=None):
        self.update_state(values, sample_weight)
        return self.result()

    def result(self):
        mean = self._native.result()
        return _ops["constant"](0.0 if mean != mean else mean, dtype=self.dtype)

    def reset_state(self):
        self._native.reset()


def binary_accuracy(y_true, y_pred, threshold=0.5):
    """1 for each element on the right side of the threshold, else 0."""
    y_true = _ops["convert_to_tensor"](y_true)
    y_pred = _ops["convert_to_tensor"](y_pred)
    return _ops["cast"](_ops["equal"](y_true, _ops["cast"](y_pred > threshold, y_true.dtype)), _backend.floatx())


def sparse_categorical_accuracy(y_true, y_pred):
    """1 for each row whose largest element stands at its class, else 0."""
    y_pred = _ops["convert_to_tensor"](y_pred)
    y_true = _ops["cast"](y_true, y_pred.dtype)
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = _ops["squeeze"](y_true, -1)
    return _ops["cast"](_ops["equal"](y_true, _ops["cast"](_ops["argmax"](y_pred, axis=-1), y_true.dtype)), _backend.floatx())


def categorical_accuracy(y_true, y_pred):
    """The same for classes as one-hot rows."""
    return sparse_categorical_accuracy(_ops["argmax"](y_true, axis=-1), y_pred)


__getattr__ = _missing("tf.keras.metrics", globals())
