"""GradientTape and the functions around it, with TensorFlow's structures, defaults and errors over the engine's tape."""

import enum

from whygrad import _nest, _whygrad
from whygrad.errors import TapeError

__all__ = ["GradientTape", "UnconnectedGradients", "stop_recording"]

_USED_UP = (
    "[gradient] [WG108] A non-persistent GradientTape can only be used to compute one set of gradients (or jacobians)\n"
    "help: ask for all sources in one call, or make it tf.GradientTape(persistent=True)"
)


class UnconnectedGradients(enum.Enum):
    """What stands for a gradient that does not exist: None, or zeros."""

    NONE = "none"
    ZERO = "zero"


def _checked(values, what):
    for value in values:
        if value is None or isinstance(value, (str, bytes)):
            raise TypeError(f"[gradient] {what} should be a tensor or variable, or a nested structure of them, and holds {value!r}")
    return values


class GradientTape:
    """Records what is computed while it is open, and differentiates it. Answers None where there is no gradient; whygrad.explain says why."""

    def __init__(self, persistent=False, watch_accessed_variables=True):
        self._tape = _whygrad.Tape(persistent, watch_accessed_variables)
        self._persistent = persistent
        self._entered = False
        self._used_up = False

    def __enter__(self):
        if self._tape.recording:
            raise ValueError("Tape is still recording, This can happen if you try to re-enter an already-active tape.")
        self._tape.enter()
        self._entered = True
        return self

    def __exit__(self, kind, value, traceback):
        if self._tape.recording:
            self._tape.exit()

    def watch(self, tensor):
        for value in _nest.flatten(tensor):
            if not isinstance(value, (_whygrad.Tensor, _whygrad.Variable)):
                raise ValueError(f"Passed in object {value!r} of type {type(value).__name__!r}, not tf.Tensor or tf.Variable or ExtensionType.")
            self._tape.watch(value)

    def stop_recording(self):
        return _Pause(self._tape)

    def reset(self):
        self._tape.reset()

    def watched_variables(self):
        return tuple(self._tape.watched_variables())

    def gradient(self, target, sources, output_gradients=None, unconnected_gradients=UnconnectedGradients.NONE):
        """The gradient of the sum of the targets with respect to each source, in the structure of the sources; None where there is none."""
        if target is None:
            raise TypeError("Argument `target` should be a list or nested structure of Tensors, Variables or CompositeTensors to be differentiated, but received None.")
        flat_sources = _checked(_nest.flatten(sources), "`sources`")
        flat = self._gradient(_checked(_nest.flatten(target), "`target`"), flat_sources, output_gradients, unconnected_gradients)
        return _nest.pack_sequence_as(sources, flat) if _nest.is_nested(sources) else flat[0]

    def _gradient(self, targets, sources, output_gradients, unconnected_gradients):
        if not self._entered:
            raise TapeError(_USED_UP)
        seeds = None if output_gradients is None else _nest.flatten(output_gradients)
        zero = UnconnectedGradients(unconnected_gradients) is UnconnectedGradients.ZERO
        return self._tape.gradient(targets, sources, seeds, zero)

    def jacobian(self, target, sources, unconnected_gradients=UnconnectedGradients.NONE, parallel_iterations=None, experimental_use_pfor=True):
        """The derivative of every element of the target with respect to every element of each source: target's shape + source's shape."""
        if not isinstance(target, (_whygrad.Tensor, _whygrad.Variable)):
            _refuse_jacobian(target)
        flat_sources = _nest.flatten(sources)
        zero = UnconnectedGradients(unconnected_gradients) is UnconnectedGradients.ZERO
        flat = self._tape.jacobian(target, flat_sources, zero)
        return _nest.pack_sequence_as(sources, flat) if _nest.is_nested(sources) else flat[0]

    def batch_jacobian(self, target, source, unconnected_gradients=UnconnectedGradients.NONE, parallel_iterations=None, experimental_use_pfor=True):
        """The jacobian of each row of the target with respect to the same row of the source: [b, ...target, ...source]."""
        if target.shape.rank < 2 or source.shape.rank < 2:
            raise ValueError(f"[batch_jacobian] target {target.shape} and source {source.shape} need a first axis of rows and another one")
        if target.shape[0] != source.shape[0]:
            raise ValueError(f"[batch_jacobian] Need first dimension of target shape {target.shape} and source shape {source.shape} to match.")
        return self._tape.batch_jacobian(target, source, UnconnectedGradients(unconnected_gradients) is UnconnectedGradients.ZERO)


def _refuse_jacobian(target):
    why = f"a jacobian is taken of one tensor, and the target is a {type(target).__name__}"
    _whygrad.report("absent", "JACOBIAN", why, "take one jacobian for each tensor in the list, or concat them first")
    raise AttributeError(f"[jacobian] {why}: {type(target).__name__!r} object has no attribute 'shape'")


class _Pause:
    def __init__(self, tape):
        self._tape = tape

    def __enter__(self):
        self._tape.pause()

    def __exit__(self, kind, value, traceback):
        self._tape.resume()


class stop_recording:
    """Suspends all tapes of this thread."""

    def __enter__(self):
        self._stopped = _whygrad.StoppedRecording()

    def __exit__(self, kind, value, traceback):
        del self._stopped
