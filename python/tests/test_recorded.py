"""Graphs that TensorFlow's programs left (python/tests_live/record_graphs.py), judged without TensorFlow."""

import json
import pathlib

import pytest

import whygrad

FILES = sorted((pathlib.Path(__file__).parent / "recorded").glob("*.wgflow"))


def test_there_are_graphs():
    assert len(FILES) == 18


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_same_is_concluded_of_the_graph_alone(file, tmp_path):
    document = json.loads(file.read_text())
    known = [finding for explanation in document["explanations"] for finding in explanation.pop("findings")]
    assert known
    bare = tmp_path / file.name
    bare.write_text(json.dumps(document))
    found = whygrad.load_flow(bare, "tensorflow").findings
    for then, now in zip(known, found):
        assert (now.status, now.cause, now.op, now.line) == (then["status"], then["cause"], then["op_type"], then["place"]["line"])
        assert now.confidence == then["confidence"] and now.why and now.remedy  # the words themselves may become better
    assert len(found) == len(known)
