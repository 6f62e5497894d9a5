"""Memory, threads, processes, and the end of the interpreter."""

import gc
import os
import resource
import subprocess
import sys
import threading
import weakref

import numpy as np
import pytest

import whygrad as wg
import whygrad.tf as tf


def grows(step, rounds=300):
    """Bytes of resident memory that further rounds add."""
    for _ in range(rounds):
        step()
    gc.collect()
    before = int(open("/proc/self/statm").read().split()[1])
    for _ in range(rounds):
        step()
    gc.collect()
    return (int(open("/proc/self/statm").read().split()[1]) - before) * resource.getpagesize()


def train():
    w = tf.Variable(tf.ones([64, 64]))

    @tf.custom_gradient
    def f(x):
        return x * 2.0, lambda dy: dy * 2.0

    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(f(tf.matmul(tf.constant(np.ones((64, 64), np.float32)), w))[1:, None])
    w[0].assign(tape.gradient(loss, w)[0])
    np.asarray(w[1])
    w.numpy()


def exchange():
    t = wg.from_dlpack(np.ones(100_000))
    view = np.asarray(tf.reshape(t, [100, 1000])[3])
    assert view[0] == 1


def fail():
    for broken in (
        lambda: tf.constant([[1.0], [1.0, 2.0]]),
        lambda: tf.ones([2]) + tf.ones([3]),
        lambda: tf.constant([object()]),
        lambda: tf.add(1.0),
        lambda: tf.add(1.0, 2.0, bad=1),
    ):
        with pytest.raises((TypeError, ValueError)):
            broken()


# Tensors in a cycle would hold their memory until the collector, to which they look small, comes by.
def test_a_training_step_leaves_no_cycles():
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            layers.Conv2D(2, 3, activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(4, activation="tanh"),
            layers.BatchNormalization(),
            layers.Dense(3),
        ]
    )
    loss_of, adam = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), tf.keras.optimizers.Adam(global_clipnorm=1.0)

    def step():
        with tf.GradientTape(persistent=True) as tape:
            loss = loss_of([0, 1], model(tf.ones([2, 5, 5, 1]), training=True))
        assert tf.nest.flatten(tape.gradient({"loss": loss}, {"all": model.trainable_variables}))
        adam.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))

    step()
    gc.collect()
    gc.disable()
    try:
        step()
        assert gc.collect() == 0
    finally:
        gc.enable()


@pytest.mark.parametrize("step", [train, exchange, fail])
def test_nothing_leaks(step):
    assert grows(step) < 4 << 20


def test_arrays_are_given_back():
    class Array(np.ndarray):
        pass

    array = np.ones(1000).view(Array)
    alive = weakref.ref(array)
    t = wg.from_dlpack(array)
    del array
    assert alive() is not None
    del t
    tf.ones([1])
    gc.collect()
    for _ in range(70_000):  # the log may still hold a value that a tape kept
        if alive() is None:
            break
        tf.ones([1])
    assert alive() is None


def test_threads_have_tapes_of_their_own():
    w, results = tf.Variable(2.0), []

    def work(factor):
        for _ in range(50):
            with tf.GradientTape() as tape:
                y = tf.reduce_sum(tf.ones([200, 200]) * w * factor)
            results.append(tape.gradient(y, w).numpy() / factor)

    threads = [threading.Thread(target=work, args=(float(i + 1),)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(results) == 200 and all(abs(r - 40000) < 1 for r in results)


def test_a_tape_belongs_to_its_thread():
    w, caught = tf.Variable(2.0), []
    with tf.GradientTape() as tape:
        y = w * w

    def ask():
        with pytest.raises(RuntimeError):
            tape.gradient(y, w)
        caught.append(True)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert caught == [True]


def test_a_forked_child_computes():
    child = os.fork()
    if child == 0:
        v = tf.Variable([1.0, 2.0])
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(v * v)
        os._exit(0 if tape.gradient(y, v).numpy().tolist() == [2, 4] else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize(
    "program",
    [
        "import whygrad.tf as tf; x = tf.ones([3]); tape = tf.GradientTape(); tape.__enter__(); v = tf.Variable(x); y = v * v",
        "import numpy, whygrad; t = whygrad.from_dlpack(numpy.ones(10)); keep = [t, numpy.asarray(t)]",
        "import whygrad.tf as tf, sys; f = tf.custom_gradient(lambda x: (x, lambda dy: dy)); sys.kept = f(tf.Variable(1.0))",
        "import whygrad, whygrad.tf as tf; report = whygrad.diagnose(values=True); report.__enter__()",
    ],
)
def test_the_interpreter_ends_quietly(program):
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


# What a thread that nobody waits for does when the interpreter ends: work without the lock, work with it, and call Python from the engine.
@pytest.mark.parametrize(
    "step",
    [
        "tf.matmul(tf.ones([300, 300]), tf.ones([300, 300]))",
        "tf.ones([3]) + 1.0",
        "tf.custom_gradient(lambda x: (x * 2.0, lambda dy: sum(range(10000)) * dy))(tf.Variable(1.0))",
        "tape.gradient(rule(v), v)",
        "list(tf.data.Dataset.range(5).map(lambda x: x + sum(range(10000))).prefetch(2))",
    ],
)
def test_the_interpreter_ends_quietly_under_a_running_thread(step):
    program = f"""
import whygrad.tf as tf, threading, time
rule = tf.custom_gradient(lambda x: (x * 2.0, lambda dy: sum(range(10000)) * dy))
v = tf.Variable(1.0)
def forever():
    while True:
        with tf.GradientTape() as tape:
            {step}
for _ in range(3):
    threading.Thread(target=forever, daemon=True).start()
time.sleep(0.2)
"""
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
