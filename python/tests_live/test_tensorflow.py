"""whygrad.tensorflow on the real TensorFlow."""

import gc
import json
import linecache
import subprocess
import sys
import threading
import weakref

import pytest

tf = pytest.importorskip("tensorflow")
import numpy as np  # noqa: E402
from tensorflow.python.eager import backprop, context, record  # noqa: E402
from tensorflow.python.eager.polymorphic_function import atomic_function  # noqa: E402
from tensorflow.python.framework import constant_op, ops  # noqa: E402
from tensorflow.python.ops import array_ops, clip_ops, resource_variable_ops  # noqa: E402

import programs  # noqa: E402
import whygrad.tensorflow  # noqa: E402
from whygrad.tensorflow._collector import Collector  # noqa: E402


def run(source, scope=None):
    """Runs a program that stands in no file, so that lines and autograph find it."""
    name = f"<program {abs(hash(source))}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    scope = {"__name__": "__main__"} if scope is None else scope
    exec(compile(source, name, "exec"), scope)
    return scope


@pytest.mark.parametrize("mode", programs.MODES)
@pytest.mark.parametrize("name", programs.LOSSES)
def test_the_op_the_line_and_the_cause(name, mode):
    source, line = programs.program(name, mode)
    with whygrad.tensorflow.diagnose(values=True) as report:
        run(source)
    status, cause, op = programs.LOSSES[name][1]
    assert [(f.status, f.cause, f.op, f.line) for f in report.findings] == [(status, cause, op, line)]
    assert "please report" not in report.note


@pytest.mark.parametrize("name", programs.FINE)
def test_what_is_fine_is_not_accused_and_comes_out_the_same_bit_for_bit(name):
    def results(source):
        tf.random.set_seed(7)
        g = run(programs.HEAD + source)["g"]
        return [np.asarray(part).tobytes() for part in (g if isinstance(g, list) else [g])]

    bare = results(programs.FINE[name])
    for values in (False, True):
        with whygrad.tensorflow.diagnose(values=values) as report:
            watched = results(programs.FINE[name])
        assert watched == bare
        assert report.findings == [], str(report)
        assert "please report" not in report.note
    assert results(programs.FINE[name]) == bare


def test_every_patch_is_taken_back():
    def state():
        owners = (backprop.GradientTape, ops.EagerTensor, resource_variable_ops.BaseResourceVariable, array_ops, clip_ops, constant_op, record)
        owners += (atomic_function, atomic_function.AtomicFunction)
        return [{name: id(thing) for name, thing in vars(owner).items()} for owner in owners], list(context.context().op_callbacks)

    run(programs.HEAD + programs.FINE["dense"])
    before = state()
    report = whygrad.tensorflow.diagnose()
    report.__enter__()
    assert state() != before
    report.remove()
    assert state() == before


def test_two_reports_nest():
    with whygrad.tensorflow.diagnose() as outer:
        with whygrad.tensorflow.diagnose() as inner:
            run(programs.program("argmax", "eager")[0])
        run(programs.program("stop", "eager")[0])
    assert [f.cause for f in inner.findings] == ["NONDIFF_OP"]
    assert [f.cause for f in outer.findings] == ["NONDIFF_OP", "STOP_GRADIENT"]


def test_what_fails_in_the_collector_reaches_no_program(monkeypatch):
    monkeypatch.setattr(Collector, "pushed", lambda *_: 1 / 0)
    source, _ = programs.program("argmax", "eager")
    with whygrad.tensorflow.diagnose() as report:
        scope = run(source)
    assert scope["gradient"] is None
    assert "ZeroDivisionError" in report.note and "please report this" in report.note


