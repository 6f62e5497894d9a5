"""What is done when a gradient was asked for: whether it is fine, and if not, the question why."""

import torch

from whygrad import _whygrad
from whygrad._whygrad import here
from whygrad.torch import _errors, _names
from whygrad.torch._collector import NEVER, Backward, assigned_name, elements_of
from whygrad.torch._names import describe, told_source
from whygrad.torch._settle import Rule, look_at_numbers, settle, tensors_in

_MOST_SOURCES = 64  # that one backward pass is asked about at once


# ---- backward() ----


def on_backward(c, func, args, kwargs):
    where = c.guard(here)
    started = c.guard(_begin, c, args, kwargs)
    c.busy += 1
    try:
        out = func(*args, **kwargs)
    except Exception as error:
        c.busy -= 1
        try:
            c.guard(_backward_threw, c, error, where, started)
        finally:
            c.busy += 1
        raise
    finally:
        c.busy -= 1
    if started is not None:
        c.guard(_ended, c, started, where, kwargs)
    return out


def _begin(c, args, kwargs):
    """The targets, their values, and the leaves that their graph reaches."""
    targets = tensors_in(args[0])
    values = [c.value_of(t) for t in targets]
    given = kwargs.get("gradient", kwargs.get("grad_tensors", args[1] if len(args) > 1 else None))
    seeds = tensors_in(given)
    inputs = kwargs.get("inputs")
    reached = reached_leaves(targets)
    if inputs is not None:
        ids = {id(t) for t in tensors_in(inputs)}
        reached = {key: t for key, t in reached.items() if key in ids}
    return targets, values, seeds, reached


def reached_leaves(targets):
    """By id."""
    todo = [t.grad_fn for t in targets if t.grad_fn is not None]
    leaves = {id(t): t for t in targets if t.grad_fn is None and t.requires_grad}
    seen = set(todo)
    while todo:
        node = todo.pop()
        leaf = getattr(node, "variable", None)
        if leaf is not None:
            leaves[id(leaf)] = leaf
        for following, _ in node.next_functions:
            if following is not None and following not in seen:
                seen.add(following)
                todo.append(following)
    return leaves


def _ended(c, started, where, kwargs):
    targets, values, seeds, reached = started
    c.report.count()
    moment = c.log.tick()
    kept = bool(kwargs.get("retain_graph") or kwargs.get("create_graph"))
    c.backwards.append(Backward(moment, where, values, set(reached), kept))
    with c.silence():
        for tensor in reached.values():
            leaf = c.leaf_of(tensor)
            if leaf is not None:
                leaf.graded = moment
        spoilt = _spoilt([t for t in reached.values() if t.grad is not None]) if c.values else []
        if spoilt:
            if not seeds:
                seeds = [torch.ones_like(t) for t in targets]
            explain_numbers(c, targets, values, seeds, spoilt, [t.grad for t in spoilt], where)
        elif c.values and not kept:
            c.log.let_go(c.started)
            c.started = moment
    _find_hidden(c, reached, where)
    c.forget()


def _spoilt(tensors):
    """Those whose gradients are all 0, or not finite somewhere."""
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
        value = c.value_of(tensor)
        ref = c.known[id(tensor)]
        question.add_source(value, ref.leaf.variable if ref.leaf is not None else -1)


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
    """Why these have no gradient of the targets' values."""
    with c.silence():
        judged = c.report.judge(c.log.draw(question_about(c, values, tensors, where)))
        if keep:
            c.report.take(judged)
        return judged


def explain_numbers(c, targets, values, seeds, tensors, gradients, where):
    with c.silence():
        drawing = c.log.draw(question_about(c, values, tensors, where))
        look_at_numbers(c, drawing, values, [s.detach() for s in seeds], dict(enumerate(gradients[:_MOST_SOURCES])))
        c.report.explain(drawing)


# ---- Reads of .grad ----


def read_grad(c, tensor, gradient, where):
    """The program looks at a gradient."""
    if c.busy or not _asked_by_user():
        return
    if not tensor.is_leaf:
        if gradient is None and c.backwards and not tensor.retains_grad:
            c.looked = True
            _not_kept(c, tensor, where)
        return
    leaf = c.leaf_of(tensor)
    if leaf is None:
        with c.silence():
            c.value_of(tensor)
            leaf = c.known[id(tensor)].leaf
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
    ask_about(c, [tensor], where)


def _asked_by_user():
    """Whether a line of the program reads it, and not a library."""
    return _names.user_frame_is_next()


def _use(c, tensor, leaf, gradient):
    if leaf is None:
        return
    c.gradients[id(gradient)] = leaf
    if leaf.cleared > leaf.graded > leaf.used and c.values and not gradient.any():
        cleared(c, tensor, leaf, "zero")
    leaf.used = c.log.tick()
    if id(gradient) not in c.known and c.backwards:
        last = c.backwards[-1]
        with c.silence():
            op = c.log.record("backward", last.targets, [c.new_value(gradient)], last.where)
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


