"""python -m whygrad explain SCRIPT.py"""

import json
import os
import pathlib
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
    def run(source, *options, words=None, environment=None):
        script = tmp_path / "script.py"
        script.write_text(source, encoding="utf-8")
        command = [sys.executable, "-m", "whygrad", "explain", *([*options, str(script)] if words is None else words)]
        # As a user types it: `python -m` finds what the current folder holds.
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
        return subprocess.run(command, capture_output=True, text=True, env={**inherited, **(environment or {})}, cwd=tmp_path, encoding="utf-8")

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
    assert "runpy" not in done.stderr and done.stderr.count("File ") == 1, done.stderr  # the script's own line, none of the command's
    done = explain("if\n")
    assert "SyntaxError" in done.stderr and "runpy" not in done.stderr
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


def test_options_stand_on_both_sides_of_the_script(explain, tmp_path):
    for words in (
        ["--format", "json", "script.py"],
        ["script.py", "--format", "json"],
        ["script.py", "--format=json"],
        ["--format", "json", "script.py", "--"],
    ):
        done = explain(BROKEN, words=words)
        assert done.returncode == 1 and json.loads(done.stdout), (words, done.stderr)
    done = explain("import sys\nprint(sys.argv)\n", words=["script.py", "--output", "report", "--", "--format", "html", "--", "-x"])
    assert "['script.py', '--format', 'html', '--', '-x']" in done.stdout, done.stderr
    assert "no gradient was asked for" in (tmp_path / "report").read_text()


def test_what_the_script_should_have_is_no_option(explain):
    done = explain(BROKEN, words=["script.py", "--epochs", "3", "--format", "json"])
    assert done.returncode == 2 and done.stdout == "" and "unknown option `--epochs`" in done.stderr
    assert "help: what belongs to the script stands behind `--`: python -m whygrad explain --format=json script.py -- --epochs 3" in done.stderr
    assert "unknown argument `data.csv`" in explain(BROKEN, words=["script.py", "data.csv"]).stderr
    done = explain(BROKEN, words=["--fromat", "html", "script.py"])
    assert done.returncode == 2 and "unknown option `--fromat`\nhelp: did you mean `--format`?" in done.stderr
    for words in (["script.py", "--format", "pdf"], [], ["--format"], ["script.py", "--output"]):
        done = explain(BROKEN, words=words)
        assert done.returncode == 2 and "\nhelp: " in done.stderr and done.stdout == "", (words, done.stderr)


def test_a_page_without_a_name_for_it(explain, tmp_path):
    done = explain(BROKEN + "import os\nos.chdir('/')\n", words=["script.py", "--format", "html"])
    page = tmp_path / "script.whygrad.html"
    assert done.returncode == 1 and f"whygrad: the page is {page}" in done.stderr
    assert done.stdout == "the program's own words None\n"
    assert page.read_text().startswith("<!DOCTYPE html>") and "<title>script.py</title>" in page.read_text()


TALKATIVE = (
    BROKEN
    + """
import atexit, subprocess, sys
subprocess.run([sys.executable, "-c", "print('from a child')"])
atexit.register(print, "at the end")
sys.stdout.write("without an end of line")
"""
)


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_reports_for_machines_stand_alone_on_standard_output(explain, form):
    done = explain(TALKATIVE, words=["script.py", "--format", form])
    assert done.returncode == 1 and json.loads(done.stdout)
    for words in ("the program's own words None", "from a child", "at the end", "without an end of line"):
        assert words in done.stderr, done.stderr


def test_standard_output_for_the_report_alone(explain):
    done = explain(TALKATIVE, words=["script.py", "--format", "html", "--output", "-"])
    assert done.stdout.startswith("<!DOCTYPE html>") and done.stdout.endswith("</html>\n") and "from a child" in done.stderr
    done = explain(TALKATIVE, words=["script.py", "--output", "-"])
    assert done.stdout.startswith("no gradient of") and "from a child" in done.stderr
    done = explain(TALKATIVE, words=["script.py"])
    assert done.stdout.startswith("the program's own words None") and "from a child" in done.stdout


def test_where_no_report_can_be_written_is_said_before_the_script_runs(explain, tmp_path):
    done = explain(BROKEN, words=["script.py", "--output", "no/such/report.json"])
    assert done.returncode == 2 and "no/such/report.json cannot be written: there is no folder" in done.stderr and "own words" not in done.stdout
    assert "it is a folder" in explain(BROKEN, words=["script.py", "--output", "."]).stderr


