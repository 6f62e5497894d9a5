#!/usr/bin/env python3
"""make_pictures.py: makes docs/pictures anew. Each is a screenshot of what `python -m whygrad explain train.py --format html` makes of a program below.

Needs whygrad where this interpreter finds it, and what tests/render_html/browser.py needs: Chromium and Debian's python3-selenium.
"""

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

PICTURES = {"accuracy": (ACCURACY, ""), "zero": (ZERO, ""), "large": (LARGE, "block_25/round")}  # with what is searched for


def make(name, program, query):
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "train.py").write_text(program)
        command = [sys.executable, "-m", "whygrad", "explain", "train.py", "--format", "html", "--output", "page.html"]
        if subprocess.run(command, cwd=folder).returncode != 1:
            sys.exit(f"{name}: there should be something to report")
        picture = ROOT / "docs" / "pictures" / f"{name}.png"
        subprocess.run(["/usr/bin/python3", ROOT / "tests/render_html/browser.py", "screenshot", "page.html", picture, query], cwd=folder, check=True)
        print(picture)


if __name__ == "__main__":
    for entry, (source, query) in PICTURES.items():
        make(entry, source, query)