def ask_about(c, tensors, where):
    """Leaves that no backward pass gave a gradient since they were used last."""
    last = c.backwards[-1]
    values = [v for b in list(c.backwards)[-4:] if b.moment > _last_use(c, tensors) for v in b.targets] or last.targets
    rest = []
    for tensor in tensors:
        if not _is_stale(c, tensor, where):
            rest.append(tensor)
    if rest:
        _judge_leaves(c, values, rest, last.where)


def _last_use(c, tensors):
    leaves = [c.leaf_of(t) for t in tensors]
    return max((leaf.used for leaf in leaves if leaf is not None), default=NEVER)


def _is_stale(c, tensor, where):
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
        c.report.take(judged)


def _is_superseded(c, tensor):
    """Held by an optimizer and left alone by the program, which trains parameters of the same shapes that no optimizer holds."""
    holder = next((o for o in c.optimizers if any(p is tensor for g in o.param_groups for p in g["params"])), None)
    if holder is None or not c.backwards:
        return False
    held = {id(p) for o in c.optimizers for g in o.param_groups for p in g["params"]}
    reached = c.backwards[-1].reached
    if any(id(p) in reached for g in holder.param_groups for p in g["params"]):
        return False
    twins = [
        c.leaves[key].ref()
        for key in reached
        if key not in held and key in c.leaves and isinstance(c.leaves[key].ref(), torch.nn.Parameter) and c.leaves[key].ref().shape == tensor.shape
    ]
    if not twins:
        return False
    leaf = c.leaf_of(twins[0])
    c.add(
        "absent",
        "STALE_OPTIMIZER",
        f"the optimizer {type(holder).__name__} holds this parameter; the loss was computed with another one of the same shape, made here, "
        "which no optimizer holds",
        leaf.where,
        **told_source(c, tensor),
    )
    return True


def _not_kept(c, tensor, where):
    with c.silence():
        value = c.value_of(tensor)
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
    """Whether what the op was given was a leaf of that name and shape."""
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


# ---- torch.autograd.grad ----


def on_grad(c, func, args, kwargs):
    where = c.guard(here)
    outputs = tensors_in(args[0] if args else kwargs.get("outputs"))
    inputs = tensors_in(args[1] if len(args) > 1 else kwargs.get("inputs"))
    values = c.guard(lambda: [c.value_of(t) for t in outputs])
    c.guard(lambda: [c.value_of(t) for t in inputs])
    graph = bool(kwargs.get("create_graph", args[4] if len(args) > 4 else False))
    c.busy += 1
    try:
        out = func(*args, **kwargs)
    except Exception as error:
        c.busy -= 1
        try:
            c.guard(_grad_threw, c, error, where, outputs, values, inputs)
        finally:
            c.busy += 1
        raise
    finally:
        c.busy -= 1
    if values is not None:
        seeds = tensors_in(kwargs.get("grad_outputs", args[2] if len(args) > 2 else None))
        c.guard(_answered, c, out, where, outputs, values, inputs, graph, seeds)
    return out


def _answered(c, out, where, outputs, values, inputs, graph, seeds):
    c.report.count()
    c.looked = True
    gradients = [out] if isinstance(out, torch.Tensor) else list(out)
    pairs = list(zip(inputs, gradients))
    second = any(_is_gradient(c, v) for v in values)
    with c.silence():
        missing = [t for t, g in pairs if g is None]
        if missing:
            _explain_grad(c, values, missing, where, second)
        if c.values:
            there = [(t, g) for t, g in pairs if isinstance(g, torch.Tensor)]
            spoilt = [(t, g) for (t, g), bad in zip(there, bad_gradients([g for _, g in there])) if bad]
            if spoilt and second:
                for tensor, _ in [s for s in spoilt if not s[1].isnan().any()]:
                    _second_order(c, tensor, where, "zero")
                spoilt = [s for s in spoilt if s[1].isnan().any()]
            if spoilt:
                explain_numbers(
                    c,
                    outputs,
                    values,
                    seeds or [torch.ones_like(t) for t in outputs],
                    [t for t, _ in spoilt],
                    [g for _, g in spoilt],
                    where,
                )
        made = [g for _, g in pairs if isinstance(g, torch.Tensor)]
        if made:
            inputs_of = values + [c.value_of(t) for t, g in pairs if g is not None]
            op = c.log.record("grad", inputs_of, [c.new_value(g) for g in made], where)
            c.log.set_backward_pass(op)
            c.log.set_call(op, Rule(["flows"], "gradient"))
            c.log.set_stopped(op, not graph, where)


