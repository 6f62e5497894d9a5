"""The conformance tests run under whygrad and, to see that they say what TensorFlow does, under TensorFlow: pytest --engine tensorflow test_conformance_*.py"""

import importlib

import numpy as np
import pytest


def pytest_addoption(parser):
    parser.addoption("--engine", choices=["whygrad", "tensorflow"], default="whygrad", help="what the conformance tests call tf")


@pytest.fixture(scope="session")
def tf(request):
    return importlib.import_module({"whygrad": "whygrad.tf", "tensorflow": "tensorflow"}[request.config.getoption("--engine")])


@pytest.fixture
def same(tf):
    """same(value, expected): tensors and nested structures of them against numbers; None only where None is expected."""

    def check(value, expected, rtol=1e-5, atol=1e-6):
        if isinstance(value, dict):
            assert value.keys() == expected.keys()
            for key in value:
                check(value[key], expected[key], rtol, atol)
        elif isinstance(value, (list, tuple)):
            assert isinstance(expected, (list, tuple)) and len(value) == len(expected)
            for part, wanted in zip(value, expected):
                check(part, wanted, rtol, atol)
        elif value is None or expected is None:
            assert value is None and expected is None
        else:
            value = tf.convert_to_tensor(value).numpy()
            assert np.shape(value) == np.shape(expected)
            np.testing.assert_allclose(value, expected, rtol, atol)

    return check