def test_standard_output_that_is_closed(tmp_path):
    (tmp_path / "script.py").write_text(BROKEN)
    done = subprocess.run(f"{sys.executable} -m whygrad explain script.py >&-", shell=True, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    assert done.returncode == 2 and "standard output is closed\nhelp: name a file for the report: --output FILE" in done.stderr


def test_a_report_that_cannot_be_written_is_not_lost(explain, tmp_path):
    (tmp_path / "there").mkdir()
    done = explain(BROKEN + "import os\nos.rmdir('there')\n", words=["script.py", "--output", "there/report.txt"])
    assert "cannot be written" in done.stderr
    kept = pathlib.Path(done.stderr.split("the report is in ")[1].strip())
    assert "argmax" in kept.read_text()
    kept.unlink()


def test_a_report_in_letters_that_the_terminal_has_not(explain):
    done = explain(BROKEN.replace('name="w"', 'name="w\\u00e4"'), words=["script.py"], environment={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 1 and "w\u00e4" in done.stdout, done.stderr


def test_submodules_of_tensorflow_are_found(explain):
    source = "from tensorflow import keras\nfrom tensorflow.keras import layers\nimport tensorflow.keras.layers as same\nassert layers is same is keras.layers\n"
    done = explain(source)
    assert done.returncode == 0, done.stderr
    done = explain("import tensorflow.python.framework\n")
    assert done.returncode == 2 and "help: say `import tensorflow as tf`" in done.stderr


def test_a_script_that_is_not_there():
    done = subprocess.run([sys.executable, "-m", "whygrad", "explain", "nowhere.py"], capture_output=True, text=True)
    assert done.returncode == 2 and "nowhere.py" in done.stderr


@pytest.mark.parametrize(
    "source, engine",
    [
        ("import tensorflow as tf", "tensorflow"),
        ("from tensorflow import keras", "tensorflow"),
        ("def f():\n    import torch.nn as nn", "torch"),
        ("import os\nimport torch\nimport tensorflow", "torch"),
        ("import whygrad.tf as tf", "whygrad"),
        ("import tensorflowish", None),
        ("import jax.numpy as jnp", "jax"),
        ("import jax\nimport torch", "torch"),
        ("import torch\nimport jax\ng = jax.grad(f)", "jax"),
        ("import os\nos.environ['KERAS_BACKEND'] = 'torch'\nimport keras", "torch"),
        ("import os\nos.environ.setdefault('KERAS_BACKEND', 'jax')\nimport keras", "jax"),
        ("this is no Python", None),
    ],
)
def test_the_engine_that_a_script_imports(tmp_path, source, engine):
    from whygrad._live.script import engine_of

    script = tmp_path / "train.py"
    script.write_text(source)
    assert engine_of(script) == engine


def test_the_engine_that_a_file_beside_the_script_imports(tmp_path):
    from whygrad._live.script import engine_of

    (tmp_path / "train.py").write_text("import loop\nimport models.net\n")
    (tmp_path / "loop.py").write_text("import train\n")  # in a circle
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "net.py").write_text("import torch\n")
    assert engine_of(tmp_path / "train.py") == "torch"


def test_an_engine_that_is_not_installed_is_said_with_the_command(explain):
    done = explain("import torch\n", environment={"PYTHONPATH": os.environ.get("PYTHONPATH", "")})
    assert done.returncode == 2
    assert "runs on torch, which is not installed\nhelp: `pip install torch`" in done.stderr


@pytest.mark.parametrize("options", [(), ("--format", "json")])
def test_a_module_is_run_as_python_runs_it(explain, tmp_path, options):
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text("import sys\nfrom package.model import loss\nprint('ran', sys.argv[1:], __name__)\n" + BROKEN)
    (package / "model.py").write_text("def loss():\n    pass\n")
    done = explain("", words=[*options, "-m", "package", "--", "--epochs", "3"])
    assert done.returncode == 1, done.stderr
    assert "argmax" in done.stdout and "ran ['--epochs', '3'] __main__" in done.stdout + done.stderr
    done = explain("", words=["-m", "package.modle"])
    assert done.returncode == 2 and "there is no module package.modle that can be run\nhelp: " in done.stderr
    done = explain("", words=["-m", "package", "--epochs", "3"])
    assert done.returncode == 2 and "python -m whygrad explain -m package -- --epochs 3" in done.stderr
    done = explain("", words=[])
    assert done.returncode == 2 and "no script is named\nhelp: " in done.stderr


def test_scripts_that_exit_say_what_they_say(explain):
    done = explain(BROKEN + "import sys\nsys.exit('not today')\n")
    assert done.returncode == 2 and "not today" in done.stderr and "argmax" in done.stdout
    done = explain(BROKEN + "raise SystemExit(0)\n")
    assert done.returncode == 1 and "argmax" in done.stdout
    done = explain(BROKEN + "raise KeyboardInterrupt\n")
    assert done.returncode == 2 and "argmax" in done.stdout and "KeyboardInterrupt" in done.stdout


def test_a_script_that_ends_the_process_has_its_report(explain):
    done = explain(BROKEN + "import os\nprint('bye', flush=True)\nos._exit(0)\n")
    assert done.returncode == 1 and "argmax" in done.stdout and "bye" in done.stdout, done.stdout
    assert explain(BROKEN + "import os\nos._exit(7)\n").returncode == 2


def test_a_fork_writes_no_report_of_its_own(explain):
    done = explain(BROKEN + "import os\nchild = os.fork()\nif child:\n    os.waitpid(child, 0)\n")
    assert done.returncode == 1 and done.stdout.count("WG") == explain(BROKEN).stdout.count("WG"), done.stdout


def test_threads_are_waited_for(explain):
    done = explain(
        "import threading\nimport time\n\n\ndef late():\n    time.sleep(0.3)\n    print('late')\n\n\nthreading.Thread(target=late).start()\n" + BROKEN
    )
    assert done.returncode == 1 and done.stdout.index("late") < done.stdout.index("argmax"), done.stdout


def test_an_engine_can_be_forced(explain):
    done = explain(BROKEN, "--engine", "whygrad")
    assert done.returncode == 1 and "argmax" in done.stdout
    done = explain(BROKEN, "--engine", "tensorflwo")
    assert done.returncode == 2 and "tensorflow" in done.stderr
