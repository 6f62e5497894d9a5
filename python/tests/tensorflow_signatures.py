"""What TensorFlow says of the functions that whygrad.tf has: their signatures, and what calls of them give.

    tensorflow_signatures.py --names                          under whygrad: the names that it has, one a line
    tensorflow_signatures.py --record < names                 under TensorFlow: writes tensorflow_signatures.json beside this file

Without TensorFlow, test_signatures.py holds whygrad.tf against that file. The calls are those of signature_calls.py.
"""

import argparse
import importlib
import inspect
import json
import pathlib
import sys
import types
import warnings

RECORD = pathlib.Path(__file__).with_suffix(".json")
MODULES = (
    "",
    "math",
    "math.special",
    "nn",
    "linalg",
    "random",
    "image",
    "quantization",
    "strings",
    "sparse",
    "ragged",
    "signal",
    "debugging",
    "test",
    "autodiff",
    "config",
    "nest",
    "data",
    "keras",
    "keras.layers",
    "keras.losses",
    "keras.metrics",
    "keras.optimizers",
    "keras.initializers",
    "keras.activations",
    "keras.backend",
    "keras.utils",
)
# Whose methods are looked at too.
CLASSES = (
    "GradientTape",
    "IndexedSlices",
    "Module",
    "RaggedTensor",
    "SparseTensor",
    "Tensor",
    "TensorArray",
    "TensorShape",
    "TensorSpec",
    "Variable",
    "data.Dataset",
    "test.TestCase",
    "keras.Model",
    "keras.Sequential",
    "keras.Variable",
    "keras.layers.Layer",
    "keras.losses.Loss",
    "keras.metrics.Mean",
    "keras.metrics.Metric",
    "keras.optimizers.Optimizer",
)


def resolve(tf, name):
    found = tf
    for part in name.split(".")[1:]:
        found = getattr(found, part)
    return found


def holders(tf):
    """(prefix, object) of everything whose public names are functions that a program may call."""
    for module in MODULES:
        yield f"tf.{module}".rstrip("."), resolve(tf, f"tf.{module}".rstrip(".")) if module else tf
    for name in CLASSES:
        yield "tf." + name, kind_of(tf, name)


def kind_of(tf, name):
    """The class of that name, or of what a call of it makes."""
    made = {"Tensor": lambda: tf.constant(1.0), "Variable": lambda: tf.Variable(1.0)}
    return type(made[name]()) if name in made else resolve(tf, "tf." + name)


def names_of(tf):
    for prefix, holder in holders(tf):
        for name in dir(holder):
            found = None if name.startswith("_") else inspect.getattr_static(holder, name, None) if inspect.isclass(holder) else getattr(holder, name)
            inherited = str(getattr(found, "__module__", "")).partition(".")[0] in ("unittest", "enum", "builtins")
            if isinstance(found, types.ModuleType) or found is None or inherited:
                continue
            if callable(getattr(holder, name)):
                yield f"{prefix}.{name}"
    yield "tf.Variable.__init__"


def text_of(value):
    """A default as Python can read it again where tf is at hand, or its type's name in brackets."""
    if value is inspect.Parameter.empty:
        return None
    if hasattr(value, "as_numpy_dtype"):
        return f"tf.{value.name}"
    if isinstance(value, (int, float, str, bool, type(None), tuple, list)):
        return repr(value)
    return f"<{type(value).__name__}>"


def signature_of(function):
    """[[name, default]] of the parameters in order; the default is None where there is none. Names of many begin with stars."""
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    parameters = inspect.signature(function).parameters.values()
    return [[stars.get(p.kind, "") + p.name, text_of(p.default)] for p in parameters if p.name != "self"]


# ---- What a call gives, as JSON can say ----


def plain(value):
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, dict):
        return {str(key): plain(value[key]) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "indices") and hasattr(value, "values"):
        return {"indices": plain(value.indices), "values": plain(value.values)}
    if hasattr(value, "numpy") or type(value).__module__ == "numpy":
        return array(value.numpy() if hasattr(value, "numpy") else value)
    if hasattr(value, "as_list"):
        return value.as_list()
    if hasattr(value, "as_numpy_dtype"):
        return value.name
    return f"<{type(value).__name__}>"


def array(value):
    import numpy

    found = numpy.asarray(value)
    if found.dtype.kind in "OSU":
        return {
            "dtype": "string",
            "shape": list(found.shape),
            "values": [v.decode() if isinstance(v, bytes) else str(v) for v in found.ravel().tolist()],
        }
    wide = found.astype("complex128").view("float64") if found.dtype.kind == "c" else found if found.dtype.kind in "biu" else found.astype("float64")
    values = wide.ravel().tolist()
    return {"dtype": found.dtype.name, "shape": list(found.shape), "values": [float(f"{v:.7g}") if isinstance(v, float) else v for v in values]}


def answer(tf, call):
    """What the expression gives, or the error that it raises."""
    import numpy as np

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return {"gives": plain(eval(call, {"tf": tf, "np": np, "t": tf.constant, "f": resolve}))}
    except Exception as error:
        return {"raises": [kind.__name__ for kind in type(error).__mro__[:-2]], "message": str(error)}


def record(names):
    import tensorflow as tf

    sys.path.insert(0, str(RECORD.parent))
    calls = importlib.import_module("signature_calls")
    found = {}
    for name in names:
        try:
            if name == "tf.Variable.__init__":  # a variable's class has arguments of its own
                found[name] = signature_of(tf.Variable.__init__)
                continue
            function = (
                kind_of(tf, name[3:])
                if name[3:] in CLASSES
                else getattr(kind_of(tf, name[3:].rpartition(".")[0]), name.rpartition(".")[2])
                if name[3:].rpartition(".")[0] in CLASSES
                else resolve(tf, name)
            )
            found[name] = signature_of(function)
        except (AttributeError, ValueError, TypeError):
            found[name] = None
    answers = {call: answer(tf, call) for call in calls.all_calls()}
    for each in answers.values():
        each.pop("message", None)
        if "raises" in each:
            each["raises"] = each["raises"][0]
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in found.items()]
    given = [f"{json.dumps(call)}: {json.dumps(value)}" for call, value in answers.items()]
    RECORD.write_text('{"signatures": {\n' + ",\n".join(lines) + '\n}, "calls": {\n' + ",\n".join(given) + "\n}}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", action="store_true")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    if options.names:
        import whygrad.tf as tf

        print("\n".join(sorted(set(names_of(tf)))))
    if options.record:
        record(sys.stdin.read().split())


if __name__ == "__main__":
    main()
