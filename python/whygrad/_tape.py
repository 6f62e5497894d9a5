"""GradientTape and the functions around it, with TensorFlow's structures, defaults and errors over the engine's tape."""

import enum

from whygrad import _composite, _nest, _whygrad
from whygrad.errors import TapeError

__all__ = ["GradientTape", "UnconnectedGradients", "stop_recording"]

_USED_UP = (
    "[gradient] [WG108] A non-persistent GradientTape can only be used to compute one set of gradients (or jacobians)\n"
    "help: ask for all sources in one call, or make it tf.GradientTape(persistent=True)"
)


class UnconnectedGradients(enum.Enum):
    """The result for a gradient that does not exist: None, or zeros."""

    NONE = "none"
    ZERO = "zero"


def _is_zero(unconnected_gradients):
    if unconnected_gradients is UnconnectedGradients.NONE:
        return False
    try:
        return UnconnectedGradients(unconnected_gradients) is UnconnectedGradients.ZERO
    except ValueError:
        raise ValueError(
            f"Unknown value for unconnected_gradients: {unconnected_gradients!r}\nhelp: it is tf.UnconnectedGradients.NONE or ZERO"
        ) from None


def _check(values, what):
    for value in values:
        if value is None or isinstance(value, (str, bytes)):
            raise TypeError(f"[gradient] {what} should be a tensor or variable, or a nested structure of them, and holds {value!r}")


class GradientTape:
    """Records the ops that run while it is open, and differentiates them. Returns None if there is no gradient; whygrad.explain says why."""

    def __init__(self, persistent=False, watch_accessed_variables=True):
        self._tape = _whygrad.Tape(persistent, watch_accessed_variables)
        self._persistent, self._watch_accessed_variables = persistent, watch_accessed_variables
        self._entered = False

    def __enter__(self):
        if self._tape.recording:
            raise ValueError("Tape is still recording, This can happen if you try to re-enter an already-active tape.")
        if self._tape.used_up:  # entering it again resets it, as in TensorFlow
            self._tape = _whygrad.Tape(self._persistent, self._watch_accessed_variables)
        self._tape.enter()
        self._entered = True
        return self

    def __exit__(self, kind, value, traceback):
        if self._tape.recording:
            self._tape.exit()

    def watch(self, tensor):
        for value in _composite.tensors_in(_nest.flatten(tensor)):
            if not isinstance(value, (_whygrad.Tensor, _whygrad.Variable)):
                raise ValueError(f"Passed in object {value!r} of type {type(value).__name__!r}, not tf.Tensor or tf.Variable or ExtensionType.")
            self._tape.watch(value)

    def stop_recording(self):
        return _Pause(self._tape)

    def reset(self):
        if not self._tape.recording:
            raise ValueError(
                "Tape is not recording.\nhelp: reset() forgets what was recorded so far and goes on recording; call it inside of the tape's block"
            )
        self._tape.reset()

    def watched_variables(self):
        return tuple(self._tape.watched_variables())

    def gradient(self, target, sources, output_gradients=None, unconnected_gradients=UnconnectedGradients.NONE):
        """The gradient of the sum of the targets with respect to each source, in the structure of the sources; None for a missing one."""
        self._check_unused(sources)
        if target is None:
            raise TypeError(
                "Argument `target` should be a list or nested structure of Tensors, Variables or CompositeTensors to be differentiated, but received None."
            )
        flat_sources, targets = _nest.flatten(sources), _nest.flatten(target)
        seeds = None if output_gradients is None else _nest.flatten(output_gradients)
        zero = _is_zero(unconnected_gradients)
        if _nest.are_plain(flat_sources) and _nest.are_plain(targets):
            flat = self._ask(self._tape.gradient, targets, flat_sources, seeds, zero)
        else:
            _check(flat_sources, "`sources`")
            _check(targets, "`target`")
            seeds = None if seeds is None else _composite.seeds_of(targets, seeds)
            flat = self._ask(self._tape.gradient, _composite.tensors_in(targets), _composite.tensors_in(flat_sources), seeds, zero)
            flat = _composite.gradients_for(flat_sources, flat)
        return _nest.pack_sequence_as(sources, flat) if _nest.is_nested(sources) else flat[0]

    def jacobian(self, target, sources, unconnected_gradients=UnconnectedGradients.NONE, parallel_iterations=None, experimental_use_pfor=True):
        """The derivative of every element of the target with respect to every element of each source: target's shape + source's shape."""
        self._check_unused(sources)
        if not isinstance(target, (_whygrad.Tensor, _whygrad.Variable)):
            _refuse_jacobian(target)
        self._check_persistent("jacobian", experimental_use_pfor)
        zero, at_once = _is_zero(unconnected_gradients), _at_once(parallel_iterations)
        flat = self._ask(self._tape.jacobian, target, _nest.flatten(sources), zero, bool(experimental_use_pfor), at_once)
        return _nest.pack_sequence_as(sources, flat) if _nest.is_nested(sources) else flat[0]

    def batch_jacobian(self, target, source, unconnected_gradients=UnconnectedGradients.NONE, parallel_iterations=None, experimental_use_pfor=True):
        """The jacobian of each row of the target with respect to the same row of the source: [b, ...target, ...source]. Zeros if they are not connected."""
        self._check_unused(source)
        for value in (target, source):
            value.shape.with_rank_at_least(2)
        if target.shape[0] != source.shape[0]:
            raise ValueError(
                f"[batch_jacobian] Need first dimension of target shape ({target.shape}) and source shape ({source.shape}) to match.\n"
                "help: both have one row for each example of the batch"
            )
        self._check_persistent("batch_jacobian", experimental_use_pfor)
        if parallel_iterations is not None and not self._persistent and (target.shape[1:].num_elements() or 0) > parallel_iterations:
            raise TapeError(
                "[batch_jacobian] GradientTape must be created with persistent=True to compute the batch_jacobian with parallel_iterations.\n"
                "help: leave parallel_iterations out, or make it tf.GradientTape(persistent=True)"
            )
        _is_zero(unconnected_gradients)  # raises for an unknown value
        return self._ask(self._tape.batch_jacobian, target, source, bool(experimental_use_pfor), _at_once(parallel_iterations))

    def _check_unused(self, sources):
        """Runs before the checks of the arguments, as in TensorFlow. Observers are notified all the same."""
        if not self._entered:
            raise TapeError(_USED_UP)
        if self._tape.used_up:
            asked = [value for value in _nest.flatten(sources) if isinstance(value, (_whygrad.Tensor, _whygrad.Variable))]
            self._ask(self._tape.gradient, [], asked)

    def _check_persistent(self, what, experimental_use_pfor):
        """TensorFlow uses a loop for experimental_use_pfor=False, which calls gradient() once for each element."""
        if not experimental_use_pfor and not self._persistent:
            raise TapeError(
                f"[{what}] GradientTape must be created with persistent=True to compute the {what} with eager execution enabled and with "
                "experimental_use_pfor set to False.\nhelp: leave experimental_use_pfor out, or make it tf.GradientTape(persistent=True)"
            )

    @staticmethod
    def _ask(question, *arguments):
        try:
            return question(*arguments)
        except TapeError as error:
            if "[WG108]" not in str(error):
                raise
            raise TapeError(f"{_USED_UP}\nnote: {str(error).splitlines()[0]}") from None


def _at_once(parallel_iterations):
    """How many backward passes run at once; 0 for as many as there is memory for."""
    return 0 if parallel_iterations is None else max(int(parallel_iterations), 1)


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
