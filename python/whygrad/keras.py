"""whygrad.keras.GradientWatch: looks after the gradients of `model.fit`, on Keras's TensorFlow, PyTorch or JAX backend."""

import importlib

from whygrad._live import engine as _engine

keras = _engine.load("keras")

__all__ = ["GradientWatch"]


class GradientWatch(keras.callbacks.Callback):
    """Says why gradients are missing, zero or not finite, the first time that some are:

        model.fit(x, y, callbacks=[whygrad.keras.GradientWatch()])

    every: the first step is looked at, and then each `every`-th step. On TensorFlow such a step runs eagerly, as with compile(run_eagerly=True), and trains
    as any other; on JAX it is compiled once more; the steps between run as they always do. on_trouble(report): called instead of printing the report; raise there to end the training.
    """

    def __init__(self, every=100, on_trouble=None):
        super().__init__()
        if every < 1:
            raise ValueError(f"[GradientWatch] every is {every}\nhelp: it counts steps: 1 looks at each of them")
        self.every, self.on_trouble = every, on_trouble
        self.report = None  # of the last step that was looked at
        self.steps = 0
        self._real = self._told = None

    def on_train_begin(self, logs=None):
        backend = keras.backend.backend()
        if backend not in ("tensorflow", "torch", "jax"):
            raise ValueError(f"[GradientWatch] Keras runs on {backend}\nhelp: it looks after gradients on tensorflow, torch and jax")
        self._diagnose = importlib.import_module(f"whygrad.{backend}").diagnose
        self._step = self._eager_step if backend == "tensorflow" and _takes_single_steps(self.model) else None
        self._stays_open = backend == "jax"  # where each report that is opened makes JAX compile the step again
        self._real, self._told = self.model.train_function, False
        self.model.train_function = self._train_function

    def on_train_end(self, logs=None):
        self.model.train_function, self._real = self._real, None
        if self._stays_open and self.report is not None:
            self._close()

    def _train_function(self, *state):
        number, self.steps = self.steps, self.steps + 1
        if self._told or number % self.every and not self._stays_open:
            return self._real(*state)
        if self._stays_open:
            return self._watched_step(number, *state)
        try:
            with self._diagnose(values=True) as self.report:  # which asks about what nobody looked at when it is closed
                return (self._step or self._real)(*state)
        finally:
            self._tell()

    def _watched_step(self, number, *state):
        if number == 0:
            self.report = self._diagnose(values=True)
            self.report.open()
            self.report.look_every(self.every)
        try:
            return self._real(*state)
        finally:
            if self.report.findings:
                self._close()

    def _close(self):
        if not self._told:
            self.report.remove()
            self._tell()

    def _eager_step(self, iterator):
        return self.model.train_step(next(iterator))

    def _tell(self):
        if not self.report.findings:
            return
        self._told = True
        if self.on_trouble is not None:
            self.on_trouble(self.report)
        else:
            print(f"\n{self.report}")  # as Keras's own callbacks do


def _takes_single_steps(model):
    strategy = getattr(model, "distribute_strategy", None)
    return getattr(model, "steps_per_execution", 1) == 1 and (strategy is None or strategy.num_replicas_in_sync == 1)
