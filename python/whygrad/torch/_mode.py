"""The stream of a PyTorch program's function calls, and how each of them is recorded in the log."""

import functools
import numbers
import types

import torch
from torch.overrides import TorchFunctionMode

from whygrad._whygrad import TorchEvents, here
from whygrad.torch import _backward, _errors, _names, _ops, _questions
from whygrad.torch._collector import Call, elements_of, is_leaf
from whygrad.torch._settle import HOLE, Rule, tensors_in

Tensor = torch.Tensor
_is_grad_enabled = torch.is_grad_enabled

# Functions that return facts about a tensor instead of a tensor, or that only show one.
_QUIET = frozenset(
    """size dim ndimension stride is_contiguous retain_grad __repr__ __len__ numel nelement
    is_floating_point is_complex is_signed is_tensor is_storage element_size storage untyped_storage typed_storage storage_offset data_ptr __hash__
    get_device __dir__ __reduce_ex__ __setstate__ share_memory_ is_shared pin_memory is_pinned __format__ is_set_to is_same_size is_inference
    is_conj is_neg has_names names sparse_dim dense_dim is_coalesced result_type can_cast promote_types finfo iinfo is_distributed
    _is_view _nnz broadcast_shapes __dlpack__ __dlpack_device__ __cuda_array_interface__ is_same_size is_nonzero_static manual_seed
    get_default_dtype set_default_dtype _record_function_enter_new _record_function_exit._RecordFunction allclose equal is_pinned coalesce
    _dimI _dimV __deepcopy__ set_ _use_count _has_compatible_shallow_copy_type""".split()
)
# Attributes of a tensor that are tensors of its elements.
_PARTS = frozenset(("data", "T", "mT", "H", "mH", "real", "imag"))


class Stream(TorchFunctionMode):
    """The function mode that passes every function call of the program to `events`. For a call that is no plain op, `events` asks for a handler."""

    def __init__(self, c):
        super().__init__()

        def handler_of(func):
            name, handler = _handler_of(func)
            bound = functools.partial(handler, c)
            return bound if name is None else (name, bound, 1 if name in _ops.PURE else 2 if name in _ops.DRAWS_FROM_STATE else 0)

        def threw(name, error, tensors):
            _errors.op_threw(c, name, error, tensors, here())

        def detached(tensor):
            with c.silence():
                return tensor.detach()

        autocasts, modes = torch._C._is_any_autocast_enabled, torch._C._len_torch_dispatch_stack
        c.events = TorchEvents(
            c.log, Tensor, HOLE, _is_grad_enabled, autocasts, modes, detached, _random_state, handler_of, Call, c.meet, c.gone, threw, c.guard.note
        )
        self.__torch_function__ = types.MethodType(c.events.on_call, self)  # PyTorch checks that this is a method


def _random_state():
    return torch.default_generator.get_state()


def _handler_of(func):
    """The name of an op, and the handler of those of its calls that are not plain. The name is None if the handler takes all calls."""
    name = getattr(func, "__name__", str(func))
    owner = getattr(getattr(func, "__self__", None), "__name__", "")
    if name == "__get__":
        if owner == "grad":
            return None, _read_grad
        return (owner, _op(owner)) if owner in _PARTS else (None, _quiet)
    if name == "__set__":
        return None, {"grad": _set_grad, "requires_grad": _set_requires_grad, "data": _set_data}.get(owner, _quiet)
    if name == "_set_grad_enabled":
        return None, _set_grad_enabled
    if name == "backward":
        return None, _backward.on_backward
    if func is torch.autograd.grad:
        return None, _backward.on_grad
    if name == "requires_grad_":
        return None, _requires_grad_
    if name in ("register_hook", "register_post_accumulate_grad_hook"):
        return None, _register_hook
    if name == "__iter__":
        return None, _iterate
    if name in _ops.HOST:
        return None, _host_read(name)
    if name == "__bool__" or name == "is_nonzero":
        return None, _choice
    if name in _QUIET:
        return None, _quiet
    if getattr(func, "__module__", "") == "torch.nn.init":
        return None, _initialise
    return (None if _is_in_place(name) or name in ("tensor", "as_tensor") or name in _ops.RENORMALIZES else name), _op(name)


def _quiet(_collector, func, args, kwargs):
    return func(*args, **kwargs)


