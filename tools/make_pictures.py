#!/usr/bin/env python3
"""make_pictures.py: makes docs/pictures anew. Each is a screenshot of what `python -m whygrad explain train.py --format html` makes of a program below, or of
the page of a traced function's graph.

Needs whygrad where this interpreter finds it, and what tests/render_html/browser.py needs: Chromium and Debian's python3-selenium. Programs on other
engines are run where these are installed.
"""

import importlib.util
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

ACCURACY = """\
import tensorflow as tf

x, labels = tf.random.normal([128, 4]), tf.zeros([128], tf.int64)
hidden = tf.Variable(tf.random.normal([4, 8]), name="hidden/kernel")
bias = tf.Variable(tf.zeros([8]), name="hidden/bias")
out = tf.Variable(tf.random.normal([8, 3]), name="out/kernel")

with tf.GradientTape() as tape:
    h = tf.nn.relu(x @ hidden + bias)
    best = tf.argmax(h @ out, axis=1)
    correct = tf.cast(best == labels, tf.float32)
    accuracy = tf.reduce_mean(correct)

tape.gradient(accuracy, [hidden, bias, out])
"""

ZERO = """\
import tensorflow as tf

x = tf.random.normal([64, 8], seed=1)
w = tf.Variable(tf.random.normal([8, 4], seed=2), name="w")
b = tf.Variable(tf.fill([4], -20.0), name="b")

with tf.GradientTape() as tape:
    units = tf.nn.relu(x @ w + b)
    loss = tf.reduce_mean(tf.square(units - 1.0))

tape.gradient(loss, [w, b])
"""

LARGE = """\
import tensorflow as tf

w = tf.Variable([1.0, 2.0, 3.0], name="w")

with tf.GradientTape() as tape:
    y = w
    for block in range(50):
        with tf.name_scope(f"block_{block}"):
            for i in range(48):
                y = 0.5 * y + 0.1
            if block == 25:
                y = tf.round(y)
    loss = tf.reduce_sum(y)

tape.gradient(loss, w)
"""

KERAS = """\
import tensorflow as tf

keras = tf.keras
keras.utils.set_random_seed(0)
images, labels = tf.random.normal([64, 28, 28]), tf.random.uniform([64], maxval=10, dtype=tf.int32)

model = keras.Sequential(
    [
        keras.layers.Flatten(),
        keras.layers.Dense(64, activation="relu", name="hidden"),
        keras.layers.Dense(10, name="scores"),
    ]
)


def loss_of(images, labels):
    predicted = tf.argmax(model(images), axis=1)
    wrong = tf.not_equal(tf.cast(predicted, tf.int32), labels)
    return tf.reduce_mean(tf.cast(wrong, tf.float32))


with tf.GradientTape() as tape:
    loss = loss_of(images, labels)
gradients = tape.gradient(loss, model.trainable_variables)
print(gradients)
"""

TORCH = """\
import torch
from torch import nn

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(16, 32)
        self.head = nn.Linear(32, 4)

    def forward(self, x):
        features = torch.relu(self.encoder(x))
        return self.head(features.detach())


model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
x, y = torch.randn(32, 16), torch.randint(0, 4, (32,))
loss = nn.functional.cross_entropy(model(x), y)
loss.backward()
optimizer.step()
"""

STEP = """\
import whygrad
import whygrad.tf as tf

w1 = tf.Variable(tf.random.normal([16, 32]), name="w1")
b1 = tf.Variable(tf.zeros([32]), name="b1")
w2 = tf.Variable(tf.random.normal([32, 1]), name="w2")


@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        h = tf.tanh(x @ w1 + b1)
        loss = tf.reduce_mean(tf.square(h @ w2 - y))
    for variable, gradient in zip([w1, b1, w2], tape.gradient(loss, [w1, b1, w2])):
        variable.assign_sub(0.1 * gradient)
    return loss


whygrad.save_graph(step.graph(tf.zeros([64, 16]), tf.zeros([64, 1])), "step.wggraph")
"""

# With what is searched for, and the engine on which the program runs.
PICTURES = {
    "accuracy": (ACCURACY, "", "whygrad"),
    "zero": (ZERO, "", "whygrad"),
    "large": (LARGE, "block_25/round", "whygrad"),
    "tensorflow": (KERAS, "", "tensorflow"),
    "torch": (TORCH, "", "torch"),
}


def make(name, program, query, engine):
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "train.py").write_text(program)
        command = [sys.executable, "-m", "whygrad", "explain", "--engine", engine, "--format", "html", "--output", "page.html", "train.py"]
        if subprocess.run(command, cwd=folder).returncode != 1:
            sys.exit(f"{name}: there should be something to report")
        picture = ROOT / "docs" / "pictures" / f"{name}.png"
        subprocess.run(["/usr/bin/python3", ROOT / "tests/render_html/browser.py", "screenshot", "page.html", picture, query], cwd=folder, check=True)
        print(picture)


def make_graph():
    """One step of training before and after passes."""
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "train.py").write_text(STEP)
        subprocess.run([sys.executable, "train.py"], cwd=folder, check=True)
        subprocess.run(
            [sys.executable, "-m", "whygrad", "graph", "step.wggraph", "--format", "html", "--output", "page.html"], cwd=folder, check=True
        )
        for name, page in (("graph_traced", "page.html"), ("graph_compiled", "page.html#compiled")):
            picture = ROOT / "docs" / "pictures" / f"{name}.png"
            subprocess.run(["/usr/bin/python3", ROOT / "tests/render_html/browser.py", "screenshot", page, picture], cwd=folder, check=True)
            print(picture)


if __name__ == "__main__":
    make_graph()
    for entry, (source, query, engine) in PICTURES.items():
        if importlib.util.find_spec(engine) is None:
            print(f"{entry}: left as it is, since {engine} is not installed here")
        else:
            make(entry, source, query, engine)
