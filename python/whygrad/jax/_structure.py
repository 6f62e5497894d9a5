"""Finds which results of a program depend on which arguments. It looks at the structure only, not at numbers."""

from whygrad.jax import _jax


def depends(closed, marked):
    """For each result of a closed jaxpr, whether it is computed from a marked argument."""
    return _depends(closed.jaxpr, marked)


def _depends(jaxpr, marked):
    touched = {v for v, is_marked in zip(jaxpr.invars, marked) if is_marked}
    for eqn in jaxpr.eqns:
        given = [not isinstance(a, _jax.Literal) and a in touched for a in eqn.invars]
        if any(given):
            touched.update(v for v, hit in zip(eqn.outvars, _through(eqn, given)) if hit)
    return [not isinstance(a, _jax.Literal) and a in touched for a in jaxpr.outvars]


def _through(eqn, given):
    everything = [True] * len(eqn.outvars)
    name, params = eqn.primitive.name, eqn.params
    if name == "scan":
        return _through_scan(params, given)
    if name == "while":
        return everything
    if name == "cond":
        answers = [_depends(branch.jaxpr, given[1:]) for branch in params["branches"]]
        return [given[0] or any(hits) for hits in zip(*answers)]
    body = _jax.inner_jaxpr(params)
    if body is not None and len(body.jaxpr.invars) == len(given) and len(body.jaxpr.outvars) == len(eqn.outvars):
        return _depends(body.jaxpr, given)
    return everything


def _through_scan(params, given):
    consts, carry, body = params["num_consts"], params["num_carry"], params["jaxpr"].jaxpr
    given = list(given)
    while True:
        hits = _depends(body, given)
        state = [a or b for a, b in zip(given[consts : consts + carry], hits[:carry])]
        if state == given[consts : consts + carry]:
            return hits[:carry] + hits[carry:]
        given[consts : consts + carry] = state