def test_the_programs_own_exceptions_are_its_own():
    source = programs.HEAD + "with tf.GradientTape() as tape:\n    y = x @ w\ntape.gradient(y, w)\ntape.gradient(y, w)\n"
    with pytest.raises(RuntimeError) as bare:
        run(source)
    with pytest.raises(RuntimeError) as watched:
        with whygrad.tensorflow.diagnose() as report:
            run(source)
    assert str(watched.value) == str(bare.value)
    assert [f.cause for f in report.findings] == ["TAPE_CONSUMED"]
    assert "persistent=True" in str(report) and "stopped at" in str(report)


def test_tensors_of_a_step_that_is_fine_are_let_go():
    v = tf.Variable(tf.ones([64, 64]))
    with whygrad.tensorflow.diagnose(values=True):
        seen = []
        for _ in range(3):
            with tf.GradientTape() as tape:
                y = tf.tanh(v)
                loss = tf.reduce_sum(y)
            tape.gradient(loss, v)
            seen.append(weakref.ref(y))
            del y, loss, tape
        gc.collect()
        assert [ref() is None for ref in seen] == [True, True, True]


def test_an_iterator_ends_when_the_program_lets_it_go():
    """TensorFlow waits for an iterator's threads, which may wait for the interpreter: nobody may end one at another time."""
    handles = []

    @tf.function
    def total(iterator):
        return tf.reduce_sum(next(iterator))

    with whygrad.tensorflow.diagnose(values=True):
        v = tf.Variable(2.0)
        for _ in range(2):
            data = tf.data.Dataset.from_generator(lambda: iter(range(3)), output_signature=tf.TensorSpec((), tf.int32)).batch(1)
            iterator = iter(data)
            with tf.GradientTape() as tape:
                loss = v * tf.cast(next(iterator)[0] + total(iterator), tf.float32)
            assert tape.gradient(loss, v) is not None
            handles.append(weakref.ref(iterator._iterator_resource))
            del iterator, data, tape, loss
        assert [handle() is None for handle in handles] == [True, True]


def test_what_was_made_before_is_known_by_what_it_is():
    v, frozen, spare = tf.Variable([1.0, 2.0], name="v"), tf.Variable([1.0], trainable=False, name="frozen"), tf.Variable([1.0], name="spare")
    plain = tf.constant([3.0, 4.0])
    with whygrad.tensorflow.diagnose() as report:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(v * plain * frozen)
        tape.gradient(loss, [v, frozen, spare, plain])
    assert [(f.source_name, f.cause) for f in report.findings] == [("frozen", "NON_TRAINABLE"), ("spare", "UNUSED"), ("", "NOT_WATCHED")]


def test_explain_asks_without_using_the_tape_up():
    v = tf.Variable([1.0, 2.0], name="v")
    with whygrad.tensorflow.diagnose():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.round(v))
        explanation = whygrad.tensorflow.explain(tape, loss, v)
        assert [f.op for f in explanation.findings] == ["Round"]
        assert tape.gradient(loss, v) is None
    with pytest.raises(RuntimeError, match="nobody watched this tape\nhelp: "):
        whygrad.tensorflow.explain(tf.GradientTape(), loss, v)


def test_no_word_of_whygrads_own_spelling():
    for name in programs.LOSSES:
        with whygrad.tensorflow.diagnose(values=True) as report:
            run(programs.program(name, "eager")[0])
        text = str(report)
        for word in ("whygrad.tf", "whygrad.diagnose(", "Diagnosis", "{.values", "::", "Variable("):
            assert word not in text, text


def test_what_pages_tell_of_an_op_is_spelled_too():
    with whygrad.tensorflow.diagnose() as report:
        run(programs.program("argmax", "eager")[0])
    remedies = [answer.get("remedy", "") for e in json.loads(report.to_json())["explanations"] for d in e["graph"]["defs"] for answer in d["answers"]]
    assert any("tf.nn.sparse_softmax_cross_entropy_with_logits(" in remedy for remedy in remedies), remedies


