"""Graphs that programs of other engines left (python/tests_live/record_graphs.py), judged without the engine."""

import json
import pathlib

import pytest

import whygrad

FILES = sorted((pathlib.Path(__file__).parent / "recorded").glob("*/*.wgflow"))


def test_there_are_graphs():
    engines = [file.parent.name for file in FILES]
    assert [engines.count(engine) for engine in ("tensorflow", "torch", "jax")] == [22, 21, 10]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}_{file.stem}")
def test_the_same_is_concluded_of_the_graph_alone(file, tmp_path):
    document = json.loads(file.read_text())
    known = [finding for explanation in document["explanations"] for finding in explanation.pop("findings")]
    assert known
    bare = tmp_path / file.name
    bare.write_text(json.dumps(document))
    found = whygrad.load_flow(bare, file.parent.name).findings
    for then, now in zip(known, found):
        assert (now.status, now.cause, now.op, now.line) == (then["status"], then["cause"], then["op_type"], then["place"]["line"])
        assert now.confidence == then["confidence"] and now.why and now.remedy  # the words themselves may become better
    assert len(found) == len(known)


def test_a_report_on_a_jax_graph_speaks_of_arguments_and_parameters():
    told = {name: str(whygrad.load_flow(FILES[0].parent.parent / "jax" / f"{name}.wgflow", "jax")) for name in ("argmax", "accuracy")}
    assert told["argmax"].startswith("zero gradient of `jnp.mean` (<argmax>:12) for 2 of 2 arguments"), told["argmax"]
    assert "parameter" in told["accuracy"].partition("\n")[0]
    assert not any("variable" in text or "tf." in text for text in told.values())
