"""whygrad.profile: where time goes, in eager programs and in traced ones."""

import json

import pytest

import whygrad
import whygrad.tf as tf


def test_counts_calls_and_their_work():
    x = tf.ones([64, 32])
    w = tf.Variable(tf.ones([32, 16]))
    with whygrad.profile() as p:
        for _ in range(3):
            with tf.GradientTape() as tape:
                y = tf.reduce_sum(tf.matmul(x, w))
            tape.gradient(y, w)
    tf.matmul(x, w)
    products = [row for row in p.rows() if row["op"] == "matmul"]
    assert sum(row["calls"] for row in products) == 6
    assert sum(row["flops"] for row in products) == 6 * 2 * 64 * 32 * 16
    assert all(row["place"].startswith("test_profile.py:") for row in products)
    assert 0 < sum(row["seconds"] for row in p.rows()) < p.seconds
    assert "matmul" in str(p) and "outside of ops" in str(p)


def test_sees_the_steps_of_traced_functions():
    @tf.function
    def f(x):
        return tf.tanh(x * 2.0 + 1.0)

    x = tf.ones([8, 8])
    f(x)
    with whygrad.profile() as p:
        f(x)
    (row,) = p.rows()
    assert row["op"] == "fused: multiply, add, tanh" and row["calls"] == 1
    assert row["bytes"] == 4 * (64 + 1 + 1 + 64)


def test_trace_is_readable():
    with whygrad.profile() as p:
        tf.ones([3]) + 1.0
    (event,) = [e for e in json.loads(p.trace())["traceEvents"] if e["name"] == "add"]
    assert event["ph"] == "X" and event["dur"] >= 0 and event["args"]["place"].startswith("test_profile.py:")


def test_profiles_are_nested():
    with whygrad.profile() as outer:
        tf.exp(1.0)
        with whygrad.profile() as inner:
            tf.sin(1.0)
    assert [row["op"] for row in inner.rows() if row["op"] in ("exp", "sin")] == ["sin"]
    assert sorted(row["op"] for row in outer.rows() if row["op"] in ("exp", "sin")) == ["exp", "sin"]


def test_needs_with():
    with pytest.raises(ValueError, match="with whygrad.profile"):
        whygrad.profile().table()


def test_compiled_graph():
    f = tf.function(lambda x: tf.tanh(x * 2.0))
    concrete = f.get_concrete_function(tf.ones([4]))
    assert "fused" not in concrete.graph().to_text()
    assert "fused" in concrete.graph().to_text(compiled=True)
