"""Compares the functions of whygrad.tf with TensorFlow's, over generated arguments.

    compare_functions.py --tensorflow PYTHON [NAME ...]        compares; names as tf.math.add is written: math.add
    compare_functions.py --tensorflow PYTHON --calls FILE      the calls in a file, one a line
    compare_functions.py --tensorflow PYTHON --record          writes functions.jsonl, for which test_functions.py needs no TensorFlow
    compare_functions.py --tensorflow PYTHON --unsigned [--record]    of uint16, uint32 and uint64 in the place of other integers: unsigned.jsonl

PYTHON is an interpreter that has TensorFlow. A call is a Python expression over `tf` and the makers of tensors below. Compared are whether it is refused, how many
tensors come out, their dtypes, shapes and values, and the gradients of all floating tensors among the arguments, by the same seeds. What is
known to differ stands in known_differences.py with its reason.
"""

import argparse
import json
import math
import pathlib
import re
import subprocess
import sys

import function_calls
import known_differences

RECORD = pathlib.Path(__file__).parent / "functions.jsonl"
UNSIGNED = pathlib.Path(__file__).parent / "unsigned.jsonl"
MOST_OF_A_FUNCTION, MOST_CHARACTERS = 7, 500  # so that the record stays small

# ---- Tensors for calls ----

FLOATING = ("float16", "bfloat16", "float32", "float64")
COMPLEX = ("complex64", "complex128")
EDGES_OF_FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, math.inf, -math.inf, math.nan]
LARGEST = {"float16": 65504.0, "bfloat16": 3.3895313892515355e38, "float32": 3.4028234663852886e38, "float64": 1.7976931348623157e308}
SMALLEST = {"float16": 6.103515625e-05, "bfloat16": 1.1754943508222875e-38, "float32": 1.1754943508222875e-38, "float64": 2.2250738585072014e-308}


class Makers:
    """What calls make tensors with; remembers those that can have a gradient."""

    def __init__(self, tf, tape):
        self.tf, self.tape, self.made = tf, tape, []

    def names(self):
        short = {"b1": "bool", "bf16": "bfloat16", "f16": "float16", "f32": "float32", "f64": "float64", "c64": "complex64", "c128": "complex128"}
        short.update({f"{kind[0]}{bits}": f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)})
        own = {"tf": self.tf, "n": self.numbers, "k": self.constant, "edges": self.edges, "s": self.text, "inf": math.inf, "nan": math.nan}
        return {**short, **own}

    def _keep(self, tensor):
        if tensor.dtype.is_floating or tensor.dtype.is_complex:
            self.tape.watch(tensor)
            self.made.append(tensor)
        return tensor

    def constant(self, values, dtype):
        """Of these values."""
        if dtype == "bfloat16" or dtype == "float16":
            return self._keep(self.tf.cast(self.tf.constant(values, "float64"), dtype))
        return self._keep(self.tf.constant(values, dtype))

    def numbers(self, dtype, *shape, lo=-3, hi=4, seed=0):
        """Ordinary numbers in a shape: the same ones in every engine."""
        count = 1
        for extent in shape:
            count *= extent
        state, values = 12345 + 7919 * seed, []
        for _ in range(count):
            state = (1103515245 * state + 12345) % 2**31
            share = state / 2**31
            if dtype == "bool":
                values.append(share < 0.5)
            elif dtype in FLOATING or dtype in COMPLEX:
                values.append(round(lo + share * (hi - lo), 3))
            else:
                number = int(math.floor(lo + share * (hi - lo)))
                values.append(abs(number) if dtype.startswith("uint") else number)
        if dtype in COMPLEX:
            values = [complex(v, w) for v, w in zip(values, values[1:] + values[:1])]
        dtype_of_numbers = {"float16": "float64", "bfloat16": "float64"}.get(dtype, dtype)
        tensor = self.tf.reshape(self.tf.constant(values, dtype_of_numbers), [int(extent) for extent in shape])
        return self._keep(self.tf.cast(tensor, dtype) if dtype_of_numbers != dtype else tensor)

    def edges(self, dtype, *shape):
        """Numbers at the edges of a dtype, in a row, or in the shape that is given."""
        if dtype == "bool":
            values = [True, False]
        elif dtype in FLOATING:
            values = [*EDGES_OF_FLOATS, LARGEST[dtype], -LARGEST[dtype], SMALLEST[dtype]]
        elif dtype in COMPLEX:
            values = [0j, complex(1, 0), complex(-1, 0.0), 1j, -2.5 + 0.5j, complex(0.5, -3.0), complex(-0.0, -1.0)]
        else:
            low, high = self.tf.as_dtype(dtype).min, self.tf.as_dtype(dtype).max
            values = [0, 1, 2, 3, 7, high] if low == 0 else [0, 1, -1, 2, -3, 7, high, low]
        tensor = self.tf.constant(values, "float64" if dtype in FLOATING else dtype)
        tensor = self.tf.cast(tensor, dtype) if dtype in FLOATING and dtype != "float64" else tensor
        return self._keep(self.tf.reshape(tensor, list(shape)) if shape else tensor)

    def text(self, *values):
        return self.tf.constant(list(values))


