"""whygrad.testing on PyTorch itself."""

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from whygrad import testing  # noqa: E402

X, Y = torch.randn(16, 4), torch.randint(0, 3, (16,))


def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))


def loss_of(net):
    return nn.functional.cross_entropy(net(X), Y)


def test_gradients_that_are_fine():
    with testing.watch():
        net = model()
        loss = loss_of(net)
        testing.assert_gradient(loss, net.parameters())
        testing.assert_gradient(loss, net[0].weight)
    assert all(p.grad is None for p in net.parameters())
    loss.backward()  # the graph is still there


def test_a_gradient_that_is_lost():
    with testing.watch():
        net = model()
        loss = net(X).detach().sum() + net[2].bias.sum()
        with pytest.raises(AssertionError, match="detach"):
            testing.assert_gradient(loss, net.parameters())


def test_a_loss_that_nobody_watched():
    net = model()
    loss = loss_of(net)
    with pytest.raises(RuntimeError, match="nobody watched the loss"):
        testing.assert_gradient(loss, net.parameters())


def test_parameters_keep_their_gradients():
    net = model()
    loss_of(net).backward()
    before = [p.grad.clone() for p in net.parameters()]
    testing.no_dead_parameters(net, loss_of)
    assert all(torch.equal(p.grad, gradient) for p, gradient in zip(net.parameters(), before))


def test_dead_parameters():
    net = model()
    with pytest.raises(AssertionError, match=r"0\.weight"):
        testing.no_dead_parameters(net, lambda net: (net(X) * 0).sum() + net[2].bias.sum())
    assert all(p.grad is None for p in net.parameters())
