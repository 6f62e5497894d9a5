"""Every parameter of TensorFlow's is taken and does what it does there, or is refused with the reason; see tensorflow_signatures.py."""

import ast
import inspect
import json
import math
import re

import pytest

import signature_calls
import tensorflow_signatures as recorded
import whygrad.tf as tf

RECORD = json.loads(recorded.RECORD.read_text())

# Nothing that a program can see depends on them in an eager program on one processor, in TensorFlow neither; or they are names.
WITHOUT_EFFECT = set(
    "name parallel_iterations back_prop swap_memory infer_shape shape_invariants validate_indices use_locking read_value num_parallel_calls deterministic "
    "synchronous use_unbounded_threadpool warn fallback_to_while_loop stateful partial caching_device colocate_with_first_write_call tensor_array_name flow "
    "synchronization aggregation experimental_enable_variable_lifting import_scope variable_def free_memory batch_size output_shape seed "
    "autograph jit_compile reduce_retracing experimental_autograph_options experimental_relax_shapes experimental_compile "
    "experimental_follow_type_hints use_cudnn unroll".split()
)
# What whygrad refuses and TensorFlow takes: each is an error that says why.
REFUSED = set(
    "layout bad_indices_policy width fill alg handle constraint shape validate_shape expand_composites output_is_sparse graph force_gpu var "
    "recurrent_regularizer recurrent_constraint activity_regularizer kernel_regularizer bias_regularizer kernel_constraint bias_constraint beta_regularizer gamma_regularizer beta_constraint gamma_constraint "
    "alpha_regularizer alpha_constraint depthwise_regularizer depthwise_constraint pointwise_regularizer pointwise_constraint recurrent_regularizer "
    "recurrent_constraint output_padding zero_output_for_mask stateful embeddings_regularizer embeddings_constraint moving_mean_initializer moving_variance_initializer renorm renorm_clipping renorm_momentum synchronized lora_rank "
    "lora_alpha quantization_config mask_zero weights noise_shape mask sparse ragged optional tensor autocast axis ignore_class top_k class_id thresholds "
    "amsgrad weight_decay use_ema ema_momentum ema_overwrite_frequency loss_scale_factor gradient_accumulation_steps input_axes output_axes rebuild "
    "stack_height_limit path_length_limit dilations exclusive eigvals_only perturb_singular".split()
)
# Whose parameters are not held against TensorFlow's.
OTHERWISE = {
    "tf.RaggedTensor": "ragged tensors come from its class methods",
    "tf.DType": "programs make no dtypes",
    "tf.dtypes.DType": "programs make no dtypes",
    "tf.Tensor": "tensors come from functions",
    "tf.UnconnectedGradients": "an enumeration",
    "tf.data.Dataset": "data sets come from from_tensor_slices and its like",
    "tf.StringTensor": "text comes from tf.constant",
    "tf.test.main": "unittest's own",
    "tf.test.TestCase": "unittest's own",
    "tf.function": "takes a function",
    "tf.gradients": "refused as a whole",
    "tf.hessians": "refused as a whole",
    "tf.load_op_library": "takes a library: test_op_library.py",
    "tf.no_gradient": "refused as a whole",
    "tf.autodiff.ForwardAccumulator": "a block: test_conformance_forward.py",
    "tf.keras.Model.add_weight": "that of Layer",
    "tf.keras.Sequential.add_weight": "that of Layer",
    "tf.config.LogicalDevice": "made by list_logical_devices",
    "tf.config.PhysicalDevice": "made by list_physical_devices",
    "tf.keras.metrics.Metric": "derived from",
    "tf.keras.losses.Loss": "derived from",
    "tf.keras.optimizers.Optimizer": "derived from",
    "tf.keras.initializers.Initializer": "derived from",
    "tf.keras.layers.Layer": "derived from",
    "tf.keras.Model": "derived from",
    "tf.keras.KerasTensor": "made by tf.keras.Input",
    "tf.image.ResizeMethod": "an enumeration",
    "tf.random.Algorithm": "an enumeration",
}
# Numbers that are drawn by chance: of these only dtype and shape are compared.
BY_CHANCE = (
    "tf.random_index_shuffle(",
    "tf.random.fixed_unigram_candidate_sampler(",
    "tf.random.log_uniform_candidate_sampler(",
    "tf.random.uniform_candidate_sampler(",
    "tf.random.stateless_parameterized_truncated_normal(",
    *(
        f"tf.random.{name}("
        for name in ("categorical", "gamma", "normal", "poisson", "shuffle", "truncated_normal", "uniform", "get_global_generator")
    ),
    "tf.keras.backend.random",
    "tf.image.random",
    "tf.keras.initializers.Glorot",
    "tf.keras.initializers.He",
    "tf.keras.initializers.Lecun",
    "tf.keras.initializers.Random",
    "tf.keras.initializers.Truncated",
    "tf.keras.layers.Dropout",
    "tf.keras.layers.Gaussian",
    "tf.keras.layers.SpatialDropout",
    "tf.keras.initializers.Orthogonal",
    "tf.nn.dropout",
    "tf.data.Dataset.range(5).shuffle",
)


