"""Asks about gradients that are missing or spoilt, at backward passes and wherever the program reads a gradient."""

import torch

from whygrad import _whygrad
from whygrad.torch import _names
from whygrad.torch._collector import NEVER, assigned_name, elements_of, is_leaf
from whygrad.torch._names import describe, told_source
from whygrad.torch._settle import Rule, look_at_numbers, settle

_MOST_SOURCES = 64  # sources of one question about a backward pass


def not_fine(tensors):
    """The tensors whose gradients are all 0 or somewhere not finite."""
    return [t for t, bad in zip(tensors, bad_gradients([t.grad for t in tensors])) if bad]


def bad_gradients(gradients):
    if not gradients:
        return []
    dense = [g for g in gradients if g.layout == torch.strided and g.is_floating_point()]
    norms = {}
    try:
        for g, norm in zip(dense, torch._foreach_norm(dense)):
            norms[id(g)] = norm
        sound = {}
        by_device = {}
        for key, norm in norms.items():
            by_device.setdefault(norm.device, []).append((key, norm))
        for pairs in by_device.values():
            for (key, _), number in zip(pairs, torch.stack([n.float() for _, n in pairs]).tolist()):
                sound[key] = 0.0 < number < float("inf")
    except Exception:
        sound = {}
    return [not sound.get(id(g), False) and _is_bad(g) for g in gradients]


def _is_bad(gradient):
    array = elements_of(gradient)
    counted = None if array is None else _whygrad.count_elements(array)
    if counted is None:
        return False
    size, zeros, nans, infs = counted
    return size > 0 and (zeros == size or nans + infs > 0)


# ---- Asking ----


def _sources(c, tensors, question):
    for tensor in tensors[:_MOST_SOURCES]:
        value, leaf = c.events.value_of(tensor), c.events.leaf_of(tensor)
        question.add_source(value, leaf.variable if leaf is not None else -1)


def question_about(c, values, tensors, where, kind="absent"):
    describe(c)
    variables = sum(1 for t in tensors if c.leaf_of(t) is not None and c.leaf_of(t).variable >= 0)
    question = _whygrad.FlowQuestion(c.tape(where), values, kind, variables, len(tensors) - variables)
    _sources(c, tensors, question)
    for op in c.log.relevant(question):
        if not c.log.is_settled(op):
            c.guard(settle, c, op)
    return question


def explain_absent(c, values, tensors, where, keep=True):
    """Explains why these tensors have no gradient of the targets."""
    with c.silence():
        judged = c.reports.judge(c.log.draw(question_about(c, values, tensors, where)))
        if keep:
            c.reports.take(judged)
        return judged


def explain_numbers(c, values, seeds, tensors, gradients, where):
    with c.silence():
        seeds = [s.detach() for s in seeds]
        drawing = c.log.draw(question_about(c, values, tensors, where))
        arrived = look_at_numbers(c, drawing, values, seeds, dict(enumerate(gradients[:_MOST_SOURCES])))
        by_hooks = [_spoilt_by_a_hook(c, tensor, gradient, arrived) for tensor, gradient in zip(tensors, gradients)] if c.hooks else []
        if any(by_hooks):
            left = [(t, g) for t, g, told in zip(tensors, gradients, by_hooks) if not told]
            if not left:
                return
            drawing = c.log.draw(question_about(c, values, [t for t, _ in left], where))
            look_at_numbers(c, drawing, values, seeds, dict(enumerate([g for _, g in left][:_MOST_SOURCES])))
        c.reports.explain(drawing)


