"""The type stubs: made anew, and held against programs by mypy."""

import pathlib
import shutil
import subprocess
import sys

import pytest

import whygrad

ROOT = pathlib.Path(__file__).parents[2]

RIGHT = """
import whygrad
import whygrad.tf as tf

w = tf.Variable([1.0, 2.0], name="w")
with tf.GradientTape() as tape:
    y: tf.Tensor = tf.reduce_sum(tf.math.log(w * 2.0), axis=0)
g = tape.gradient(y, w)
parts: list[tf.Tensor] = tf.split(y, 2)
with whygrad.diagnose(values=True) as report:
    pass
whygrad.matmul(parts[0], parts[1], transpose_a=True)
"""

WRONG = {
    "import whygrad.tf as tf\ntf.reduce_sum(1.0, axes=0)\n": "axes",
    "import whygrad.tf as tf\ntf.relu(1.0)\n": "relu",
    "import whygrad\nparts: list[int] = whygrad.tanh(1.0)\n": "list[int]",
}


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stubs") / "whygrad"
    shutil.copytree(ROOT / "python" / "whygrad", folder)
    subprocess.run([sys.executable, str(ROOT / "tools" / "make_python_stubs.py"), str(folder)], check=True)
    return folder.parent


def check(program, package, tmp_path):
    file = tmp_path / "program.py"
    file.write_text(program)
    options = ["--follow-imports=silent", "--cache-dir", str(package / "cache"), str(file)]
    return subprocess.run([sys.executable, "-m", "mypy", *options], capture_output=True, text=True, env={"MYPYPATH": str(package), "PATH": ""})


def test_a_right_program_passes(package, tmp_path):
    done = check(RIGHT, package, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("program", WRONG)
def test_a_wrong_program_does_not(program, package, tmp_path):
    done = check(program, package, tmp_path)
    assert done.returncode == 1 and WRONG[program] in done.stdout, done.stdout + done.stderr


def test_help_reads_well():
    assert whygrad.add.__text_signature__ == "(x, y, name=None)" and whygrad.add.__doc__.startswith("a + b")
    assert "shift" in whygrad.roll.__text_signature__ and "how far" in whygrad.roll.__doc__
    assert whygrad.reduce_sum.__doc__.startswith("reduce_sum(input_tensor")