# ---- Ops ----


def _is_in_place(name):
    return name.endswith("_") and not name.endswith("__") or name.startswith("__i") and _ops.plain(name) != name or name == "__setitem__"


def _op(name):
    """Makes the handler of an op for calls that change a tensor, and for calls without tensors."""
    in_place, makes = _is_in_place(name), name in _ops.MAKES

    def handler(c, func, args, kwargs):
        tensors = tensors_in((args, kwargs))
        if not tensors:
            return _made(c, name, func, args, kwargs) if makes else _from_nothing(c, name, func, args, kwargs)
        changes = in_place or kwargs.get("inplace") is True or "out" in kwargs
        grad = _is_grad_enabled()
        values = c.guard(_values_of, c, tensors)
        changed = kwargs["out"] if "out" in kwargs else tensors[0] if changes else None
        before = c.guard(_before_change, c, changed) if changes else None
        versions = [None if t.is_inference() else t._version for t in tensors] if name in _ops.RENORMALIZES else None
        c.busy += 1
        try:
            out = func(*args, **kwargs)
        except Exception as error:
            c.guard(_errors.op_threw, c, name, error, tensors, here())
            raise
        finally:
            c.busy -= 1
        if values is not None:
            c.guard(_record, c, name, (func, args, kwargs), tensors, values, out, changed, before, grad)
        for tensor, version in zip(tensors, versions or ()):
            if version is not None and tensor._version != version:
                c.in_place.append((here(), name, tuple(tensor.shape), tensor.dtype, ""))
        return out

    return handler


def _values_of(c, tensors):
    return [c.events.value_of(t) for t in tensors]


def _before_change(c, changed):
    """A copy of the elements that a call is about to overwrite, or None."""
    if c.values and isinstance(changed, Tensor) and not is_leaf(changed):
        return changed.detach().clone()
    return None


def _record(c, name, call, tensors, values, out, changed, before, grad):
    where = here()
    c.busy += 1
    try:
        if isinstance(out, Tensor):
            outs = [out]
        else:
            outs = tensors_in(out)
        if isinstance(changed, Tensor):
            outs = [changed] + [o for o in outs if o is not changed]
            if not _note_change(c, name, changed, tensors, values, before, where):
                return
        else:
            ids = {id(t) for t in tensors}
            outs = [o for o in outs if id(o) not in ids]
        if not outs:
            return
        if name == "tensor" or name == "as_tensor":
            return _copied(c, name, values, outs, where)
        log = c.log
        op = log.record(name, values, [_value_for(c, o, changed) for o in outs], where)
        if not grad and not c.events.in_function:
            log.set_stopped(op, True, c.events.quiet_at)
        log.set_call(op, c.events.call_of(*call))
        needs = sum({1 << min(i, 63) for i, t in enumerate(tensors) if t.requires_grad})
        log.set_facts(op, grad, needs, any(o.requires_grad for o in outs), changed is not None)
        if isinstance(changed, Tensor) and changed._base is not None:
            _write_to_base(c, changed, where)
    finally:
        c.busy -= 1


def _value_for(c, tensor, changed):
    if tensor is changed:
        c.part_of_a_graph(tensor)
    return c.events.new_value(tensor)


def _note_change(c, name, changed, tensors, values, before, where):
    """Notes a change of a tensor. Returns whether it is to be recorded as an op; a write to a leaf is recorded here, as an assignment."""
    at = next((i for i, t in enumerate(tensors) if t is changed), None)
    log = c.log
    old = values[at] if at is not None else -1
    maker = log.maker_of(old) if old >= 0 and log.has_value(old) else -1
    made_by = log.type_of(maker) if maker >= 0 and log.has_op(maker) else ""
    c.in_place.append((where, name, tuple(changed.shape), changed.dtype, made_by))
    if name == "zero_" and id(changed) in c.gradients:
        leaf = c.gradients[id(changed)]
        leaf.cleared, leaf.cleared_at = log.tick(), where
    leaf = c.events.leaf_of(changed)
    if old >= 0 and log.has_value(old) and leaf is None:
        log.set_tensor(old, before)  # None for data, whose earlier elements are known no more
    if leaf is None or leaf.variable < 0 or not is_leaf(changed):
        return True
    given = [v for i, v in enumerate(values) if i != at]
    if given:
        new = c.events.make_value(changed)
        op = log.record(name, [*given, old], [new], where, "assign")
        log.set_version(leaf.variable, new)
        leaf.value = new
        c.events.name_value(changed, new)
        if not _is_grad_enabled():
            log.set_stopped(op, True, c.events.quiet_at)
    return False


