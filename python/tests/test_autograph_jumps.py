"""Random functions of Python whose jumps stand in branches, loops, `try` and `with`: rewritten, each does what it did, in the same order."""

import contextlib
import linecache
import os
import random

import pytest

import whygrad.tf as tf

COUNT = 100 if os.environ.get("WHYGRAD_TESTS") == "sampled" else 600


class Program:
    """The source of f(n, did), which calls did(k) at each step and leaves by returns, jumps and exceptions that depend on n."""

    def __init__(self, seed):
        self.random, self.lines, self.steps = random.Random(seed), ["def f(n, did):", "    x = n"], 0
        self.block(1, 4, in_loop=False)
        self.add(1, "return x")
        self.source = "\n".join(self.lines) + "\n"

    def add(self, depth, line):
        self.lines.append("    " * depth + line)

    def add_step(self, depth, _in_loop):
        self.steps += 1
        self.add(depth, f"x = did({self.steps}, x)")

    def test(self):
        return f"(x + {self.random.randint(0, 6)}) % {self.random.randint(2, 4)} == {self.random.randint(0, 2)}"

    def block(self, depth, size, in_loop):
        for _ in range(self.random.randint(1, size)):
            self.statement(depth, in_loop)

    def statement(self, depth, in_loop):
        kinds = ["step", "step", "jump", "raise"]
        kinds += ["if", "if", "loop", "try", "try", "with", "walrus"] if depth < 5 else []
        getattr(self, "add_" + self.random.choice(kinds))(depth, in_loop)

    def add_jump(self, depth, in_loop):
        jumps = ["return x * 2", "return", "return (x, 1)", *(["break", "continue"] * 2 if in_loop else [])]
        if self.random.random() < 0.3:
            self.add(depth, self.random.choice(jumps))
        else:
            self.add(depth, f"if {self.test()}:")
            self.add(depth + 1, self.random.choice(jumps))

    def add_raise(self, depth, _in_loop):
        self.add(depth, f"if {self.test()}:")
        self.add(depth + 1, f"raise {self.random.choice(['KeyError', 'ValueError'])}(x)")

    def add_walrus(self, depth, _in_loop):
        self.add(depth, f"if {self.test()} and (y := x + 1) > 3:")
        self.add(depth + 1, "x = did(-1, y)")

    def add_if(self, depth, in_loop):
        self.add(depth, f"if {self.test()}:")
        self.block(depth + 1, 2, in_loop)
        if self.random.random() < 0.5:
            self.add(depth, "else:")
            self.block(depth + 1, 2, in_loop)

    def add_loop(self, depth, in_loop):
        if self.random.random() < 0.6:
            self.add(depth, f"for i in range({self.random.randint(0, 3)}):")
            self.add(depth + 1, "x = x + i")
        else:
            self.steps += 1
            self.add(depth, f"k{self.steps} = 0")
            self.add(depth, f"while k{self.steps} < 3:")
            self.add(depth + 1, f"k{self.steps} += 1")
        self.block(depth + 1, 3, True)
        if self.random.random() < 0.3:
            self.add(depth, "else:")
            self.block(depth + 1, 1, in_loop)

    def add_try(self, depth, in_loop):
        self.add(depth, "try:")
        self.block(depth + 1, 2, in_loop)
        if handled := self.random.random() < 0.8:
            self.add(depth, f"except {self.random.choice(['KeyError', 'ValueError', 'Exception'])}:")
            self.block(depth + 1, 1, in_loop)
            if self.random.random() < 0.5:
                self.add(depth, "else:")
                self.block(depth + 1, 1, in_loop)
        if not handled or self.random.random() < 0.3:
            self.add(depth, "finally:")
            if self.random.random() < 0.8:
                self.add_step(depth + 1, in_loop)
            else:
                self.block(depth + 1, 1, in_loop)

    def add_with(self, depth, in_loop):
        self.add(depth, f"with {self.random.choice(['suppress(KeyError)', 'suppress(ValueError, KeyError)', 'plain()'])}:")
        self.block(depth + 1, 2, in_loop)


def outcome(function, n):
    """What it answers or raises, and its steps."""
    steps = []

    def did(k, x):
        steps.append((k, x))
        if len(steps) > 200:
            raise OverflowError
        return x + 1

    try:
        return function(n, did), steps
    except Exception as error:  # of the program
        return type(error), error.args, steps


@pytest.mark.parametrize("first", range(0, COUNT, 100))
def test_a_rewritten_function_does_what_it_did(first):
    rewritten = 0
    for seed in range(first, first + 100):
        source = Program(seed).source
        file = f"<jumps {seed}>"
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        names = {"suppress": contextlib.suppress, "plain": contextlib.nullcontext}
        exec(compile(source, file, "exec"), names)
        try:
            function = tf.autograph.to_graph(names["f"])
        except ValueError as reason:
            assert "finally" in str(reason), source
            continue
        rewritten += 1
        for n in range(6):
            assert outcome(function, n) == outcome(names["f"], n), source
    assert rewritten > 60
