"""ForwardAccumulator, with TensorFlow's structures and errors over the engine's."""

from whygrad import _nest, _whygrad
from whygrad._tape import UnconnectedGradients, _is_zero

__all__ = ["ForwardAccumulator"]


class ForwardAccumulator:
    """Computes the derivative of what runs inside of its block in one direction: jvp(y) is the derivative of y where each primal moves along its tangent.
    Returns None where there is none."""

    def __init__(self, primals, tangents):
        _nest.assert_same_structure(primals, tangents)
        self._accumulator = _whygrad.Accumulator(_nest.flatten(primals), _nest.flatten(tangents))

    def __enter__(self):
        if self._accumulator.recording:
            raise ValueError("Accumulator is already recording.\nhelp: leave its block first, or make another accumulator to nest")
        self._accumulator.enter()
        return self

    def __exit__(self, kind, value, traceback):
        if self._accumulator.recording:
            self._accumulator.exit()

    def _watch(self, primal, tangent):
        """One more primal; the tangents of one that is there already are added up."""
        self._accumulator.watch(primal, tangent)

    def jvp(self, primals, unconnected_gradients=UnconnectedGradients.NONE):
        """The tangent of each value, in the structure of the values. Nothing is computed: tangents are made when ops run."""
        zero = _is_zero(unconnected_gradients)
        flat = _nest.flatten(primals)
        for value in flat:
            if not isinstance(value, (_whygrad.Tensor, _whygrad.Variable)):
                raise AttributeError(
                    f"[jvp] tensors and variables have tangents, and {value!r} is a {type(value).__name__}: "
                    f"{type(value).__name__!r} object has no attribute '_id'"
                )
        tangents = self._accumulator.jvp(flat, zero)
        return _nest.pack_sequence_as(primals, tangents) if _nest.is_nested(primals) else tangents[0]
