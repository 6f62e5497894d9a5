"""The names that the program has for its tensors and modules. They are looked up in its frames when a report needs them."""

import os
import sys
import weakref

import torch

import whygrad

_SKIPPED = (os.path.dirname(torch.__file__) + os.sep, os.path.dirname(whygrad.__file__) + os.sep, "<frozen", os.path.dirname(os.__file__) + os.sep)
_OWN = os.path.dirname(whygrad.__file__) + os.sep
_MOST_FRAMES = 64


def _is_users(frame):
    return not frame.f_code.co_filename.startswith(_SKIPPED)


def _frames():
    frame, count = sys._getframe(1), 0
    while frame is not None and count < _MOST_FRAMES:
        if _is_users(frame):
            yield frame
            count += 1
        frame = frame.f_back


def user_frame_is_next():
    """Whether a line of the program called PyTorch directly."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_OWN):
        frame = frame.f_back
    return frame is not None and _is_users(frame) and "site-packages" not in frame.f_code.co_filename


def _scopes():
    """The names in the program's frames with their objects, those of the innermost frame first."""
    seen = set()
    for frame in _frames():
        for scope in (frame.f_locals, frame.f_globals):
            if scope is frame.f_globals and id(scope) in seen:
                continue
            seen.add(id(scope))
            for name, thing in list(scope.items()):
                if not name.startswith("__"):
                    yield name, thing


class Names:
    def __init__(self):
        self._found = {}
        self._tensors = []
        modules, tensors = [], []
        for name, thing in _scopes():
            if isinstance(thing, torch.Tensor):
                tensors.append((name, thing))
            elif isinstance(thing, torch.nn.Module):
                modules.append((name, thing))
            elif type(thing) in (list, tuple) and 0 < len(thing) <= 64:
                for i, part in enumerate(thing):
                    if isinstance(part, torch.Tensor):
                        tensors.append((f"{name}[{i}]", part))
                    elif isinstance(part, torch.nn.Module):
                        modules.append((f"{name}[{i}]", part))
            elif type(thing) is dict and 0 < len(thing) <= 64:
                for key, part in thing.items():
                    if isinstance(part, torch.Tensor):
                        tensors.append((f"{name}[{key!r}]", part))
                    elif isinstance(part, torch.nn.Module):
                        modules.append((f"{name}[{key!r}]", part))
        modules.sort(key=lambda pair: -sum(1 for _ in pair[1].modules()))  # a name of the whole model comes before a name of its part
        for name, module in modules:
            for path, parameter in module.named_parameters():
                self._note(f"{name}.{path}", parameter)
            for path, part in module.named_modules():
                for attribute, thing in vars(part).items():
                    if isinstance(thing, torch.Tensor):
                        self._note(f"{name}.{path}.{attribute}" if path else f"{name}.{attribute}", thing)
        for name, tensor in tensors:  # after the models, because a loop's name says less
            self._note(name, tensor)

    def _note(self, name, tensor):
        name = name.rpartition("._torch_params.")[2]  # Keras's models on PyTorch keep their parameters by path
        if id(tensor) not in self._found:
            self._found[id(tensor)] = name
            self._tensors.append(tensor)

    def of(self, tensor):
        return self._found.get(id(tensor), "")

    def tensors(self):
        return self._tensors


def modules_in_use():
    """The modules that the program has names for and their submodules, with paths."""
    seen = set()
    for _, thing in _scopes():
        if isinstance(thing, torch.nn.Module):
            for path, module in thing.named_modules():
                if id(module) not in seen:
                    seen.add(id(module))
                    yield module, path


def buffer_name(tensor):
    """The name of a module's buffer; '' if the tensor is none."""
    for variable, thing in _scopes():
        if isinstance(thing, torch.nn.Module):
            for path, buffer in thing.named_buffers():
                if buffer is tensor:
                    return f"{variable}.{path}"
    return ""


def hidden_tensors(name, thing):
    """The leaves in plain containers, which a module does not search for parameters."""
    if isinstance(thing, torch.Tensor):
        if thing.requires_grad and thing.is_leaf:
            yield name, thing
    elif isinstance(thing, torch.nn.Module):
        for path, parameter in thing.named_parameters():
            yield f"{name}.{path}", parameter
    elif type(thing) in (list, tuple):
        for i, part in enumerate(thing[:256]):
            yield from hidden_tensors(f"{name}.{i}", part)
    elif type(thing) is dict:
        for key, part in list(thing.items())[:256]:
            yield from hidden_tensors(f"{name}.{key}", part)


def raised_in_backward(error):
    """The name of the Function whose backward raised the exception; '' if there is none."""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_name == "backward" and _is_users(trace.tb_frame):
            return code.co_qualname.split(".")[-2] if hasattr(code, "co_qualname") and "." in code.co_qualname else ""
        trace = trace.tb_next
    return ""


weak = weakref.ref


# ---- In the report ----


def describe(c):
    """Writes the names and places of leaves to the log, for the report."""
    names = Names()
    for leaf in c.leaves.values():
        if leaf.variable < 0:
            continue
        tensor = leaf.ref()
        if tensor is None:
            continue
        name = names.of(tensor) or c.path_of(leaf)
        leaf.name = name or leaf.name
        c.log.describe_variable(
            leaf.variable,
            leaf.name or noun_of(tensor),
            bool(leaf.name),
            bool(tensor.requires_grad),
            str(tensor.dtype)[6:],
            tensor.shape,
            leaf.frozen or leaf.where,
            noun_of(tensor),
        )


def noun_of(tensor):
    return "parameter" if isinstance(tensor, torch.nn.Parameter) else "tensor"


def name_of(c, tensor):
    leaf = c.leaf_of(tensor)
    if leaf is not None:
        describe(c)
        if leaf.name:
            return leaf.name
    return Names().of(tensor)


def told_source(c, tensor):
    name = name_of(c, tensor)
    return {"source": f"{noun_of(tensor)} `{name}`" if name else f"a {noun_of(tensor)}", "source_name": name}