def test_the_command(tmp_path):
    script = tmp_path / "train.py"
    source, line = programs.program("argmax", "step")
    script.write_text(source)
    done = subprocess.run([sys.executable, "-m", "whygrad", "explain", str(script)], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert f"train.py:{line}" in done.stdout and "argmax" in done.stdout
    script.write_text(programs.HEAD + programs.FINE["dense"])
    done = subprocess.run([sys.executable, "-m", "whygrad", "explain", str(script)], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0 and "every gradient is there" in done.stdout


def test_zeros_that_a_traced_function_answers_for_the_branch_that_did_not_run():
    source = (
        programs.HEAD
        + "@tf.function\ndef f(a):\n    if a > 0.0:\n        return tf.reduce_sum(w)\n    else:\n        return a * a\n"
        + "with tf.GradientTape() as tape:\n    y = f(tf.constant(-1.0))\ng = tape.gradient(y, w)\n"
    )
    with whygrad.tensorflow.diagnose(values=True) as report:
        scope = run(source)
    assert not scope["g"].numpy().any()
    assert [(f.status, f.cause, f.line) for f in report.findings] == [("zero", "CONTROL_FLOW", 8)]


def test_nothing_is_concluded_about_another_thread():
    v, answers = tf.Variable([1.0, 2.0]), []

    def work():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.round(v))
        answers.append(tape.gradient(loss, v))

    with whygrad.tensorflow.diagnose(values=True) as report:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.floor(v))
        assert tape.gradient(loss, v) is None
    assert answers == [None]
    assert [f.op for f in report.findings] == ["Floor"]


@pytest.mark.parametrize("traced", (False, True))
def test_a_strategy_with_one_replica_takes_turns_with_the_program(traced):
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        w, b = tf.Variable([1.0, 2.0], name="w"), tf.Variable([0.5, 0.5], name="b")

    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.round(w) * tf.nn.relu(b - 3.0))
        return tape.gradient(loss, [w, b])

    train = tf.function(lambda: strategy.run(step)) if traced else lambda: strategy.run(step)
    with whygrad.tensorflow.diagnose(values=True) as report:
        answers = train()
    assert answers[0] is None and not answers[1].numpy().any()
    found = {f.source_name: (f.status, f.cause) for f in report.findings}
    assert found == {"w": ("absent", "NONDIFF_OP"), "b": ("zero", "ZERO_GRAD_DEAD_UNIT")}, str(report)
    assert "threads" not in report.note


# ---- From public threads, in words of our own ----


def test_a_line_that_autograph_rewrote_is_the_users():
    source = (
        programs.HEAD
        + "with tf.GradientTape() as tape:\n    ranks = tf.map_fn(lambda row: tf.cast(tf.reduce_sum(row * w[0]), tf.int32), x, fn_output_signature=tf.int32)\n"
    )
    source += "    loss = tf.reduce_sum(tf.cast(ranks, tf.float32))\ng = tape.gradient(loss, w)\n"
    with whygrad.tensorflow.diagnose() as report:
        run(source)
    assert [(f.cause, f.op, f.line) for f in report.findings] == [("INT_DTYPE", "Cast", 7)], str(report)
    assert "autograph" not in str(report) and "ag__" not in str(report)


def test_predict_inside_of_a_tape_goes_through_a_data_set():
    source = programs.HEAD + "net = tf.keras.Sequential([tf.keras.layers.Dense(2)])\nnet(x)\nwith tf.GradientTape() as tape:\n    tape.watch(x)\n"
    source += "    score = tf.convert_to_tensor(net.predict(x, verbose=0))[:, 0]\ng = tape.gradient(score, x)\n"
    try:
        run(source)
    except LookupError:
        # TensorFlow 2.13 refuses predict inside of a tape by itself, and does so while it is watched.
        with whygrad.tensorflow.diagnose(), pytest.raises(LookupError):
            run(source)
        return
    with whygrad.tensorflow.diagnose() as report:
        run(source)
    assert [(f.cause, f.line) for f in report.findings] == [("STATEFUL", 10)], str(report)
    assert "data set" in report.findings[0].why


