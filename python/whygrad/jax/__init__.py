"""Explains why gradients of a JAX program are missing, zero or not finite. The program runs on JAX, with unchanged results:

import whygrad.jax
with whygrad.jax.diagnose(values=True) as report:
    train_one_step()
print(report)

print(whygrad.jax.explain(loss, params, x, y))  # of jax.grad(loss)(params, x, y)
"""

from whygrad._live import engine as _engine

_engine.load("jax")

from whygrad.jax._diagnose import diagnose, explain, grad, value_and_grad  # noqa: E402

__all__ = ["diagnose", "explain", "grad", "value_and_grad"]