# ---- One call under one engine ----


def told(number):
    """A number as JSON can say it."""
    if isinstance(number, complex):
        return [told(number.real), told(number.imag)]
    if isinstance(number, (bytes, str)):
        return number.decode("latin-1") if isinstance(number, bytes) else number
    if isinstance(number, float) and not math.isfinite(number):
        return repr(number)
    return number


def plain(value, tf):
    """A value as what JSON can say: [dtype, shape, values]."""
    if value is None:
        return None
    if not hasattr(value, "dtype") and isinstance(value, (bool, int, float, str)):
        return ["python", [], [told(value)]]
    tensor = tf.convert_to_tensor(value)
    array = tensor.numpy()
    dtype = tensor.dtype.name
    if not hasattr(array, "reshape"):
        return [dtype, [], [told(array)]]
    if dtype == "bfloat16":
        array = array.astype("float32")
    return [dtype, list(array.shape), [told(number) for number in array.reshape([-1]).tolist()]]


def seed_of(output, tf):
    """1, 2, 3 .. in the shape of the output, so that the gradients of its elements are told apart."""
    count = 1
    for extent in output.shape:
        count *= extent
    numbers = tf.constant([1.0 + i % 4 for i in range(count)], "float32")
    return tf.reshape(tf.cast(numbers, output.dtype), output.shape.as_list())


def leaves(value, tf):
    """The tensors of a result in their order."""
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in leaves(value[key], tf)]
    if isinstance(value, (list, tuple)) and type(value).__name__ != "TensorShape":
        return [leaf for part in value for leaf in leaves(part, tf)]
    if type(value).__name__ == "SparseTensor":
        return [value.indices, value.values, value.dense_shape]
    if type(value).__name__ == "IndexedSlices":
        return [value.values, value.indices]
    if type(value).__name__ == "TensorShape":
        return [tf.constant(value.as_list(), "int32")]
    return [value]


def evaluate(call, tf):
    """{"out": results, "grad": gradients of the tensors among the arguments}, or {"error": class, "message": text}."""
    with tf.GradientTape() as tape:
        makers = Makers(tf, tape)
        try:
            outputs = leaves(eval(call, makers.names()), tf)
            result = {"out": [plain(output, tf) for output in outputs]}
        except Exception as error:
            return {"error": type(error).__name__, "message": str(error)[:300]}
    targets = [o for o in outputs if tf.is_tensor(o) and (o.dtype.is_floating or o.dtype.is_complex)]
    if targets and makers.made:
        try:
            gradients = tape.gradient(targets, makers.made, [seed_of(o, tf) for o in targets])
            result["grad"] = [plain(g, tf) for g in gradients]
        except Exception as error:
            result["grad_error"], result["message"] = type(error).__name__, str(error)[:300]
    return result


def run_all(engine):
    if engine == "whygrad":
        import whygrad.tf as tf
    else:
        import tensorflow as tf
    for line in sys.stdin:
        print(json.dumps(evaluate(json.loads(line), tf)), flush=True)


