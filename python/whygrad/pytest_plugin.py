"""The pytest plugin: fixtures `assert_gradient` and `assert_no_gradient`."""

import pytest


@pytest.fixture
def assert_gradient():
    """assert_gradient(tape, loss, w) fails with the explanation where w gets no gradient, only zeros, or NaN or infinite numbers."""
    from whygrad import testing  # not before a test asks for it: the plugin is loaded by every run of pytest

    return testing.assert_gradient


@pytest.fixture
def assert_no_gradient():
    """assert_no_gradient(tape, loss, w, "NONDIFF_OP") fails with the explanation where w gets a gradient, or none for another reason."""
    from whygrad import testing

    return testing.assert_no_gradient
