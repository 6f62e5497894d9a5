"""Random programs of Python's statements over tensors: traced, each gives the values and gradients that it gives as it is. What only a branch not taken uses has zeros in a graph, and nothing outside."""

import linecache
import os
import random

import pytest

import whygrad.tf as tf

COUNT = 40 if os.environ.get("WHYGRAD_TESTS") == "sampled" else 160


class Program:
    """The source of f(a, b, c, rows, limit), with branches, loops and jumps at random places."""

    def __init__(self, seed):
        self.random, self.lines, self.counters = random.Random(seed), ["def f(a, b, c, rows, limit):"], 0
        self.block(1, 4, None)
        self.add(1, "return a + b * c")
        self.source = "\n".join(self.lines) + "\n"

    def add(self, depth, line):
        self.lines.append("    " * depth + line)

    def value(self):
        x, y = self.random.choice("abc"), self.random.choice("abc")
        return self.random.choice(
            [f"{x} * 0.5 + {y}", f"tf.sin({x})", f"{x} - {y}", f"{x} * {y} * 0.25", f"({x} if {x} > {y} else {y} * 0.5)", f"tf.maximum({x}, {y})"]
        )

    def test(self):
        x, y, z = (self.random.choice("abc") for _ in range(3))
        return self.random.choice([f"{x} > {y}", f"{x} > 0.1 and {y} < {z}", f"not {x} < {y}", f"{x} < {y} or {z} > 1.0", f"-2.0 < {x} < {y}"])

    def block(self, depth, size, loop):
        """loop: None, "graph" or "python" (whose number of trips no tensor may change)."""
        for _ in range(self.random.randint(1, size)):
            self.statement(depth, loop)

    def statement(self, depth, loop):
        kind = self.random.choice(["assign", "assign", "if", "if", "jump", "rows", "while", "range"] if depth < 4 else ["assign", "jump"])
        if kind == "assign":
            self.add(depth, f"{self.random.choice('abc')} = {self.value()}")
        elif kind == "if":
            self.add(depth, f"if {self.test()}:")
            self.block(depth + 1, 2, loop)
            if self.random.random() < 0.4:
                self.add(depth, f"elif {self.test()}:")
                self.block(depth + 1, 2, loop)
            if self.random.random() < 0.5:
                self.add(depth, "else:")
                self.block(depth + 1, 2, loop)
        elif kind == "jump":
            jumps = ["return a * 2.0 - c"] if loop != "python" else []
            jumps += ["break", "continue"] if loop == "graph" else []
            self.add(depth, f"if {self.test()}:")
            self.add(depth + 1, self.random.choice(jumps or ["c = c * 0.5"]))
        elif kind == "rows":
            self.add(depth, "for r in rows:")
            self.add(depth + 1, "a = a * 0.9 + r")
            self.block(depth + 1, 3, "graph")
        elif kind == "while":
            self.counters += 1
            n = f"n{self.counters}"
            self.add(depth, f"{n} = tf.constant(0)")
            self.add(depth, f"while {n} < {self.random.choice(['limit', '2'])}:")
            self.add(depth + 1, f"{n} += 1")
            self.block(depth + 1, 3, "graph")
        elif kind == "range":
            self.add(depth, "for i in range(3):")
            self.add(depth + 1, "b = b * 0.5 + i")
            self.add(depth + 1, "if i == 1:")
            self.add(depth + 2, self.random.choice(["break", "continue", "pass"]))
            self.block(depth + 1, 2, "python")

    def function(self, name):
        file = f"<{name}>"
        linecache.cache[file] = (len(self.source), None, self.source.splitlines(True), file)
        names = {"tf": tf}
        exec(compile(self.source, file, "exec"), names)
        return names["f"]


def _results(function, at, limit):
    sources = [tf.constant(x) for x in at] + [tf.constant([0.3, -0.2, 0.7])]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        y = function(*sources, tf.constant(limit))
    return y.numpy().tolist(), [0.0 if g is None else g.numpy().tolist() for g in tape.gradient(y, sources)]


def _flat(results):
    value, gradients = results
    return [value, *gradients[:3], *(gradients[3] if isinstance(gradients[3], list) else [gradients[3]] * 3)]


@pytest.mark.parametrize("first", range(0, COUNT, 20))
def test_a_traced_program_is_the_program(first):
    for seed in range(first, first + 20):
        program = Program(seed)
        function = program.function(f"program {seed}")
        traced = tf.function(function)
        for at, limit in [((0.5, -0.3, 1.2), 3), ((-1.0, 0.4, 0.2), 0), ((2.0, 1.0, -1.5), 1)]:
            expected = _flat(_results(function, at, limit))
            assert _flat(_results(traced, at, limit)) == pytest.approx(expected, rel=1e-4, abs=1e-5), program.source
        assert traced.experimental_get_tracing_count() == 1
