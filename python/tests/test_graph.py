"""The graph of a traced function: text, pictures, files, and `python -m whygrad graph`."""

import json
import subprocess
import sys

import pytest

import whygrad
import whygrad.tf as tf
from whygrad.errors import IoError


@pytest.fixture
def graph():
    w = tf.Variable(tf.ones([4]), name="w")

    @tf.function
    def step(x, n):
        h = tf.tanh(x * w + 1.0)
        return tf.while_loop(lambda i, h: i < n, lambda i, h: (i + 1, tf.sin(h) + x), [tf.constant(0), h])[1]

    return step.graph(tf.ones([3, 4]), tf.constant(5))


def test_text(graph):
    before, after = str(graph), graph.to_text(compiled=True)
    assert "`w`" in before and "tanh" in before and "while_loop" in before and "test_graph.py:" in before
    assert "  condition:\n" in before and "  body:\n" in before and "less(" in before
    assert "fused" in after and "fused" not in before
    assert "memory: " in after and "for the arena" in after
    assert graph.name == "step" and graph.place.startswith("test_graph.py:")
    assert 0 <= graph.arena_bytes < graph.peak_bytes


def test_pictures(graph):
    assert graph.to_dot().startswith('digraph "step"') and "cluster" in graph.to_dot(compiled=True)
    page = graph.to_html()
    assert "<title>step</title>" in page and "before passes" in page and "after passes" in page
    assert "<script src" not in page
    assert graph._repr_html_().startswith("<iframe srcdoc='") and "Graph of step" in graph._repr_html_()


def test_files(graph, tmp_path):
    path = tmp_path / "step.wggraph"
    whygrad.save_graph(graph, path)
    again = whygrad.load_graph(path)
    assert str(again) == str(graph) and again.to_json() == graph.to_json() and again.peak_bytes == graph.peak_bytes
    damaged = json.loads(graph.to_json())
    damaged["traced"]["nodes"][0]["inputs"] = [999]
    path.write_text(json.dumps(damaged), encoding="utf-8")
    with pytest.raises(IoError, match=r"traced.nodes\[0\].inputs\[0\] is 999"):
        whygrad.load_graph(path)
    with pytest.raises(IoError, match="cannot be opened"):
        whygrad.load_graph(tmp_path / "nothing")
    with pytest.raises(IoError, match="cannot be written"):
        whygrad.save_graph(graph, tmp_path / "no" / "folder")


def test_the_command(graph, tmp_path):
    path = tmp_path / "step.wggraph"
    whygrad.save_graph(graph, path)

    def run(*words):
        return subprocess.run([sys.executable, "-m", "whygrad", "graph", *words], capture_output=True, text=True, cwd=tmp_path, encoding="utf-8")

    done = run(str(path))
    assert (done.returncode, done.stdout) == (0, str(graph)), done.stderr
    assert run(str(path), "--compiled").stdout == graph.to_text(compiled=True)
    assert run(str(path), "--format", "dot").stdout == graph.to_dot()
    assert run(str(path), "--format", "json", "--output", "-").stdout == graph.to_json()
    done = run(str(path), "--format", "html")
    assert "the page is" in done.stderr and "</html>" in (tmp_path / "step.whygrad.html").read_text(encoding="utf-8")
    done = run(str(tmp_path / "nothing"))
    assert done.returncode == 2 and "[load_graph]" in done.stderr and "help: " in done.stderr
    done = run(str(path), "--compile")
    assert done.returncode == 2 and "unknown option `--compile`" in done.stderr
