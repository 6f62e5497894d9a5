"""tf.keras.metrics. Their state is in variables, as in Keras, so that a result that was asked to be a loss can be traced to where its way ends."""

from whygrad import _whygrad
from whygrad._functions import functions as _ops
from whygrad._not_there import only as _only
from whygrad.tf.keras import backend as _backend
from whygrad.tf.keras import losses as _losses
from whygrad.tf.keras._near import missing as _missing

_nn = _whygrad.nn


class Metric:
    """Deriving classes write update_state(), which adds to variables, and result(), which is made of them."""

    def __init__(self, dtype=None, name=None):
        self.name, self.dtype = name or type(self).__name__.lower(), dtype or _backend.floatx()
        self._variables = []

    def add_variable(self, shape, initializer, dtype=None, aggregation="sum", name=None):
        """A variable of this metric; one process has nothing to aggregate."""
        return self.add_weight(shape, initializer, dtype, name)

    def add_weight(self, shape=(), initializer=None, dtype=None, name=None):
        from whygrad.tf.keras import initializers

        start = initializers.get(initializer or "zeros")(tuple(shape), dtype or self.dtype)
        self._variables.append(_whygrad.Variable(start, trainable=False, name=name or "weight"))
        return self._variables[-1]

    @property
    def variables(self):
        return list(self._variables)

    def update_state(self, *args, **kwargs):
        raise NotImplementedError(f"{type(self).__name__} has no update_state()")

    def result(self):
        raise NotImplementedError(f"{type(self).__name__} has no result()")

    def reset_state(self):
        for variable in self._variables:
            variable.assign(_whygrad.zeros(variable.shape, variable.dtype))

    def __call__(self, *args, **kwargs):
        self.update_state(*args, **kwargs)
        return self.result()


class Sum(Metric):
    """The sum of all numbers that it was shown, each times its weight."""

    def __init__(self, name="sum", dtype=None):
        super().__init__(dtype, name)
        self.total = self.add_weight(name="total")

    def update_state(self, values, sample_weight=None):
        total, _ = _nn.weighted_sum(_ops["cast"](values, self.dtype), sample_weight)
        self.total.assign_add(total)

    def result(self):
        return self.total.value()


class Mean(Sum):
    """The mean of all numbers that it was shown, each with its weight."""

    def __init__(self, name="mean", dtype=None):
        super().__init__(name, dtype)
        self.count = self.add_weight(name="count")

    def update_state(self, values, sample_weight=None):
        total, count = _nn.weighted_sum(_ops["cast"](values, self.dtype), sample_weight)
        self.total.assign_add(total)
        self.count.assign_add(count)

    def result(self):
        return _ops["divide_no_nan"](self.total.value(), self.count.value())


class MeanMetricWrapper(Mean):
    """The mean of a function of labels and predictions."""

    def __init__(self, fn, name=None, dtype=None, **options):
        super().__init__(name or fn.__name__, dtype)
        self._fn, self._options = fn, options

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(self._fn(_ops["cast"](y_true, self.dtype), _ops["cast"](y_pred, self.dtype), **self._options), sample_weight)


def binary_accuracy(y_true, y_pred, threshold=0.5):
    """1 for each element on the right side of the threshold, else 0."""
    return _nn.binary_accuracy(y_true, y_pred, threshold, _backend.floatx())


def sparse_categorical_accuracy(y_true, y_pred):
    """1 for each row whose largest element stands at its class, else 0."""
    return _nn.sparse_categorical_accuracy(y_true, y_pred, _backend.floatx())


def categorical_accuracy(y_true, y_pred):
    """The same for classes as one-hot rows."""
    return _nn.categorical_accuracy(y_true, y_pred, _backend.floatx())


def accuracy(y_true, y_pred):
    """1 for each element that is equal, else 0."""
    y_pred = _ops["convert_to_tensor"](y_pred)
    return _ops["cast"](_ops["equal"](_ops["cast"](y_true, y_pred.dtype), y_pred), _backend.floatx())


def _metric(name, fn):
    class Wrapped(MeanMetricWrapper):
        def __init__(self, name=name, dtype=None, **options):
            super().__init__(fn, name, dtype, **options)

    return Wrapped


def _named(class_name, fn):
    made = _metric(fn.__name__, fn)
    made.__name__ = made.__qualname__ = class_name
    return made


Accuracy, BinaryAccuracy = _named("Accuracy", accuracy), _named("BinaryAccuracy", binary_accuracy)
CategoricalAccuracy = _named("CategoricalAccuracy", categorical_accuracy)
SparseCategoricalAccuracy = _named("SparseCategoricalAccuracy", sparse_categorical_accuracy)
MeanSquaredError = _named("MeanSquaredError", _losses.mean_squared_error)
MeanAbsoluteError = _named("MeanAbsoluteError", _losses.mean_absolute_error)
BinaryCrossentropy = _named("BinaryCrossentropy", _losses.binary_crossentropy)
CategoricalCrossentropy = _named("CategoricalCrossentropy", _losses.categorical_crossentropy)
SparseCategoricalCrossentropy = _named("SparseCategoricalCrossentropy", _losses.sparse_categorical_crossentropy)


class RootMeanSquaredError(Mean):
    """The root of the mean squared difference."""

    def __init__(self, name="root_mean_squared_error", dtype=None):
        super().__init__(name, dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(_ops["squared_difference"](_ops["cast"](y_pred, self.dtype), _ops["cast"](y_true, self.dtype)), sample_weight)

    def result(self):
        return _ops["sqrt"](super().result())


class _Found(Metric):
    """Counts of predictions above the threshold, by whether they are right."""

    def __init__(self, missed, thresholds, top_k, class_id, name, dtype):
        super().__init__(dtype, name)
        _only(type(self).__name__, top_k=(top_k, None), class_id=(class_id, None))
        if isinstance(thresholds, (list, tuple)) and len(thresholds) != 1:
            _only(type(self).__name__, thresholds=(thresholds, None))
        thresholds = thresholds[0] if isinstance(thresholds, (list, tuple)) else thresholds
        self._threshold, self._missed = 0.5 if thresholds is None else float(thresholds), missed
        self.true_positives = self.add_weight(name="true_positives")
        self.others = self.add_weight(name=missed)

    def update_state(self, y_true, y_pred, sample_weight=None):
        right, wrong, missed = _nn.detections(y_true, _ops["cast"](y_pred, self.dtype), self._threshold, sample_weight)
        self.true_positives.assign_add(right)
        self.others.assign_add(wrong if self._missed == "false_positives" else missed)

    def result(self):
        right = self.true_positives.value()
        return _ops["divide_no_nan"](right, right + self.others.value())


class Precision(_Found):
    """The share of what was found that is right."""

    def __init__(self, thresholds=None, top_k=None, class_id=None, name="precision", dtype=None):
        super().__init__("false_positives", thresholds, top_k, class_id, name, dtype)


class Recall(_Found):
    """The share of what is right that was found."""

    def __init__(self, thresholds=None, top_k=None, class_id=None, name="recall", dtype=None):
        super().__init__("false_negatives", thresholds, top_k, class_id, name, dtype)


mse = MSE = mean_squared_error = _losses.mean_squared_error
mae = MAE = mean_absolute_error = _losses.mean_absolute_error
binary_crossentropy, categorical_crossentropy = _losses.binary_crossentropy, _losses.categorical_crossentropy
sparse_categorical_crossentropy, kl_divergence = _losses.sparse_categorical_crossentropy, _losses.kl_divergence

__getattr__ = _missing("tf.keras.metrics", globals())