def _spoilt_by_a_hook(c, tensor, gradient, arrived):
    """Whether a hook spoilt the gradient: the ops by themselves pass one that is fine. Reports it."""
    value = c.events.value_of(tensor)
    if value not in arrived or _is_bad(arrived[value]):
        return False
    own = [place for _, key, place in c.hooks if key == id(tensor)]
    on_the_way = [place for hooked, _, place in c.hooks if hooked in arrived]
    if not own and not on_the_way:
        return False
    status = "nan" if gradient.isnan().any() else "zero" if not gradient.any() else "inf"
    whose = "its" if own else "a"
    c.add(
        status,
        "CUSTOM_GRADIENT",
        f"{whose} hook, which was registered here, changed the gradient: what the ops pass on by themselves is {'not 0' if status == 'zero' else 'finite'}",
        (own or on_the_way)[-1],
        remedy="look at what the hook returns, or take it away with remove() of its handle",
        **told_source(c, tensor),
    )
    return True


# ---- Reads of .grad ----


def read_grad(c, tensor, gradient, where):
    """Called when the program reads a gradient."""
    if c.busy or not _asked_by_user():
        return
    if not is_leaf(tensor):
        if gradient is None and c.backwards and not tensor.retains_grad:
            c.looked = True
            _not_kept(c, tensor, where)
        return
    leaf = c.leaf_of(tensor)
    if leaf is None:
        with c.silence():
            c.events.value_of(tensor)
            leaf = c.events.leaf_of(tensor)
    c.looked = True
    if gradient is not None:
        _use(c, tensor, leaf, gradient)
        return
    if not c.backwards or leaf is not None and leaf.asked == c.backwards[-1].moment:
        return
    if leaf is not None:
        leaf.asked = c.backwards[-1].moment
        if leaf.graded != NEVER and leaf.cleared > leaf.graded:
            if leaf.graded > leaf.used:
                cleared(c, tensor, leaf, "absent")
            return
    elif name := _names.buffer_name(tensor):
        why = f"`{name}` is a buffer, which requires no gradient"
        c.add("absent", "FROZEN", why, where, remedy="make it an nn.Parameter if it should learn", source=f"buffer `{name}`", source_name=name)
        return
    ask_about(c, [tensor])


def _asked_by_user():
    """Whether a line of the program reads the gradient, and not a library."""
    return _names.user_frame_is_next()


def _use(c, tensor, leaf, gradient):
    if leaf is None:
        return
    c.gradients[id(gradient)] = leaf
    if leaf.cleared > leaf.graded > leaf.used and c.values and not gradient.any():
        cleared(c, tensor, leaf, "zero")
    leaf.used = c.log.tick()
    if c.events.find(gradient) < 0 and c.backwards:
        last = c.backwards[-1]
        with c.silence():
            op = c.log.record("backward", last.targets, [c.events.new_value(gradient)], last.where)
            c.log.set_backward_pass(op)
            c.log.set_call(op, Rule(["flows"], "gradient"))
            c.log.set_stopped(op, not gradient.requires_grad, last.where)


def cleared(c, tensor, leaf, status):
    c.add(
        status,
        "ZEROED_AFTER",
        "a backward pass gave it a gradient, which was cleared here before anybody used it",
        leaf.cleared_at,
        **told_source(c, tensor),
    )


def ask_about(c, tensors):
    """Asks about leaves that received no gradient from a backward pass since their gradients were last used."""
    last = c.backwards[-1]
    values = [v for b in list(c.backwards)[-4:] if b.moment > _last_use(c, tensors) for v in b.targets] or last.targets
    _judge_leaves(c, values, [t for t in tensors if not _is_stale(c, t)], last.where)


def _last_use(c, tensors):
    leaves = [c.leaf_of(t) for t in tensors]
    return max((leaf.used for leaf in leaves if leaf is not None), default=NEVER)


def _is_stale(c, tensor):
    leaf = c.leaf_of(tensor)
    if leaf is None or leaf.replaced is None:
        return False
    holder = next((o for o in c.optimizers if any(p is tensor for g in o.param_groups for p in g["params"])), None)
    if holder is None:
        return False
    c.add(
        "absent",
        "STALE_OPTIMIZER",
        f"the optimizer {type(holder).__name__} holds this parameter, but the model was given another one in its place here",
        leaf.replaced,
        **told_source(c, tensor),
    )
    return True


