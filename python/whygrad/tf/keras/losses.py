"""tf.keras.losses. The functions return one loss for each example, the classes reduce these."""

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad._not_there import only as _only
from whygrad.tf.keras import activations as _activations
from whygrad.tf.keras import backend as _backend
from whygrad.tf.keras._near import missing as _missing

_nn = _whygrad.nn


def _behind(y_pred, from_logits):
    """(y_pred, from_logits), or the logits that a Keras activation made y_pred of."""
    logits = _activations.logits_of(y_pred)
    return (y_pred, from_logits) if logits is None else (logits, True)


def mean_squared_error(y_true, y_pred):
    return _nn.mean_squared_error(y_true, y_pred)


def mean_absolute_error(y_true, y_pred):
    return _nn.mean_absolute_error(y_true, y_pred)


def huber(y_true, y_pred, delta=1.0):
    return _nn.huber(y_true, y_pred, delta=delta)


def log_cosh(y_true, y_pred):
    return _nn.log_cosh(y_true, y_pred)


def kl_divergence(y_true, y_pred):
    return _nn.kl_divergence(y_true, y_pred)


def _check_classes(loss, axis, ignore_class=None):
    _only(loss, axis=(axis, -1), ignore_class=(ignore_class, None))


def binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    _check_classes("binary_crossentropy", axis)
    y_pred, from_logits = _behind(y_pred, from_logits)
    return _nn.binary_crossentropy(y_true, y_pred, from_logits=from_logits, label_smoothing=label_smoothing)


def categorical_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    _check_classes("categorical_crossentropy", axis)
    y_pred, from_logits = _behind(y_pred, from_logits)
    return _nn.categorical_crossentropy(y_true, y_pred, from_logits=from_logits, label_smoothing=label_smoothing)


def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, ignore_class=None, axis=-1):
    _check_classes("sparse_categorical_crossentropy", axis, ignore_class)
    y_pred, from_logits = _behind(y_pred, from_logits)
    return _nn.sparse_categorical_crossentropy(y_true, y_pred, from_logits=from_logits)


class Loss:
    """Derived classes define call(y_true, y_pred), which returns one loss for each example."""

    def __init__(self, name=None, reduction="sum_over_batch_size", dtype=None):
        if reduction not in ("sum_over_batch_size", "mean", "sum", "none", None):
            raise ValueError(f"Invalid value for the `reduction` argument. Received: reduction={reduction}")
        self.name, self.reduction, self.dtype = name, reduction, dtype or _backend.floatx()

    def call(self, y_true, y_pred):
        raise NotImplementedError(f"{type(self).__name__} has no call(y_true, y_pred)")

    def __call__(self, y_true, y_pred, sample_weight=None):
        losses = self.call(_ops["cast"](y_true, self.dtype), _ops["cast"](y_pred, self.dtype))
        if sample_weight is not None:
            losses = losses * _ops["cast"](sample_weight, losses.dtype)
        if self.reduction in ("none", None):
            return losses
        return _ops["reduce_sum"](losses) if self.reduction == "sum" else _ops["reduce_mean"](losses)


class _OfTheEngine(Loss):
    """A loss of the engine, which reduces by itself."""

    def __init__(self, function, reduction, name, dtype, **options):
        super().__init__(name, reduction, dtype)
        self._function, self._options = function, options

    def call(self, y_true, y_pred):
        return self._function(y_true, y_pred, **self._options)

    def __call__(self, y_true, y_pred, sample_weight=None):
        return self._function(y_true, _ops["cast"](y_pred, self.dtype), self.reduction, sample_weight, **self._options)


class _Crossentropy(_OfTheEngine):
    def call(self, y_true, y_pred):
        return self._loss(y_true, y_pred, "none", None)

    def __call__(self, y_true, y_pred, sample_weight=None):
        return self._loss(y_true, y_pred, self.reduction, sample_weight)

    def _loss(self, y_true, y_pred, reduction, sample_weight):
        y_pred, from_logits = _behind(y_pred, self._options["from_logits"])
        options = {**self._options, "from_logits": from_logits}
        return self._function(y_true, _ops["cast"](y_pred, self.dtype), reduction, sample_weight, **options)


class MeanSquaredError(_OfTheEngine):
    def __init__(self, reduction="sum_over_batch_size", name="mean_squared_error", dtype=None):
        super().__init__(_nn.mean_squared_error, reduction, name, dtype)


class MeanAbsoluteError(_OfTheEngine):
    def __init__(self, reduction="sum_over_batch_size", name="mean_absolute_error", dtype=None):
        super().__init__(_nn.mean_absolute_error, reduction, name, dtype)


class Huber(_OfTheEngine):
    def __init__(self, delta=1.0, reduction="sum_over_batch_size", name="huber_loss", dtype=None):
        super().__init__(_nn.huber, reduction, name, dtype, delta=delta)


class LogCosh(_OfTheEngine):
    def __init__(self, reduction="sum_over_batch_size", name="log_cosh", dtype=None):
        super().__init__(_nn.log_cosh, reduction, name, dtype)


class KLDivergence(_OfTheEngine):
    def __init__(self, reduction="sum_over_batch_size", name="kl_divergence", dtype=None):
        super().__init__(_nn.kl_divergence, reduction, name, dtype)


class BinaryCrossentropy(_Crossentropy):
    def __init__(self, from_logits=False, label_smoothing=0.0, axis=-1, reduction="sum_over_batch_size", name="binary_crossentropy", dtype=None):
        _check_classes("BinaryCrossentropy", axis)
        super().__init__(_nn.binary_crossentropy, reduction, name, dtype, from_logits=from_logits, label_smoothing=label_smoothing)


class CategoricalCrossentropy(_Crossentropy):
    def __init__(self, from_logits=False, label_smoothing=0.0, axis=-1, reduction="sum_over_batch_size", name="categorical_crossentropy", dtype=None):
        _check_classes("CategoricalCrossentropy", axis)
        super().__init__(_nn.categorical_crossentropy, reduction, name, dtype, from_logits=from_logits, label_smoothing=label_smoothing)


class SparseCategoricalCrossentropy(_Crossentropy):
    def __init__(
        self, from_logits=False, ignore_class=None, reduction="sum_over_batch_size", axis=-1, name="sparse_categorical_crossentropy", dtype=None
    ):
        _check_classes("SparseCategoricalCrossentropy", axis, ignore_class)
        super().__init__(_nn.sparse_categorical_crossentropy, reduction, name, dtype, from_logits=from_logits)


MSE = mse = mean_squared_error
MAE = mae = mean_absolute_error
KLD = kld = kl_divergence

__getattr__ = _missing("tf.keras.losses", globals())
