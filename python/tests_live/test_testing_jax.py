"""whygrad.testing on JAX itself, and whygrad.jax.explain of trees of parameters."""

import pytest

jax = pytest.importorskip("jax")

import jax.numpy as jnp  # noqa: E402

import whygrad.jax  # noqa: E402
from whygrad import testing  # noqa: E402

PARAMS = {"first": {"kernel": jnp.ones((3, 2)) * 0.1, "bias": jnp.zeros(2)}, "second": jnp.ones(2), "steps": jnp.array(3)}
X = jnp.ones((4, 3))


def loss(params, x=X):
    return jnp.mean((jnp.tanh(x @ params["first"]["kernel"] + params["first"]["bias"]) @ params["second"] - 1.0) ** 2)


def frozen(params):
    return loss({**params, "first": jax.lax.stop_gradient(params["first"])})


def test_gradients_that_are_fine():
    testing.assert_gradient(loss, PARAMS)
    testing.assert_gradient(loss, (PARAMS, X))
    testing.no_dead_parameters(PARAMS, loss)


def test_gradients_that_are_lost():
    with pytest.raises(AssertionError, match=r"params\['first'\]\['kernel'\]"):
        testing.assert_gradient(frozen, PARAMS)
    with pytest.raises(AssertionError, match="stop_gradient"):
        testing.no_dead_parameters(PARAMS, frozen)
    testing.assert_no_gradient(lambda w: jnp.sum(jnp.round(w)), jnp.ones(2), reason="NONDIFF_OP")
    with pytest.raises(AssertionError, match="there is a gradient"):
        testing.assert_no_gradient(loss, PARAMS, reason="NONDIFF_OP")
    with pytest.raises(AssertionError, match="UNUSED was expected"):
        testing.assert_no_gradient(lambda w: jnp.sum(jnp.round(w)), jnp.ones(2), reason="UNUSED")


def test_the_fixtures_take_jax(assert_gradient, no_dead_parameters):
    assert_gradient(loss, PARAMS)
    no_dead_parameters(PARAMS, loss)


def test_integers_alone_have_no_gradient():
    (finding,) = whygrad.jax.explain(lambda n: jnp.sum(n * 2.0), jnp.array([1, 2])).findings
    assert (finding.source_name, finding.cause) == ("n", "INT_DTYPE")
    with pytest.raises(TypeError, match="argnums is 2, and there are 1 arguments\nhelp: "):
        whygrad.jax.explain(loss, PARAMS, argnums=2)


def test_grad_is_jaxs_and_explains_on_demand():
    g = whygrad.jax.grad(frozen)
    assert all(
        (a == b).all()
        for a, b in zip(
            jax.tree_util.tree_leaves(whygrad.jax.grad(loss)({"first": PARAMS["first"], "second": PARAMS["second"]})),
            jax.tree_util.tree_leaves(jax.grad(loss)({"first": PARAMS["first"], "second": PARAMS["second"]})),
        )
    )
    assert {f.source_name for f in g.explain(PARAMS).findings} == {"params['first']['kernel']", "params['first']['bias']"}
    value, _ = whygrad.jax.value_and_grad(loss, argnums=1)(PARAMS, X)
    assert value == loss(PARAMS) and not whygrad.jax.value_and_grad(loss, argnums=1).explain(PARAMS, X).findings


flax = pytest.importorskip("flax")


def test_parameters_of_flax_are_named_by_path():
    from flax import linen, nnx

    class Net(linen.Module):
        @linen.compact
        def __call__(self, x):
            return linen.Dense(1)(jax.lax.stop_gradient(linen.Dense(2)(x)))

    net = Net()
    params = net.init(jax.random.PRNGKey(0), X)
    names = {f.source_name for f in whygrad.jax.explain(lambda params: jnp.mean(net.apply(params, X) ** 2), params).findings}
    assert names == {"params['params']['Dense_1']['kernel']", "params['params']['Dense_1']['bias']"}

    class Module(nnx.Module):
        def __init__(self, rngs):
            self.first, self.second = nnx.Linear(3, 2, rngs=rngs), nnx.Linear(2, 1, rngs=rngs)

        def __call__(self, x):
            return self.second(jax.lax.stop_gradient(self.first(x)))

    model = Module(nnx.Rngs(0))
    for compiled in (False, True):
        step = nnx.value_and_grad(lambda model: jnp.mean(model(X) ** 2))
        with whygrad.jax.diagnose(values=True) as report:
            (nnx.jit(step) if compiled else step)(model)
        assert {(f.source_name, f.cause) for f in report.findings} == {
            ("model.first.kernel", "STOP_GRADIENT"),
            ("model.first.bias", "STOP_GRADIENT"),
        }, str(report)
        assert "please report" not in report.note


def test_modules_of_equinox_are_named_by_path():
    eqx = pytest.importorskip("equinox")
    mlp = eqx.nn.MLP(3, 1, 4, 1, key=jax.random.PRNGKey(0))

    def dead(model):
        return jnp.mean(jax.vmap(model)(X) ** 2) * 0.0 + jnp.sum(model.layers[1].bias)

    with whygrad.jax.diagnose(values=True) as report:
        eqx.filter_jit(eqx.filter_grad(dead))(mlp)
    assert {f.source_name for f in report.findings} == {"model.layers[0].weight", "model.layers[0].bias", "model.layers[1].weight"}, str(report)
    assert {f.status for f in report.findings} == {"zero"}
    testing.no_dead_parameters(mlp, lambda model: jnp.mean(jax.vmap(model)(X) ** 2))
