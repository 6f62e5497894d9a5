"""Whatever a function does, an explanation accuses no variable that has nothing to do with it."""

import os
import threading
import types

import pytest

import compare_functions
import composite_calls
import function_calls
import whygrad
import whygrad.tf as tf

_PER_FUNCTION = 1 if os.environ.get("WHYGRAD_TESTS") == "sampled" else 3
# Functions whose calls function_calls.py leaves out, as no numbers of theirs can be compared.
_MORE_CALLS = {
    "random.categorical": "tf.random.categorical(n(f32,2,3),4)",
    "random.normal": "tf.random.normal([3],n(f32,3))",
    "random.poisson": "tf.random.poisson([2],n(f32,3,lo=1))",
    "random.shuffle": "tf.random.shuffle(n(f32,4))",
    "random.gamma": "tf.random.gamma([3],n(f32,2,lo=1))",
    "random.get_global_generator": "tf.random.get_global_generator().normal([3])",
    **{
        f"image.random_{name}": f"tf.image.random_{name}(n(f32,4,4,3,lo=0,hi=1),{range_})"
        for name, range_ in (("brightness", ".5"), ("contrast", ".2,.7"), ("hue", ".2"), ("saturation", ".2,.7"))
    },
    "random.stateless_parameterized_truncated_normal": "tf.random.stateless_parameterized_truncated_normal([3],[1,2],n(f32),1.,-2.,2.)",
    "raw_ops.ParameterizedTruncatedNormal": "tf.raw_ops.ParameterizedTruncatedNormal(shape=[3],means=n(f32),stdevs=1.,minvals=-2.,maxvals=2.)",
    "random_index_shuffle": "tf.random_index_shuffle(2,[1,2,3],5)",
    "random.truncated_normal": "tf.random.truncated_normal([3])",
    "random.uniform": "tf.random.uniform([3],0.,n(f32,lo=1))",
    "image.random_flip_left_right": "tf.image.random_flip_left_right(n(f32,2,4,3))",
    "image.random_flip_up_down": "tf.image.random_flip_up_down(n(f32,2,4,3))",
    "image.random_crop": "tf.image.random_crop(n(f32,4,4,3),[2,2,3])",
    "custom_gradient": "tf.custom_gradient(lambda x:(x*x,lambda d:d))(n(f32,2))",
    "grad_pass_through": "tf.grad_pass_through(tf.round)(n(f32,2))",
    "recompute_grad": "tf.recompute_grad(tf.exp)(n(f32,2))",
    "numpy_function": "tf.numpy_function(lambda x:x*2,[n(f32,2)],f32)",
    "py_function": "tf.py_function(lambda x:x*2,[n(f32,2)],f32)",
}
# Functions that make no tensor, or refuse with a reason whatever they are given.
_NO_TENSORS = set(
    """
    as_dtype autodiff.ForwardAccumulator control_dependencies device function get_current_name_scope gradients group hessians init_scope load_op_library no_gradient no_op print
    nn.with_space_to_batch random.set_global_generator random.set_seed type_spec_from_value executing_eagerly inside_function is_symbolic_tensor is_tensor get_static_value broadcast_static_shape
""".split()
)
_NO_TENSORS_BELOW = ("autograph.", "config.", "nest.", "errors.", "debugging.", "dtypes.", "keras.", "data.", "test.")
_OF_COMPOSITES = set(composite_calls.ALL)  # calls on tensors of their own, sparse and ragged ones too
# Code that did not run may have used the variable, and that is said to be likely.
_CHOOSE = {"case", "cond", "switch_case", "while_loop"}


def _expressions():
    found = {name: list(expressions) for name, expressions in function_calls.calls().items()}
    found.update((name, [call]) for name, call in _MORE_CALLS.items())
    for call in composite_calls.ALL:
        if call.startswith("tf."):
            found.setdefault(call[3 : call.index("(")], []).append(call)
    for module, calls in (
        (tf.keras.activations, ["n(f32,2,3)"]),
        (tf.keras.losses, ["n(f32,2,3,lo=0,hi=1),n(f32,2,3,lo=.1,hi=.9)", "k([0,2],i32),n(f32,2,3,lo=.1,hi=.9)"]),
    ):
        place = module.__name__.replace("whygrad.", "")
        for name, function in vars(module).items():
            if isinstance(function, types.FunctionType) and not name.startswith("_") and name not in ("get", "serialize", "deserialize", "parts"):
                found[f"{place[3:]}.{name}"] = [f"{place}.{name}({call})" for call in calls]
    return found


def _is_here(name):
    """False for functions that only TensorFlow has."""
    if name.startswith(("operator.", "getitem", "methods")):
        return True
    value = tf
    for part in name.split("."):
        value = getattr(value, part, None)
    return value is not None


_CALLS = {name: calls for name, calls in _expressions().items() if name not in _NO_TENSORS and _is_here(name)}


def _tensors_in(value):
    for leaf in tf.nest.flatten(value):
        for part in (leaf, getattr(leaf, "values", None)):
            if isinstance(part, (tf.Tensor, tf.Variable)):
                yield part


def _names(call, tape):
    if call not in _OF_COMPOSITES:
        return compare_functions.Makers(tf, tape).names()
    watched = composite_calls.watched(tf)
    tape.watch(watched)
    return composite_calls.made_of(tf, *watched)


def _check(name, unrelated):
    """Of targets made from all results of the first calls that are not refused, and from a variable of their own, this variable is asked as well."""
    accepted = 0
    for call in _CALLS[name]:
        used = tf.Variable(2.0, name="used")
        with tf.GradientTape() as tape:
            try:
                results = list(_tensors_in(eval(call, _names(call, tape))))
            except Exception:  # whether rightly so is a matter of test_functions.py
                continue
            target = tf.add_n([used * used] + [tf.reduce_sum(tf.cast(t, tf.float32)) for t in results])
        with whygrad.diagnose() as report:
            gradients = tape.gradient(target, [used, unrelated])
        assert gradients[0] is not None and gradients[1] is None, call
        (finding,) = report.findings
        assert finding.source_name == "unrelated", call
        if name in _CHOOSE and finding.cause == "CONTROL_FLOW":
            assert finding.confidence == "likely" and "UNUSED" in finding.also, call
        else:
            assert finding.cause == "UNUSED", f"{call}\n{report}"
        accepted += 1
        if accepted == _PER_FUNCTION:
            break
    assert accepted, f"every call of {name} is refused"


@pytest.mark.parametrize("name", sorted(_CALLS))
def test_an_unrelated_variable_is_unused(name):
    _check(name, tf.Variable(1.0, name="unrelated"))

    unrelated = tf.Variable(1.0, name="unrelated")  # more often than a variable remembers
    for i in range(20):
        unrelated.assign(float(i))
    _check(name, unrelated)

    errors = []

    def on_another_thread():
        try:
            _check(name, unrelated)
        except BaseException as error:  # noqa: B036
            errors.append(error)

    thread = threading.Thread(target=on_another_thread)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


def _functions(module, prefix=""):
    for name in dir(module):
        value = None if name.startswith("_") else getattr(module, name)
        if isinstance(value, types.ModuleType) and value.__name__.startswith("whygrad.tf."):
            yield from _functions(value, f"{prefix}{name}.")
        elif callable(value) and not isinstance(value, type):
            yield prefix + name, value


def test_every_function_is_covered():
    covered = {id(function) for name, function in _functions(tf) if name in _CALLS}
    missing = [
        name
        for name, function in _functions(tf)
        if id(function) not in covered and name not in _NO_TENSORS and not name.startswith(_NO_TENSORS_BELOW)
    ]
    assert not missing
