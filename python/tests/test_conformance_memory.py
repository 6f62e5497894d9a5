"""TensorFlow's promises of memory and threads (MM, TH), as far as a program can see them."""

import gc
import threading
import weakref


def test_MM_01_a_gradient_leaves_nothing_behind(tf):
    v = tf.Variable([1.0, 2.0])

    def step():
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(v * v)
        return tape.gradient(y, v)

    step()
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(20):
        step()
    gc.collect()
    assert len(gc.get_objects()) - before < 20


def test_MM_03_a_used_tape_holds_no_custom_rule(tf):
    class Kept:
        pass

    kept = Kept()
    gone = weakref.ref(kept)

    @tf.custom_gradient
    def identity(x, held=kept):
        return x, lambda dy, held=held: dy

    v = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = identity(v)
    tape.gradient(y, v)
    del tape, y, identity, kept
    gc.collect()
    assert gone() is None


def test_MM_12_tapes_in_tapes_do_not_leak(tf, same):
    v = tf.Variable(1.0)
    counts = []
    for _ in range(3):
        for _ in range(20):
            with tf.GradientTape(persistent=True) as outer:
                with tf.GradientTape() as inner:
                    y = tf.sin(v)
                first = inner.gradient(y, v)
            second = outer.gradient(first, v)
            del outer, inner
        gc.collect()
        counts.append(len(gc.get_objects()))
    same([first, second], [0.5403023, -0.84147098])
    assert counts[2] - counts[1] < 20


def test_TH_threads_differentiate_side_by_side(tf):
    v, found = tf.Variable(3.0), {}

    def work(k):
        for _ in range(20):
            with tf.GradientTape() as tape:
                y = v * v * float(k)
            found[k] = tape.gradient(y, v).numpy()

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {k: 6.0 * k for k in range(4)}


def test_TH_a_tape_does_not_see_other_threads(tf):
    x, other = tf.constant(2.0), []
    with tf.GradientTape() as tape:
        tape.watch(x)
        thread = threading.Thread(target=lambda: other.append(x * x))
        thread.start()
        thread.join()
    assert tape.gradient(other[0], x) is None