def _is_gradient(c, value):
    """Whether the target is, or was computed from, a gradient that has a graph."""
    todo, seen = [value], set()
    while todo and len(seen) < 200:
        v = todo.pop()
        op = c.log.maker_of(v) if c.log.has_value(v) else -1
        if op < 0 or op in seen or not c.log.has_op(op):
            continue
        seen.add(op)
        if c.log.type_of(op) == "grad":
            return not c.log.stopped(op)
        todo += c.log.inputs_of(op)
    return False


def _second_order(c, tensor, where, status):
    c.add(
        status,
        "SECOND_ORDER",
        "what is differentiated here is itself a gradient, and it does not change with the source: what was differentiated first is linear in it "
        "piece by piece",
        where,
        op="grad",
        op_type="grad",
        **told_source(c, tensor),
    )


def _explain_grad(c, values, missing, where, second):
    for tensor in missing:
        judged = explain_absent(c, values, [tensor], where, keep=False)
        if second and len(judged) and judged.findings[0].cause in ("UNUSED", "UNKNOWN", "WRONG_SOURCE"):
            _second_order(c, tensor, where, "absent")
        else:
            c.report.take(judged)


def _grad_threw(c, error, where, outputs, values, inputs):
    text = str(error)
    c.report.count()
    if "appears to not have been used" in text:
        reached = reached_leaves(outputs)
        missing = [t for t in inputs if id(t) not in reached] or inputs
        _explain_grad(c, values or [], missing, where, any(_is_gradient(c, v) for v in values or []))
    elif "does not require grad" in text and values is not None:
        unable = [t for t in inputs if not t.requires_grad]
        if unable and any(o.requires_grad for o in outputs):
            explain_absent(c, values, unable, where)
        else:
            explain_absent(c, values, inputs, where)
    else:
        _errors.raised(c, error, where)


# ---- Where PyTorch raises ----


def _backward_threw(c, error, where, started):
    text = str(error)
    c.report.count()
    if started is None:
        return
    targets, values, _, reached = started
    if "does not require grad" in text:
        with c.silence():
            sources = _candidates(c, values)
            if sources:
                explain_absent(c, values, sources, where)
            else:
                c.add("absent", "WRONG_TARGET", "the loss was computed from nothing that requires a gradient", where, source="the loss")
    else:
        _errors.raised(c, error, where)


def _candidates(c, values):
    """Whose gradient the program may have wanted: leaves that require one; else parameters; else what it has names for among the loss's data."""
    alive = [leaf.ref() for leaf in c.leaves.values()]
    alive = [t for t in alive if t is not None]
    for wanted in (lambda t: t.requires_grad, lambda t: isinstance(t, torch.nn.Parameter)):
        some = [t for t in alive if wanted(t)]
        if some:
            used = [t for t in some if _leads(c, t, values)]
            return used or some
    named = _names.Names().tensors()
    return [t for t in named if t.is_leaf and t.is_floating_point() and _leads(c, t, values)][:8]


def _leads(c, tensor, values):
    """Whether some target was made from it."""
    ref = c.known.get(id(tensor))
    if ref is None:
        return False
    wanted, seen, todo = {ref.value, c.value_of(tensor)}, set(), list(values)
    while todo:
        v = todo.pop()
        if v in wanted:
            return True
        if v in seen or not c.log.has_value(v):
            continue
        seen.add(v)
        op = c.log.maker_of(v)
        if op >= 0 and c.log.has_op(op):
            todo += c.log.inputs_of(op)
    return False


# ---- Parameters that the module does not know ----


def _find_hidden(c, reached, where):
    """Parameters that the loss used and that stand in plain lists or attributes of a module, where neither the module nor an optimizer sees them."""
    if reached.keys() <= c.looked_for:
        return
    c.looked_for |= reached.keys()
    held = {id(p) for o in c.optimizers for g in o.param_groups for p in g["params"]}
    strangers = {key: t for key, t in reached.items() if key not in held and not _registered(c, key)}
    if not strangers:
        return
    for module, path in c.guard(_names.modules_in_use) or []:
        for attribute, thing in vars(module).items():
            if attribute.startswith("_") and attribute in ("_parameters", "_modules", "_buffers"):
                continue
            for name, tensor in _names.hidden_tensors(attribute, thing):
                if id(tensor) in strangers:
                    _tell_hidden(c, module, attribute, f"{path}.{name}" if path else name, tensor, where)


def _registered(c, key):
    leaf = c.leaves.get(key)
    if leaf is None or leaf.owner is None:
        return False
    module = leaf.owner[0]()
    return module is None or module in c.owners


def _tell_hidden(c, module, attribute, name, tensor, where):
    leaf = c.leaf_of(tensor)
    kind = type(vars(module)[attribute]).__name__
    c.add(
        "absent",
        "NOT_REGISTERED",
        f"`{attribute}` of {type(module).__name__} is a plain {kind}: what stands in it is not among parameters(), so no optimizer moves it and no "
        "name leads to it",
        leaf.where if leaf is not None and leaf.where.words()[0] else where,
        source=f"variable `{name}`",
        source_name=name,
    )
