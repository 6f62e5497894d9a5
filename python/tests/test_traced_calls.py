"""Every recorded call of a function, in a traced function whose arguments are the call's tensors: the same values and gradients as without, or an error that
says that elements are not known while tracing."""

import json
import os

import pytest

import compare_functions
import whygrad.tf as tf

CALLS = {}
for line in compare_functions.RECORD.read_text().splitlines():
    call = json.loads(line)[0]
    CALLS.setdefault(compare_functions.function_of(call), []).append(call)
if os.environ.get("WHYGRAD_TESTS") == "sampled":
    CALLS = {name: calls[:1] for name, calls in CALLS.items()}

NOT_KNOWN = (
    "not known while the function `body` is traced",
    "is abstract, and the shape of the result depends on its elements",
    "depends on an argument of `body`",
)


class Given(compare_functions.Makers):
    """Makers that remember what they make, or hand out what they are given in its place."""

    def __init__(self, given=None):
        super().__init__(tf, tf.GradientTape())
        self.all, self.given = [], None if given is None else iter(given)

    def _next(self, make, *arguments, **options):
        tensor = make(*arguments, **options) if self.given is None else next(self.given)
        self.all.append(tensor)
        return tensor

    def numbers(self, *arguments, **options):
        return self._next(super().numbers, *arguments, **options)

    def constant(self, *arguments, **options):
        return self._next(super().constant, *arguments, **options)

    def edges(self, *arguments, **options):
        return self._next(super().edges, *arguments, **options)


def result_of(call, given=None):
    makers = Given(given)
    return compare_functions.leaves(eval(call, makers.names()), tf), makers.all


def is_differentiable(tensor):
    return tf.is_tensor(tensor) and (tensor.dtype.is_floating or tensor.dtype.is_complex)


def values_and_gradients(run, arguments):
    """What run(*arguments) gives, and the gradients of its sum, as bytes."""
    sources = [a for a in arguments if is_differentiable(a)]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        outputs = run(*arguments)
    targets = [o for o in outputs if is_differentiable(o)]
    gradients = tape.gradient(targets, sources) if targets and sources else []
    return [(x.dtype, tuple(x.shape), x.numpy().tobytes()) if isinstance(x, tf.Tensor) else None for x in [*outputs, *gradients]]


@pytest.mark.parametrize("name", CALLS)
def test_a_traced_call_is_the_call(name):

    for call in CALLS[name]:
        try:
            arguments = result_of(call)[1]
            eager = values_and_gradients(lambda *given: result_of(call, given)[0], arguments)
        except Exception:
            continue  # an error that other tests look at
        if not arguments or not all(isinstance(a, tf.Tensor) for a in arguments):
            continue

        @tf.function
        def body(*given):
            return result_of(call, given)[0]

        try:
            traced = values_and_gradients(body, arguments)
        except Exception as error:
            assert any(words in str(error) for words in NOT_KNOWN) and "help:" in str(error), f"{call}: {error!r}"
            continue
        # A number that a function returns is a tensor of the graph.
        assert [t for t, e in zip(traced, eager) if e is not None] == [e for e in eager if e is not None], call


def test_most_calls_can_be_traced():
    """A change that makes reading elements common is noticed here."""
    refused = []
    for name, calls in CALLS.items():
        try:
            outputs, arguments = result_of(calls[0])
        except Exception:
            continue
        if not arguments or not all(isinstance(a, tf.Tensor) for a in arguments):
            continue
        try:
            tf.function(lambda *given: result_of(calls[0], given)[0])(*arguments)
        except Exception:
            refused.append(name)
    assert len(refused) < 0.06 * len(CALLS), refused
