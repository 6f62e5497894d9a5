"""Runs programs under TensorFlow and under whygrad.tf and compares what they leave in `grads`.

    compare_tensorflow.py --tensorflow PYTHON [PROGRAM.py | CASES.jsonl ...]
    compare_tensorflow.py --tensorflow PYTHON --record

PYTHON is an interpreter that has TensorFlow. Without arguments the programs beside this file are run. A line of a .jsonl file has the fields `id` and
`program`. Compared are the names, which gradients are None, dtype, shape and values, and where a program raises, the exception's class. A program
whose numbers change with TensorFlow's seed draws them by chance: of it only None, zero, NaN, Inf or a value are compared. --record writes what TensorFlow says to tensorflow.json beside the programs, which
test_programs.py compares with where there is no TensorFlow.
"""

import argparse
import json
import math
import pathlib
import subprocess
import sys

TOLERANCE = 2e-5  # of the largest element: two orders of summation in float32
PROGRAMS = pathlib.Path(__file__).parent / "programs"
RECORD = PROGRAMS / "tensorflow.json"


def programs_in(paths):
    """{name: source}"""
    found = {}
    for path in paths:
        if path.suffix == ".jsonl":
            cases = (json.loads(line) for line in path.read_text().splitlines() if line.strip())
            found.update((case["id"], case["program"]) for case in cases)
        else:
            found[path.stem] = path.read_text()
    return found


# ---- In a process of its own: runs programs that come from stdin, writes what they leave to stdout ----


def plain(gradient, tf):
    """A gradient as what JSON can say."""
    if gradient is None:
        return None
    array = tf.convert_to_tensor(gradient).numpy()
    numbers = array.astype("complex128").view("float64") if array.dtype.kind == "c" else array.astype("float64")
    return {"dtype": array.dtype.name, "shape": list(array.shape), "values": numbers.ravel().tolist()}


def run(source, tf):
    scope = {"__name__": "__main__"}
    try:
        exec(compile(source, "<program>", "exec"), scope)
    except Exception as error:
        return {"error": [c.__name__ for c in type(error).__mro__], "message": str(error)[:200]}
    return {"grads": {name: plain(g, tf) for name, g in scope["grads"].items()}}


def run_all(engine, seed):
    if engine == "whygrad":
        import whygrad.tf as tf

        sys.modules["tensorflow"] = tf
    else:
        import tensorflow as tf
    set_seed = tf.random.set_seed
    tf.random.set_seed = lambda number: set_seed(number + seed)
    results = {}
    for name, source in json.load(sys.stdin).items():
        set_seed(seed)
        results[name] = run(source, tf)
    return results


def results_of(python, engine, seed, programs):
    command = [python, __file__, "--run", engine, "--seed", str(seed)]
    done = subprocess.run(command, input=json.dumps(programs), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{engine} did not run:\n{done.stderr[-4000:]}")
    return json.loads(done.stdout.splitlines()[-1])


# ---- Comparison ----


def status(gradient):
    if gradient is None:
        return "None"
    values = gradient["values"]
    if any(math.isnan(v) for v in values):
        return "NaN"
    if any(math.isinf(v) for v in values):
        return "Inf"
    return "value" if any(values) else "zero"


def same_number(a, b, scale):
    if math.isfinite(a) and math.isfinite(b):
        return abs(a - b) <= TOLERANCE * scale
    return a == b or (math.isnan(a) and math.isnan(b))


def difference(ours, theirs, by_chance):
    """What is different between two gradients in words, or ''."""
    if status(ours) != status(theirs):
        return f"{status(ours)}, and TensorFlow says {status(theirs)}"
    if ours is None:
        return ""
    for field in ("dtype", "shape"):
        if ours[field] != theirs[field]:
            return f"{field} {ours[field]}, and TensorFlow says {theirs[field]}"
    if by_chance:
        return ""
    scale = max((abs(v) for v in theirs["values"] if math.isfinite(v)), default=0.0)
    for i, (a, b) in enumerate(zip(ours["values"], theirs["values"])):
        if not same_number(a, b, scale):
            return f"element {i} is {a!r}, and TensorFlow says {b!r}"
    return ""


def differences(ours, theirs, by_chance):
    """Of one program, a list of words."""
    if "error" in theirs:
        expected = theirs["error"][0]
        if "error" not in ours:
            return [f"raises nothing, and TensorFlow raises {expected}"]
        return (
            [] if expected in ours["error"] else [f"raises {ours['error'][0]} ({ours['message']}), and TensorFlow {expected} ({theirs['message']})"]
        )
    if "error" in ours:
        return [f"raises {ours['error'][0]}: {ours['message']}"]
    names = list(theirs["grads"])
    if list(ours["grads"]) != names:
        return [f"names {list(ours['grads'])}, and TensorFlow {names}"]
    found = ((name, difference(ours["grads"][name], theirs["grads"][name], by_chance)) for name in names)
    return [f"{name}: {words}" for name, words in found if words]


def compare(tensorflow, paths):
    programs = programs_in(paths)
    ours = results_of(sys.executable, "whygrad", 1, programs)
    theirs, other_seed = (results_of(tensorflow, "tensorflow", seed, programs) for seed in (1, 2))
    wrong = 0
    for name in programs:
        by_chance = theirs[name] != other_seed[name]
        words = differences(ours[name], theirs[name], by_chance)
        wrong += bool(words)
        print(f"{name:48} {'different' if words else 'same'}{', of numbers drawn by chance' if by_chance else ''}")
        for line in words:
            print(f"    {line}")
    print(f"\n{len(programs) - wrong} of {len(programs)} programs are the same")
    return 1 if wrong else 0


def record(tensorflow):
    results = results_of(tensorflow, "tensorflow", 1, programs_in(sorted(PROGRAMS.glob("*.py"))))
    lines = (f"{json.dumps(name)}: {json.dumps(result)}" for name, result in results.items())
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=pathlib.Path)
    parser.add_argument("--tensorflow", metavar="PYTHON", help="an interpreter that has TensorFlow")
    parser.add_argument("--record", action="store_true", help="write down what TensorFlow says of the programs beside this file")
    parser.add_argument("--run", choices=["whygrad", "tensorflow"], help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=1, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        results = run_all(options.run, options.seed)  # programs may print, so the results are the last line
        print("\n" + json.dumps(results))
        return 0
    if not options.tensorflow:
        parser.error("--tensorflow PYTHON is needed")
    if options.record:
        return record(options.tensorflow)
    return compare(options.tensorflow, options.paths or sorted(PROGRAMS.glob("*.py")))


if __name__ == "__main__":
    sys.exit(main())
