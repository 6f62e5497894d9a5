"""python -m whygrad explain SCRIPT.py"""

import json
import os
import subprocess
import sys

import pytest

BROKEN = """
import tensorflow as tf

w = tf.Variable([1.0, 2.0], name="w")
with tf.GradientTape() as tape:
    loss = tf.cast(tf.argmax(w), tf.float32)
print("the program's own words", tape.gradient(loss, w))
"""
FINE = BROKEN.replace("tf.cast(tf.argmax(w), tf.float32)", "tf.reduce_sum(w ** 2)")


@pytest.fixture
def explain(tmp_path):
    def run(source, *options, arguments=()):
        script = tmp_path / "script.py"
        script.write_text(source)
        command = [sys.executable, "-m", "whygrad", "explain", *options, str(script), *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=os.environ, cwd=tmp_path)

    return run


def test_a_program_whose_gradient_is_lost(explain):
    done = explain(BROKEN)
    assert done.returncode == 1, done.stderr
    assert "the program's own words None" in done.stdout
    assert "argmax" in done.stdout and "script.py:6" in done.stdout


def test_a_program_that_is_fine(explain):
    done = explain(FINE)
    assert done.returncode == 0, done.stderr
    assert "every gradient is there" in done.stdout


def test_a_program_that_fails_is_still_reported_on(explain):
    done = explain(BROKEN + "raise KeyError('after')\n")
    assert done.returncode == 2
    assert "KeyError" in done.stderr and "argmax" in done.stdout
    assert explain("import sys\nsys.exit(3)\n").returncode == 2
    assert explain("import sys\nsys.exit(0)\n").returncode == 0


def test_reports_for_machines(explain, tmp_path):
    report = tmp_path / "report"
    assert explain(BROKEN, "--format", "sarif", "--output", str(report)).returncode == 1
    assert json.loads(report.read_text())["version"] == "2.1.0"
    explain(BROKEN, "--format", "json", "--output", str(report))
    assert "NONDIFF_OP" in report.read_text()
    explain(BROKEN, "--format", "html", "--output", str(report))
    assert report.read_text().lower().startswith("<!doctype html>")


def test_the_script_gets_its_arguments(explain):
    done = explain("import sys\nprint(sys.argv[1:])\n", arguments=["--epochs", "3"])
    assert "['--epochs', '3']" in done.stdout


def test_submodules_of_tensorflow_are_found(explain):
    source = "from tensorflow import keras\nfrom tensorflow.keras import layers\nimport tensorflow.keras.layers as same\nassert layers is same is keras.layers\n"
    done = explain(source)
    assert done.returncode == 0, done.stderr
    done = explain("import tensorflow.python.framework\n")
    assert done.returncode == 2 and "help: say `import tensorflow as tf`" in done.stderr


def test_a_script_that_is_not_there():
    done = subprocess.run([sys.executable, "-m", "whygrad", "explain", "nowhere.py"], capture_output=True, text=True)
    assert done.returncode == 2 and "nowhere.py" in done.stderr
