"""The pytest plugin: fixtures `assert_gradient`, `assert_no_gradient` and `no_dead_parameters`."""

import pytest


@pytest.fixture
def assert_gradient():
    """assert_gradient(tape, loss, w) fails with the explanation where w gets no gradient, only zeros, or NaN or infinite numbers. For TensorFlow's tapes
    too; for PyTorch assert_gradient(loss, parameters), for JAX assert_gradient(loss_function, params)."""
    from whygrad import testing  # not before a test asks for it: the plugin is loaded by every run of pytest

    with testing.watch():
        yield testing.assert_gradient


@pytest.fixture
def assert_no_gradient():
    """assert_no_gradient(tape, loss, w, "NONDIFF_OP") fails with the explanation where w gets a gradient, or none for another reason."""
    from whygrad import testing

    return testing.assert_no_gradient


@pytest.fixture
def no_dead_parameters():
    """no_dead_parameters(model, loss_fn) fails with the explanation where a trainable parameter gets no gradient of loss_fn(model), only zeros, or NaN or
    infinite numbers. For Keras's models, tf.Module, PyTorch's nn.Module and trees of JAX's arrays."""
    from whygrad import testing

    return testing.no_dead_parameters
