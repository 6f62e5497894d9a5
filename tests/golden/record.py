"""Records what TensorFlow answers to the samples of every op, for tests/ops/golden_test.cpp.

    python record.py --program build/release/tests/ops_test [--ops NAME ...]

Run it with an interpreter that has TensorFlow 2.21. The program writes the samples down as calls of ops (tests/ops/golden/programs.hpp), calls.py says how
TensorFlow computes each op, and tensorflow.jsonl gets, for each sample in f64 and in f32, the values, the first derivative, the tangent and the second
derivative (f64), to 13 and 8 digits. A sample whose calls have changed has another fingerprint, which the test notices.

The numbers in tensorflow.jsonl are results of computations of the samples of this repository and stand under its licence.
"""

import argparse
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import calls  # noqa: E402
import tensorflow as tf  # noqa: E402

HERE = pathlib.Path(__file__).parent
RECORD = HERE / "tensorflow.jsonl"
DERIVATIVES = ("first", "tangent", "second")


def programs_of(program, ops):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "programs"
        environment = {**os.environ, "WHYGRAD_GOLDEN_CALLS": str(path)}
        names = ":".join(f"Ops/Golden.AnswersAreTensorFlows/{op}" for op in ops) or "*Golden*"
        subprocess.run([program, "--gtest_brief=1", f"--gtest_filter={names}"], env=environment, check=True, stdout=subprocess.DEVNULL)
        return [json.loads(line) for line in path.read_text().splitlines()]


# ---- Running a program ----


def tensor_of(told):
    values = [float(v) if isinstance(v, str) else v for v in told["values"]]
    dtype = calls.DTYPES[told["dtype"]]
    if dtype.is_complex:
        values = [complex(*pair) for pair in zip(values[::2], values[1::2])]
    elif dtype == tf.bool:
        values = [bool(v) for v in values]
    return tf.reshape(tf.constant(values, dtype), told["shape"])


def run(program, inputs):
    results = []

    def value(of):
        if "input" in of:
            return inputs[of["input"]]
        return results[of["step"]][of["output"]] if "step" in of else tensor_of(of)

    for step in program["steps"]:
        results.append(calls.call(step["op"], [value(of) for of in step["inputs"]], step["attributes"]))
    kept = calls.OUTPUTS.get(program["op"], (range(len(program["outputs"])), ""))[0]
    return [value(program["outputs"][k]) for k in kept]


def can_differ(tensor):
    return tensor is not None and (tensor.dtype.is_floating or tensor.dtype.is_complex)


def weights_of(like, offset):
    """As weights_of in tests/ops/golden/programs.cpp."""
    count = math.prod(like.shape)
    numbers = tf.reshape(tf.constant([1.0 + (i + offset) % 4 for i in range(count)], tf.float64), like.shape)
    return tf.cast(tf.complex(numbers, tf.fill(like.shape, tf.constant(0.5, tf.float64))) if like.dtype.is_complex else numbers, like.dtype)


def weighted_gradients(tape, of, sources):
    targets = [(t, weights_of(t, k)) for k, t in enumerate(of) if can_differ(t)]
    if not targets:
        return [None] * len(sources)
    return [whole(g) for g in tape.gradient([t for t, _ in targets], sources, [w for _, w in targets])]


def whole(tensor):
    return tf.convert_to_tensor(tensor) if isinstance(tensor, tf.IndexedSlices) else tensor


def first_line(error):
    return str(error).strip().split("\n")[0][:120]


def derivatives(program, inputs):
    """{"first": [...], "tangent": [...], "second": [...]}, where a text says why there is none."""
    sources = [inputs[i] for i in program["differentiate"]]
    if not sources or not program["order"]:
        return {}
    found = {}
    with tf.GradientTape() as outer:
        outer.watch(sources)
        with tf.GradientTape() as inner:
            inner.watch(sources)
            outputs = run(program, inputs)
        try:
            found["first"] = weighted_gradients(inner, outputs, sources)
        except Exception as error:  # every kind says that TensorFlow has no answer
            return {"first": first_line(error)}
    if program["dtype"] == "f32":
        return found
    if program["order"] > 1:
        try:
            found["second"] = weighted_gradients(outer, found["first"], sources)
        except Exception as error:
            found["second"] = first_line(error)
    try:
        with tf.autodiff.ForwardAccumulator(sources, [weights_of(x, j + 1) for j, x in enumerate(sources)]) as accumulator:
            outputs = run(program, inputs)
        found["tangent"] = [whole(accumulator.jvp(y)) if can_differ(y) else None for y in outputs]
    except Exception as error:
        found["tangent"] = first_line(error)
    return found


