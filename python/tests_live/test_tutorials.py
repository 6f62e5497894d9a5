"""Programs of TensorFlow's tutorials come out the same with a report as without, and nobody is accused."""

import pytest

tf = pytest.importorskip("tensorflow")
import numpy as np  # noqa: E402
import tutorials  # noqa: E402

import whygrad.tensorflow  # noqa: E402


def run(program):
    tutorials.keras.backend.clear_session()
    tutorials.keras.utils.set_random_seed(11)
    return [np.asarray(result) for result in program()]


@pytest.mark.parametrize("program", tutorials.ALL, ids=lambda program: program.__name__)
def test_a_tutorial(program):
    bare = run(program)
    with whygrad.tensorflow.diagnose(values=True) as report:
        watched = run(program)
    assert len(bare) == len(watched)
    assert [a.tobytes() for a in bare] == [a.tobytes() for a in watched]
    assert report.findings == [], str(report)
    assert "every gradient is there" in report.note and "please report" not in report.note