def _judge_leaves(c, values, tensors, where):
    for tensor in tensors:
        judged = explain_absent(c, values, [tensor], where, keep=False)
        finding = judged.findings[0] if len(judged) else None
        if finding is not None and finding.cause in ("UNUSED", "WRONG_TARGET", "UNKNOWN") and _is_superseded(c, tensor):
            continue
        if finding is not None and finding.cause == "UNKNOWN" and _cleared_by_a_hook(c, tensor):
            continue
        c.reports.take(judged)


def _cleared_by_a_hook(c, tensor):
    """Whether a backward pass reached the leaf and its hook cleared the gradient, as an optimizer does that steps in the backward pass. Reports
    it."""
    if not c.backwards or id(tensor) not in c.backwards[-1].reached:
        return False
    places = [place for _, key, place in c.hooks if key == id(tensor)]
    if places:
        why = "a backward pass gave it a gradient, and the hook that was registered here ran then; nothing is left of it"
        c.add("absent", "ZEROED_AFTER", why, places[-1], remedy="use the gradient inside of the hook", **told_source(c, tensor))
    return bool(places)


def _is_superseded(c, tensor):
    """Whether its optimizer holds only parameters that are not used, while the program trains others that no optimizer holds. Reports it."""
    holder = next((o for o in c.optimizers if any(p is tensor for g in o.param_groups for p in g["params"])), None)
    if holder is None or not c.backwards:
        return False
    held = {id(p) for o in c.optimizers for g in o.param_groups for p in g["params"]}
    reached = c.backwards[-1].reached
    if any(id(p) in reached for g in holder.param_groups for p in g["params"]):
        return False
    strangers = [c.leaves[key].ref() for key in reached if key not in held and key in c.leaves]
    strangers = [t for t in strangers if isinstance(t, torch.nn.Parameter)]
    if not strangers:
        return False
    twins = [t for t in strangers if t.shape == tensor.shape]
    other = "another one of the same shape" if twins else "others"
    c.add(
        "absent",
        "STALE_OPTIMIZER",
        f"the optimizer {type(holder).__name__} holds this parameter; the loss was computed with {other}, made here, which no optimizer holds",
        c.leaf_of((twins or strangers)[0]).where,
        **told_source(c, tensor),
    )
    return True


def _not_kept(c, tensor, where):
    with c.silence():
        value = c.events.value_of(tensor)
    maker = c.log.maker_of(value) if c.log.has_value(value) else -1
    made_at = c.log.place_of(maker) if maker >= 0 and c.log.has_op(maker) else where
    name, before = assigned_name(made_at), _rebound(c, maker, tensor, assigned_name(made_at))
    if before:
        c.add(
            "absent",
            "REBOUND",
            f"`{name}` was a leaf and now names the result of an op made here; backward() fills .grad of leaves only",
            made_at,
            remedy=f"change it in place under torch.no_grad(), such as {name}.sub_(update), or let an optimizer do it",
            **told_source(c, tensor),
        )
        return
    made_by = c.log.type_of(maker) if maker >= 0 and c.log.has_op(maker) else ""
    by = f"`{made_by}` made it, so it is no leaf" if made_by else "it is no leaf"
    c.add("absent", "NON_LEAF_GRAD", f"{by}, and backward() keeps gradients of leaves only", made_at, **told_source(c, tensor))


def _rebound(c, maker, tensor, name):
    """Whether an input of the op was a leaf with that name and shape."""
    if maker < 0 or not name or not c.log.has_op(maker):
        return False
    for value in c.log.inputs_of(maker):
        variable = c.log.variable_of_value(value) if c.log.has_value(value) else -1
        if variable < 0 or list(c.log.shape_of(value)) != list(tensor.shape):
            continue
        _, _, _, _, _, place = c.log.variable_facts(variable)
        if assigned_name(place) == name and place.words()[1] != c.log.place_of(maker).words()[1]:
            return True
    return False
