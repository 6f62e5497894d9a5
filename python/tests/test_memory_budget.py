"""tf.function(memory_budget=...): the same bits in less memory."""

import numpy as np
import pytest

import whygrad.tf as tf


class Net:
    def __init__(self, layers=12):
        rng = np.random.default_rng(0)
        self.weights = [tf.Variable(rng.normal(size=(64, 64)).astype("f") * 0.2) for _ in range(layers)]
        self.x = tf.constant(rng.normal(size=(256, 64)).astype("f"))

    def loss(self, x):
        for w in self.weights:
            x = tf.tanh(x @ w)
        return tf.reduce_mean(tf.square(x))

    def step(self, x):
        with tf.GradientTape() as tape:
            loss = self.loss(x)
        return [loss, *tape.gradient(loss, self.weights)]

    def step_through_a_call(self, function):
        with tf.GradientTape() as tape:
            loss = function(self.x)
        return [loss, *tape.gradient(loss, self.weights)]


def same_bits(a, b):
    assert [x.numpy().tobytes() for x in a] == [x.numpy().tobytes() for x in b]


@pytest.mark.parametrize("budget", [1_000_000, 700_000, 560_000])
def test_a_step_gives_the_same_bits(budget):
    net = Net()
    same_bits(tf.function(net.step, memory_budget=budget)(net.x), tf.function(net.step)(net.x))


@pytest.mark.parametrize("budget", [900_000, 600_000])
def test_a_call_keeps_less_for_its_gradient(budget):
    net = Net()
    same_bits(net.step_through_a_call(tf.function(net.loss, memory_budget=budget)), net.step_through_a_call(tf.function(net.loss)))


def test_a_decorator_and_a_method():
    class Model(Net):
        @tf.function(memory_budget=700_000)
        def traced(self, x):
            return self.step(x)

    net = Model()
    same_bits(net.traced(net.x), net.step(net.x))


def test_what_cannot_be_had_is_said_before_anything_runs():
    net, count = Net(3), tf.Variable(0)

    @tf.function(memory_budget=10_000)
    def step(x):
        count.assign_add(1)
        return net.step(x)

    with pytest.raises(
        ValueError,
        match=r"(?s)\[step\] memory_budget is 10,000 bytes .*the least that was found .*test_memory_budget.py:\d+.*help: give it that much",
    ):
        step(net.x)
    assert count.numpy() == 0


@pytest.mark.parametrize("budget", [-1, "1 GiB", 1.5])
def test_a_budget_is_a_number_of_bytes(budget):
    with pytest.raises(ValueError, match=r"\[step\] memory_budget is .*\nhelp: give a number of bytes"):
        tf.function(Net(1).step, memory_budget=budget)
