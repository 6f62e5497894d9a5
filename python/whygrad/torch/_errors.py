"""The meaning of those PyTorch errors that are about gradients."""

import math
import re

from whygrad.torch import _names, _ops
from whygrad.torch._names import told_source


def raised(c, error, where):
    """Reports an error of the engine if it is about gradients."""
    text = str(error)
    first = text.partition("\n")[0]
    loss = {"source": "the leaves of the graph"}
    if "second time" in text:
        freed = next((b.where for b in reversed(c.backwards) if not b.kept), where)
        at = freed.words()
        c.add(
            "absent",
            "GRAPH_FREED",
            f"backward() at line {at[1]} had freed what the graph kept, and this pass needs part of it once more"
            if at[1]
            else "an earlier backward() had freed what the graph kept, and this pass needs part of it once more",
            where,
            **loss,
        )
    elif "modified by an inplace operation" in text:
        _changed_in_place(c, text, where)
    elif found := re.search(r"Function (\w+?)Backward(?:\d*) returned", text):
        rule_failed(c, found.group(1), first, where)
    elif found := re.search(r"(\w+?)(?:Backward)?\.?(?:backward|forward)?: expected .* gradient|(\w+)Backward returned an incorrect number", text):
        rule_failed(c, (found.group(1) or found.group(2) or "").removesuffix("Backward"), first, where)
    elif c.rules and _names.raised_in_backward(error) in c.rules:
        rule_failed(c, _names.raised_in_backward(error), first, where)


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
