"""The graphs of traced functions as files, and in notebooks."""

import os

from whygrad import _whygrad
from whygrad._diagnose import framed
from whygrad._whygrad import FunctionGraph
from whygrad.errors import IoError

__all__ = ["load_graph", "save_graph", "FunctionGraph"]


def save_graph(graph, path):
    """Writes what `step.graph()` returned to a file, by convention NAME.wggraph. load_graph and `whygrad graph` read it."""
    try:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(graph.to_json())
    except OSError as error:
        raise IoError(f"[save_graph] {os.fspath(path)} cannot be written: {error.strerror}\nhelp: check the folder and its permissions") from None


def load_graph(path):
    """Returns the graph that a .wggraph file holds."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            text = file.read()
    except OSError as error:
        raise IoError(
            f"[load_graph] {os.fspath(path)} cannot be opened: {error.strerror}\nhelp: check the path; save_graph writes such files"
        ) from None
    return _whygrad.graph_from_json(text.encode("utf-8", "surrogateescape"), os.fspath(path))


FunctionGraph._repr_html_ = lambda graph: framed(graph.to_html(), f"Graph of {graph.name}")
