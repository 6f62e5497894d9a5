"""The page, as reports, notebooks and explanations give it, in a real browser: tests/render_html/browser.py does the clicking."""

import html.parser
import json
import linecache
import os
import pathlib
import subprocess

import pytest

import whygrad
import whygrad.tf as tf

BROWSER = pathlib.Path(__file__).parents[2] / "tests" / "render_html" / "browser.py"

FOUR_LOST = """\
import whygrad.tf as tf
variables = []
def best(h):
    return tf.argmax(h, axis=1)
with tf.GradientTape(persistent=True) as tape:
    h = tf.ones([2, 3])
    for i in range(2):
        variables.append(tf.Variable(tf.ones([3, 3]), name=f"kernel_{i}"))
        variables.append(tf.Variable(tf.zeros([3]), name=f"bias_{i}"))
        h = tf.nn.relu(h @ variables[-2] + variables[-1])
    loss = tf.reduce_sum(tf.cast(best(h), tf.float32))
"""
AT_ONCE = FOUR_LOST + "assert tape.gradient(loss, variables) == [None] * 4\n"
ONE_BY_ONE = FOUR_LOST + "assert [tape.gradient(loss, variable) for variable in variables] == [None] * 4\n"
ROUNDED = """\
import whygrad.tf as tf
w = tf.Variable([1.0, 2.0], name="w'&<w>")
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(tf.round(w))
assert tape.gradient(loss, w) is None
"""


def run_cell(program, name):
    """As a notebook does: its lines are in linecache alone."""
    linecache.cache[name] = (len(program), None, program.splitlines(True), name)
    with whygrad.diagnose(values=True) as report:
        exec(compile(program, name, "exec"), {})
    return report


def in_browser(test, page, folder):
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}  # sanitizers are for this interpreter
    done = subprocess.run(["/usr/bin/python3", str(BROWSER), test, str(path)], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr


def data_of(page):
    return json.loads(page.split('<script type="application/json" id="data">')[1].split("</script>")[0])


@pytest.mark.parametrize("program", [AT_ONCE, ONE_BY_ONE])
def test_what_is_lost_at_one_place_is_one_cause(program, tmp_path):
    in_browser("several_beginnings", run_cell(program, "<cell of causes>").to_html(), tmp_path)


def test_how_a_report_looks(tmp_path):
    in_browser("looks", run_cell(AT_ONCE, "<cell of looks>").to_html(), tmp_path)


def test_cells_of_one_notebook(tmp_path):
    cells = "".join(run_cell(program, f"<cell {i}>")._repr_html_() for i, program in enumerate([AT_ONCE, ROUNDED]))
    in_browser("notebook", f"<!doctype html><meta charset='utf-8'><body>{cells}</body>", tmp_path)


def test_a_page_of_python_holds_what_one_of_cpp_does():
    data = data_of(run_cell(ROUNDED, "<cell of page>").to_html(title="Mine"))
    assert data["title"] == "Mine" and data["source"]["<cell of page>"]["4"] == "    loss = tf.reduce_sum(tf.round(w))"
    (pictures,) = data["pictures"]
    assert [node["name"] for node in pictures["paths"][0]["nodes"]] == ["w'&<w>", "tf.round", "tf.reduce_sum"]
    assert all(edge["d"].startswith("M") for edge in pictures["paths"][0]["edges"]) and pictures["groups"]


def test_an_explanation_is_shown_too():
    w = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = tf.round(w)
    explanation = whygrad.explain(tape, y, w)
    assert data_of(explanation.to_html())["pictures"][0]["paths"]
    assert explanation._repr_html_().startswith("<iframe srcdoc='<!DOCTYPE html>")


def test_the_frame_of_a_cell_holds_the_very_page():
    report = run_cell(ROUNDED, "<cell of frame>")
    frames = []

    class Frames(html.parser.HTMLParser):
        def handle_starttag(self, tag, attributes):
            frames.append((tag, dict(attributes)))

    Frames().feed(report._repr_html_())
    ((tag, attributes),) = frames
    assert tag == "iframe" and attributes["srcdoc"] == report.to_html() and attributes["sandbox"] == "allow-scripts"


def test_where_the_program_stopped_is_in_the_page():
    w = tf.Variable(1.0)
    with pytest.raises(ZeroDivisionError), whygrad.diagnose() as report:
        with tf.GradientTape() as tape:
            y = tf.round(w)
        tape.gradient(y, w)
        1 / 0
    data = data_of(report.to_html())
    assert data["note"].startswith("the program stopped at test_page.py:") and "ZeroDivisionError" in data["note"]
    assert len(data["pictures"]) == 1


def test_nothing_to_show():
    with whygrad.diagnose() as report:
        pass
    assert report._repr_html_() == "<p>no gradient was asked for</p>"
    assert data_of(report.to_html())["pictures"] == []
