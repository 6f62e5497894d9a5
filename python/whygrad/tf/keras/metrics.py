"""tf.keras.metrics"""

from whygrad import _whygrad
from whygrad._functions import functions as _ops
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


__getattr__ = _missing("tf.keras.metrics", globals())