def results_of(python, engine, calls):
    """The results, with {"died": ...} for a call that ended the process."""
    results = []
    while len(results) < len(calls):
        process = subprocess.Popen(
            [python, __file__, "--run", engine], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        out, err = process.communicate("".join(json.dumps(call) + "\n" for call in calls[len(results) :]))
        results += [json.loads(line) for line in out.splitlines() if line.startswith("{")]
        if len(results) < len(calls):
            if not out and "Error" in err and "import" in err:
                sys.exit(f"{engine} did not run:\n{err[-3000:]}")
            results.append({"error": "died", "message": err[-200:]})
    return results


def answers_of(tensorflow, calls, kept):
    """TensorFlow's results, from the file of those that are known where there is one, to which new ones are added."""
    known = dict(map(json.loads, kept.read_text().splitlines())) if kept and kept.exists() else {}
    new = [call for call in dict.fromkeys(calls) if call not in known]
    if new:
        known.update(zip(new, results_of(tensorflow, "tensorflow", new)))
    if new and kept:
        with kept.open("a") as file:
            file.writelines(json.dumps([call, known[call]]) + "\n" for call in new)
    return [known[call] for call in calls]


# ---- Comparison ----

ROUNDING = {"float16": 4e-3, "bfloat16": 3e-2, "float32": 2e-5, "float64": 1e-10, "complex64": 4e-5, "complex128": 1e-10}


def same_number(ours, theirs, rounding, scale, is_output):
    if isinstance(theirs, list):
        return isinstance(ours, list) and all(same_number(a, b, rounding, scale, False) for a, b in zip(ours, theirs))
    if isinstance(theirs, str) or isinstance(ours, str) or isinstance(theirs, bool):
        return ours == theirs
    if rounding == 0 or ours == theirs:
        return ours == theirs and (not is_output or ours != 0 or math.copysign(1, ours) == math.copysign(1, theirs))
    return abs(ours - theirs) <= rounding * (abs(theirs) + scale)


def difference(ours, theirs, is_output):
    """Of two values in words, or ''."""
    if ours is None or theirs is None:
        return "" if ours is theirs else f"{short(ours)}, and TensorFlow {short(theirs)}"
    for i, field in enumerate(("dtype", "shape")):
        if ours[i] != theirs[i]:
            return f"{field} {ours[i]}, and TensorFlow {theirs[i]}"
    rounding = ROUNDING.get(theirs[0], 2e-5 if theirs[0] == "python" else 0)
    finite = [abs(v) for v in theirs[2] if isinstance(v, float) and math.isfinite(v)]
    scale = min(max(finite, default=0.0), 4.0)
    for i, (a, b) in enumerate(zip(ours[2], theirs[2])):
        if not same_number(a, b, rounding, scale, is_output):
            zero = " (the sign of zero)" if a == b else ""
            return f"element {i} is {a!r}, and TensorFlow says {b!r}{zero}"
    return ""


def short(value):
    return "None" if value is None else f"{value[0]}{value[1]}"


def differences(ours, theirs):
    """(kind, words), or ('', '') where there is none."""
    if "error" in theirs or "error" in ours:
        if "error" in theirs and "error" in ours:
            return ("died", f"TensorFlow: {theirs['message']}, here {ours['message']}") if ours["error"] == "died" else ("", "")
        if "error" in theirs:
            return "accepts", f"gives {' '.join(map(short, ours['out']))}; TensorFlow refuses: {theirs['error']}: {theirs['message']}"
        return "refuses", f"{ours['error']}: {ours['message']}; TensorFlow gives {' '.join(map(short, theirs['out']))}"
    if len(ours["out"]) != len(theirs["out"]):
        return "value", f"{len(ours['out'])} results, and TensorFlow has {len(theirs['out'])}"
    for i, (a, b) in enumerate(zip(ours["out"], theirs["out"])):
        words = difference(a, b, True)
        if words:
            return ("dtype" if words.startswith("dtype") else "zero" if words.endswith("zero)") else "value"), f"result {i}: {words}"
    if "grad_error" in theirs:
        return ("", "") if "grad_error" in ours else ("gradient", f"there is one; TensorFlow: {theirs['grad_error']}: {theirs['message']}")
    if "grad_error" in ours:
        return "gradient", f"{ours['grad_error']}: {ours['message']}"
    for i, (a, b) in enumerate(zip(ours.get("grad", []), theirs.get("grad", []))):
        words = difference(a, b, False)
        if words:
            return "gradient", f"gradient {i}: {words}"
    return "", ""


# ---- Many calls ----


def compared(tensorflow, calls, kept):
    """(call, TensorFlow's answer, kind of difference or '', words) of each."""
    ours, theirs = results_of(sys.executable, "whygrad", calls), answers_of(tensorflow, calls, kept)
    return [(call, b, *differences(a, b)) for call, a, b in zip(calls, ours, theirs)]


def compare(tensorflow, chosen, kept, most):
    """Prints what differs, and answers the calls that do without a known reason."""
    calls = [call for each in chosen.values() for call in each]
    owners = [name for name, each in chosen.items() for _ in each]
    counts, shown, different = {}, {}, []
    for name, (call, _, kind, words) in zip(owners, compared(tensorflow, calls, kept)):
        known = bool(kind) and known_differences.reason_for(kind, call, words) is not None
        label = "same" if not kind else "known" if known else kind
        counts[label] = counts.get(label, 0) + 1
        if kind and not known:
            different.append((kind, call, words))
            shown[name, kind] = shown.get((name, kind), 0) + 1
            if shown[name, kind] <= most:
                print(f"{kind:9} {call}\n          {words}")
    print(f"\n{len(calls)} calls: " + ", ".join(f"{count} {label}" for label, count in sorted(counts.items())))
    return different


def shortened(answer):
    """An answer without what no comparison reads."""

    def number(value, dtype):
        if isinstance(value, list):
            return [number(part, dtype) for part in value]
        digits = 12 if dtype in ("float64", "complex128") else 7
        return float(f"{value:.{digits}g}") if isinstance(value, float) else value

    def short(value):
        return value and [value[0], value[1], [number(v, value[0]) for v in value[2]]]

    kept = {key: answer[key] for key in ("error", "grad_error") if key in answer}
    kept.update({key: list(map(short, answer[key])) for key in ("out", "grad") if key in answer})
    return kept


def record(tensorflow, chosen, found, kept):
    """Writes TensorFlow's answers to the calls that are recorded already, to those that were found to differ once, and to some of every function."""
    recorded = [json.loads(line)[0] for line in RECORD.read_text().splitlines()] if RECORD.exists() else []
    some = [call for each in chosen.values() for call in each[:: max(len(each) // 3, 1)]]
    lines, per_function = [], {}
    for call, answer, kind, _ in compared(tensorflow, list(dict.fromkeys(recorded + found + some)), kept):
        line = json.dumps([call, shortened(answer)], separators=(",", ":"))
        name = function_of(call)
        wanted = call in recorded or (per_function.get(name, 0) < MOST_OF_A_FUNCTION and len(line) < MOST_CHARACTERS)
        if not kind and wanted:
            per_function[name] = per_function.get(name, 0) + 1
            lines.append(line)
    RECORD.write_text("\n".join(lines) + "\n")
    print(f"{len(lines)} calls in {RECORD}")


def record_unsigned(tensorflow, chosen, kept):
    """Writes what TensorFlow answers to the calls with unsigned integers, and which it refuses: those that have no known difference."""
    calls = [call for each in chosen.values() for call in each]
    lines = []
    for call, answer, kind, _ in compared(tensorflow, calls, kept):
        answer = shortened(answer)
        line = json.dumps([call, answer], separators=(",", ":"))
        if len(line) < MOST_CHARACTERS and (not kind or kind == "accepts"):
            lines.append(line)
    UNSIGNED.write_text("\n".join(lines) + "\n")
    print(f"{len(lines)} calls in {UNSIGNED}")


def function_of(call):
    name = re.match(r"tf\.([\w.]+)\(", call)
    return name.group(1) if name else "operators"


def recorded(path):
    """The calls of a record and TensorFlow's answers, by function."""
    by_function = {}
    for line in path.read_text().splitlines():
        call, answer = json.loads(line)
        by_function.setdefault(function_of(call), []).append((call, answer))
    return by_function


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--tensorflow", metavar="PYTHON", help="an interpreter that has TensorFlow")
    parser.add_argument("--calls", type=pathlib.Path, help="calls to compare instead, or to record besides, one a line")
    parser.add_argument("--most", type=int, default=4, help="differences of one kind that are shown of a function")
    parser.add_argument("--different", type=pathlib.Path, help="write the calls that differ to this file")
    parser.add_argument("--answers", type=pathlib.Path, help="a file that keeps TensorFlow's answers from one run to the next")
    parser.add_argument("--record", action="store_true", help="write down what TensorFlow says")
    parser.add_argument("--unsigned", action="store_true", help="of uint16, uint32 and uint64")
    parser.add_argument("--run", choices=["whygrad", "tensorflow"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        return run_all(options.run)
    if not options.tensorflow:
        parser.error("--tensorflow PYTHON is needed")
    every = function_calls.unsigned_calls() if options.unsigned else function_calls.calls()
    chosen = {name: each for name, each in every.items() if not options.names or name in options.names}
    given = options.calls.read_text().splitlines() if options.calls else []
    if options.record and options.unsigned:
        return record_unsigned(options.tensorflow, chosen, options.answers)
    if options.record:
        return record(options.tensorflow, chosen, given, options.answers)
    different = compare(options.tensorflow, {"calls": given} if given else chosen, options.answers, options.most)
    if options.different:
        options.different.write_text("".join(f"{kind}\t{call}\t{' '.join(words.split())}\n" for kind, call, words in different))
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