RESULTS = """
import collections
Pair = collections.namedtuple("Pair", "low high")
@tf.function
def one(x):
    h = x @ w
    return tf.nn.relu(h) * tf.exp(h)
@tf.function
def two(x):
    h = x @ w
    return tf.nn.relu(h), tf.exp(h)
@tf.function
def named(x):
    h = x @ w
    return {"outer": [tf.exp(h), None, tf.sin(h)], "act": tf.nn.relu(h)}
@tf.function
def pair(x):
    return Pair(x - w, x + w)
@tf.function
def branch(x):
    h = x @ w
    if tf.reduce_sum(h) > 0.0:
        return tf.exp(h)
    return h
with tf.GradientTape(persistent=True) as tape:
    single = one(x)
    first, second = two(x)
    both = two(x)
    table = named(x)
    bounds = pair(x)
    taken = branch(x)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 1], logits=w)
    values = tf.linalg.eigvalsh(w)
    vectors = tf.linalg.eigh(w)
    top = tf.math.top_k(w, 1)
    normed, mean, variance = tf.compat.v1.nn.fused_batch_norm(tf.reshape(w, [1, 2, 2, 1]), [1.0], [0.0])
    parts = tf.split(w, 2)
    loss = tf.reduce_sum(w)
sources = [single, first, second, both[1], table["act"], table["outer"][2], bounds.high, taken, losses, values, vectors[1], top[0]]
g = tape.gradient(loss, [*sources, normed, variance, parts[1]])
"""


def test_results_have_the_names_by_which_the_program_takes_them():
    source = "x = tf.ones([2, 2])\nw = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name='w')\n" + RESULTS
    with whygrad.tensorflow.diagnose() as report:
        run("import tensorflow as tf\n" + source)
    names = "single first second both[1] table['act'] table['outer'][2] bounds.high taken losses values vectors[1] top[0]".split()
    for name in [*names, "normed", "variance", "parts[1]"]:
        assert f"`{name}` (line " in str(report), name
    assert "please report" not in report.note


def test_results_outside_of_all_tapes_are_let_go():
    with whygrad.tensorflow.diagnose(values=True):
        seen = []
        for _ in range(20):
            x = tf.ones([1024, 1024]) * 2.0
            seen.append(weakref.ref(x))
        assert sum(part() is not None for part in seen) < 12


def test_an_op_that_runs_only_where_xla_compiles_it_is_no_failure():
    with whygrad.tensorflow.diagnose(values=True) as report:
        run(
            "import tensorflow as tf\n"
            "w = tf.Variable(tf.zeros([2, 2, 6]), name='w')\n"
            "x = tf.ones([4, 6, 4])\n"
            "@tf.function(jit_compile=True)\n"
            "def grouped(x):\n"
            "    return tf.nn.convolution(x, w, strides=2)\n"
            "with tf.GradientTape() as tape:\n"
            "    loss = tf.reduce_sum(tf.square(grouped(x)))\n"
            "g = tape.gradient(loss, w)\n"
        )
    assert [f.status for f in report.findings] == ["zero"] and "please report" not in report.note, report.note


def test_where_a_traced_function_stopped_is_told_by_the_programs_line(tmp_path):
    script = tmp_path / "traced.py"
    script.write_text(
        "import tensorflow as tf\n@tf.function\ndef f(x):\n    if x > 0:\n        raise KeyError('lost')\n    return x\nf(tf.constant(1.0))\n"
    )
    done = subprocess.run([sys.executable, "-m", "whygrad", "explain", str(script)], capture_output=True, text=True)
    assert "stopped at traced.py:5: KeyError" in done.stdout, done.stdout


def test_a_closed_report_holds_no_tensors():
    gc.disable()
    try:
        with whygrad.tensorflow.diagnose(values=True):
            with tf.GradientTape() as tape:
                x = tf.ones([3]) * 2.0
            seen = weakref.ref(x)
            del x, tape
        assert seen() is None
    finally:
        gc.enable()
