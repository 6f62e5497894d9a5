"""What reports tell a TensorFlow user to write is there in TensorFlow."""

import re

import pytest

tf = pytest.importorskip("tensorflow")
from whygrad import _whygrad  # noqa: E402
from whygrad._language import spell  # noqa: E402


def test_every_function_that_a_text_names_is_there():
    texts = [spell(text, "tensorflow") for text in (*_whygrad.texts(), *_whygrad.type_texts()) if text]
    assert len(texts) > 300
    names = {name for text in texts for name in re.findall(r"(?<![\w.])tf((?:\.\w+)+)", text)}
    assert len(names) > 50
    missing = []
    for name in sorted(names):
        thing = tf
        for part in name[1:].split("."):
            thing = getattr(thing, part, None)
        if thing is None:
            missing.append(name)
    assert missing == []