def _write_to_base(c, view, where):
    """Records that a write into a view also changed the tensor that it is a view of."""
    base = view._base
    old = c.events.find(base)
    if old < 0 or c.events.leaf_of(base) is not None:
        return
    op = c.log.record("__setitem__", [old, c.events.value_of(view)], [c.events.new_value(base)], where)
    c.log.set_call(op, Rule(["flows"], "tensor_scatter_nd_update"))


def _copied(c, name, values, outs, where):
    """Records torch.tensor(t), which copies the numbers without the graph."""
    why = f"torch.{name}() copies the numbers of a tensor and leaves its graph behind"
    remedy = "use the tensor itself, or torch.stack() of several; clone() makes a copy that keeps the graph"
    for out in outs:
        op = c.log.record(name, values, [c.events.new_value(out)], where)
        c.log.set_call(op, Rule(["host_read"], "none", why, remedy))
        if out.requires_grad:
            c.watched_from_now(out)


def _made(c, name, func, args, kwargs):
    """Runs a function that makes a tensor from values which are no tensors."""
    try:
        out = func(*args, **kwargs)
    except Exception as error:
        c.guard(_errors.op_threw, c, name, error, [], here())
        raise
    c.guard(made, c, name, out, args)
    return out


def made(c, name, out, args):
    for tensor in tensors_in(out):
        c.busy += 1
        try:
            where = here()
            if not c.is_leaf(tensor):
                value = c.events.new_value(tensor)
                op = c.constant(tensor, value, where)
                shares_read = name in ("from_numpy", "as_tensor", "tensor", "asarray") and c.pointers and _address(tensor) in c.pointers
                # The numbers of a list may have been read one by one.
                if shares_read or (name == "tensor" and c.read_sizes and args and isinstance(args[0], (list, tuple))):
                    c.log.set_print(op, elements_of(tensor))
                _note_written(c, op, args)
            elif name in ("tensor", "as_tensor", "asarray"):  # a leaf made from numbers, which may have been read from a tensor before
                first = c.events.make_value(tensor, False)
                op = c.log.record("Const", [], [first], where, "constant")
                c.log.set_print(op, elements_of(tensor))
                value = c.events.make_value(tensor)
                c.new_leaf(tensor, where, value)
                c.log.record("tensor", [first], [value], where, "variable")
            else:
                c.new_leaf(tensor, where)
        finally:
            c.busy -= 1


def _address(tensor):
    """The address of a tensor's elements; None if it has none of its own, as inside of a transform of torch.func."""
    try:
        return tensor.data_ptr() if tensor.numel() else None
    except RuntimeError:
        return None


def _note_written(c, op, args):
    if args and isinstance(args[0], numbers.Real):
        c.log.set_written(op, float(args[0]))


def _from_nothing(c, name, func, args, kwargs):
    """Runs a function without tensor arguments. A tensor that it returns has an unknown origin."""
    out = func(*args, **kwargs)
    if isinstance(out, Tensor):
        c.guard(c.meet, out, here())
    return out


def _iterate(c, func, args, kwargs):
    values = c.guard(_values_of, c, args[:1])
    grad = _is_grad_enabled()
    c.busy += 1
    try:
        parts = list(func(*args, **kwargs))
    finally:
        c.busy -= 1
    if values is not None:
        c.guard(_record, c, "unbind", (Tensor.unbind, args[:1], None), list(args[:1]), values, parts, None, None, grad)
    return iter(parts)


def _initialise(c, func, args, kwargs):
    """Runs a function of torch.nn.init. It is not recorded, because initial numbers of a parameter do not matter."""
    with c.unheard():
        return func(*args, **kwargs)


# ---- Reads ----


def _host_read(name):
    def handler(c, func, args, kwargs):
        c.busy += 1
        try:
            out = func(*args, **kwargs)
        except Exception as error:
            c.guard(_errors.op_threw, c, name, error, [args[0]], here())
            raise
        finally:
            c.busy -= 1
        c.guard(note_read, c, name, args[0], here())
        return out

    return handler


