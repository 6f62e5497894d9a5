"""Python functions that are called with numbers: tf.py_function and tf.numpy_function, also from within a traced function."""

import itertools

from whygrad import _nest, _whygrad
from whygrad._custom_gradient import custom_gradient
from whygrad._shape import TensorShape
from whygrad._tape import GradientTape
from whygrad.dtypes import as_dtype
from whygrad.errors import ArgumentError, UnsupportedError

__all__ = ["numpy_function", "py_function"]


def numpy_function(func=None, inp=None, Tout=None, stateful=True, name=None):
    """func of the inputs' numbers, as arrays; no gradient flows through it."""
    inputs = [_whygrad.convert_to_tensor(value) for value in inp]

    def call(values):
        return _converted(func(*map(_whygrad.peek, values)), Tout, _whygrad.constant)

    if _whygrad.is_tracing():
        call = _Remembering(call)
        return _shaped(Tout, _whygrad.call_later(call.run, inputs, _specs("numpy_function", Tout, inputs, call), True))
    outputs = call(inputs)
    return _shaped(Tout, _whygrad.note_host_function(inputs, outputs) if inputs else outputs)


def py_function(func=None, inp=None, Tout=None, name=None):
    """func of the inputs as tensors; gradients flow through its ops."""
    inputs = [_whygrad.convert_to_tensor(value) for value in inp]

    def call(values):
        return _converted(func(*values), Tout, _whygrad.convert_to_tensor)

    return _shaped(Tout, _later(call, inputs, Tout) if _whygrad.is_tracing() else call(inputs))


def _kinds(wanted):
    return list(wanted) if isinstance(wanted, (list, tuple)) else [] if wanted is None else [wanted]


def _dtype_of(kind):
    return as_dtype(getattr(kind, "dtype", kind) if hasattr(kind, "is_compatible_with") and hasattr(kind, "shape") else kind)


def _converted(result, wanted, convert):
    """The function's results as tensors of the dtypes that are wanted."""
    values = result if isinstance(wanted, (list, tuple)) else [] if wanted is None else [result]
    return [convert(value, dtype=_dtype_of(kind)) for value, kind in zip(values, _kinds(wanted))]


def _shaped(wanted, outputs):
    return list(outputs) if isinstance(wanted, (list, tuple)) else outputs[0] if outputs else None


class _Remembering:
    """A function of the host. What it gave when it was asked for the shapes of its results is the answer of the first run, so it is called once for each run."""

    def __init__(self, function):
        self.function, self.first = function, None

    def ask(self, values):
        outputs = self.function(values)
        self.first = (values, outputs)
        return outputs

    def run(self, values):
        first, self.first = self.first, None
        if first is not None and all(_same(a, b) for a, b in zip(first[0], values)):
            return first[1]
        return self.function(values)


def _same(a, b):
    a, b = _whygrad.peek(a), _whygrad.peek(b)
    return a.shape == b.shape and a.tobytes() == b.tobytes()


def _specs(name, wanted, inputs, remembering):
    """(dtype, shape) of each result: from Tout, or from what the function gives of the numbers in the call for which this is traced."""
    kinds = _kinds(wanted)
    shapes = [TensorShape(getattr(kind, "shape", None)) for kind in kinds]
    if all(shape.is_fully_defined() for shape in shapes):
        return [(_dtype_of(kind), list(shape)) for kind, shape in zip(kinds, shapes)]
    examples = [_whygrad.example(value) for value in inputs]
    if any(value is None for value in examples):
        raise UnsupportedError(
            f"[{name}] the shapes of its results are not known while a function is traced for no call, or in a loop\n"
            "help: give them with the dtypes: Tout=tf.TensorSpec([2, 3], tf.float32)"
        )
    outside = _whygrad.Outside()
    try:
        return [(output.dtype, list(output.shape)) for output in remembering.ask(examples)[: len(kinds)]]
    finally:
        outside.leave()


def _checked(outputs, specs, name="py_function"):
    if len(outputs) != len(specs):
        raise ArgumentError(
            f"[{name}] it gave {len(outputs)} tensors, and {len(specs)} when the function around it was traced\n"
            "help: a graph knows the number of its values: call it outside of tf.function"
        )
    for i, (output, (dtype, shape)) in enumerate(zip(outputs, specs)):
        if output.dtype != dtype or list(output.shape) != shape:
            raise ArgumentError(
                f"[{name}] result {i} is {output.dtype.name}{list(output.shape)}, and was {dtype.name}{shape} when the function around it was traced\n"
                "help: a graph knows the shapes of its values: return one shape, or call it outside of tf.function"
            )
    return outputs


def at_each_run(read, name):
    """What read() gives, lists of tensors, as values of the trace: it is called each time the graph runs, and must give tensors of the same shapes."""
    counts = []

    def flat(_values):
        found = read()
        counts[:] = [len(tensors) for tensors in found]
        return [tensor for tensors in found for tensor in tensors]

    remembering = _Remembering(flat)
    outside = _whygrad.Outside()
    try:
        specs = [(tensor.dtype, list(tensor.shape)) for tensor in remembering.ask([])]
    finally:
        outside.leave()
    expected = list(counts)
    following = iter(_whygrad.call_later(lambda values: _checked(remembering.run(values), specs, name), [], specs))
    return [[next(following) for _ in range(count)] for count in expected]


def tensors_at_each_run(read, like, name):
    """The tensors that read() gives at each run, which are of the dtypes and shapes of `like`."""
    specs = [(tensor.dtype, list(tensor.shape)) for tensor in like]
    return list(_whygrad.call_later(lambda _: _checked(read(), specs, name), [], specs))


def _is_real(tensor):
    return tensor.dtype.is_floating or tensor.dtype.is_complex


def _later(call, inputs, wanted):
    """The calls that a trace makes when it runs: the function, and for a gradient the tape that recorded it."""
    numbers, latest = itertools.count(1), {}  # the tape of one run is kept, and for the gradient of another the function runs again

    def recorded(values):
        with GradientTape(persistent=True) as tape:
            tape.watch([value for value in values if _is_real(value)])
            outputs = call(values)
        return tape, values, outputs

    def forward(values):
        number = next(numbers)
        latest.clear()
        made = latest[number] = recorded(values)
        return [*made[2], _whygrad.constant(number, dtype="int64")]

    remembering = _Remembering(forward)
    specs = [*_specs("py_function", wanted, inputs, remembering), (as_dtype("int64"), [])]

    def run(values):
        return _checked(remembering.run(values), specs)

    def backward(values):
        token, given, seeds = int(values[-1]), values[: len(inputs)], values[len(inputs) : -1]
        tape, sources, outputs = latest.get(token) or recorded(given)
        real = [output for output in outputs if _is_real(output)]
        return tape.gradient(real, [s for s in sources if _is_real(s)], output_gradients=list(seeds), unconnected_gradients="zero")

    @custom_gradient
    def called(*values):
        *outputs, token = _whygrad.call_later(run, list(values), specs)

        def rule(*seeds):
            real = [seed for seed, output in zip(seeds, outputs) if _is_real(output)]
            wanted = [(value.dtype, list(value.shape)) for value in values if _is_real(value)]
            found = iter(_whygrad.call_later(backward, [*values, *real, token], wanted))
            return [next(found) if _is_real(value) else None for value in values]

        return outputs, rule

    return _nest.flatten(called(*inputs)) if inputs else called()
