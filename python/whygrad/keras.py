"""whygrad.keras.GradientWatch: looks after the gradients of `model.fit`, on Keras's TensorFlow, PyTorch or JAX backend."""

import contextlib
import importlib

from whygrad._live import engine as _engine
from whygrad._live.guard import Guard as _Guard

keras = _engine.load("keras")

__all__ = ["GradientWatch"]


class GradientWatch(keras.callbacks.Callback):
    """Says why gradients are missing, zero or not finite, the first time that some are:

        model.fit(x, y, callbacks=[whygrad.keras.GradientWatch()])

    every: the first step is looked at, and then each `every`-th step. On TensorFlow such a step runs once more, eagerly, from the state in which it began,
    and the training goes on as if it had not; so does a step after which a variable is not finite, or has not changed for some steps. On JAX it is compiled
    once more. on_trouble(report): called instead of printing the report; raise there to end the training.
    """

    def __init__(self, every=100, on_trouble=None):
        super().__init__()
        if every < 1:
            raise ValueError(f"[GradientWatch] every is {every}\nhelp: it counts steps: 1 looks at each of them")
        self.every, self.on_trouble = every, on_trouble
        self.report = None  # of the last step that was looked at
        self.steps = 0
        self._real = self._told = self._session = self._steps = None
        self._guard = _Guard()

    def on_train_begin(self, logs=None):
        backend = keras.backend.backend()
        if backend not in ("tensorflow", "torch", "jax"):
            raise ValueError(f"[GradientWatch] Keras runs on {backend}\nhelp: it looks after gradients on tensorflow, torch and jax")
        self._diagnose = importlib.import_module(f"whygrad.{backend}").diagnose
        self._steps = None
        if backend == "tensorflow":
            steps = importlib.import_module("whygrad.tensorflow._keras_steps")
            self._session = importlib.import_module("whygrad.tensorflow._diagnose")._session
            self._steps = steps.steps_of(self.model) if steps.can_step(self.model) else None
        self._stays_open = backend == "jax"  # where each report that is opened makes JAX compile the step again
        self._real, self._told = self.model.train_function, False
        self.model.train_function = self._train_function

    def on_train_end(self, logs=None):
        self.model.train_function, self._real = self._real, None
        if self._stays_open and self.report is not None:
            self._close()

    def _train_function(self, *state):
        if self._steps is not None:
            return self._steps.run_all(lambda: self._traced_step(*state))
        number, self.steps = self.steps, self.steps + 1
        if self._stays_open and not self._told:
            return self._watched_step(number, *state)
        if self._told or number % self.every:
            return self._real(*state)
        with self._watching():
            return self._real(*state)

    def _traced_step(self, iterator):
        """A step of TensorFlow's that can run again."""
        steps, guard = self._steps, self._guard
        steps.collector = self._session.collector  # of another report, if one is open
        if self._told or self.steps % self.every:
            logs = steps.run(iterator, keep=False if self._told else None)
            self.steps += 1
            if self._told:
                return logs
            if guard(steps.trouble):
                with self._watching():
                    guard(steps.run_again)
            return logs
        with self._watching():
            logs = steps.run(iterator, keep=True)
            self.steps += 1
            guard(steps.trouble)  # counts the steps without a change
            guard(steps.run_again)
        return logs

    @contextlib.contextmanager
    def _watching(self):
        before, ended = self.report, False
        try:
            with self._diagnose(values=True) as self.report:  # which asks about what nobody looked at when it is closed
                if self._steps is not None:
                    self._steps.collector = self._session.collector
                yield
        except StopIteration:  # the data have come to an end, and there was no step
            self.report, ended = before, True
            raise
        finally:
            if not ended:
                self.report.add_remarks([self._guard.text()])
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

    def _tell(self):
        if not self.report.findings:
            return
        self._told = True
        if self.on_trouble is not None:
            self.on_trouble(self.report)
        else:
            print(f"\n{self.report}")  # as Keras's own callbacks do
