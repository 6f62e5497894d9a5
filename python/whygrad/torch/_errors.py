"""The meaning of those PyTorch errors that are about gradients."""

import math
import re

from whygrad.torch import _names, _ops
from whygrad.torch._names import told_source

_MOST_OPS = 20000  # that are searched


def raised(c, error, where, targets=()):
    """Reports an error of the engine if it is about gradients. targets: the values that were differentiated."""
    text = str(error)
    first = text.partition("\n")[0]
    if "second time" in text:
        _graph_freed(c, where, targets)
    elif "modified by an inplace operation" in text:
        _changed_in_place(c, text, where)
    elif found := re.search(r"Function (\w+?)Backward(?:\d*) returned", text):
        rule_failed(c, found.group(1), first, where)
    elif found := re.search(r"(\w+?)(?:Backward)?\.?(?:backward|forward)?: expected .* gradient|(\w+)Backward returned an incorrect number", text):
        rule_failed(c, (found.group(1) or found.group(2) or "").removesuffix("Backward"), first, where)
    elif c.rules and _names.raised_in_backward(error) in c.rules:
        rule_failed(c, _names.raised_in_backward(error), first, where)


def _graph_freed(c, where, targets):
    earlier = next((b for b in reversed(c.backwards) if not b.kept), None)
    line = earlier.where.words()[1] if earlier is not None else 0
    why = (
        f"{f'backward() at line {line}' if line else 'an earlier backward()'} had freed what the graph kept, and this pass needs part of it once more"
    )
    told = {"source": "the leaves of the graph"}
    carried = _carried_over(c, targets, earlier.moment) if earlier is not None else None
    if carried is not None:
        maker, user = carried
        made_at, used_at = c.log.place_of(maker).words()[1], c.log.place_of(user).words()[1]
        why += f": what `{_ops.spoken(c.log.type_of(maker))}` at line {made_at} had computed before that was used again at line {used_at}"
        told["remedy"] = (
            "compute it again for every backward(); or, where only its value is to go on, as the state of a recurrent network does from batch to batch, "
            "carry on what its detach() gives"
        )
    c.add("absent", "GRAPH_FREED", why, where, **told)


def _carried_over(c, targets, since):
    """An op up to the moment `since` and a later one on the way to the targets that used its result; None if there are none."""
    log, seen, waiting = c.log, set(), list(targets)
    while waiting and len(seen) < _MOST_OPS:
        value = waiting.pop()
        user = log.maker_of(value) if log.has_value(value) else -1
        if user < 0 or user in seen or not log.has_op(user) or log.moment_of(user) <= since:
            continue
        seen.add(user)
        for given in log.inputs_of(user):
            maker = log.maker_of(given) if log.has_value(given) else -1
            if maker >= 0 and log.has_op(maker) and log.moment_of(maker) <= since and log.kind_of(maker) == "compute" and log.facts_of(maker)[2]:
                return maker, user
            waiting.append(given)
    return None


def rule_failed(c, name, first, where):
    op, at = c.rules.get(name, (-1, None))
    place = at or (c.log.place_of(op) if op >= 0 and c.log.has_op(op) else where)
    c.add(
        "absent",
        "CUSTOM_GRADIENT",
        f"its backward function failed: {first}",
        place,
        source=f"the inputs of {name}",
        op=name,
        op_type=name,
    )


def _changed_in_place(c, text, where):
    shape = re.search(r"\[torch\.\w*?(\w+)Tensor \[([\d, ]*)\]\]", text)
    extents = tuple(int(n) for n in re.findall(r"\d+", shape.group(2))) if shape else None
    maker = re.search(r"output \d+ of (\w+?)(?:Backward\d*)?,", text)
    made_by = maker.group(1).lower() if maker else ""
    changes = [change for change in c.in_place if extents is None or change[2] is None or change[2] == extents]
    if not changes:  # what the error names may be a view of the tensor that was changed
        changes = [change for change in c.in_place if change[2] is not None and math.prod(change[2]) > math.prod(extents)]
    exact = [change for change in changes if made_by and change[4].strip("_").replace("_", "") == made_by]
    chosen = (exact or changes or [(where, "", None, None, "")])[-1]
    place, name = chosen[0], chosen[1]
    kept = f"the backward of {maker.group(1)} needs its result" if maker else "the backward pass needs a tensor"
    changed_by = f"`{_ops.spoken(name)}` changed it in place here" if name else "something changed it in place"
    c.add(
        "absent",
        "INPLACE_CHANGE",
        f"{kept} as it was, and {changed_by}",
        place,
        source="the leaves of the graph",
        op=name,
        op_type=name,
    )


def op_threw(c, name, error, tensors, where):
    """Reports that an op refused its arguments, if that is about gradients."""
    text = str(error)
    first = text.partition("\n")[0]
    what = {"op": name, "op_type": name}
    source = told_source(c, tensors[0]) if tensors else {"source": "a tensor"}
    if "leaf Variable that requires grad" in text:
        why = f"`{name}` would change a leaf that requires a gradient in place, which autograd cannot follow"
        remedy = "update it under torch.no_grad(), or let an optimizer do it"
        if name in ("__setitem__", "copy_", "index_copy_", "masked_scatter_"):
            remedy = (
                "make it without requires_grad=True if results are written into it: the gradient flows to what was written; if it is trained, update it "
                "under torch.no_grad()"
            )
        c.add("absent", "INPLACE_CHANGE", why, where, remedy=remedy, **source, **what)
    elif "can require gradients" in text or "can require grad" in text:
        why = "only floating and complex tensors can require a gradient"
        c.add("absent", "INT_DTYPE", why, where, **source, **what)
    elif re.search(r"scalar types?: Long|must be long|must be integer|expected Long|tensors used as indices", text):
        asking = [t for t in tensors if t.requires_grad and t.is_leaf] or tensors
        for tensor in [t for t in asking if t.is_floating_point()][:1]:
            why = f"`{name}` takes whole numbers there, and those have no gradient: {first}"
            remedy = "differentiate with respect to what the numbers choose, and keep them whole"
            c.add("absent", "INT_DTYPE", why, where, remedy=remedy, **told_source(c, tensor), **what)
    elif "Can't call numpy()" in text:
        why = f"`{name}` hands the numbers to NumPy, and no gradient follows them"
        c.add("absent", "LEFT_FRAMEWORK", why, where, **source, **what)
    elif (
        "Inference tensors cannot be saved" in text or "Inplace update to inference tensor" in text or "view and base" in text and "inference" in text
    ):
        why = f"`{name}` would need for its gradient a tensor that was made under torch.inference_mode()"
        c.add("absent", "NO_GRAD_MODE", why, where, **source, **what)