def of_nanobind(function):
    """[(name, has a default, default)] from what nanobind writes down of its functions."""
    text, _, defaults = function.__nb_signature__[0]
    found = []
    for name, number in re.findall(r"[(,]\s*\*{0,2}(\w+)(?:: [^,=]*?(?:\[[^\]]*\])?[^,=]*?)?(?: = \\(\d+))?(?=[,)])", text[text.index("(") :]):
        if name != "self":
            found.append((name, number != "", defaults[int(number)] if number else None))
    return found


def of_whygrad(function):
    """(the parameters as above, whether any other may be named)"""
    target = function.__init__ if inspect.isclass(function) and type(function.__init__).__name__ == "nb_method" else function
    target = target.__wrapped__ if type(target).__name__ == "dispatched_function" else target
    if type(target).__name__ in ("nb_func", "nb_method"):
        return of_nanobind(target), False
    parameters = [p for p in inspect.signature(target).parameters.values() if p.name != "self"]
    empty = inspect.Parameter.empty
    named = [(p.name, p.default is not empty, p.default) for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    return named, any(p.kind == p.VAR_KEYWORD for p in parameters)


def function_of(name):
    holder, _, method = name[3:].rpartition(".")
    if name[3:] in recorded.CLASSES:
        return recorded.kind_of(tf, name[3:])
    if holder in recorded.CLASSES:
        return getattr(recorded.kind_of(tf, holder), method)
    return recorded.resolve(tf, name)


def test_the_record_is_of_all_functions():
    missing = sorted(set(recorded.names_of(tf)) - set(RECORD["signatures"]))
    assert not missing, "run tensorflow_signatures.py --names and --record again, where TensorFlow is installed"
    assert len(RECORD["signatures"]) > 600
    assert sum(signature is not None for signature in RECORD["signatures"].values()) > 550


def same_default(ours, theirs):
    if theirs.startswith("<"):
        return True  # an object of TensorFlow's own
    theirs = eval(theirs, {"tf": tf, "inf": math.inf})
    if isinstance(theirs, float) or isinstance(ours, float):
        return isinstance(ours, (int, float)) and math.isclose(ours, theirs, rel_tol=1e-6)
    return ours == theirs or list([ours]) == [theirs]


def differences(name):
    ours, any_other = of_whygrad(function_of(name))
    names = [parameter for parameter, _, _ in ours]
    by_name = any(parameter.startswith("*") and parameter[1] != "*" for parameter, _ in RECORD["signatures"][name])
    for position, (parameter, default) in enumerate(RECORD["signatures"][name]):
        if parameter.startswith("*"):
            continue
        if parameter not in names:
            if not any_other and parameter != "name":
                yield f"lacks {parameter}"
            continue
        if names.index(parameter) != position and not by_name:
            yield f"{parameter} is argument {names.index(parameter)}, not {position}"
        _, has_default, value = ours[names.index(parameter)]
        if default is not None and not has_default and (name, parameter) not in NEEDED:
            yield f"{parameter} has no default"
        if (
            default is not None
            and has_default
            and parameter != "name"
            and not same_default(value, default)
            and (name, parameter) not in OTHER_DEFAULTS
        ):
            yield f"{parameter} is {value!r} where {default} is the default"


# TensorFlow gives them a default, and then asks for them.
NEEDED = {
    ("tf.nn.sigmoid_cross_entropy_with_logits", "labels"),
    ("tf.nn.sigmoid_cross_entropy_with_logits", "logits"),
    ("tf.keras.Sequential.build", "input_shape"),
}
# Words, or what means the same.
OTHER_DEFAULTS = (
    {("tf.Variable.assign", "use_locking"), ("tf.Variable.assign_add", "use_locking"), ("tf.Variable.assign_sub", "use_locking")}
    | {(f"tf.keras.optimizers.{kind}", "name") for kind in ("Adam", "RMSprop", "SGD")}
    | {("tf.Variable.__init__", "synchronization"), ("tf.Variable.__init__", "aggregation")}
)


@pytest.mark.parametrize("name", sorted(n for n, s in RECORD["signatures"].items() if s is not None and n not in OTHERWISE))
def test_signature(name):
    assert not list(differences(name))


# ---- Calls ----


def given(name, arguments, signature):
    """The parameters that these arguments stand for."""
    call = ast.parse(f"f({arguments})", mode="eval").body
    names = [parameter for parameter, _ in signature if not parameter.startswith("*")]
    return set(names[: len(call.args)]) | {keyword.arg for keyword in call.keywords}


def test_every_parameter_is_given_in_a_call():
    used, known = {}, {}
    for name, signature in RECORD["signatures"].items():
        if signature is None or name in OTHERWISE or name.startswith("tf.errors"):
            continue
        function = function_of(name)
        key = getattr(function, "__func__", function)
        key = id(key) if not hasattr(key, "__qualname__") or "<locals>" in key.__qualname__ else key
        known.setdefault(key, []).append((name, signature))
        for alias in (name, name.replace(".__init__", "")):
            for _, arguments in signature_calls.calls_of(alias) if alias in signature_calls.CALLS else []:
                used.setdefault(key, set()).update(given(name, arguments, signature))
    unused = {}
    for key, entries in known.items():
        name, signature = entries[0]
        left = {parameter for parameter, _ in signature if not parameter.startswith("*")} - used.get(key, set()) - WITHOUT_EFFECT
        if left and not name.startswith(UNCALLED):
            unused[name] = sorted(left)
    assert not unused, json.dumps(unused, indent=0)


# Tested by programs of their own: they work on what a program built.
UNCALLED = (
    "tf.GradientTape",
    "tf.autodiff.GradientTape",
    "tf.test.TestCase",
    "tf.keras.Model",
    "tf.keras.Sequential.",
    "tf.keras.layers.Layer",
    "tf.keras.metrics.M",
    "tf.keras.losses.Loss",
    "tf.keras.optimizers.",
    "tf.keras.utils",
    "tf.print",
    "tf.Module.",
    "tf.config.",
    "tf.keras.backend.",
    "tf.keras.activations.",
    "tf.keras.metrics.",
    "tf.keras.losses.",
    "tf.keras.initializers.",
    "tf.keras.Loss",
    "tf.Variable.ref",
    "tf.keras.Variable.assign",
    "tf.as_string",
    "tf.strings.",
    "tf.errors",
)


def close(ours, theirs):
    if isinstance(theirs, dict) and "dtype" in theirs:
        if not isinstance(ours, dict) or any(ours.get(field) != theirs[field] for field in ("dtype", "shape")):
            return False
        scale = max((abs(v) for v in theirs["values"] if isinstance(v, float) and math.isfinite(v)), default=0.0)
        tolerance = {"float16": 1e-3, "bfloat16": 1e-2}.get(theirs["dtype"], 2e-5)
        return all(
            a == b or (isinstance(b, float) and (math.isnan(a) and math.isnan(b) or abs(a - b) <= tolerance * scale))
            for a, b in zip(ours["values"], theirs["values"])
        )
    if isinstance(theirs, dict):
        return isinstance(ours, dict) and list(ours) == list(theirs) and all(close(ours[key], theirs[key]) for key in theirs)
    if isinstance(theirs, list):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(map(close, ours, theirs))
    return ours == theirs or (isinstance(theirs, str) and theirs.startswith("<"))


def kinds(value):
    """What of it does not depend on chance."""
    if isinstance(value, dict) and "dtype" in value:
        return {"dtype": value["dtype"], "shape": value["shape"]}
    return [kinds(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("call", sorted(RECORD["calls"]))
def test_call(call):
    theirs, ours = RECORD["calls"][call], recorded.answer(tf, call)
    if "raises" in theirs:
        assert "raises" in ours, f"TensorFlow raises {theirs['raises']}"
        assert theirs["raises"] in ours["raises"] or "help: " in ours["message"]
        return
    if "raises" in ours and REFUSED & set(re.findall(r"(\w+)=", call)):
        assert "help: " in ours["message"] and "incompatible function arguments" not in ours["message"]
        return
    assert "raises" not in ours, f"{ours['raises'][0]}: {ours['message']}"
    if call.startswith(BY_CHANCE):
        assert kinds(ours["gives"]) == kinds(theirs["gives"])
    else:
        assert close(ours["gives"], theirs["gives"]), f"{ours['gives']}, and TensorFlow says {theirs['gives']}"


# What changes nothing in an eager program on one processor, in TensorFlow neither, besides what WITHOUT_EFFECT names.
UNREAD = {
    "case": "strict",
    "on_train_begin": "logs",  # Keras gives it to every callback
    "on_train_end": "logs",
    "largest_of": "sorted",
    "matvec": "a_is_sparse b_is_sparse",
    "control_dependencies": "control_inputs",
    "group": "inputs kwargs",
    "tuple": "control_inputs",
    "is_symbolic_tensor": "tensor",
    "run_functions_eagerly": "run_eagerly",
    "set_soft_device_placement": "enabled",
    "is_gpu_available": "cuda_only min_cuda_compute_capability",
    "add_variable": "aggregation",
    "clear_session": "free_memory",
    "__array__": "dtype copy",
    "__tf_tensor__": "dtype",
}


def unread(source):
    """(function, parameter) of what a body never reads. A body that only raises refuses all of them; a leading underscore says that it is left alone."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef) or all(isinstance(line, (ast.Raise, ast.Expr, ast.Pass)) for line in node.body):
            continue
        given_ = [a.arg for a in node.args.args + node.args.kwonlyargs] + [a.arg for a in (node.args.vararg, node.args.kwarg) if a]
        read = {part.id for line in node.body for part in ast.walk(line) if isinstance(part, ast.Name)}
        for parameter in given_:
            if parameter not in read | WITHOUT_EFFECT | {"self", "cls"} and not parameter.startswith("_"):
                yield node.name, parameter


# Python's own protocols, and PyTorch's.
PROTOCOLS = ("__exit__", "__new__", "find_spec", "exec_module", "__call__", "__torch_function__")


def test_no_parameter_is_swallowed():
    import os
    import pathlib

    import whygrad

    # A build links folders of the package, which rglob passes by.
    folders = os.walk(pathlib.Path(whygrad.__file__).parent, followlinks=True)
    files = sorted(pathlib.Path(folder, name) for folder, _, names in folders for name in names if name.endswith(".py"))
    found = [(path.name, *pair) for path in files if path.exists() for pair in unread(path.read_text())]
    assert [f for f in found if f[1] not in PROTOCOLS and f[2] not in UNREAD.get(f[1], "").split()] == []