# ---- Writing it down ----


def numbers_of(tensor, digits):
    array = tf.reshape(tensor, [-1]).numpy()
    flat = [part for v in array.tolist() for part in ((v.real, v.imag) if isinstance(v, complex) else (v,))]
    shape = tensor.shape.as_list() + ([2] if tensor.dtype.is_complex else [])
    if tensor.dtype.is_complex or tensor.dtype.is_floating:
        flat = [float(f"{v:.{digits}g}") if math.isfinite(v) else repr(v) for v in flat]
        flat = [int(v) if not isinstance(v, str) and v == int(v) and abs(v) < 1e9 else v for v in flat]
    else:
        flat = [int(v) for v in flat]
    return {"shape": shape, "values": flat}


def told(program, results, digits):
    """A list for each kind of answer; where TensorFlow has none, {"why": text} for an error and {} for None."""
    answer = {}
    for kind, tensors in results.items():
        if isinstance(tensors, str):
            answer[kind] = [{"why": tensors}] * (len(results["value"]) if kind == "tangent" else len(program["differentiate"]))
        else:
            answer[kind] = [{} if t is None else numbers_of(t, digits) for t in tensors]
    return answer


def line_of(program):
    op, dtype = program["op"], program["dtype"]
    line = {"op": op, "sample": program["sample"], "dtype": dtype, "program": program["program"]}
    if op in calls.OUTPUTS:
        line["outputs"] = calls.OUTPUTS[op][0]
    if op in calls.TOLERANCES:
        line["tolerance"] = calls.TOLERANCES[op][dtype == "f32"]
    if dtype == "f64" and op in calls.F32_ONLY:
        return {**line, "why": "TensorFlow computes in f32"}
    inputs = [tensor_of(told) for told in program["inputs"]]
    try:
        results = {"value": run(program, inputs)}
    except Exception as error:
        return {**line, "why": f"{type(error).__name__}: {first_line(error)}"}
    results.update(derivatives(program, inputs))
    kind, why, *which = calls.WRONG.get(op, ("", ""))
    if why and (not kind or any(x.dtype.is_complex for x in inputs)):
        results.update({answer: why for answer in (which or [DERIVATIVES])[0] if answer in results})
    return {**line, **told(program, results, 13 if dtype == "f64" else 8)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="the program of the tests of ops")
    parser.add_argument("--ops", nargs="*", default=[], help="record these anew and keep the others")
    parser.add_argument("--print", action="store_true", help="say what TensorFlow does not answer")
    options = parser.parse_args()
    lines = []
    if options.ops:
        lines = [line for line in map(json.loads, RECORD.read_text().splitlines()) if line["op"] not in options.ops]
    programs = programs_of(options.program, options.ops)
    known = {program["op"] for program in programs}
    lines += [{"op": op, "absent": why} for op, why in calls.ABSENT.items() if op in known]
    for program in programs:
        if program["op"] not in calls.ABSENT:
            lines.append(line_of(program))
            if options.print and '"why"' in json.dumps(lines[-1]):
                print(json.dumps({k: v for k, v in lines[-1].items() if '"why"' in json.dumps({k: v}) or k in ("op", "sample", "dtype")})[:400])
    lines.sort(key=lambda line: (line["op"], line.get("sample", 0), line.get("dtype", "") != "f64"))
    RECORD.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
    numbers = sum(len(t.get("values", [])) for line in lines for kind in ("value", *DERIVATIVES) for t in line.get(kind, []))
    print(f"{len(known)} ops, {len(lines)} lines, {numbers} numbers, {RECORD.stat().st_size} bytes")


if __name__ == "__main__":
    sys.exit(main())