def note_read(c, name, tensor, where):
    if not isinstance(tensor, Tensor):
        return
    with c.silence():
        op = c.log.record(name, [c.events.value_of(tensor)], [], where, "host_read")
        c.log.set_print(op, elements_of(tensor))
        c.read_sizes.add(tensor.numel() * tensor.element_size())
        if tensor.device.type == "cpu" and tensor.layout == torch.strided and _address(tensor) is not None:
            c.pointers[_address(tensor)] = True


def _choice(c, func, args, kwargs):
    c.busy += 1
    try:
        out = func(*args, **kwargs)
    finally:
        c.busy -= 1
    c.guard(_note_choice, c, args[0], out, here())
    return out


def _note_choice(c, tensor, chosen, where):
    if not _names.user_frame_is_next():  # a library's own check, for example of the length of a data set
        return
    op = c.log.record("if", [c.events.value_of(tensor)], [], where, "choice")
    c.log.set_choice(op, int(bool(chosen)))


# ---- Gradients and modes ----


def _set_grad_enabled(c, func, args, kwargs):
    if args and not args[0]:
        c.events.quiet_at = here()
    return func(*args, **kwargs)


def _read_grad(c, func, args, _kwargs):
    gradient = func(*args)
    c.guard(_questions.read_grad, c, args[0], gradient, here())
    return gradient


def _set_grad(c, func, args, kwargs):
    result = func(*args, **kwargs)
    c.guard(_note_grad_set, c, args[0], args[1] if len(args) > 1 else None, here())
    return result


def _note_grad_set(c, tensor, value, where):
    leaf = c.leaf_of(tensor)
    if leaf is None:
        return
    if value is None:
        leaf.cleared, leaf.cleared_at = c.log.tick(), where
    else:
        leaf.graded = c.log.tick()


def _set_requires_grad(c, func, args, kwargs):
    before = args[0].requires_grad
    try:
        result = func(*args, **kwargs)
    except Exception as error:
        c.guard(_errors.op_threw, c, "requires_grad", error, [args[0]], here())
        raise
    c.guard(_note_requires, c, args[0], before, here())
    return result


def _requires_grad_(c, func, args, kwargs):
    tensor, before = args[0], args[0].requires_grad
    c.guard(c.events.value_of, tensor)  # the value must be known before it becomes a leaf
    try:
        result = func(*args, **kwargs)
    except Exception as error:
        c.guard(_errors.op_threw, c, "requires_grad_", error, [tensor], here())
        raise
    c.guard(_note_requires, c, tensor, before, here())
    return result


def _note_requires(c, tensor, before, where):
    if not is_leaf(tensor) or tensor.requires_grad == before:
        return
    with c.silence():
        if tensor.requires_grad:
            c.watched_from_now(tensor)
        else:
            leaf = c.leaf_of(tensor)
            if leaf is not None:
                leaf.frozen = where


def _set_data(c, func, args, kwargs):
    result = func(*args, **kwargs)
    c.guard(_note_data, c, *args[:2], here())
    return result


_DATA = (
    "assigning to .data takes over the numbers, and leaves behind what they were computed from",
    "compute with the new tensor itself; torch.func.functional_call() runs a module with tensors in the place of its parameters",
)


def _note_data(c, tensor, data, where):
    """Records `tensor.data = data`. It replaces the numbers, also those that were saved for gradients. No graph connects them with the ops that
    computed them."""
    c.in_place.append((where, "data", tuple(tensor.shape), tensor.dtype, ""))
    if not is_leaf(tensor):  # the tensor keeps its graph
        return
    with c.silence():
        given, leaf = c.events.value_of(data), c.leaf_of(tensor)
        new = c.events.make_value(tensor)
        op = c.log.record("data", [given], [new], where)
        c.log.set_call(op, Rule(["stop_gradient"], "none", *_DATA))
        if leaf is not None and leaf.variable >= 0:
            c.log.set_version(leaf.variable, new)
            leaf.value = new
        c.events.name_value(tensor, new)


def _register_hook(c, func, args, kwargs):
    handle = func(*args, **kwargs)
    c.guard(lambda: c.hooks.append((c.events.value_of(args[0]), id(args[0]), here())))
    return handle
