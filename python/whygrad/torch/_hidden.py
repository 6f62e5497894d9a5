"""Finds parameters that the loss used but no module knows."""

from whygrad.torch import _names


def find_hidden(c, reached, where):
    """Reports parameters that the loss used and that are in plain lists or attributes of a module, where neither the module nor an optimizer finds
    them."""
    if reached.keys() <= c.looked_for:
        return
    c.looked_for |= reached.keys()
    held = {id(p) for o in c.optimizers for g in o.param_groups for p in g["params"]}
    strangers = {key: t for key, t in reached.items() if key not in held and not _registered(c, key)}
    if not strangers:
        return
    modules = c.guard(lambda: list(_names.modules_in_use())) or []
    for module, _ in modules:  # a registered parameter counts as found, even if a list holds it too, as in a recurrent layer
        for parameter in module._parameters.values():
            strangers.pop(id(parameter), None)
    for module, path in modules:
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
        source=f"{_names.noun_of(tensor)} `{name}`",
        source_name=name,
    )
