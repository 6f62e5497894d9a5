"""tf.keras: the engine's layers, losses, metrics and optimizers under Keras' names, for custom training loops. There is no fit here."""

from whygrad.tf.keras import activations, backend, initializers, layers, losses, metrics, optimizers, utils  # noqa: F401
from whygrad.tf.keras._functional import KerasTensor  # noqa: F401
from whygrad.tf.keras._layer import Variable  # noqa: F401
from whygrad.tf.keras._model import Model, Sequential  # noqa: F401
from whygrad.tf.keras._near import missing as _missing
from whygrad.tf.keras.initializers import Initializer  # noqa: F401
from whygrad.tf.keras.layers import Input, Layer  # noqa: F401
from whygrad.tf.keras.losses import Loss  # noqa: F401
from whygrad.tf.keras.optimizers import Optimizer  # noqa: F401

__getattr__ = _missing("tf.keras", globals())
